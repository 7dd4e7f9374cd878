//! The page on authentication that this API is called by, taken at its word.
//!
//! The page is not ours and so not in this repository; it is read where it lies beside it, and
//! its code is run with nothing changed but the address of the server and what it marks as to be
//! filled in. Where it does not lie there, that is said; our own guide, whose flow is the same,
//! is always run (`examples`).

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use serde_json::{Value, json};

use super::server::{Home, Key, Server};
use crate::{
    markdown::{Block, blocks, rows},
    program::{Running, host_of, picture},
    tools::{self, in_python, printed, shell},
};

/// Where the page says that the service is.
const ITS_BASE: &str = "https://app.visual-layer.com";
const ITS_SESSION: &str = "<session from authenticated user browser session>";
/// The token that the page's script holds until somebody puts theirs there.
const ITS_TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...";
/// Likewise the dataset.
const ITS_DATASET: &str = "your-dataset-id-here";

/// The page, taken apart.
struct Page {
    text: String,
    request: String,
    first_answer: Value,
    first_curl: String,
    generate: String,
    second_curl: String,
    script: String,
    expected: Value,
}

impl Page {
    fn found() -> Option<Self> {
        let file = tools::in_repository("../shared/seed/authentication.md");
        let Ok(text) = fs_err::read_to_string(&file) else {
            tools::not_run(&format!("{} is not here", file.display()));
            return None;
        };
        let of = |wanted: &str| -> Vec<String> {
            let fits = |block: &Block| block.language == wanted;
            let found = blocks(&text).into_iter().filter(fits);
            found.map(|block| block.text).collect()
        };
        let [request] = of("http").try_into().unwrap();
        let [first_answer, expected] = of("json").try_into().unwrap();
        let [first_curl, second_curl] = of("bash").try_into().unwrap();
        let [generate, script] = of("python").try_into().unwrap();
        let json = |text: String| serde_json::from_str(&text).unwrap();
        Some(Self {
            first_answer: json(first_answer),
            expected: json(expected),
            request,
            first_curl,
            second_curl,
            generate,
            script,
            text,
        })
    }
}

/// Replaces something that must be there.
#[track_caller]
fn filled(text: &str, hole: &str, with: &str) -> String {
    assert!(text.contains(hole), "{hole:?} is not in {text:?}");
    text.replace(hole, with)
}

fn names(object: &Value) -> BTreeSet<&str> {
    let fields = object.as_object().expect("an object").keys();
    fields.map(String::as_str).collect()
}

/// The page beside a server with two people; Python to run its scripts.
struct World<'a> {
    page: Page,
    server: Server<'a>,
    python: PathBuf,
}

impl<'a> World<'a> {
    fn new(home: &'a Home) -> Option<Self> {
        let (page, python) = (Page::found()?, tools::python()?);
        if !tools::has("curl", "--version") {
            return None;
        }
        home.add("ada", "editor");
        home.add("bob", "editor");
        // So that curl also says the status, without a change to the line that is run.
        fs_err::write(
            home.place.source().join(".curlrc"),
            "silent\nwrite-out = \"\\n%{http_code}\"\n",
        )
        .unwrap();
        Some(Self {
            page,
            server: home.serve(),
            python,
        })
    }

