//! Secrets show nowhere: in no log at any level, in no file, in no backup.
//!
//! Every other test of this folder looks as well, at the most talkative level, when its server
//! ends. Here the levels and forms of logs are walked through, a backup is taken while the
//! server writes, and the database is read as its owner would.

use std::process::Command;

use serde_json::json;

use super::server::{Home, PASSWORD};
use crate::tools;

const NEW: &str = "nine blue lamps in the rain";
const WRONG: &str = "a password that is wrong";

/// A bit of everything that has to do with secrets, wrong things too. Leaves the server running.
fn live(server: &super::server::Server<'_>, folder: &std::path::Path) {
    let client = &server.client;
    let session = server.sign_in("ada");
    let dataset = server.make_dataset(&session, "kept");
    let key = server.first_key(&session);
    let token = key.token();
    let signature = token.rsplit('.').next().unwrap().to_owned();
    for (what, secret) in [("token", &token), ("signature", &signature)] {
        server.home.secrets.add(what, secret);
    }
    let rotate = format!("/api/v1/api_credentials/{}/rotate", key.id);
    let rotated = server.key_of(client.post(&rotate).session(&session).send().expect(200));
    let uri = format!("/api/v1/dataset/{dataset}");
    client.get(&uri).bearer(&token).send().expect(200);
    for bad in [&key.secret, &rotated.secret, &format!("{token}x"), &session] {
        client.get(&uri).bearer(bad).send().expect(401);
    }
    for address in [
        format!("{uri}?access_token={token}"),
        format!("/api/v1/dataset/{}", key.secret),
        format!("/api/v1/datasets?SESSION={session}"),
        format!("/{}", rotated.secret),
        format!("/api/v1/oidc/callback?code={token}&state={signature}"),
    ] {
        client.get(&address).send();
    }
    client
        .get("/api/v1/me")
        .session(&format!("{session}x"))
        .send()
        .expect(401);
    client
        .get("/api/v1/me")
        .with("x-api-key", &key.secret)
        .send()
        .expect(401);
    for body in [
        json!({"username": "ada@example.org", "password": WRONG}),
        json!({"username": WRONG, "password": PASSWORD}),
        json!({"username": "ada@example.org", "password": [WRONG]}),
        json!({"password": WRONG}),
    ] {
        let refused = client.post("/api/v1/auth").json(&body).send();
        assert!(!refused.text().contains(WRONG), "{refused}");
    }
    client
        .post("/login")
        .form(&[("username", "ada@example.org"), ("password", WRONG)])
        .send();
    let change = json!({"current": PASSWORD, "new": NEW});
    client
        .post("/api/v1/me/password")
        .session(&session)
        .json(&change)
        .send()
        .expect(204);
    let change = json!({"current": NEW, "new": PASSWORD});
    client
        .post("/api/v1/me/password")
        .session(&session)
        .json(&change)
        .send()
        .expect(204);

    // While it runs, its journal holds what was written last. A plain copy is a backup too.
    let data = server.home.place.data();
    let journal = fs_err::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().ends_with("-wal"))
        .expect("a journal");
    assert!(fs_err::metadata(&journal).unwrap().len() > 0);
    let copy = folder.join("copy");
    let copied = Command::new("cp")
        .arg("-r")
        .args([&data, &copy])
        .status()
        .unwrap();
    assert!(copied.success());
    server.home.assert_absent_below(&copy);
}

#[test]
fn t_122_t_126_no_level_of_no_log_and_no_copy_of_the_database_holds_a_secret() {
    for (level, form) in [
        ("error", "text"),
        ("warn", "json"),
        ("info", "text"),
        ("debug", "json"),
        ("trace", "text"),
        ("trace", "json"),
    ] {
        let home = Home::new();
        home.add("ada", "editor");
        for (what, secret) in [("new password", NEW), ("wrong password", WRONG)] {
            home.secrets.add(what, secret);
        }
        let folder = tempfile::tempdir().unwrap();
        let server = home.serve_with(|command| {
            command
                .env("LAMINA_LOG", level)
                .env("LAMINA_LOG_FORMAT", form);
        });
        live(&server, folder.path());
        backed_up(&home, folder.path());
        server.stop();
        let logged = home.logged();
        match level {
            "trace" => assert!(logged.len() > 50_000, "{} bytes", logged.len()),
            "info" => assert!(logged.contains("answered"), "{logged}"),
            _ => {}
        }
    }
}

/// A backup as the database makes it, and everything in it as text.
fn backed_up(home: &Home, folder: &std::path::Path) {
    if !tools::has("sqlite3", "--version") {
        return;
    }
    let file = fs_err::read_dir(home.place.data())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| fs_err::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0")))
        .expect("a database");
    let backup = folder.join("backup.db");
    let asked = |question: &str| {
        let output = Command::new("sqlite3")
            .arg(&file)
            .arg(question)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    asked(&format!(".backup '{}'", backup.display()));
    home.secrets
        .assert_absent("the backup", &fs_err::read(&backup).unwrap());
    let dump = asked(".dump");
    assert!(dump.len() > 10_000, "{} bytes", dump.len());
    home.secrets.assert_absent("the dump", &dump);
}
