//! `lamina up` on folders that change.

use lamina_testkit::{Picture, picture::insert_chunk};
use serde_json::json;

use crate::program::{Place, Running, number, picture, report_of, settled, told};

#[test]
fn a_folder_is_indexed_and_its_numbers_add_up() {
    let place = Place::new();
    for at in 0..6 {
        place.put(format!("scene {at}.png"), &picture(at));
    }
    place.put("copy.png", &picture(0));
    place.put("broken.png", &picture(9)[..200]);
    place.put("page.jpg", b"<!doctype html><title>no picture</title>");
    place.put("notes.txt", b"notes");
    place.put("clip.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom");
    let report = place.report();
    settled(&report);
    assert_eq!(
        (number(&report, "found"), number(&report, "indexed")),
        (11, 7)
    );
    assert_eq!(
        report["rejected_by_reason"]["truncated"],
        json!({"count": 1, "examples": ["broken.png"]})
    );
    assert_eq!(
        report["rejected_by_reason"]["not_a_picture"],
        json!({"count": 1, "examples": ["page.jpg"]})
    );
    assert_eq!(
        report["ignored_by_reason"],
        json!({"not_a_picture": 1, "video": 1})
    );
    assert_eq!(
        (
            number(&report, "exact_duplicates"),
            number(&report, "changed")
        ),
        (1, 11)
    );
    for name in ["near_duplicates", "blur", "dark", "bright", "outliers"] {
        number(&report, name);
    }
    for kind in lamina_model::IssueKind::ALL {
        let count = report["issues"][kind.as_str()].as_u64();
        assert!(count.is_some(), "{} in {report}", kind.as_str());
    }
    assert_eq!(report["issues"]["blur"], report["blur"]);
    assert_eq!(number(&report, "annotation_rows_left_out"), 0);
    assert_eq!(report["clusters"].as_array().unwrap().len(), 5);
    assert!(
        report["seconds_by_stage"]["indexing"].is_number(),
        "{report}"
    );
    assert!(report["url"].is_null());
}

#[test]
fn a_second_run_looks_only_into_what_changed() {
    let place = Place::new();
    for at in 0..5 {
        place.put(format!("{at}.png"), &picture(at));
    }
    place.put("bad.png", b"no picture");
    let first = place.report();
    let again = place.report();
    assert_eq!(number(&again, "changed"), 0);
    assert_eq!(settled(&again), settled(&first));
    assert_eq!(again["dataset_id"], first["dataset_id"]);

    place.put("new.png", &picture(100));
    place.put("1.png", &picture(101));
    fs_err::remove_file(place.source().join("2.png")).unwrap();
    fs_err::rename(
        place.source().join("3.png"),
        place.source().join("moved.png"),
    )
    .unwrap();
    let third = place.report();
    // New, changed and gone, and a move, which is one of each of the last two or less.
    assert!((4..=5).contains(&number(&third, "changed")), "{third}");
    assert_eq!(
        (
            number(&third, "found"),
            number(&third, "indexed"),
            number(&third, "rejected")
        ),
        (6, 5, 1)
    );

    place.put("bad.png", &picture(102));
    let fourth = place.report();
    assert_eq!(
        (
            number(&fourth, "changed"),
            number(&fourth, "indexed"),
            number(&fourth, "rejected")
        ),
        (1, 6, 0)
    );
    assert_eq!(number(&place.report(), "changed"), 0);
}

#[test]
fn the_report_for_people_names_reasons_examples_groups_levels_and_times() {
    let place = Place::new();
    place.put("a.png", &picture(1));
    place.put("b.png", &picture(1));
    place.put("evil\u{1b}[2J\u{202e}.png", b"");
    let output = place
        .lamina("up")
        .arg(place.source())
        .args(["--no-serve", "--name", "My set"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    for part in [
        "My set",
        "3 found = 2 indexed + 1 rejected + 0 ignored",
        "the file is empty (evil\\u{1b}[2J\\u{202e}.png)",
        "1  copies, in 1 groups (same bytes or same pixels)",
        "level 0",
        "level 4",
        "indexing",
        " s",
    ] {
        assert!(
            text.contains(part),
            "{part:?} is missing: {}",
            told(&output)
        );
    }
    let everything = [output.stdout, output.stderr].concat();
    assert!(!everything.contains(&0x1b), "no name moves the cursor");
}

#[test]
fn progress_is_told_on_stderr_and_json_alone_on_stdout() {
    let place = Place::new();
    for at in 0..30 {
        place.put(format!("{at}.png"), &picture(at));
    }
    let mut command = place.up();
    command.args(["--workers", "1"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    report_of(&output);
    let stderr = String::from_utf8(output.stderr).unwrap();
    // Thirty small pictures may be indexed between two lines: any phase will do.
    let phases = ["scanning", "indexing", "analysing", "publishing"];
    let told = |line: &str| phases.iter().any(|phase| line.starts_with(phase));
    assert!(stderr.lines().any(told), "{stderr}");
}

#[test]
fn an_interrupt_stops_cleanly_and_the_same_command_goes_on() {
    let place = Place::new();
    for at in 0..300 {
        place.put(format!("{at}.png"), &Picture::scene(at, 160, 120).png());
    }
    let mut command = place.up();
    command.args(["--workers", "1", "--batch-items", "4"]);
    for signal in ["INT", "TERM"] {
        let mut running = Running::start(&mut command);
        running
            .line(|line| line.starts_with("indexing"))
            .expect("it indexes");
        running.signal(signal);
        let (status, lines) = running.end();
        assert_eq!(status.code(), Some(130), "{lines:#?}");
        assert!(
            lines
                .iter()
                .any(|line| line.contains("the same command goes on from there")),
            "{lines:#?}"
        );
    }
    let report = place.report();
    settled(&report);
    assert_eq!(number(&report, "indexed"), 300);
}

#[test]
fn a_hundred_damaged_colour_profiles_do_not_fill_the_log() {
    let place = Place::new();
    for at in 0..100 {
        let damaged = insert_chunk(
            &Picture::scene(at, 24, 24).png(),
            *b"iCCP",
            b"icc\0\0damaged",
        );
        place.put(format!("{at}.png"), &damaged);
    }
    let output = place
        .lamina("up")
        .arg(place.source())
        .args(["--no-serve", "--progress-interval-ms", "2000"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let lines = String::from_utf8(output.stderr.clone())
        .unwrap()
        .lines()
        .count();
    assert!(lines < 50, "{lines} lines: {}", told(&output));
    assert_eq!(number(&place.report(), "indexed"), 100);
}

#[test]
fn the_real_model_makes_the_vectors_unless_told_otherwise() {
    let place = Place::new();
    for at in 0..3 {
        place.put(format!("{at}.png"), &picture(at));
    }
    let output = place.up().args(["--embedder", "pure"]).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(number(&report_of(&output), "indexed"), 3);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("pure Rust"),
        "what is used is told: {stderr}"
    );
}
