//! The plain pages for people.

use axum::body::Body;
use hyper::{Request, StatusCode};

use crate::app::TestApp;

#[tokio::test]
async fn the_home_page_lists_datasets_and_says_that_authentication_is_off() {
    let (app, id) = TestApp::indexed().await;
    let page = app.get("/plain").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text().contains(&format!("/plain/dataset/{id}")),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Authentication is off"));
    assert!(
        page.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    let empty = TestApp::new().await.get("/plain").await;
    assert!(empty.text().contains("lamina up"), "{}", empty.text());
}

#[tokio::test]
async fn a_dataset_page_shows_numbers_pictures_and_rejected_files() {
    let (app, id) = TestApp::indexed().await;
    let page = app.get(&format!("/plain/dataset/{id}")).await;
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

/// A request as a browser makes it for a page.
fn browser(uri: &str) -> Request<Body> {
    Request::get(uri)
        .header("accept", "text/html,*/*;q=0.8")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_page_that_is_not_there_is_a_page_for_browsers_and_json_for_programs() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/nowhere").await.code(), "route_not_found");
    for uri in ["/api/v1/nowhere", "/api"] {
        let answer = app.send(browser(uri)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{uri}");
    }
    let gone = app
        .send(browser(
            "/plain/dataset/0198c0de-0000-7000-8000-000000000000",
        ))
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.text().contains("dataset not found"));
}

#[tokio::test]
async fn addresses_of_the_web_app_answer_browsers_with_the_app() {
    let app = TestApp::new().await;
    for uri in [
        "/",
        "/sign-in",
        "/dataset/x/data?sort=-blur",
        "/dataset/x/data/image/y",
    ] {
        let page = app.send(browser(uri)).await;
        assert_eq!(page.status, StatusCode::OK, "{uri}");
        assert!(page.text().contains("id=\"root\""), "{uri}");
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'self'"),
            "{uri}"
        );
    }
    let sent = Request::post("/dataset/x/data")
        .header("accept", "text/html")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(sent).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_shared_link_works_for_whatever_takes_any_answer_and_wrong_addresses_do_not() {
    let app = TestApp::new().await;
    let page = "/dataset/0198c0de-0000-7000-8000-000000000000/data";
    let asked = |method: &str, uri: &str, accept: Option<&str>| {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        request.body(Body::empty()).unwrap()
    };
    for (method, accept) in [
        ("GET", Some("*/*")),
        ("GET", None),
        ("HEAD", Some("*/*")),
        ("GET", Some("application/xhtml+xml,*/*;q=0.1")),
    ] {
        let answer = app.send(asked(method, page, accept)).await;
        assert_eq!(answer.status, StatusCode::OK, "{method} {accept:?}");
        let kind = answer.header("content-type");
        assert!(kind.starts_with("text/html"), "{method} {accept:?}: {kind}");
    }
    let only_json = asked("GET", page, Some("application/json"));
    assert_eq!(app.send(only_json).await.code(), "route_not_found");
    // A script that left out `/api/v1` must not take a page for an answer.
    for uri in [
        "/datasets",
        "/dataset/x/export",
        "/dataset/x/media/y/duplicates",
        "/api/v1/nowhere",
        "/assets/no",
    ] {
        let answer = app.send(asked("GET", uri, Some("*/*"))).await;
        assert_eq!(answer.code(), "route_not_found", "{uri}");
    }
}

#[tokio::test]
async fn every_file_that_the_app_asks_for_is_there_and_is_asked_for_anew() {
    let app = TestApp::new().await;
    let page = app.get("/").await;
    let mut files = 0;
    for part in page.text().split('"') {
        if !part.starts_with("/assets/") {
            continue;
        }
        files += 1;
        let file = app.get(part).await;
        assert_eq!(file.status, StatusCode::OK, "{part}");
        assert_eq!(file.header("cache-control"), "no-cache", "{part}");
        let again = Request::get(part)
            .header("if-none-match", file.header("etag"))
            .body(Body::empty())
            .unwrap();
        let again = app.send(again).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{part}");
    }
    assert!(files >= 3, "{}", page.text());
    let script = app.get("/assets/index.js").await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    let missing = app.send(browser("/assets/missing.js")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    // Browsers ask for an icon here on every page that names none.
    let icon = app.get("/favicon.ico").await;
    assert_eq!(icon.status, StatusCode::OK);
    assert_eq!(icon.header("content-type"), "image/svg+xml");
    let guide = app.get("/docs/").await;
    assert!(
        guide
            .text()
            .contains("<link rel=\"icon\" href=\"/assets/icon.svg\">")
    );
}
