//! Rankings of more pictures than a ranked answer holds: counts are of what the grid shows.

use std::collections::BTreeMap;

use lamina_engine::{AnchorOf, AnchorWish, DatasetScope, Engine, Error, Order, Rank, Wanted};
use lamina_model::{
    ClusterId, ClusterLevel, ColourModel, FileStamp, ImageFormat, Measures, Media, MediaFindings,
    MediaId, Pull, Report, SegmentId, Signature, SourcePath, StageSeconds, Timestamp,
    WorkerSeconds,
};
use lamina_store::{Batch, FindingsBatch, Publication, SegmentBuilder, Store};
use uuid::Uuid;

use crate::workshop::Workshop;

/// Pictures, and those of them that a ranked answer holds.
const PICTURES: u32 = 10_050;
const MOST: u32 = 10_000;
/// As the embedder of these tests has them.
const MODEL: &str = "fake/grid4";
const DIMENSIONS: usize = 48;

fn id(number: u32) -> MediaId {
    MediaId::from_uuid(Uuid::from_u128(u128::from(number) + 1))
}

fn format(number: u32) -> ImageFormat {
    if number.is_multiple_of(3) {
        ImageFormat::Png
    } else {
        ImageFormat::Jpeg
    }
}

/// Each is a little further from the first than the one before.
fn vector(number: u32) -> Vec<f32> {
    let angle = f64::from(number) / f64::from(PICTURES);
    let mut vector = vec![0.0; DIMENSIONS];
    #[expect(clippy::cast_possible_truncation, reason = "as vectors are")]
    {
        (vector[0], vector[1]) = (angle.cos() as f32, angle.sin() as f32);
    }
    vector
}

fn media(scope: &DatasetScope, number: u32, placement: lamina_model::Placement) -> Media {
    let mut hash = [0; 32];
    hash[..4].copy_from_slice(&number.to_le_bytes());
    Media {
        id: id(number),
        dataset_id: scope.id(),
        path: SourcePath::from_bytes(format!("{number:05}").into_bytes()),
        created_at: Timestamp::from_seconds(1),
        size_bytes: 1,
        format: format(number),
        colour_model: ColourModel::Rgb,
        bit_depth: 8,
        has_alpha: false,
        width_px: 4,
        height_px: 3,
        frame_count: 1,
        orientation: 1,
        notes: Vec::new(),
        content_hash: hash,
        pixel_hash: hash,
        perceptual_hash: u64::from(number),
        measures: Measures {
            luma_mean: 1.0,
            luma_spread: 1.0,
            luma_p05: 1.0,
            luma_p50: 1.0,
            luma_p95: 1.0,
            luma_entropy_bits: 1.0,
            sharpness: 1.0,
            sharpness_best: 1.0,
            mean_rgb: [1, 2, 3],
        },
        placement,
    }
}

fn report(scope: &DatasetScope) -> Report {
    let none = BTreeMap::new;
    Report {
        dataset_id: scope.id(),
        found: PICTURES.into(),
        indexed: PICTURES.into(),
        rejected: 0,
        ignored: 0,
        rejected_by_reason: BTreeMap::new(),
        ignored_by_reason: BTreeMap::new(),
        exact_duplicate_groups: 0,
        exact_duplicates: 0,
        near_duplicate_groups: 0,
        near_duplicates: 0,
        blur: 0,
        dark: 0,
        bright: 0,
        outliers: 0,
        issues: none(),
        clusters: Vec::new(),
        annotation_rows: 0,
        annotation_rows_left_out: 0,
        changed: PICTURES.into(),
        seconds_by_stage: StageSeconds::default(),
        worker_seconds: WorkerSeconds::default(),
    }
}

