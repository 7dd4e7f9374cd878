//! The plain pages, as a browser without scripts uses them.

use hyper::Method;
use serde_json::json;

use super::server::{PASSWORD, TestServer, Wishes, ask, get, session_of};
use crate::app::Answer;

/// The form token of a page.
fn token_of(page: &Answer) -> String {
    let (_, rest) = page
        .text()
        .split_once("name=\"token\" value=\"")
        .expect("a form");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_signs_in_makes_a_key_rotates_it_and_signs_out() {
    let server = TestServer::new().await;
    let page = server.send(get("/login?next=/account/keys")).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("<label for=\"password\">") && !page.text().contains("<script"));
    let wrong = ask(Method::POST, "/login").form(&[
        ("username", "owner@example.org"),
        ("password", "no"),
        ("next", "/account/keys"),
    ]);
    let wrong = server.send(wrong).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text().contains("role=\"alert\"") && wrong.text().contains("owner@example.org"));
    let sent = ask(Method::POST, "/login").form(&[
        ("username", "owner@example.org"),
        ("password", PASSWORD),
        ("next", "/account/keys"),
    ]);
    let signed_in = server.send(sent).await;
    assert_eq!(
        (signed_in.status.as_u16(), signed_in.header("location")),
        (303, "/account/keys")
    );
    let session = session_of(&signed_in);

    let keys = server.send(get("/account/keys").session(&session)).await;
    let token = token_of(&keys);
    let made = ask(Method::POST, "/account/keys").session(&session).form(&[
        ("token", &token),
        ("name", "my key"),
        ("scope", "read"),
    ]);
    let made = server.send(made).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.text().matches("vls_").count(), 1);
    let key = made.text().split("name=\"key\" value=\"").nth(1).unwrap();
    let key = key.split('"').next().unwrap();
    let again = server.send(get("/account/keys").session(&session)).await;
    assert!(
        again.text().contains("my key") && !again.text().contains("vls_"),
        "shown once"
    );
    for (act, expected, state) in [
        ("rotate", 200, "active"),
        ("disable", 303, "disabled"),
        ("enable", 303, "active"),
        ("revoke", 303, "revoked"),
    ] {
        let sent = ask(Method::POST, "/account/keys/act")
            .session(&session)
            .form(&[("token", &token), ("key", key), ("act", act)]);
        let done = server.send(sent).await;
        assert_eq!(done.status, expected, "{act}: {}", done.text());
        let listed = server
            .send(get("/api/v1/api_credentials/keys").session(&session))
            .await;
        assert_eq!(listed.json()["keys"][0]["state"], state, "{act}");
    }
    let out = ask(Method::POST, "/logout")
        .session(&session)
        .form(&[("token", &token)]);
    let out = server.send(out).await;
    assert_eq!(
        (out.status.as_u16(), out.header("location")),
        (303, "/login")
    );
    let after = server.send(get("/account").session(&session)).await;
    assert_eq!(
        (after.status.as_u16(), after.header("location")),
        (303, "/login")
    );
}

#[tokio::test]
async fn a_form_without_this_sessions_token_does_nothing() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let other = server.sign_in("stranger").await;
    let foreign = token_of(&server.send(get("/account").session(&other)).await);
    for token in ["", "x", &foreign] {
        let sent = ask(Method::POST, "/account/keys").session(&session).form(&[
            ("token", token),
            ("name", "x"),
            ("scope", "admin"),
        ]);
        assert_eq!(server.send(sent).await.status, 403);
    }
    let without = ask(Method::POST, "/account/keys")
        .session(&session)
        .form(&[("name", "x"), ("scope", "admin")]);
    assert_eq!(server.send(without).await.status, 422);
    let stranger = ask(Method::POST, "/account/keys").form(&[
        ("token", &foreign),
        ("name", "x"),
        ("scope", "admin"),
    ]);
    assert_eq!(server.send(stranger).await.header("location"), "/login");
    let listed = server
        .send(get("/api/v1/api_credentials/keys").session(&session))
        .await;
    assert_eq!(listed.json(), json!({"keys": []}));
}

