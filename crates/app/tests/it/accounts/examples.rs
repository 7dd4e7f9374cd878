//! The examples of our own guide, run as they are printed.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::json;

use super::server::{Home, Key, Server};
use crate::{
    markdown::blocks,
    tools::{in_repository, node_packages, printed, python, run, shell, variable},
};

const GUIDE: &str = "docs/guide/authentication.md";

/// Runs a program in a folder with what the guide says a script is told.
fn told(command: Command, server: &Server<'_>, key: &Key, folder: &Path) -> Output {
    let variables = [
        ("LAMINA_URL", server.client.base()),
        ("LAMINA_API_KEY", &key.id),
        ("LAMINA_API_SECRET", &key.secret),
    ];
    run(command, folder, &variables)
}

/// Checks that a token reads a dataset, and that nothing of its key's secret shows in it.
fn reads(server: &Server<'_>, key: &Key, token: &str, dataset: &str) {
    server.home.secrets.add("token", token);
    assert!(!token.contains(&key.secret));
    let path = format!("/api/v1/dataset/{dataset}");
    server.client.get(&path).bearer(token).send().expect(200);
    let bent = format!("{}A", &token[..token.len() - 1]);
    if bent != token {
        server.client.get(&path).bearer(&bent).send().expect(401);
    }
}

