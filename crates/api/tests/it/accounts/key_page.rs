//! `GET /api/v1/api_credentials`: an address that makes something, and only when it should.

use hyper::Method;
use serde_json::json;

use super::server::{Key, TestServer, ask, get};

const PAGE: &str = "/api/v1/api_credentials";

async fn keys(server: &TestServer, session: &str) -> usize {
    let listed = server
        .send(get("/api/v1/api_credentials/keys").session(session))
        .await;
    assert_eq!(listed.status, 200, "{listed:?}");
    listed.json()["keys"].as_array().unwrap().len()
}

#[tokio::test]
async fn t_107_the_first_visit_shows_the_secret_and_later_ones_say_how_to_rotate() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let first = server.send(get(PAGE).session(&session)).await;
    assert_eq!(first.status, 200, "{first:?}");
    let key = Key::of(&first.json());
    let again = server.send(get(PAGE).session(&session)).await.json();
    assert_eq!(again["api_key"], key.id);
    assert!(again["api_secret"].is_null());
    assert!(
        again["message"].as_str().unwrap().contains("rotate"),
        "{again}"
    );
    assert_eq!(keys(&server, &session).await, 1);
}

#[tokio::test]
async fn t_107_fifty_first_visits_at_once_make_one_key_and_show_its_secret_once() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let visits = (0..50).map(|_| server.send(get(PAGE).session(&session)));
    let answers = futures_util::future::join_all(visits).await;
    let mut ids = Vec::new();
    let mut secrets = 0;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        ids.push(body["api_key"].as_str().unwrap().to_owned());
        secrets += usize::from(body["api_secret"].is_string());
    }
    ids.dedup();
    assert_eq!((ids.len(), secrets), (1, 1));
    assert_eq!(keys(&server, &session).await, 1);
}

#[tokio::test]
async fn t_106_other_methods_and_conditions_make_nothing() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let head = server.send(ask(Method::HEAD, PAGE).session(&session)).await;
    assert_eq!(
        (head.status.as_u16(), head.header("allow")),
        (405, "GET,POST")
    );
    let options = server
        .send(ask(Method::OPTIONS, PAGE).session(&session))
        .await;
    assert_eq!(
        (options.status.as_u16(), options.header("allow")),
        (405, "GET,POST")
    );
    assert_eq!(keys(&server, &session).await, 0);
    let put = server.send(ask(Method::PUT, PAGE).session(&session)).await;
    assert_eq!(
        (put.status.as_u16(), put.header("allow")),
        (405, "GET,POST")
    );
    let made = get(PAGE)
        .session(&session)
        .with("range", "bytes=0-9")
        .with("if-none-match", "*");
    let made = server.send(made).await;
    assert_eq!(made.status, 200, "neither part nor unchanged: {made:?}");
    assert_eq!(made.header("etag"), "");
}

#[tokio::test]
async fn t_105_what_another_site_causes_makes_nothing() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    for (what, headers) in [
        (
            "image",
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "no-cors"),
                ("sec-fetch-dest", "image"),
            ][..],
        ),
        (
            "frame",
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "iframe"),
            ],
        ),
        (
            "script",
            &[
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "no-cors"),
                ("sec-fetch-dest", "script"),
            ],
        ),
        (
            "prefetch",
            &[("sec-fetch-site", "none"), ("sec-purpose", "prefetch")],
        ),
        (
            "fetch",
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "cors"),
                ("sec-fetch-dest", "empty"),
            ],
        ),
        ("old browser", &[("origin", "https://evil.example")]),
        ("old link", &[("referer", "https://evil.example/page")]),
    ] {
        let mut asked = get(PAGE).session(&session);
        for (name, value) in headers {
            asked = asked.with(name, value);
        }
        let answer = server.send(asked).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "cross_site"),
            "{what}"
        );
    }
    let link = get(PAGE)
        .session(&session)
        .with("sec-fetch-site", "cross-site")
        .with("sec-fetch-mode", "navigate")
        .with("sec-fetch-dest", "document")
        .with("accept", "text/html,*/*;q=0.8");
    let asked = server.send(link).await;
    assert!(
        asked.header("content-type").starts_with("text/html"),
        "a person is asked: {asked:?}"
    );
    assert_eq!(keys(&server, &session).await, 0);
    let own = get(PAGE)
        .session(&session)
        .with("sec-fetch-site", "none")
        .with("sec-fetch-mode", "navigate")
        .with("sec-fetch-dest", "document");
    assert_eq!(server.send(own).await.status, 200);
    assert_eq!(keys(&server, &session).await, 1);
}

#[tokio::test]
async fn t_112_t_113_credentials_are_kept_by_nobody_and_shown_in_no_frame() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let first = server.send(get(PAGE).session(&session)).await;
    let id = first.json()["api_key"].as_str().unwrap().to_owned();
    let rotate = format!("{PAGE}/{id}/rotate");
    for (what, answer) in [
        ("first visit", first),
        (
            "second visit",
            server.send(get(PAGE).session(&session)).await,
        ),
        (
            "new key",
            server
                .send(
                    ask(Method::POST, PAGE)
                        .session(&session)
                        .json(&json!({"name": "x"})),
                )
                .await,
        ),
        (
            "rotation",
            server
                .send(ask(Method::POST, &rotate).session(&session))
                .await,
        ),
        (
            "sign-in",
            server
                .try_sign_in("owner@example.org", super::server::PASSWORD)
                .await,
        ),
        (
            "key page",
            server.send(get("/account/keys").session(&session)).await,
        ),
        ("sign-in page", server.send(get("/login")).await),
    ] {
        assert!(answer.status.is_success(), "{what}: {answer:?}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("pragma", "no-cache"),
            ("vary", "Cookie, Sec-Fetch-Site, Accept"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("etag", ""),
        ] {
            assert_eq!(answer.header(name), value, "{what}: {name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{what}: {policy}"
        );
    }
}

#[tokio::test]
async fn a_token_makes_and_lists_no_keys() {
    let server = TestServer::new().await;
    let key = server.key_of("owner").await;
    let token = key.token(server.now_s());
    for asked in [
        get(PAGE),
        get("/api/v1/api_credentials/keys"),
        ask(Method::POST, PAGE).json(&json!({"name": "x"})),
    ] {
        let answer = server.send(asked.bearer(&token)).await;
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains("browser session"), "{answer:?}");
    }
}

#[tokio::test]
async fn an_old_sign_in_must_be_renewed_before_a_key_is_made() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    server.clock.advance_seconds(86_401);
    assert_eq!(
        server
            .send(get("/api/v1/me").session(&session))
            .await
            .status,
        200
    );
    let refused = server.send(get(PAGE).session(&session)).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (403, "sign_in_again")
    );
    let fresh = server.sign_in("owner").await;
    assert_eq!(server.send(get(PAGE).session(&fresh)).await.status, 200);
}
