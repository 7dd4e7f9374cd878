//! The index against the plain meaning of filters.

use lamina_model::{
    Band, Clause, Filter, ImageFormat, IssueKind, MetadataTest, Presence, SetOp, Span, TextMatch,
    Timestamp,
};
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::select,
};

use crate::sets::{FIELDS, LABELS, cluster, media, scores, sets, tag};

fn filters() -> impl Strategy<Value = Filter> {
    vec(clauses(), 0..4).prop_map(|clauses| Filter { clauses })
}

fn clauses() -> impl Strategy<Value = Clause> {
    prop_oneof![
        (ops(), btree_set(names(), 0..3)).prop_map(|(op, names)| Clause::Labels { op, names }),
        Just(Clause::Unlabelled),
        Just(Clause::Labelled),
        (ops(), btree_set((0..4_u128).prop_map(tag), 0..3))
            .prop_map(|(op, ids)| Clause::Tags { op, ids }),
        Just(Clause::Untagged),
        Just(Clause::Tagged),
        issues(),
        scores().prop_map(|least| Clause::Duplicates { least }),
        (presences(), scores(), scores()).prop_map(|(mode, least, most)| Clause::Copied {
            mode,
            likeness: Band { least, most },
        }),
        presences().prop_map(|mode| Clause::Normal { mode }),
        scores().prop_map(|least| Clause::Uniqueness { least }),
        texts().prop_map(Clause::Folder),
        texts().prop_map(Clause::File),
        btree_set(select(ImageFormat::ALL.to_vec()), 0..4).prop_map(Clause::Format),
        sizes(),
        spans(-6..6_i64).prop_map(|span| Clause::Created(micros(span))),
        spans(select(vec![-2, 0, 86_400_000_000_i64])).prop_map(|s| Clause::Modified(micros(s))),
        (
            presences(),
            btree_set((0..60_u128).prop_map(|n| media(n * 7919 % 104_729)), 0..9)
        )
            .prop_map(|(mode, ids)| Clause::Media { mode, ids }),
        btree_set(
            (0..5_usize, 0..3_u32).prop_map(|(l, n)| cluster(l, n)),
            0..3
        )
        .prop_map(Clause::Clusters),
        (select(FIELDS.map(str::to_owned).to_vec()), tests())
            .prop_map(|(field, test)| Clause::Metadata { field, test }),
    ]
}

fn sizes() -> impl Strategy<Value = Clause> {
    let aspects = select(vec![0.25, 1.0 / 3.0, 1.0, 1.5, 4.0]);
    prop_oneof![
        spans(0..6_u32).prop_map(Clause::Width),
        spans(0..6_u32).prop_map(Clause::Height),
        spans(0..17_u64).prop_map(Clause::Area),
        spans(aspects).prop_map(Clause::Aspect),
        spans(0..2000_u64).prop_map(Clause::Size),
    ]
}

fn issues() -> impl Strategy<Value = Clause> {
    (
        select(IssueKind::ALL.to_vec()),
        presences(),
        scores(),
        scores(),
    )
        .prop_map(|(kind, mode, least, most)| Clause::Issue {
            kind,
            mode,
            confidence: Band { least, most },
        })
}

fn tests() -> impl Strategy<Value = MetadataTest> {
    prop_oneof![
        select(vec!["rain", "", "N"]).prop_map(|part| MetadataTest::Contains(part.to_owned())),
        select(vec!["rain", "sun"]).prop_map(|whole| MetadataTest::Equals(whole.to_owned())),
        select(vec![-1.0, 0.0, 2.5]).prop_map(MetadataTest::Above),
        select(vec![-1.0, 0.0, 2.5]).prop_map(MetadataTest::Below),
        select(vec![-0.0, 2.5]).prop_map(MetadataTest::Is),
        spans(-2..2_i64).prop_map(|span| MetadataTest::During(micros(span))),
        btree_set(select(vec!["rain".to_owned(), "sun".to_owned()]), 0..3)
            .prop_map(MetadataTest::OneOf),
    ]
}

fn names() -> impl Strategy<Value = String> {
    let mut names = LABELS.map(str::to_owned).to_vec();
    names.push("nobody's".to_owned());
    select(names)
}

fn texts() -> impl Strategy<Value = TextMatch> {
    let texts = || {
        select(vec![
            "a", "A", "cat.jpg", "a/b", "", "aa", "\u{e9}", "\u{fffd}", "b", ".", "\0",
        ])
        .prop_map(str::to_owned)
    };
    prop_oneof![
        btree_set(texts(), 0..4).prop_map(TextMatch::OneOf),
        texts().prop_map(TextMatch::StartsWith),
        texts().prop_map(TextMatch::EndsWith),
        texts().prop_map(TextMatch::Contains),
    ]
}

fn spans<T: std::fmt::Debug + Copy + 'static>(
    values: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Span<T>> {
    let values = values.boxed();
    (option::of(values.clone()), option::of(values)).prop_map(|(from, to)| Span { from, to })
}

fn micros(span: Span<i64>) -> Span<Timestamp> {
    Span {
        from: span.from.map(Timestamp::from_micros),
        to: span.to.map(Timestamp::from_micros),
    }
}

fn ops() -> impl Strategy<Value = SetOp> {
    select(SetOp::ALL.to_vec())
}

fn presences() -> impl Strategy<Value = Presence> {
    select(vec![Presence::In, Presence::Out])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_index_means_what_filters_say(set in sets(90), filters in vec(filters(), 24)) {
        let (index, overlay) = (set.index(), set.overlay());
        for filter in filters {
            let found: Vec<u32> = index.matching(&filter, &overlay).iter().collect();
            let plain: Vec<u32> = (0..)
                .zip(&set.facts)
                .filter(|(_, facts)| filter.matches(facts))
                .map(|(row, _)| row)
                .collect();
            prop_assert_eq!(found, plain, "{:?}", filter);
        }
    }
}
