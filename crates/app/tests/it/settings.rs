//! Command line and settings, as far as they show from outside.

use std::path::Path;

use crate::program::{Place, picture, told};

#[test]
fn a_wrong_command_line_or_setting_ends_with_2_and_a_remedy() {
    let place = Place::new();
    for (arguments, part) in [
        (&["--workers", "many"][..], "workers = many"),
        (&["--listen", "0.0.0.0:0"], "--allow-remote-without-auth"),
        (&["--frobnicate"], "--frobnicate"),
    ] {
        let output = place.up().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        let stderr = String::from_utf8(output.stderr.clone()).unwrap();
        assert!(stderr.contains(part), "{}", told(&output));
        assert!(output.stdout.is_empty(), "{}", told(&output));
    }
    let output = place.lamina("up").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
}

#[test]
fn a_folder_that_cannot_be_indexed_ends_with_1_and_leaves_no_dataset() {
    let place = Place::new();
    place.put("file.png", &picture(1));
    for wrong in [
        place.source().join("nowhere"),
        place.source().join("file.png"),
    ] {
        let output = place
            .lamina("up")
            .arg(&wrong)
            .args(["--no-serve", "--json"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let stderr = String::from_utf8(output.stderr.clone()).unwrap();
        assert!(
            stderr.contains(wrong.to_str().unwrap()),
            "{}",
            told(&output)
        );
        assert!(output.stdout.is_empty());
    }
    let output = place.lamina("doctor").output().unwrap();
    assert!(
        String::from_utf8(output.stdout.clone())
            .unwrap()
            .contains("0 datasets"),
        "{}",
        told(&output)
    );
}

#[test]
fn doctor_tells_settings_parts_and_data() {
    let place = Place::new();
    let output = place
        .lamina("doctor")
        .args(["--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    for part in [
        "data folder",
        "from --listen",
        "Vectors are made",
        "JPEGs are decoded",
        "HEIC and AVIF",
        "no data folder yet",
    ] {
        assert!(
            text.contains(part),
            "{part:?} is missing: {}",
            told(&output)
        );
    }
    assert!(!place.data().exists(), "looking makes nothing");
}

#[test]
fn doctor_tells_of_a_data_folder_that_cannot_be_used() {
    let place = Place::new();
    // Nobody, not even root, makes folders in these.
    for (folder, why) in [
        ("/proc/lamina data", "is not there and cannot be made"),
        ("/proc", "cannot be written to"),
    ] {
        let output = place
            .lamina("doctor")
            .args(["--listen", "127.0.0.1:0", "--data-dir", folder])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let text = told(&output);
        for part in [folder, why, "--data-dir"] {
            assert!(text.contains(part), "{part:?} is missing: {text}");
        }
    }
}

#[test]
fn the_printed_openapi_document_is_the_committed_one() {
    let output = Place::new().lamina("openapi").output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/openapi.json");
    assert!(
        output.stdout == fs_err::read(committed).unwrap(),
        "openapi/openapi.json is stale; make it anew with: lamina openapi > openapi/openapi.json"
    );
}

#[test]
fn the_data_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.put("a.png", &picture(1));
    place.report();
    let mode = fs_err::metadata(place.data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
