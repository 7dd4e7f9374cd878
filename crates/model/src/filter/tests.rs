use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    Band, Clause, Filter, MediaFacts, MetadataTest, MetadataValue, Presence, SetOp, Span, TextMatch,
};
use crate::{ClusterId, ImageFormat, IssueKind, MediaId, SourcePath, TagId, Timestamp};

fn a_cat() -> MediaFacts {
    MediaFacts {
        id: MediaId::from_uuid(Uuid::from_u128(7)),
        path: SourcePath::from_bytes("pets/Cats/IMG_1.JPG"),
        format: ImageFormat::Jpeg,
        width_px: 1200,
        height_px: 800,
        size_bytes: 40_000,
        created_at: Timestamp::from_seconds(1000),
        modified_at: Timestamp::from_seconds(500),
        labels: vec!["cat".to_owned(), "indoors".to_owned()],
        tags: vec![],
        issues: vec![(IssueKind::Blur, 0.4), (IssueKind::Dark, 0.8)],
        duplicate_likeness: Some(0.97),
        uniqueness: 0.25,
        clusters: [1, 2, 3, 4, 5].map(|id| ClusterId::from_uuid(Uuid::from_u128(id))),
        metadata: vec![
            (
                "weather".to_owned(),
                MetadataValue::Choice("rain".to_owned()),
            ),
            ("score".to_owned(), MetadataValue::Number(2.5)),
            (
                "note".to_owned(),
                MetadataValue::Text("By The Sea".to_owned()),
            ),
        ],
    }
}

fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    items.into_iter().collect()
}

fn labels(op: SetOp, names: &[&str]) -> Clause {
    Clause::Labels {
        op,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn issue(kind: IssueKind, mode: Presence, confidence: Band) -> Clause {
    Clause::Issue {
        kind,
        mode,
        confidence,
    }
}

#[track_caller]
fn check(clause: Clause, means_the_cat: bool) {
    let shown = format!("{clause:?}");
    let filter = Filter::everything().and(clause);
    assert_eq!(filter.matches(&a_cat()), means_the_cat, "{shown}");
}

#[test]
fn a_filter_without_clauses_means_everything() {
    assert!(Filter::everything().matches(&a_cat()));
}

#[test]
fn every_clause_must_hold() {
    let both = Filter::everything()
        .and(Clause::Width(Span::at_least(1000)))
        .and(Clause::Height(Span::at_least(1000)));
    assert!(!both.matches(&a_cat()));
}

#[test]
fn labels_are_asked_for_in_four_ways() {
    check(labels(SetOp::OneOf, &["cat", "dog"]), true);
    check(labels(SetOp::Is, &["cat", "dog"]), false);
    check(labels(SetOp::Is, &["cat", "indoors"]), true);
    check(labels(SetOp::IsNot, &["cat", "dog"]), true);
    check(labels(SetOp::IsNot, &["cat"]), false);
    check(labels(SetOp::NotOneOf, &["cat", "dog"]), false);
    check(labels(SetOp::NotOneOf, &["dog"]), true);
    check(Clause::Unlabelled, false);
    check(Clause::Labelled, true);
}

#[test]
fn a_picture_without_tags_lacks_every_tag() {
    let tag = TagId::from_uuid(Uuid::from_u128(1));
    let tags = |op| Clause::Tags {
        op,
        ids: set([tag]),
    };
    check(tags(SetOp::OneOf), false);
    check(tags(SetOp::IsNot), true);
    check(Clause::Untagged, true);
    check(Clause::Tagged, false);
}

#[test]
fn an_issue_counts_only_inside_its_band_and_both_ends_belong_to_it() {
    check(issue(IssueKind::Blur, Presence::In, Band::COUNTS), false);
    check(issue(IssueKind::Blur, Presence::Out, Band::COUNTS), true);
    let at = |least, most| Band { least, most };
    check(issue(IssueKind::Dark, Presence::In, at(0.8, 1.0)), true);
    check(issue(IssueKind::Dark, Presence::In, at(0.2, 0.8)), true);
    check(issue(IssueKind::Dark, Presence::In, at(0.81, 1.0)), false);
}

#[test]
fn scores_are_floors() {
    check(Clause::Duplicates { least: 0.97 }, true);
    check(Clause::Duplicates { least: 0.98 }, false);
    let copied = |mode, least, most| Clause::Copied {
        mode,
        likeness: Band { least, most },
    };
    check(copied(Presence::In, 0.96, 1.0), true);
    check(copied(Presence::In, 0.98, 1.0), false);
    check(copied(Presence::Out, 0.96, 1.0), false);
    check(copied(Presence::Out, 0.0, 0.96), true);
    // It has a copy, and is dark.
    check(Clause::Normal { mode: Presence::In }, false);
    check(
        Clause::Normal {
            mode: Presence::Out,
        },
        true,
    );
    check(Clause::Uniqueness { least: 0.25 }, true);
    check(Clause::Uniqueness { least: 0.3 }, false);
}

#[test]
fn names_fold_case_in_parts_but_not_as_a_whole() {
    check(
        Clause::Folder(TextMatch::OneOf(set(["pets/Cats".to_owned()]))),
        true,
    );
    check(
        Clause::Folder(TextMatch::OneOf(set(["pets/cats".to_owned()]))),
        false,
    );
    check(
        Clause::Folder(TextMatch::StartsWith("PETS/".to_owned())),
        true,
    );
    check(Clause::File(TextMatch::EndsWith(".jpg".to_owned())), true);
    check(Clause::File(TextMatch::Contains("mg_".to_owned())), true);
    check(Clause::File(TextMatch::Contains("cats".to_owned())), false);
}

#[test]
fn numbers_and_moments_are_asked_for_in_closed_spans() {
    check(Clause::Aspect(Span::between(1.5, 1.5)), true);
    check(Clause::Area(Span::at_most(960_000)), true);
    check(Clause::Size(Span::at_least(40_001)), false);
    check(
        Clause::Modified(Span::at_most(Timestamp::from_seconds(500))),
        true,
    );
    check(
        Clause::Created(Span::between(
            Timestamp::from_seconds(9),
            Timestamp::from_seconds(5),
        )),
        false,
    );
    check(Clause::Format(set([ImageFormat::Png])), false);
}

#[test]
fn a_selection_by_hand_can_be_turned_round() {
    let ids = set([a_cat().id]);
    check(
        Clause::Media {
            mode: Presence::In,
            ids: ids.clone(),
        },
        true,
    );
    check(
        Clause::Media {
            mode: Presence::Out,
            ids,
        },
        false,
    );
}

#[test]
fn a_metadata_test_holds_only_for_a_value_of_its_type() {
    let ask = |field: &str, test| Clause::Metadata {
        field: field.to_owned(),
        test,
    };
    check(
        ask(
            "weather",
            MetadataTest::OneOf(set(["rain".to_owned(), "sun".to_owned()])),
        ),
        true,
    );
    check(
        ask("weather", MetadataTest::Equals("rain".to_owned())),
        false,
    );
    check(ask("score", MetadataTest::Above(2.5)), false);
    check(ask("score", MetadataTest::Is(2.5)), true);
    check(ask("score", MetadataTest::Below(3.0)), true);
    check(
        ask("note", MetadataTest::Contains("the sea".to_owned())),
        true,
    );
    check(
        ask("elsewhere", MetadataTest::Contains(String::new())),
        false,
    );
}
