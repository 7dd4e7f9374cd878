//! Neighbours against plain comparison.

use half::slice::HalfFloatSliceExt;

use super::{Depth, Question, Rows, dot_with, find, products};
use crate::progress::Progress;
use crate::{Matrix, Unwatched};

/// Rows around a number of subjects, from a linear congruential generator.
fn around(subjects: u64, rows: usize, columns: usize) -> Matrix {
    let signed = |state: &mut u64| {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as f32 / (1_u64 << 30) as f32 - 1.0
    };
    let mut values = Vec::new();
    for row in 0..rows as u64 {
        let (mut subject, mut own) = (row % subjects * 977 + 5, row * 7919 + 3);
        let from = values.len();
        values.extend((0..columns).map(|_| signed(&mut subject) + 0.7 * signed(&mut own)));
        let length = values[from..].iter().map(|v| v * v).sum::<f32>().sqrt();
        for value in &mut values[from..] {
            *value /= length;
        }
    }
    Matrix::rounded(columns, &values).unwrap()
}

/// What is found of each row: the nearest, and the alike.
struct Asked {
    nearest: Vec<Vec<(u32, f32)>>,
    alike: Vec<Vec<(u32, f32)>>,
}

fn asked(matrix: &Matrix, exact_up_to: usize) -> Asked {
    let chosen: Vec<u32> = (0..matrix.rows() as u32).collect();
    let depth = Depth {
        nearest: 6,
        alike_from: 0.7,
        alike_at_most: 9,
    };
    let question = Question { depth, exact_up_to };
    let progress = Progress::new(&Unwatched);
    let rows = Rows::new(matrix, &chosen);
    let (found, _) = find(rows, &question, None, &progress.stage(0, 1)).unwrap();
    let lists = found.lists;
    let all = 0..matrix.rows();
    let alike = all.clone();
    let alike = alike.map(|at| lists.alike(at, &depth).collect()).collect();
    let nearest = lists.into_nearest(depth.nearest);
    Asked {
        nearest: all.map(|at| nearest.of(at).collect()).collect(),
        alike,
    }
}

#[test]
fn the_product_of_two_rows_is_the_same_to_the_last_bit_whatever_stands_beside_them() {
    for columns in [37, 576, 1280] {
        let matrix = around(60, 531, columns);
        let rows = |range: std::ops::Range<usize>| {
            range
                .flat_map(|row| matrix.row(row).to_f32_vec())
                .collect::<Vec<_>>()
        };
        let all = products(&rows(0..512), &rows(0..531), columns);
        for (from, to, width) in [
            (0, 1, 531),
            (3, 6, 1),
            (500, 512, 77),
            (16, 33, 17),
            (9, 10, 1),
        ] {
            let some = products(&rows(from..to), &rows(0..width), columns);
            let turned = products(&rows(0..width), &rows(from..to), columns);
            for (line, row) in (from..to).enumerate() {
                for column in 0..width {
                    let whole = all[row * 531 + column].to_bits();
                    assert_eq!(some[line * width + column].to_bits(), whole);
                    assert_eq!(turned[column * (to - from) + line].to_bits(), whole);
                }
            }
        }
    }
}

fn plain(matrix: &Matrix, row: usize) -> Vec<(u32, f32)> {
    let one = matrix.row(row).to_f32_vec();
    let mut all: Vec<(u32, f32)> = (0..matrix.rows())
        .filter(|other| *other != row)
        .map(|other| (other as u32, dot_with(&one, matrix.row(other))))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all
}

#[test]
fn exact_neighbours_are_those_of_plain_comparison_across_blocks() {
    // More than two blocks of rows, the last one short; columns that fill no register.
    let matrix = around(60, 1100, 37);
    let found = asked(&matrix, usize::MAX);
    for row in (0..1100).step_by(13) {
        let plain = plain(&matrix, row);
        let close = |found: &[(u32, f32)], wanted: &[(u32, f32)]| {
            found.len() == wanted.len()
                && found
                    .iter()
                    .zip(wanted)
                    .all(|(a, b)| (a.1 - b.1).abs() < 1e-5)
        };
        assert!(close(&found.nearest[row], &plain[..6]), "{row}");
        let alike = plain.iter().take_while(|other| other.1 >= 0.7).count();
        assert!(close(&found.alike[row], &plain[..alike.min(9)]), "{row}");
    }
}

#[test]
fn neighbours_within_neighbourhoods_are_nearly_all_there() {
    let matrix = around(150, 3000, 48);
    let (exact, found) = (asked(&matrix, usize::MAX), asked(&matrix, 0));
    let mut hits = 0;
    for (wanted, found) in exact.nearest.iter().zip(&found.nearest) {
        let known = |row: u32| found.iter().any(|other| other.0 == row);
        hits += wanted.iter().filter(|wanted| known(wanted.0)).count();
    }
    let recall = hits as f32 / (3000 * 6) as f32;
    assert!(recall > 0.97, "{recall}");
}
