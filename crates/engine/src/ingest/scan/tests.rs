use std::{
    ffi::OsStr,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
};

use lamina_model::IgnoreReason::{DeadLink, NotAFile, SameFile};
use proptest::prelude::*;

use super::{Found, Verdict, Walk};
use crate::SourceRoots;

fn put(root: &Path, path: &[u8]) {
    let file = root.join(OsStr::from_bytes(path));
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    fs_err::write(file, b"x").unwrap();
}

fn walk(root: &Path) -> Vec<Found> {
    Walk::begin(root, &[], &SourceRoots::Anywhere)
        .unwrap()
        .collect()
}

/// What is found, as text: the path, and why it is left alone if it is.
fn shown(root: &Path) -> Vec<String> {
    let word = |found: Found| match found.verdict {
        Verdict::Look => found.path.to_string(),
        Verdict::Ignore(reason) => format!("{} ({})", found.path, reason.as_str()),
        Verdict::Reject(reason, _) => format!("{} [{}]", found.path, reason.as_str()),
    };
    walk(root).into_iter().map(word).collect()
}

#[test]
fn hidden_and_system_files_are_counted_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    for path in [
        "a.jpg",
        "._a.jpg",
        ".DS_Store",
        "Thumbs.db",
        ".trash/x.jpg",
        "@eaDir/a/t.jpg",
    ] {
        put(root.path(), path.as_bytes());
    }
    assert_eq!(
        shown(root.path()),
        [
            ".DS_Store (system)",
            "._a.jpg (hidden)",
            ".trash/x.jpg (hidden)",
            "@eaDir/a/t.jpg (system)",
            "Thumbs.db (system)",
            "a.jpg",
        ]
    );
}

#[test]
fn a_link_in_a_circle_ends_and_is_told() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), b"sub/a.jpg");
    symlink("..", root.path().join("sub/loop")).unwrap();
    symlink("nowhere", root.path().join("dead")).unwrap();
    symlink("self", root.path().join("self")).unwrap();
    assert_eq!(
        shown(root.path()),
        [
            format!("dead ({})", DeadLink.as_str()),
            format!("self ({})", DeadLink.as_str()),
            "sub/a.jpg".to_owned(),
            format!("sub/loop/ ({})", SameFile.as_str()),
        ]
    );
}

#[test]
fn a_linked_file_goes_by_the_name_of_its_link() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), b".git/annex/objects/k1/picture.jpg");
    symlink(
        ".git/annex/objects/k1/picture.jpg",
        root.path().join("picture.jpg"),
    )
    .unwrap();
    assert_eq!(
        shown(root.path()),
        [".git/annex/objects/k1/picture.jpg (hidden)", "picture.jpg"]
    );
}

#[test]
fn a_second_name_of_a_file_counts_once() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), b"a.jpg");
    fs_err::hard_link(root.path().join("a.jpg"), root.path().join("b.jpg")).unwrap();
    assert_eq!(shown(root.path()), ["a.jpg", "b.jpg (same_file)"]);
}

#[test]
fn own_data_is_passed_over_by_whatever_name() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), b"a.jpg");
    put(root.path(), b"data/blobs/thumb.webp");
    symlink("data", root.path().join("link")).unwrap();
    let own = root.path().join("data");
    let found: Vec<_> = Walk::begin(root.path(), &[own], &SourceRoots::Anywhere)
        .unwrap()
        .map(|f| f.path.to_string())
        .collect();
    assert_eq!(found, ["a.jpg"]);
}

#[test]
fn sockets_are_no_files() {
    let root = tempfile::tempdir().unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("s.jpg")).unwrap();
    assert_eq!(
        shown(root.path()),
        [format!("s.jpg ({})", NotAFile.as_str())]
    );
}

#[test]
fn links_between_folders_do_not_multiply() {
    let root = tempfile::tempdir().unwrap();
    for at in 0..12 {
        put(root.path(), format!("d{at:02}/a.jpg").as_bytes());
        for link in ["x", "y"] {
            symlink(
                format!("../d{:02}", (at + 1) % 12),
                root.path().join(format!("d{at:02}/{link}")),
            )
            .unwrap();
        }
    }
    let found = walk(root.path());
    assert_eq!(
        found
            .iter()
            .filter(|found| found.verdict == Verdict::Look)
            .count(),
        12
    );
    assert!(found.len() < 60, "{}", found.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The comparison with the index relies on this order.
    #[test]
    fn paths_come_in_the_order_of_their_bytes(
        names in prop::collection::btree_set("[a-c][a-c.\\-]{0,2}(/[a-c][a-c.\\-]{0,2}){0,2}", 1..24)
    ) {
        let root = tempfile::tempdir().unwrap();
        for name in &names {
            let file = root.path().join(name).join("f\u{1f3ce}.jpg");
            if fs_err::create_dir_all(file.parent().unwrap()).is_ok() {
                let _ = fs_err::write(file, b"x");
            }
        }
        let paths: Vec<_> = walk(root.path()).into_iter().map(|found| found.path).collect();
        prop_assert!(!paths.is_empty());
        prop_assert!(paths.windows(2).all(|pair| pair[0] < pair[1]), "{paths:?}");
    }
}
