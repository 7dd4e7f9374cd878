//! API keys after the first: what they may do, how many there are, when they were used.

use hyper::Method;
use lamina_engine::AccountSettings;
use serde_json::json;

use super::server::{Key, TestServer, Wishes, ask, get};

const KEYS: &str = "/api/v1/api_credentials/keys";
const PAGE: &str = "/api/v1/api_credentials";

#[tokio::test]
async fn a_key_is_named_scoped_limited_and_ended_as_its_owner_likes() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let (dataset, _) = server.make_dataset(&session, "kept").await;
    let wish = json!({"name": "nightly", "scope": "read", "datasets": [dataset], "expires_at": "2026-01-31T00:00:00Z"});
    let key = server.make_key(&session, &wish).await;
    let listed = server.send(get(KEYS).session(&session)).await.json();
    let told = &listed["keys"][0];
    assert_eq!(
        (
            &told["api_key"],
            &told["name"],
            &told["scope"],
            &told["state"]
        ),
        (
            &json!(key.id),
            &json!("nightly"),
            &json!("read"),
            &json!("active")
        )
    );
    assert_eq!(told["datasets"], json!([dataset]));
    assert!(
        !listed.to_string().contains(&key.secret),
        "no secret is ever listed"
    );
    let uri = format!("{PAGE}/{}", key.id);
    let change =
        |change: serde_json::Value| ask(Method::PATCH, &uri).session(&session).json(&change);
    let changed = server
        .send(change(
            json!({"name": "weekly", "datasets": null, "scope": "write"}),
        ))
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let changed = changed.json();
    assert_eq!(
        (&changed["name"], &changed["scope"], &changed["datasets"]),
        (&json!("weekly"), &json!("write"), &json!(null))
    );
    assert_eq!(
        changed["expires_at"], told["expires_at"],
        "what is left out stays"
    );
    for (wrong, code) in [
        (json!({"name": ""}), "invalid_name"),
        (json!({"name": "a\nb"}), "invalid_name"),
        (
            json!({"expires_at": "2020-01-01T00:00:00Z"}),
            "invalid_expires_at",
        ),
        (json!({"scope": "everything"}), "invalid_parameters"),
        (json!({"datasets": ["nonsense"]}), "invalid_parameters"),
        (json!({"expires_at": "tomorrow"}), "invalid_parameters"),
    ] {
        assert_eq!(
            server.send(change(wrong.clone())).await.code(),
            code,
            "{wrong}"
        );
    }
    let stranger = server.sign_in("stranger").await;
    let theirs = ask(Method::PATCH, &uri)
        .session(&stranger)
        .json(&json!({"name": "mine"}));
    assert_eq!(server.send(theirs).await.code(), "key_not_found");
}

#[tokio::test]
async fn t_77_a_limited_key_lists_and_reads_its_own_datasets_alone() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let (one, _) = server.make_dataset(&session, "one").await;
    let (two, _) = server.make_dataset(&session, "two").await;
    let key = server
        .make_key(&session, &json!({"name": "one", "datasets": [one]}))
        .await;
    let token = key.token(server.now_s());
    let listed = server
        .send(get("/api/v1/datasets").bearer(&token))
        .await
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        server
            .send(get(&format!("/api/v1/dataset/{one}")).bearer(&token))
            .await
            .status,
        200
    );
    let other = server
        .send(get(&format!("/api/v1/dataset/{two}")).bearer(&token))
        .await;
    assert_eq!(
        (other.status.as_u16(), other.code().as_str()),
        (403, "insufficient_scope")
    );
    assert!(
        other
            .header("www-authenticate")
            .contains("insufficient_scope")
    );
    assert!(other.text().contains("limited to other datasets"));
}

#[tokio::test]
async fn nobody_has_more_than_ten_live_keys_or_makes_them_too_fast() {
    let settings = AccountSettings {
        max_live_keys: 3,
        max_key_makings_per_hour: 5,
        ..Wishes::default().settings
    };
    let server = TestServer::with(Wishes {
        settings,
        ..Wishes::default()
    })
    .await;
    let session = server.sign_in("owner").await;
    let mut keys = Vec::new();
    for at in 0..3 {
        keys.push(
            server
                .make_key(&session, &json!({"name": format!("{at}")}))
                .await,
        );
    }
    let make = || {
        ask(Method::POST, PAGE)
            .session(&session)
            .json(&json!({"name": "more"}))
    };
    let full = server.send(make()).await;
    assert_eq!(full.status, 409, "{full:?}");
    let uri = format!("{PAGE}/{}", keys[0].id);
    assert_eq!(
        server
            .send(ask(Method::DELETE, &uri).session(&session))
            .await
            .status,
        204
    );
    assert_eq!(
        server.send(make()).await.status,
        201,
        "a revoked key does not count"
    );
    let fast = server.send(make()).await;
    assert_eq!(
        (fast.status.as_u16(), fast.header("retry-after")),
        (429, "3600"),
        "{fast:?}"
    );
    server.clock.advance_seconds(3601);
    let rotate = format!("{PAGE}/{}/rotate", keys[1].id);
    assert_eq!(
        server
            .send(ask(Method::POST, &rotate).session(&session))
            .await
            .status,
        200
    );
    assert_eq!(AccountSettings::default().max_live_keys, 10);
}

#[tokio::test]
async fn a_rotation_without_overlap_ends_the_old_secret_at_once() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let key = server.make_key(&session, &json!({"name": "test"})).await;
    let old = key.token(server.now_s());
    let rotate = format!("{PAGE}/{}/rotate", key.id);
    let rotated = ask(Method::POST, &rotate)
        .session(&session)
        .json(&json!({"overlap_s": 0}));
    let new = Key::of(&server.send(rotated).await.json());
    assert_eq!(new.id, key.id);
    assert_eq!(
        server.send(get("/api/v1/me").bearer(&old)).await.code(),
        "secret_rotated"
    );
    assert_eq!(
        server
            .send(get("/api/v1/me").bearer(&new.token(server.now_s())))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn last_use_and_its_address_are_noted_off_the_request_and_once_a_minute() {
    let server = TestServer::new().await;
    let session = server.sign_in("owner").await;
    let key = server.make_key(&session, &json!({"name": "test"})).await;
    let used = async || {
        server.engine.write_uses().await.unwrap();
        let listed = server.send(get(KEYS).session(&session)).await.json();
        listed["keys"][0]["last_used_at"]
            .as_str()
            .unwrap_or("never")
            .to_owned()
    };
    assert_eq!(used().await, "never");
    let read = async || {
        let token = key.token(server.now_s());
        assert_eq!(
            server.send(get("/api/v1/me").bearer(&token)).await.status,
            200
        );
    };
    read().await;
    let first = used().await;
    assert!(first.starts_with("2025-10-30T10:00:00"), "{first}");
    server.clock.advance_seconds(30);
    read().await;
    assert_eq!(used().await, first, "not a write for each request");
    server.clock.advance_seconds(40);
    read().await;
    assert_ne!(used().await, first);
}
