//! Signing in with a password, and making the first account.

use hyper::Method;
use lamina_engine::{AccountSettings, Caller, Origin, UserEdit};
use serde_json::json;

use super::server::{PASSWORD, TestServer, Wishes, ask, get, session_of};

#[tokio::test]
async fn t_89_every_failed_sign_in_looks_the_same() {
    let server = TestServer::new().await;
    let edit = UserEdit {
        enabled: Some(false),
        ..UserEdit::default()
    };
    server
        .engine
        .edit_user(
            &Caller::Local,
            "viewer@example.org",
            edit,
            &Origin::default(),
        )
        .await
        .unwrap();
    let mut seen = Vec::new();
    for (what, email, password) in [
        (
            "wrong password",
            "owner@example.org",
            "seven green lamps at dawn",
        ),
        ("empty password", "owner@example.org", ""),
        ("unknown", "nobody@example.org", PASSWORD),
        ("disabled", "viewer@example.org", PASSWORD),
        ("no address at all", "' OR 1=1--", PASSWORD),
    ] {
        let answer = server.try_sign_in(email, password).await;
        assert_eq!(answer.status, 401, "{what}");
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        let mut body = answer.json();
        body["request_id"] = json!(null);
        seen.push((what, headers, body));
    }
    for (what, headers, body) in &seen[1..] {
        assert_eq!((headers, body), (&seen[0].1, &seen[0].2), "{what}");
    }
    assert_eq!(seen[0].2["code"], "sign_in_failed");
}

#[tokio::test]
async fn t_90_t_91_the_eleventh_try_waits_and_the_victims_sessions_and_keys_do_not() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let key = server.make_key(&session, &json!({"name": "test"})).await;
    for _ in 0..10 {
        assert_eq!(
            server
                .try_sign_in("owner@example.org", "a wrong password")
                .await
                .status,
            401
        );
    }
    let slowed = server.try_sign_in("owner@example.org", PASSWORD).await;
    assert_eq!(
        (slowed.status.as_u16(), slowed.code().as_str()),
        (429, "too_many_tries")
    );
    let wait: i64 = slowed.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&wait), "{wait}");
    assert_eq!(
        server
            .send(get("/api/v1/me").session(&session))
            .await
            .status,
        200
    );
    let token = key.token(server.now_s());
    assert_eq!(
        server.send(get("/api/v1/me").bearer(&token)).await.status,
        200
    );
    server.clock.advance_seconds(wait);
    assert_eq!(
        server
            .try_sign_in("owner@example.org", PASSWORD)
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .try_sign_in("owner@example.org", "a wrong password")
            .await
            .status,
        401,
        "counted anew"
    );
}

