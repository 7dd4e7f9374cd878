//! Which room may use which, read from the manifests; and the words that only one room may say.

use super::tree::{Source, Tree};
use crate::metadata::Package;

/// Every room with the rooms it may use, from the bottom up. A room may use in its tests whatever stands under it, and
/// `testkit`.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("auth", &["model"]),
    ("vision", &["model"]),
    ("analysis", &["model"]),
    ("search", &["model"]),
    ("store", &["model"]),
    (
        "engine",
        &["model", "auth", "vision", "analysis", "search", "store"],
    ),
    ("api", &["model", "auth", "engine"]),
    (
        "app",
        &[
            "model", "auth", "vision", "analysis", "search", "store", "engine", "api",
        ],
    ),
];

/// Stand beside the picture: for tests and chores only, so nothing that ships uses them.
const BESIDE: &[&str] = &["testkit", "xtask"];

/// Crates that only some rooms may use, because what they bring must not spread.
const KEPT: &[(&[&str], &[&str], &str)] = &[
    (
        &[
            "axum",
            "axum-core",
            "axum-extra",
            "hyper",
            "hyper-util",
            "http",
            "tower-http",
            "utoipa",
            "utoipa-axum",
        ],
        &["api"],
        "only `api` speaks HTTP",
    ),
    (
        &["sqlx", "sqlx-core", "libsqlite3-sys", "rusqlite"],
        &["store"],
        "only `store` speaks SQL",
    ),
    (&["object_store"], &["store"], "only `store` keeps blobs"),
    (
        &[
            "ort",
            "ort-sys",
            "rten",
            "libloading",
            "turbojpeg",
            "turbojpeg-sys",
            "jpeg-decoder",
            "zune-jpeg",
        ],
        &["vision"],
        "only `vision` links native code and knows pixels",
    ),
    (
        &["rand", "getrandom", "fastrand"],
        &["app"],
        "only `app` asks the system for chance",
    ),
    (
        &["anyhow"],
        &["app", "xtask", "testkit"],
        "libraries have errors of their own",
    ),
];

/// Edges that point up or sideways, and dependencies that live in another room.
pub(crate) fn complaints(packages: &[Package]) -> Vec<String> {
    let mut all = Vec::new();
    for package in packages.iter().filter(|package| package.is_ours) {
        let name = room_of(&package.name);
        if !BESIDE.contains(&name) && !ROOMS.iter().any(|(room, _)| *room == name) {
            all.push(format!(
                "crates/{name}: the picture in ARCHITECTURE.md has no such room"
            ));
            continue;
        }
        for dependency in &package.dependencies {
            let used = room_of(&dependency.name);
            let is_room = dependency.name.starts_with("lamina-");
            if is_room && !may_use(name, used, dependency.is_dev) {
                all.push(format!(
                    "crates/{name}: must not use `{used}`; arrows point down only"
                ));
            }
            let kept = KEPT.iter().find(|(crates, ..)| crates.contains(&used));
            if let Some((_, rooms, why)) = kept
                && !is_room
                && !dependency.is_dev
                && !rooms.contains(&name)
            {
                all.push(format!(
                    "crates/{name}: must not use the crate `{used}`: {why}"
                ));
            }
        }
    }
    all
}

fn room_of(package: &str) -> &str {
    package.strip_prefix("lamina-").unwrap_or(package)
}

fn may_use(room: &str, used: &str, in_tests: bool) -> bool {
    if room == "xtask" {
        return false; // Chores call the built program; so they build fast.
    }
    if room == "testkit" {
        return used != "app" && used != "testkit";
    }
    let direct = |of: &str| -> &[&str] {
        ROOMS
            .iter()
            .find(|(room, _)| *room == of)
            .map_or(&[], |(_, may)| may)
    };
    if in_tests {
        used == "testkit"
            || direct(room)
                .iter()
                .any(|below| *below == used || may_use(below, used, true))
    } else {
        direct(room).contains(&used)
    }
}

