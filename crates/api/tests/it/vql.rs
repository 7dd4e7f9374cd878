//! The query language over HTTP, in every list that takes it, and what clients ask before.

use axum::body::Body;
use hyper::{Request, StatusCode};
use lamina_model::JobId;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The files that a query means, by way of the grid.
async fn found(app: &TestApp, dataset: &str, query: Value) -> Vec<String> {
    let vql = escaped(&query.to_string());
    let uri = format!("/api/v1/dataset/{dataset}/grid?vql={vql}");
    let page = app.get(&uri).await;
    assert_eq!(page.status, StatusCode::OK, "{query}: {page:?}");
    serde_json::from_value(page.json()["path"].clone()).unwrap()
}

#[tokio::test]
async fn what_the_original_never_published_is_asked_for_in_the_same_way() {
    let (app, dataset) = TestApp::indexed().await;
    let dataset = dataset.to_string();
    let ask = |query: Value| found(&app, &dataset, query);
    let one = |key: &str, op: &str, value: Value| json!([{key: {"op": op, "value": value}}]);
    assert_eq!(
        ask(one("folders", "one_of", json!(["b"]))).await,
        ["b/copy of one.png"]
    );
    assert_eq!(
        ask(one("files", "starts_with", json!("COPY"))).await,
        ["b/copy of one.png"]
    );
    assert_eq!(
        ask(one("files", "ends_with", json!("one.png"))).await.len(),
        2
    );
    assert_eq!(
        ask(one("files", "contains", json!("é"))).await,
        ["c \"é\" 100% #.png"]
    );
    assert_eq!(ask(one("width", "above", json!(80))).await.len(), 2);
    assert_eq!(
        ask(one("height", "between", json!([80, 80]))).await,
        ["d.png"]
    );
    assert_eq!(
        ask(one("aspect", "below", json!(1))).await,
        ["c \"é\" 100% #.png"]
    );
    assert_eq!(ask(one("area", "at_most", json!(6143))).await.len(), 0);
    assert_eq!(ask(one("format", "one_of", json!(["jpeg"]))).await.len(), 0);
    assert_eq!(
        ask(one("modified", "after", json!("2001-01-01")))
            .await
            .len(),
        4
    );
    assert_eq!(
        ask(json!([{"unlabelled": {}}, {"rejected": {"op": "is_not"}}]))
            .await
            .len(),
        4
    );
    // All must hold; an id beside a filter says nothing.
    let both = json!([{"id": "x", "files": {"op": "contains", "value": "one"}},
        {"folders": {"op": "one_of", "value": [""]}}]);
    assert_eq!(ask(both).await, ["a one.png"]);
    // The same narrows every other list.
    let vql = escaped(&one("folders", "one_of", json!(["b"])).to_string());
    let base = format!("/api/v1/dataset/{dataset}");
    for (uri, name) in [
        (format!("{base}/facets?vql={vql}"), "total"),
        (format!("{base}/clusters?level=4&vql={vql}"), "total"),
    ] {
        assert_eq!(app.get(&uri).await.json()[name], 1, "{uri}");
    }
    let shape = app.get(&format!("{base}/grid/shape?vql={vql}")).await;
    assert_eq!(shape.body.len(), 1);
    let body = json!({"add_labels": ["seen"], "all_matching": true}).to_string();
    let mark = Request::post(format!("{base}/marks?vql={vql}"))
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(app.send(mark).await.json()["added"], 1);
    assert_eq!(
        ask(one("labels", "is", json!(["seen"]))).await,
        ["b/copy of one.png"]
    );
    assert_eq!(
        ask(json!([{"labels": {"op": "unlabelled"}}])).await.len(),
        3
    );
}

#[tokio::test]
async fn a_wrong_element_is_named_by_its_place_and_too_many_models_are_refused() {
    let (app, dataset) = TestApp::indexed().await;
    let refused = async |uri: String| {
        let answer = app.get(&uri).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{uri}: {answer:?}"
        );
        answer.json()["detail"][0].clone()
    };
    let lists = [
        format!("/api/v1/explore/{dataset}"),
        format!("/api/v1/dataset/{dataset}/grid"),
        format!("/api/v1/dataset/{dataset}/facets"),
        format!("/api/v1/dataset/{dataset}/clusters"),
        format!("/api/v1/dataset/{dataset}/objects"),
        format!("/api/v1/dataset/{dataset}/export_context_async"),
    ];
    let wrong = escaped(r#"[{"unlabelled":{}},{"width":{"op":"above","value":"wide"}}]"#);
    for list in &lists {
        let told = refused(format!("{list}?vql={wrong}")).await;
        assert_eq!(told["loc"], json!(["query", "vql", "1"]), "{list}");
        assert_eq!(told["input"]["width"]["value"], "wide");
    }
    let nine = vec![json!({"text": {"op": "semantic", "value": "red"}}); 9];
    let nine = escaped(&Value::from(nine).to_string());
    let told = refused(format!("{}?vql={nine}", lists[0])).await;
    assert_eq!(told["loc"], json!(["query", "vql", "8"]));
    assert!(
        told["msg"].as_str().unwrap().contains("at most 8"),
        "{told}"
    );
    // With those that stand elsewhere in the request.
    let eight = vec![json!({"text": {"op": "fts", "value": "one"}}); 8];
    let eight = escaped(&Value::from(eight).to_string());
    app.get(&format!("{}?vql={eight}", lists[0])).await;
    let told = refused(format!("{}?vql={eight}&caption_only_filter=one", lists[0])).await;
    assert!(
        told["msg"].as_str().unwrap().contains("this one has 9"),
        "{told}"
    );
}

