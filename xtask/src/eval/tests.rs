//! What is compared is compared rightly.

use std::{collections::BTreeMap, ffi::OsString};

use super::build::Hard;
use super::{
    Options, http, read,
    report::{json, table},
    score::{compare, issues::auc, relations::Relations},
    told::{Group, Issue, Told},
    truth::Truth,
};

const TRUTH: &str = "\
path,kind,group,base,cls,true_cls,photo
a.jpg,base,1,,x,x,7
a2.jpg,crop5,1,a.jpg,x,x,7
a3.png,png,1,a.jpg,x,x,7
b.jpg,base,0,,x,x,7
c.jpg,base,0,,x,y,8
d.jpg,blur,0,,y,y,9
\"e, f.jpg\",truncated,0,,y,y,
";

fn group(tier: &str, members: &[&str]) -> Group {
    Group {
        tier: tier.to_owned(),
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        likeness: vec![0.97; members.len() - 1],
    }
}

fn told(groups: Vec<Group>) -> Told {
    let issue = |path: &str, confidence| Issue {
        path: path.to_owned(),
        confidence,
        suggested: Some("y".to_owned()),
    };
    Told {
        indexed: ["a.jpg", "a2.jpg", "a3.png", "b.jpg", "c.jpg", "d.jpg"]
            .map(str::to_owned)
            .to_vec(),
        rejected: BTreeMap::from([("e, f.jpg".to_owned(), "truncated".to_owned())]),
        groups,
        issues: BTreeMap::from([
            (
                "blur".to_owned(),
                vec![issue("d.jpg", 0.4), issue("b.jpg", 0.3)],
            ),
            (
                "mislabels".to_owned(),
                vec![issue("c.jpg", 0.9), issue("a.jpg", 0.6)],
            ),
        ]),
        ..Told::default()
    }
}