/// A server with a dataset and a key, and a folder that holds every example.
fn with_world(test: impl FnOnce(&Server<'_>, &Key, &str, &Path)) {
    let home = Home::new();
    home.add("ada", "editor");
    let server = home.serve();
    let session = server.sign_in("ada");
    let dataset = server.make_dataset(&session, "Harbour");
    let key = server.first_key(&session);
    let folder = tempfile::tempdir().unwrap();
    for entry in fs_err::read_dir(in_repository("docs/examples")).unwrap() {
        let entry = entry.unwrap();
        fs_err::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    test(&server, &key, &dataset, folder.path());
    server.stop();
}

#[test]
fn a_token_is_signed_in_a_shell_with_openssl() {
    if !crate::tools::has("openssl", "version") {
        return;
    }
    with_world(|server, key, dataset, folder| {
        let mut command = Command::new("sh");
        command.arg("sign_token.sh");
        let token = printed(&told(command, server, key, folder));
        reads(server, key, &token, dataset);
    });
}

#[test]
fn a_token_is_signed_in_node_with_jose() {
    let Some(packages) = node_packages() else {
        return;
    };
    with_world(|server, key, dataset, folder| {
        std::os::unix::fs::symlink(packages.join("node_modules"), folder.join("node_modules"))
            .unwrap();
        let mut command = Command::new("node");
        command.arg("sign_token.mjs");
        let output = told(command, server, key, folder);
        assert!(output.stderr.is_empty(), "{output:?}");
        reads(server, key, &printed(&output), dataset);
    });
}

#[test]
fn a_token_is_signed_in_python_without_a_warning() {
    let Some(python) = python() else { return };
    with_world(|server, key, dataset, folder| {
        let mut command = Command::new(&python);
        command.args(["-W", "error", "sign_token.py"]);
        let output = told(command, server, key, folder);
        assert!(output.stderr.is_empty(), "{output:?}");
        reads(server, key, &printed(&output), dataset);
    });
}

#[test]
fn a_script_reads_a_dataset_and_says_what_is_wrong_where_it_cannot() {
    let Some(python) = python() else { return };
    with_world(|server, key, dataset, folder| {
        let read = |key: &Key, dataset: &str| {
            let mut command = Command::new(&python);
            command.args(["-W", "error", "read_dataset.py", dataset]);
            told(command, server, key, folder)
        };
        assert_eq!(printed(&read(key, dataset)), "Harbour: READY, 100 %");
        let failed = |output: Output| {
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            String::from_utf8(output.stderr).unwrap()
        };
        let absent = failed(read(key, "0198c0de-0000-7000-8000-000000000000"));
        assert!(absent.starts_with("404 dataset_not_found: "), "{absent}");
        let wrong = Key {
            secret: key.secret.replace("vls_", ""),
            ..key.clone()
        };
        let refused = failed(read(&wrong, dataset));
        assert!(refused.starts_with("401 signature_invalid: "), "{refused}");
    });
}

/// The shell blocks of the guide, one after the other, in one folder and with one set of names.
#[test]
fn the_commands_of_the_guide_run_in_their_order() {
    if !crate::tools::has("curl", "--version") {
        return;
    }
    let page = fs_err::read_to_string(in_repository(GUIDE)).unwrap();
    let commands: Vec<_> = blocks(&page)
        .into_iter()
        .filter(|block| block.language == "sh" && !block.text.starts_with("#!"))
        .map(|block| block.text)
        .collect();
    let [add, visit, test, serve] = commands.try_into().expect("four commands");

    let home = Home::new();
    let mut first = home.lamina("user");
    let program = Path::new(first.get_program()).parent().unwrap().to_owned();
    first.arg("list").output().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = home.place.data();
    let path = format!(
        "{}:{}",
        program.display(),
        variable("PATH").unwrap().into_string().unwrap()
    );
    let surroundings = |more: &[(&'static str, String)]| -> Vec<(&'static str, String)> {
        let ours = [
            ("PATH", path.clone()),
            ("LAMINA_DATA_DIR", data.to_str().unwrap().to_owned()),
            ("PASSWORD", super::server::PASSWORD.to_owned()),
        ];
        ours.into_iter().chain(more.iter().cloned()).collect()
    };
    let ran = |script: &str, more: &[(&'static str, String)]| {
        let all = surroundings(more);
        let all: Vec<_> = all
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        printed(&shell(script, folder.path(), &all))
    };
    assert_eq!(ran(&add, &[]), "added ada@example.org as admin");

    let server = home.serve();
    let session = server.sign_in("ada");
    let base = ("LAMINA_URL", server.client.base().to_owned());
    let made = ran(&visit, &[base.clone(), ("SESSION", session.clone())]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    home.secrets.add("API secret", &text("api_secret"));
    let dataset = server.make_dataset(&session, "Harbour");
    fs_err::copy(
        in_repository("docs/examples/sign_token.sh"),
        folder.path().join("sign_token.sh"),
    )
    .unwrap();
    let read = ran(
        &test,
        &[
            base,
            ("LAMINA_API_KEY", text("api_key")),
            ("LAMINA_API_SECRET", text("api_secret")),
            ("DATASET_ID", dataset.clone()),
        ],
    );
    let read: serde_json::Value = serde_json::from_str(&read).unwrap();
    assert_eq!(
        (&read["id"], &read["status"]),
        (&json!(dataset), &json!("READY"))
    );
    server.stop();

    // The last one never ends by itself; that its settings are taken is seen without starting it.
    let checked = serve.replace("lamina serve", "lamina doctor");
    assert_ne!(checked, serve);
    assert!(ran(&checked, &[]).contains("https://lamina.example.org"));
}

/// What the table of attack cases says of the rooms above `auth`.
#[test]
fn every_test_that_the_table_of_cases_names_exists() {
    let table = fs_err::read_to_string(in_repository("crates/auth/CASES.md")).unwrap();
    let rooms =
        ["api", "app"].map(|room| (room, sources(&in_repository(&format!("crates/{room}")))));
    let mut named = 0;
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        for name in line.split('`') {
            let Some((room, name)) = name.split_once("::") else {
                continue;
            };
            let Some((_, sources)) = rooms.iter().find(|(known, _)| *known == room) else {
                continue;
            };
            assert!(sources.contains(&format!("fn {name}(")), "{room}::{name}");
            named += 1;
        }
    }
    assert!(named > 80, "{named}");
}

/// The codes that the guide explains are ones that the server gives.
#[test]
fn the_guide_explains_codes_that_there_are() {
    let page = fs_err::read_to_string(in_repository(GUIDE)).unwrap();
    let document = fs_err::read_to_string(in_repository("crates/auth/src/problem.rs")).unwrap()
        + &sources(&in_repository("crates/engine/src"))
        + &sources(&in_repository("crates/api/src"));
    let mut explained = 0;
    for row in crate::markdown::rows(&page) {
        for code in row.get(1).map_or("", String::as_str).split(", ") {
            let Some(code) = code
                .strip_prefix('`')
                .and_then(|code| code.strip_suffix('`'))
            else {
                continue;
            };
            assert!(
                document.contains(&format!("\"{code}\"")),
                "nothing gives {code}"
            );
            explained += 1;
        }
    }
    assert!(explained > 10, "{explained}");
}

fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&fs_err::read_to_string(&path).unwrap());
        }
    }
    all
}
