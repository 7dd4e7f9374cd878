//! `CASES.md` and the tests agree.

use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = include_str!("../../CASES.md");
/// The files of this binary.
const SOURCES: &[&str] = &[
    include_str!("bearer.rs"),
    include_str!("browser.rs"),
    include_str!("challenge.rs"),
    include_str!("cookies.rs"),
    include_str!("key_ids_and_secrets.rs"),
    include_str!("key_ring.rs"),
    include_str!("key_state.rs"),
    include_str!("oidc.rs"),
    include_str!("passwords.rs"),
    include_str!("throttle.rs"),
    include_str!("token_claims.rs"),
    include_str!("token_form.rs"),
    include_str!("token_header.rs"),
    include_str!("token_signature.rs"),
];

/// The rows of the table: id, tests here, left to the wire.
fn rows() -> BTreeMap<String, (String, String)> {
    TABLE
        .lines()
        .filter(|line| line.starts_with("| C-") || line.starts_with("| T-"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            (
                cells[1].to_owned(),
                (cells[3].to_owned(), cells[4].to_owned()),
            )
        })
        .collect()
}

/// The names of all tests that carry ids.
fn tests() -> BTreeSet<&'static str> {
    SOURCES
        .iter()
        .flat_map(|source| source.split("\nfn "))
        .filter_map(|text| text.split_once("()").map(|(name, _)| name))
        .filter(|name| !ids_of(name).is_empty())
        .collect()
}

/// `c_15_t_40_a_hostile…` carries `C-15` and `T-40`.
fn ids_of(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split('_').collect();
    words
        .chunks(2)
        .map_while(|pair| match pair {
            [kind @ ("c" | "t"), number] if number.parse::<u32>().is_ok() => {
                Some(format!("{}-{number}", kind.to_uppercase()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn every_standard_and_case_has_its_line_and_an_answer() {
    let rows = rows();
    for number in 1..=25 {
        assert!(
            rows.contains_key(&format!("C-{number:02}")),
            "C-{number:02}"
        );
    }
    for number in 1..=135 {
        assert!(
            rows.contains_key(&format!("T-{number:02}")),
            "T-{number:02}"
        );
    }
    for (id, (here, wire)) in rows {
        assert!(here != "–" || wire != "–", "{id} is answered nowhere");
    }
}

#[test]
fn every_test_with_an_id_stands_in_its_line() {
    let rows = rows();
    assert!(tests().len() > 80);
    for name in tests() {
        for id in ids_of(name) {
            assert!(rows[&id].0.contains(&format!("`{name}`")), "{id}: {name}");
        }
    }
}

#[test]
fn every_test_named_in_the_table_exists() {
    let tests = tests();
    for (id, (here, _)) in rows() {
        for name in here.split('`').filter(|text| !ids_of(text).is_empty()) {
            assert!(tests.contains(name), "{id}: {name}");
        }
    }
}