/// Publishes a generation of pictures that no file stands behind.
async fn publish(store: &Store, scope: &DatasetScope) {
    let at = Timestamp::from_seconds(2);
    let numbers: Vec<u32> = (0..PICTURES).collect();
    for (some, part) in numbers.chunks(2048).zip(1_u128..) {
        let segment = SegmentId::from_uuid(Uuid::from_u128(part));
        let mut pack = SegmentBuilder::new(segment, scope.id(), MODEL, DIMENSIONS);
        let indexed = some.iter().map(|number| {
            let signature = Signature::new([0; Signature::LEN]);
            let placement = pack.push(b"thumbnail", &vector(*number), &signature);
            let stamp = FileStamp {
                size_bytes: 1,
                modified_at: at,
                device: 1,
                inode: u64::from(*number),
            };
            (media(scope, *number, placement), stamp)
        });
        let indexed = indexed.collect();
        let batch = Batch {
            segment: Some(store.write_segment(pack, at).await.unwrap()),
            indexed,
            ..Batch::default()
        };
        store.apply_batch(scope.id(), &batch, at).await.unwrap();
    }
    let generation = store.begin_generation(scope.id(), at).await.unwrap();
    let one = |number: &u32| MediaFindings {
        media_id: id(*number),
        clusters: [ClusterId::from_uuid(Uuid::from_u128(9)); ClusterLevel::COUNT],
        uniqueness: 0.5,
        nearest_distance: 0.1,
    };
    let found: Vec<MediaFindings> = numbers.iter().map(one).collect();
    let batch = FindingsBatch {
        media: &found,
        issues: &[],
        groups: &[],
    };
    let added = store.add_findings(scope.id(), generation, &batch).await;
    added.unwrap();
    let publication = Publication {
        dataset: scope.id(),
        generation,
        report: &report(scope),
        lease: None,
        at,
    };
    store.publish(&publication).await.unwrap();
}

/// Waits until the index is there, and gives a ranking by likeness to the first picture.
async fn like_the_first(engine: &Engine, scope: &DatasetScope) -> Vec<Rank> {
    let wish = || AnchorWish {
        id: id(0).to_string(),
        of: AnchorOf::Media,
        region: None,
        pull: Pull::Towards,
    };
    loop {
        match engine.anchor(scope, wish()).await {
            Err(Error::Busy { .. }) => tokio::task::yield_now().await,
            other => {
                return vec![Rank::Like {
                    anchors: vec![other.unwrap()],
                    max_distance: 2.0,
                }];
            }
        }
    }
}

/// How many of the first so many pictures have each format.
fn formats(first: u32) -> BTreeMap<ImageFormat, u64> {
    let mut counts = BTreeMap::new();
    for number in 0..first {
        *counts.entry(format(number)).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn counts_of_a_ranking_are_of_the_pictures_that_the_grid_shows() {
    let shop = Workshop::new().await;
    let created = shop.open().await;
    publish(&shop.store, &shop.scope(&created).await).await;
    let scope = shop.scope(&created).await;
    let engine = &shop.engine;
    let ranks = like_the_first(engine, &scope).await;
    let asked = async |wanted: Wanted| {
        let order = Order::default();
        let (one, other) = (ranks.clone(), ranks.clone());
        let grid = engine.ranked_grid(&scope, wanted.clone(), one, order, 0, 3);
        let facets = engine.ranked_facets(&scope, wanted, other);
        (grid.await.unwrap(), facets.await.unwrap())
    };
    let (grid, facets) = asked(Wanted::default()).await;
    let first: Vec<MediaId> = grid.items.iter().map(|(card, ..)| card.media_id).collect();
    assert_eq!(first, [id(0), id(1), id(2)]);
    assert_eq!((grid.total, facets.total), (MOST, MOST.into()));
    let counted: BTreeMap<_, _> = facets.formats.into_iter().collect();
    assert_eq!(counted, formats(MOST));
    let [unlabelled, untagged] = [facets.unlabelled, facets.untagged];
    assert_eq!([unlabelled, untagged], [u64::from(MOST); 2]);
    let sizes: u64 = facets.sizes.iter().map(|bucket| bucket.count).sum();
    assert_eq!(sizes, u64::from(MOST));
    let clusters = engine.ranked_clusters(
        &scope,
        Wanted::default(),
        ranks.clone(),
        ClusterLevel::ALL[0],
        0,
        9,
    );
    let clusters = clusters.await.unwrap();
    assert_eq!(clusters.pictures, u64::from(MOST));
    assert_eq!(clusters.clusters[0].count, MOST);

    // Among fewer than it holds the ranking keeps all: the filter comes first. Formats are still
    // counted as if none were asked for.
    let png = Wanted {
        formats: [ImageFormat::Png].into(),
        ..Wanted::default()
    };
    let (grid, facets) = asked(png).await;
    let all = formats(PICTURES)[&ImageFormat::Png];
    assert_eq!((u64::from(grid.total), facets.total), (all, all));
    assert_eq!(facets.untagged, all);
    let counted: BTreeMap<_, _> = facets.formats.into_iter().collect();
    assert_eq!(counted, formats(MOST));
}
