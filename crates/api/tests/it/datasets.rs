//! Datasets over the wire.

use axum::body::Body;
use hyper::{Request, StatusCode};
use insta::assert_json_snapshot;
use serde_json::json;

use crate::app::{TestApp, settled};

#[tokio::test]
async fn health_tells_that_authentication_is_off() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/healthcheck").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json(),
        json!({
            "status": "Green",
            "service-health-message": "none",
            "version": "0.0.0-test",
            "authentication": "off",
            "mode": "local",
            "provider": false,
        })
    );
}

#[tokio::test]
async fn a_dataset_has_every_field_of_every_version_before_and_after_indexing() {
    let app = TestApp::new().await;
    app.put("a.png", &lamina_testkit::Picture::scene(1, 32, 32).png());
    let (id, job) = app.open().await;
    let before = app.get(&format!("/api/v1/dataset/{id}")).await;
    assert_eq!(before.status, StatusCode::OK);
    assert_json_snapshot!("dataset_before", settled(before.json()));
    app.run(job).await;
    let after = app.get(&format!("/api/v1/dataset/{id}")).await.json();
    assert_json_snapshot!("dataset_after", settled(after.clone()));
    let created = after["created_at"].as_str().unwrap();
    assert!(
        lamina_model::Timestamp::from_naive_iso(created).is_ok(),
        "{created}"
    );
    let preview = app.get(after["preview_uri"].as_str().unwrap()).await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(preview.header("content-type").starts_with("image/"));
}

#[tokio::test]
async fn the_list_is_an_array_of_the_same_objects_the_newest_first() {
    let (app, first) = TestApp::indexed().await;
    let other = tempfile::tempdir().unwrap();
    let wish = lamina_engine::CreateFolder {
        path: other.path().to_owned(),
        name: Some("A later one".to_owned()),
        ..lamina_engine::CreateFolder::default()
    };
    let second = app
        .engine
        .open_folder(&lamina_engine::Caller::Local, wish)
        .await
        .unwrap()
        .dataset
        .id;
    let ids = |answer: serde_json::Value| -> Vec<String> {
        answer
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let newest_first = [second.to_string(), first.to_string()];
    assert_eq!(ids(app.get("/api/v1/datasets").await.json()), newest_first);
    assert_eq!(
        ids(app
            .get("/api/v1/datasets?sort_by=date&include_hidden=False")
            .await
            .json()),
        newest_first
    );
    assert_eq!(
        ids(app.get("/api/v1/datasets?sort_by=name").await.json()),
        newest_first
    );
    let alone = app.get(&format!("/api/v1/dataset/{first}")).await.json();
    assert_eq!(app.get("/api/v1/datasets").await.json()[1], alone);
}

#[tokio::test]
async fn malformed_parameters_are_told_as_fastapi_does() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/datasets?include_hidden=perhaps").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.code(), "invalid_parameters");
    assert_eq!(
        answer.json()["detail"],
        json!([{
            "type": "bool_parsing",
            "loc": ["query", "include_hidden"],
            "msg": "Input should be a valid boolean, unable to interpret input",
            "input": "perhaps",
        }])
    );
}

#[tokio::test]
async fn an_id_that_is_none_and_one_that_is_nobodys_are_both_not_found() {
    let (app, id) = TestApp::indexed().await;
    let upper = id.to_string().to_uppercase();
    assert_eq!(
        app.get(&format!("/api/v1/dataset/{upper}")).await.status,
        StatusCode::OK
    );
    for wrong in [
        "0198c0de-0000-7000-8000-000000000000",
        "nonsense",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "%F0%9F%8F%8E",
        &id.as_uuid().simple().to_string(),
        &"x".repeat(10_000),
    ] {
        let answer = app.get(&format!("/api/v1/dataset/{wrong}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "dataset_not_found"),
            "{wrong}"
        );
        assert!(answer.body.len() < 400, "{answer:?}");
    }
}

#[tokio::test]
async fn the_numbers_of_a_dataset_add_up() {
    let (app, id) = TestApp::indexed().await;
    let answer = app.get(&format!("/api/v1/dataset/{id}/stats")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let stats = answer.json();
    let number = |name: &str| stats[name].as_u64().unwrap();
    assert_eq!(
        number("found"),
        number("indexed") + number("rejected") + number("ignored")
    );
    assert_eq!(
        (number("indexed"), number("rejected"), number("ignored")),
        (4, 2, 1)
    );
    assert_eq!(number("exact_duplicates"), 1);
    let fields: Vec<_> = stats.as_object().unwrap().keys().cloned().collect();
    assert_json_snapshot!("stats_fields", fields);
}

#[tokio::test]
async fn numbers_are_told_once_there_are_some() {
    let app = TestApp::new().await;
    let (id, _) = app.open().await;
    let answer = app.get(&format!("/api/v1/dataset/{id}/stats")).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::CONFLICT, "not_indexed_yet")
    );
    let creation = app
        .get(&format!("/api/v1/datasets/{id}/creation-status"))
        .await
        .json();
    assert_eq!(creation, json!({"status": "DRAFT", "progress": 0}));
}

#[tokio::test]
async fn rejected_files_are_listed_with_reason_and_note_page_by_page() {
    let (app, id) = TestApp::indexed().await;
    let all = app
        .get(&format!("/api/v1/dataset/{id}/rejected"))
        .await
        .json();
    let mut fixed = settled(all.clone());
    for item in fixed["items"].as_array_mut().unwrap() {
        assert!(item["note"].as_str().is_some_and(|note| !note.is_empty()));
        // The numbers are those of the encoder that made the file.
        item["note"] = "[note]".into();
        item["size_bytes"] = "[size_bytes]".into();
    }
    assert_json_snapshot!("rejected", fixed);
    let first = app
        .get(&format!("/api/v1/dataset/{id}/rejected?limit=1"))
        .await
        .json();
    let cursor = first["next_cursor"]
        .as_str()
        .expect("there is a second page");
    let second = app
        .get(&format!(
            "/api/v1/dataset/{id}/rejected?limit=1&cursor={cursor}"
        ))
        .await
        .json();
    assert_eq!(json!([first["items"][0], second["items"][0]]), all["items"]);
    assert!(second["next_cursor"].is_null());
    let empty = app
        .get(&format!("/api/v1/dataset/{id}/rejected?reason=empty"))
        .await
        .json();
    assert_eq!(empty["items"].as_array().unwrap().len(), 1);
    for (query, kind) in [
        ("reason=odd", "enum"),
        ("limit=0", "greater_than_equal"),
        ("limit=1001", "less_than_equal"),
        ("cursor=zz", "value_error"),
    ] {
        let answer = app
            .get(&format!("/api/v1/dataset/{id}/rejected?{query}"))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(answer.json()["detail"][0]["type"], kind, "{query}");
    }
}

#[tokio::test]
async fn a_removed_dataset_is_gone_and_its_source_is_not() {
    let (app, id) = TestApp::indexed().await;
    let answer = app
        .send(
            Request::delete(format!("/api/v1/dataset/{id}"))
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (StatusCode::OK, json!({"deleted": true, "dataset_id": id}))
    );
    assert_eq!(
        app.get(&format!("/api/v1/dataset/{id}")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(app.get("/api/v1/datasets").await.json(), json!([]));
    assert!(app.source.path().join("d.png").exists());
}
