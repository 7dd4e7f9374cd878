//! A service with accounts, a few people and a dataset, on a folder of its own.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::body::Body;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use hyper::{Method, Request, StatusCode, header::HeaderValue};
use lamina_api::{AccountsWire, AppState, AppStateParts, HostRule, Mode, router};
use lamina_auth::{KeyRing, PasswordCost};
use lamina_engine::{
    AccountSettings, Caller, Engine, IngestSettings, NewUser, Origin, OtherPrecision, Parts,
    Runner, SourceRoots,
};
use lamina_model::{Chance, Clock, JobId, WorkspaceRole};
use lamina_store::Store;
use lamina_testkit::{FixedClock, Picture};
use lamina_vision::{DecodeLimits, FakeEmbedder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::app::{Answer, send};

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "seven green lamps at noon";

/// Bytes that look random and are the same in every run.
#[derive(Debug, Default)]
struct Drawn(AtomicU64);

impl Chance for Drawn {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let block = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// What a test may want otherwise.
pub(crate) struct Wishes {
    pub(crate) settings: AccountSettings,
    pub(crate) wire: AccountsWire,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            settings: AccountSettings {
                password_cost: PasswordCost {
                    memory_kib: 8,
                    passes: 1,
                    lanes: 1,
                },
                max_live_keys: 10_000,
                max_key_makings_per_hour: 10_000,
                ..AccountSettings::default()
            },
            wire: AccountsWire::default(),
        }
    }
}

/// The service.
pub(crate) struct TestServer {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) state: AppState,
    pub(crate) data: TempDir,
    /// Below it folders may be made into datasets.
    pub(crate) root: TempDir,
}

/// An API key with its secret.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Key {
    pub(crate) fn of(credentials: &Value) -> Self {
        let text = |name: &str| {
            let text = credentials[name].as_str();
            text.unwrap_or_else(|| panic!("no {name} in {credentials}"))
                .to_owned()
        };
        Self {
            id: text("api_key"),
            secret: text("api_secret"),
        }
    }

    /// A token as the documentation's example signs it.
    pub(crate) fn token(&self, now_s: i64) -> String {
        self.sign(&json!({"sub": self.id, "iat": now_s, "exp": now_s + 600, "iss": "sdk"}))
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": self.id});
        signed(self.secret.as_bytes(), &header, claims)
    }
}

/// A token of any header and claims.
pub(crate) fn signed(secret: &[u8], header: &Value, claims: &Value) -> String {
    let encoded = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let text = format!(
        "{}.{}",
        encoded(header.to_string().as_bytes()),
        encoded(claims.to_string().as_bytes())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", encoded(&mac.finalize().into_bytes()))
}

/// A request that is put together step by step.
pub(crate) struct Ask(Request<Body>);

pub(crate) fn ask(method: Method, uri: &str) -> Ask {
    let request = Request::builder().method(method).uri(uri);
    Ask(request.body(Body::empty()).unwrap())
}

pub(crate) fn get(uri: &str) -> Ask {
    ask(Method::GET, uri)
}

impl Ask {
    /// Adds a line, beside those of that name.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.0.headers_mut().append(name, value);
        self
    }

    pub(crate) fn raw(mut self, name: &'static str, value: &[u8]) -> Self {
        let value = HeaderValue::from_bytes(value).unwrap();
        self.0.headers_mut().append(name, value);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn session(self, secret: &str) -> Self {
        self.with("cookie", &format!("SESSION={secret}"))
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        *self.0.body_mut() = Body::from(body.to_string());
        self.with("content-type", "application/json")
    }

    pub(crate) fn text(mut self, content_type: &str, body: &str) -> Self {
        *self.0.body_mut() = Body::from(body.to_owned());
        self.with("content-type", content_type)
    }

    pub(crate) fn multipart(mut self, fields: &[(&str, Option<&str>, &[u8])]) -> Self {
        *self.0.body_mut() = Body::from(crate::form::form(fields));
        self.with("content-type", crate::form::FORM)
    }

    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let escaped =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02x}")).collect() };
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        *self.0.body_mut() = Body::from(pairs.join("&"));
        self.with("content-type", "application/x-www-form-urlencoded")
    }
}

