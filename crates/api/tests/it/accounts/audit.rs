//! The audit trail: one entry for each act, with who, what, where and in which request.

use hyper::Method;
use serde_json::{Value, json};

use super::server::{Ask, PASSWORD, TestServer, ask, get};

struct World {
    server: TestServer,
    admin: String,
}

impl World {
    /// Does something and gives what the trail holds of it.
    async fn entries_of(&self, asked: Ask) -> Vec<Value> {
        let answer = self.server.send(asked).await;
        let id = answer.header("x-request-id").to_owned();
        let uri = "/api/v1/admin/audit?limit=1000";
        let page = self.server.send(get(uri).session(&self.admin)).await.json();
        let items = page["items"].as_array().unwrap().iter();
        items
            .filter(|item| item["request_id"] == id)
            .cloned()
            .collect()
    }

    async fn one(&self, asked: Ask, actor: &str, action: &str) -> Value {
        let entries = self.entries_of(asked).await;
        assert_eq!(entries.len(), 1, "{action}: {entries:#?}");
        assert_eq!(
            (&entries[0]["action"], &entries[0]["actor"]),
            (&json!(action), &json!(actor))
        );
        assert!(
            entries[0]["at"]
                .as_str()
                .unwrap()
                .starts_with("2025-10-30T10:"),
            "{entries:?}"
        );
        entries[0].clone()
    }
}

#[tokio::test]
async fn t_132_every_act_leaves_one_entry_with_actor_target_and_request() {
    let server = TestServer::new().await;
    let admin = server.sign_in("admin").await;
    let world = World { server, admin };
    let server = &world.server;
    let owner = "owner@example.org";
    let sign_in = |password: &str| {
        ask(Method::POST, "/api/v1/auth").json(&json!({"username": owner, "password": password}))
    };
    world.one(sign_in(PASSWORD), owner, "sign_in").await;
    let failed = world.one(sign_in("wrong"), owner, "sign_in.failed").await;
    assert!(failed["actor_id"].is_null(), "nobody proved to be anybody");

    let session = server.sign_in("owner").await;
    let page = "/api/v1/api_credentials";
    let made = world
        .one(get(page).session(&session), owner, "key.made")
        .await;
    let key = made["target"].as_str().unwrap().to_owned();
    assert!(
        world
            .entries_of(get(page).session(&session))
            .await
            .is_empty(),
        "a later visit does nothing"
    );
    let more = ask(Method::POST, page)
        .session(&session)
        .json(&json!({"name": "more"}));
    world.one(more, owner, "key.made").await;
    let rotate = ask(Method::POST, &format!("{page}/{key}/rotate")).session(&session);
    assert_eq!(world.one(rotate, owner, "key.rotated").await["target"], key);
    let change = ask(Method::PATCH, &format!("{page}/{key}"))
        .session(&session)
        .json(&json!({"state": "disabled"}));
    assert_eq!(
        world.one(change, owner, "key.changed").await["details"],
        "disabled"
    );
    let revoke = ask(Method::DELETE, &format!("{page}/{key}")).session(&session);
    world.one(revoke, owner, "key.revoked").await;

    let (dataset, _) = server.make_dataset(&session, "kept").await;
    let share = ask(Method::PUT, &format!("/api/v1/manage/{dataset}/share"))
        .session(&session)
        .json(&json!({"email": "viewer@example.org", "role": "editor"}));
    let shared = world.one(share, owner, "dataset.shared").await;
    assert_eq!(
        (&shared["target"], &shared["details"]),
        (&json!(dataset), &json!("viewer@example.org as editor"))
    );
    let unshare = ask(
        Method::DELETE,
        &format!("/api/v1/manage/{dataset}/share/viewer@example.org"),
    )
    .session(&session);
    world.one(unshare, owner, "dataset.unshared").await;
    let public = ask(Method::PUT, &format!("/api/v1/manage/{dataset}/visibility"))
        .session(&session)
        .json(&json!({"public": true}));
    world.one(public, owner, "dataset.visibility_changed").await;
    let delete = ask(Method::DELETE, &format!("/api/v1/dataset/{dataset}")).session(&session);
    let deleted = world.one(delete, owner, "dataset.deleted").await;
    assert_eq!(
        (&deleted["target"], &deleted["details"]),
        (&json!(dataset), &json!("kept"))
    );

    let change = ask(Method::POST, "/api/v1/me/password")
        .session(&session)
        .json(&json!({"current": PASSWORD, "new": "eight red lamps at night"}));
    world.one(change, owner, "password.changed").await;
    world
        .one(
            ask(Method::POST, "/api/v1/auth/sign_out").session(&session),
            owner,
            "sign_out",
        )
        .await;

    let boss = "admin@example.org";
    let id = server.id_of("viewer").await;
    let users = "/api/v1/keycloak/admin/users";
    let by_admin = |method: Method, tail: &str| {
        ask(method, &format!("{users}/{id}{tail}")).session(&world.admin)
    };
    let roles = by_admin(Method::PUT, "/roles").json(&json!({"roles": ["editor"]}));
    assert_eq!(
        world.one(roles, boss, "user.role_changed").await["details"],
        "viewer to editor"
    );
    world
        .one(
            by_admin(Method::PATCH, "").json(&json!({"enabled": false})),
            boss,
            "user.disabled",
        )
        .await;
    world
        .one(
            by_admin(Method::PATCH, "").json(&json!({"enabled": true})),
            boss,
            "user.enabled",
        )
        .await;
    world
        .one(
            by_admin(Method::POST, "/reset-password")
                .json(&json!({"password": "a first password for you"})),
            boss,
            "password.reset",
        )
        .await;
    world
        .one(by_admin(Method::POST, "/logout"), boss, "user.signed_out")
        .await;
    world
        .one(by_admin(Method::DELETE, ""), boss, "user.deleted")
        .await;
    let add = ask(Method::POST, users)
        .session(&world.admin)
        .json(&json!({"username": "new@example.org", "password": PASSWORD}));
    assert_eq!(
        world.one(add, boss, "user.added").await["target"],
        "new@example.org"
    );
}

#[tokio::test]
async fn t_132_an_entry_holds_the_peers_address_and_the_id_that_the_caller_gave() {
    let server = TestServer::new().await;
    let admin = server.sign_in("admin").await;
    let world = World { server, admin };
    let id = "0198c0de-0000-7000-8000-00000000abcd";
    let asked = ask(Method::POST, "/api/v1/auth")
        .with("x-request-id", id)
        .with("x-forwarded-for", "6.6.6.6")
        .json(&json!({"username": "owner@example.org", "password": PASSWORD}));
    let entry = world.one(asked, "owner@example.org", "sign_in").await;
    assert_eq!(entry["request_id"], id);
    assert_ne!(
        entry["address"], "6.6.6.6",
        "what strangers write is not believed"
    );
    let page = world
        .server
        .send(get("/api/v1/admin/audit?action=sign_in&limit=1").session(&world.admin))
        .await
        .json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let next = page["next_cursor"].as_str().unwrap();
    let second = world
        .server
        .send(
            get(&format!(
                "/api/v1/admin/audit?action=sign_in&limit=1&cursor={next}"
            ))
            .session(&world.admin),
        )
        .await
        .json();
    assert!(second["items"][0]["id"].as_i64() < page["items"][0]["id"].as_i64());
}
