//! Walks through pages.

use std::collections::{BTreeMap, BTreeSet};

use lamina_model::{Clause, ClusterLevel, Filter, Page};
use lamina_search::{
    Answer, GenerationIndex, Hit, MOST_PREVIEWS, Overlay, Place, Ranked, SearchError,
};
use proptest::prelude::*;
use roaring::RoaringBitmap;

use crate::sets::{Set, level, scores, sets, tag};

/// Every item of a listing, read by cursors, and again by page numbers until a page is empty.
fn walk<T: PartialEq + std::fmt::Debug>(page: impl Fn(&Place) -> Page<T>) -> Vec<T> {
    let mut by_cursor = Vec::new();
    let mut place = Place::default();
    loop {
        let here = page(&place);
        by_cursor.extend(here.items);
        match here.next {
            Some(next) => place = Place::After(next),
            None => break,
        }
    }
    let mut by_number = Vec::new();
    for number in 0.. {
        let here = page(&Place::Number(number));
        if here.items.is_empty() {
            break;
        }
        by_number.extend(here.items);
    }
    assert_eq!(by_cursor, by_number);
    by_cursor
}

fn ranked(index: &GenerationIndex, rows: &[u32]) -> Answer {
    let hits = rows.iter().map(|row| Hit {
        row: *row,
        distance: (row * 7 % 5) as f32 / 5.0,
    });
    Answer::ranked(index.rows(), Ranked::new(hits.collect()))
}

fn answers(set: &Set, least: f32) -> (GenerationIndex, Vec<u32>, [Answer; 2]) {
    let index = set.index();
    let filter = Filter::everything().and(Clause::Uniqueness { least });
    let rows = index.matching(&filter, &set.overlay());
    let list: Vec<u32> = rows.iter().collect();
    let by_distance = ranked(&index, &list);
    (index, list, [Answer::unranked(rows), by_distance])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn leafing_through_pictures_shows_each_exactly_once(
        set in sets(60), least in scores(), size in 1..9_usize,
    ) {
        let (index, rows, answers) = answers(&set, least);
        for answer in &answers {
            let seen = walk(|place| index.media_page(answer, place, size).unwrap());
            let mut seen: Vec<u32> = seen.iter().map(|listed| listed.row).collect();
            seen.sort_unstable();
            prop_assert_eq!(&seen, &rows);
        }
    }

    #[test]
    fn leafing_through_a_cluster_shows_each_member_exactly_once(
        set in sets(60), least in scores(), size in 1..9_usize, at in 0..5_u8,
    ) {
        let (index, rows, answers) = answers(&set, least);
        for answer in &answers {
            let mut all = Vec::new();
            let clusters: BTreeSet<_> =
                rows.iter().map(|row| index.cluster_of(level(at), *row)).collect();
            for cluster in clusters {
                let seen = walk(|place| index.member_page(answer, cluster, place, size).unwrap());
                prop_assert!(seen.iter().all(|s| index.cluster_of(level(at), s.row) == cluster));
                all.extend(seen.iter().map(|listed| listed.row));
            }
            all.sort_unstable();
            prop_assert_eq!(&all, &rows);
        }
    }

    #[test]
    fn clusters_tell_how_many_of_the_answer_they_hold(
        set in sets(60), least in scores(), at in 0..5_u8,
    ) {
        let (index, rows, answers) = answers(&set, least);
        let mut counts = BTreeMap::new();
        for row in &rows {
            *counts.entry(index.cluster_of(level(at), *row)).or_insert(0_u32) += 1;
        }
        for answer in &answers {
            let order = index.cluster_order(answer, level(at));
            let tiles = walk(|place| index.cluster_page(answer, &order, place).unwrap());
            let told: BTreeMap<_, _> = tiles.iter().map(|tile| (tile.id, tile.count)).collect();
            prop_assert_eq!(&told, &counts);
            prop_assert_eq!(tiles.len(), order.len());
            for tile in &tiles {
                let many = (tile.count as usize).min(MOST_PREVIEWS);
                prop_assert_eq!(tile.previews.len(), many);
                let shown: BTreeSet<u32> = tile.previews.iter().map(|shown| shown.row).collect();
                prop_assert_eq!(shown.len(), many);
                for row in shown {
                    prop_assert!(answer.rows().contains(row));
                    prop_assert_eq!(index.cluster_of(level(at), row), tile.id);
                }
            }
            let by_count = tiles.is_sorted_by_key(|tile| (std::cmp::Reverse(tile.count), tile.id));
            prop_assert!(by_count || answer.hits().is_some());
        }
    }
}

