//! Neighbours within neighbourhoods, for sets too large to compare all with all.
//!
//! The rows are divided among landmarks, each row to the landmarks it is nearest to, and
//! compared with the rows that share one: an inverted file (Jégou, Douze, Schmid 2011, "Product
//! quantization for nearest neighbor search") with multiple assignment, in which every
//! comparison is again a product of blocks and exact. Landmarks are rows of the set, spread
//! evenly over it, moved once to the mean of those nearest to them.

use rayon::prelude::*;

use super::exact::Held;
use super::{Best, Neighbours, Question, Rows, products};
use crate::AnalysisError;
use crate::progress::Stage;

/// Landmarks that a row is assigned to.
const ASSIGNED: usize = 4;
/// Rows compared at a time.
const BLOCK: usize = 512;

pub(super) fn find(
    rows: Rows<'_>,
    question: &Question,
    stage: &Stage<'_>,
) -> Result<Neighbours, AnalysisError> {
    let cells = ((rows.len() as f64).sqrt() as usize * 2).clamp(1, rows.len());
    let stage = stage.of((2 * rows.len().div_ceil(BLOCK) + cells) as u64);
    let first = evenly(rows, cells);
    let assigned = assign(rows, &first, 1, &stage)?;
    let landmarks = means(rows, &assigned, cells);
    let assigned = assign(rows, &landmarks, ASSIGNED, &stage)?;
    let mut members = vec![Vec::new(); cells];
    for (row, homes) in assigned.iter().enumerate() {
        for (home, _) in homes {
            members[*home as usize].push(row as u32);
        }
    }
    compare_within(rows, question, &members, &stage)
}

/// Rows spread evenly over the set, as landmarks to begin with.
fn evenly(rows: Rows<'_>, cells: usize) -> Vec<f32> {
    (0..cells)
        .flat_map(|cell| rows.row(cell * rows.len() / cells))
        .copied()
        .collect()
}

/// For each row the landmarks it is nearest to.
fn assign(
    rows: Rows<'_>,
    landmarks: &[f32],
    homes: usize,
    stage: &Stage<'_>,
) -> Result<Vec<Vec<(u32, f32)>>, AnalysisError> {
    let cells = landmarks.len() / rows.columns();
    let blocks: Result<Vec<_>, _> = (0..rows.len().div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            stage.advance(1)?;
            let range = block * BLOCK..((block + 1) * BLOCK).min(rows.len());
            let cosines = products(&rows.gathered(range), landmarks, rows.columns());
            Ok(cosines
                .chunks_exact(cells)
                .map(|line| {
                    let mut best = Best::new(homes, f32::NEG_INFINITY);
                    for (cell, cosine) in line.iter().enumerate() {
                        best.offer(cell as u32, *cosine);
                    }
                    best.into_sorted()
                })
                .collect::<Vec<_>>())
        })
        .collect();
    Ok(blocks?.into_iter().flatten().collect())
}

/// The mean direction of the rows of each landmark.
fn means(rows: Rows<'_>, assigned: &[Vec<(u32, f32)>], cells: usize) -> Vec<f32> {
    let columns = rows.columns();
    let mut sums = vec![0.0; cells * columns];
    for (row, homes) in assigned.iter().enumerate() {
        for (home, _) in homes {
            let sum = &mut sums[*home as usize * columns..][..columns];
            for (sum, value) in sum.iter_mut().zip(rows.row(row)) {
                *sum += value;
            }
        }
    }
    for sum in sums.chunks_exact_mut(columns) {
        let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            for value in sum {
                *value /= length;
            }
        }
    }
    sums
}

fn compare_within(
    rows: Rows<'_>,
    question: &Question,
    members: &[Vec<u32>],
    stage: &Stage<'_>,
) -> Result<Neighbours, AnalysisError> {
    let mut held = Held::new(rows.len(), question);
    // A few cells at a time, so that what they found need not all be kept until the end.
    for some in members.chunks(64) {
        let found: Result<Vec<_>, AnalysisError> = some
            .par_iter()
            .map(|cell| {
                stage.advance(1)?;
                Ok(compare_cell(rows, question, cell))
            })
            .collect();
        for (row, other, cosine) in found?.into_iter().flatten() {
            held.offer_once(row as usize, other, cosine);
        }
    }
    let mut neighbours = Neighbours::default();
    held.told(&mut neighbours);
    Ok(neighbours)
}

/// What the rows of one cell have to tell each other, block by block.
fn compare_cell(rows: Rows<'_>, question: &Question, cell: &[u32]) -> Vec<(u32, u32, f32)> {
    let gather = |some: &[u32]| -> Vec<f32> {
        let values = some.iter().flat_map(|row| rows.row(*row as usize));
        values.copied().collect()
    };
    let mut told = Vec::new();
    for some in cell.chunks(BLOCK) {
        let one = gather(some);
        let mut held = Held::new(some.len(), question);
        for others in cell.chunks(BLOCK) {
            let cosines = products(&one, &gather(others), rows.columns());
            for (at, line) in cosines.chunks_exact(others.len()).enumerate() {
                for (other, cosine) in others.iter().zip(line) {
                    if *other != some[at] && *cosine >= held.bar(at) {
                        held.offer(at, *other, cosine.clamp(-1.0, 1.0));
                    }
                }
            }
        }
        let mut found = Neighbours::default();
        held.told(&mut found);
        for (row, (nearest, alike)) in some.iter().zip(found.nearest.iter().zip(&found.alike)) {
            // Both are sorted alike, so the longer one holds the shorter.
            let longer = if nearest.len() >= alike.len() {
                nearest
            } else {
                alike
            };
            told.extend(longer.iter().map(|(other, cosine)| (*row, *other, *cosine)));
        }
    }
    told
}
