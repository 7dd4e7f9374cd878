//! Copies at the levels of likeness that the original publishes.

use hyper::StatusCode;

use crate::app::TestApp;

#[tokio::test]
async fn copies_are_grouped_at_each_of_the_levels_that_the_original_publishes() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let document = app.get(&format!("{base}/export?export_format=json")).await;
    let document = document.json();
    for level in [
        "0.96", "0.97", "0.98", "0.985", "0.99", "0.995", "0.999", "1.0",
    ] {
        let uri = format!("{base}/duplicates?level={level}");
        let told = app.get(&uri).await.json();
        let number: f64 = level.parse().unwrap();
        let counts = told["levels"].as_array().unwrap();
        assert_eq!(counts.len(), 8);
        let count = counts.iter().find(|one| one["level"] == number).unwrap();
        assert_eq!(count["groups"], told["total"]);
        let pictures = 1 + told["groups"][0]["others"].as_array().unwrap().len();
        assert_eq!(count["pictures"], pictures);
        // What the query language finds, and what the export says of the pictures.
        let vql = format!(
            "%5B%7B%22duplicates%22:%7B%22op%22:%22duplicates%22,%22value%22:{level}%7D%7D%5D"
        );
        let found = app.get(&format!("{base}/grid?vql={vql}")).await.json();
        assert_eq!(found["total"], pictures, "{level}");
        let explored = format!("/api/v1/explore/{dataset}?vql={vql}");
        let explored = app.get(&explored).await.json();
        let clusters = explored["clusters"].as_array().unwrap();
        let images = clusters.iter().map(|one| one["n_images"].as_u64().unwrap());
        assert_eq!(images.sum::<u64>(), pictures as u64);
        let items = document["media_items"].as_array().unwrap();
        let said = items
            .iter()
            .flat_map(|item| item["metadata_items"].as_array().unwrap());
        let of_level = said.filter(|one| one["properties"]["duplicate_threshold"] == number);
        let ids: Vec<_> = of_level
            .map(|one| one["properties"]["duplicate_group_id"].clone())
            .collect();
        assert_eq!(ids.len(), pictures);
        assert!(
            ids.iter().all(|id| *id == told["groups"][0]["group_id"]),
            "{ids:?}"
        );
    }
    let of_tier = format!("{base}/duplicates?level=0.96&tier=edited");
    assert_eq!(app.get(&of_tier).await.json()["total"], 0);
    for wrong in ["0.5", "0.965", "2", "x", "NaN"] {
        let refused = app.get(&format!("{base}/duplicates?level={wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}
