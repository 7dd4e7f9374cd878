//! Annotation files over HTTP: what came of them, the boxes, and the parts of pictures in them.

use axum::body::Body;
use hyper::{Request, StatusCode};
use lamina_testkit::Picture;
use serde_json::{Value, json};

use crate::app::{TestApp, settled};

/// Three pictures; two have boxes, a label and captions; one row names no picture.
pub(crate) async fn annotated() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.put("a/one.png", &Picture::scene(1, 96, 64).png());
    app.put("two.png", &Picture::scene(2, 64, 96).png());
    app.put("bare.png", &Picture::scene(3, 80, 80).png());
    let coco = json!({
        "images": [{"id": 1, "file_name": "a/one.png", "width": 96, "height": 64},
            {"id": 2, "file_name": "two.png", "width": 64, "height": 96},
            {"id": 3, "file_name": "gone.png", "width": 8, "height": 8}],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"id": 5, "image_id": 1, "category_id": 1, "bbox": [8, 4, 48, 32]},
            {"id": 6, "image_id": 1, "category_id": 2, "bbox": [0, 0, 12, 12]},
            {"id": 7, "image_id": 2, "category_id": 1, "bbox": [1, 2, 30, 40]},
            {"id": 8, "image_id": 2, "category_id": 2},
            {"id": 9, "image_id": 3, "category_id": 2},
            {"image_id": 2, "caption": "A dog at sea"}],
    });
    app.put("annotations.json", coco.to_string().as_bytes());
    let (dataset, job) = app.open().await;
    app.run(job).await;
    (app, dataset.to_string())
}

fn labels(objects: &Value) -> Vec<&str> {
    let items = objects["items"].as_array().unwrap();
    items
        .iter()
        .map(|one| one["label"].as_str().unwrap())
        .collect()
}

/// Width and height of a JPEG, as its frame header has them.
fn jpeg_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let at = bytes
        .windows(2)
        .position(|pair| matches!(pair, [0xff, 0xc0 | 0xc2]))?;
    let number = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    Some((number(at + 7)?, number(at + 5)?))
}

