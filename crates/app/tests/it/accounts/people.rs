//! The first account, and those that an operator makes, shuts out and deletes from a shell.

use serde_json::json;

use super::server::{Home, PASSWORD};
use crate::program::told;

#[test]
fn t_100_t_101_a_fresh_server_prints_one_link_that_makes_one_account() {
    let home = Home::new();
    let mut server = home.serve();
    let link = server.set_up_link();
    let (page, ticket) = link.split_once('#').unwrap();
    // The link leads to the address that it really listens on.
    assert_eq!(page, format!("{}/set-up", server.client.base()));
    let shown = server.client.get("/set-up").send().expect(200).text();
    assert!(
        shown.contains("<form method=\"post\" action=\"/set-up\""),
        "{shown}"
    );
    server
        .try_sign_in("admin", "admin admin admin admin")
        .expect(401);

    let wish = |email: &str| json!({"token": ticket, "email": email, "password": PASSWORD});
    let weak = json!({"token": ticket, "email": "ada@example.org", "password": "short"});
    server
        .client
        .post("/api/v1/setup")
        .json(&weak)
        .send()
        .expect(422);
    let made = server
        .client
        .post("/api/v1/setup")
        .json(&wish("ada@example.org"));
    let made = server.noted(made.send().expect(200));
    let session = made.cookie("SESSION").expect("signed in at once");
    let me = server
        .client
        .get("/api/v1/me")
        .session(&session)
        .send()
        .expect(200)
        .json();
    assert_eq!(
        (&me["email"], &me["role"]),
        (&json!("ada@example.org"), &json!("admin"))
    );
    let again = server
        .client
        .post("/api/v1/setup")
        .json(&wish("eve@example.org"));
    again.send().expect(403);
    server.stop();

    // With an account there is no link any more, and the old one stays worthless.
    let server = home.serve();
    let again = server
        .client
        .post("/api/v1/setup")
        .json(&wish("eve@example.org"));
    again.send().expect(403);
    server.sign_in("ada");
    server.stop();
    assert_eq!(home.done("user", &["list"], ""), "ada@example.org  admin\n");
}

/// The address bar of a browser on the same machine may say `localhost`.
#[test]
fn a_person_signs_in_on_the_page_by_whichever_name_the_server_goes() {
    let home = Home::new();
    home.add("ada", "viewer");
    let server = home.serve();
    let port = server.client.base().rsplit_once(':').unwrap().1;
    for own in [
        server.client.base().to_owned(),
        format!("http://localhost:{port}"),
    ] {
        let host = own.strip_prefix("http://").unwrap();
        let sent = server
            .client
            .post("/login")
            .with("host", host)
            .with("origin", &own)
            .with("sec-fetch-site", "same-origin")
            .form(&[
                ("email", "ada@example.org"),
                ("username", "ada@example.org"),
                ("password", PASSWORD),
            ]);
        let answer = server.noted(sent.send().expect(303));
        assert!(answer.cookie("SESSION").is_some(), "{own}: {answer}");
    }
    // A neighbour on another port is somebody else.
    let neighbour = server
        .client
        .post("/login")
        .with("origin", "http://localhost:1")
        .form(&[("username", "ada@example.org"), ("password", PASSWORD)]);
    neighbour.send().expect(403);
    server.stop();
}

