//! What people call things: as long as the document says, as it was sent, and kept without the
//! spaces around it.

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use crate::{
    accounts::server::{TestServer, ask},
    app::{Answer, TestApp},
};

/// A field of a request that names something.
struct Named {
    method: &'static str,
    /// As in the document.
    path: &'static str,
    field: &'static str,
    /// Where the answer has the name; nowhere where it has it not.
    told: Option<&'static str>,
}

impl Named {
    /// What the document says of the field.
    fn schema(&self) -> Value {
        let document = serde_json::to_value(lamina_api::document()).unwrap();
        let operation = &document["paths"][self.path][self.method.to_lowercase()];
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        if let Some(found) = parameters.clone().find(|one| one["name"] == self.field) {
            return found["schema"].clone();
        }
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let place = body["$ref"]
            .as_str()
            .or_else(|| body["oneOf"][1]["$ref"].as_str())
            .unwrap_or_else(|| panic!("{} {}: {body}", self.method, self.path));
        let schema = document.pointer(place.trim_start_matches('#')).unwrap();
        schema["properties"][self.field].clone()
    }

    fn longest(&self) -> usize {
        let (schema, place) = (self.schema(), format!("{} {}", self.method, self.path));
        let longest = schema["maxLength"].as_u64();
        usize::try_from(longest.unwrap_or_else(|| panic!("{place}: {schema}"))).unwrap()
    }

    fn is_in_query(&self) -> bool {
        let document = serde_json::to_value(lamina_api::document()).unwrap();
        let operation = &document["paths"][self.path][self.method.to_lowercase()];
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.clone().any(|one| one["name"] == self.field)
    }
}

