//! Searching in words, with and without labels. The quick embedder of tests knows red, green and
//! blue.

use axum::body::Body;
use hyper::{Request, StatusCode};
use lamina_testkit::Picture;
use serde_json::{Value, json};

use crate::app::TestApp;

async fn colours() -> (TestApp, String) {
    let app = TestApp::new().await;
    for (name, rgb) in [
        ("plain/1.png", [250, 20, 20]),
        ("plain/2.png", [20, 250, 20]),
        ("plain/3.png", [20, 20, 250]),
        ("red sunset.png", [20, 30, 240]),
        ("plain/4.png", [220, 30, 60]),
    ] {
        app.put(name, &Picture::flat(80, 60, rgb).png());
    }
    let (dataset, job) = app.open().await;
    app.run(job).await;
    (app, dataset.to_string())
}

fn names(page: &Value) -> Vec<&str> {
    let paths = page["path"].as_array().unwrap();
    paths.iter().map(|path| path.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_text_finds_what_pictures_show_and_what_has_the_words() {
    let (app, dataset) = colours().await;
    let grid = format!("/api/v1/dataset/{dataset}/grid");
    let page = app.get(&format!("{grid}?caption=red")).await.json();
    let mut found = names(&page);
    found.sort_unstable();
    assert_eq!(found, ["plain/1.png", "plain/4.png", "red sunset.png"]);
    let distances: Vec<f64> = serde_json::from_value(page["distance"].clone()).unwrap();
    assert!(distances.is_sorted() && distances[2] < 0.5, "{distances:?}");
    // Only words.
    let page = app
        .get(&format!("{grid}?caption_only_filter=red"))
        .await
        .json();
    assert_eq!(names(&page), ["red sunset.png"]);
    let page = app.get(&format!("{grid}?caption=sunset+-red")).await.json();
    assert_eq!(names(&page), [""; 0]);
    // The whole name of a file comes first, at 0.
    let page = app.get(&format!("{grid}?caption=2.png")).await.json();
    assert_eq!(
        (names(&page)[0], page["distance"][0].as_f64()),
        ("plain/2.png", Some(0.0))
    );
    // Facets count what is found.
    let facets = format!("/api/v1/dataset/{dataset}/facets");
    let counts = app
        .get(&format!("{facets}?caption=red&folder=plain"))
        .await
        .json();
    assert_eq!(counts["total"], 2);
    let folders = counts["folders"].as_array().unwrap().iter();
    let folders: Vec<u64> = folders.map(|one| one["count"].as_u64().unwrap()).collect();
    assert_eq!(folders.iter().sum::<u64>(), 3, "{counts}");
    let broken = app.get(&format!("{facets}?caption_only_filter=%28a")).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    // A smaller distance leaves out more.
    let near = format!("{grid}?caption=green&textual_similarity_threshold=0.01");
    assert_eq!(names(&app.get(&near).await.json()), ["plain/2.png"]);
}

#[tokio::test]
async fn a_score_is_the_same_on_every_page_and_under_every_filter() {
    let (app, dataset) = colours().await;
    let vql = r#"[{"text":{"op":"semantic","value":"blue","threshold":1}}]"#;
    let vql: String = vql.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let explore = format!("/api/v1/explore/{dataset}?threshold=0&vql={vql}");
    let all = app.get(&explore).await.json();
    let mut scores = std::collections::BTreeMap::new();
    for cluster in all["clusters"].as_array().unwrap() {
        for preview in cluster["previews"].as_array().unwrap() {
            let name = preview["original_uri"].as_str().unwrap().to_owned();
            scores.insert(name, preview["relevance_score"].clone());
        }
    }
    let grid = format!("/api/v1/dataset/{dataset}/grid");
    let base = format!("{grid}?caption=blue&textual_similarity_threshold=1");
    let mut seen = 0;
    for query in ["&limit=1", "&limit=1&offset=1", "&folder=plain"] {
        let page = app.get(&format!("{base}{query}")).await.json();
        for (name, distance) in names(&page)
            .iter()
            .zip(page["distance"].as_array().unwrap())
        {
            assert_eq!(&scores[*name], distance, "{query} {name}");
            seen += 1;
        }
    }
    assert!(seen >= 3);
}

#[tokio::test]
async fn a_list_without_clusters_comes_by_post() {
    let (app, dataset) = colours().await;
    let uri = format!("/api/v1/vector_search/{dataset}");
    let ask = |body: Value| {
        let request = Request::post(&uri)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()));
        app.send(request.unwrap())
    };
    let found = ask(json!({"text": "blue", "entity_type": "IMAGES", "limit": 1})).await;
    assert_eq!(found.status, StatusCode::OK, "{found:?}");
    let found = found.json();
    assert_eq!(found["count"], 1);
    let first = &found["results"][0];
    assert_eq!(first["relevance_score_type"], "cosine_distance");
    assert!(first["relevance_score"].as_f64().unwrap() < 0.1, "{first}");
    for (wrong, name) in [
        (json!({"text": " "}), "text"),
        (json!({"text": "x", "limit": 0}), "limit"),
        (json!({"text": "x", "threshold": 2}), "threshold"),
        (json!({"text": "x", "entity_type": "CATS"}), "entity_type"),
    ] {
        let answer = ask(wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert_eq!(answer.json()["detail"][0]["loc"], json!(["body", name]));
    }
    let models = app.get(&format!("{uri}/embedding_models")).await.json();
    assert_eq!(
        models,
        json!([{"name": "fake/grid4", "dimensions": 48, "text": true}])
    );
}

#[tokio::test]
async fn a_picture_tells_what_it_seems_to_show() {
    let (app, dataset) = colours().await;
    let page = app
        .get(&format!("/api/v1/dataset/{dataset}/grid"))
        .await
        .json();
    let id = page["id"][0].as_str().unwrap();
    let details = app
        .get(&format!("/api/v1/dataset/{dataset}/media/{id}"))
        .await
        .json();
    assert_eq!(details["predicted"][0]["name"], "red", "{details}");
    assert!(details["predicted"][0]["share"].as_f64().unwrap() > 0.9);
}
