//! Looking through a dataset: the grid, facets, clusters, copies, likeness.

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::Value;

use crate::app::{TestApp, settled};

fn paths(page: &Value) -> Vec<&str> {
    let paths = page["path"].as_array().unwrap();
    paths.iter().map(|path| path.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_grid_is_empty_before_the_first_generation() {
    let app = TestApp::new().await;
    let (dataset, _) = app.open().await;
    let page = app.get(&format!("/api/v1/dataset/{dataset}/grid")).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.json();
    assert_eq!(page["generation"], Value::Null);
    assert_eq!(page["total"], 0);
    let facets = app.get(&format!("/api/v1/dataset/{dataset}/facets")).await;
    assert_eq!(facets.json()["total"], 0);
}

#[tokio::test]
async fn pages_of_the_grid_visit_each_picture_once_in_every_order() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/dataset/{dataset}/grid");
    let whole = app.get(&uri).await.json();
    assert_eq!(
        paths(&whole),
        [
            "a one.png",
            "b/copy of one.png",
            "c \"é\" 100% #.png",
            "d.png"
        ]
    );
    assert_eq!(whole["copies"], serde_json::json!([1, 1, 0, 0]));
    for sort in [
        "path",
        "-path",
        "name",
        "-size",
        "pixels",
        "-uniqueness",
        "-blur",
        "-newest",
    ] {
        let mut seen = Vec::new();
        for offset in 0..5 {
            let page = app
                .get(&format!("{uri}?sort={sort}&limit=1&offset={offset}"))
                .await
                .json();
            assert_eq!(page["total"], 4, "{sort}");
            seen.extend(paths(&page).into_iter().map(str::to_owned));
        }
        seen.sort();
        assert_eq!(seen, paths(&whole), "{sort}");
    }
    let shape = app.get(&format!("{uri}/shape")).await;
    assert_eq!(&shape.body[..], [147, 147, 109, 128]);
    assert_eq!(shape.header("x-total"), "4");
}

#[tokio::test]
async fn a_filter_narrows_the_grid_and_facets_leave_their_own_values_out() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let extra = app
        .get(&format!("{base}/grid?duplicates=extra"))
        .await
        .json();
    assert_eq!(extra["total"], 1);
    let below = app
        .get(&format!("{base}/grid?folder=b&q=COPY"))
        .await
        .json();
    assert_eq!(paths(&below), ["b/copy of one.png"]);
    let facets = app
        .get(&format!("{base}/facets?duplicates=extra&format=png"))
        .await
        .json();
    assert_eq!(facets["total"], 1);
    let copies = &facets["duplicates"];
    assert_eq!(
        (&copies["any"], &copies["extra"], &copies["none"]),
        (&2.into(), &1.into(), &2.into())
    );
    for wrong in [
        "issue=blurry",
        "tier=x",
        "sort=colour",
        "cluster=1",
        "limit=0",
    ] {
        let answer = app.get(&format!("{base}/grid?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn an_unchanged_generation_is_not_sent_again() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/dataset/{dataset}/grid");
    let first = app.get(&uri).await;
    let again = Request::get(&uri)
        .header("if-none-match", first.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(again).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn copies_clusters_and_details_agree() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let groups = app.get(&format!("{base}/duplicates")).await.json();
    assert_eq!(groups["total"], 1);
    let group = &groups["groups"][0];
    let keep = group["keep"]["media_id"].as_str().unwrap();
    let details = app.get(&format!("{base}/media/{keep}")).await.json();
    assert_eq!(details["group"]["group_id"], group["group_id"]);
    assert_eq!(details["displayable"], true);
    let others = app
        .get(&format!("{base}/media/{keep}/duplicates"))
        .await
        .json();
    assert_eq!(others[0], group["others"][0]["media_id"]);
    let similar = app
        .get(&format!("{base}/media/{keep}/similar"))
        .await
        .json();
    assert_eq!(similar["items"][0]["media_id"], others[0]);
    let cluster = details["clusters"][4].as_str().unwrap();
    let clusters = app.get(&format!("{base}/clusters?level=4")).await.json();
    let pictures: u64 = clusters["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["n_images"].as_u64().unwrap())
        .sum();
    assert_eq!(pictures, 4);
    let inside = app
        .get(&format!("{base}/grid?cluster={cluster}"))
        .await
        .json();
    assert!(inside["id"].as_array().unwrap().contains(&keep.into()));
    insta::assert_json_snapshot!("duplicates", settled(groups));
}

#[tokio::test]
async fn exploring_needs_no_parameters_and_pages_end_empty() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/explore/{dataset}");
    let all = app.get(&uri).await.json();
    assert_eq!(all["metadata"]["used_duckdb"], false);
    let clusters = all["clusters"].as_array().unwrap();
    let pictures: u64 = clusters
        .iter()
        .map(|cluster| cluster["n_images"].as_u64().unwrap())
        .sum();
    assert_eq!(pictures, 4);
    let behind = app.get(&format!("{uri}?page_number=1")).await.json();
    assert_eq!(behind["clusters"], serde_json::json!([]));
    let id = clusters[0]["cluster_id"].as_str().unwrap();
    let members = app
        .get(&format!("{uri}/similarity_cluster/{id}"))
        .await
        .json();
    assert_eq!(
        members["previews"].as_array().unwrap().len() as u64,
        clusters[0]["n_images"].as_u64().unwrap()
    );
    let behind = app
        .get(&format!("{uri}/similarity_cluster/{id}?page_number=1"))
        .await;
    assert_eq!(behind.text(), "null");
    let told = app.get(&format!("{uri}/exploration_metadata")).await.json();
    assert_eq!(
        (&told["media_count"], &told["clusters_count"]),
        (&4.into(), &clusters.len().into())
    );
    let first = &clusters[0]["previews"][0];
    insta::assert_json_snapshot!("explore_preview", settled(first.clone()));
}

#[tokio::test]
async fn a_query_narrows_and_a_wrong_one_is_told_by_its_element() {
    let (app, dataset) = TestApp::indexed().await;
    let ask = |vql: &str| {
        let vql: String = vql.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("/api/v1/explore/{dataset}?threshold=4&vql={vql}")
    };
    let copies = app
        .get(&ask(r#"[{"duplicates":{"op":"duplicates","value":0.9}}]"#))
        .await
        .json();
    let pictures: u64 = copies["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["n_images"].as_u64().unwrap())
        .sum();
    assert_eq!(pictures, 2);
    let wrong = app
        .get(&ask(r#"[{"issues":{"op":"issue","value":"noise"}}]"#))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        wrong.json()["detail"][0]["loc"],
        serde_json::json!(["query", "vql", "0"])
    );
    let later = app
        .get(&ask(r#"[{"text":{"op":"semantic","value":"a cat"}}]"#))
        .await;
    assert_eq!(later.status, StatusCode::BAD_REQUEST);
    assert_eq!(later.code(), "not_supported");
    for wrong in [
        "threshold=5",
        "entity_type=CATS",
        "duplicate_threshold=2",
        "tags=x",
    ] {
        let answer = app.get(&format!("/api/v1/explore/{dataset}?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn a_dataset_gets_another_name_and_stopped_work_is_done_again() {
    let (app, dataset) = TestApp::indexed().await;
    let change = |body: &str| {
        Request::patch(format!("/api/v1/dataset/{dataset}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    let changed = app
        .send(change(r#"{"display_name": "Other"}"#))
        .await
        .json();
    assert_eq!(changed["display_name"], "Other");
    let changed = app.send(change(r#"{"description": "text"}"#)).await.json();
    assert_eq!(
        (&changed["display_name"], &changed["description"]),
        (&"Other".into(), &"text".into())
    );
    let empty = app.send(change(r#"{"display_name": " "}"#)).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let tasks = app.get("/api/v1/tasks").await.json();
    let task = tasks["tasks"][0]["task_id"].as_str().unwrap().to_owned();
    let post = |verb: &str, task: &str| {
        Request::post(format!("/api/v1/tasks/{task}/{verb}"))
            .body(Body::empty())
            .unwrap()
    };
    let ended = app.send(post("abort", &task)).await;
    assert_eq!(
        (ended.status, ended.code().as_str()),
        (StatusCode::CONFLICT, "task_ended")
    );
    let done = app.send(post("retry", &task)).await;
    assert_eq!(
        (done.status, done.code().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_task")
    );
    let (_, fresh) = app.open().await;
    let fresh = fresh.to_string();
    let stopped = app.send(post("abort", &fresh)).await;
    assert_eq!(stopped.json()["status"], "ABORTED");
    let again = app.send(post("retry", &fresh)).await.json();
    assert_eq!(again["status"], "INITIALIZING");
    assert_ne!(again["task_id"], fresh.as_str());
}