/// More clusters than a page holds: each picture in one of its own. The sixth lies in the middle.
fn crowd(pictures: u32) -> GenerationIndex {
    let clusters = |number| [number * 7919 % 104_729, number / 3, number / 10, 0, 0];
    written(pictures, clusters, |number| {
        Some(match number {
            5 => [1.0, 0.0],
            _ if number % 2 == 0 => [1.0, 1.0],
            _ => [1.0, -1.0],
        })
    })
}

/// Pictures that lie in these clusters, the finest first, and have these vectors.
fn written(
    pictures: u32,
    clusters: impl Fn(u32) -> [u32; ClusterLevel::COUNT],
    vector: impl Fn(u32) -> Option<[f32; 2]>,
) -> GenerationIndex {
    use lamina_model::{Generation, ImageFormat, SourcePath, Timestamp};
    use lamina_search::{GenerationBuilder, MediaRow, Mixture};

    use crate::sets::{cluster, media};

    let folder = tempfile::tempdir().unwrap();
    let mut builder =
        GenerationBuilder::create(folder.path(), Generation(1), &[("image", 2)]).unwrap();
    for number in 0..pictures {
        let row = MediaRow {
            id: media(u128::from(number)),
            path: SourcePath::from_bytes(format!("{number:06}.jpg")),
            format: ImageFormat::Jpeg,
            width_px: 1,
            height_px: 1,
            size_bytes: 1,
            created_at: Timestamp::from_micros(0),
            modified_at: Timestamp::from_micros(0),
            labels: vec![],
            captions: vec![],
            issues: vec![],
            duplicate: None,
            uniqueness: 1.0,
            clusters: {
                let of = clusters(number);
                std::array::from_fn(|at| cluster(at, of[at]))
            },
            mixture: Mixture::default(),
        };
        let vector = vector(number);
        builder
            .push(&row, &[vector.as_ref().map(|vector| &vector[..])])
            .unwrap();
    }
    builder.finish().unwrap();
    GenerationIndex::open(folder.path()).unwrap()
}

#[test]
fn a_page_has_a_hundred_clusters_and_all_pages_have_them_all() {
    let index = crowd(731);
    let answer = Answer::unranked(index.matching(&Filter::everything(), &Overlay::default()));
    for (at, clusters) in [(0, 731), (1, 244), (2, 74), (3, 1)] {
        let order = index.cluster_order(&answer, level(at));
        let first = index
            .cluster_page(&answer, &order, &Place::default())
            .unwrap();
        assert_eq!(first.items.len(), clusters.min(100));
        let tiles = walk(|place| index.cluster_page(&answer, &order, place).unwrap());
        assert_eq!(
            tiles.iter().map(|t| t.id).collect::<BTreeSet<_>>().len(),
            clusters
        );
        assert!(tiles.is_sorted_by_key(|tile| (std::cmp::Reverse(tile.count), tile.id)));
    }
}

