//! Names are bytes, and folders are graphs.

use std::{
    ffi::{OsStr, OsString},
    os::unix::{ffi::OsStrExt, fs::symlink},
};

use serde_json::Value;

use crate::program::{
    Place, Running, get, get_json, host_of, number, picture, report_of, settled, told,
};

/// Indexes and serves, and gives the report with the running program.
fn served(place: &Place) -> (Value, Running) {
    let mut command = place.lamina("up");
    command
        .arg(place.source())
        .args(["--json", "--listen", "127.0.0.1:0"]);
    let mut running = Running::start(&mut command);
    let line = running.first_result();
    let report = serde_json::from_str(&line)
        .unwrap_or_else(|cause| panic!("{cause}: {line:?} {:?}", running.seen));
    settled(&report);
    (report, running)
}

#[test]
fn every_name_is_indexed_shown_and_served() {
    let place = Place::new();
    let mut names: Vec<OsString> = [
        "100% #1 + ?&;,.png",
        "Baking Cakes/-i.png",
        "a\nb.png",
        "\"quoted\" 'twice' \\ back.png",
        "Žluťoučký kůň 🏎️ ქართული.png",
        " leading and trailing .png",
        "%2e%2e%2fescaped.png",
        "<b>bold</b>.png",
    ]
    .map(OsString::from)
    .to_vec();
    names.push(OsStr::from_bytes(b"caf\xe9.png").to_owned());
    names.push(format!("{}.png", "n".repeat(251)).into());
    for ascii in 244..=249 {
        names.push(format!("{}🏎/in an emoji folder.png", "e".repeat(ascii)).into());
    }
    let deep = 3800 - place.source().as_os_str().len();
    let mut path = String::new();
    while path.len() + 208 < deep {
        path.push_str(&"d".repeat(200));
        path.push('/');
    }
    names.push(format!("{path}{}.png", "p".repeat(deep - path.len() - 4)).into());
    for (at, name) in names.iter().enumerate() {
        place.put(name, &picture(at as u64));
    }
    let (report, running) = served(&place);
    assert_eq!(number(&report, "indexed"), names.len() as u64, "{report}");

    let address = host_of(report["url"].as_str().unwrap());
    let dataset = report["dataset_id"].as_str().unwrap();
    let listed = get_json(
        &address,
        &format!("/api/v1/dataset/{dataset}/media?limit=1000"),
    );
    let items = listed["items"].as_array().unwrap();
    for (at, name) in names.iter().enumerate() {
        let shown = name.to_string_lossy();
        let item = items
            .iter()
            .find(|item| item["original_uri"] == *shown)
            .unwrap_or_else(|| panic!("{shown} is not listed"));
        let (status, _, body) = get(&address, item["media_uri"].as_str().unwrap());
        assert_eq!((status, body), (200, picture(at as u64)), "{shown}");
        let (status, _, _) = get(&address, item["media_thumb_uri"].as_str().unwrap());
        assert_eq!(status, 200, "{shown}");
    }
    let (status, _, page) = get(&address, &format!("/plain/dataset/{dataset}"));
    assert_eq!(status, 200);
    assert!(
        !String::from_utf8(page).unwrap().contains("<b>bold"),
        "names are escaped"
    );
    running.signal("INT");
    let (status, _) = running.end();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn tiles_with_commas_in_their_names_and_small_sides_are_all_indexed() {
    let place = Place::new();
    for at in 0..12 {
        let tile = lamina_testkit::Picture::scene(at, 100, 87).png();
        place.put(format!("t_{},{}.png", at / 3, at % 3), &tile);
    }
    assert_eq!(number(&place.report(), "indexed"), 12);
}

#[test]
fn hidden_and_system_files_are_counted_and_left_alone() {
    let place = Place::new();
    place.put("a.png", &picture(1));
    place.put("._a.png", b"\0\x05\x16\x07");
    for hidden in [
        ".trash/x.png",
        ".DS_Store",
        "Thumbs.db",
        "@eaDir/thumb.png",
        "#recycle/x.png",
        "$RECYCLE.BIN/x.png",
        "desktop.ini",
    ] {
        place.put(hidden, &picture(2));
    }
    let report = place.report();
    settled(&report);
    assert_eq!(
        (
            number(&report, "indexed"),
            number(&report, "ignored"),
            number(&report, "rejected")
        ),
        (1, 8, 0),
        "{report}"
    );
    let by_reason = &report["ignored_by_reason"];
    let of = |name: &str| by_reason[name].as_u64().unwrap_or(0);
    assert_eq!(of("hidden") + of("system"), 8, "{report}");
}

#[test]
fn link_loops_end_and_each_file_counts_once() {
    let place = Place::new();
    place.put("sub/a.png", &picture(1));
    place.put("b.png", &picture(2));
    symlink("..", place.source().join("sub/loop")).unwrap();
    symlink("sub", place.source().join("sub again")).unwrap();
    symlink("nowhere", place.source().join("dead.png")).unwrap();
    symlink("self.png", place.source().join("self.png")).unwrap();
    fs_err::hard_link(
        place.source().join("b.png"),
        place.source().join("b hard.png"),
    )
    .unwrap();
    // A farm of links, as git-annex makes them: the file itself is elsewhere.
    let store = tempfile::tempdir().unwrap();
    fs_err::write(store.path().join("SHA256E-s1--abc"), picture(3)).unwrap();
    symlink(
        store.path().join("SHA256E-s1--abc"),
        place.source().join("annexed.png"),
    )
    .unwrap();
    let report = place.report();
    settled(&report);
    assert_eq!(
        (number(&report, "indexed"), number(&report, "rejected")),
        (3, 0),
        "{report}"
    );
    assert_eq!(report["ignored_by_reason"]["dead_link"], 2, "{report}");
    assert_eq!(number(&place.report(), "changed"), 0);
}

#[test]
fn data_inside_the_source_is_not_indexed() {
    let place = Place::new();
    place.put("a.png", &picture(1));
    let mut counts = Vec::new();
    for _ in 0..3 {
        let mut command = place.up();
        command.arg("--data-dir").arg(place.source().join("inside"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        let report = report_of(&output);
        counts.push((number(&report, "found"), number(&report, "indexed")));
    }
    assert_eq!(counts, [(1, 1); 3]);
}
