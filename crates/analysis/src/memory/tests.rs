//! Going on, in sets of more than one block.

use lamina_model::{Measures, Signature};

use super::Memory;
use crate::{Compared, Facts, Matrix, Settings, Unwatched, analyse_after};

const COLUMNS: usize = 40;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn signed(&mut self) -> f32 {
        self.next() as f32 / (1_u64 << 30) as f32 - 1.0
    }
}

/// One of many pictures around a hundred subjects; some are copies of each other.
fn picture(number: u32) -> (Facts, (Signature, Vec<f32>)) {
    let subject = u64::from(number % 100);
    let (mut middle, mut own) = (Dice(subject + 7), Dice(u64::from(number) * 977 + 3));
    let near = if number.is_multiple_of(5) { 0.1 } else { 0.8 };
    let vector: Vec<f32> = (0..COLUMNS)
        .map(|_| middle.signed() + near * own.signed())
        .collect();
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    let mut hash = [0; 32];
    hash.fill_with(|| own.next() as u8);
    let grid: Vec<u8> = (0..64).map(|_| (middle.next() % 256) as u8).collect();
    let noise = Dice(u64::from(number));
    let signature = Signature::new(std::array::from_fn(|at| {
        let coarse = grid[at / 128 * 8 + at % 32 / 4];
        coarse / 2 + (Dice(noise.0 + at as u64).next() % 6) as u8
    }));
    let facts = Facts {
        content_hash: hash,
        pixel_hash: hash,
        perceptual_hash: middle.next() << 33 | (own.next() % 64),
        measures: Measures {
            luma_mean: 110.0,
            luma_spread: 40.0,
            luma_p05: 20.0,
            luma_p50: 110.0,
            luma_p95: 200.0,
            luma_entropy_bits: 7.0,
            sharpness: 2.0,
            sharpness_best: 2.5,
            mean_rgb: [110; 3],
        },
        width_px: 640,
        height_px: 480,
        size_bytes: 50_000,
        modified_us: 0,
        order: number,
    };
    let vector = vector.iter().map(|value| value / length);
    (facts, (signature, vector.collect()))
}

fn compared(
    before: Option<&Memory>,
    numbers: impl Iterator<Item = u32>,
    exact_up_to: usize,
) -> Compared {
    let (facts, seen): (Vec<_>, Vec<_>) = numbers.map(picture).unzip();
    let (signatures, vectors): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
    let settings = Settings {
        alike_at_most: 9,
        near_hashes_at_most: 9,
        exact_up_to,
        ..Settings::default()
    };
    let vectors = Matrix::from_rows(&vectors).unwrap();
    let before = before.cloned();
    analyse_after(before, &vectors, &facts, &signatures, &settings, &Unwatched).unwrap()
}

#[test]
fn the_findings_are_those_of_all_at_once_across_blocks() {
    let first = compared(None, 0..1150, usize::MAX);
    assert!(first.findings.groups.len() > 20);
    let numbers = || (0..1200).filter(|number| number % 60 != 1);
    let again = compared(Some(&first.memory), numbers(), usize::MAX);
    let anew = compared(None, numbers(), usize::MAX);
    assert!(again.findings == anew.findings);
    assert!(
        again.memory.pictures_compared() < 400,
        "{}",
        again.memory.pictures_compared()
    );
    assert!(
        10 * again.memory.pairs_laid() < 3 * anew.memory.pairs_laid(),
        "{} of {}",
        again.memory.pairs_laid(),
        anew.memory.pairs_laid()
    );
}

#[test]
fn within_neighbourhoods_the_findings_are_those_of_an_analysis_with_the_same_landmarks() {
    let first = compared(None, 0..1150, 0);
    let landmarks = || {
        let none = compared(None, 0..0, usize::MAX).memory;
        let mut neighbourhoods = first.memory.neighbourhoods.clone().unwrap();
        neighbourhoods.homes.clear();
        Memory {
            neighbourhoods: Some(neighbourhoods),
            made_by: first.memory.made_by,
            ..none
        }
    };
    let mut memory = first.memory.clone();
    for (from, to) in [(0, 1200), (40, 1200), (40, 1500)] {
        let again = compared(Some(&memory), from..to, 0);
        let anew = compared(Some(&landmarks()), from..to, 0);
        assert!(again.findings == anew.findings, "{from} to {to}");
        assert_eq!(anew.memory.pictures_compared(), u64::from(to - from));
        assert!(
            again.memory.pictures_compared() < 600,
            "{}",
            again.memory.pictures_compared()
        );
        memory = again.memory;
    }
    // A set that has outgrown its landmarks has others.
    let grown = compared(Some(&memory), 0..2400, 0);
    assert_eq!(grown.memory.pictures_compared(), 2400);
    assert_eq!(grown.memory.neighbourhoods.unwrap().chosen_for, 2400);
}
