//! A service in local mode on a folder of its own.

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
};
use http_body_util::BodyExt;
use hyper::{HeaderMap, Request, StatusCode, header::HOST};
use lamina_api::{AccountsWire, AppState, AppStateParts, HostRule, Mode, router};
use lamina_engine::{
    Caller, CreateFolder, Engine, IngestSettings, OtherPrecision, Parts, Runner, SourceRoots,
};
use lamina_model::{DatasetId, JobId};
use lamina_store::Store;
use lamina_testkit::{CountingChance, Picture, TickingClock};
use lamina_vision::{DecodeLimits, FakeEmbedder};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The service and its folders.
pub(crate) struct TestApp {
    pub(crate) engine: Engine,
    pub(crate) state: AppState,
    pub(crate) source: TempDir,
    data: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|cause| panic!("{cause}: {self:?}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that it is an error told as every error is, and gives its code.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        let body = self.json();
        assert_eq!(body["request_id"], self.header("x-request-id"), "{self:?}");
        assert!(!body["detail"].is_null(), "{self:?}");
        body["code"].as_str().unwrap().to_owned()
    }
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with_roots(SourceRoots::Anywhere).await
    }

    /// Where datasets may be made from folders below these alone.
    pub(crate) async fn with_roots(roots: SourceRoots) -> Self {
        let data = tempfile::tempdir().unwrap();
        let source = tempfile::tempdir().unwrap();
        let clock = Arc::new(TickingClock::default());
        let chance = Arc::new(CountingChance::new());
        let engine = Engine::new(Parts {
            store: Store::open_sqlite(data.path()).await.unwrap(),
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
            roots,
            accounts: None,
            presence_folder: None,
            index_folder: data.path().join("index"),
            upload_folder: data.path().join("uploads"),
        });
        let state = AppState::new(AppStateParts {
            engine: engine.clone(),
            mode: Mode::Local,
            accounts: AccountsWire::default(),
            version: "0.0.0-test",
            hosts: Some(HostRule::default()),
            clock,
            chance,
        });
        Self {
            engine,
            state,
            source,
            data,
        }
    }

    /// Where files lie that were sent.
    pub(crate) fn uploads(&self) -> std::path::PathBuf {
        self.data.path().join("uploads")
    }

    pub(crate) fn router(&self) -> Router {
        router(self.state.clone())
    }

    /// Sends a request; a `Host` is added where there is none.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(self.router(), request).await
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send(Request::get(uri).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) fn put(&self, name: impl AsRef<Path>, bytes: &[u8]) {
        let file = self.source.path().join(name);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, bytes).unwrap();
    }

    /// Makes the dataset of the source folder without indexing it.
    pub(crate) async fn open(&self) -> (DatasetId, JobId) {
        let wish = CreateFolder {
            path: self.source.path().to_owned(),
            name: Some("Set".to_owned()),
            ..CreateFolder::default()
        };
        let created = self.engine.open_folder(&Caller::Local, wish).await.unwrap();
        (created.dataset.id, created.job)
    }

    /// Works on a job to its end.
    pub(crate) async fn run(&self, job: JobId) {
        let runner = Runner::start(self.engine.clone()).await.unwrap();
        let job = runner
            .run_until(job, CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(job.error, None);
    }

    /// A dataset of four pictures, two of them the same, one broken file and one that is none.
    pub(crate) async fn indexed() -> (Self, DatasetId) {
        let app = Self::new().await;
        let one = Picture::scene(1, 96, 64).png();
        app.put("a one.png", &one);
        app.put("b/copy of one.png", &one);
        app.put("c \"é\" 100% #.png", &Picture::scene(2, 64, 96).png());
        app.put("d.png", &Picture::scene(3, 80, 80).png());
        app.put("e broken.png", &one[..one.len() / 2]);
        app.put("f empty.jpg", b"");
        app.put("notes.txt", b"notes");
        let (dataset, job) = app.open().await;
        app.run(job).await;
        (app, dataset)
    }

    /// The id of a picture by its file name.
    pub(crate) async fn media(&self, dataset: DatasetId, file_name: &str) -> String {
        let listed = self
            .get(&format!("/api/v1/dataset/{dataset}/media"))
            .await
            .json();
        let items = listed["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["file_name"] == file_name);
        found.unwrap_or_else(|| panic!("{file_name} is not in {listed}"))["media_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Sends a request to a router; a `Host` is added where there is none.
pub(crate) async fn send(router: Router, mut request: Request<Body>) -> Answer {
    request
        .headers_mut()
        .entry(HOST)
        .or_insert("localhost:2080".parse().unwrap());
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

/// JSON with what differs from run to run put out of the way.
pub(crate) fn settled(mut value: Value) -> Value {
    fn settle(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    let timed = name.starts_with("seconds") || name == "worker_seconds";
                    if timed
                        || name == "source_uri"
                        || name == "request_id"
                        || name.ends_with("_at")
                        || name.ends_with("_time")
                    {
                        if !field.is_null() {
                            *field = Value::String(format!("[{name}]"));
                        }
                    } else {
                        settle(field);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(settle),
            Value::String(text) => *text = without_ids(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    settle(&mut value);
    value
}

/// Replaces every UUID in a text.
fn without_ids(text: &str) -> String {
    let is_id = |part: &str| {
        part.len() == 36
            && part.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) =
        (0..rest.len()).find(|start| rest.get(*start..start + 36).is_some_and(is_id))
    {
        out.push_str(&rest[..start]);
        out.push_str("[id]");
        rest = &rest[start + 36..];
    }
    out + rest
}
