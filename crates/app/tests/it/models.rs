//! Models of people's own, from the command line to the answer of a search.

use lamina_testkit::{Picture, write_pair};

use crate::program::{Place, number, report_of, told};

#[test]
fn a_model_is_added_listed_and_removed() {
    let place = Place::new();
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path(), "tiny").unwrap();
    let model = |arguments: &[&str]| place.lamina("model").args(arguments).output().unwrap();
    let from = folder.path().to_str().unwrap();
    let added = model(&["add", from]);
    assert!(added.status.success(), "{}", told(&added));
    assert!(told(&added).contains("added tiny (3 numbers a picture, knows words)"));
    let twice = model(&["add", from]);
    assert!(
        !twice.status.success() && told(&twice).contains("already"),
        "{}",
        told(&twice)
    );
    let listed = told(&model(&["list", "--model", "tiny"]));
    assert!(
        listed.contains("  default") && listed.contains("* tiny  3 numbers"),
        "{listed}"
    );
    let used = model(&["remove", "tiny", "--model", "tiny"]);
    assert!(!used.status.success() && told(&used).contains("in use"));
    let removed = model(&["remove", "tiny"]);
    assert!(removed.status.success(), "{}", told(&removed));
    assert!(!told(&model(&["list"])).contains("tiny"));
    for wrong in [
        &["remove", "tiny"][..],
        &["remove", "default"],
        &["add", "/nowhere"],
    ] {
        let refused = model(wrong);
        assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    }
    let unknown = place.up().args(["--model", "tiny"]).output().unwrap();
    assert!(!unknown.status.success());
    assert!(
        told(&unknown).contains("there is no model named tiny"),
        "{}",
        told(&unknown)
    );
}

#[test]
fn a_model_may_not_take_the_name_of_one_inside_the_program() {
    let place = Place::new();
    for name in ["default", "fast", "none"] {
        let folder = tempfile::tempdir().unwrap();
        write_pair(folder.path(), name).unwrap();
        let mut add = place.lamina("model");
        let added = add.arg("add").arg(folder.path()).output().unwrap();
        assert_eq!(added.status.code(), Some(1), "{}", told(&added));
        for part in [name, "which is taken", "model.toml"] {
            assert!(told(&added).contains(part), "{}", told(&added));
        }
    }
    // One that an older program took is told, and can be taken away.
    let hidden = place.data().join("models").join("fast");
    fs_err::create_dir_all(&hidden).unwrap();
    write_pair(&hidden, "fast").unwrap();
    let model = |arguments: &[&str]| place.lamina("model").args(arguments).output().unwrap();
    let listed = told(&model(&["list"]));
    assert!(listed.contains("cannot be used"), "{listed}");
    let removed = model(&["remove", "fast"]);
    assert!(removed.status.success(), "{}", told(&removed));
    assert!(!hidden.exists());
    let refused = model(&["remove", "fast"]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
}

#[test]
fn a_dataset_is_embedded_anew_when_the_model_changes() {
    let place = Place::new();
    for (name, rgb) in [
        ("a.png", [250, 10, 10]),
        ("b.png", [10, 250, 10]),
        ("c.png", [10, 10, 250]),
    ] {
        place.put(name, &Picture::flat(40, 30, rgb).png());
    }
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path(), "tiny").unwrap();
    let added = place
        .lamina("model")
        .arg("add")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(added.status.success(), "{}", told(&added));
    let changed = |arguments: &[&str]| {
        let output = place.up().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        number(&report_of(&output), "changed")
    };
    assert_eq!(changed(&[]), 3);
    assert_eq!(changed(&["--model", "tiny"]), 3);
    // Once is enough, and back is another change.
    assert_eq!(changed(&["--model", "tiny"]), 0);
    assert_eq!(changed(&["--model", "default"]), 3);
}

#[test]
fn without_vectors_copies_are_found_by_their_pixels_and_nothing_by_likeness() {
    let place = Place::new();
    let scene = Picture::scene(3, 320, 240);
    place.put("a.png", &scene.png());
    place.put("a again.png", &scene.png());
    place.put("a smaller.jpg", &scene.resized(160, 120).jpeg(70));
    place.put("b.png", &Picture::scene(4, 320, 240).png());
    place.put("c.png", &Picture::scene(5, 320, 240).png());
    let output = place.up().arg("--no-embed").output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert!(
        told(&output).contains("No vectors are made"),
        "{}",
        told(&output)
    );
    let report = report_of(&output);
    assert_eq!(number(&report, "indexed"), 5);
    assert_eq!(
        (
            number(&report, "exact_duplicates"),
            number(&report, "near_duplicates"),
            number(&report, "outliers"),
        ),
        (1, 1, 0),
        "{report}"
    );
    // Nothing changed, and then vectors are made of all.
    let changed = |arguments: &[&str]| {
        let output = place.up().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        number(&report_of(&output), "changed")
    };
    assert_eq!(changed(&["--model", "none"]), 0);
    assert_eq!(changed(&["--model", "default"]), 5);
    let both = place
        .up()
        .args(["--no-embed", "--model", "fast"])
        .output()
        .unwrap();
    assert!(!both.status.success());
    assert!(
        told(&both).contains("cannot be used with"),
        "{}",
        told(&both)
    );
}

#[test]
fn a_data_folder_keeps_to_what_its_vectors_were_reckoned_with() {
    let place = Place::new();
    place.put("a.png", &Picture::flat(40, 30, [250, 10, 10]).png());
    place.put("b.png", &Picture::scene(4, 60, 50).png());
    let run = |arguments: &[&str]| {
        let output = place.up().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        output
    };
    let changed = |arguments: &[&str]| number(&report_of(&run(arguments)), "changed");
    assert_eq!(changed(&["--embedder", "pure"]), 2);
    // With whatever this machine has.
    assert_eq!(changed(&["--embedder", "auto"]), 0);
    // In pure Rust there is no other way, which is no reason to do anything anew.
    for other in ["bf16", "int8"] {
        let output = run(&["--embedder", "pure", "--precision", other]);
        assert_eq!(number(&report_of(&output), "changed"), 0);
        assert!(
            told(&output).contains("cannot be had here"),
            "{}",
            told(&output)
        );
    }
    assert_eq!(changed(&["--embedder", "pure", "--precision", "full"]), 0);
    let refused = place.up().args(["--precision", "half"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        told(&refused).contains("it takes one of: auto, full, bf16, int8"),
        "{}",
        told(&refused)
    );
}
