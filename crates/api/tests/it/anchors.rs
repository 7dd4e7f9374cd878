//! Searching with pictures, parts of pictures, and several of them at once.

use hyper::StatusCode;
use lamina_testkit::Picture;
use serde_json::{Value, json};

use crate::{app::TestApp, explore::upload};

/// Any text as a value of a query.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn ids(app: &TestApp, dataset: &str) -> Vec<String> {
    let grid = app.get(&format!("/api/v1/dataset/{dataset}/grid")).await;
    serde_json::from_value(grid.json()["id"].clone()).unwrap()
}

/// The flat list under a query of `explore`'s parameters: ids and distances.
async fn ranked(app: &TestApp, dataset: &str, query: &str) -> (Vec<String>, Vec<f64>) {
    let uri = format!("/api/v1/dataset/{dataset}/grid?{query}");
    let page = app.get(&uri).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let page = page.json();
    (
        serde_json::from_value(page["id"].clone()).unwrap(),
        serde_json::from_value(page["distance"].clone()).unwrap(),
    )
}

async fn explored(app: &TestApp, dataset: &str, similarity: &Value) -> crate::app::Answer {
    let vql = encoded(&json!([{ "similarity": similarity }]).to_string());
    app.get(&format!("/api/v1/explore/{dataset}?threshold=4&vql={vql}"))
        .await
}

#[tokio::test]
async fn a_picture_finds_itself_first_even_before_its_copies() {
    let (app, dataset) = TestApp::indexed().await;
    let dataset = dataset.to_string();
    for id in ids(&app, &dataset).await {
        let (found, distances) = ranked(&app, &dataset, &format!("anchor_media_id={id}")).await;
        assert_eq!((&found[0], distances[0]), (&id, 0.0));
        assert!(distances.is_sorted(), "{distances:?}");
        let clusters = explored(&app, &dataset, &json!({"op": "media", "value": id}))
            .await
            .json();
        let first = &clusters["clusters"][0]["previews"][0];
        assert_eq!(first["media_id"], id.as_str());
        assert_eq!(first["relevance_score"].to_string(), "0.0");
    }
}

#[tokio::test]
async fn a_region_of_a_picture_finds_what_looks_like_it() {
    let (app, dataset) = TestApp::indexed().await;
    let dataset = dataset.to_string();
    let id = ids(&app, &dataset).await.remove(2);
    let details = app
        .get(&format!("/api/v1/dataset/{dataset}/media/{id}"))
        .await
        .json();
    let (width, height) = (
        details["width"].as_u64().unwrap(),
        details["height"].as_u64().unwrap(),
    );
    let near = |region: String| {
        let query = format!("anchor_media_id={id}&bounding_box={}", encoded(&region));
        let (app, dataset) = (&app, &dataset);
        async move { ranked(app, dataset, &query).await }
    };
    let whole = ranked(&app, &dataset, &format!("anchor_media_id={id}")).await;
    // A box around everything is the whole picture, in either spelling.
    assert_eq!(near(format!("0,0,{},{}", width + 9, height)).await, whole);
    let all = r#"{"x":0,"y":0,"width":1,"height":1}"#;
    assert_eq!(near(all.to_owned()).await, whole);
    // The left upper quarter is another question, the same in both spellings.
    let quarter = near(format!("0,0,{},{}", width / 2, height / 2)).await;
    assert_ne!(quarter.1, whole.1);
    let part = r#"{"x":0,"y":0,"width":0.5,"height":0.5}"#;
    assert_eq!(near(part.to_owned()).await, quarter);
    // As is the region of the same file when it is uploaded.
    let path = details["original_uri"].as_str().unwrap();
    let file = fs_err::read(app.source.path().join(path)).unwrap();
    let uri = format!(
        "/api/v1/dataset/{dataset}/search-image-similarity?entity_type=IMAGES&bounding_box={}",
        encoded(part)
    );
    let anchor = app.send(upload(&uri, &file)).await.json();
    let uploaded = anchor["anchor_media_id"].as_str().unwrap();
    let query = format!("anchor_media_id={uploaded}&anchor_type=UPLOAD");
    assert_eq!(ranked(&app, &dataset, &query).await, quarter);
}