/// Names that give away that a rule of the picture was gone round: a status code outside `api`, SQL outside `store`,
/// `unsafe` outside `vision`.
pub(crate) fn words_out_of_place(tree: &Tree) -> Vec<String> {
    // Spelled in two parts, so that this file does not say them itself.
    let rules: [(String, &str, &str); 5] = [
        (
            ["Status", "Code"].concat(),
            "api",
            "only `api` names a status code",
        ),
        (["sqlx", "::"].concat(), "store", "only `store` names sqlx"),
        (
            ["unsafe", " {"].concat(),
            "vision",
            "only `vision` may be unsafe",
        ),
        (
            ["unsafe", " impl"].concat(),
            "vision",
            "only `vision` may be unsafe",
        ),
        (
            ["unsafe", "_code"].concat(),
            "vision",
            "only `vision` may be unsafe",
        ),
    ];
    let mut all = Vec::new();
    for source in &tree.sources {
        for (word, room, why) in &rules {
            if source.room() != *room {
                all.extend(
                    places(source, word).map(|line| format!("{}:{line}: {why}", source.path)),
                );
            }
        }
    }
    all
}

/// The lines of code that have a word; comments may talk of anything.
fn places<'a>(source: &'a Source, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    source
        .lines()
        .filter(move |(_, line)| {
            line.split("//")
                .next()
                .is_some_and(|code| code.contains(word))
        })
        .map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn room(name: &str, uses: &[(&str, bool)]) -> Package {
        Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            licence: None,
            is_ours: true,
            dependencies: uses
                .iter()
                .map(|(name, is_dev)| Dependency {
                    name: (*name).to_owned(),
                    is_dev: *is_dev,
                })
                .collect(),
        }
    }

    #[test]
    fn arrows_up_and_sideways_are_refused() {
        for (from, to) in [
            ("lamina-model", "lamina-store"),
            ("lamina-vision", "lamina-analysis"),
            ("lamina-auth", "lamina-store"),
            ("lamina-engine", "lamina-api"),
            ("lamina-api", "lamina-store"),
            ("lamina-engine", "lamina-testkit"),
            ("xtask", "lamina-model"),
        ] {
            assert_eq!(
                complaints(&[room(from, &[(to, false)])]).len(),
                1,
                "{from} → {to}"
            );
        }
    }

    #[test]
    fn arrows_down_are_fine() {
        for (from, to) in [
            ("lamina-engine", "lamina-store"),
            ("lamina-api", "lamina-engine"),
            ("lamina-app", "lamina-vision"),
            ("lamina-testkit", "lamina-model"),
        ] {
            assert_eq!(
                complaints(&[room(from, &[(to, false)])]),
                [""; 0],
                "{from} → {to}"
            );
        }
    }

    #[test]
    fn tests_may_use_all_that_stands_below_and_the_testkit() {
        let fine = room(
            "lamina-api",
            &[("lamina-store", true), ("lamina-testkit", true)],
        );
        let upward = room("lamina-store", &[("lamina-engine", true)]);

        assert_eq!(complaints(&[fine]), [""; 0]);
        assert_eq!(complaints(&[upward]).len(), 1);
    }

    #[test]
    fn a_crate_that_belongs_to_one_room_is_refused_elsewhere() {
        assert_eq!(
            complaints(&[room("lamina-engine", &[("sqlx", false)])]).len(),
            1
        );
        assert_eq!(
            complaints(&[room("lamina-store", &[("sqlx", false)])]),
            [""; 0]
        );
    }

    #[test]
    fn a_room_that_is_not_in_the_picture_is_refused() {
        assert_eq!(complaints(&[room("lamina-misc", &[])]).len(), 1);
    }

    #[test]
    fn a_word_is_out_of_place_in_code_but_not_in_a_comment() {
        let word = ["Status", "Code"].concat();
        let code = format!("fn f() -> {word} {{}}\n");
        let comment = format!("// no {word} here\n");
        let tree = Tree::of(&[
            ("crates/engine/src/a.rs", code.as_str()),
            ("crates/api/src/a.rs", code.as_str()),
            ("crates/store/src/a.rs", comment.as_str()),
        ]);

        assert_eq!(
            words_out_of_place(&tree),
            ["crates/engine/src/a.rs:1: only `api` names a status code"]
        );
    }
}
