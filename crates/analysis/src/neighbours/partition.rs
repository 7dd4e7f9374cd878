//! Neighbours within neighbourhoods, for sets too large to compare all with all.
//!
//! The rows are divided among landmarks, each row to the landmarks it is nearest to, and
//! compared with the rows that share one: an inverted file (Jégou, Douze, Schmid 2011, "Product
//! quantization for nearest neighbor search") with multiple assignment, in which every
//! comparison is again a product of blocks and exact. Landmarks are rows of the set, spread
//! evenly over it, moved once to the mean of those nearest to them among a sample: what a few dozen
//! rows say of a landmark all would say, at a multiple of the time.

use rayon::prelude::*;

use super::exact::{Held, compare_blocks};
use super::{Best, Neighbours, Question, Rows, products};
use crate::AnalysisError;
use crate::progress::Stage;

/// Landmarks that a row is assigned to.
const ASSIGNED: usize = 4;
/// Rows for each landmark that say where it moves to.
const SAMPLE: usize = 32;
/// Rows compared at a time.
const BLOCK: usize = 512;

pub(super) fn find(
    rows: Rows<'_>,
    question: &Question,
    stage: &Stage<'_>,
) -> Result<Neighbours, AnalysisError> {
    let cells = ((rows.len() as f64).sqrt() as usize * 2).clamp(1, rows.len());
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let sample = evenly(&all, cells * SAMPLE);
    let blocks = |some: &[u32]| some.len().div_ceil(BLOCK);
    let stage = stage.of((blocks(&sample) + blocks(&all) + cells) as u64);
    let first = gathered(rows, &evenly(&all, cells));
    let assigned = assign(rows, &sample, &first, 1, &stage)?;
    let landmarks = means(rows, &sample, &assigned, first);
    let assigned = assign(rows, &all, &landmarks, ASSIGNED, &stage)?;
    drop(landmarks);
    let mut members = vec![Vec::new(); cells];
    for (row, homes) in assigned.iter().enumerate() {
        for (home, _) in homes {
            members[*home as usize].push(row as u32);
        }
    }
    compare_within(rows, question, &members, &stage)
}

/// So many of some rows, spread evenly over them, or all where there are no more.
fn evenly(rows: &[u32], count: usize) -> Vec<u32> {
    let count = count.min(rows.len());
    let at = |number: usize| rows[number * rows.len() / count];
    (0..count).map(at).collect()
}

/// The values of some rows, one row after the other.
fn gathered(rows: Rows<'_>, some: &[u32]) -> Vec<f32> {
    let values = some.iter().flat_map(|row| rows.row(*row as usize));
    values.copied().collect()
}

/// For each of some rows the landmarks it is nearest to.
fn assign(
    rows: Rows<'_>,
    some: &[u32],
    landmarks: &[f32],
    homes: usize,
    stage: &Stage<'_>,
) -> Result<Vec<Vec<(u32, f32)>>, AnalysisError> {
    let cells = landmarks.len() / rows.columns();
    let blocks: Result<Vec<_>, _> = some
        .par_chunks(BLOCK)
        .map(|block| {
            stage.advance(1)?;
            let cosines = products(&gathered(rows, block), landmarks, rows.columns());
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

/// The mean direction of the rows of each landmark, and of itself.
fn means(
    rows: Rows<'_>,
    some: &[u32],
    assigned: &[Vec<(u32, f32)>],
    landmarks: Vec<f32>,
) -> Vec<f32> {
    let columns = rows.columns();
    let mut sums = landmarks;
    for (row, homes) in some.iter().zip(assigned) {
        for (home, _) in homes {
            let sum = &mut sums[*home as usize * columns..][..columns];
            for (sum, value) in sum.iter_mut().zip(rows.row(*row as usize)) {
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
    let blocks: Vec<&[u32]> = cell.chunks(BLOCK).collect();
    let mut held: Vec<Held> = blocks
        .iter()
        .map(|block| Held::new(block.len(), question))
        .collect();
    for (at, block) in blocks.iter().enumerate() {
        let one = gathered(rows, block);
        let (mine, others) = held[at..].split_first_mut().expect("there is one each");
        let own = products(&one, &one, rows.columns());
        compare_blocks(&own, [block, block], mine, None);
        for (other, theirs) in blocks[at + 1..].iter().zip(others) {
            let cosines = products(&one, &gathered(rows, other), rows.columns());
            compare_blocks(&cosines, [block, other], mine, Some(theirs));
        }
    }
    let mut found = Neighbours::default();
    for held in held {
        held.told(&mut found);
    }
    let mut told = Vec::new();
    for (row, (nearest, alike)) in cell.iter().zip(found.nearest.iter().zip(&found.alike)) {
        // Both are sorted alike, so the longer one holds the shorter.
        let longer = if nearest.len() >= alike.len() {
            nearest
        } else {
            alike
        };
        told.extend(longer.iter().map(|(other, cosine)| (*row, *other, *cosine)));
    }
    told
}
