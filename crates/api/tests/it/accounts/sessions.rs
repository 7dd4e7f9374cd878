//! Browser sessions: cookies, ends, and the list of them.

use hyper::Method;
use lamina_api::AccountsWire;
use serde_json::json;

use super::server::{PASSWORD, TestServer, Wishes, ask, get, session_of};

const ME: &str = "/api/v1/me";

#[tokio::test]
async fn t_78_a_planted_session_is_never_taken_over() {
    let server = TestServer::new().await;
    let planted = "A".repeat(43);
    let body = json!({"username": "owner@example.org", "password": PASSWORD});
    let signed_in = ask(Method::POST, "/api/v1/auth")
        .session(&planted)
        .json(&body);
    let session = session_of(&server.send(signed_in).await);
    assert_ne!(session, planted);
    assert_eq!(server.send(get(ME).session(&planted)).await.status, 401);
    assert_eq!(server.send(get(ME).session(&session)).await.status, 200);
    // Signing in anew ends the session that the browser had.
    let again = ask(Method::POST, "/api/v1/auth")
        .session(&session)
        .json(&body);
    let second = session_of(&server.send(again).await);
    assert_eq!(server.send(get(ME).session(&session)).await.status, 401);
    assert_eq!(server.send(get(ME).session(&second)).await.status, 200);
}

#[tokio::test]
async fn t_79_a_session_that_is_none_is_refused_and_the_sign_in_page_still_opens() {
    let server = TestServer::new().await;
    for value in ["", "x", "../..", &"A".repeat(43), &"A".repeat(20_000)] {
        let answer = server.send(get(ME).session(value)).await;
        assert_eq!(answer.status, 401, "{} bytes", value.len());
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"lamina\"");
        assert_eq!(server.send(get("/login").session(value)).await.status, 200);
    }
}

