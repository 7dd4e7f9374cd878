//! A dataset that never was, as large as one likes: rows, labels, folders, five levels of
//! clusters, and vectors in heaps within heaps. The same size gives the same dataset.

use std::path::Path;

use lamina_model::{
    ClusterId, ClusterLevel, Generation, ImageFormat, IssueKind, MediaId, SourcePath, TagId,
    Timestamp,
};
use lamina_search::{GenerationBuilder, MediaRow, Mixture, Overlay};
use uuid::Uuid;

pub(crate) const LABELS: u64 = 300;
pub(crate) const FOLDERS: u64 = 500;
/// Rows for each cluster, the finest level first.
const HEAPS: [u64; ClusterLevel::COUNT] = [5, 20, 100, 500, 5000];
const NOISE: usize = 1 << 20;

/// Numbers that look random and are the same every time (`SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// Evenly between 0 and 1.
    pub(crate) fn even(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Small numbers often, large ones seldom, as labels are.
    pub(crate) fn skewed(&mut self, end: u64) -> u64 {
        let even = self.even();
        ((even * even * even) * end as f32) as u64
    }

    /// From a normal distribution (Box and Muller, 1958).
    fn normal(&mut self) -> f32 {
        let length = (-2.0 * (1.0 - self.even()).ln()).sqrt();
        length * (std::f32::consts::TAU * self.even()).cos()
    }
}

/// Vectors in heaps within heaps, all to one side of the origin, as embeddings of pictures are;
/// or without any order, the hardest case for codes.
#[derive(Debug)]
pub(crate) struct Vectors {
    noise: Vec<f32>,
    dimensions: usize,
    in_heaps: bool,
}

impl Vectors {
    pub(crate) fn new(dimensions: usize, in_heaps: bool) -> Self {
        let mut dice = Dice(11);
        Self {
            noise: (0..NOISE).map(|_| dice.normal()).collect(),
            dimensions,
            in_heaps,
        }
    }

    /// The vector of a row; each heap has a middle of its own.
    pub(crate) fn of(&self, row: u64) -> Vec<f32> {
        if !self.in_heaps {
            return self.noise_of(0, row).to_vec();
        }
        let scales = [(HEAPS[4], 1.0), (HEAPS[2], 0.7), (HEAPS[0], 0.5), (1, 0.4)];
        let mut vector = vec![0.6; self.dimensions];
        for (kind, (size, scale)) in (0..).zip(scales) {
            let noise = self.noise_of(kind, heap_of(row, size));
            for (value, noise) in vector.iter_mut().zip(noise) {
                *value += scale * noise;
            }
        }
        vector
    }

    fn noise_of(&self, kind: u64, heap: u64) -> &[f32] {
        let mut dice = Dice(heap << 3 | kind);
        let at = dice.below((NOISE - self.dimensions) as u64) as usize;
        &self.noise[at..at + self.dimensions]
    }
}

/// Heaps lie scattered over the rows, as like pictures lie scattered over folders.
fn heap_of(row: u64, size: u64) -> u64 {
    (row * 7919 % 1_000_003) / size
}

/// Concepts that pictures are mixtures of.
const CONCEPTS: u64 = 1000;
/// Concepts of one picture.
const SHARES: u64 = 16;

/// A text that is more or less like each concept.
pub(crate) fn likeness() -> Vec<f32> {
    let mut dice = Dice(13);
    (0..CONCEPTS).map(|_| dice.even() - 0.3).collect()
}

fn mixture(dice: &mut Dice) -> Mixture {
    let shares = (0..SHARES).map(|at| {
        let share = if at == 0 { 0.7 } else { 0.02 };
        (dice.below(CONCEPTS) as u16, share)
    });
    Mixture {
        shares: shares.collect(),
        length: 0.8,
    }
}

/// Writes an index of so many rows.
pub(crate) fn write(folder: &Path, rows: u64, vectors: &Vectors) {
    let spaces = [("image", vectors.dimensions)];
    let mut builder = GenerationBuilder::create(folder, Generation(1), &spaces).unwrap();
    let names: Vec<String> = (0..CONCEPTS).map(|at| format!("concept{at}")).collect();
    builder
        .name_concepts(names.iter().map(String::as_str))
        .unwrap();
    let mut dice = Dice(5);
    for number in 0..rows {
        let media = row(number, rows, &mut dice);
        builder.push(&media, &[Some(&vectors.of(number))]).unwrap();
    }
    builder.finish().unwrap();
}

fn row(number: u64, rows: u64, dice: &mut Dice) -> MediaRow {
    let sides = [640, 800, 1024, 1920, 3000, 4000];
    let mut labels: Vec<u64> = (0..dice.below(4)).map(|_| dice.skewed(LABELS)).collect();
    labels.push(dice.skewed(LABELS));
    labels.sort_unstable();
    labels.dedup();
    labels.truncate(usize::from(dice.below(20) > 0) * 4);
    let mut issues = Vec::new();
    for kind in IssueKind::ALL {
        if dice.below(20) == 0 {
            issues.push((kind, 0.3 + 0.7 * dice.even()));
        }
    }
    let folder = number * FOLDERS / rows;
    let caption = || format!("a label{} picture number {number} taken outside", labels[0]);
    MediaRow {
        id: MediaId::from_uuid(Uuid::from_u128(u128::from(
            number.wrapping_mul(0x9e37_79b9),
        ))),
        path: SourcePath::from_bytes(format!("batch{folder:03}/IMG_{number:07}.jpg")),
        format: [ImageFormat::Jpeg, ImageFormat::Jpeg, ImageFormat::Png][dice.below(3) as usize],
        width_px: sides[dice.below(6) as usize],
        height_px: sides[dice.below(6) as usize],
        size_bytes: 20_000 + dice.below(4_000_000),
        created_at: Timestamp::from_seconds(1_760_000_000 + number as i64 / 100),
        modified_at: Timestamp::from_seconds(1_500_000_000 + dice.below(200_000_000) as i64),
        captions: if labels.is_empty() || !number.is_multiple_of(5) {
            vec![]
        } else {
            vec![caption()]
        },
        labels: labels.iter().map(|label| format!("label{label}")).collect(),
        issues,
        duplicate: (dice.below(10) == 0).then(|| (number as u32 / 3, 0.9 + 0.1 * dice.even())),
        uniqueness: dice.even(),
        clusters: std::array::from_fn(|level| {
            let heap = u128::from(heap_of(number, HEAPS[level]));
            ClusterId::from_uuid(Uuid::from_u128((level as u128 + 1) << 100 | heap))
        }),
        mixture: mixture(dice),
    }
}

/// Five tags, each on some rows.
pub(crate) fn overlay(rows: u64) -> Overlay {
    let mut dice = Dice(3);
    let tags = (0..5_u64).map(|tag| {
        let bearing = (0..rows as u32).filter(|_| dice.below(20) <= tag);
        (
            TagId::from_uuid(Uuid::from_u128(u128::from(tag))),
            bearing.collect(),
        )
    });
    Overlay {
        tags: tags.collect(),
        ..Overlay::default()
    }
}
