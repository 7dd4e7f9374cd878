//! `lamina up --sample`.

use crate::program::{Place, number, report_of, settled, told};

#[test]
fn the_sample_holds_what_was_drawn_into_it() {
    let place = Place::new();
    let mut command = place.lamina("up");
    command.args(["--sample", "--sample-scenes", "24", "--no-serve", "--json"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let report = report_of(&output);
    let mut plain = report.clone();
    let drawn = plain
        .as_object_mut()
        .unwrap()
        .remove("drawn")
        .expect("what was drawn is told");
    settled(&plain);
    for (name, of_drawn) in [
        ("indexed", "pictures"),
        ("rejected", "rejected"),
        ("ignored", "ignored"),
        ("exact_duplicates", "exact_duplicates"),
    ] {
        assert_eq!(
            number(&report, name),
            number(&drawn, of_drawn),
            "{name}: {report}"
        );
    }
    for name in ["blur", "dark", "bright"] {
        assert_eq!(
            number(&report, name),
            number(&drawn, name),
            "{name}: {report}"
        );
    }
    let again = command.output().unwrap();
    assert_eq!(number(&report_of(&again), "changed"), 0, "{}", told(&again));
}
