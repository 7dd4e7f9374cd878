//! How time and memory of an analysis grow with the set, on synthetic vectors.
//!
//! `cargo run --release -p lamina-analysis --example scale -- 1000 10000 100000`. Vectors lie around
//! subjects of twenty pictures each, as those of real photographs do. Of up to 20,000 rows it also
//! says how many have the same nearest neighbour when they are compared within neighbourhoods only.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for people at a shell: what it makes is small, and it may panic"
)]

use std::time::Instant;

use lamina_analysis::{Facts, Matrix, Settings, Unwatched, analyse};
use lamina_model::{Measures, Signature};

/// Rows up to which neighbourhoods are held against all with all.
const HELD_AGAINST: usize = 20_000;

fn main() {
    let sizes = std::env::args().skip(1).map(|size| size.parse().unwrap());
    println!(
        "{:>9} {:>9} {:>12} {:>9}  same nearest in neighbourhoods",
        "rows", "seconds", "us a row", "peak MB"
    );
    for rows in sizes {
        let (vectors, facts) = (vectors(rows), facts(rows));
        let began = Instant::now();
        let found = analyse(&vectors, &facts, &Settings::default(), &Unwatched).unwrap();
        let seconds = began.elapsed().as_secs_f64();
        let peak = peak_megabytes();
        let held = if rows <= HELD_AGAINST {
            let within = Settings {
                exact_up_to: 0,
                ..Settings::default()
            };
            let began = Instant::now();
            let other = analyse(&vectors, &facts, &within, &Unwatched).unwrap();
            let pairs = found.nearest_distance.iter().zip(&other.nearest_distance);
            let same = pairs.filter(|(a, b)| (*a - *b).abs() < 1e-5).count();
            format!(
                "{:.4} in {:.1} s",
                same as f64 / rows as f64,
                began.elapsed().as_secs_f64()
            )
        } else {
            String::new()
        };
        let each = seconds * 1e6 / rows as f64;
        println!("{rows:>9} {seconds:>9.2} {each:>12.1} {peak:>9}  {held}");
    }
}

/// The most memory that this process ever had, where the system tells.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

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

fn vectors(rows: usize) -> Matrix {
    let mut values = Vec::with_capacity(rows * COLUMNS);
    for row in 0..rows {
        let (mut subject, mut own) = (
            Dice((row % (rows / 20 + 1)) as u64 + 1),
            Dice(row as u64 + 1_000_000),
        );
        let from = values.len();
        values.extend((0..COLUMNS).map(|_| subject.signed() + own.signed()));
        let length = values[from..].iter().map(|v| v * v).sum::<f32>().sqrt();
        values[from..].iter_mut().for_each(|value| *value /= length);
    }
    Matrix::from_vec(COLUMNS, values).expect("whole rows")
}

fn facts(rows: usize) -> Vec<Facts> {
    let one = |row: usize| {
        let mut dice = Dice(row as u64 + 77);
        let mut hash = [0; 32];
        for byte in &mut hash {
            *byte = dice.next() as u8;
        }
        let grid: Vec<u8> = (0..64).map(|_| dice.next() as u8).collect();
        Facts {
            content_hash: hash,
            pixel_hash: hash,
            perceptual_hash: dice.next() << 33 | dice.next(),
            signature: Signature::new(std::array::from_fn(|at| grid[at / 128 * 8 + at % 32 / 4])),
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
