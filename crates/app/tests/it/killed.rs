//! SIGKILL at many moments, and the same command again.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Place, Running, indexed, number, picture, settled};

/// Pictures, copies, broken and other files.
fn full_place() -> Place {
    let place = Place::new();
    for at in 0..36 {
        place.put(format!("{}/{at}.png", at % 4), &picture(at));
    }
    for at in 0..4 {
        place.put(format!("copies/{at}.png"), &picture(at));
        place.put(format!("broken/{at}.png"), &picture(at)[..150]);
        place.put(format!("notes/{at}.txt"), b"notes");
    }
    place
}

struct Undisturbed {
    report: Value,
    indexed: Vec<(String, [u8; 32])>,
    time: Duration,
}

fn undisturbed() -> Undisturbed {
    let place = full_place();
    let began = Instant::now();
    let report = place.report();
    let time = began.elapsed();
    assert_eq!(
        (
            number(&report, "indexed"),
            number(&report, "rejected"),
            number(&report, "ignored")
        ),
        (40, 4, 4)
    );
    Undisturbed {
        report: settled(&report),
        indexed: indexed(&place.data()),
        time,
    }
}

/// Goes on to the end and compares with the run that nobody killed.
fn assert_whole(place: &Place, expected: &Undisturbed, what: &str) {
    let report = place.report();
    assert_eq!(settled(&report), expected.report, "{what}");
    assert_eq!(indexed(&place.data()), expected.indexed, "{what}");
    assert_eq!(
        number(&place.report(), "changed"),
        0,
        "{what}: nothing is left to do"
    );
}

fn start(place: &Place) -> Running {
    let mut command = place.up();
    command.args(["--workers", "2", "--batch-items", "2"]);
    Running::start(&mut command)
}

#[test]
fn a_kill_at_any_moment_of_a_first_run_loses_and_doubles_nothing() {
    const POINTS: u32 = 16;
    let expected = undisturbed();
    let mut killed = 0;
    for point in 1..=POINTS {
        let place = full_place();
        let mut running = start(&place);
        if !running.ends_within(expected.time * point / POINTS) {
            killed += 1;
        }
        running.kill();
        assert_whole(&place, &expected, &format!("killed at {point}/{POINTS}"));
    }
    assert!(
        killed >= POINTS / 2,
        "only {killed} runs were still alive when they were to be killed"
    );
}

#[test]
fn a_dataset_killed_again_and_again_is_whole_in_the_end() {
    let expected = undisturbed();
    let place = full_place();
    let (mut kills, mut patience) = (0, Duration::from_millis(20));
    loop {
        let mut running = start(&place);
        // A new line of progress, and a little more each time, so that kills fall everywhere.
        let has_ended = running
            .line(|line| line.starts_with("Made") || line.starts_with("Bringing"))
            .is_none()
            || running.ends_within(patience);
        if has_ended {
            break;
        }
        running.kill();
        kills += 1;
        patience += Duration::from_millis(7);
        assert!(kills < 500, "it never gets to its end");
    }
    assert!(kills >= 3, "it was killed only {kills} times");
    assert_whole(&place, &expected, &format!("killed {kills} times"));
}

#[test]
fn a_kill_while_a_folder_is_brought_up_to_date_leaves_the_old_or_the_new() {
    let expected = undisturbed();
    for point in 1..=4_u32 {
        let place = full_place();
        // Begin with another state of the folder, then make it what is expected.
        for at in 0..12 {
            place.put(format!("{}/{at}.png", at % 4), &picture(1000 + at));
        }
        place.put("gone/later.png", &picture(2000));
        place.report();
        for at in 0..12 {
            place.put(format!("{}/{at}.png", at % 4), &picture(at));
        }
        fs_err::remove_dir_all(place.source().join("gone")).unwrap();
        let mut running = start(&place);
        running.ends_within(expected.time * point / 6);
        running.kill();
        assert_whole(
            &place,
            &expected,
            &format!("killed at {point}/6 of an update"),
        );
    }
}