#[test]
fn the_representative_comes_first_also_on_the_pages_of_its_cluster() {
    let index = crowd(20);
    let answer = Answer::unranked(index.matching(&Filter::everything(), &Overlay::default()));
    let order = index.cluster_order(&answer, level(3));
    let page = index
        .cluster_page(&answer, &order, &Place::default())
        .unwrap();
    let previews: Vec<u32> = page.items[0]
        .previews
        .iter()
        .map(|shown| shown.row)
        .collect();
    assert_eq!(previews, [5, 0, 1, 2, 3, 4, 6, 7, 8]);
    let members = index
        .member_page(&answer, page.items[0].id, &Place::default(), 3)
        .unwrap();
    assert_eq!(
        members.items.iter().map(|m| m.row).collect::<Vec<_>>(),
        [5, 0, 1]
    );
}

#[test]
fn the_picture_most_like_all_of_a_cluster_stands_for_it_and_of_equals_the_first() {
    let vectors = [
        Some([0.6, 0.8]),
        Some([1.0, 0.0]),
        Some([0.8, 0.6]),
        None,
        Some([2.0, 0.0]),
        None,
        Some([0.0, 3.0]),
        None,
    ];
    // Of three, of two as like each other, of two without a vector, and of one of each.
    let clusters = |number: u32| {
        let small = [0, 0, 0, 1, 2, 1, 2, 2][number as usize];
        [number, small, small, u32::from(small == 2), 0]
    };
    let index = written(8, clusters, |number| vectors[number as usize]);
    let answer = Answer::unranked(index.matching(&Filter::everything(), &Overlay::default()));
    let first = |at: u8| {
        let order = index.cluster_order(&answer, level(at));
        let page = index.cluster_page(&answer, &order, &Place::default());
        let tiles = page.unwrap().items;
        let mut first: Vec<u32> = tiles.iter().map(|tile| tile.previews[0].row).collect();
        first.sort_unstable();
        first
    };
    assert_eq!(first(0), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(first(1), [2, 3, 4]);
    assert_eq!(first(2), [2, 3, 4]);
    // With a picture that has none it is still the one of those that have.
    assert_eq!(first(3), [2, 4]);
    assert_eq!(first(4), [2]);
}

#[test]
fn in_a_cluster_of_hundreds_the_picture_most_like_all_of_them_stands_for_it() {
    let index = crowd(300);
    let answer = Answer::unranked(index.matching(&Filter::everything(), &Overlay::default()));
    let order = index.cluster_order(&answer, level(3));
    let page = index.cluster_page(&answer, &order, &Place::default());
    let tile = &page.unwrap().items[0];
    assert_eq!((tile.count, tile.previews[0].row), (300, 5));
}

#[test]
fn an_answer_once_given_stays_while_tags_change() {
    let index = crowd(350);
    let mut overlay = Overlay::default();
    let filter = Filter::everything().and(Clause::Untagged);
    let answer = Answer::unranked(index.matching(&filter, &overlay));
    let order = index.cluster_order(&answer, level(0));
    let mut seen = BTreeSet::new();
    for number in 0.. {
        let page = index
            .cluster_page(&answer, &order, &Place::Number(number))
            .unwrap();
        if page.items.is_empty() {
            break;
        }
        for row in page
            .items
            .iter()
            .flat_map(|tile| &tile.previews)
            .map(|shown| shown.row)
        {
            assert!(seen.insert(row));
            assert_eq!(overlay.tag(tag(1), &RoaringBitmap::from_iter([row])), 1);
        }
    }
    assert_eq!(seen.len(), 350);
    assert!(index.matching(&filter, &overlay).is_empty());
}

#[test]
fn a_cursor_of_another_listing_is_refused() {
    let index = crowd(300);
    let answer = Answer::unranked(index.matching(&Filter::everything(), &Overlay::default()));
    let order = index.cluster_order(&answer, level(0));
    let next = index
        .cluster_page(&answer, &order, &Place::default())
        .unwrap()
        .next
        .unwrap();
    let place = Place::After(next);
    assert!(matches!(
        index.media_page(&answer, &place, 10),
        Err(SearchError::StaleCursor)
    ));
    let coarser = index.cluster_order(&answer, level(1));
    let refused = index.cluster_page(&answer, &coarser, &place);
    assert!(matches!(refused, Err(SearchError::StaleCursor)));
}
