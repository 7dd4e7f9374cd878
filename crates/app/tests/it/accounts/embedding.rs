//! A site that shows one dataset in a frame, with a cookie that it makes itself.

use std::process::Command;

use super::server::Home;
use crate::{
    program::told,
    tools::{has, printed, python, run},
};

/// A key as Fernet makes them: 32 bytes in base64url.
const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

/// A cookie line, made by nothing of ours.
fn cookie(python: &std::path::Path, key: &str, age_s: &str) -> String {
    let mut command = Command::new(python);
    command.args(["-c", include_str!("fernet.py"), key, "Acme", age_s]);
    let folder = tempfile::tempdir().unwrap();
    format!("VL_AUTH={}", printed(&run(command, folder.path(), &[])))
}

#[test]
fn the_cookie_of_an_embedding_site_reads_one_dataset_for_a_while_and_does_nothing_else() {
    let Some(python) = python() else {
        return;
    };
    if !has("openssl", "version") {
        return;
    }
    let home = Home::new();
    home.add("ada", "editor");
    let server = home.serve();
    let session = server.sign_in("ada");
    let shown = server.make_dataset(&session, "Shown");
    let hidden = server.make_dataset(&session, "Hidden");
    let fresh = cookie(&python, KEY, "0");
    let path = |id: &str| format!("/api/v1/dataset/{id}");
    // Off unless it is configured.
    let asked = server.client.get(&path(&shown)).with("cookie", &fresh);
    asked.send().expect(401);
    server.stop();

    let file = home.place.source().join("embed.key");
    fs_err::write(&file, KEY).unwrap();
    home.secrets.add("embedding key", KEY);
    let server = home.serve_with(|command| {
        command.env("LAMINA_EMBED_KEY_FILE", &file);
        command.env("LAMINA_EMBED_DATASET", &shown);
        command.env("LAMINA_EMBED_MAX_AGE_S", "120");
    });
    let get = |path: &str, cookie: &str| server.client.get(path).with("cookie", cookie).send();
    get(&path(&shown), &fresh).expect(200);
    get(&format!("/api/v1/explore/{shown}"), &fresh).expect(200);
    get(&path(&hidden), &fresh).expect(404);
    let listed = get("/api/v1/datasets", &fresh).expect(200).text();
    assert!(
        listed.contains(&shown) && !listed.contains(&hidden),
        "{listed}"
    );
    let deleted = server
        .client
        .ask("DELETE", &path(&shown))
        .with("cookie", &fresh);
    deleted.send().expect(403);
    get("/api/v1/api_credentials", &fresh).expect(403);

    for worthless in [
        cookie(&python, KEY, "181"),
        cookie(&python, KEY, "-120"),
        cookie(&python, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "0"),
    ] {
        get(&path(&shown), &worthless).expect(401);
    }
    server.stop();

    // A key without a dataset would show nothing or everything: the server does not start.
    let refused = home
        .lamina("serve")
        .env("LAMINA_EMBED_KEY_FILE", &file)
        .output()
        .unwrap();
    assert!(!refused.status.success());
    assert!(
        told(&refused).contains("embed_dataset"),
        "{}",
        told(&refused)
    );
}
