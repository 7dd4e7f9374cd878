//! Making datasets from folders over the wire.

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::json;

use crate::app::{Answer, TestApp};

fn uri(path: &str, name: &str) -> String {
    let encoded: String = path.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/api/v1/process?path={encoded}&name={name}&serve_mode=reduce_disk_space")
}

fn failed(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, code),
        "{answer:?}"
    );
    let body = answer.json();
    assert_eq!(body["status"], "error");
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty()),
        "{body}"
    );
}

#[tokio::test]
async fn a_folder_becomes_a_dataset_by_get_and_by_post_and_only_once() {
    let app = TestApp::new().await;
    let path = app.source.path().to_str().unwrap().to_owned();
    let made = app.get(&uri(&path, "My%20set")).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    let body = made.json();
    assert_eq!(
        (&body["status"], &body["name"]),
        (&json!("success"), &json!("My set"))
    );
    assert!(body["message"].is_string());
    let dataset = app
        .get(&format!(
            "/api/v1/dataset/{}",
            body["dataset_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(dataset.json()["display_name"], "My set");

    let form = format!("path={}&name=Other", path.replace('/', "%2F"));
    let post = Request::post("/api/v1/process")
        .header("content-type", "application/x-www-form-urlencoded");
    let again = app.send(post.body(Body::from(form)).unwrap()).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert_eq!(again.json()["dataset_id"], body["dataset_id"]);
    assert_eq!(again.json()["task_id"], body["task_id"]);
    assert_eq!(again.json()["name"], "My set");
    assert_eq!(
        app.get("/api/v1/datasets")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_multipart_form_names_a_folder_as_well() {
    let app = TestApp::new().await;
    let path = app.source.path().to_str().unwrap();
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let post = |body: String| {
        Request::post("/api/v1/process")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(Body::from(body))
            .unwrap()
    };
    let form = part("path", path) + &part("name", "a&b=%20 é") + "--b--\r\n";
    let made = app.send(post(form)).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    assert_eq!(made.json()["name"], "a&b=%20 é");

    let cut = part("path", path) + "--b\r\nContent-Dispo";
    failed(
        &app.send(post(cut)).await,
        StatusCode::BAD_REQUEST,
        "invalid_encoding",
    );
}

#[tokio::test]
async fn several_datasets_may_be_asked_for_at_once() {
    let app = TestApp::new().await;
    let other = tempfile::tempdir().unwrap();
    for folder in [app.source.path(), other.path()] {
        let name = if folder == other.path() { "one" } else { "two" };
        assert_eq!(
            app.get(&uri(folder.to_str().unwrap(), name)).await.status,
            StatusCode::OK
        );
    }
    assert_eq!(app.get("/api/v1/tasks").await.json()["total"], 2);
}

#[tokio::test]
async fn what_cannot_be_indexed_is_told_with_the_path_and_leaves_nothing_behind() {
    let app = TestApp::new().await;
    app.put("file.png", b"");
    let file = app.source.path().join("file.png");
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    for path in [
        "/no/such/folder",
        file.to_str().unwrap(),
        "relative",
        "",
        "s3://bucket/set",
        "/a\0b",
    ] {
        let answer = app.get(&uri(path, "x")).await;
        failed(&answer, invalid, "invalid_path");
        assert_eq!(
            answer.json()["detail"][0]["loc"],
            json!(["query", "path"]),
            "{path}"
        );
    }
    failed(
        &app.get(&uri(app.source.path().to_str().unwrap(), "%20"))
            .await,
        invalid,
        "invalid_name",
    );
    failed(
        &app.get("/api/v1/process?name=x").await,
        invalid,
        "invalid_parameters",
    );
    failed(
        &app.get("/api/v1/process?path=/tmp").await,
        invalid,
        "invalid_parameters",
    );
    assert_eq!(app.get("/api/v1/datasets").await.json(), json!([]));
}

#[tokio::test]
async fn a_body_that_is_no_form_or_too_large_is_refused() {
    let app = TestApp::new().await;
    let post = |kind: &str, body: Body| {
        Request::post("/api/v1/process")
            .header("content-type", kind)
            .body(body)
            .unwrap()
    };
    let answer = app.send(post("application/json", Body::from("{}"))).await;
    failed(
        &answer,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
    );
    let form = "application/x-www-form-urlencoded";
    failed(
        &app.send(post(form, Body::from("path=%zz&name=a"))).await,
        StatusCode::BAD_REQUEST,
        "invalid_encoding",
    );
    failed(
        &app.send(post(form, Body::from(vec![0xff, b'=']))).await,
        StatusCode::BAD_REQUEST,
        "invalid_encoding",
    );
    // Without a length, as in a chunked body.
    let endless = vec![b'a'; (1 << 20) + 1];
    failed(
        &app.send(post(form, Body::from(endless.clone()))).await,
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
    );
    let declared = Request::post("/api/v1/process")
        .header("content-length", endless.len())
        .body(Body::from(endless))
        .unwrap();
    let answer = app.send(declared).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    );
}

#[tokio::test]
async fn folders_can_be_chosen_and_looked_through_before_anything_is_made() {
    let (app, _) = TestApp::indexed().await;
    assert_eq!(
        app.get("/api/v1/folders").await.json()["roots"],
        json!(["/"])
    );
    let source = app.source.path().display().to_string();
    let listed = app
        .get(&format!("/api/v1/folders?path={source}"))
        .await
        .json();
    assert_eq!(
        (&listed["folders"], &listed["n_files"], &listed["complete"]),
        (&json!(["b"]), &json!(6), &json!(true))
    );
    assert!(source.starts_with(listed["parent"].as_str().unwrap()));
    let preview = app
        .get(&format!("/api/v1/process/preview?path={source}"))
        .await
        .json();
    assert_eq!(
        (&preview["found"], &preview["pictures"], &preview["formats"]),
        (&json!(7), &json!(5), &json!({"png": 5}))
    );
    assert_eq!(preview["rejected_by_reason"], json!({"empty": 1}));
    assert_eq!(preview["ignored_by_reason"], json!({"not_a_picture": 1}));
    for wrong in [
        "folders?path=data",
        "process/preview?path=/nowhere/at/all",
        "process/preview",
    ] {
        let answer = app.get(&format!("/api/v1/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}
