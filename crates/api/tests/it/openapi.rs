//! The document that describes the API.

use std::path::Path;

use crate::app::TestApp;

#[test]
fn the_committed_document_is_fresh() {
    let made = lamina_api::document_text();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/openapi.json");
    let committed = fs_err::read_to_string(file).unwrap_or_default();
    assert!(
        made == committed,
        "openapi/openapi.json is stale; make it anew with: cargo run -q -p lamina-app -- openapi > openapi/openapi.json"
    );
}

#[test]
fn every_operation_has_an_id_a_summary_a_tag_and_an_answer() {
    let document = serde_json::to_value(lamina_api::document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let place = format!("{method} {path}");
            ids.push(
                operation["operationId"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{place} has no id"))
                    .to_owned(),
            );
            assert!(operation["summary"].is_string(), "{place} has no summary");
            assert!(operation["tags"].is_array(), "{place} has no tag");
            assert!(
                operation["responses"]
                    .as_object()
                    .is_some_and(|all| !all.is_empty()),
                "{place} has no answers"
            );
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "two operations have the same id");
}

#[test]
fn every_parameter_takes_what_its_description_says() {
    let document = serde_json::to_value(lamina_api::document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, schema) = (&parameter["name"], &parameter["schema"]);
                assert!(schema["allOf"].is_null(), "{path} {name}: {schema}");
                let bounded = schema["format"] != "int32" || schema["maximum"].is_number();
                assert!(bounded, "{path} {name}: {schema}");
                if let (Some(words), Some(usual)) =
                    (schema["enum"].as_array(), schema.get("default"))
                {
                    assert!(words.contains(usual), "{path} {name}: {schema}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_program_shows_its_own_document_and_a_page_of_it() {
    let app = TestApp::new().await;
    let document = app.get("/api/v1/openapi.json").await;
    assert_eq!(
        document.json(),
        serde_json::to_value(lamina_api::document()).unwrap()
    );
    let page = app.get("/api/v1/docs").await;
    assert!(page.header("content-type").starts_with("text/html"));
    for path in document.json()["paths"].as_object().unwrap().keys() {
        assert!(
            page.text().contains(path.as_str()),
            "{path} is not on the page"
        );
    }
    assert!(
        !page.text().contains("<script"),
        "the page needs no scripts"
    );
}