#[tokio::test]
async fn the_account_page_changes_the_password_and_ends_sessions() {
    let server = TestServer::new().await;
    let here = server.sign_in("owner").await;
    let there = server.sign_in("owner").await;
    let page = server.send(get("/account").session(&here)).await;
    let token = token_of(&page);
    assert_eq!(
        page.text().matches("/account/sessions/end\"").count(),
        1,
        "{}",
        page.text()
    );
    let id = page
        .text()
        .split("name=\"session\" value=\"")
        .nth(1)
        .unwrap();
    let id = id.split('"').next().unwrap().to_owned();
    let end = ask(Method::POST, "/account/sessions/end")
        .session(&here)
        .form(&[("token", &token), ("session", &id)]);
    assert_eq!(server.send(end).await.status, 303);
    assert_eq!(
        server.send(get("/api/v1/me").session(&there)).await.status,
        401
    );
    let third = server.sign_in("owner").await;
    let end = ask(Method::POST, "/account/sessions/end-others")
        .session(&here)
        .form(&[("token", &token)]);
    assert_eq!(server.send(end).await.status, 303);
    assert_eq!(
        server.send(get("/api/v1/me").session(&third)).await.status,
        401
    );
    for (current, new, status) in [
        ("wrong", "eight red lamps at night", 403),
        (PASSWORD, "short", 422),
        (PASSWORD, PASSWORD, 422),
        (PASSWORD, "eight red lamps at night", 303),
    ] {
        let sent = ask(Method::POST, "/account/password")
            .session(&here)
            .form(&[
                ("token", &token),
                ("username", "owner@example.org"),
                ("current", current),
                ("new", new),
            ]);
        let answer = server.send(sent).await;
        assert_eq!(
            answer.status,
            status,
            "{current} to {new}: {}",
            answer.text()
        );
    }
    assert_eq!(
        server
            .try_sign_in("owner@example.org", "eight red lamps at night")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_set_up_page_makes_the_first_account_without_scripts() {
    let server = TestServer::empty(Wishes::default()).await;
    let link = server.engine.set_up_link().await.unwrap().unwrap();
    let ticket = link.split_once('#').unwrap().1;
    let page = server.send(get("/set-up")).await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'sha256-") && !policy.contains("script-src 'unsafe"),
        "{policy}"
    );
    let send = |ticket: &str, password: &str| {
        ask(Method::POST, "/set-up").form(&[
            ("ticket", ticket),
            ("email", "ada@example.org"),
            ("password", password),
        ])
    };
    assert_eq!(server.send(send("nonsense", PASSWORD)).await.status, 403);
    assert_eq!(server.send(send(ticket, "short")).await.status, 422);
    let made = server.send(send(ticket, PASSWORD)).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (303, "/"));
    let session = session_of(&made);
    assert_eq!(server.send(get("/").session(&session)).await.status, 200);
    assert_eq!(
        server.send(get("/set-up")).await.header("location"),
        "/login"
    );
}

#[tokio::test]
async fn the_script_of_the_set_up_page_is_the_one_its_policy_names() {
    use base64::Engine as _;
    use sha2::Digest;

    let server = TestServer::empty(Wishes::default()).await;
    let page = server.send(get("/set-up")).await;
    let script = page.text().split("<script>").nth(1).unwrap();
    let script = script.split("</script>").next().unwrap();
    let sum = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(script));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains(&format!("'sha256-{sum}'")),
        "{sum} is not in {policy}"
    );
}

#[tokio::test]
async fn strangers_are_sent_to_the_sign_in_page_and_back_inside_only() {
    let server = TestServer::new().await;
    for page in ["/plain", "/account", "/account/keys"] {
        let answer = server.send(get(page)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, "/login"),
            "{page}"
        );
    }
    for next in [
        "//evil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "%2F%2Fevil.example",
        "/a%0d%0aX:y",
    ] {
        let page = server.send(get(&format!("/login?next={next}"))).await;
        assert!(
            page.text().contains("name=\"next\" value=\"/\""),
            "T-111 {next}: {}",
            page.text()
        );
        let session = server.sign_in("owner").await;
        let on = server
            .send(get(&format!("/login?next={next}")).session(&session))
            .await;
        assert_eq!(on.header("location"), "/", "T-111 {next}");
    }
}

#[tokio::test]
async fn browsers_get_the_app_unless_they_came_by_a_plain_page() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let browser = |uri: &str| get(uri).with("accept", "text/html,*/*;q=0.8");
    let is_app = |page: &str| page.contains("/assets/index.js");
    let app = server.send(browser("/account").session(&session)).await;
    assert!(is_app(app.text()), "{}", app.text());
    assert!(app.text().contains("href=\"/plain/account\""));
    assert!(is_app(server.send(browser("/set-up")).await.text()));
    for (uri, part) in [
        ("/login", "Sign in"),
        ("/plain/account", "End all others"),
        ("/plain", "Datasets"),
    ] {
        let asked = if uri == "/login" {
            browser(uri)
        } else {
            browser(uri).session(&session)
        };
        let plain = server.send(asked).await;
        assert!(
            plain.text().contains(part) && !is_app(plain.text()),
            "{uri}"
        );
        assert_eq!(
            plain.header("set-cookie"),
            "LAMINA_PAGES=plain; Path=/; SameSite=Lax",
            "{uri}"
        );
    }
    let after =
        browser("/account").with("cookie", &format!("SESSION={session}; LAMINA_PAGES=plain"));
    let after = server.send(after).await;
    assert!(after.text().contains("End all others"), "{}", after.text());
}
