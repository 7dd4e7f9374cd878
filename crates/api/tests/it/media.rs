//! Pictures over the wire.

use axum::body::Body;
use hyper::{Request, StatusCode};
use insta::assert_json_snapshot;
use lamina_testkit::Picture;

use crate::app::{TestApp, settled};

#[tokio::test]
async fn a_picture_is_told_with_everything_known_about_it() {
    let (app, dataset) = TestApp::indexed().await;
    let id = app.media(dataset, "c \"é\" 100% #.png").await;
    let media = app
        .get(&format!("/api/v1/dataset/{dataset}/media/{id}"))
        .await
        .json();
    let mut fixed = settled(media.clone());
    // How the measures are taken is the business of the room that takes them.
    fixed["measures"] = "[measures]".into();
    for hash in [
        "perceptual_hash",
        "content_hash",
        "pixel_hash",
        "size_bytes",
        "uniqueness",
    ] {
        assert!(!fixed[hash].is_null(), "{hash}");
        fixed[hash] = format!("[{hash}]").into();
    }
    let version = media["content_hash"].as_str().unwrap()[..16].to_owned();
    let thumbnail = fixed["media_thumb_uri"]
        .as_str()
        .unwrap()
        .replace(&version, "[version]");
    fixed["media_thumb_uri"] = thumbnail.into();
    assert_json_snapshot!("media", fixed);
    assert_eq!(app.get(&format!("/api/v1/image/{id}")).await.json(), media);
}

#[tokio::test]
async fn a_picture_of_another_dataset_or_of_none_is_not_found() {
    let (app, dataset) = TestApp::indexed().await;
    let nobody = "0198c0de-0000-7000-8000-000000000000";
    let id = app.media(dataset, "d.png").await;
    for (uri, code) in [
        (
            format!("/api/v1/dataset/{nobody}/media/{id}"),
            "dataset_not_found",
        ),
        (
            format!("/api/v1/dataset/{dataset}/media/{nobody}"),
            "media_not_found",
        ),
        (
            format!("/api/v1/dataset/{dataset}/media/..%2fd.png/original"),
            "media_not_found",
        ),
        (format!("/api/v1/image/{nobody}"), "media_not_found"),
        ("/api/v1/image/none".to_owned(), "media_not_found"),
    ] {
        let answer = app.get(&uri).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, code),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn every_picture_is_listed_once_whatever_the_size_of_a_page() {
    let (app, dataset) = TestApp::indexed().await;
    for limit in 1..6 {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app
                .get(&format!(
                    "/api/v1/dataset/{dataset}/media?limit={limit}&cursor={cursor}"
                ))
                .await
                .json();
            names.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["original_uri"].to_string()),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 4, "{limit}: {names:?}");
    }
}

