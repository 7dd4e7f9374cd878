//! Fields that people give pictures: declared, filled, read, asked of and exported over HTTP.

use axum::body::Body;
use hyper::{Request, StatusCode};
use lamina_model::JobId;
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp},
    form::{FORM, form},
};

async fn post(app: &TestApp, uri: &str, body: &Value) -> Answer {
    let request = Request::post(uri)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    app.send(request).await
}

/// Works on the newest task that takes values in.
async fn take_in(app: &TestApp, dataset: &str) {
    let uri = format!("/api/v1/tasks?dataset_id={dataset}&task_type=CUSTOM_METADATA");
    let tasks = app.get(&uri).await.json();
    let task = tasks["tasks"][0]["task_id"].as_str().unwrap();
    app.run(task.parse::<JobId>().unwrap()).await;
}

/// Declares a field and fills it; gives how that ended.
async fn fill(app: &TestApp, dataset: &str, field: Value, rows: Value) -> Value {
    let tasks = format!("/api/v1/datasets/{dataset}/custom_metadata/tasks");
    let made = post(app, &tasks, &field).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    let made = made.json();
    assert_eq!(made["status"], "INIT");
    let task = format!("{tasks}/{}", made["task_id"].as_str().unwrap());
    let sent = post(app, &task, &rows).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
    assert_eq!(sent.json()["status"], "IN_PROGRESS");
    take_in(app, dataset).await;
    app.get(&format!("{task}/status")).await.json()
}

async fn found(app: &TestApp, dataset: &str, filter: Value) -> Vec<String> {
    let vql = json!([{"metadata": filter}]).to_string();
    let vql: String = vql.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let page = app
        .get(&format!("/api/v1/dataset/{dataset}/grid?vql={vql}"))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{filter}: {page:?}");
    serde_json::from_value(page.json()["path"].clone()).unwrap()
}

#[tokio::test]
async fn every_kind_of_field_is_filled_read_asked_of_and_exported() {
    let (app, id) = TestApp::indexed().await;
    let dataset = id.to_string();
    let (one, four) = (
        app.media(id, "a one.png").await,
        app.media(id, "d.png").await,
    );
    let fill = async |field, rows| {
        let ended = fill(&app, &dataset, field, rows).await;
        assert_eq!(ended["status"], "COMPLETED", "{ended}");
        assert_eq!(
            (&ended["progress"], &ended["inserted_rows"]),
            (&100.0.into(), &2.into())
        );
    };
    let both =
        |a: Value, b: Value| json!([{"media_id": one, "value": a}, {"media_id": four, "value": b}]);
    fill(
        json!({"field_name": "note", "field_type": "string"}),
        both("By the sea".into(), "at home".into()),
    )
    .await;
    fill(
        json!({"field_name": "score", "field_type": "float"}),
        both(2.5.into(), 4.into()),
    )
    .await;
    fill(
        json!({"field_name": "taken", "field_type": "datetime"}),
        both("2025-10-30T10:00:00Z".into(), "2024-01-01".into()),
    )
    .await;
    fill(
        json!({"field_name": "page", "field_type": "link"}),
        both(
            "https://example.org/1".into(),
            "https://example.org/2".into(),
        ),
    )
    .await;
    fill(
        json!({"field_name": "weather", "field_type": "enum", "is_multi": true,
            "enum_options": ["rain", "sun"]}),
        // By the names of their files.
        json!([{"file_name": "a one.png", "value": ["sun", "rain"]},
            {"file_name": "d.png", "value": "rain"}]),
    )
    .await;
    let uri = format!("/api/v1/datasets/{dataset}/image/{one}/custom_metadata");
    let said = json!([
        {"field_name": "note", "field_type": "string", "value": "By the sea"},
        {"field_name": "score", "field_type": "float", "value": 2.5},
        {"field_name": "taken", "field_type": "datetime", "value": "2025-10-30T10:00:00.000000Z"},
        {"field_name": "page", "field_type": "link", "value": "https://example.org/1"},
        {"field_name": "weather", "field_type": "enum", "value": ["sun", "rain"]},
    ]);
    assert_eq!(app.get(&uri).await.json(), said);
    let details = app
        .get(&format!("/api/v1/dataset/{dataset}/media/{one}"))
        .await
        .json();
    assert_eq!(details["custom_metadata"], said);
    let schema = format!("/api/v1/datasets/{dataset}/custom_metadata/schema");
    let schema = app.get(&schema).await.json();
    assert_eq!(schema[4]["enum_options"], json!(["rain", "sun"]));
    assert_eq!(
        (&schema[1]["field_name"], &schema[1]["status"]),
        (&"score".into(), &"COMPLETED".into())
    );
    for (filter, expected) in [
        (
            json!({"field": "note", "op": "contains", "value": "THE SEA"}),
            &["a one.png"][..],
        ),
        (
            json!({"field": "note", "op": "is", "value": "at home"}),
            &["d.png"],
        ),
        (
            json!({"field": "score", "op": "above", "value": 2.5}),
            &["d.png"],
        ),
        (
            json!({"field": "score", "op": "below", "value": 4}),
            &["a one.png"],
        ),
        (
            json!({"field": "score", "op": "is", "value": 4}),
            &["d.png"],
        ),
        (
            json!({"field": "taken", "op": "between", "value": ["2025-10-30", "2025-10-30"]}),
            &["a one.png"],
        ),
        (
            json!({"field": "taken", "op": "before", "value": "2024-12-31"}),
            &["d.png"],
        ),
        (
            json!({"field": "page", "op": "is", "value": "https://example.org/2"}),
            &["d.png"],
        ),
        (
            json!({"field": "weather", "op": "is", "value": "sun"}),
            &["a one.png"],
        ),
        (
            json!({"field": "weather", "op": "one_of", "value": ["sun", "rain"]}),
            &["a one.png", "d.png"],
        ),
    ] {
        assert_eq!(
            found(&app, &dataset, filter.clone()).await,
            expected,
            "{filter}"
        );
    }
    // Values stay when the set is indexed again, and go with their pictures.
    app.put("new.png", &lamina_testkit::Picture::scene(9, 64, 64).png());
    fs_err::remove_file(app.source.path().join("d.png")).unwrap();
    let (_, job) = app.open().await;
    app.run(job).await;
    let sun = json!({"field": "weather", "op": "one_of", "value": ["sun", "rain"]});
    assert_eq!(found(&app, &dataset, sun).await, ["a one.png"]);
    let document = app
        .get(&format!(
            "/api/v1/dataset/{dataset}/export?export_format=json"
        ))
        .await
        .json();
    let items = document["media_items"][0]["metadata_items"]
        .as_array()
        .unwrap();
    let exported: Vec<&Value> = items
        .iter()
        .filter(|item| item["type"] == "custom_metadata")
        .map(|item| &item["properties"])
        .collect();
    assert_eq!(json!(exported), said);
}

