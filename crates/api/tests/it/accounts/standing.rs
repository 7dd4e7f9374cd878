//! How a key and its owner stand, as the holder of a token is told.

use hyper::Method;
use serde_json::json;

use super::{
    bearer::{World, refused},
    server::{Key, ask, get, signed},
};

#[tokio::test]
async fn t_72_t_73_a_key_that_no_longer_counts_is_named_to_its_holder_alone() {
    let world = World::new().await;
    let token = world.token();
    let forged = signed(
        b"not the secret",
        &json!({"alg": "HS256", "kid": world.key.id}),
        &json!({"sub": world.key.id, "exp": world.server.now_s() + 600, "iss": "sdk"}),
    );
    assert_eq!(
        world.change_key(&json!({"state": "disabled"})).await.status,
        200
    );
    assert_eq!(refused(&world.with_token(&token).await), "key_disabled");
    assert_eq!(
        refused(&world.with_token(&forged).await),
        "signature_invalid"
    );
    assert_eq!(
        world.change_key(&json!({"state": "active"})).await.status,
        200
    );
    assert_eq!(world.with_token(&token).await.status, 200);
    let change = json!({"expires_at": "2025-10-30T10:05:00Z"});
    assert_eq!(world.change_key(&change).await.status, 200);
    world.server.clock.advance_seconds(301);
    assert_eq!(refused(&world.with_token(&token).await), "key_expired");
    assert_eq!(
        world.change_key(&json!({"expires_at": null})).await.status,
        200
    );
    assert_eq!(world.with_token(&token).await.status, 200);
    let uri = format!("/api/v1/api_credentials/{}", world.key.id);
    assert_eq!(
        world
            .send(ask(Method::DELETE, &uri).session(&world.session))
            .await
            .status,
        204
    );
    let revoked = world.with_token(&token).await;
    assert_eq!(refused(&revoked), "key_revoked");
    assert!(
        revoked.text().contains("2025-10-30T10:05:01"),
        "{revoked:?}"
    );
    assert_eq!(
        refused(&world.with_token(&forged).await),
        "signature_invalid"
    );
    assert_eq!(
        world.change_key(&json!({"state": "active"})).await.code(),
        "key_revoked"
    );
}

#[tokio::test]
async fn t_74_keys_and_sessions_of_a_disabled_or_deleted_person_are_dead() {
    let world = World::new().await;
    let admin = world.server.sign_in("admin").await;
    let token = world.token();
    let owner = format!(
        "/api/v1/keycloak/admin/users/{}",
        world.server.id_of("owner").await
    );
    let switch = |on: bool| {
        ask(Method::PATCH, &owner)
            .session(&admin)
            .json(&json!({"enabled": on}))
    };
    assert_eq!(world.send(switch(false)).await.status, 200);
    assert_eq!(refused(&world.with_token(&token).await), "user_disabled");
    let session = world.send(world.read().session(&world.session)).await;
    assert_eq!(
        (session.status.as_u16(), session.code().as_str()),
        (401, "session_unknown")
    );
    assert_eq!(world.send(switch(true)).await.status, 200);
    assert_eq!(
        world.with_token(&token).await.status,
        200,
        "the key is as it was"
    );
    assert_eq!(
        world
            .send(ask(Method::DELETE, &owner).session(&admin))
            .await
            .status,
        200
    );
    refused(&world.with_token(&token).await);
    // Whoever deletes an account takes its datasets over.
    assert_eq!(world.send(world.read().session(&admin)).await.status, 200);
}

#[tokio::test]
async fn t_75_what_this_process_revokes_counts_for_the_very_next_request() {
    let world = World::new().await;
    for _ in 0..20 {
        let key = world
            .server
            .make_key(&world.session, &json!({"name": "brief"}))
            .await;
        let token = key.token(world.server.now_s());
        assert_eq!(world.with_token(&token).await.status, 200);
        let uri = format!("/api/v1/api_credentials/{}", key.id);
        assert_eq!(
            world
                .send(ask(Method::DELETE, &uri).session(&world.session))
                .await
                .status,
            204
        );
        assert_eq!(refused(&world.with_token(&token).await), "key_revoked");
    }
}

#[tokio::test]
async fn t_92_bad_tokens_by_the_hundred_leave_the_keys_owner_alone() {
    let world = World::new().await;
    let header = json!({"alg": "HS256", "kid": world.key.id});
    let claims = json!({"sub": world.key.id, "exp": world.server.now_s() + 600, "iss": "sdk"});
    let forged = signed(b"guess", &header, &claims);
    for _ in 0..300 {
        assert_eq!(world.with_token(&forged).await.status, 401);
    }
    assert_eq!(world.with_token(&world.token()).await.status, 200);
    assert_eq!(
        world
            .server
            .try_sign_in("owner@example.org", super::server::PASSWORD)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn t_131_a_clock_set_back_brings_no_revoked_key_to_life() {
    let world = World::new().await;
    let token = world.token();
    let uri = format!("/api/v1/api_credentials/{}", world.key.id);
    assert_eq!(
        world
            .send(ask(Method::DELETE, &uri).session(&world.session))
            .await
            .status,
        204
    );
    for jump in [-3600, 7200, -3600] {
        world.server.clock.advance_seconds(jump);
        refused(&world.with_token(&token).await);
        let session = world.send(get("/api/v1/me").session(&world.session)).await;
        assert_eq!(session.status, 200, "{session:?}");
    }
}

#[tokio::test]
async fn t_124_a_sealed_secret_moved_to_another_key_opens_nothing() {
    let world = World::new().await;
    let mine = world.server.store.api_key(&world.key.id).await.unwrap();
    let other = world.server.key_of("stranger").await;
    let theirs = world.server.store.api_key(&other.id).await.unwrap();
    // A thief of the database who can write puts their own secret in place of the owner's.
    let stolen = world
        .server
        .store
        .secrets_of(theirs.id)
        .await
        .unwrap()
        .remove(0);
    let moved = lamina_store::SealedSecret {
        number: 2,
        ..stolen
    };
    let now = lamina_model::Clock::now(world.server.clock.as_ref());
    world
        .server
        .store
        .rotate_api_key(mine.id, &moved, now)
        .await
        .unwrap();
    let forged = Key {
        id: world.key.id.clone(),
        secret: other.secret,
    };
    assert_eq!(
        refused(&world.with_token(&forged.token(world.server.now_s())).await),
        "signature_invalid"
    );
}