#[tokio::test]
async fn what_came_of_annotation_files_is_told_by_file_and_row() {
    let (app, dataset) = annotated().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let told = app.get(&format!("{base}/annotations")).await.json();
    let file = &told["files"][0];
    assert_eq!(
        (
            &file["path"],
            &file["format"],
            &file["rows"],
            &file["left_out"]
        ),
        (
            &"annotations.json".into(),
            &"coco".into(),
            &6.into(),
            &1.into()
        )
    );
    assert_eq!(
        (&file["labels"], &file["captions"], &file["boxes"]),
        (&1.into(), &1.into(), &3.into())
    );
    assert_eq!(file["tags"], 0);
    assert_eq!(file["problems_by_reason"], json!({"no_such_picture": 1}));
    assert_eq!(told["problems"][0]["file"], "annotations.json");
    assert_eq!(told["problems"][0]["reason"], "no_such_picture");
    assert!(
        told["warnings"][0].as_str().unwrap().contains("1 of 6"),
        "{told}"
    );
    assert_eq!(told["next_cursor"], Value::Null);
    let wrong = app.get(&format!("{base}/annotations?cursor=x")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    // What the files said is in the details, in the query and among the words.
    let media = app.media(dataset.parse().unwrap(), "two.png").await;
    let details = app.get(&format!("{base}/media/{media}")).await.json();
    assert_eq!(details["caption"], "A dog at sea");
    assert_eq!(
        details["labels"],
        json!([{"label": "dog", "source": "annotation"}])
    );
    assert_eq!(details["objects"][0]["bbox"], json!([1, 2, 30, 40]));
    let found = app
        .get(&format!("{base}/grid?caption_only_filter=sea&label=dog"))
        .await
        .json();
    assert_eq!(found["id"], json!([media]));
}

#[tokio::test]
async fn boxes_are_listed_by_picture_and_label_and_cut_out() {
    let (app, dataset) = annotated().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let all = app.get(&format!("{base}/objects")).await.json();
    assert_eq!(all["total"], 3);
    assert_eq!(labels(&all), ["cat", "dog", "cat"]);
    assert_eq!(
        all["labels"],
        json!([{"value": "cat", "count": 2}, {"value": "dog", "count": 1}])
    );
    let cats = app
        .get(&format!("{base}/objects?object_labels=%5B%22cat%22%5D"))
        .await
        .json();
    assert_eq!(
        (labels(&cats), &cats["total"]),
        (vec!["cat", "cat"], &2.into())
    );
    let of_two = app.get(&format!("{base}/objects?q=two")).await.json();
    assert_eq!(labels(&of_two), ["cat"]);
    // A search counts here as in the grid, and finds boxes by their own labels first.
    for (word, found) in [
        ("dog", vec!["dog", "cat"]),
        ("sea", vec!["cat"]),
        ("wombat", vec![]),
    ] {
        let uri = format!("{base}/objects?caption_only_filter={word}");
        assert_eq!(labels(&app.get(&uri).await.json()), found, "{word}");
    }
    let first = &all["items"][0];
    let uri = first["crop_uri"].as_str().unwrap();
    let crop = app.get(uri).await;
    assert_eq!(crop.status, StatusCode::OK);
    assert_eq!(crop.header("content-type"), "image/jpeg");
    assert!(crop.header("cache-control").contains("immutable"), "{uri}");
    assert_eq!(jpeg_size(&crop.body), Some((48, 32)));
    let again = Request::get(uri)
        .header("if-none-match", crop.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(again).await.status, StatusCode::NOT_MODIFIED);
    for wrong in ["x", "00000000-0000-0000-0000-000000000000"] {
        let gone = app.get(&format!("{base}/objects/{wrong}/crop")).await;
        assert_eq!(
            (gone.status, gone.code().as_str()),
            (StatusCode::NOT_FOUND, "object_not_found")
        );
    }
    insta::assert_json_snapshot!("object", settled(first.clone()));
}

#[tokio::test]
async fn clients_of_the_original_explore_boxes_by_label() {
    let (app, dataset) = annotated().await;
    let uri = format!("/api/v1/explore/{dataset}");
    let all = app.get(&format!("{uri}?entity_type=OBJECTS")).await.json();
    let clusters = all["clusters"].as_array().unwrap();
    let counts: Vec<_> = clusters
        .iter()
        .map(|one| {
            (
                one["labels"][0].as_str().unwrap(),
                one["n_objects"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(counts, [("cat", 2), ("dog", 1)]);
    assert_eq!(clusters[0]["n_images"], 2);
    let id = clusters[0]["cluster_id"].as_str().unwrap();
    let members = app
        .get(&format!(
            "{uri}/similarity_cluster/{id}?entity_type=OBJECTS"
        ))
        .await
        .json();
    let previews = members["previews"].as_array().unwrap();
    assert_eq!(previews.len(), 2);
    assert_eq!(previews[0]["type"], "OBJECT");
    assert_eq!(previews[0]["bounding_box"], json!([8, 4, 48, 32]));
    assert_ne!(previews[0]["media_id"], previews[0]["image_id"]);
    let crop = app.get(previews[0]["media_uri"].as_str().unwrap()).await;
    assert_eq!(crop.status, StatusCode::OK);
    let dogs = app
        .get(&format!("{uri}?entity_type=OBJECTS&labels=%5Bdog%5D"))
        .await
        .json();
    assert_eq!(dogs["clusters"].as_array().unwrap().len(), 1);
    let behind = app
        .get(&format!("{uri}?entity_type=OBJECTS&page_number=1"))
        .await
        .json();
    assert_eq!(behind["clusters"], json!([]));
}

#[tokio::test]
async fn boxes_are_ranked_by_words_and_by_pictures() {
    let (app, dataset) = annotated().await;
    let uri = format!("/api/v1/explore/{dataset}");
    let explore = async |query: &str| {
        let found = app.get(&format!("{uri}?entity_type=OBJECTS&{query}")).await;
        assert_eq!(found.status, StatusCode::OK, "{query}: {found:?}");
        found.json()["clusters"].as_array().unwrap().clone()
    };
    let fts = "vql=%5B%7B%22text%22%3A%7B%22op%22%3A%22fts%22%2C%22value%22%3A%22dogs%22%7D%7D%5D";
    for (query, expected) in [
        // By their own labels, whatever the pictures bear.
        ("caption=cat", vec![("cat", 2, true)]),
        ("image_caption=cats", vec![("cat", 2, true)]),
        // By what the pictures bear, behind those that are called so.
        ("caption=dog", vec![("dog", 1, true), ("cat", 1, false)]),
        (fts, vec![("dog", 1, true), ("cat", 1, false)]),
        ("caption_only_filter=sea", vec![("cat", 1, false)]),
        ("caption_only_filter=%22at+sea%22", vec![("cat", 1, false)]),
        ("caption_only_filter=wombat", vec![]),
        ("caption=dog&labels=%5Bcat%5D", vec![("cat", 1, false)]),
    ] {
        let told = explore(query).await;
        let told: Vec<_> = told
            .iter()
            .map(|one| {
                let score = one["relevance_score"].as_f64().unwrap();
                assert_eq!(one["relevance_score_type"], "cosine_distance");
                assert_eq!(
                    one["previews"][0]["relevance_score"],
                    one["relevance_score"]
                );
                (
                    one["labels"][0].as_str().unwrap().to_owned(),
                    one["n_objects"].as_i64().unwrap(),
                    score == 0.0,
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(label, count, first)| (label.to_owned(), count, first))
            .collect();
        assert_eq!(told, expected, "{query}");
    }
    // Like a picture: those in it first.
    let media = app.media(dataset.parse().unwrap(), "two.png").await;
    let anchor = format!("anchor_media_id={media}&anchor_type=MEDIA");
    let like = explore(&anchor).await;
    assert_eq!(like[0]["labels"], json!(["cat"]));
    assert_eq!(like[0]["previews"][0]["image_id"], json!(media));
    assert_eq!(like[0]["previews"][0]["relevance_score"], 0.0);
    let id = like[0]["cluster_id"].as_str().unwrap();
    let members = format!("{uri}/similarity_cluster/{id}?entity_type=OBJECTS&{anchor}");
    let members = app.get(&members).await.json();
    assert_eq!(members["previews"], like[0]["previews"]);
    // What cannot be read is told as of pictures.
    let wrong = format!("{uri}?entity_type=OBJECTS&caption_only_filter=%28");
    let refused = app.get(&wrong).await;
    let of_pictures = app.get(&format!("{uri}?caption_only_filter=%28")).await;
    assert_eq!(refused.status, of_pictures.status);
}