#[tokio::test]
async fn t_80_signing_out_ends_the_session_and_clears_the_cookie_as_it_was_set() {
    let server = TestServer::new().await;
    let signed_in = server.try_sign_in("owner@example.org", PASSWORD).await;
    let session = session_of(&signed_in);
    assert_eq!(
        signed_in.header("set-cookie"),
        format!("SESSION={session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000")
    );
    let out = ask(Method::POST, "/api/v1/auth/sign_out").session(&session);
    let out = server.send(out).await;
    assert_eq!(out.status, 204);
    assert_eq!(
        out.header("set-cookie"),
        "SESSION=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    );
    let after = server.send(get(ME).session(&session)).await;
    assert_eq!(
        (after.status.as_u16(), after.code().as_str()),
        (401, "session_unknown")
    );
}

#[tokio::test]
async fn t_81_a_session_ends_after_a_pause_and_after_its_longest_life() {
    let server = TestServer::new().await;
    let idle = server.sign_in("owner").await;
    server.clock.advance_seconds(7 * 86_400 + 1);
    let ended = server.send(get(ME).session(&idle)).await;
    assert_eq!(
        (ended.status.as_u16(), ended.code().as_str()),
        (401, "session_expired")
    );
    let busy = server.sign_in("owner").await;
    for _ in 0..29 {
        server.clock.advance_seconds(86_400);
        assert_eq!(server.send(get(ME).session(&busy)).await.status, 200);
        server.engine.write_uses().await.unwrap();
    }
    server.clock.advance_seconds(86_401);
    assert_eq!(
        server.send(get(ME).session(&busy)).await.code(),
        "session_expired"
    );
    server.engine.sweep().await.unwrap();
    assert_eq!(
        server.send(get(ME).session(&busy)).await.code(),
        "session_unknown"
    );
}

#[tokio::test]
async fn t_82_other_sessions_end_with_the_password_the_role_or_an_administrators_word() {
    let server = TestServer::new().await;
    let admin = server.sign_in("admin").await;
    let owner = server.id_of("owner").await;
    let users = "/api/v1/keycloak/admin/users";
    let status = async |session: &str| server.send(get(ME).session(session)).await.status.as_u16();

    let (here, there) = (server.sign_in("owner").await, server.sign_in("owner").await);
    let change = json!({"current": PASSWORD, "new": "eight red lamps at night"});
    let changed = ask(Method::POST, "/api/v1/me/password")
        .session(&here)
        .json(&change);
    assert_eq!(server.send(changed).await.status, 204);
    assert_eq!((status(&here).await, status(&there).await), (200, 401));

    let promoted = ask(Method::PUT, &format!("{users}/{owner}/roles")).session(&admin);
    assert_eq!(
        server
            .send(promoted.json(&json!({"roles": ["viewer"]})))
            .await
            .status,
        200
    );
    assert_eq!(status(&here).await, 401);

    let again = server
        .try_sign_in("owner@example.org", "eight red lamps at night")
        .await;
    let again = session_of(&again);
    let out = ask(Method::POST, &format!("{users}/{owner}/logout")).session(&admin);
    assert_eq!(server.send(out).await.json()["message"], "1 sessions ended");
    assert_eq!(status(&again).await, 401);
}

#[tokio::test]
async fn a_password_that_somebody_else_set_must_be_changed_before_anything_else() {
    let server = TestServer::new().await;
    let admin = server.sign_in("admin").await;
    let owner = server.id_of("owner").await;
    let reset = ask(
        Method::POST,
        &format!("/api/v1/keycloak/admin/users/{owner}/reset-password"),
    )
    .session(&admin)
    .json(&json!({"password": "a first password for you"}));
    assert_eq!(server.send(reset).await.status, 200);
    assert_eq!(
        server
            .try_sign_in("owner@example.org", PASSWORD)
            .await
            .status,
        401
    );
    let session = session_of(
        &server
            .try_sign_in("owner@example.org", "a first password for you")
            .await,
    );
    assert_eq!(
        server.send(get(ME).session(&session)).await.json()["must_change_password"],
        true
    );
    for uri in ["/api/v1/datasets", "/api/v1/api_credentials"] {
        let answer = server.send(get(uri).session(&session)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "password_change_required")
        );
    }
    let keys = server.send(get("/account/keys").session(&session)).await;
    assert_eq!(
        (keys.status.as_u16(), keys.header("location")),
        (303, "/account")
    );
    let change = json!({"current": "a first password for you", "new": "my own password for here"});
    let change = ask(Method::POST, "/api/v1/me/password")
        .session(&session)
        .json(&change);
    assert_eq!(server.send(change).await.status, 204);
    assert_eq!(
        server
            .send(get("/api/v1/datasets").session(&session))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn t_83_two_session_cookies_are_a_bad_request() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let planted = "A".repeat(43);
    for asked in [
        get(ME).session(&session).session(&session),
        get(ME).with("cookie", &format!("SESSION={session}; SESSION={planted}")),
        get(ME).with(
            "cookie",
            &format!("SESSION={planted}; a=b; SESSION={session}"),
        ),
    ] {
        let answer = server.send(asked).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "invalid_request")
        );
    }
    let others = format!("a=b; SESSION={session}; c=\"d\"");
    assert_eq!(
        server.send(get(ME).with("cookie", &others)).await.status,
        200
    );
}

#[tokio::test]
async fn t_84_a_copied_cookie_is_seen_in_the_list_and_can_be_ended() {
    let server = TestServer::new().await;
    let one = server.sign_in("owner").await;
    let body = json!({"username": "owner@example.org", "password": PASSWORD});
    let other = ask(Method::POST, "/api/v1/auth")
        .with("user-agent", "Other/1.0")
        .json(&body);
    let other = session_of(&server.send(other).await);
    let list = server
        .send(get("/api/v1/sessions").session(&one))
        .await
        .json();
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let theirs = sessions
        .iter()
        .find(|session| session["current"] == false)
        .unwrap();
    assert_eq!(theirs["user_agent"], "Other/1.0");
    let stranger = server.sign_in("stranger").await;
    let uri = format!("/api/v1/sessions/{}", theirs["id"].as_str().unwrap());
    let end = |session: &str| ask(Method::DELETE, &uri).session(session);
    assert_eq!(
        server.send(end(&stranger)).await.code(),
        "session_not_found"
    );
    assert_eq!(server.send(get(ME).session(&other)).await.status, 200);
    assert_eq!(server.send(end(&one)).await.status, 204);
    assert_eq!(server.send(get(ME).session(&other)).await.status, 401);
    assert_eq!(server.send(end(&one)).await.status, 404);
}

