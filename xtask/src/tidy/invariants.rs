//! Every invariant in ARCHITECTURE.md names the tests that hold it, and those tests exist.
//!
//! An invariant is an item of a numbered list, from its number to the next item or heading. It names a test as
//! `` `room::name_of_the_test` ``.

use std::path::Path;

use anyhow::Result;

use super::tree::Tree;

/// Invariants without a test, and tests that are not there.
pub(crate) fn complaints(root: &Path, tree: &Tree) -> Result<Vec<String>> {
    let text = fs_err::read_to_string(root.join("ARCHITECTURE.md"))?;
    let section = text
        .split_once("\n## Invariants")
        .map_or("", |(_, rest)| rest.split("\n## ").next().unwrap_or(rest));
    Ok(about(section, tree))
}

fn about(section: &str, tree: &Tree) -> Vec<String> {
    let invariants = items(section);
    if invariants.is_empty() {
        return vec![
            "ARCHITECTURE.md: there is no section `## Invariants` with a numbered list".to_owned(),
        ];
    }
    let mut all = Vec::new();
    for (number, text) in invariants {
        let tests = tests_named_in(&text);
        if tests.is_empty() {
            all.push(format!("ARCHITECTURE.md: invariant {number} names no test"));
        }
        for (room, test) in tests {
            if !exists(&room, &test, tree) {
                all.push(format!(
                    "ARCHITECTURE.md: invariant {number} names `{room}::{test}`, which is no test"
                ));
            }
        }
    }
    all
}

/// The items of the numbered list, each with its number and its whole text.
fn items(section: &str) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = Vec::new();
    for line in section.lines() {
        let number = line
            .split_once(". ")
            .and_then(|(number, _)| number.parse::<u32>().ok());
        match (number, found.last_mut()) {
            (Some(number), _) => found.push((number, line.to_owned())),
            (None, Some((_, text))) => {
                text.push('\n');
                text.push_str(line);
            }
            (None, None) => {}
        }
    }
    found
}

/// Every `` `room::name` `` of two lower-case names in the text.
fn tests_named_in(text: &str) -> Vec<(String, String)> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once("::"))
        .filter(|(room, test)| is_name(room) && is_name(test))
        .map(|(room, test)| (room.to_owned(), test.to_owned()))
        .collect()
}

/// Whether a function of that name stands in the room and is run as a test: it has an attribute that makes it one above
/// it (also inside the macro for property tests), or it stands in the list of a contract that runs on several backends.
fn exists(room: &str, test: &str, tree: &Tree) -> bool {
    let head = format!("fn {test}(");
    let listed = format!("{test},");
    let of_room = || tree.sources.iter().filter(|source| source.room() == room);
    let is_defined = of_room().any(|source| source.text.contains(&head));
    let is_listed = of_room()
        .filter(|source| source.path.contains("/tests/"))
        .any(|source| source.text.lines().any(|line| line.trim() == listed));
    is_defined && (is_listed || of_room().any(|source| has_attribute(&source.text, &head)))
}

fn has_attribute(text: &str, head: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(at, line)| {
        line.contains(head)
            && lines[..at]
                .iter()
                .rev()
                .take_while(|above| above.starts_with("#[") || above.starts_with("//"))
                .any(|above| above.starts_with("#[") && above.contains("test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: &str = "//! Tests.\n#[tokio::test]\n// Slow.\nasync fn it_holds() {}\n\nfn not_a_test() {}\n\
                         contract! {\n    it {\n        on_every_backend,\n        was_deleted,\n    }\n}\n\
                         async fn on_every_backend(world: &World) {}\n";

    fn tree() -> Tree {
        Tree::of(&[("crates/engine/tests/it/main.rs", TESTS)])
    }

    #[test]
    fn an_invariant_that_names_its_test_is_fine() {
        let text = "\nWords.\n\n1. **It holds.** Because\n   so. `engine::it_holds`\n2. **Also.** `engine::on_every_backend`\n";

        assert_eq!(about(text, &tree()), [""; 0]);
    }

    #[test]
    fn an_invariant_without_a_real_test_is_refused() {
        for text in [
            "1. **It holds.** Believe me.\n",
            "1. **It holds.** `engine::was_renamed`\n",
            "1. **It holds.** `store::it_holds`\n",
            "1. **It holds.** `engine::not_a_test`\n",
            "1. **It holds.** `engine::was_deleted`\n",
            "No list at all.\n",
        ] {
            assert_eq!(about(text, &tree()).len(), 1, "{text}");
        }
    }
}
