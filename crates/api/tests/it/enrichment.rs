//! What models could add to a dataset, were there any.

use axum::body::Body;
use hyper::{Request, StatusCode};

use crate::app::TestApp;

#[tokio::test]
async fn no_model_adds_anything_and_that_is_said() {
    let (app, dataset) = TestApp::indexed().await;
    let models = app
        .get(&format!("/api/v1/enrichment/{dataset}/list_models"))
        .await;
    assert_eq!(models.json(), serde_json::json!([]));
    let context = app
        .get(&format!("/api/v1/enrichment/{dataset}/context"))
        .await
        .json();
    assert_eq!(context["status"], "NEW");
    assert_eq!(context["context_id"], context["enrichment_context_id"]);
    let request = Request::post(format!("/api/v1/dataset/{dataset}/enrich_dataset"))
        .header("content-type", "application/json")
        .body(Body::from(
            r#"{"enrichment_models": {"CAPTION_IMAGES": {"id": "some_captioner", "metadata": {}}}}"#,
        ))
        .unwrap();
    let refused = app.send(request).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (400, "unknown_model".to_owned())
    );
    let why = refused.json()["detail"].to_string();
    assert!(
        why.contains("some_captioner") && why.contains("CAPTION_IMAGES"),
        "{why}"
    );
    let id = context["context_id"].as_str().unwrap();
    let uri = format!("/api/v1/enrichment/{dataset}/{id}");
    let status = app.get(&format!("{uri}/status")).await.json();
    assert_eq!(
        (&status["status"], &status["progress"]),
        (&"NEW".into(), &0.into())
    );
    let send = async |request: Request<Body>| {
        let answer = app.send(request).await;
        (answer.status.as_u16(), answer.code())
    };
    let preview = Request::post(format!("{uri}/previews_enrichment_result"))
        .header("content-type", "application/json")
        .body(Body::from(
            r#"{"enrichment_models": {"CAPTION_IMAGES": {"id": "x"}}}"#,
        ));
    let refused = send(preview.unwrap()).await;
    assert_eq!(refused, (400, "unknown_model".to_owned()));
    let abort = Request::delete(format!("{uri}/abort")).body(Body::empty());
    let refused = send(abort.unwrap()).await;
    assert_eq!(refused, (409, "nothing_runs".to_owned()));
    for other in ["x", "00000000-0000-0000-0000-000000000000"] {
        let gone = app
            .get(&format!("/api/v1/enrichment/{dataset}/{other}/status"))
            .await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{other}");
    }
}