#[tokio::test]
async fn t_85_t_86_behind_https_every_cookie_is_secure_whatever_a_request_says() {
    let wire = AccountsWire {
        public_url: "https://lamina.example.org".to_owned(),
        ..AccountsWire::default()
    };
    let server = TestServer::with(Wishes {
        wire,
        ..Wishes::default()
    })
    .await;
    let body = json!({"username": "owner@example.org", "password": PASSWORD});
    for proto in ["http", "https"] {
        let asked = ask(Method::POST, "/api/v1/auth")
            .with("x-forwarded-proto", proto)
            .json(&body);
        let answer = server.send(asked).await;
        let session = session_of(&answer);
        assert_eq!(
            answer.header("set-cookie"),
            format!("SESSION={session}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000")
        );
        assert_eq!(server.send(get(ME).session(&session)).await.status, 200);
    }
}

#[tokio::test]
async fn t_87_forged_forwarding_headers_change_no_address_and_no_name() {
    let server = TestServer::new().await;
    let forged = get(ME)
        .with("x-forwarded-host", "evil.example")
        .with("x-forwarded-proto", "https")
        .with("forwarded", "for=6.6.6.6;host=evil.example")
        .session(&server.sign_in("owner").await);
    assert_eq!(server.send(forged).await.status, 200);
    let wrong_host = get(ME).with("host", "evil.example");
    let answer = server.send(wrong_host).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (421, "wrong_host")
    );
}

#[tokio::test]
async fn t_88_a_session_in_the_query_or_the_body_is_none() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let asked = get(&format!("{ME}?SESSION={session}"));
    assert_eq!(server.send(asked).await.code(), "credentials_missing");
    let form = ask(Method::POST, "/api/v1/process").form(&[("SESSION", &session)]);
    assert_eq!(server.send(form).await.code(), "credentials_missing");
}

#[tokio::test]
async fn t_104_a_change_that_another_site_asks_for_is_refused() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let (dataset, _) = server.make_dataset(&session, "kept").await;
    let uri = format!("/api/v1/dataset/{dataset}");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("referer", "https://evil.example/x"),
    ] {
        let asked = ask(Method::DELETE, &uri)
            .session(&session)
            .with(name, value);
        let answer = server.send(asked).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "cross_site"),
            "{name}: {value}"
        );
        let process = get("/api/v1/process?path=/&name=x")
            .session(&session)
            .with(name, value);
        assert_eq!(server.send(process).await.status, 403, "{name}: {value}");
    }
    // A token is sent by programs only, never by a browser on its own.
    let key = server.key_of("owner").await;
    let token = key.token(server.now_s());
    let asked = ask(Method::DELETE, &uri)
        .bearer(&token)
        .with("origin", "https://evil.example");
    assert_eq!(server.send(asked).await.status, 200);
}

#[tokio::test]
async fn t_109_no_other_origin_is_ever_allowed() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1:2080.evil.example",
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let asked = ask(method.clone(), "/api/v1/datasets")
                .session(&session)
                .with("origin", origin)
                .with("access-control-request-method", "DELETE")
                .with("access-control-request-headers", "authorization");
            let answer = server.send(asked).await;
            assert!(
                answer
                    .headers
                    .keys()
                    .all(|name| !name.as_str().starts_with("access-control")),
                "{method} {origin}"
            );
        }
    }
}

#[tokio::test]
async fn t_114_names_that_hold_markup_are_json_in_json_and_escaped_on_pages() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let folder = server.root.path().join("x");
    fs_err::create_dir_all(&folder).unwrap();
    let name = "<script>alert(1)</script>\"'";
    let form = ask(Method::POST, "/api/v1/process")
        .session(&session)
        .form(&[("path", folder.to_str().unwrap()), ("name", name)]);
    let made = server.send(form).await;
    assert_eq!(made.status, 200, "{made:?}");
    let listed = server.send(get("/api/v1/datasets").session(&session)).await;
    assert_eq!(listed.header("content-type"), "application/json");
    assert_eq!(listed.json()[0]["display_name"], name);
    let key = server
        .make_key(&session, &json!({"name": "<b>\"key\"</b>"}))
        .await;
    let page = server.send(get("/account/keys").session(&session)).await;
    assert!(page.text().contains(&key.id));
    assert!(!page.text().contains("<b>\"key"), "{}", page.text());
}

#[tokio::test]
async fn an_embedding_sites_cookie_is_worth_nothing_unless_it_was_configured() {
    let server = TestServer::new().await;
    let asked = get(ME).with("cookie", "VL_AUTH=gAAAAABmYfake");
    assert_eq!(server.send(asked).await.code(), "credentials_missing");
}
