//! Nearest rows by codes, against all rows compared exactly.

use std::path::Path;

use lamina_model::{Clause, Filter, Generation, ImageFormat, SourcePath, Span, Timestamp};
use lamina_search::{
    AnchorVector, GenerationBuilder, GenerationIndex, MediaRow, Mixture, Nearest, Overlay, Ranked,
    RowSet, SearchError,
};

use crate::sets::{cluster, media};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn even(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Close enough to a normal distribution.
    fn normal(&mut self) -> f32 {
        (0..6).map(|_| self.even()).sum::<f32>() * 1.414 - 4.243
    }

    fn vector(&mut self, dimensions: usize) -> Vec<f32> {
        (0..dimensions).map(|_| self.normal()).collect()
    }
}

/// Vectors in heaps around some middles, all of them shifted to one side, as embeddings are.
fn heaps(rows: usize, dimensions: usize, spread: f32) -> Vec<Vec<f32>> {
    let mut dice = Dice(7);
    let middles: Vec<Vec<f32>> = (0..40).map(|_| dice.vector(dimensions)).collect();
    (0..rows)
        .map(|row| {
            let middle = &middles[row % middles.len()];
            let mut vector: Vec<f32> = middle
                .iter()
                .map(|value| value + 0.8 + spread * dice.normal())
                .collect();
            let length = dot(&vector, &vector).sqrt();
            for value in &mut vector {
                *value /= length;
            }
            vector
        })
        .collect()
}

fn index(vectors: &[Option<Vec<f32>>]) -> GenerationIndex {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), vectors);
    GenerationIndex::open(folder.path()).unwrap()
}

fn write(folder: &Path, vectors: &[Option<Vec<f32>>]) {
    let dimensions = vectors.iter().flatten().next().map_or(1, Vec::len);
    let mut builder =
        GenerationBuilder::create(folder, Generation(1), &[("image", dimensions)]).unwrap();
    for (number, vector) in (0_u32..).zip(vectors) {
        let row = MediaRow {
            id: media(u128::from(number)),
            path: SourcePath::from_bytes(format!("{number:06}.jpg")),
            format: ImageFormat::Jpeg,
            width_px: number % 10 + 1,
            height_px: 1,
            size_bytes: 1,
            created_at: Timestamp::from_micros(0),
            modified_at: Timestamp::from_micros(0),
            labels: vec![],
            captions: vec![],
            issues: vec![],
            duplicate: None,
            uniqueness: 1.0,
            clusters: std::array::from_fn(|level| cluster(level, 0)),
            mixture: Mixture::default(),
        };
        builder.push(&row, &[vector.as_deref()]).unwrap();
    }
    builder.finish().unwrap();
}

fn nearest(index: &GenerationIndex, vector: &[f32], limit: usize, among: &RowSet) -> Ranked {
    let anchors = [AnchorVector {
        vector,
        weight: 1.0,
    }];
    let asked = Nearest {
        space: "image",
        anchors: &anchors,
        max_distance: 2.0,
        limit,
    };
    index.nearest(&asked, among).unwrap()
}