#[tokio::test]
async fn a_thumbnail_named_by_its_content_may_be_kept_for_ever() {
    let (app, dataset) = TestApp::indexed().await;
    let id = app.media(dataset, "d.png").await;
    let media = app.get(&format!("/api/v1/image/{id}")).await.json();
    let uri = media["media_thumb_uri"].as_str().unwrap();
    let named = app.get(uri).await;
    assert_eq!(named.status, StatusCode::OK);
    assert!(named.header("cache-control").contains("immutable"));
    assert!(["image/webp", "image/jpeg"].contains(&named.header("content-type")));
    assert_eq!(named.header("x-content-type-options"), "nosniff");
    let bare = app.get(uri.split_once('?').unwrap().0).await;
    assert!(!bare.header("cache-control").contains("immutable"));
    let again = Request::get(uri)
        .header("if-none-match", named.header("etag"))
        .body(Body::empty())
        .unwrap();
    let again = app.send(again).await;
    assert_eq!(
        (again.status, again.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
}

#[tokio::test]
async fn an_original_is_the_file_byte_for_byte_under_its_own_name() {
    let (app, dataset) = TestApp::indexed().await;
    let id = app.media(dataset, "c \"é\" 100% #.png").await;
    let uri = format!("/api/v1/dataset/{dataset}/media/{id}/original");
    let answer = app.get(&uri).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.body,
        fs_err::read(app.source.path().join("c \"é\" 100% #.png")).unwrap()
    );
    assert_eq!(answer.header("content-type"), "image/png");
    assert_eq!(
        answer.header("content-length"),
        answer.body.len().to_string()
    );
    assert_eq!(
        answer.header("content-disposition"),
        "inline; filename=\"c ___ 100_ #.png\"; filename*=UTF-8''c%20%22%C3%A9%22%20100%25%20%23.png"
    );
    let again = Request::get(&uri)
        .header("if-none-match", answer.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(again).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn one_range_of_an_original_can_be_asked_for() {
    let (app, dataset) = TestApp::indexed().await;
    let id = app.media(dataset, "d.png").await;
    let uri = format!("/api/v1/dataset/{dataset}/media/{id}/original");
    let whole = app.get(&uri).await.body;
    let size = whole.len();
    let ranged = async |range: &str| {
        app.send(
            Request::get(&uri)
                .header("range", range)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    };
    let part = ranged("bytes=10-19").await;
    assert_eq!(
        (part.status, &part.body[..]),
        (StatusCode::PARTIAL_CONTENT, &whole[10..20])
    );
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{size}"));
    let end = ranged("bytes=-5").await;
    assert_eq!(
        (end.status, &end.body[..]),
        (StatusCode::PARTIAL_CONTENT, &whole[size - 5..])
    );
    let outside = ranged(&format!("bytes={size}-")).await;
    assert_eq!(
        (outside.status, outside.code().as_str()),
        (StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable")
    );
    assert_eq!(outside.header("content-range"), format!("bytes */{size}"));
}

#[tokio::test]
async fn a_file_changed_or_gone_since_is_told_so() {
    let (app, dataset) = TestApp::indexed().await;
    let id = app.media(dataset, "d.png").await;
    let uri = format!("/api/v1/dataset/{dataset}/media/{id}/original");
    let before = app.get(&uri).await;
    app.put("d.png", &Picture::scene(9, 80, 80).png());
    let changed = app.get(&uri).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.header("etag"), before.header("etag"));
    fs_err::remove_file(app.source.path().join("d.png")).unwrap();
    let gone = app.get(&uri).await;
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (StatusCode::NOT_FOUND, "original_not_found")
    );
    assert_eq!(
        app.get(&format!("/api/v1/dataset/{dataset}/media/{id}/thumbnail"))
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn browsers_get_a_copy_of_what_they_cannot_show_and_else_the_file() {
    let app = TestApp::new().await;
    let picture = Picture::scene(1, 60, 40);
    app.put("shown.png", &picture.png());
    app.put("not shown.tif", &picture.tiff());
    let (dataset, job) = app.open().await;
    app.run(job).await;
    let view = async |name: &str| {
        let id = app.media(dataset, name).await;
        app.get(&format!("/api/v1/dataset/{dataset}/media/{id}/view"))
            .await
    };
    let file = view("shown.png").await;
    assert_eq!(file.header("content-type"), "image/png");
    assert_eq!(file.body, picture.png());
    let copy = view("not shown.tif").await;
    assert_eq!(copy.status, StatusCode::OK);
    assert_eq!(copy.header("content-type"), "image/jpeg");
    assert!(copy.body.starts_with(&[0xff, 0xd8, 0xff]));
    let id = app.media(dataset, "not shown.tif").await;
    let again = Request::get(format!("/api/v1/dataset/{dataset}/media/{id}/view"))
        .header("if-none-match", copy.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(again).await.status, StatusCode::NOT_MODIFIED);
    // A file that was spoilt since says so.
    app.put("not shown.tif", &picture.tiff()[..200]);
    let spoilt = view("not shown.tif").await;
    assert_eq!(
        (spoilt.status, spoilt.code().as_str()),
        (StatusCode::CONFLICT, "not_decodable")
    );
}
