//! What every source file is held to: short, introduced, finished, and named for what it is.

use super::tree::{Source, Tree};

/// No file is longer than this many lines.
const LONGEST: usize = 600;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc",
];

/// All complaints about all files.
pub(crate) fn complaints(tree: &Tree) -> Vec<String> {
    tree.sources.iter().flat_map(about).collect()
}

fn about(source: &Source) -> Vec<String> {
    let path = &source.path;
    let mut all = Vec::new();
    let length = source.text.lines().count();
    if length > LONGEST {
        all.push(format!(
            "{path}: {length} lines; split it (at most {LONGEST})"
        ));
    }
    // The tests of a module beside it are introduced by the module.
    let needs_introduction = source.is_rust() && !path.ends_with("/tests.rs");
    if needs_introduction && !is_introduced(&source.text) {
        all.push(format!(
            "{path}:1: open with `//!`: what it is for, what it does not do"
        ));
    }
    for part in path.split('/') {
        let stem = part.split('.').next().unwrap_or(part);
        if EMPTY_NAMES.contains(&stem) {
            all.push(format!(
                "{path}: `{stem}` says nothing; name it for what it holds"
            ));
        }
    }
    if path.ends_with("/mod.rs") && !path.contains("/tests/") {
        all.push(format!(
            "{path}: modules are `foo.rs` beside `foo/`, not `foo/mod.rs`"
        ));
    }
    for (number, line) in source.lines() {
        for (word, why) in unfinished() {
            if line.contains(&word) {
                all.push(format!("{path}:{number}: {why}"));
            }
        }
    }
    all
}

/// Whether the first thing in a file is a comment about the whole of it.
fn is_introduced(text: &str) -> bool {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.starts_with("//!"))
}

/// Signs of work left open. Spelled in two parts, so that this file does not say them itself.
fn unfinished() -> [(String, &'static str); 6] {
    let open = "finish it, or leave it out and say so in the documentation";
    let skipped = "a test that is not run holds nothing";
    [
        (["TO", "DO"].concat(), open),
        (["FIX", "ME"].concat(), open),
        (["todo", "!("].concat(), open),
        (["unimplemented", "!("].concat(), open),
        (["#[ign", "ore"].concat(), skipped),
        (["assert!(", "true)"].concat(), skipped),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_about(path: &str, text: &str) -> usize {
        complaints(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn a_file_in_order_draws_no_complaint() {
        assert_eq!(
            complaints_about("crates/a/src/b.rs", "\n//! About it.\n\nfn f() {}\n"),
            0
        );
        assert_eq!(
            complaints_about("crates/a/src/b/tests.rs", "use super::*;\n"),
            0
        );
        assert_eq!(
            complaints_about("crates/a/tests/it/mod.rs", "//! About it.\n"),
            0
        );
    }

    #[test]
    fn each_rule_is_held() {
        let long = format!("//! About it.\n{}", "\n".repeat(LONGEST));
        let open = format!("//! About it.\n// {}{}: later\n", "TO", "DO");
        let skipped = format!("//! About it.\n#[ign{}]\n", "ore");
        for (path, text) in [
            ("crates/a/src/b.rs", long.as_str()),
            ("crates/a/src/b.rs", "fn f() {}\n"),
            ("crates/a/src/b.rs", open.as_str()),
            ("crates/a/src/b.rs", skipped.as_str()),
            ("crates/a/src/utils.rs", "//! About it.\n"),
            ("crates/a/src/common/b.rs", "//! About it.\n"),
            ("crates/a/src/b/mod.rs", "//! About it.\n"),
        ] {
            assert_eq!(complaints_about(path, text), 1, "{path}");
        }
    }
}