impl TestServer {
    /// Nobody has an account yet.
    pub(crate) async fn empty(wishes: Wishes) -> Self {
        let data = tempfile::tempdir().unwrap();
        let root = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::default());
        let chance = Arc::new(Drawn::default());
        let store = Store::open_sqlite(data.path()).await.unwrap();
        let ring = KeyRing::new(chance.as_ref());
        let engine = Engine::new(Parts {
            store: store.clone(),
            embedder: Arc::new(FakeEmbedder::new()),
            clock: clock.clone(),
            chance: chance.clone(),
            ingest: IngestSettings {
                workers: 2,
                batch_items: 8,
                limits: DecodeLimits::default(),
                own_folders: vec![data.path().to_owned()],
                other_precision: OtherPrecision::Kept,
            },
            roots: SourceRoots::Below(vec![root.path().to_owned()]),
            accounts: Some((wishes.settings, ring)),
            presence_folder: None,
            index_folder: data.path().join("index"),
            upload_folder: data.path().join("uploads"),
        });
        let state = AppState::new(AppStateParts {
            engine: engine.clone(),
            mode: Mode::Server,
            accounts: wishes.wire,
            version: "0.0.0-test",
            hosts: Some(HostRule::default()),
            clock: clock.clone(),
            chance,
        });
        Self {
            clock,
            engine,
            store,
            state,
            data,
            root,
        }
    }

    /// With an administrator, two editors and a viewer of the workspace.
    pub(crate) async fn with(wishes: Wishes) -> Self {
        let server = Self::empty(wishes).await;
        for (email, role) in [
            ("admin@example.org", WorkspaceRole::Admin),
            ("owner@example.org", WorkspaceRole::Editor),
            ("editor@example.org", WorkspaceRole::Editor),
            ("stranger@example.org", WorkspaceRole::Editor),
            ("viewer@example.org", WorkspaceRole::Viewer),
        ] {
            server.add(email, role).await;
        }
        server
    }

    pub(crate) async fn new() -> Self {
        Self::with(Wishes::default()).await
    }

    pub(crate) async fn add(&self, email: &str, role: WorkspaceRole) {
        let wish = NewUser {
            email: email.to_owned(),
            display_name: String::new(),
            password: Some(PASSWORD.to_owned().into()),
            role,
            enabled: true,
            must_change_password: false,
        };
        self.engine
            .add_user(&Caller::Local, wish, &Origin::default())
            .await
            .unwrap();
    }

    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        send(router(self.state.clone()), ask.0).await
    }

    /// Tries to sign in over the wire.
    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({"username": email, "password": password});
        self.send(ask(Method::POST, "/api/v1/auth").json(&body))
            .await
    }

    /// Signs in and gives the value of the cookie.
    pub(crate) async fn sign_in(&self, name: &str) -> String {
        let answer = self
            .try_sign_in(&format!("{name}@example.org"), PASSWORD)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        session_of(&answer)
    }

    /// Makes a key over the wire.
    pub(crate) async fn make_key(&self, session: &str, wish: &Value) -> Key {
        let made = ask(Method::POST, "/api/v1/api_credentials");
        let answer = self.send(made.session(session).json(wish)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        Key::of(&answer.json())
    }

    /// A full key of somebody.
    pub(crate) async fn key_of(&self, name: &str) -> Key {
        let session = self.sign_in(name).await;
        self.make_key(&session, &json!({"name": "test"})).await
    }

    /// Makes a dataset of a new folder with some pictures; gives its id and that of its task.
    pub(crate) async fn make_dataset(&self, session: &str, name: &str) -> (String, String) {
        let folder = self.root.path().join(name);
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join("a.png"), Picture::scene(1, 32, 24).png()).unwrap();
        fs_err::write(folder.join("broken.png"), b"no picture").unwrap();
        let boxes = "filename,col_x,row_y,width,height,label\na.png,2,3,10,12,boat\n";
        fs_err::write(folder.join("object_annotations.csv"), boxes).unwrap();
        let uri = format!(
            "/api/v1/process?path={}&name={name}",
            folder.to_str().unwrap()
        );
        let answer = self.send(ask(Method::POST, &uri).session(session)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let made = answer.json();
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        (text("dataset_id"), text("task_id"))
    }

    /// Makes a dataset of a file that is sent, and indexes it; gives its id.
    pub(crate) async fn make_sent(&self, session: &str) -> String {
        let uri = "/api/v1/ingestion/new_dataset?dataset_name=sent";
        let made = self.send(get(uri).session(session)).await;
        let dataset = made.json()["dataset_id"].as_str().unwrap().to_owned();
        let number = self.begin_sending(session, &dataset).await;
        let uri = format!("/api/v1/ingestion/{dataset}/process_files/{number}");
        let ended = self.send(ask(Method::POST, &uri).session(session)).await;
        assert_eq!(ended.status, StatusCode::ACCEPTED, "{ended:?}");
        let tasks = self
            .send(get(&format!("/api/v1/tasks?dataset_id={dataset}")).session(session))
            .await;
        self.run(tasks.json()["tasks"][0]["task_id"].as_str().unwrap())
            .await;
        dataset
    }

    /// Begins a transaction that holds a picture; gives its number.
    pub(crate) async fn begin_sending(&self, session: &str, dataset: &str) -> String {
        let uri = format!("/api/v1/ingestion/{dataset}/data_files");
        let begun = self.send(get(&uri).session(session)).await;
        let number = begun.json()["trans_id"].as_u64().unwrap().to_string();
        let picture = Picture::scene(1, 32, 24).png();
        let sent = ask(Method::POST, &format!("{uri}/{number}"))
            .session(session)
            .multipart(&[("files", Some("a.png"), &picture)]);
        let sent = self.send(sent).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
        number
    }

    /// Works on a task to its end.
    pub(crate) async fn run(&self, task: &str) {
        let job: JobId = task.parse().unwrap();
        let runner = Runner::start(self.engine.clone()).await.unwrap();
        let job = runner
            .run_until(job, CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(job.error, None);
    }

    /// Gives somebody a role in a dataset.
    pub(crate) async fn share(&self, session: &str, dataset: &str, name: &str, role: &str) {
        let uri = format!("/api/v1/manage/{dataset}/share");
        let body = json!({"email": format!("{name}@example.org"), "role": role});
        let answer = self
            .send(ask(Method::PUT, &uri).session(session).json(&body))
            .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }

    pub(crate) fn now_s(&self) -> i64 {
        self.clock.now().as_micros() / 1_000_000
    }

    /// The id of somebody's account.
    pub(crate) async fn id_of(&self, name: &str) -> String {
        let email = format!("{name}@example.org");
        let user = self.store.user_by_email(&email).await.unwrap();
        user.expect("an account").id.to_string()
    }
}

/// The session in the answer to a sign-in.
pub(crate) fn session_of(answer: &Answer) -> String {
    let line = answer.header("set-cookie");
    line.strip_prefix("SESSION=")
        .and_then(|rest| rest.split(';').next())
        .unwrap_or_else(|| panic!("no session in {line:?}"))
        .to_owned()
}