/// The nearest rows by comparing with all; every vector must have length 1.
fn exactly(vectors: &[Option<Vec<f32>>], to: &[f32], limit: usize, among: &RowSet) -> Vec<u32> {
    let mut rows: Vec<(f32, u32)> = among
        .iter()
        .filter_map(|row| Some((dot(to, vectors[row as usize].as_deref()?), row)))
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    rows.into_iter().take(limit).map(|(_, row)| row).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

fn recall(found: &Ranked, exact: &[u32]) -> f64 {
    let there = exact
        .iter()
        .filter(|row| found.hits().iter().any(|hit| hit.row == **row));
    there.count() as f64 / exact.len() as f64
}

#[test]
fn codes_lose_less_than_one_in_a_hundred() {
    for (dimensions, spread) in [(384, 0.5), (130, 2.0), (1280, 30.0)] {
        let vectors: Vec<_> = heaps(10_000, dimensions, spread)
            .into_iter()
            .map(Some)
            .collect();
        let index = index(&vectors);
        let all = RowSet::all(index.rows());
        let half = index.matching(
            &Filter::everything().and(Clause::Width(Span::at_most(8))),
            &Overlay::default(),
        );
        let (mut total, mut asked) = (0.0, 0.0);
        for at in (0..vectors.len()).step_by(1009) {
            let anchor = vectors[at].as_deref().unwrap();
            for among in [&all, &half] {
                let exact = exactly(&vectors, anchor, 100, among);
                total += recall(&nearest(&index, anchor, 100, among), &exact);
                asked += 1.0;
            }
        }
        assert!(
            total / asked >= 0.99,
            "{dimensions} dimensions: {}",
            total / asked
        );
    }
}

#[test]
fn a_picture_finds_itself_first_at_distance_nought() {
    let vectors: Vec<_> = heaps(9000, 96, 0.3).into_iter().map(Some).collect();
    let index = index(&vectors);
    for row in [0_u32, 77, 8999] {
        let itself = vectors[row as usize].as_deref().unwrap();
        let stored = index.vector("image", row).unwrap().unwrap();
        for vector in [itself, &stored] {
            let found = nearest(&index, vector, 5, &RowSet::all(9000));
            assert_eq!(found.hits()[0].row, row);
            assert!(
                found.hits()[0].distance < 1e-7,
                "{}",
                found.hits()[0].distance
            );
            assert!(found.hits().is_sorted_by_key(|hit| hit.distance));
        }
    }
}

#[test]
fn a_small_filter_is_searched_exactly() {
    let vectors: Vec<_> = heaps(3000, 64, 1.0).into_iter().map(Some).collect();
    let index = index(&vectors);
    let among = RowSet::where_each(3000, |row| row % 17 == 3);
    let anchor = vectors[5].as_deref().unwrap();
    let found: Vec<u32> = nearest(&index, anchor, 100, &among)
        .hits()
        .iter()
        .map(|hit| hit.row)
        .collect();
    assert_eq!(found, exactly(&vectors, anchor, 100, &among));
}

#[test]
fn several_anchors_pull_together_and_apart() {
    let axis = |at: usize| {
        let mut vector = vec![0.0; 64];
        vector[at] = 1.0;
        vector
    };
    let both = |a: usize, b: usize| axis(a).iter().zip(axis(b)).map(|(a, b)| a + b).collect();
    let vectors = vec![
        Some(axis(0)),
        Some(axis(1)),
        Some(both(0, 1)),
        Some(both(0, 2)),
        None,
    ];
    let index = index(&vectors);
    let (first, second, third) = (axis(0), axis(1), axis(2));
    let ask = |anchors: &[(&[f32], f32)], max_distance| {
        let anchors: Vec<_> = anchors
            .iter()
            .map(|(vector, weight)| AnchorVector {
                vector,
                weight: *weight,
            })
            .collect();
        let asked = Nearest {
            space: "image",
            anchors: &anchors,
            max_distance,
            limit: 10,
        };
        let found = index.nearest(&asked, &RowSet::all(5));
        found.map(|found| found.hits().iter().map(|hit| hit.row).collect::<Vec<_>>())
    };
    assert_eq!(ask(&[(&first, 1.0), (&second, 1.0)], 2.0).unwrap()[0], 2);
    assert_eq!(
        ask(&[(&first, 1.0), (&third, -0.5)], 2.0).unwrap(),
        [0, 2, 3, 1]
    );
    assert_eq!(ask(&[(&first, 1.0)], 0.1).unwrap(), [0]);
    let cancelled = ask(&[(&first, 1.0), (&first, -1.0)], 2.0);
    assert!(matches!(cancelled, Err(SearchError::NoDirection)));
}

#[test]
fn unknown_spaces_and_wrong_lengths_are_named() {
    let index = index(&[Some(vec![1.0; 8])]);
    let ask = |space: &str, dimensions: usize| {
        let vector = vec![1.0; dimensions];
        let anchors = [AnchorVector {
            vector: &vector,
            weight: 1.0,
        }];
        let asked = Nearest {
            space,
            anchors: &anchors,
            max_distance: 2.0,
            limit: 1,
        };
        index
            .nearest(&asked, &RowSet::all(1))
            .unwrap_err()
            .to_string()
    };
    assert!(ask("sound", 8).contains("\"sound\""));
    assert!(ask("image", 9).contains("9 dimensions"));
}
