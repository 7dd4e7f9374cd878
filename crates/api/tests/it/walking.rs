//! Walks through all pages, while people tag what they see.

use std::collections::BTreeSet;

use axum::body::Body;
use hyper::{Request, StatusCode};
use lamina_testkit::Picture;
use serde_json::{Value, json};

use crate::app::TestApp;

const PICTURES: u32 = 9;

async fn set() -> (TestApp, String) {
    let app = TestApp::new().await;
    for seed in 0..PICTURES {
        app.put(
            format!("{seed}.png"),
            &Picture::scene(seed.into(), 48, 48).png(),
        );
    }
    let (dataset, job) = app.open().await;
    app.run(job).await;
    (app, dataset.to_string())
}

async fn post(app: &TestApp, uri: &str, body: Value) -> Value {
    let request = Request::post(uri)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = app.send(request).await;
    assert!(answer.status.is_success(), "{answer:?}");
    answer.json()
}

/// Puts the tag on pictures, or takes it off.
async fn mark(app: &TestApp, dataset: &str, verb: &str, tag: &str, media: &[String]) {
    let body = json!({verb: [tag], "media_ids": media});
    post(app, &format!("/api/v1/dataset/{dataset}/marks"), body).await;
}

fn texts(values: &Value) -> Vec<String> {
    serde_json::from_value(values.clone()).unwrap()
}

#[tokio::test]
async fn a_walk_through_the_grid_meets_each_picture_once_while_tags_change() {
    let (app, dataset) = set().await;
    let tags = format!("/api/v1/dataset/{dataset}/tags");
    let tag = post(&app, &tags, json!({"name": "seen"})).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let base = format!("/api/v1/dataset/{dataset}/grid?tag=untagged&limit=2");
    let (mut uri, mut seen) = (base.clone(), Vec::new());
    loop {
        let page = app.get(&uri).await.json();
        assert_eq!(page["total"], PICTURES, "as when the walk began");
        let ids = texts(&page["id"]);
        // What is seen goes out of the filter at once.
        mark(&app, &dataset, "add_tags", &tag, &ids).await;
        seen.extend(ids);
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        uri = format!("{base}&cursor={cursor}");
    }
    assert_eq!(seen.len(), PICTURES as usize);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
    assert_eq!(app.get(&base).await.json()["total"], 0);
    // And in, where all are tagged and those not seen yet lose their tag.
    let base = format!("/api/v1/dataset/{dataset}/grid?tag={tag}&limit=2");
    let first = app.get(&base).await.json();
    mark(&app, &dataset, "remove_tags", &tag, &seen).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("{base}&cursor={cursor}")).await.json();
    assert_eq!(second["id"].as_array().unwrap().len(), 2);
    assert_eq!(second["total"], PICTURES);
}

#[tokio::test]
async fn a_walk_through_clusters_meets_each_once_while_labels_change() {
    let (app, dataset) = set().await;
    for uri in [
        format!("/api/v1/dataset/{dataset}/clusters?level=0&unlabelled=true&limit=1"),
        format!("/api/v1/dataset/{dataset}/clusters?level=2&unlabelled=true&limit=2"),
    ] {
        let whole = app.get(&uri.replace("&limit=", "&limit=90")).await.json();
        let total = whole["total"].as_u64().unwrap();
        let (mut next, mut seen, mut pictures) = (uri.clone(), Vec::new(), 0);
        let mut labelled = Vec::new();
        loop {
            let page = app.get(&next).await.json();
            for cluster in page["clusters"].as_array().unwrap() {
                seen.push(cluster["cluster_id"].as_str().unwrap().to_owned());
                pictures += cluster["n_images"].as_u64().unwrap();
                let id = cluster["previews"][0]["media_id"].as_str().unwrap();
                labelled.push(id.to_owned());
            }
            // The largest shrink, and so would change places.
            let body = json!({"add_labels": ["x"], "media_ids": labelled});
            post(&app, &format!("/api/v1/dataset/{dataset}/marks"), body).await;
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            next = format!("{uri}&cursor={cursor}");
        }
        assert_eq!(pictures, u64::from(PICTURES), "{uri}");
        assert_eq!(seen.len() as u64, total, "{uri}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
        let body = json!({"remove_labels": ["x"], "media_ids": labelled});
        post(&app, &format!("/api/v1/dataset/{dataset}/marks"), body).await;
    }
}

#[tokio::test]
async fn the_pages_of_explore_go_on_at_their_cursors() {
    let app = TestApp::new().await;
    for seed in 0..130_u32 {
        app.put(
            format!("{seed:03}.png"),
            &Picture::scene(seed.into(), 24, 24).png(),
        );
    }
    let (dataset, job) = app.open().await;
    app.run(job).await;
    for level in [0, 4] {
        let base = format!("/api/v1/explore/{dataset}?threshold={level}&tags=untagged");
        let (mut next, mut clusters) = (base.clone(), Vec::new());
        let mut pictures = BTreeSet::new();
        loop {
            let page = app.get(&next).await.json();
            for cluster in page["clusters"].as_array().unwrap() {
                let id = cluster["cluster_id"].as_str().unwrap().to_owned();
                let inside = format!("/api/v1/explore/{dataset}/similarity_cluster/{id}");
                let mut more = inside.clone();
                loop {
                    let members = app.get(&more).await.json();
                    for one in members["previews"].as_array().unwrap() {
                        let id = one["image_id"].as_str().unwrap().to_owned();
                        assert!(pictures.insert(id), "no picture is met twice");
                    }
                    match members["next_cursor"].as_str() {
                        Some(cursor) => more = format!("{inside}?cursor={cursor}"),
                        None => break,
                    }
                }
                clusters.push(id);
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("{base}&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(pictures.len(), 130, "level {level}");
        assert_eq!(
            clusters.iter().collect::<BTreeSet<_>>().len(),
            clusters.len()
        );
        let told = app.get(&base).await.json();
        let first = told["clusters"].as_array().unwrap().len();
        assert_eq!(first, clusters.len().min(100), "level {level}");
    }
}

#[tokio::test]
async fn a_cursor_counts_for_its_list_and_for_its_analysis_only() {
    let (app, dataset) = set().await;
    let grid = format!("/api/v1/dataset/{dataset}/grid?limit=4");
    let page = app.get(&grid).await.json();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let of_another = app
        .get(&format!("/api/v1/dataset/{dataset}/media?limit=4"))
        .await
        .json();
    let strange = of_another["next_cursor"].as_str().unwrap();
    let refused = app.get(&format!("{grid}&cursor={strange}")).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_cursor")
    );
    let clusters = format!("/api/v1/dataset/{dataset}/clusters?cursor={cursor}");
    let refused = app.get(&clusters).await;
    assert_eq!(refused.code(), "invalid_cursor", "a cursor of the grid");
    let none = app.get(&format!("{grid}&cursor=x")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    app.put("new.png", &Picture::scene(77, 48, 48).png());
    let (_, job) = app.open().await;
    app.run(job).await;
    let stale = app.get(&format!("{grid}&cursor={cursor}")).await;
    assert_eq!(
        (stale.status, stale.code().as_str()),
        (StatusCode::CONFLICT, "stale_cursor")
    );
}
