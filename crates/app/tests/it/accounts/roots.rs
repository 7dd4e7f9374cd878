//! What of the server's disk may be made into datasets.

use std::os::unix::fs::symlink;

use serde_json::json;

use super::server::{Home, Server};
use crate::program::picture;

fn wish(server: &Server<'_>, session: &str, path: &std::path::Path) -> crate::web::Answer {
    let path = path.to_str().unwrap();
    let asked = server.client.post("/api/v1/process").session(session);
    asked.form(&[("path", path), ("name", "x")]).send()
}

#[test]
fn t_115_neither_links_nor_dots_lead_out_of_an_import_root() {
    let home = Home::new();
    for (name, role) in [("ada", "editor"), ("vera", "viewer"), ("root", "admin")] {
        home.add(name, role);
    }
    let root = home.place.source();
    let outside = root.parent().unwrap().join("outside");
    for folder in [&outside, &root.join("album")] {
        fs_err::create_dir_all(folder).unwrap();
    }
    fs_err::write(outside.join("secret.png"), picture(7)).unwrap();
    fs_err::write(root.join("album/inside.png"), picture(1)).unwrap();
    symlink(&outside, root.join("link")).unwrap();
    symlink(outside.join("secret.png"), root.join("album/leak.png")).unwrap();
    symlink(&outside, root.join("album/more")).unwrap();
    symlink(root.join("album"), root.join("inner-link")).unwrap();

    let server = home.serve();
    let ada = server.sign_in("ada");
    let mut told = Vec::new();
    for path in [
        outside.clone(),
        root.join("link"),
        root.join("../outside"),
        root.join("album/../../outside"),
        root.join("album/more"),
        outside.join("not-there"),
        "/".into(),
        "/etc".into(),
        home.place.data(),
    ] {
        for session in [&ada, &server.sign_in("root")] {
            let answer = wish(&server, session, &path).expect(403);
            let body = answer.json();
            let detail = body["detail"].as_str().unwrap();
            told.push(detail.replace(path.to_str().unwrap(), "…"));
        }
    }
    // What is there and what is not cannot be told apart.
    told.dedup();
    assert_eq!(told.len(), 1, "{told:#?}");
    let seen = server
        .client
        .get("/api/v1/datasets")
        .session(&ada)
        .send()
        .expect(200);
    assert_eq!(seen.json(), json!([]));

    wish(&server, &server.sign_in("vera"), &root.join("album")).expect(403);
    let dataset = server.make_dataset(&ada, "album");
    let stats = server
        .client
        .get(&format!("/api/v1/dataset/{dataset}/stats"));
    let stats = stats.session(&ada).send().expect(200).json();
    // The picture put there, the two of `make_dataset`, and nothing behind a link that leads out.
    assert_eq!(stats["indexed"], 3, "{stats}");
    // A link inside leads to the same folder, which is the same dataset.
    let again = wish(&server, &ada, &root.join("inner-link")).expect(200);
    assert_eq!(again.json()["dataset_id"], *dataset);
    server.stop();
}

#[test]
fn with_accounts_nothing_can_be_imported_unless_the_operator_says_which_folders() {
    let home = Home::new();
    home.add("root", "admin");
    home.place.put("a.png", &picture(1));
    let mut command = home.lamina("serve");
    command.args(["--listen", "127.0.0.1:0"]);
    let mut running = crate::program::Running::start(&mut command);
    let hint = running.line(|line| line.contains("--import-root"));
    assert!(hint.is_some(), "an operator is told");
    let line = running
        .line(|line| line.starts_with("Serving "))
        .expect("it serves");
    let url = line
        .split(' ')
        .find(|word| word.starts_with("http://"))
        .unwrap();
    let client = crate::web::Client::new(url.trim_end_matches('/'));
    let credentials = json!({"username": "root@example.org", "password": super::server::PASSWORD});
    let session = client
        .post("/api/v1/auth")
        .json(&credentials)
        .send()
        .expect(200);
    let session = session.cookie("SESSION").unwrap();
    let source = home.place.source();
    let asked = client.post("/api/v1/process").session(&session);
    let fields = [("path", source.to_str().unwrap()), ("name", "x")];
    asked.form(&fields).send().expect(403);
    running.signal("TERM");
    assert_eq!(running.end().0.code(), Some(0));
}
