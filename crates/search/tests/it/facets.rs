//! Counts against counting by hand.

use std::collections::BTreeMap;

use lamina_model::{Band, Clause, Filter, IssueKind, MediaFacts, Span};
use lamina_search::FacetLimits;
use proptest::prelude::*;

use crate::sets::{scores, sets};

fn counted<K: Ord>(
    facts: &[&MediaFacts],
    keys: impl Fn(&MediaFacts) -> Vec<K>,
) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in facts.iter().flat_map(|facts| keys(facts)) {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn facets_are_what_counting_by_hand_gives(set in sets(70), least in scores()) {
        let (index, overlay) = (set.index(), set.overlay());
        let filter = Filter::everything().and(Clause::Uniqueness { least });
        let rows = index.matching(&filter, &overlay);
        let facets = index.facets(&rows, &overlay, FacetLimits::default());
        let meant: Vec<&MediaFacts> =
            set.facts.iter().filter(|facts| filter.matches(facts)).collect();

        prop_assert_eq!(facets.total, meant.len() as u64);
        let labels: BTreeMap<_, _> = facets.labels.iter().cloned().collect();
        prop_assert_eq!(labels, counted(&meant, |facts| facts.labels.clone()));
        prop_assert!(facets.labels.is_sorted_by(|a, b| a.1 > b.1 || a.1 == b.1 && a.0 < b.0));
        let tags: BTreeMap<_, _> = facets.tags.iter().copied().filter(|(_, n)| *n > 0).collect();
        prop_assert_eq!(tags, counted(&meant, |facts| facts.tags.clone()));
        let folders: BTreeMap<_, _> =
            facets.folders.iter().map(|(path, n)| (path.as_bytes().to_vec(), *n)).collect();
        prop_assert_eq!(folders, counted(&meant, |facts| vec![facts.path.folder().to_vec()]));
        let formats: BTreeMap<_, _> = facets.formats.iter().copied().collect();
        prop_assert_eq!(formats, counted(&meant, |facts| vec![facts.format]));
        let issues: BTreeMap<_, _> = facets.issues.iter().copied().filter(|(_, n)| *n > 0).collect();
        let counting = |facts: &MediaFacts| -> Vec<IssueKind> {
            let found = facts.issues.iter().filter(|(_, sure)| Band::COUNTS.holds(*sure));
            found.map(|(kind, _)| *kind).collect()
        };
        prop_assert_eq!(issues, counted(&meant, counting));
        let count = |holds: &dyn Fn(&MediaFacts) -> bool| {
            meant.iter().filter(|facts| holds(facts)).count() as u64
        };
        prop_assert_eq!(facets.unlabelled, count(&|facts| facts.labels.is_empty()));
        prop_assert_eq!(facets.untagged, count(&|facts| facts.tags.is_empty()));
        prop_assert_eq!(facets.duplicates, count(&|facts| facts.duplicate_likeness.is_some()));

        for bar in &facets.areas {
            let inside = count(&|facts| (bar.from..bar.to).contains(&facts.area_px()));
            prop_assert_eq!(bar.count, inside);
        }
        for bar in &facets.sizes {
            let inside = count(&|facts| (bar.from..bar.to).contains(&facts.size_bytes));
            prop_assert_eq!(bar.count, inside);
        }
        for bar in &facets.modified {
            let inside = count(&|facts| (bar.from..bar.to).contains(&facts.modified_at));
            prop_assert_eq!(bar.count, inside);
        }
        for bars in [&facets.created, &facets.modified] {
            prop_assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), facets.total);
        }
        prop_assert_eq!(facets.sizes.iter().map(|bar| bar.count).sum::<u64>(), facets.total);
    }

    #[test]
    fn a_limit_keeps_the_most_frequent_names(set in sets(70), limit in 0..4_usize) {
        let (index, overlay) = (set.index(), set.overlay());
        let rows = index.matching(&Filter::everything().and(Clause::Width(Span::at_least(2))), &overlay);
        let all = index.facets(&rows, &overlay, FacetLimits::default());
        let some = index.facets(&rows, &overlay, FacetLimits { labels: limit, folders: limit });
        prop_assert_eq!(&some.labels[..], &all.labels[..limit.min(all.labels.len())]);
        prop_assert_eq!(&some.folders[..], &all.folders[..limit.min(all.folders.len())]);
        prop_assert_eq!(some.label_count, all.labels.len() as u64);
    }
}
