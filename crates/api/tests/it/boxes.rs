//! Boxes where clients of the original ask for `OBJECTS`: searched with, searched in words, and
//! exported.

use std::io::Read;

use axum::body::Body;
use hyper::{Request, StatusCode};
use lamina_testkit::Picture;
use serde_json::{Value, json};

use crate::{
    annotated::annotated,
    app::{Answer, TestApp},
    explore::upload,
    exports::done,
};

/// What stands in the archive of an export: pictures by path, each with the labels of its boxes.
async fn exported(app: &TestApp, dataset: &str, started: &Answer) -> Vec<(String, Vec<String>)> {
    let ended = done(app, dataset, started).await.json();
    assert_eq!(ended["status"], "COMPLETED", "{ended}");
    let archive = app.get(ended["download_uri"].as_str().unwrap()).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive.body.to_vec())).unwrap();
    let mut text = String::new();
    let mut file = zip.by_name("metadata.json").unwrap();
    file.read_to_string(&mut text).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let items = document["media_items"].as_array().unwrap();
    assert_eq!(document["info"]["total_media_items"], items.len());
    assert_eq!(ended["entities_count"], items.len());
    let labels = |item: &Value| {
        let said = item["metadata_items"].as_array().unwrap().iter();
        let boxes = said.filter(|one| one["type"] == "object_label");
        let label = |one: &Value| {
            one["properties"]["category_name"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        boxes.map(label).collect()
    };
    let told = items.iter().map(|item| {
        let path = item["file_path"].as_str().unwrap().to_owned();
        (path, labels(item))
    });
    told.collect()
}

/// Asks for an export of a selection.
async fn choose(app: &TestApp, dataset: &str, query: &str, selection: Value) -> Answer {
    let uri = format!("/api/v1/dataset/{dataset}/export_entities_async?export_format=json{query}");
    let body = json!({"media_selection": selection}).to_string();
    let request = Request::post(uri).header("content-type", "application/json");
    app.send(request.body(Body::from(body)).unwrap()).await
}

fn one(path: &str, labels: &[&str]) -> (String, Vec<String>) {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    (path.to_owned(), labels)
}

#[tokio::test]
async fn an_export_of_boxes_holds_their_pictures_and_of_the_boxes_only_them() {
    let (app, dataset) = annotated().await;
    let base = format!("/api/v1/dataset/{dataset}/export_context_async?export_format=json");
    let get = async |query: &str| {
        let started = app.get(&format!("{base}&entity_type=OBJECTS{query}")).await;
        exported(&app, &dataset, &started).await
    };
    let all = get("").await;
    assert_eq!(
        all,
        [one("a/one.png", &["cat", "dog"]), one("two.png", &["cat"])]
    );
    // Labels are those of boxes; all else is of their pictures.
    let cats = get("&labels=%5B%22cat%22%5D").await;
    assert_eq!(cats, [one("a/one.png", &["cat"]), one("two.png", &["cat"])]);
    let vql = json!([{"labels": {"op": "one_of", "value": ["dog"]}}]).to_string();
    let vql: String = vql.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(
        get(&format!("&vql={vql}")).await,
        [one("a/one.png", &["dog"])]
    );
    assert_eq!(get("&q=two").await, [one("two.png", &["cat"])]);
    // A search orders the pictures by their closest box: the picture searched with comes first.
    let media = app.media(dataset.parse().unwrap(), "two.png").await;
    let like = get(&format!("&anchor_media_id={media}&anchor_type=MEDIA")).await;
    assert_eq!(
        like,
        [one("two.png", &["cat"]), one("a/one.png", &["cat", "dog"])]
    );
    // What asks for pictures has all boxes in them, as before.
    let pictures = app.get(&format!("{base}&labels=%5B%22dog%22%5D")).await;
    let pictures = exported(&app, &dataset, &pictures).await;
    assert_eq!(pictures, [one("two.png", &["cat"])]);
    let none = app
        .get(&format!("{base}&entity_type=OBJECTS&labels=%5B%22x%22%5D"))
        .await;
    assert_eq!(none.json()["status"], "REJECTED");
    let wrong = app.get(&format!("{base}&entity_type=CATS")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn boxes_and_clusters_of_boxes_are_chosen_to_be_exported() {
    let (app, dataset) = annotated().await;
    let explored = app
        .get(&format!("/api/v1/explore/{dataset}?entity_type=OBJECTS"))
        .await
        .json();
    let cats = &explored["clusters"][0];
    assert_eq!(cats["labels"], json!(["cat"]));
    let ids: Vec<&str> = cats["previews"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["media_id"].as_str().unwrap())
        .collect();
    let choose = async |query: &str, selection: Value| {
        let started = choose(&app, &dataset, query, selection).await;
        exported(&app, &dataset, &started).await
    };
    let chosen = json!([{"type": "media", "payload": {"media_ids": [ids[1]]}}]);
    let told = choose("&entity_type=OBJECTS", chosen).await;
    assert_eq!(told, [one("two.png", &["cat"])]);
    let cluster = |except: &[&str]| {
        json!([{"type": "cluster", "payload": {"cluster_id": cats["cluster_id"],
            "cluster_filters": {"entity_type": "OBJECTS"}, "exclude_media_ids": except}}])
    };
    let told = choose("", cluster(&[])).await;
    assert_eq!(told, [one("a/one.png", &["cat"]), one("two.png", &["cat"])]);
    let told = choose("", cluster(&[ids[0]])).await;
    assert_eq!(told, [one("two.png", &["cat"])]);
    // What several parts name is together what is exported.
    let named = |ids: &[&str]| json!({"type": "media", "payload": {"media_ids": ids}});
    let parts = json!([named(&[ids[1]]), named(&[]), named(&[ids[0]])]);
    let told = choose("&entity_type=OBJECTS", parts).await;
    assert_eq!(told, [one("a/one.png", &["cat"]), one("two.png", &["cat"])]);
    let parts = json!([named(&[ids[0]]), cluster(&[ids[0]])[0]]);
    let told = choose("&entity_type=OBJECTS", parts).await;
    assert_eq!(told, [one("a/one.png", &["cat"]), one("two.png", &["cat"])]);
}

#[tokio::test]
async fn labels_narrow_a_cluster_of_boxes_as_its_filters_do() {
    let (app, dataset) = annotated().await;
    let explored = app
        .get(&format!("/api/v1/explore/{dataset}?entity_type=OBJECTS"))
        .await
        .json();
    let cats = &explored["clusters"][0]["cluster_id"];
    let narrowed = async |vql: &[&str], labels: &[&str]| {
        let clause = |label: &&str| json!({"labels": {"op": "one_of", "value": [label]}});
        let clauses: Vec<Value> = vql.iter().map(clause).collect();
        let filters = json!({"entity_type": "OBJECTS", "vql": clauses, "labels": labels});
        let selection = json!([{"type": "cluster", "payload": {"cluster_id": cats,
            "cluster_filters": filters}}]);
        choose(&app, &dataset, "", selection).await
    };
    for (vql, labels) in [
        (vec!["dog"], vec!["cat"]),
        (vec!["cat", "dog"], vec!["cat"]),
        (vec!["cat"], vec!["dog"]),
        (vec![], vec!["dog"]),
    ] {
        let refused = narrowed(&vql, &labels).await.json();
        assert_eq!(refused["status"], "REJECTED", "{vql:?} {labels:?}");
    }
    let both = narrowed(&["cat"], &["dog", "cat"]).await;
    let both = exported(&app, &dataset, &both).await;
    assert_eq!(both, [one("a/one.png", &["cat"]), one("two.png", &["cat"])]);
}

#[tokio::test]
async fn boxes_are_found_by_a_picture_by_a_box_and_by_words() {
    let (app, dataset) = annotated().await;
    let previews = async |query: &str| -> Vec<Value> {
        let uri = format!("/api/v1/explore/{dataset}?entity_type=OBJECTS&{query}");
        let found = app.get(&uri).await;
        assert_eq!(found.status, StatusCode::OK, "{found:?}");
        let clusters = found.json()["clusters"].as_array().unwrap().clone();
        let all = clusters
            .iter()
            .flat_map(|one| one["previews"].as_array().unwrap().clone());
        all.collect()
    };
    // Uploaded: the boxes of the same picture first.
    let uri = format!("/api/v1/dataset/{dataset}/search-image-similarity?entity_type=OBJECTS");
    let file = Picture::scene(2, 64, 96).png();
    let anchor = app.send(upload(&uri, &file)).await;
    assert_eq!(anchor.status, StatusCode::OK, "{anchor:?}");
    let id = anchor.json()["anchor_media_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let found = previews(&format!("anchor_media_id={id}&anchor_type=UPLOAD")).await;
    assert_eq!(
        (found.len(), &found[0]["file_name"]),
        (3, &"two.png".into())
    );
    assert!(
        found[0]["relevance_score"].as_f64().unwrap() < 1e-3,
        "{}",
        found[0]
    );
    // A box is searched with as the part of its picture that it is.
    let of_box = found[0]["media_id"].as_str().unwrap();
    let picture = found[0]["image_id"].as_str().unwrap();
    let by_box = previews(&format!("anchor_media_id={of_box}&anchor_type=MEDIA")).await;
    let part = previews(&format!("anchor_media_id={picture}&bounding_box=1,2,30,40")).await;
    assert_eq!(by_box, part);
    let twice =
        format!("/api/v1/explore/{dataset}?anchor_media_id={of_box}&bounding_box=1,2,30,40");
    let refused = app.get(&twice).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("that of a box"), "{refused:?}");
    // A box that is called so is closer than any picture.
    let request = Request::post(format!("/api/v1/vector_search/{dataset}"))
        .header("content-type", "application/json")
        .body(Body::from(
            json!({"text": "cat", "entity_type": "OBJECTS"}).to_string(),
        ));
    let found = app.send(request.unwrap()).await;
    assert_eq!(found.status, StatusCode::OK, "{found:?}");
    let found = found.json();
    for (at, picture) in ["one.png", "two.png"].into_iter().enumerate() {
        let result = &found["results"][at];
        assert_eq!(
            (&result["type"], &result["file_name"], &result["labels"]),
            (&json!("OBJECT"), &json!(picture), &json!(["cat"])),
            "{found}"
        );
        assert!(result["bounding_box"].is_array(), "{result}");
        assert_eq!(result["relevance_score"].as_f64(), Some(0.0), "{result}");
    }
}
