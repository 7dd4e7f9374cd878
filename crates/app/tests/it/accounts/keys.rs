//! API keys and the keys that seal them, over the life of a data folder.

use std::{os::unix::fs::PermissionsExt, path::Path, sync::Barrier, thread};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::server::{Home, Key, PASSWORD, Server};
use crate::program::told;

impl Key {
    /// A token that is good for ten minutes from now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a client looks at the clock of the machine, as the running program does"
    )]
    pub(crate) fn token(&self) -> String {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": self.id});
        let claims = json!({"sub": self.id, "iat": now, "exp": now + 600, "iss": "sdk"});
        let encoded = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let text = format!(
            "{}.{}",
            encoded(header.to_string().as_bytes()),
            encoded(claims.to_string().as_bytes())
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        format!("{text}.{}", encoded(&mac.finalize().into_bytes()))
    }
}

/// What a token of the key gets.
fn status(server: &Server<'_>, key: &Key) -> u16 {
    let token = key.token();
    server.home.secrets.add("token", &token);
    server.client.get("/api/v1/me").bearer(&token).send().status
}

fn mode(file: &Path) -> u32 {
    fs_err::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn t_107_fifty_first_visits_at_once_make_one_key_and_show_its_secret_once() {
    let home = Home::new();
    home.add("ada", "editor");
    let server = home.serve();
    let session = server.sign_in("ada");
    let together = Barrier::new(50);
    let answers: Vec<_> = thread::scope(|scope| {
        let visits: Vec<_> = (0..50)
            .map(|_| {
                let visit = server
                    .client
                    .get("/api/v1/api_credentials")
                    .session(&session);
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    visit.send().expect(200).json()
                })
            })
            .collect();
        visits
            .into_iter()
            .map(|visit| visit.join().unwrap())
            .collect()
    });
    let ids: std::collections::BTreeSet<_> = answers
        .iter()
        .map(|body| body["api_key"].as_str().unwrap())
        .collect();
    let secrets: Vec<_> = answers
        .iter()
        .filter_map(|body| body["api_secret"].as_str())
        .collect();
    assert_eq!((ids.len(), secrets.len()), (1, 1));
    home.secrets.add("API secret", secrets[0]);
    let key = Key {
        id: ids.first().unwrap().to_string(),
        secret: secrets[0].to_owned(),
    };
    assert_eq!(status(&server, &key), 200);
    let listed = server
        .client
        .get("/api/v1/api_credentials/keys")
        .session(&session);
    assert_eq!(
        listed.send().expect(200).json()["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    server.stop();
}

#[test]
fn t_125_the_master_key_is_rotated_under_a_running_server_and_every_token_goes_on() {
    let home = Home::new();
    home.add("ada", "editor");
    let server = home.serve();
    let session = server.sign_in("ada");
    let used = server.first_key(&session);
    let unused = server.make_key(&session, &json!({"name": "unused so far"}));
    assert_eq!(status(&server, &used), 200);
    let ring = home.place.data().join("key-ring.json");
    let before = fs_err::read(&ring).unwrap();

    // Twice, with nothing in between that would make the server look at the new ring.
    for _ in 0..2 {
        let told = home.done("key", &["rotate-master"], "");
        assert!(
            told.starts_with("sealed 2 secrets with the new key "),
            "{told}"
        );
    }
    assert_ne!(fs_err::read(&ring).unwrap(), before);
    assert_eq!(mode(&ring), 0o600);
    let made_after = server.make_key(&session, &json!({"name": "after"}));
    for key in [&used, &unused, &made_after] {
        assert_eq!(status(&server, key), 200, "{}", key.id);
    }
    home.done("key", &["rotate-master"], "");
    server.stop();

    let server = home.serve();
    for key in [&used, &unused, &made_after] {
        assert_eq!(status(&server, key), 200, "{} after a restart", key.id);
    }
    server.stop();
    // The very first sealing key is gone from the ring.
    let first: serde_json::Value = serde_json::from_slice(&before).unwrap();
    let now = fs_err::read_to_string(&ring).unwrap();
    let first = first.to_string();
    for word in first.split('"').filter(|word| word.len() >= 32) {
        assert!(!now.contains(word), "an old key is still in the ring");
    }
}

#[test]
fn t_125_a_ring_that_others_may_read_or_that_is_damaged_or_foreign_is_told() {
    let home = Home::new();
    home.add("ada", "editor");
    let ring = home.place.data().join("key-ring.json");
    assert_eq!(mode(&ring), 0o600);
    assert_eq!(mode(&home.place.data()), 0o700);
    let good = fs_err::read(&ring).unwrap();

    let refused = |part: &str| {
        let output = home.run("serve", &["--listen", "127.0.0.1:0"], "");
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(part), "{}", told(&output));
        assert!(!stderr.contains("Serving"), "{}", told(&output));
    };
    fs_err::set_permissions(&ring, PermissionsExt::from_mode(0o640)).unwrap();
    refused("chmod 600");
    fs_err::set_permissions(&ring, PermissionsExt::from_mode(0o600)).unwrap();
    fs_err::write(&ring, "{}").unwrap();
    refused("key-ring.json");
    fs_err::write(&ring, &good).unwrap();

    let server = home.serve();
    let session = server.sign_in("ada");
    let key = server.first_key(&session);
    server.stop();
    // With another ring the secrets do not open; people sign in and rotate.
    fs_err::remove_file(&ring).unwrap();
    let server = home.serve();
    assert_eq!(status(&server, &key), 401);
    let session = server.sign_in("ada");
    let rotate = format!("/api/v1/api_credentials/{}/rotate", key.id);
    let rotated = server
        .client
        .post(&rotate)
        .session(&session)
        .send()
        .expect(200);
    assert_eq!(status(&server, &server.key_of(rotated)), 200);
    server.stop();
    assert!(home.logged().contains("a sealed secret does not open"));
}

#[test]
fn a_storage_key_from_the_environment_seals_in_place_of_the_file() {
    let home = Home::new();
    let storage_key = &BASE64_STANDARD.encode(b"thirty-two bytes that nobody has");
    home.secrets.add("storage key", storage_key);
    let add = [
        "add",
        "ada@example.org",
        "--role",
        "editor",
        "--password-stdin",
    ];
    home.done("user", &add, PASSWORD);
    let server = home.serve();
    let by_file = server.first_key(&server.sign_in("ada"));
    server.stop();

    let with_key = || {
        home.serve_with(|command| {
            command.env("STORAGE_KEY", storage_key);
        })
    };
    let server = with_key();
    let by_variable = server.make_key(&server.sign_in("ada"), &json!({"name": "second"}));
    for key in [&by_file, &by_variable] {
        assert_eq!(status(&server, key), 200);
    }
    server.stop();
    let server = with_key();
    assert_eq!(status(&server, &by_variable), 200);
    server.stop();
    let server = home.serve();
    assert_eq!(
        (status(&server, &by_file), status(&server, &by_variable)),
        (200, 401)
    );
    server.stop();
}
