//! Made sets to measure with: vectors that lie around subjects, as those of real photographs do, and
//! facts that say nothing. The same in every run.

use half::f16;
use lamina_analysis::{Facts, Matrix, Pictures};
use lamina_model::{Measures, Signature};

/// Numbers in a vector, as many as the default model gives.
const COLUMNS: usize = 1280;

/// A linear congruential generator: numbers that are the same in every run.
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

/// How vectors lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Numbers in each.
    pub(crate) columns: usize,
    /// Pictures of each subject, about.
    pub(crate) of_subject: usize,
    /// How far a picture lies from its subject, in hundredths of how long the subject's vector is.
    pub(crate) apart: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            columns: COLUMNS,
            of_subject: 20,
            apart: 100,
        }
    }
}

/// Vectors around as many subjects as there must be for so many rows.
pub(crate) fn vectors(rows: usize, shape: Shape) -> Matrix {
    let columns = shape.columns;
    let apart = shape.apart as f32 / 100.0;
    let mut values = Vec::with_capacity(rows * columns);
    let mut vector = Vec::with_capacity(columns);
    for row in 0..rows {
        let (mut subject, mut own) = (
            Dice((row % (rows / shape.of_subject + 1)) as u64 + 1),
            Dice(row as u64 + 1_000_000),
        );
        vector.clear();
        vector.extend((0..columns).map(|_| subject.signed() + apart * own.signed()));
        let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
        values.extend(vector.iter().map(|value| f16::from_f32(value / length)));
    }
    Matrix::from_vec(columns, values).expect("whole rows")
}

/// Facts that differ from row to row, of pictures alike in size and light.
pub(crate) fn facts(rows: usize) -> Vec<Facts> {
    let one = |row: usize| {
        let mut dice = Dice(row as u64 + 77);
        let mut hash = [0; 32];
        for byte in &mut hash {
            *byte = dice.next() as u8;
        }
        Facts {
            content_hash: hash,
            pixel_hash: hash,
            perceptual_hash: dice.next() << 33 | dice.next(),
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
            order: row as u32,
        }
    };
    (0..rows).map(one).collect()
}

/// What is seen of them: coarse grids, each drawn when it is asked for.
pub(crate) struct Drawn;

impl Pictures for Drawn {
    fn signature(&self, row: u32) -> Signature {
        let mut dice = Dice(u64::from(row) + 7_000_000);
        let grid: Vec<u8> = (0..64).map(|_| dice.next() as u8).collect();
        Signature::new(std::array::from_fn(|at| grid[at / 128 * 8 + at % 32 / 4]))
    }
}
