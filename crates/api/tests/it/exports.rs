//! Exports, as the original's clients ask for them, poll them and fetch them.

use axum::body::Body;
use hyper::{Request, StatusCode};
use lamina_model::JobId;
use serde_json::json;

use crate::app::{Answer, TestApp};

pub(crate) async fn done(app: &TestApp, dataset: &str, started: &Answer) -> Answer {
    assert_eq!(started.status, StatusCode::OK, "{started:?}");
    let tasks = app
        .get(&format!(
            "/api/v1/tasks?dataset_id={dataset}&task_type=EXPORT"
        ))
        .await
        .json();
    let task = tasks["tasks"][0]["task_id"].as_str().unwrap();
    app.run(task.parse::<JobId>().unwrap()).await;
    let id = started.json()["id"].as_str().unwrap().to_owned();
    app.get(&format!(
        "/api/v1/dataset/{dataset}/export_status?export_task_id={id}&dataset_id={dataset}"
    ))
    .await
}

/// What a shell script finds with `grep -o '"name":"[^"]*"'`.
fn grep<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let key = format!("\"{name}\":\"");
    let found = text.match_indices(&key);
    found
        .map(|(at, _)| text[at + key.len()..].split('"').next().unwrap())
        .collect()
}

#[tokio::test]
async fn a_script_of_the_documentation_gets_its_archive() {
    let (app, dataset) = TestApp::indexed().await;
    let dataset = dataset.to_string();
    // As the original's clients spell it.
    let uri = format!(
        "/api/v1/dataset/{dataset}/export_context_async?file_name=out.zip&export_format=json&include_images=False"
    );
    let started = app.get(&uri).await;
    let text = started.text();
    assert!(text.starts_with("{\"id\":\""), "{text}");
    assert_eq!(grep(text, "id").len(), 1);
    assert_eq!(grep(text, "status"), ["INIT"]);
    assert!(text.contains("\"download_uri\":null"));
    let ended = done(&app, &dataset, &started).await;
    assert_eq!(grep(ended.text(), "status"), ["COMPLETED"]);
    let id = grep(ended.text(), "id")[0].to_owned();
    let link = grep(ended.text(), "download_uri")[0].to_owned();
    assert_eq!(link, format!("/cdn/{dataset}/images/{id}/{id}.zip"));
    let whole = app.get(&link).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert!(whole.body.starts_with(b"PK"));
    assert!(whole.header("content-disposition").contains("out.zip"));
    // A download that broke off goes on.
    let range = Request::get(&link)
        .header("range", "bytes=4-")
        .header("if-range", whole.header("etag"))
        .body(Body::empty())
        .unwrap();
    let rest = app.send(range).await;
    assert_eq!(rest.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(rest.body, whole.body.slice(4..));
    let elsewhere = app
        .get(&format!("/cdn/{dataset}/images/{id}/other.zip"))
        .await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn exports_are_listed_and_taken_away() {
    let (app, dataset) = TestApp::indexed().await;
    let dataset = dataset.to_string();
    let base = format!("/api/v1/dataset/{dataset}");
    let empty = app.get(&format!("{base}/exports")).await.json();
    assert_eq!(empty, json!({"exports": [], "total": 0}));
    let uri = format!("{base}/export_context_async?export_format=csv&file_name=out.zip");
    let started = app.get(&uri).await;
    let listed = app.get(&format!("{base}/exports")).await.json();
    let waiting = &listed["exports"][0];
    assert_eq!(waiting["status"], "INIT");
    assert!(waiting["task_id"].is_string() && waiting["size_bytes"].is_null());
    let one = format!("{base}/exports/{}", waiting["id"].as_str().unwrap());
    let remove = async || {
        let request = Request::delete(&one).body(Body::empty()).unwrap();
        app.send(request).await
    };
    let early = remove().await;
    assert_eq!(
        (early.status, early.code()),
        (StatusCode::CONFLICT, "export_running".to_owned())
    );
    done(&app, &dataset, &started).await;
    let listed = app.get(&format!("{base}/exports")).await.json();
    assert_eq!(listed["total"], 1);
    let ended = &listed["exports"][0];
    assert_eq!(ended["status"], "COMPLETED");
    assert_eq!(
        (
            &ended["file_name"],
            &ended["format"],
            &ended["include_images"]
        ),
        (&json!("out.zip"), &json!("csv"), &json!(false))
    );
    assert!(ended["task_id"].is_null() && ended["expires_at"].is_string());
    let link = ended["download_uri"].as_str().unwrap();
    let whole = app.get(link).await;
    assert_eq!(ended["size_bytes"], whole.body.len());
    assert_eq!(remove().await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get(link).await.status, StatusCode::NOT_FOUND);
    assert_eq!(remove().await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&format!("{base}/exports")).await.json()["total"], 0);
}

#[tokio::test]
async fn what_matches_nothing_is_refused_as_each_client_understands() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/dataset/{dataset}/export_context_async?labels=[\"nobody\"]")
        .replace('"', "%22");
    let refused = app.get(&uri).await;
    assert_eq!(refused.status, StatusCode::OK);
    let told = refused.json();
    assert_eq!(told["status"], "REJECTED");
    assert_eq!(told["error"], told["result_message"]);
    let odd = format!("/api/v1/dataset/{dataset}/export_context_async?export_format=xml");
    assert_eq!(app.get(&odd).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fresh = TestApp::new().await;
    let (unready, _) = fresh.open().await;
    let uri = format!("/api/v1/dataset/{unready}/export_context_async?export_format=json");
    assert_eq!(fresh.get(&uri).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_selection_is_pictures_and_clusters_without_some() {
    let (app, dataset) = TestApp::indexed().await;
    let explored = app
        .get(&format!("/api/v1/explore/{dataset}?threshold=4"))
        .await
        .json();
    let cluster = &explored["clusters"][0];
    let first = cluster["previews"][0]["media_id"].clone();
    let part = json!({"type": "cluster", "payload": {
        "cluster_id": cluster["cluster_id"],
        "cluster_filters": {"entity_type": "IMAGES"},
        "exclude_media_ids": [first],
    }});
    let ask = async |parts: serde_json::Value| {
        let uri = format!("/api/v1/dataset/{dataset}/export_entities_async?export_format=csv");
        let body = json!({"media_selection": parts}).to_string();
        let request = Request::post(uri)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        app.send(request).await.json()
    };
    let without = ask(json!([part])).await;
    let count = cluster["n_images"].as_u64().unwrap();
    let named = json!({"type": "media", "payload": {"media_ids": [first]}});
    let with = ask(json!([part, named])).await;
    assert_eq!(with["entities_count"], count);
    if count > 1 {
        assert_eq!(without["entities_count"], count - 1);
    }
}

#[tokio::test]
async fn a_cluster_is_narrowed_by_what_is_said_and_never_silently_left_whole() {
    let (app, dataset) = TestApp::indexed().await;
    let explored = app
        .get(&format!("/api/v1/explore/{dataset}?threshold=4"))
        .await
        .json();
    let cluster = &explored["clusters"][0];
    let ask = async |filters: serde_json::Value| {
        let uri = format!("/api/v1/dataset/{dataset}/export_entities_async?export_format=csv");
        let part = json!({"type": "cluster", "payload": {
            "cluster_id": cluster["cluster_id"],
            "cluster_filters": filters,
            "exclude_media_ids": null,
        }});
        let request = Request::post(uri)
            .header("content-type", "application/json")
            .body(Body::from(json!({"media_selection": [part]}).to_string()))
            .unwrap();
        app.send(request).await
    };
    let nobody = "0198c0de-0000-7000-8000-000000000001";
    for whole in [
        json!(null),
        json!({"labels": null, "tags": null, "vql": null, "entity_type": null}),
        json!({"tags": ["untagged"], "labels": [], "caption": "", "threshold": 0}),
        json!({"tags": [nobody, "untagged"]}),
        json!({"less_like": "", "page_number": 0, "verbose": true, "label": null, "issue": []}),
    ] {
        let told = ask(whole.clone()).await.json();
        assert_eq!(told["entities_count"], cluster["n_images"], "{whole}");
    }
    for none in [json!({"tags": [nobody]}), json!({"labels": ["nothing"]})] {
        assert_eq!(
            ask(none.clone()).await.json()["status"],
            "REJECTED",
            "{none}"
        );
    }
    for (wrong, status) in [
        (json!({"caption": "boat"}), StatusCode::BAD_REQUEST),
        (json!({"anchor_media_id": nobody}), StatusCode::BAD_REQUEST),
        (json!({"less_like": nobody}), StatusCode::BAD_REQUEST),
        (json!({"label": ["boat"]}), StatusCode::UNPROCESSABLE_ENTITY),
        (
            json!({"tags": ["nobody"]}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"duplicate_threshold": 2}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        assert_eq!(ask(wrong.clone()).await.status, status, "{wrong}");
    }
}

#[tokio::test]
async fn a_selection_has_a_thousand_parts_at_most() {
    let (app, dataset) = TestApp::indexed().await;
    let ask = async |count: usize| {
        let part = json!({"type": "media", "payload": {"media_ids": []}});
        let parts = vec![part; count];
        let uri = format!("/api/v1/dataset/{dataset}/export_entities_async?export_format=csv");
        let request = Request::post(uri)
            .header("content-type", "application/json")
            .body(Body::from(json!({"media_selection": parts}).to_string()))
            .unwrap();
        app.send(request).await
    };
    let most = ask(1000).await;
    assert_eq!(most.status, StatusCode::OK, "{most:?}");
    assert_eq!(most.json()["status"], "REJECTED");
    let more = ask(1001).await;
    assert_eq!(more.status, StatusCode::UNPROCESSABLE_ENTITY, "{more:?}");
    let fault = &more.json()["detail"][0];
    assert_eq!(fault["loc"], json!(["body", "media_selection"]));
    assert_eq!(fault["input"], 1001);
    let msg = fault["msg"].as_str().unwrap();
    assert!(msg.contains("1001 parts") && msg.contains("1000"), "{msg}");
}

#[tokio::test]
async fn names_and_ids_come_as_csv_and_the_document_at_once() {
    let (app, dataset) = TestApp::indexed().await;
    let csv = app
        .get(&format!("/api/v1/dataset/{dataset}/export_media_id"))
        .await;
    let mut lines = csv.text().lines();
    assert_eq!(lines.next(), Some("filename,media_id"));
    let document = app
        .get(&format!(
            "/api/v1/dataset/{dataset}/export?export_format=json"
        ))
        .await
        .json();
    let items = document["media_items"].as_array().unwrap();
    assert_eq!(lines.count(), items.len());
    assert_eq!(document["info"]["total_media_items"], items.len());
    assert_eq!(document["info"]["exported_by"], "local user");
}