#[test]
fn people_are_made_listed_shut_out_let_in_and_deleted_while_the_server_runs() {
    let home = Home::new();
    home.add("root", "admin");
    let server = home.serve();
    for (name, role) in [("ada", "editor"), ("bob", "viewer")] {
        home.add(name, role);
    }
    assert_eq!(
        home.done("user", &["list"], ""),
        "ada@example.org  editor\nbob@example.org  viewer\nroot@example.org  admin\n"
    );
    let session = server.sign_in("ada");
    let key = server.first_key(&session);
    let dataset = format!("/api/v1/dataset/{}", server.make_dataset(&session, "kept"));

    home.done("user", &["disable", "ada@example.org"], "");
    assert!(
        home.done("user", &["list"], "")
            .contains("ada@example.org  editor  disabled")
    );
    server
        .client
        .get("/api/v1/me")
        .session(&session)
        .send()
        .expect(401);
    server.try_sign_in("ada", PASSWORD).expect(401);
    home.done("user", &["enable", "ada@example.org"], "");
    let session = server.sign_in("ada");
    server
        .client
        .get(&dataset)
        .session(&session)
        .send()
        .expect(200);

    // Whoever gets a password from somebody else chooses their own before anything.
    let given = "eleven grey pebbles on a shelf";
    home.secrets.add("given password", given);
    let reset = ["reset-password", "ada@example.org", "--password-stdin"];
    home.done("user", &reset, &format!("{given}\n"));
    server
        .client
        .get("/api/v1/me")
        .session(&session)
        .send()
        .expect(401);
    server.try_sign_in("ada", PASSWORD).expect(401);
    let session = server
        .try_sign_in("ada", given)
        .expect(200)
        .cookie("SESSION")
        .unwrap();
    let early = server
        .client
        .get(&dataset)
        .session(&session)
        .send()
        .expect(403);
    assert_eq!(early.code(), "password_change_required");
    let own = "nine blue lamps in the rain";
    home.secrets.add("own password", own);
    let change = json!({"current": given, "new": own});
    let changed = server
        .client
        .post("/api/v1/me/password")
        .session(&session)
        .json(&change);
    server.noted(changed.send().expect(204));
    let session = server
        .try_sign_in("ada", own)
        .expect(200)
        .cookie("SESSION")
        .unwrap();
    server
        .client
        .get(&dataset)
        .session(&session)
        .send()
        .expect(200);

    home.done("user", &["delete", "ada@example.org"], "");
    server
        .client
        .get("/api/v1/me")
        .session(&session)
        .send()
        .expect(401);
    server.try_sign_in("ada", own).expect(401);
    assert!(!home.done("user", &["list"], "").contains("ada@"));
    // What was hers is an administrator's now.
    let root = server.sign_in("root");
    server
        .client
        .get(&dataset)
        .session(&root)
        .send()
        .expect(200);
    assert!(!key.secret.is_empty());
    server.stop();
}

#[test]
fn what_cannot_be_done_about_people_is_told_and_changes_nothing() {
    let home = Home::new();
    home.add("root", "admin");
    for (arguments, input, part) in [
        (
            &[
                "add",
                "root@example.org",
                "--role",
                "viewer",
                "--password-stdin",
            ][..],
            PASSWORD,
            "root@example.org",
        ),
        (
            &[
                "add",
                "ada@example.org",
                "--role",
                "king",
                "--password-stdin",
            ],
            PASSWORD,
            "viewer, editor and admin",
        ),
        (
            &["add", "ada@example.org", "--password-stdin"],
            "",
            "holds no password",
        ),
        (
            &["add", "ada@example.org", "--password-stdin"],
            "seven seven",
            "15",
        ),
        (
            &["add", "no address", "--password-stdin"],
            PASSWORD,
            "address",
        ),
        (&["disable", "nobody@example.org"], "", "nobody@example.org"),
        (&["disable", "root@example.org"], "", "last admin"),
        (&["delete", "root@example.org"], "", "last admin"),
        (
            &["reset-password", "nobody@example.org", "--password-stdin"],
            PASSWORD,
            "nobody@example.org",
        ),
    ] {
        let output = home.run("user", arguments, input);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{arguments:?}: {}",
            told(&output)
        );
        let stderr = String::from_utf8_lossy(&output.stderr);
        let error = stderr.lines().find(|line| line.starts_with("error: "));
        assert!(
            error.is_some_and(|error| error.contains(part)),
            "{arguments:?}: {}",
            told(&output)
        );
    }
    // Never on the command line, where every user of the machine could read it.
    let output = home.run("user", &["add", "ada@example.org", "--password", "x"], "");
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert_eq!(
        home.done("user", &["list"], ""),
        "root@example.org  admin\n"
    );
    home.assert_kept_secrets();
}
