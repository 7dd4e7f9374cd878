//! Captions over HTTP: one picture's, many pictures', and taking that back.

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

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

async fn paths(app: &TestApp, uri: &str) -> Vec<String> {
    let page = app.get(uri).await.json();
    serde_json::from_value(page["path"].clone()).unwrap()
}

#[tokio::test]
async fn a_caption_is_set_found_told_exported_and_taken_back() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let media = app.media(dataset, "d.png").await;
    let uri = format!("{base}/media/{media}/caption");
    let none = app.get(&uri).await.json();
    assert_eq!(
        none,
        json!({"media_id": media, "caption": null, "captions": []})
    );
    let wish = json!({"caption": " A small boat at sea "});
    let set = send(&app, "PUT", &uri, Some(wish)).await;
    assert_eq!(set.status, StatusCode::OK);
    let set = set.json();
    assert_eq!((&set["added"], &set["removed"]), (&1.into(), &0.into()));
    let told = app.get(&uri).await.json();
    let caption = json!({"caption": "A small boat at sea", "source": "user"});
    assert_eq!(told["captions"], json!([caption]));
    let details = app.get(&format!("{base}/media/{media}")).await.json();
    assert_eq!(details["caption"], "A small boat at sea");
    // In full-text search at once, in every form of the words and as a phrase.
    let found = format!("{base}/grid?caption_only_filter=boats");
    assert_eq!(paths(&app, &found).await, ["d.png"]);
    let phrase = format!("{base}/grid?caption_only_filter=%22boat+at+sea%22");
    assert_eq!(paths(&app, &phrase).await, ["d.png"]);
    let not = format!("{base}/grid?caption_only_filter=-boat");
    assert_eq!(paths(&app, &not).await.len(), 3);
    // In what clients of the original read, and in exports.
    let explored = app
        .get(&format!(
            "/api/v1/explore/{dataset}?caption_only_filter=boat"
        ))
        .await
        .json();
    let preview = &explored["clusters"][0]["previews"][0];
    assert_eq!(preview["caption"], "A small boat at sea");
    let document = app.get(&format!("{base}/export?export_format=json")).await;
    assert!(document.text().contains("A small boat at sea"));
    // Another one takes its place.
    let wish = json!({"caption": "A ship"});
    let other = send(&app, "PUT", &uri, Some(wish)).await.json();
    assert_eq!((&other["added"], &other["removed"]), (&1.into(), &1.into()));
    assert!(paths(&app, &found).await.is_empty());
    let back = format!(
        "{base}/changes/{}/undo",
        other["change_id"].as_str().unwrap()
    );
    assert_eq!(send(&app, "POST", &back, None).await.status, StatusCode::OK);
    assert_eq!(paths(&app, &found).await, ["d.png"]);
    let gone = send(&app, "DELETE", &uri, None).await.json();
    assert_eq!(gone["removed"], 1);
    assert_eq!(app.get(&uri).await.json()["caption"], Value::Null);
    assert!(paths(&app, &found).await.is_empty());
    let changes = app.get(&format!("{base}/changes")).await.json();
    assert_eq!(changes["changes"][0]["summary"], "remove captions");
    for (uri, body, status) in [
        (&uri, json!({"caption": "  "}), StatusCode::BAD_REQUEST),
        (
            &uri,
            json!({"caption": "x".repeat(10_001)}),
            StatusCode::BAD_REQUEST,
        ),
        (&uri, json!({}), StatusCode::UNPROCESSABLE_ENTITY),
        (
            &format!("{base}/media/{dataset}/caption"),
            json!({"caption": "x"}),
            StatusCode::NOT_FOUND,
        ),
    ] {
        let refused = send(&app, "PUT", uri, Some(body)).await;
        assert_eq!(refused.status, status, "{refused:?}");
    }
}

#[tokio::test]
async fn many_pictures_get_a_caption_and_keep_it_when_the_set_is_indexed_again() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let marks = format!("{base}/marks");
    let all = json!({"set_caption": "A drawing", "all_matching": true});
    let made = send(&app, "POST", &format!("{marks}?duplicates=none"), Some(all)).await;
    let made = made.json();
    assert_eq!(made["added"], 2, "{made}");
    let found = format!("{base}/grid?caption_only_filter=drawing");
    assert_eq!(paths(&app, &found).await, ["c \"é\" 100% #.png", "d.png"]);
    let media = app.media(dataset, "d.png").await;
    let off = json!({"remove_captions": true, "media_ids": [media]});
    send(&app, "POST", &marks, Some(off)).await;
    assert_eq!(paths(&app, &found).await, ["c \"é\" 100% #.png"]);
    // The next index holds them itself.
    app.put("new.png", &lamina_testkit::Picture::scene(9, 64, 64).png());
    let (_, job) = app.open().await;
    app.run(job).await;
    assert_eq!(paths(&app, &found).await, ["c \"é\" 100% #.png"]);
    let undo = format!(
        "{base}/changes/{}/undo",
        made["change_id"].as_str().unwrap()
    );
    let back = send(&app, "POST", &undo, None).await.json();
    assert_eq!(back["removed"], 1, "what was changed since stays: {back}");
    assert!(paths(&app, &found).await.is_empty());
}

#[tokio::test]
async fn one_caption_after_the_other_is_taken_back_down_to_the_first() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let media = app.media(dataset, "d.png").await;
    let uri = format!("{base}/media/{media}/caption");
    let mut undos = Vec::new();
    for caption in ["one", "two", "three"] {
        let made = send(&app, "PUT", &uri, Some(json!({"caption": caption}))).await;
        let id = made.json()["change_id"].as_str().unwrap().to_owned();
        undos.push(format!("{base}/changes/{id}/undo"));
    }
    for before in [json!("two"), json!("one"), Value::Null] {
        let back = send(&app, "POST", &undos.pop().unwrap(), None).await;
        assert_eq!(back.json()["removed"], 1);
        assert_eq!(app.get(&uri).await.json()["caption"], before);
    }
}
