//! What is answered of a dataset before it was indexed once.

use axum::body::Body;
use hyper::{Request, StatusCode, header::CONTENT_TYPE};
use lamina_engine::Runner;
use lamina_model::DatasetId;
use lamina_testkit::Picture;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{Answer, TestApp},
    form::{FORM, form},
};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The routes of the original that read what was found in a dataset.
fn reading(dataset: &str) -> Vec<Request<Body>> {
    let get = |path: String| {
        Request::get(format!("/api/v1/{path}"))
            .body(Body::empty())
            .unwrap()
    };
    let post = |path: String, body: Value| {
        Request::post(format!("/api/v1/{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    let picture = Picture::scene(1, 48, 48).png();
    let bytes = form(&[("file", Some("a.png"), &picture)]);
    let anchor = Request::post(format!(
        "/api/v1/dataset/{dataset}/search-image-similarity?entity_type=IMAGES"
    ))
    .header(CONTENT_TYPE, FORM)
    .body(Body::from(bytes))
    .unwrap();
    let chosen =
        json!({"media_selection": [{"type": "media", "payload": {"media_ids": [NOBODY]}}]});
    vec![
        get(format!("explore/{dataset}")),
        get(format!("explore/{dataset}?entity_type=OBJECTS&threshold=0")),
        get(format!("explore/{dataset}/exploration_metadata")),
        get(format!("explore/{dataset}/similarity_cluster/{NOBODY}")),
        get(format!("dataset/{dataset}/media/{NOBODY}/duplicates")),
        get(format!("dataset/{dataset}/export")),
        get(format!("dataset/{dataset}/export_media_id")),
        get(format!(
            "dataset/{dataset}/export_context_async?export_format=json"
        )),
        post(format!("dataset/{dataset}/export_entities_async"), chosen),
        post(format!("vector_search/{dataset}"), json!({"text": "boat"})),
        anchor,
    ]
}

async fn answers(app: &TestApp, dataset: &str) -> Vec<(String, Answer)> {
    let mut all = Vec::new();
    for request in reading(dataset) {
        let uri = request.uri().to_string();
        all.push((uri, app.send(request).await));
    }
    all
}

#[tokio::test]
async fn a_dataset_that_was_never_indexed_says_so_on_every_route_that_reads_it() {
    let app = TestApp::new().await;
    app.put("a.png", &Picture::scene(1, 48, 48).png());
    let (dataset, job) = app.open().await;
    let dataset = dataset.to_string();
    for (uri, answer) in answers(&app, &dataset).await {
        assert_eq!(answer.status, StatusCode::CONFLICT, "{uri} {answer:?}");
        assert_eq!(answer.code(), "not_ready", "{uri}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("the dataset is not ready"), "{detail}");
    }
    app.run(job).await;
    for (uri, answer) in answers(&app, &dataset).await {
        assert_ne!(answer.status, StatusCode::CONFLICT, "{uri} {answer:?}");
    }
}

/// A dataset whose first indexing failed, as its folder was gone; and why it failed.
async fn failed(app: &TestApp) -> (DatasetId, String) {
    let (dataset, job) = app.open().await;
    fs_err::remove_dir_all(app.source.path()).unwrap();
    let runner = Runner::start(app.engine.clone()).await.unwrap();
    let ended = runner.run_until(job, CancellationToken::new()).await;
    let why = ended.unwrap().error.expect("there is no folder to index");
    (dataset, why)
}

#[tokio::test]
async fn a_dataset_whose_first_indexing_failed_says_why() {
    let app = TestApp::new().await;
    let (dataset, why) = failed(&app).await;
    let answer = app.get(&format!("/api/v1/explore/{dataset}")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(&why), "{detail} tells not {why}");
}

#[tokio::test]
async fn a_dataset_whose_first_indexing_failed_is_indexed_again() {
    let app = TestApp::new().await;
    let (dataset, _) = failed(&app).await;
    fs_err::create_dir_all(app.source.path()).unwrap();
    app.put("a.png", &Picture::scene(1, 48, 48).png());
    let again = Request::post(format!("/api/v1/dataset/{dataset}/reindex"))
        .body(Body::empty())
        .unwrap();
    let answer = app.send(again).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    let tasks = format!("/api/v1/tasks?dataset_id={dataset}");
    let newest = app.get(&tasks).await.json()["tasks"][0]["task_id"].clone();
    app.run(newest.as_str().unwrap().parse().unwrap()).await;
    let explored = app.get(&format!("/api/v1/explore/{dataset}")).await;
    assert_eq!(explored.status, StatusCode::OK, "{explored:?}");
}
