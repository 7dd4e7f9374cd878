//! A server without accounts: nothing of all this gets in the way.

use std::thread;

use crate::{
    program::{Place, Running, host_of, picture, told},
    web::Client,
};

pub(crate) fn started(place: &Place, verb: &str, arguments: &[&str]) -> (Running, Client) {
    let mut command = place.lamina(verb);
    if verb == "up" {
        command.arg(place.source());
    }
    let mut running = Running::start(command.args(arguments).args(["--listen", "127.0.0.1:0"]));
    let line = running
        .line(|line| line.starts_with("Serving "))
        .expect("it serves");
    let url = line
        .split(' ')
        .find(|word| word.starts_with("http://"))
        .unwrap();
    let client = Client::new(&format!("http://{}", host_of(url)));
    (running, client)
}

#[test]
fn t_133_no_header_a_junk_header_and_a_good_header_are_all_the_same() {
    let place = Place::new();
    place.put("a.png", &picture(1));
    let id = place.report()["dataset_id"].as_str().unwrap().to_owned();
    let token = super::server::Key {
        id: "vlk_0000000000000000000000000000000".to_owned(),
        secret: "vls_of-another-server-with-accounts-altogether".to_owned(),
    }
    .token();
    for (verb, arguments) in [("up", &[][..]), ("serve", &["--no-auth"])] {
        let (running, client) = started(&place, verb, arguments);
        let uri = format!("/api/v1/dataset/{id}");
        let bare = client.get(&uri).send().expect(200).json();
        for header in [
            "",
            "junk",
            "Bearer",
            "Basic YTpi",
            "Bearer junk",
            &format!("Bearer {token}"),
        ] {
            let answer = client
                .get(&uri)
                .with("authorization", header)
                .send()
                .expect(200);
            assert_eq!(answer.json(), bare, "{verb}: {header:?}");
        }
        client
            .get(&uri)
            .with("cookie", "SESSION=junk; SESSION=junk")
            .send()
            .expect(200);
        let health = client.get("/api/v1/healthcheck").send().expect(200).json();
        assert_eq!(health["authentication"], "off");
        // Links lead to where it answers.
        let document = client.get(&format!("{uri}/export?export_format=json"));
        let document = document.send().expect(200).json();
        let link = document["media_items"][0]["url"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(link.starts_with(client.base()), "{verb}: {link}");
        // There is nobody to sign in, and that is said rather than pretended.
        client.get("/api/v1/api_credentials").send().expect(409);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| client.get("/api/v1/datasets").send().expect(200));
            }
        });
        running.signal("TERM");
        let (status, lines) = running.end();
        assert_eq!(status.code(), Some(0), "{lines:#?}");
        if verb == "serve" {
            assert!(
                lines
                    .iter()
                    .any(|line| line.contains("Authentication is off")),
                "{lines:#?}"
            );
        }
    }
    assert!(
        !place.data().join("key-ring.json").exists(),
        "no ring is made"
    );
}

#[test]
fn t_133_without_accounts_it_listens_to_this_machine_alone_unless_told_twice() {
    let place = Place::new();
    for verb in ["serve", "up"] {
        let mut command = place.lamina(verb);
        match verb {
            "serve" => command.arg("--no-auth"),
            _ => command.arg(place.source()),
        };
        let output = command.args(["--listen", "0.0.0.0:0"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains("--allow-remote-without-auth"),
            "{}",
            told(&output)
        );
    }
    let mut command = place.lamina("serve");
    command.args([
        "--no-auth",
        "--allow-remote-without-auth",
        "--listen",
        "0.0.0.0:0",
    ]);
    let mut running = Running::start(&mut command);
    assert!(running.line(|line| line.starts_with("Serving ")).is_some());
    assert!(
        running
            .seen
            .iter()
            .any(|line| line.contains("may do everything")),
        "{:#?}",
        running.seen
    );
    running.signal("TERM");
    assert_eq!(running.end().0.code(), Some(0));
}
