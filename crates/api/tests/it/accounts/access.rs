//! The access table: every operation of the API for every kind of caller.

mod table;

use std::collections::BTreeSet;

use hyper::Method;
use lamina_model::DatasetStatus;
use lamina_store::DatasetState;
use serde_json::json;

use table::{OWN, TABLE, done};

use super::server::{Ask, Key, PASSWORD, TestServer, ask};

/// Who calls, in the order of the table's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nothing,
    OwnerSession,
    FullKey,
    ReadKey,
    LimitedKey,
    RevokedKey,
    Stranger,
    Viewer,
    Editor,
    Admin,
}

const EVERYBODY: [Who; 10] = [
    Who::Nothing,
    Who::OwnerSession,
    Who::FullKey,
    Who::ReadKey,
    Who::LimitedKey,
    Who::RevokedKey,
    Who::Stranger,
    Who::Viewer,
    Who::Editor,
    Who::Admin,
];

/// The service with everything that the rows need.
struct World {
    server: TestServer,
    dataset: String,
    /// A dataset made of files that were sent.
    sent: String,
    task: String,
    media: String,
    object: String,
    full: Key,
    read: Key,
    limited: Key,
    revoked: Key,
}

impl World {
    async fn new() -> Self {
        let server = TestServer::new().await;
        let owner = server.sign_in("owner").await;
        let (dataset, task) = server.make_dataset(&owner, "kept").await;
        server.run(&task).await;
        let sent = server.make_sent(&owner).await;
        server.share(&owner, &sent, "viewer", "viewer").await;
        server.share(&owner, &sent, "editor", "editor").await;
        let (other, _) = server.make_dataset(&owner, "other").await;
        server.share(&owner, &dataset, "viewer", "viewer").await;
        server.share(&owner, &dataset, "editor", "editor").await;
        let full = server.make_key(&owner, &json!({"name": "full"})).await;
        let read = server
            .make_key(&owner, &json!({"name": "read", "scope": "read"}))
            .await;
        let limited = server
            .make_key(&owner, &json!({"name": "limited", "datasets": [other]}))
            .await;
        let revoked = server.make_key(&owner, &json!({"name": "revoked"})).await;
        let uri = format!("/api/v1/api_credentials/{}", revoked.id);
        let gone = server.send(ask(Method::DELETE, &uri).session(&owner)).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        let listed = format!("/api/v1/dataset/{dataset}/media");
        let listed = server
            .send(ask(Method::GET, &listed).session(&owner))
            .await
            .json();
        let media = listed["items"][0]["media_id"].as_str().unwrap().to_owned();
        let objects = format!("/api/v1/dataset/{dataset}/objects");
        let objects = server
            .send(ask(Method::GET, &objects).session(&owner))
            .await;
        let object = objects.json()["items"][0]["object_id"]
            .as_str()
            .unwrap()
            .to_owned();
        // A map is drawn on first ask.
        let map = format!("/api/v1/dataset/{dataset}/map");
        while server
            .send(ask(Method::GET, &map).session(&owner))
            .await
            .status
            == 202
        {
            tokio::task::yield_now().await;
        }
        Self {
            server,
            dataset,
            sent,
            task,
            media,
            object,
            full,
            read,
            limited,
            revoked,
        }
    }

    /// Credentials of the moment, so that no row spoils another's.
    async fn with_credentials(&self, asked: Ask, who: Who) -> Ask {
        let token = |key: &Key| key.token(self.server.now_s());
        let name = match who {
            Who::Nothing => return asked,
            Who::FullKey => return asked.bearer(&token(&self.full)),
            Who::ReadKey => return asked.bearer(&token(&self.read)),
            Who::LimitedKey => return asked.bearer(&token(&self.limited)),
            Who::RevokedKey => return asked.bearer(&token(&self.revoked)),
            Who::OwnerSession => "owner",
            Who::Stranger => "stranger",
            Who::Viewer => "viewer",
            Who::Editor => "editor",
            Who::Admin => "admin",
        };
        asked.session(&self.server.sign_in(name).await)
    }