async fn document(app: &TestApp, dataset: &str, uri: &str) -> Value {
    let started = app.get(uri).await;
    assert_eq!(started.status, StatusCode::OK, "{started:?}");
    let tasks = format!("/api/v1/tasks?dataset_id={dataset}&task_type=EXPORT");
    let tasks = app.get(&tasks).await.json();
    let task = tasks["tasks"][0]["task_id"].as_str().unwrap();
    app.run(task.parse::<JobId>().unwrap()).await;
    let id = started.json()["id"].as_str().unwrap().to_owned();
    let status = format!("/api/v1/dataset/{dataset}/export_status?export_task_id={id}");
    let ended = app.get(&status).await.json();
    assert_eq!(ended["status"], "COMPLETED", "{ended}");
    let archive = app.get(ended["download_uri"].as_str().unwrap()).await;
    inside(&archive)
}

/// The document in an archive whose files are not packed.
fn inside(archive: &Answer) -> Value {
    let text = String::from_utf8_lossy(&archive.body);
    let from = text.find("{\"info\"").unwrap();
    let to = text.rfind("]}").unwrap() + 2;
    serde_json::from_str(&text[from..to]).unwrap()
}

#[tokio::test]
async fn an_export_of_a_search_holds_what_it_found_in_its_order() {
    let (app, dataset) = TestApp::indexed().await;
    let media = app.media(dataset, "d.png").await;
    let dataset = dataset.to_string();
    let query = json!([{"similarity": {"op": "media", "value": media, "threshold": 1}}]);
    let vql = escaped(&query.to_string());
    let explored = format!("/api/v1/dataset/{dataset}/grid?vql={vql}");
    let grid = app.get(&explored).await.json();
    let uri =
        format!("/api/v1/dataset/{dataset}/export_context_async?export_format=json&vql={vql}");
    let told = document(&app, &dataset, &uri).await;
    let items = told["media_items"].as_array().unwrap();
    let ids: Vec<&Value> = items.iter().map(|item| &item["media_id"]).collect();
    assert_eq!(json!(ids), grid["id"]);
    assert_eq!(ids[0], media.as_str());
    let scores: Vec<&Value> = items
        .iter()
        .map(|item| &item["search_confidence"])
        .collect();
    assert_eq!(json!(scores), grid["distance"]);
    assert!(items[0].get("uniqueness_score").is_none());
    assert_eq!(told["info"]["total_media_items"], items.len());
    // Words alone, as the SDK of the original sends them.
    let words = escaped(r#"[{"text":{"op":"fts","value":"one"}}]"#);
    let uri = format!(
        "/api/v1/dataset/{dataset}/export_context_async?export_format=json&include_images=False\
         &entity_type=IMAGES&vql={words}"
    );
    let told = document(&app, &dataset, &uri).await;
    assert_eq!(told["info"]["total_media_items"], 2);
    let nothing = escaped(r#"[{"text":{"op":"fts","value":"zebra"}}]"#);
    let uri =
        format!("/api/v1/dataset/{dataset}/export_context_async?export_format=json&vql={nothing}");
    assert_eq!(app.get(&uri).await.json()["status"], "REJECTED");
}

#[tokio::test]
async fn clients_learn_what_they_may_ask_and_find_pictures_by_their_files() {
    let (app, dataset) = TestApp::indexed().await;
    let config = app
        .get(&format!("/api/v1/user_config?dataset_id={dataset}"))
        .await
        .json();
    let feature = &config["features"][0];
    assert_eq!(feature["feature_key"], "TEXTUAL_SEARCH_IMAGE");
    assert_eq!(
        feature["feature_options"],
        json!({"labels_search": true, "captions_search": true, "semantic_search": true})
    );
    let missing = app.get("/api/v1/user_config").await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        app.get("/api/v1/user_config?dataset_id=x").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        app.get("/api/v1/datasets/sample_data").await.json(),
        json!([])
    );
    let base = format!("/api/v1/dataset/{dataset}");
    let media = app.media(dataset, "copy of one.png").await;
    let whole = app.source.path().join("b/copy of one.png");
    for uri in [
        "b/copy of one.png",
        whole.to_str().unwrap(),
        &format!("file://{}", whole.display()),
    ] {
        for path in ["search_media_metadata/id", "media/id"] {
            let found = app
                .get(&format!(
                    "{base}/{path}?original_media_uri={}",
                    escaped(uri)
                ))
                .await;
            assert_eq!(found.text(), media, "{uri}");
            assert!(found.header("content-type").starts_with("text/plain"));
        }
    }
    let gone = app
        .get(&format!("{base}/media/id?original_media_uri=x.png"))
        .await;
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (StatusCode::NOT_FOUND, "media_not_found")
    );
}

#[tokio::test]
async fn an_empty_list_asks_nothing_and_half_a_list_is_refused() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/explore/{dataset}");
    let whole = app.get(&uri).await.json();
    assert!(!whole["clusters"].as_array().unwrap().is_empty());
    for empty in ["labels=%5B%5D", "tags=%5B%5D", "labels=&tags="] {
        let page = app.get(&format!("{uri}?{empty}")).await.json();
        assert_eq!(page["clusters"], whole["clusters"], "{empty}");
    }
    for half in ["labels=%5B%22cat", "tags=%5B%22cat"] {
        let refused = app.get(&format!("{uri}?{half}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{half}");
    }
}
