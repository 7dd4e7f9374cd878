use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use axum::{Router, middleware::from_fn_with_state, routing::get};
use http_body_util::BodyExt;
use hyper::{HeaderMap, header::AUTHORIZATION};
use lamina_engine::{Engine, IngestSettings, OtherPrecision, Parts, SourceRoots};
use lamina_store::Store;
use lamina_testkit::{CountingChance, TickingClock};
use lamina_vision::{DecodeLimits, FakeEmbedder};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use tracing::instrument::WithSubscriber;

use super::*;
use crate::{AccountsWire, AppStateParts, Mode};

/// Three routes in the envelope: one that panics with words, one with a value, and one that works.
async fn service(data: &TempDir) -> Router {
    let clock = Arc::new(TickingClock::default());
    let chance = Arc::new(CountingChance::new());
    let engine = Engine::new(Parts {
        store: Store::open_sqlite(data.path()).await.unwrap(),
        embedder: Arc::new(FakeEmbedder::new()),
        clock: Arc::clone(&clock) as _,
        chance: Arc::clone(&chance) as _,
        ingest: IngestSettings {
            workers: 1,
            batch_items: 1,
            limits: DecodeLimits::default(),
            own_folders: Vec::new(),
            other_precision: OtherPrecision::Kept,
        },
        roots: SourceRoots::Anywhere,
        accounts: None,
        presence_folder: None,
        index_folder: data.path().join("index"),
        upload_folder: data.path().join("uploads"),
    });
    let state = AppState::new(AppStateParts {
        engine,
        mode: Mode::Local,
        accounts: AccountsWire::default(),
        version: "0.0.0-test",
        hosts: None,
        clock,
        chance,
    });
    Router::new()
        .route("/api/words/{name}", get(panics_with_words))
        .route("/api/value", get(panics_with_a_value))
        .route("/api/well", get(async || "well"))
        .layer(from_fn_with_state(state, envelope))
}

async fn panics_with_words() -> StatusCode {
    std::future::ready(()).await;
    panic!("row {} is missing", 7)
}

async fn panics_with_a_value() -> StatusCode {
    std::future::ready(()).await;
    std::panic::panic_any(7_u8)
}

/// What a log keeps in memory.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Sends one GET; gives status, headers, body and the lines logged meanwhile.
async fn ask(uri: &str) -> (StatusCode, HeaderMap, String, Vec<String>) {
    let data = tempfile::tempdir().unwrap();
    let service = service(&data).await;
    let kept = Kept::default();
    let sink = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    let request = Request::get(uri)
        .header(X_REQUEST_ID, "build-7")
        .header(AUTHORIZATION, "Bearer hidden")
        .body(Body::empty())
        .unwrap();
    let answer = service
        .oneshot(request)
        .with_subscriber(subscriber)
        .await
        .unwrap();
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let lines = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    (
        parts.status,
        parts.headers,
        String::from_utf8(body.to_vec()).unwrap(),
        lines.lines().map(str::to_owned).collect(),
    )
}

#[tokio::test]
async fn a_panic_becomes_an_answer_that_tells_nothing_but_the_request() {
    for (uri, words) in [
        ("/api/words/x", "row 7 is missing"),
        ("/api/value", "no words"),
    ] {
        let (status, headers, body, log) = ask(uri).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(headers[CONTENT_TYPE], "application/json");
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(told["request_id"], "build-7");
        assert_eq!(told["code"], "internal");
        assert!(!body.contains("row 7"), "{body}");
        let blamed = log.iter().find(|line| line.contains("a handler panicked"));
        let blamed = blamed.unwrap_or_else(|| panic!("{log:?}"));
        assert!(blamed.contains("ERROR") && blamed.contains("build-7") && blamed.contains(words));
    }
}

#[tokio::test]
async fn a_request_is_one_line_of_the_log_with_its_route_and_without_what_came_with_it() {
    let (_, _, _, log) = ask("/api/well?token=hidden").await;
    let lines: Vec<_> = log
        .iter()
        .filter(|line| line.contains("lamina_api::access"))
        .collect();
    assert_eq!(lines.len(), 1, "{log:?}");
    for part in [
        "INFO",
        "method=GET",
        "/api/well",
        "status=200",
        "duration_ms=",
        "build-7",
    ] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }

    let (_, _, _, log) = ask("/api/words/secret-name?x=hidden").await;
    assert!(
        log.iter()
            .any(|line| line.contains("/api/words/{name}") && line.contains("500"))
    );
    assert!(!log.iter().any(|line| line.contains("hidden")), "{log:?}");
    assert!(
        !log.iter().any(|line| line.contains("secret-name")),
        "{log:?}"
    );
}
