//! What is refused before any handler sees it.

use axum::body::Body;
use hyper::{Method, Request, StatusCode};

use crate::app::TestApp;

#[tokio::test]
async fn a_name_that_is_not_ours_is_not_answered() {
    let app = TestApp::new().await;
    let with = |host: &str| {
        Request::get("/api/v1/datasets")
            .header("host", host)
            .body(Body::empty())
            .unwrap()
    };
    for host in [
        "evil.example",
        "evil.example:2080",
        "192.168.1.7:2080",
        "localhost.evil.example",
    ] {
        let answer = app.send(with(host)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::MISDIRECTED_REQUEST, "wrong_host"),
            "{host}"
        );
    }
    for host in ["localhost", "127.0.0.1:2080", "[::1]:2080"] {
        assert_eq!(app.send(with(host)).await.status, StatusCode::OK, "{host}");
    }
    let twice = Request::get("/")
        .header("host", "localhost")
        .header("host", "localhost")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(twice).await.code(), "invalid_host");
    let absolute = Request::get("http://evil.example/api/v1/datasets")
        .header("host", "localhost")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(absolute).await.code(), "wrong_host");
}

#[tokio::test]
async fn a_page_of_another_site_cannot_change_anything() {
    let (app, id) = TestApp::indexed().await;
    let dataset = format!("/api/v1/dataset/{id}");
    let ask = |method: Method, uri: &str, headers: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).unwrap()
    };
    for (method, uri) in [
        (Method::DELETE, dataset.as_str()),
        (Method::POST, "/api/v1/process?path=/&name=x"),
        (Method::GET, "/api/v1/process?path=/&name=x"),
        (Method::HEAD, "/api/v1/process?path=/&name=x"),
    ] {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://localhost:1")],
        ] {
            let answer = app.send(ask(method.clone(), uri, headers)).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{method} {uri} {headers:?}"
            );
        }
    }
    assert_eq!(
        app.get("/api/v1/datasets")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://localhost:2080")],
        &[],
    ] {
        let answer = app
            .send(ask(Method::DELETE, "/api/v1/dataset/none", headers))
            .await;
        assert_eq!(answer.code(), "dataset_not_found", "{headers:?}");
    }
    let reading = app
        .send(ask(
            Method::GET,
            &dataset,
            &[("sec-fetch-site", "cross-site")],
        ))
        .await;
    assert_eq!(reading.status, StatusCode::OK);
    assert_eq!(
        reading.header("cross-origin-resource-policy"),
        "same-origin"
    );
}