#[tokio::test]
async fn rows_at_fault_are_told_and_the_others_count() {
    let (app, id) = TestApp::indexed().await;
    let dataset = id.to_string();
    let media = app.media(id, "d.png").await;
    let rows = json!([
        {"media_id": media, "value": "good"},
        {"media_id": media, "value": "again"},
        {"media_id": dataset, "value": "no such picture"},
        {"media_id": "x", "value": "no id"},
        {"media_id": media, "value": 7},
        {"media_id": media},
        {"file_name": "nowhere.png", "value": "x"},
        7,
    ]);
    let ended = fill(
        &app,
        &dataset,
        json!({"field_name": "n", "field_type": "string"}),
        rows,
    )
    .await;
    assert_eq!(ended["status"], "COMPLETED_WITH_ERRORS");
    assert_eq!(
        (&ended["inserted_rows"], &ended["error_count"]),
        (&1.into(), &7.into())
    );
    let faults = ended["sample_errors"].as_array().unwrap();
    let places: Vec<u64> = faults
        .iter()
        .map(|one| one["row_index"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(faults[3]["reason"], "Expected String");
    // A file that breaks off, or is a list at its beginning only.
    for (name, body) in [("a", "[{\"media_id\": \"x\""), ("b", "[nonsense")] {
        let field = json!({"field_name": name, "field_type": "string"});
        let tasks = format!("/api/v1/datasets/{dataset}/custom_metadata/tasks");
        let made = post(&app, &tasks, &field).await.json();
        let task = format!("{tasks}/{}", made["task_id"].as_str().unwrap());
        // As the original's scripts send it: the file of a form.
        let form = form(&[("file", Some("values.json"), body.as_bytes())]);
        let request = Request::post(&task)
            .header("content-type", FORM)
            .body(Body::from(form))
            .unwrap();
        assert_eq!(app.send(request).await.status, StatusCode::ACCEPTED);
        take_in(&app, &dataset).await;
        let ended = app.get(&format!("{task}/status")).await.json();
        assert_eq!(
            (&ended["status"], &ended["error_count"]),
            (&"COMPLETED_WITH_ERRORS".into(), &1.into()),
            "{body}: {ended}"
        );
    }
}

#[tokio::test]
async fn a_field_is_declared_once_and_filled_once() {
    let (app, id) = TestApp::indexed().await;
    let dataset = id.to_string();
    let media = app.media(id, "d.png").await;
    let tasks = format!("/api/v1/datasets/{dataset}/custom_metadata/tasks");
    let field = json!({"field_name": "n", "field_type": "float"});
    let made = post(&app, &tasks, &field).await.json();
    let again = post(&app, &tasks, &field).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("already exists"), "{again:?}");
    let task = format!("{tasks}/{}", made["task_id"].as_str().unwrap());
    let empty = Request::post(&task).body(Body::empty()).unwrap();
    assert_eq!(
        app.send(empty).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    // A wrong file is not what a field gets, whose values are sent once.
    for wrong in [
        json!({"media_id": media, "value": 1}),
        json!("rows"),
        json!(null),
    ] {
        let refused = post(&app, &task, &wrong).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(refused.code(), "invalid_values", "{wrong}");
    }
    let rows = json!([{"media_id": media, "value": 1}]);
    // Some programs begin with a mark of the encoding.
    let marked = [b"\xEF\xBB\xBF\n ", rows.to_string().as_bytes()].concat();
    let sent = Request::post(&task).header("content-type", "application/json");
    let sent = app.send(sent.body(Body::from(marked)).unwrap()).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
    let twice = post(&app, &task, &rows).await;
    assert_eq!(
        (twice.status, twice.code().as_str()),
        (StatusCode::CONFLICT, "values_sent")
    );
    // What is not there yet cannot be asked of; nor what is of another kind.
    let ask = async |filter: Value| {
        let vql = json!([{"metadata": filter}]).to_string();
        let vql: String = vql.bytes().map(|byte| format!("%{byte:02X}")).collect();
        app.get(&format!("/api/v1/explore/{dataset}?vql={vql}"))
            .await
    };
    let early = ask(json!({"field": "n", "op": "above", "value": 0})).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    take_in(&app, &dataset).await;
    let now = ask(json!({"field": "n", "op": "above", "value": 0})).await;
    assert_eq!(now.json()["clusters"][0]["n_images"], 1);
    for wrong in [
        json!({"field": "n", "op": "contains", "value": "x"}),
        json!({"field": "other", "op": "is", "value": "x"}),
        json!({"field": "n", "op": "above", "value": "x"}),
        json!({"op": "is", "value": "x"}),
    ] {
        let refused = ask(wrong.clone()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    for (wrong, status) in [
        (
            json!({"field_name": " ", "field_type": "float"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"field_name": "e", "field_type": "enum"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"field_name": "e", "field_type": "enum", "enum_options": ["x".repeat(21)]}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"field_name": "e", "field_type": "number"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"field_type": "float"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        assert_eq!(post(&app, &tasks, &wrong).await.status, status, "{wrong}");
    }
    let nothing = app.get(&format!("{tasks}/{media}/status")).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn values_are_the_same_in_every_encoding_however_they_are_cut() {
    let (app, id) = TestApp::indexed().await;
    let dataset = id.to_string();
    let rows = json!([{"file_name": "d.png", "value": "b\u{e9}"}]).to_string();
    let wide = |to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let mark = std::iter::once(0xfeff);
        mark.chain(rows.encode_utf16()).flat_map(to).collect()
    };
    let bodies = [
        rows.clone().into_bytes(),
        [b"\xEF\xBB\xBF\r\n ", rows.as_bytes()].concat(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ];
    let mut number = 0;
    for body in bodies {
        // At every byte of its beginning, and then everywhere.
        let mut cuts: Vec<Vec<&[u8]>> = (0..=8).map(|at| vec![&body[..at], &body[at..]]).collect();
        cuts.push(body.chunks(1).collect());
        for cut in cuts {
            number += 1;
            let field = json!({"field_name": format!("field {number}"), "field_type": "string"});
            let tasks = format!("/api/v1/datasets/{dataset}/custom_metadata/tasks");
            let made = post(&app, &tasks, &field).await.json();
            let task = format!("{tasks}/{}", made["task_id"].as_str().unwrap());
            let parts: Vec<std::io::Result<Vec<u8>>> =
                cut.iter().map(|part| Ok(part.to_vec())).collect();
            let body = Body::from_stream(futures_util::stream::iter(parts));
            let sent = app.send(Request::post(&task).body(body).unwrap()).await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{cut:?}: {sent:?}");
        }
    }
    let uri = format!("/api/v1/tasks?dataset_id={dataset}&task_type=CUSTOM_METADATA&page_size=50");
    let listed = app.get(&uri).await.json();
    let jobs = listed["tasks"].as_array().unwrap();
    assert_eq!(jobs.len(), number);
    for job in jobs {
        let job = job["task_id"].as_str().unwrap();
        app.run(job.parse::<JobId>().unwrap()).await;
    }
    let media = app.media(id, "d.png").await;
    let uri = format!("/api/v1/datasets/{dataset}/image/{media}/custom_metadata");
    let said = app.get(&uri).await.json();
    let said = said.as_array().unwrap();
    assert_eq!(said.len(), number);
    assert!(said.iter().all(|one| one["value"] == "b\u{e9}"), "{said:?}");
    // A mark, and nothing or no list behind it.
    for wrong in [
        &b"\xEF\xBB"[..],
        b"\xEF\xBB\xBF",
        b"\xEF\xBB[]",
        b"\xFF\xFE",
        b" \n",
    ] {
        let field = json!({"field_name": format!("{wrong:?}"), "field_type": "string"});
        let tasks = format!("/api/v1/datasets/{dataset}/custom_metadata/tasks");
        let made = post(&app, &tasks, &field).await.json();
        let task = format!("{tasks}/{}", made["task_id"].as_str().unwrap());
        let sent = app
            .send(Request::post(&task).body(Body::from(wrong)).unwrap())
            .await;
        assert_eq!(sent.code(), "invalid_values", "{wrong:?}");
    }
}
