//! Nothing below `app` reads the clock, chance or the environment: clippy's bans stand in `clippy.toml`, and no room
//! below `app` lifts one of them in what it ships.

use std::path::Path;

use anyhow::Result;

use super::tree::Tree;

/// What must stay banned; `clippy.toml` bans more.
const BANNED: &[&str] = &[
    "std::time::SystemTime::now",
    "time::OffsetDateTime::now_utc",
    "uuid::Uuid::new_v4",
    "uuid::Uuid::now_v7",
    "rand::rng",
    "getrandom::fill",
    "std::env::var",
    "std::env::var_os",
    "std::env::args",
    "std::env::current_dir",
];

/// Rooms that are edges of the program towards the machine, or no part of it.
const MAY_LIFT: &[&str] = &["app", "testkit", "xtask"];

/// Bans that are gone, and places where one is lifted.
pub(crate) fn complaints(root: &Path, tree: &Tree) -> Result<Vec<String>> {
    let bans = fs_err::read_to_string(root.join("clippy.toml"))?;
    Ok(about(&bans, tree))
}

fn about(bans: &str, tree: &Tree) -> Vec<String> {
    let gone = BANNED
        .iter()
        .filter(|path| !bans.contains(&format!("path = \"{path}\"")))
        .map(|path| format!("clippy.toml: `{path}` is not banned any more"));
    let lifted = tree
        .sources
        .iter()
        .filter(|source| !MAY_LIFT.contains(&source.room()) && source.path.contains("/src/"))
        .flat_map(|source| {
            source
                .lines()
                .filter(|(_, line)| line.contains("clippy::disallowed_"))
                .map(|(number, _)| {
                    format!(
                        "{}:{number}: take it as a parameter; only `app` reads the ambient world",
                        source.path
                    )
                })
        });
    gone.chain(lifted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bans(of: &[&str]) -> String {
        of.iter()
            .map(|path| format!("{{ path = \"{path}\", reason = \"…\" }}\n"))
            .collect::<Vec<_>>()
            .concat()
    }

    #[test]
    fn a_ban_that_is_gone_is_missed() {
        assert_eq!(about(&bans(BANNED), &Tree::default()), [""; 0]);
        assert_eq!(about(&bans(&BANNED[1..]), &Tree::default()).len(), 1);
    }

    #[test]
    fn a_ban_is_lifted_by_app_and_by_tests_only() {
        let lifted = "#[expect(clippy::disallowed_methods, reason = \"…\")]\n";
        let tree = Tree::of(&[
            ("crates/app/src/a.rs", lifted),
            ("crates/store/tests/it/main.rs", lifted),
            ("crates/store/src/a.rs", lifted),
        ]);

        assert_eq!(
            about(&bans(BANNED), &tree),
            ["crates/store/src/a.rs:1: take it as a parameter; only `app` reads the ambient world"]
        );
    }
}
