//! Secrets show nowhere: not in the logs at any level, not in the database or its journal.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::Method;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::server::{Key, PASSWORD, TestServer, ask, get, session_of};

/// What was logged.
#[derive(Debug, Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logged {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn t_08_t_122_t_126_t_127_no_secret_reaches_the_logs_or_the_disk() {
    let logged = Logged::default();
    // For all threads: the database works on its own.
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(logged.clone())
        .try_init()
        .expect("no other test of this binary sets one");
    let server = TestServer::new().await;
    let signed_in = server.try_sign_in("owner@example.org", PASSWORD).await;
    let session = session_of(&signed_in);
    let first = server
        .send(get("/api/v1/api_credentials").session(&session))
        .await;
    let key = Key::of(&first.json());
    let token = key.token(server.now_s());
    let rotate = format!("/api/v1/api_credentials/{}/rotate", key.id);
    let rotated = Key::of(
        &server
            .send(ask(Method::POST, &rotate).session(&session))
            .await
            .json(),
    );
    let other = "nine blue lamps in the rain";
    let change = json!({"current": PASSWORD, "new": other});
    let wrong = "a password that is wrong";
    for asked in [
        get("/api/v1/datasets").bearer(&token),
        get("/api/v1/datasets").bearer(&key.secret),
        get("/api/v1/datasets").bearer(&format!("{token}x")),
        get(&format!("/api/v1/datasets?access_token={token}")),
        get(&format!("/api/v1/dataset/{}", key.secret)).bearer(&token),
        get("/api/v1/datasets").session(&session),
        get(&format!("/api/v1/datasets?SESSION={session}")),
        ask(Method::POST, "/api/v1/auth")
            .json(&json!({"username": "owner@example.org", "password": wrong})),
        ask(Method::POST, "/api/v1/auth").json(&json!({"username": ["x"], "password": wrong})),
        ask(Method::POST, "/api/v1/auth")
            .text("application/json", &format!("{{\"password\": \"{wrong}\"")),
        ask(Method::POST, "/api/v1/me/password")
            .session(&session)
            .json(&change),
    ] {
        let answer = server.send(asked).await;
        assert!(!answer.text().contains(wrong), "{answer:?}");
    }
    let signature = token.rsplit('.').next().unwrap().to_owned();
    let secrets = [
        ("secret", key.secret.as_str()),
        ("rotated secret", &rotated.secret),
        ("token", &token),
        ("signature", &signature),
        ("session", &session),
        ("password", PASSWORD),
        ("new password", other),
        ("wrong password", wrong),
    ];
    let log = logged.0.lock().unwrap().clone();
    assert!(log.len() > 10_000, "the log was on: {} bytes", log.len());
    let mut places = vec![("the log".to_owned(), log)];
    server.engine.write_uses().await.unwrap();
    for entry in fs_err::read_dir(server.data.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            places.push((path.display().to_string(), fs_err::read(&path).unwrap()));
        }
    }
    assert!(
        places
            .iter()
            .any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty()),
        "the journal was looked at"
    );
    for (place, bytes) in &places {
        for (what, secret) in secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "the {what} stands in {place}");
        }
    }
    // T-40: nothing that a stranger writes breaks a line of the log in two.
    let text = String::from_utf8_lossy(&places[0].1);
    assert!(!text.contains("\u{1b}[2J"));
    let shown = format!("{:?} {:?}", server.state, server.engine);
    for (what, secret) in secrets {
        assert!(!shown.contains(secret), "{what} in debug output");
    }
}