    async fn make_tag(&self, owner: &str, name: &str) -> String {
        let uri = format!("/api/v1/dataset/{}/tags", self.dataset);
        let asked = ask(Method::POST, &uri).session(owner);
        let made = self.server.send(asked.json(&json!({"name": name}))).await;
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// The request of a row, with whatever it consumes made anew.
    async fn request(&self, operation: &str, count: usize) -> Ask {
        // A session of its own, where one is needed: a row may end those that the callers bring.
        let prepared = [
            "{api_key}",
            "{email}",
            "{transaction_id}",
            "{tag_id}",
            "{change_id}",
        ];
        let owner = if prepared.iter().any(|part| operation.contains(part))
            || operation.contains("{view_id}")
            || operation == "DELETE /api/v1/dataset/{dataset_id}"
        {
            self.server.sign_in("owner").await
        } else {
            String::new()
        };
        let (method, path) = operation.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let mut path = path
            .replace("{media_id}", &self.media)
            .replace("{image_id}", &self.media)
            .replace("{object_id}", &self.object)
            .replace("{task_id}", &self.task)
            .replace("{cluster_id}", "0198c0de-0000-7000-8000-000000000000")
            .replace("{row}", "0")
            .replace("{export_id}", "0198c0de-0000-7000-8000-000000000000")
            .replace("{session_id}", "0198c0de-0000-7000-8000-000000000000")
            .replace("{workspace_id}", "00000000-0000-0000-0000-000000000001")
            .replace("{organization_id}", "00000000-0000-0000-0000-000000000001");
        if path.contains("{user_id}") || path.contains("{member_user_id}") {
            let name = format!("fresh{count}");
            let email = format!("{name}@example.org");
            self.server
                .add(&email, lamina_model::WorkspaceRole::Viewer)
                .await;
            let id = self.server.id_of(&name).await;
            path = path
                .replace("{user_id}", &id)
                .replace("{member_user_id}", &id);
        }
        if path.contains("{api_key}") {
            let wish = json!({"name": "fresh"});
            let key = self.server.make_key(&owner, &wish).await;
            path = path.replace("{api_key}", &key.id);
        }
        if path.contains("{email}") {
            self.server
                .share(&owner, &self.dataset, "admin", "viewer")
                .await;
            path = path.replace("{email}", "admin@example.org");
        }
        if operation == "DELETE /api/v1/dataset/{dataset_id}" {
            let (server, owner) = (&self.server, owner.as_str());
            let (fresh, _) = server.make_dataset(owner, &format!("fresh{count}")).await;
            server.share(owner, &fresh, "viewer", "viewer").await;
            server.share(owner, &fresh, "editor", "editor").await;
            path = path.replace("{dataset_id}", &fresh);
        }
        let on_sent = ["/ingestion/", "/upload", "/add_media", "/reindex"];
        if on_sent.iter().any(|part| operation.contains(part)) {
            path = path.replace("{dataset_id}", &self.sent);
        }
        if path.contains("{transaction_id}") {
            let number = self.server.begin_sending(&owner, &self.sent).await;
            path = path.replace("{transaction_id}", &number);
        }
        if operation == "GET /api/v1/ingestion/new_dataset" {
            path.push_str("?dataset_name=new");
        }
        path = path
            .replace("{dataset_id}", &self.dataset)
            .replace("{enrichment_context_id}", &self.dataset);
        if path.contains("{tag_id}") {
            let tag = self.make_tag(&owner, &format!("fresh{count}")).await;
            path = path.replace("{tag_id}", &tag);
        }
        if path.contains("{change_id}") {
            let tag = self.make_tag(&owner, &format!("fresh{count}")).await;
            let uri = format!("/api/v1/dataset/{}/marks", self.dataset);
            let wish = json!({"add_tags": [tag], "media_ids": [self.media]});
            let asked = ask(Method::POST, &uri).session(&owner).json(&wish);
            let change = self.server.send(asked).await.json();
            path = path.replace("{change_id}", change["change_id"].as_str().unwrap());
        }
        if path == "/api/v1/process" {
            let folder = self.server.root.path().join(format!("made{count}"));
            fs_err::create_dir_all(&folder).unwrap();
            path = format!("{path}?path={}&name=made{count}", folder.display());
        }
        if path.contains("{view_id}") {
            let uri = format!("/api/v1/dataset/{}/views?name=made{count}", self.dataset);
            let made = ask(Method::POST, &uri).session(&owner);
            let made = self.server.send(made).await.json();
            path = path.replace("{view_id}", made["id"].as_str().unwrap());
        }
        if operation == "POST /api/v1/dataset/{dataset_id}/views" {
            path = format!("{path}?name=new{count}");
        }
        if path == "/api/v1/user_config" {
            path = format!("{path}?dataset_id={}", self.dataset);
        }
        if path.ends_with("/media/id") || path.ends_with("/search_media_metadata/id") {
            path.push_str("?original_media_uri=a.png");
        }
        if path == "/api/v1/process/preview" {
            path = format!("{path}?path={}", self.server.root.path().display());
        }
        if path.ends_with("/export_status") {
            path.push_str("?export_task_id=0198c0de-0000-7000-8000-000000000000");
        }
        let asked = ask(method, &path);
        match operation {
            "POST /api/v1/auth" => {
                asked.json(&json!({"username": "viewer@example.org", "password": PASSWORD}))
            }
            "POST /api/v1/setup" => {
                asked.json(&json!({"token": "x", "email": "x@example.org", "password": PASSWORD}))
            }
            "POST /api/v1/dataset/{dataset_id}/share" => {
                asked.form(&[("user_email", "admin@example.org")])
            }
            "PUT /api/v1/manage/{dataset_id}/invite" => {
                asked.json(&json!({"grant_to_user_email": "admin@example.org"}))
            }
            "PUT /api/v1/manage/{dataset_id}/share" => {
                asked.json(&json!({"email": "admin@example.org", "role": "viewer"}))
            }
            "POST /api/v1/dataset/{dataset_id}/duplicates/decisions" => asked.json(&json!({})),
            "PUT /api/v1/manage/{dataset_id}/visibility" => asked.json(&json!({"public": false})),
            "POST /api/v1/keycloak/admin/users" => asked.json(
                &json!({"username": format!("new{count}@example.org"), "password": PASSWORD}),
            ),
            "PATCH /api/v1/keycloak/admin/users/{user_id}" => asked.json(&json!({"enabled": true})),
            "POST /api/v1/keycloak/admin/users/{user_id}/reset-password" => {
                asked.json(&json!({"password": "another good long password"}))
            }
            "PUT /api/v1/keycloak/admin/users/{user_id}/roles" => {
                asked.json(&json!({"roles": ["editor"]}))
            }
            "PUT /api/v1/workspace/members/{member_user_id}/role" => {
                asked.json(&json!({"role": "editor"}))
            }
            "POST /api/v1/dataset" => asked.form(&[("dataset_name", "new")]),
            "POST /api/v1/ingestion/{dataset_id}/data_files/{transaction_id}"
            | "POST /api/v1/dataset/{dataset_id}/add_media" => {
                asked.multipart(&[("files", Some("a.png"), b"no picture")])
            }
            "POST /api/v1/dataset/{dataset_id}/upload" => {
                // The smallest tar: one empty file.
                let mut tar = vec![0; 1536];
                tar[0] = b'a';
                tar[100..108].copy_from_slice(b"0000644\0");
                tar[124..136].copy_from_slice(b"00000000000\0");
                tar[148..156].copy_from_slice(b"        ");
                tar[156] = b'0';
                tar[257..265].copy_from_slice(b"ustar\x0000");
                let sum: u32 = tar[..512].iter().map(|byte| u32::from(*byte)).sum();
                tar[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
                asked.multipart(&[("file", Some("a.tar"), &tar)])
            }
            "PATCH /api/v1/dataset/{dataset_id}" => asked.json(&json!({"description": "seen"})),
            "POST /api/v1/dataset/{dataset_id}/export_entities_async" => {
                let part = json!({"type": "media", "payload": {"media_ids": [self.media]}});
                asked.json(&json!({"media_selection": [part]}))
            }
            "POST /api/v1/dataset/{dataset_id}/tags" => {
                asked.json(&json!({"name": format!("made{count}")}))
            }
            "PATCH /api/v1/dataset/{dataset_id}/tags/{tag_id}" => {
                asked.json(&json!({"name": format!("renamed{count}")}))
            }
            "POST /api/v1/dataset/{dataset_id}/marks" => {
                asked.json(&json!({"add_labels": ["seen"], "media_ids": [self.media]}))
            }
            "PUT /api/v1/dataset/{dataset_id}/media/{media_id}/caption" => {
                asked.json(&json!({"caption": "seen"}))
            }
            "POST /api/v1/dataset/{dataset_id}/enrich_dataset"
            | "POST /api/v1/enrichment/{dataset_id}/{enrichment_context_id}/previews_enrichment_result" => {
                asked.json(&json!({"enrichment_models": {"CAPTION_IMAGES": "a-model"}}))
            }
            "POST /api/v1/datasets/{dataset_id}/custom_metadata/tasks" => {
                asked.json(&json!({"field_name": format!("made{count}"), "field_type": "string"}))
            }
            "POST /api/v1/vector_search/{dataset_id}" => asked.json(&json!({"text": "red"})),
            "POST /api/v1/api_credentials" => asked.json(&json!({"name": "made"})),
            "PATCH /api/v1/api_credentials/{api_key}" => asked.json(&json!({"name": "renamed"})),
            "POST /api/v1/me/password" => asked.json(&json!({
                "current": PASSWORD,
                "new": "eight red lamps at night",
            })),
            _ => asked,
        }
    }
}

/// Every operation of the document, as `GET /api/v1/…`.
fn operations() -> BTreeSet<String> {
    let document = serde_json::to_value(lamina_api::document()).unwrap();
    let mut all = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            all.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    all
}

impl World {
    /// As if nothing was asked for yet of the files that were sent: who may ask is looked at here,
    /// not whether somebody else has.
    async fn settle(&self) {
        let ready = DatasetState {
            status: DatasetStatus::Ready,
            progress_percent: 100,
            fatal_error: None,
        };
        let sent = self.sent.parse().unwrap();
        self.server
            .store
            .set_dataset_state(sent, &ready)
            .await
            .unwrap();
    }
}

#[test]
fn t_134_every_operation_stands_in_the_access_table() {
    let listed: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(listed.len(), TABLE.len(), "an operation stands there twice");
    let missing: Vec<_> = operations().difference(&listed).cloned().collect();
    assert!(missing.is_empty(), "not in the access table: {missing:#?}");
    let gone: Vec<_> = listed.difference(&operations()).cloned().collect();
    assert!(gone.is_empty(), "no longer an operation: {gone:#?}");
}

#[tokio::test]
async fn t_134_every_operation_answers_every_kind_of_caller_as_the_table_says() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    let mut count = 0;
    for (operation, row) in TABLE {
        for (who, expected) in EVERYBODY.into_iter().zip(row) {
            count += 1;
            world.settle().await;
            let asked = world.request(operation, count).await;
            let asked = world.with_credentials(asked, who).await;
            let answer = world.server.send(asked).await;
            if answer.status != *expected {
                wrong.push(format!(
                    "{operation} by {who:?}: {}, not {expected}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                ));
            }
            if *operation == "POST /api/v1/me/password" && answer.status == 204 {
                restore_password(&world.server, who).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Puts the password of a caller back, for the rows that follow.
async fn restore_password(server: &TestServer, who: Who) {
    let name = match who {
        Who::Stranger => "stranger",
        Who::Viewer => "viewer",
        Who::Editor => "editor",
        Who::Admin => "admin",
        _ => "owner",
    };
    let email = format!("{name}@example.org");
    let before = server.store.user_by_email(&email).await.unwrap().unwrap();
    let twin = format!("twin-{name}@example.org");
    if server.store.user_by_email(&twin).await.unwrap().is_none() {
        server.add(&twin, lamina_model::WorkspaceRole::Viewer).await;
    }
    // The hash of the same password.
    let hash = server.store.user_by_email(&twin).await.unwrap().unwrap();
    server
        .store
        .set_password(
            before.id,
            &hash.password_hash.unwrap(),
            false,
            before.created_at,
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn c_19_c_20_every_401_and_403_says_how_to_do_better() {
    let world = World::new().await;
    for (count, (operation, row)) in TABLE.iter().enumerate() {
        if row[0] == 401 {
            let answer = world
                .server
                .send(world.request(operation, 10_000 + count).await)
                .await;
            let challenge = answer.header("www-authenticate");
            assert_eq!(challenge, "Bearer realm=\"lamina\"", "{operation}");
            assert_eq!(answer.code(), "credentials_missing", "{operation}");
            assert_eq!(answer.header("cache-control"), "no-store", "{operation}");
        }
        if *row == OWN || *row == done(OWN, 204) {
            let asked = world.request(operation, 20_000 + count).await;
            let answer = world
                .server
                .send(world.with_credentials(asked, Who::ReadKey).await)
                .await;
            let challenge = answer.header("www-authenticate");
            assert!(
                challenge.contains("error=\"insufficient_scope\"")
                    && challenge.contains("scope=\"admin\""),
                "{operation}: {challenge}"
            );
        }
    }
}

#[tokio::test]
async fn strangers_are_turned_away_before_anything_they_sent_is_read() {
    let server = TestServer::new().await;
    for (operation, row) in TABLE {
        let (method, path) = operation.split_once(' ').unwrap();
        if row[0] != 401 || method == "GET" {
            continue;
        }
        let answer = server
            .send(
                ask(method.parse().unwrap(), &path.replace(['{', '}'], ""))
                    .json(&json!(["nonsense"])),
            )
            .await;
        assert_eq!(answer.status, 401, "{operation}: {answer:?}");
    }
}