const fn named(
    method: &'static str,
    path: &'static str,
    field: &'static str,
    told: Option<&'static str>,
) -> Named {
    Named {
        method,
        path,
        field,
        told,
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Sends names around the bound, and looks at what becomes of them. `send` gets what the field is
/// to hold.
async fn try_lengths(named: &Named, mark: char, send: impl AsyncFn(&str) -> Answer) {
    let place = format!("{} {} {}", named.method, named.path, named.field);
    let longest = named.longest();
    let kept: String = std::iter::repeat_n(mark, longest - 2).collect();
    let refused = [
        format!(" {kept}{mark}{mark}"),
        format!("{kept}  \u{3000}"),
        " ".repeat(longest + 1),
    ];
    for sent in refused {
        let answer = send(&sent).await;
        let known = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
        assert!(known.contains(&answer.status), "{place}: {answer:?}");
        let told = answer.text();
        assert!(
            told.contains(&format!("{}", longest + 1)),
            "{place}: {told}"
        );
    }
    if named.schema()["minLength"].is_number() {
        for sent in ["", " \u{3000}"] {
            let answer = send(sent).await;
            assert!(answer.status.is_client_error(), "{place}: {answer:?}");
        }
    }
    let answer = send(&format!(" {kept}\u{a0}")).await;
    assert!(answer.status.is_success(), "{place}: {answer:?}");
    if let Some(told) = named.told {
        assert_eq!(answer.json()[told], kept, "{place}");
    }
}

#[tokio::test]
async fn a_name_is_as_long_as_the_document_says_counted_as_it_was_sent() {
    let (app, dataset) = TestApp::indexed().await;
    let dataset = dataset.to_string();
    let media = app.media(dataset.parse().unwrap(), "d.png").await;
    let tag = send(
        &app,
        "POST",
        &format!("/api/v1/dataset/{dataset}/tags"),
        Some(json!({"name": "a tag"})),
    )
    .await;
    let tag = tag.json()["id"].as_str().unwrap().to_owned();
    let source = escaped(app.source.path().to_str().unwrap());
    let all = [
        named(
            "POST",
            "/api/v1/dataset/{dataset_id}/tags",
            "name",
            Some("name"),
        ),
        named(
            "PATCH",
            "/api/v1/dataset/{dataset_id}/tags/{tag_id}",
            "name",
            Some("name"),
        ),
        named(
            "POST",
            "/api/v1/dataset/{dataset_id}/views",
            "name",
            Some("name"),
        ),
        named(
            "POST",
            "/api/v1/dataset/{dataset_id}/duplicates/apply",
            "tag",
            None,
        ),
        named(
            "PATCH",
            "/api/v1/dataset/{dataset_id}",
            "display_name",
            Some("display_name"),
        ),
        named(
            "PUT",
            "/api/v1/dataset/{dataset_id}/media/{media_id}/caption",
            "caption",
            None,
        ),
        named(
            "POST",
            "/api/v1/dataset/{dataset_id}/marks",
            "set_caption",
            None,
        ),
        named(
            "POST",
            "/api/v1/datasets/{dataset_id}/custom_metadata/tasks",
            "field_name",
            None,
        ),
        named("GET", "/api/v1/ingestion/new_dataset", "dataset_name", None),
        named("POST", "/api/v1/dataset", "dataset_name", None),
        // The folder is a dataset already, which keeps its name.
        named("POST", "/api/v1/process", "name", None),
    ];
    for (one, mark) in all.iter().zip('a'..) {
        let path = one
            .path
            .replace("{dataset_id}", &dataset)
            .replace("{tag_id}", &tag)
            .replace("{media_id}", &media);
        try_lengths(one, mark, async |text: &str| {
            if one.is_in_query() {
                let mut query = format!("{}={}", one.field, escaped(text));
                if one.field == "name" && one.path.ends_with("process") {
                    query.push_str(&format!("&path={source}"));
                }
                return send(&app, one.method, &format!("{path}?{query}"), None).await;
            }
            let mut body = json!({one.field: text});
            if one.field == "set_caption" {
                body["media_ids"] = json!([media]);
            }
            if one.field == "field_name" {
                body["field_type"] = "float".into();
            }
            send(&app, one.method, &path, Some(body)).await
        })
        .await;
    }
    let field = app
        .get(&format!(
            "/api/v1/datasets/{dataset}/custom_metadata/schema"
        ))
        .await;
    assert_eq!(field.json()[0]["field_name"], "h".repeat(198));
    let described = json!({"description": "x".repeat(10_001)});
    let described = send(
        &app,
        "PATCH",
        &format!("/api/v1/dataset/{dataset}"),
        Some(described),
    )
    .await;
    assert_eq!(described.status, StatusCode::BAD_REQUEST);
}

async fn send(app: &TestApp, method: &str, uri: &str, body: Option<Value>) -> Answer {
    let request = Request::builder().method(method).uri(uri);
    let request = match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    app.send(request.unwrap()).await
}

#[tokio::test]
async fn a_label_is_said_and_unsaid_with_spaces_around_it() {
    let (app, dataset) = TestApp::indexed().await;
    let media = app.media(dataset, "d.png").await;
    let marks = format!("/api/v1/dataset/{dataset}/marks");
    for (change, label) in [
        (json!({"add_labels": [" boat "]}), Some("boat")),
        (json!({"remove_labels": ["\tboat "]}), None),
    ] {
        let mut change = change;
        change["media_ids"] = json!([media]);
        let made = send(&app, "POST", &marks, Some(change)).await;
        assert_eq!(made.status, StatusCode::OK, "{made:?}");
        let details = app
            .get(&format!("/api/v1/dataset/{dataset}/media/{media}"))
            .await;
        let labels = &details.json()["labels"];
        let said = labels.to_string().contains("boat");
        assert_eq!(said, label.is_some(), "{labels}");
    }
    for label in [format!(" {}", "x".repeat(200)), " ".to_owned()] {
        let change = json!({"add_labels": [label], "media_ids": [media]});
        let refused = send(&app, "POST", &marks, Some(change)).await;
        assert_eq!(refused.code(), "invalid_label");
    }
}

#[tokio::test]
async fn keys_and_people_are_named_by_the_same_rule() {
    let server = TestServer::new().await;
    let session = server.sign_in("admin").await;
    let key = server.make_key(&session, &json!({"name": "first"})).await;
    let all = [
        named("POST", "/api/v1/api_credentials", "name", None),
        named(
            "PATCH",
            "/api/v1/api_credentials/{api_key}",
            "name",
            Some("name"),
        ),
    ];
    for one in all {
        let path = one.path.replace("{api_key}", &key.id);
        try_lengths(&one, 'k', async |text: &str| {
            let method = one.method.parse().unwrap();
            let asked = ask(method, &path).session(&session);
            server.send(asked.json(&json!({one.field: text}))).await
        })
        .await;
    }
    let users = named("POST", "/api/v1/keycloak/admin/users", "username", None);
    let add = async |email: String| {
        let body = json!({"username": email, "password": "nine blue doors at dusk"});
        let asked = ask(hyper::Method::POST, users.path).session(&session);
        server.send(asked.json(&body)).await
    };
    let longest = users.longest();
    let email = |length: usize| format!("{}@b.example", "a".repeat(length - "@b.example".len()));
    let refused = add(format!(" {}", email(longest))).await;
    assert_eq!(refused.code(), "invalid_email");
    let count = format!("this one has {}", longest + 1);
    assert!(refused.text().contains(&count), "{refused:?}");
    let made = add(format!(" {}", email(longest - 1))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.json()["username"], email(longest - 1));
}