#[tokio::test]
async fn several_pictures_pull_and_some_push_away() {
    let (app, dataset) = TestApp::indexed().await;
    let dataset = dataset.to_string();
    let ids = ids(&app, &dataset).await;
    let (one, other) = (&ids[0], &ids[3]);
    let both = format!("anchor_media_id={one},{other}");
    let both = format!("[{}]", both.trim_start_matches("anchor_media_id="));
    let (_, alone) = ranked(&app, &dataset, &format!("anchor_media_id={one}")).await;
    let (found, together) = ranked(
        &app,
        &dataset,
        &format!("anchor_media_id={}", encoded(&both)),
    )
    .await;
    let place = |found: &[String], id: &String| found.iter().position(|known| known == id).unwrap();
    assert!(place(&found, other) < ids.len());
    assert!(together[0] > alone[0], "no picture is both at once");
    let query = format!("anchor_media_id={one}&less_like={other}");
    let (pushed, further) = ranked(&app, &dataset, &query).await;
    assert_eq!(&pushed[0], one);
    let (usual, _) = ranked(&app, &dataset, &format!("anchor_media_id={one}")).await;
    assert!(further[place(&pushed, other)] > alone[place(&usual, other)] + 0.01);
    let in_query = json!({"op": "media", "value": [one], "less_like": [other]});
    let clusters = explored(&app, &dataset, &in_query).await.json();
    assert_eq!(
        clusters["clusters"][0]["previews"][0]["media_id"],
        one.as_str()
    );
    // Away from one alone, that one comes last.
    let alone = &ids[2];
    let (away, _) = ranked(&app, &dataset, &format!("less_like={alone}")).await;
    assert_eq!(away.last(), Some(alone));
}

#[tokio::test]
async fn a_wrong_anchor_is_named_by_its_element() {
    let (app, dataset) = TestApp::indexed().await;
    let id = ids(&app, &dataset.to_string()).await.remove(0);
    let dataset = dataset.to_string();
    for (wrong, loc) in [
        (
            json!({"op": "media", "value": [id, dataset]}),
            json!(["query", "vql", "0", "similarity", "value", "1"]),
        ),
        (
            json!({"op": "media", "value": id, "less_like": [{"id": id, "bounding_box": "90000,0,5,5"}]}),
            json!([
                "query",
                "vql",
                "0",
                "similarity",
                "less_like",
                "0",
                "bounding_box"
            ]),
        ),
        (
            json!({"op": "media", "value": id, "bounding_box": "0,0,0,0"}),
            json!(["query", "vql", "0", "similarity", "bounding_box"]),
        ),
        (
            json!({"op": "upload", "value": id}),
            json!(["query", "vql", "0", "similarity", "value"]),
        ),
    ] {
        let answer = explored(&app, &dataset, &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(answer.json()["detail"][0]["loc"], loc, "{wrong}");
    }
    let base = format!("/api/v1/explore/{dataset}?anchor_media_id={id}");
    for (wrong, status) in [
        ("&bounding_box=1,2", StatusCode::UNPROCESSABLE_ENTITY),
        (
            "&bounding_box=90000,0,5,5",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("&anchor_type=CAT", StatusCode::UNPROCESSABLE_ENTITY),
        ("&anchor_type=UPLOAD", StatusCode::NOT_FOUND),
        ("&less_like=%5B7%5D", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = app.get(&format!("{base}{wrong}")).await;
        assert_eq!(answer.status, status, "{wrong}");
    }
    let file = fs_err::read(app.source.path().join("d.png")).unwrap();
    let uri = format!("/api/v1/dataset/{dataset}/search-image-similarity");
    for (name, wrong) in [
        ("bounding_box", "1,2,3"),
        ("bounding_box", "90000,0,5,5"),
        ("threshold", "5"),
        ("threshold", "near"),
        ("allow_deleted", "perhaps"),
    ] {
        let answer = app
            .send(upload(&format!("{uri}?{name}={wrong}"), &file))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let loc = &answer.json()["detail"][0]["loc"];
        assert_eq!(*loc, json!(["query", name]), "{wrong}");
    }
}

#[tokio::test]
async fn a_part_of_a_file_that_changed_is_not_what_was_pointed_at() {
    let (app, dataset) = TestApp::indexed().await;
    let id = ids(&app, &dataset.to_string()).await.remove(2);
    let file = app.source.path().join("c \"é\" 100% #.png");
    fs_err::write(file, Picture::scene(9, 64, 96).png()).unwrap();
    let uri = format!(
        "/api/v1/dataset/{dataset}/grid?anchor_media_id={id}&bounding_box={}",
        encoded("0,0,20,20")
    );
    for _ in 0..2 {
        let answer = app.get(&uri).await;
        let detail = answer.json()["detail"].to_string();
        assert_eq!(answer.status, StatusCode::CONFLICT, "{detail}");
        assert!(detail.contains("changed since it was indexed"), "{detail}");
    }
}