#[test]
fn the_command_line_is_read() {
    let words = |words: &[&str]| read(&words.iter().map(OsString::from).collect::<Vec<_>>());

    let options: Options = words(&["/a b", "--truth", "t.csv", "--seed", "7", "--json"]).unwrap();

    assert_eq!(options.folder, Some("/a b".into()));
    assert_eq!(options.truth, Some("t.csv".into()));
    assert_eq!((options.count, options.seed), (2_000, 7));
    assert!(options.json && !options.list);
    let hard = |more: &[&str]| words(&[&["--hard"], more].concat()).unwrap().hard;
    assert_eq!((options.hard, hard(&[])), (None, Some(Hard::Many)));
    assert_eq!(hard(&["--one-each"]), Some(Hard::OneEach));
    assert_eq!(hard(&["--drawn"]), Some(Hard::Drawn));
    for wrong in [
        &["--count", "99"][..],
        &["--seed"],
        &["a", "b"],
        &["--fast"],
        &["--hard", "a"],
        &["--one-each"],
        &["--drawn"],
        &["--hard", "--drawn", "--one-each"],
    ] {
        assert!(words(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_copy_counts_as_found_through_the_one_that_is_kept() {
    let truth = Truth::parse(TRUTH).unwrap();
    let groups = vec![
        group("same_pixels", &["a.jpg", "a3.png"]),
        group("edited", &["a.jpg", "a2.jpg"]),
    ];

    let scores = compare(&truth, &told(groups));

    assert_eq!((scores.pairs, scores.right, scores.wrong), (3, 3, 0));
    assert_eq!(
        scores.kinds["crop5"].tiers,
        BTreeMap::from([("edited".to_owned(), 1)])
    );
    assert_eq!(
        scores.kinds["png"].tiers,
        BTreeMap::from([("same_pixels".to_owned(), 1)])
    );
    assert!((scores.recall(|_| true) - 1.0).abs() < 1e-9);
}

#[test]
fn a_copy_of_two_pictures_counts_for_both() {
    let truth = Truth::parse(TRUTH).unwrap();
    let groups = vec![
        group("edited", &["a2.jpg", "a.jpg"]),
        group("edited", &["a3.png", "a.jpg"]),
    ];

    let scores = compare(&truth, &told(groups));

    assert_eq!((scores.pairs, scores.right, scores.wrong), (2, 2, 0));
    assert_eq!(scores.kinds["crop5"].found, 1);
    assert_eq!(scores.kinds["png"].found, 1);
}

#[test]
fn crops_of_one_photograph_count_against_the_strict_precision_only() {
    let truth = Truth::parse(TRUTH).unwrap();
    let groups = vec![
        group("edited", &["a.jpg", "b.jpg"]),
        group("edited", &["c.jpg", "a2.jpg"]),
    ];

    let scores = compare(&truth, &told(groups));

    assert_eq!((scores.overlapping, scores.wrong), (1, 1));
    assert_eq!(
        (scores.kinds["crop5"].found, scores.kinds["crop5"].wrong),
        (0, 1)
    );
    assert!(scores.strict_precision().abs() < 1e-9);
    assert!(
        scores
            .mistakes
            .iter()
            .any(|line| line.contains("a.jpg and b.jpg"))
    );
}

#[test]
fn members_of_two_groups_are_not_told_to_be_the_same() {
    let relations = Relations::of(&[group("edited", &["k", "x"]), group("mirrored", &["k", "y"])]);

    assert_eq!(relations.pairs.len(), 2);
    assert!(relations.between("x", "y").is_some());
    assert!(relations.between("x", "z").is_none());
}

#[test]
fn issues_are_judged_at_the_cut_and_by_their_order() {
    let truth = Truth::parse(TRUTH).unwrap();

    let scores = compare(&truth, &told(Vec::new()));

    let blur = &scores.issues["blur"];
    assert_eq!((blur.truths, blur.told, blur.right), (1, 0, 0));
    assert_eq!(blur.auc, Some(1.0));
    assert_eq!(blur.best, Some((1.0, 0.4)));
    assert_eq!(scores.unreadable["truncated"], (1, 1));
    let labels = scores.labels.as_ref().unwrap();
    assert_eq!(
        (labels.truths, labels.surest, labels.suggested),
        (1, (1, 1), 1)
    );
}

#[test]
fn equal_confidences_are_a_toss_up() {
    assert_eq!(auc(&[(0.5, true), (0.5, false)]), Some(0.5));
    assert_eq!(auc(&[(0.9, false), (0.5, true)]), Some(0.0));
    assert_eq!(auc(&[(0.9, true)]), None);
}

#[test]
fn a_target_missed_is_told_in_both_forms() {
    let truth = Truth::parse(TRUTH).unwrap();
    let scores = compare(&truth, &told(Vec::new()));

    let folder = std::path::Path::new("/set");
    let as_json = json(folder, &scores);

    assert!(table(folder, &scores).contains("F1 of blur at confidence 0.5"));
    let targets = as_json["targets"].as_array().unwrap();
    let blur = targets
        .iter()
        .find(|target| target["what"] == "F1 of blur at confidence 0.5");
    assert_eq!(blur.unwrap()["is_met"], false);
}

#[test]
fn a_truth_without_its_columns_is_refused() {
    assert!(Truth::parse("path,kind\na,b\n").is_err());
    assert!(Truth::parse("path,kind,group\na,b\n").is_err());
}

#[test]
fn an_answer_is_its_body_or_an_error() {
    let fine = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{\"a\":1}";
    assert_eq!(http::body(fine).unwrap()["a"], 1);
    assert!(http::body(b"HTTP/1.1 404 Not Found\r\n\r\n{}").is_err());
}

#[test]
fn folders_are_labels_and_the_same_few_are_set_wrong_in_every_run() {
    let folder = tempfile::tempdir().unwrap();
    for label in ["ant", "bee", "cow"] {
        fs_err::create_dir_all(folder.path().join(label)).unwrap();
        for at in 0..40 {
            fs_err::write(folder.path().join(format!("{label}/{at}.png")), b"").unwrap();
        }
    }
    let of = |seed| Truth::of_folders(folder.path(), 5, seed).unwrap();
    let wrong = |truth: &Truth| -> Vec<String> {
        let all = truth.facts.iter();
        all.filter(|(_, fact)| fact.true_label.is_some())
            .map(|(path, _)| path.clone())
            .collect()
    };
    let truth = of(1);
    assert_eq!(truth.facts.len(), 120);
    assert_eq!(wrong(&truth).len(), 6);
    assert_eq!(wrong(&truth), wrong(&of(1)));
    assert_ne!(wrong(&truth), wrong(&of(2)));
    for (path, fact) in &truth.facts {
        let right = path.split('/').next();
        let said = fact.true_label.as_deref().or(fact.label.as_deref());
        assert_eq!(said, right);
        assert_eq!(fact.label.as_deref() == right, fact.true_label.is_none());
    }
}
