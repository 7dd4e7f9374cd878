//! What is remembered of a dataset for a moment is never older than what this process changed.
//! The clock stands still here, so nothing is seen only because time passed.

use hyper::Method;
use lamina_store::Store;
use serde_json::{Value, json};

use super::{
    bearer::World,
    server::{Key, ask, get},
};

/// The owner's dataset, and somebody else who asks for it again and again with a key.
struct Asker {
    world: World,
    name: &'static str,
    key: Key,
}

impl Asker {
    async fn new(name: &'static str) -> Self {
        let world = World::new().await;
        let key = world.server.key_of(name).await;
        Self { world, name, key }
    }

    /// Asks twice, so that the second answer is one that may have been remembered.
    async fn reads(&self) -> u16 {
        let token = self.key.token(self.world.server.now_s());
        let first = self.world.with_token(&token).await.status;
        let second = self.world.with_token(&token).await.status;
        assert_eq!(first, second);
        second.as_u16()
    }

    async fn renames(&self) -> u16 {
        let token = self.key.token(self.world.server.now_s());
        let renamed = ask(Method::PATCH, &self.world.uri)
            .bearer(&token)
            .json(&json!({"display_name": "renamed"}));
        self.world.send(renamed).await.status.as_u16()
    }

    fn manage(&self, rest: &str) -> String {
        self.world.uri.replace("/dataset/", "/manage/") + rest
    }

    async fn share_as(&self, role: &str) {
        let server = &self.world.server;
        let id = self.world.uri.rsplit('/').next().unwrap();
        server.share(&self.world.session, id, self.name, role).await;
    }

    /// Changes something as somebody with a session.
    async fn change(&self, method: Method, uri: &str, session: &str, body: &Value) {
        let asked = ask(method, uri).session(session).json(body);
        let answer = self.world.send(asked).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }
}

#[tokio::test]
async fn sharing_another_role_and_taking_it_back_count_for_the_next_request() {
    let asker = Asker::new("editor").await;
    assert_eq!(asker.reads().await, 404);
    asker.share_as("viewer").await;
    assert_eq!((asker.reads().await, asker.renames().await), (200, 403));
    asker.share_as("editor").await;
    assert_eq!((asker.reads().await, asker.renames().await), (200, 200));
    asker.share_as("viewer").await;
    assert_eq!((asker.renames().await, asker.reads().await), (403, 200));
    let uri = asker.manage("/share/editor@example.org");
    asker
        .change(Method::DELETE, &uri, &asker.world.session, &json!({}))
        .await;
    assert_eq!(asker.reads().await, 404);
}

#[tokio::test]
async fn a_dataset_that_is_no_longer_public_is_hidden_from_the_next_request() {
    let asker = Asker::new("stranger").await;
    for (public, status, of_nobody) in [(true, 200, 200), (false, 404, 401)] {
        let body = json!({"public": public});
        let uri = asker.manage("/visibility");
        asker
            .change(Method::PUT, &uri, &asker.world.session, &body)
            .await;
        assert_eq!(asker.reads().await, status);
        for _ in 0..2 {
            let answer = asker.world.send(asker.world.read()).await;
            assert_eq!(answer.status, of_nobody);
        }
    }
}

#[tokio::test]
async fn a_deleted_dataset_is_gone_for_the_next_request() {
    let asker = Asker::new("editor").await;
    asker.share_as("editor").await;
    assert_eq!(asker.reads().await, 200);
    let (uri, session) = (&asker.world.uri, &asker.world.session);
    asker.change(Method::DELETE, uri, session, &json!({})).await;
    assert_eq!(asker.reads().await, 404);
}

#[tokio::test]
async fn another_name_is_told_to_the_next_request() {
    let asker = Asker::new("viewer").await;
    asker.share_as("viewer").await;
    for name in ["one", "two"] {
        let body = json!({"display_name": name});
        let (uri, session) = (&asker.world.uri, &asker.world.session);
        asker.change(Method::PATCH, uri, session, &body).await;
        assert_eq!(asker.reads().await, 200);
        let token = asker.key.token(asker.world.server.now_s());
        let told = asker.world.with_token(&token).await.json();
        assert_eq!(told["display_name"], name);
    }
}

#[tokio::test]
async fn an_administrator_who_is_none_any_more_sees_nothing_more_than_others() {
    let asker = Asker::new("editor").await;
    let admin = asker.world.server.sign_in("admin").await;
    let id = asker.world.server.id_of("editor").await;
    let uri = format!("/api/v1/workspace/members/{id}/role");
    for (role, status) in [("admin", 200), ("editor", 404), ("admin", 200)] {
        let body = json!({"role": role});
        asker.change(Method::PUT, &uri, &admin, &body).await;
        assert_eq!(asker.reads().await, status, "{role}");
    }
}

#[tokio::test]
async fn a_disabled_person_and_a_revoked_key_read_nothing_more() {
    let asker = Asker::new("editor").await;
    asker.share_as("viewer").await;
    let admin = asker.world.server.sign_in("admin").await;
    let id = asker.world.server.id_of("editor").await;
    let uri = format!("/api/v1/keycloak/admin/users/{id}");
    for (on, status) in [(true, 200), (false, 401), (true, 200)] {
        let body = json!({"enabled": on});
        asker.change(Method::PATCH, &uri, &admin, &body).await;
        assert_eq!(asker.reads().await, status, "enabled: {on}");
    }
    let session = asker.world.server.sign_in("editor").await;
    let uri = format!("/api/v1/api_credentials/{}", asker.key.id);
    asker
        .change(Method::DELETE, &uri, &session, &json!({}))
        .await;
    assert_eq!(asker.reads().await, 401);
}

#[tokio::test]
async fn an_ended_session_reads_nothing_more_though_its_owner_just_did() {
    let world = World::new().await;
    let other = world.server.sign_in("owner").await;
    for session in [&world.session, &other, &other] {
        let read = world.send(world.read().session(session)).await;
        assert_eq!(read.status, 200);
    }
    let out = ask(Method::POST, "/api/v1/auth/sign_out").session(&other);
    assert!(world.send(out).await.status.is_success());
    let ended = world.send(world.read().session(&other)).await;
    assert_eq!(ended.status, 401);
    let first = world.send(world.read().session(&world.session)).await;
    assert_eq!(first.status, 200);
}

#[tokio::test]
async fn what_another_process_changed_is_seen_within_a_second() {
    let asker = Asker::new("stranger").await;
    let body = json!({"public": true});
    let uri = asker.manage("/visibility");
    asker
        .change(Method::PUT, &uri, &asker.world.session, &body)
        .await;
    assert_eq!(asker.reads().await, 200);
    let server = &asker.world.server;
    let other = Store::open_sqlite(server.data.path()).await.unwrap();
    let id = asker.world.uri.rsplit('/').next().unwrap();
    let id = id.parse().unwrap();
    other.set_dataset_public(id, false).await.unwrap();
    server.clock.advance_seconds(1);
    assert_eq!(asker.reads().await, 404);
    let nobody = asker.world.send(get(&asker.world.uri)).await;
    assert_eq!(nobody.status, 401);
}
