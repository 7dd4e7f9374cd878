//! The plain pages for people.

use axum::body::Body;
use hyper::{Request, StatusCode};

use crate::app::TestApp;

#[tokio::test]
async fn the_home_page_lists_datasets_and_says_that_authentication_is_off() {
    let (app, id) = TestApp::indexed().await;
    let page = app.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text().contains(&format!("/dataset/{id}/data")),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Authentication is off"));
    assert!(
        page.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    let empty = TestApp::new().await.get("/").await;
    assert!(empty.text().contains("lamina up"), "{}", empty.text());
}

#[tokio::test]
async fn a_dataset_page_shows_numbers_pictures_and_rejected_files() {
    let (app, id) = TestApp::indexed().await;
    let page = app.get(&format!("/dataset/{id}/data")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert_eq!(text.matches("<img ").count(), 4, "{text}");
    assert!(
        text.contains("c &quot;é&quot; 100% #.png"),
        "names are shown and escaped"
    );
    assert!(
        text.contains("e broken.png") && text.contains("the file ends before the picture does")
    );
    for thumbnail in text
        .split("src=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert_eq!(
            app.get(thumbnail).await.status,
            StatusCode::OK,
            "{thumbnail}"
        );
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_is_a_page_for_browsers_and_json_for_programs() {
    let app = TestApp::new().await;
    let browser = |uri: &str| {
        Request::get(uri)
            .header("accept", "text/html,*/*;q=0.8")
            .body(Body::empty())
            .unwrap()
    };
    let page = app.send(browser("/nowhere")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(app.get("/nowhere").await.code(), "route_not_found");
    assert_eq!(
        app.send(browser("/api/v1/nowhere")).await.code(),
        "route_not_found"
    );
    let gone = app
        .send(browser(
            "/dataset/0198c0de-0000-7000-8000-000000000000/data",
        ))
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.text().contains("dataset not found"));
}