#[tokio::test]
async fn t_90_however_long_an_attack_lasts_no_wait_is_longer_than_minutes() {
    let server = TestServer::new().await;
    for _ in 0..40 {
        let answer = server
            .try_sign_in("owner@example.org", "a wrong password")
            .await;
        if answer.status == 429 {
            let wait: i64 = answer.header("retry-after").parse().unwrap();
            assert!(wait <= 300, "{wait}");
            server.clock.advance_seconds(wait);
        }
    }
    server.clock.advance_seconds(300);
    assert_eq!(
        server
            .try_sign_in("owner@example.org", PASSWORD)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn t_93_t_99_passwords_that_cannot_be_used_are_told_why() {
    let server = TestServer::new().await;
    let admin = server.sign_in("admin").await;
    let add = |password: &str| {
        ask(Method::POST, "/api/v1/keycloak/admin/users")
            .session(&admin)
            .json(&json!({"username": "ada@example.org", "password": password}))
    };
    for (what, password, word) in [
        ("seven characters", "shorter", "15"),
        ("blocklisted", "passwordpassword", "common"),
        ("one's own address", "ada@example.org", ""),
        ("endless", &"x".repeat(2000), "1024"),
    ] {
        let answer = server.send(add(password)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (422, "invalid_password"),
            "{what}"
        );
        let fault = &answer.json()["detail"][0];
        assert_eq!(fault["loc"], json!(["body", "password"]));
        assert!(
            fault["msg"].as_str().unwrap().contains(word),
            "{what}: {fault}"
        );
        assert!(
            password.len() < 16 || !answer.text().contains(password),
            "{what} is repeated"
        );
    }
    let endless = server
        .try_sign_in("owner@example.org", &"x".repeat(1 << 19))
        .await;
    assert_eq!(endless.status, 422);
    assert_eq!(
        server.send(add(&"long ".repeat(200))).await.status,
        201,
        "a thousand bytes are fine"
    );
    assert_eq!(
        server
            .try_sign_in("ada@example.org", &"long ".repeat(200))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn t_97_two_hundred_sign_ins_at_once_are_bounded_and_hold_nothing_up() {
    let settings = AccountSettings {
        hash_workers: 1,
        // Dear enough that the line cannot empty as fast as a busy machine fills it.
        password_cost: lamina_auth::PasswordCost {
            memory_kib: 19 * 1024,
            passes: 3,
            lanes: 1,
        },
        ..Wishes::default().settings
    };
    let server = TestServer::with(Wishes {
        settings,
        ..Wishes::default()
    })
    .await;
    let session = server.sign_in("owner").await;
    let tries = (0..200).map(|at| {
        let server = &server;
        // A different account each, so that nothing but the pool bounds them.
        async move {
            server
                .try_sign_in(&format!("nobody{at}@example.org"), PASSWORD)
                .await
        }
    });
    let (answers, beside) = futures_util::join!(
        futures_util::future::join_all(tries),
        server.send(get("/api/v1/me").session(&session)),
    );
    assert_eq!(beside.status, 200);
    let mut counts = std::collections::BTreeMap::new();
    for answer in &answers {
        *counts.entry(answer.status.as_u16()).or_insert(0) += 1;
        if answer.status == 503 {
            assert_eq!(
                (answer.code().as_str(), answer.header("retry-after")),
                ("busy", "5")
            );
        }
    }
    assert!(
        counts.keys().all(|status| [401, 429, 503].contains(status)),
        "{counts:?}"
    );
    assert!(counts.contains_key(&503), "the line is bounded: {counts:?}");
    server.clock.advance_seconds(300);
    assert_eq!(
        server
            .try_sign_in("admin@example.org", PASSWORD)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn t_98_a_hash_of_an_older_cost_is_renewed_at_the_next_sign_in() {
    let server = TestServer::new().await;
    let email = "owner@example.org";
    let hash = async || {
        server
            .store
            .user_by_email(email)
            .await
            .unwrap()
            .unwrap()
            .password_hash
            .unwrap()
    };
    let older = lamina_auth::PasswordCost {
        memory_kib: 16,
        passes: 1,
        lanes: 1,
    };
    let password = lamina_auth::Password::new(PASSWORD).unwrap();
    let before = older.hash(&password, &lamina_testkit::CountingChance::new());
    let user = server.store.user_by_email(email).await.unwrap().unwrap();
    server
        .store
        .set_password(user.id, &before, false, user.created_at)
        .await
        .unwrap();
    assert_eq!(server.try_sign_in(email, PASSWORD).await.status, 200);
    let after = hash().await;
    assert_ne!(after, before);
    assert!(after.contains("m=8,"), "{after}");
    assert_eq!(server.try_sign_in(email, PASSWORD).await.status, 200);
    assert_eq!(hash().await, after);
}

#[tokio::test]
async fn t_100_t_101_the_first_account_is_made_by_a_link_that_counts_once() {
    let server = TestServer::empty(Wishes::default()).await;
    for (email, password) in [
        ("admin", "admin"),
        ("admin@example.org", "admin"),
        ("root", ""),
    ] {
        assert_eq!(
            server.try_sign_in(email, password).await.status,
            401,
            "there are no default credentials"
        );
    }
    assert_eq!(
        server.send(get("/api/v1/setup")).await.json(),
        json!({"needed": true})
    );
    let set_up = |ticket: &str, email: &str| {
        ask(Method::POST, "/api/v1/setup")
            .with("host", "localhost")
            .with("x-forwarded-host", "evil.example")
            .json(&json!({"token": ticket, "email": email, "name": "Ada", "password": PASSWORD}))
    };
    let link = server.engine.set_up_link().await.unwrap().unwrap();
    let newer = server.engine.set_up_link().await.unwrap().unwrap();
    let ticket = |link: &str| {
        let (base, ticket) = link.split_once('#').unwrap();
        assert_eq!(
            base, "http://127.0.0.1:2080/set-up",
            "made of the configured address"
        );
        ticket.to_owned()
    };
    for bad in ["", "x", &ticket(&link)] {
        let answer = server.send(set_up(bad, "ada@example.org")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "link_spent"),
            "{bad:?}"
        );
    }
    let good = ticket(&newer);
    // What is wrong with the address leaves the link good.
    assert_eq!(
        server.send(set_up(&good, "nowhere")).await.code(),
        "invalid_email"
    );
    let made = server.send(set_up(&good, "ada@example.org")).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.json()["user"]["role"], "admin");
    let session = session_of(&made);
    assert_eq!(
        server
            .send(get("/api/v1/keycloak/admin/users").session(&session))
            .await
            .status,
        200
    );
    assert_eq!(
        server.send(set_up(&good, "eve@example.org")).await.code(),
        "link_spent"
    );
    assert_eq!(
        server.send(get("/api/v1/setup")).await.json(),
        json!({"needed": false})
    );
    assert!(server.engine.set_up_link().await.unwrap().is_none());
}

#[tokio::test]
async fn t_101_a_set_up_link_ends_after_a_day() {
    let server = TestServer::empty(Wishes::default()).await;
    let link = server.engine.set_up_link().await.unwrap().unwrap();
    let ticket = link.split_once('#').unwrap().1.to_owned();
    server.clock.advance_seconds(86_401);
    let late = ask(Method::POST, "/api/v1/setup")
        .json(&json!({"token": ticket, "email": "ada@example.org", "password": PASSWORD}));
    assert_eq!(server.send(late).await.code(), "link_spent");
}

#[tokio::test]
async fn t_101_two_people_with_one_link_make_one_account() {
    let server = TestServer::empty(Wishes::default()).await;
    let link = server.engine.set_up_link().await.unwrap().unwrap();
    let ticket = link.split_once('#').unwrap().1.to_owned();
    let tries = (0..10).map(|at| {
        server.send(ask(Method::POST, "/api/v1/setup").json(
            &json!({"token": ticket, "email": format!("a{at}@example.org"), "password": PASSWORD}),
        ))
    });
    let answers = futures_util::future::join_all(tries).await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 1);
}

#[tokio::test]
async fn t_108_another_site_cannot_sign_its_visitors_in() {
    let server = TestServer::new().await;
    let body = json!({"username": "stranger@example.org", "password": PASSWORD});
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ] {
        let asked = ask(Method::POST, "/api/v1/auth")
            .with(name, value)
            .json(&body);
        let answer = server.send(asked).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "cross_site")
        );
        assert_eq!(answer.header("set-cookie"), "");
        let form = ask(Method::POST, "/login")
            .with(name, value)
            .form(&[("username", "stranger@example.org"), ("password", PASSWORD)]);
        let answer = server.send(form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("set-cookie")),
            (403, "")
        );
    }
    // What a form of another site can send without asking first is no JSON.
    let plain = ask(Method::POST, "/api/v1/auth").text("text/plain", &body.to_string());
    assert_eq!(server.send(plain).await.status, 415);
}