    /// Runs one of the page's curl lines; gives status and JSON.
    fn curl(&self, line: &str) -> (u16, Value) {
        let line = filled(line, ITS_BASE, self.server.client.base());
        let printed = printed(&shell(&line, &self.server.home.place.source(), &[]));
        let (body, status) = printed.rsplit_once('\n').expect("a status");
        (status.parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// Runs the page's function with another life than ten minutes, if one is given.
    fn token_for(&self, key: &Key, life: Option<&str>) -> String {
        let mut script = self.page.generate.clone();
        if let Some(life) = life {
            script = filled(&script, "minutes=10", life);
        }
        // The two names that the page takes for given, from its step before.
        let script = format!(
            "api_key = {:?}\napi_secret = {:?}\n{script}",
            key.id, key.secret
        );
        let output = in_python(&self.python, &script, &self.server.home.place.source());
        assert!(output.stderr.is_empty(), "{output:?}");
        let printed = printed(&output);
        let token = printed.strip_prefix("VL_Token:").expect("the page's label");
        self.server.home.secrets.add("token", token);
        token.to_owned()
    }

    fn token(&self, key: &Key) -> String {
        self.token_for(key, None)
    }

    /// Runs the page's script; gives what it printed.
    fn script(&self, token: &str, dataset: &str) -> String {
        let script = filled(&self.page.script, ITS_BASE, self.server.client.base());
        let script = filled(&script, ITS_TOKEN, token);
        let script = filled(&script, ITS_DATASET, dataset);
        printed(&in_python(
            &self.python,
            &script,
            &self.server.home.place.source(),
        ))
    }
}

#[test]
fn the_credentials_page_is_for_who_is_signed_in_and_shows_the_secret_once() {
    let home = Home::new();
    let Some(world) = World::new(&home) else {
        return;
    };
    let session = world.server.sign_in("ada");
    let visit = filled(&world.page.first_curl, ITS_SESSION, &session);

    let (status, made) = world.curl(&visit);
    assert_eq!(status, 200, "{made}");
    home.secrets
        .add("API secret", made["api_secret"].as_str().unwrap());
    assert_eq!(names(&made), names(&world.page.first_answer));
    // Whom to ask for help differs; up to there it is the page's own text.
    let whole = world.page.first_answer["message"].as_str().unwrap();
    let start = &whole[..whole.find("once!").expect("its warning") + 5];
    assert!(
        made["message"].as_str().unwrap().starts_with(start),
        "{made}"
    );

    let (status, again) = world.curl(&visit);
    assert_eq!((status, &again["api_key"]), (200, &made["api_key"]));
    assert!(again["api_secret"].is_null(), "{again}");

    let (status, refused) = world.curl(&filled(&world.page.first_curl, ITS_SESSION, ""));
    assert_eq!(status, 401, "{refused}");
    world.server.stop();
}

/// The page's request spells the header `Cookies`; whoever copies it gets the same.
#[test]
fn the_request_of_the_page_is_answered_as_it_is_spelled() {
    let home = Home::new();
    let Some(world) = World::new(&home) else {
        return;
    };
    let session = world.server.sign_in("ada");
    let mut lines = world.page.request.lines();
    let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
    let header = filled(lines.next().unwrap(), ITS_SESSION, &session);
    let (name, value) = header.split_once(": ").unwrap();

    let visit = || {
        world
            .server
            .client
            .ask(method, path)
            .with(name, value)
            .send()
    };
    let key = world.server.key_of(visit().expect(200));
    assert_eq!(visit().expect(200).json()["api_key"], *key.id);
    // It opens this page and nothing else, and never beside another one.
    let elsewhere = world.server.client.get("/api/v1/me").with(name, value);
    elsewhere.send().expect(401);
    let twice = world
        .server
        .client
        .ask(method, path)
        .with(name, value)
        .session(&session);
    twice.send().expect(400);
    world.server.stop();
}

#[test]
fn a_token_by_the_page_reads_a_dataset_by_both_of_its_tests() {
    let home = Home::new();
    let Some(world) = World::new(&home) else {
        return;
    };
    let session = world.server.sign_in("ada");
    let dataset = world.server.make_dataset(&session, "Harbour");
    let token = world.token(&world.server.first_key(&session));

    let line = filled(&world.page.second_curl, "<jwt_token>", &token);
    // Its comment names the hole as well.
    let (status, body) = world.curl(&filled(&line, "<dataset_id>", &dataset));
    assert_eq!(status, 200, "{body}");
    for (name, example) in world.page.expected.as_object().unwrap() {
        let found = &body[name];
        let same_type = std::mem::discriminant(found) == std::mem::discriminant(example);
        assert!(same_type, "{name}: {found} is not as {example}");
    }
    assert_eq!(
        (&body["id"], &body["display_name"]),
        (&json!(dataset), &json!("Harbour"))
    );
    for name in ["status", "progress", "owned_by"] {
        assert_eq!(body[name], world.page.expected[name], "{name}");
    }
    let shape = |text: &Value| -> String {
        let digit = |c: char| if c.is_ascii_digit() { '0' } else { c };
        text.as_str().unwrap().chars().map(digit).collect()
    };
    assert_eq!(
        shape(&body["created_at"]),
        shape(&world.page.expected["created_at"])
    );

    assert_eq!(
        world.script(&token, &dataset),
        "✓ Success! Dataset: Harbour\n  Status: READY\n  Progress: 100%"
    );
    // Where the page says that the id is to be found.
    let page = format!("/dataset/{dataset}/data");
    assert!(world.page.text.contains("/dataset/<dataset_id>/data"));
    let shown = world
        .server
        .client
        .get(&page)
        .session(&session)
        .with("accept", "text/html");
    shown.send().expect(200);
    world.server.stop();
}

#[test]
fn every_request_carries_a_token_of_its_own_that_may_last_longer_than_ten_minutes() {
    let home = Home::new();
    let Some(world) = World::new(&home) else {
        return;
    };
    let session = world.server.sign_in("ada");
    let dataset = format!(
        "/api/v1/dataset/{}",
        world.server.make_dataset(&session, "kept")
    );
    let key = world.server.first_key(&session);
    for life in ["minutes=60", "hours=24", "days=30"] {
        let token = world.token_for(&key, Some(life));
        let answer = world
            .server
            .client
            .get(&dataset)
            .bearer(&token)
            .send()
            .expect(200);
        assert!(
            answer.headers.get("set-cookie").is_none(),
            "{life}: {answer}"
        );
    }
    // One with a token before it opens nothing for one without.
    world.server.client.get(&dataset).send().expect(401);
    world.server.stop();
}

#[test]
fn each_branch_of_the_script_is_reached_by_what_its_message_says() {
    let home = Home::new();
    let Some(world) = World::new(&home) else {
        return;
    };
    let (ada, bob) = (world.server.sign_in("ada"), world.server.sign_in("bob"));
    let kept = world.server.make_dataset(&ada, "kept");
    let other = world.server.make_dataset(&ada, "other");
    let foreign = world.server.make_dataset(&bob, "foreign");
    let key = world.server.first_key(&ada);
    let token = world.token(&key);

    let failed = "✗ Authentication failed - check your JWT token";
    let expired = world.token_for(&key, Some("minutes=-10"));
    let unknown = Key {
        secret: key.secret.chars().rev().collect(),
        ..key.clone()
    };
    for bad in [ITS_TOKEN, &expired, &world.token(&unknown)] {
        assert_eq!(world.script(bad, &kept), failed);
    }
    let absent = "0198c0de-0000-7000-8000-000000000000";
    for hidden in [ITS_DATASET, absent, &foreign] {
        assert_eq!(
            world.script(&token, hidden),
            "✗ Dataset not found - check your dataset ID",
            "{hidden}"
        );
    }
    let limited = world
        .server
        .make_key(&ada, &json!({"name": "one dataset", "datasets": [other]}));
    let refused = world.script(&world.token(&limited), &kept);
    let body = refused
        .strip_prefix("✗ Error: 403 - ")
        .expect("another error");
    let body: Value = serde_json::from_str(body).unwrap();
    assert!(
        body["detail"].as_str().unwrap().contains("other datasets"),
        "{body}"
    );
    // The key's owner adds the dataset to it, as the page's table says.
    let change = world
        .server
        .client
        .ask("PATCH", &format!("/api/v1/api_credentials/{}", limited.id));
    change
        .session(&ada)
        .json(&json!({"datasets": [other, kept]}))
        .send()
        .expect(200);
    assert!(
        world
            .script(&world.token(&limited), &kept)
            .starts_with("✓ Success! Dataset: kept")
    );
    world.server.stop();
}

#[test]
fn each_status_of_the_pages_table_comes_for_its_reason_and_its_solution_helps() {
    let home = Home::new();
    let Some(world) = World::new(&home) else {
        return;
    };
    let session = world.server.sign_in("ada");
    let kept = format!(
        "/api/v1/dataset/{}",
        world.server.make_dataset(&session, "kept")
    );
    let key = world.server.first_key(&session);
    let read_only = world
        .server
        .make_key(&session, &json!({"name": "read", "scope": "read"}));
    let client = &world.server.client;
    let good = world.token(&key);
    let mut told = Vec::new();
    for row in rows(&world.page.text) {
        let (status, reason) = row[0].trim_matches('*').split_once(' ').expect("a status");
        let status: u16 = status.parse().unwrap();
        let answer = match status {
            401 => client
                .get(&kept)
                .bearer(&world.token_for(&key, Some("hours=-1")))
                .send(),
            404 => client.get("/api/v1/dataset/nowhere").bearer(&good).send(),
            403 => client
                .ask("DELETE", &kept)
                .bearer(&world.token(&read_only))
                .send(),
            other => panic!("the page tells of {other}, and nothing here does"),
        };
        let answer = answer.expect(status);
        let body = answer.json();
        assert!(
            body["detail"].is_string() && !answer.code().is_empty(),
            "{reason}: {answer}"
        );
        told.push(status);
    }
    assert_eq!(told, [401, 404, 403]);
    client.get(&kept).bearer(&good).send().expect(200);
    world.server.stop();
}

#[test]
fn the_page_points_to_an_index_of_the_documentation_and_so_does_the_server() {
    let home = Home::new();
    let Some(world) = World::new(&home) else {
        return;
    };
    assert!(world.page.text.contains("/llms.txt"));
    let index = world
        .server
        .client
        .get("/llms.txt")
        .send()
        .expect(200)
        .text();
    assert!(index.contains("/docs/authentication.md"), "{index}");
    world.server.stop();
}

/// Without accounts the page's headers may be left out, or sent with anything in them.
#[test]
fn without_accounts_the_script_runs_whatever_its_token_is() {
    let (Some(page), Some(python)) = (Page::found(), tools::python()) else {
        return;
    };
    let home = Home::new();
    let place = &home.place;
    place.put("a.png", &picture(1));
    let dataset = place.report()["dataset_id"].as_str().unwrap().to_owned();
    let mut command: Command = place.lamina("serve");
    command.args(["--no-auth", "--listen", "127.0.0.1:0"]);
    let mut running = Running::start(&mut command);
    let line = running
        .line(|line| line.starts_with("Serving "))
        .expect("it serves");
    let url = line
        .split(' ')
        .find(|word| word.starts_with("http://"))
        .unwrap();
    let base = format!("http://{}", host_of(url));
    let script = filled(&page.script, ITS_BASE, &base);
    let script = filled(&script, ITS_DATASET, &dataset);
    let without = filled(&script, ", headers=headers", "");
    for script in [script, without] {
        let output = in_python(&python, &script, &place.source());
        assert!(printed(&output).starts_with("✓ Success! "), "{output:?}");
    }
    running.signal("TERM");
    assert_eq!(running.end().0.code(), Some(0));
}
