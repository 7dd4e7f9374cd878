//! Neighbours within neighbourhoods, for sets too large to compare all with all.
//!
//! The rows are divided among landmarks, each row to the landmarks it is nearest to, and
//! compared with the rows that share one: an inverted file (Jégou, Douze, Schmid 2011, "Product
//! quantization for nearest neighbor search") with multiple assignment, in which every
//! comparison is again a product of blocks and exact. Landmarks are rows of the set, spread
//! evenly over it, moved once to the mean of those nearest to them among a sample: what a few dozen
//! rows say of a landmark all would say, at a multiple of the time.

use rayon::prelude::*;

use super::exact::{Block, Held, compare_blocks};
use super::near::{Depth, Near};
use super::{BLOCK, Best, Known, Rows, products};
use crate::AnalysisError;
use crate::memory::Recall;
use crate::progress::Stage;

/// Landmarks that a row is assigned to.
const ASSIGNED: usize = 4;
/// Stands for a landmark where a row has none yet.
const NOWHERE: u32 = u32::MAX;
/// Landmarks are chosen anew for a set that has grown to so many times what they were chosen for,
/// or shrunk to such a part of it.
const OUTGROWN: usize = 2;
/// Rows for each landmark that say where it moves to.
const SAMPLE: usize = 32;
/// Cells that a thread compares before their rows are told: of 100,000 rows one has some 600, which
/// have half a megabyte to tell.
const CELLS_EACH: usize = 4;

/// The neighbourhoods of a set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Neighbourhoods {
    /// Rows of the set when the landmarks were chosen.
    pub(crate) chosen_for: u32,
    /// One vector each.
    pub(crate) landmarks: Vec<f32>,
    /// The landmarks that each row is assigned to; the last stands several times where there are
    /// fewer.
    pub(crate) homes: Vec<[u32; ASSIGNED]>,
}

impl Neighbourhoods {
    /// Whether landmarks chosen for so many rows serve so many: neither much fewer than there
    /// would be now, nor much more.
    pub(crate) fn serves(&self, rows: usize) -> bool {
        let chosen_for = self.chosen_for as usize;
        (chosen_for.div_ceil(OUTGROWN)..=chosen_for * OUTGROWN).contains(&rows)
    }

    /// The same with the rows of today; new ones have no home.
    pub(super) fn moved(self, recall: &Recall) -> Self {
        let homes = recall.were();
        let homes =
            homes.map(|was| was.map_or([NOWHERE; ASSIGNED], |was| self.homes[was as usize]));
        Self {
            homes: homes.collect(),
            ..self
        }
    }

    fn choose(rows: Rows<'_>, stage: &Stage<'_>) -> Result<Self, AnalysisError> {
        let cells = cells(rows.len());
        let all: Vec<u32> = (0..rows.len() as u32).collect();
        let sample = evenly(&all, cells * SAMPLE);
        let stage = stage.of(sample.len().div_ceil(BLOCK) as u64);
        let first = rows.gathered(&evenly(&all, cells));
        let assigned = assign(rows, &sample, &first, &stage)?;
        let nearest: Vec<u32> = assigned.iter().map(|homes| homes[0]).collect();
        Ok(Self {
            chosen_for: rows.len() as u32,
            landmarks: means(rows, &sample, &nearest, first),
            homes: vec![[NOWHERE; ASSIGNED]; rows.len()],
        })
    }

    /// Assigns the rows that have no home yet.
    fn settle(&mut self, rows: Rows<'_>, stage: &Stage<'_>) -> Result<(), AnalysisError> {
        let homeless = (0..rows.len() as u32).filter(|row| self.homes[*row as usize][0] == NOWHERE);
        let homeless: Vec<u32> = homeless.collect();
        let stage = stage.of(homeless.len().div_ceil(BLOCK) as u64);
        let assigned = assign(rows, &homeless, &self.landmarks, &stage)?;
        for (row, homes) in homeless.iter().zip(assigned) {
            self.homes[*row as usize] = homes;
        }
        Ok(())
    }

    /// The rows of each.
    fn members(&self, columns: usize) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.landmarks.len() / columns];
        for (row, homes) in self.homes.iter().enumerate() {
            for (at, home) in homes.iter().enumerate() {
                if !homes[..at].contains(home) {
                    members[*home as usize].push(row as u32);
                }
            }
        }
        members
    }
}

fn cells(rows: usize) -> usize {
    ((rows as f64).sqrt() as usize * 2).clamp(1, rows.max(1))
}

/// Finishes the lists of all rows, with what is known of their neighbourhoods.
pub(super) fn find(
    rows: Rows<'_>,
    depth: &Depth,
    lists: Vec<Near>,
    known: &[Known],
    before: Option<Neighbourhoods>,
    stage: &Stage<'_>,
) -> Result<(Vec<Near>, Neighbourhoods), AnalysisError> {
    let mut neighbourhoods = match before {
        Some(before) => before,
        None => Neighbourhoods::choose(rows, &stage.part(0, 50))?,
    };
    neighbourhoods.settle(rows, &stage.part(50, 200))?;
    let members = neighbourhoods.members(rows.columns());
    let lists = compare_within(rows, depth, lists, known, &members, &stage.part(200, 1000))?;
    Ok((lists, neighbourhoods))
}

/// So many of some rows, spread evenly over them, or all where there are no more.
fn evenly(rows: &[u32], count: usize) -> Vec<u32> {
    let count = count.min(rows.len());
    let at = |number: usize| rows[number * rows.len() / count];
    (0..count).map(at).collect()
}

/// For each of some rows the landmarks it is nearest to.
fn assign(
    rows: Rows<'_>,
    some: &[u32],
    landmarks: &[f32],
    stage: &Stage<'_>,
) -> Result<Vec<[u32; ASSIGNED]>, AnalysisError> {
    let cells = landmarks.len() / rows.columns();
    let blocks: Result<Vec<_>, _> = some
        .par_chunks(BLOCK)
        .map(|block| {
            stage.advance(1)?;
            let cosines = products(&rows.gathered(block), landmarks, rows.columns());
            Ok(cosines
                .chunks_exact(cells)
                .map(|line| {
                    let mut best = Best::new(ASSIGNED, f32::NEG_INFINITY);
                    for (cell, cosine) in line.iter().enumerate() {
                        best.offer(cell as u32, *cosine);
                    }
                    let best = best.into_sorted();
                    std::array::from_fn(|at| best[at.min(best.len() - 1)].0)
                })
                .collect::<Vec<_>>())
        })
        .collect();
    Ok(blocks?.into_iter().flatten().collect())
}

/// The mean direction of the rows of each landmark, and of itself.
fn means(rows: Rows<'_>, some: &[u32], nearest: &[u32], landmarks: Vec<f32>) -> Vec<f32> {
    let columns = rows.columns();
    let mut sums = landmarks;
    for (row, home) in some.iter().zip(nearest) {
        let sum = &mut sums[*home as usize * columns..][..columns];
        rows.add_to(sum, *row as usize);
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
    depth: &Depth,
    mut lists: Vec<Near>,
    known: &[Known],
    members: &[Vec<u32>],
    stage: &Stage<'_>,
) -> Result<Vec<Near>, AnalysisError> {
    let stage = stage.of(members.len() as u64);
    // A few cells at a time, so that what they found need not all be kept until the end.
    for some in members.chunks(CELLS_EACH * rayon::current_num_threads()) {
        let found: Result<Vec<_>, AnalysisError> = some
            .par_iter()
            .map(|cell| {
                stage.advance(1)?;
                Ok(compare_cell(rows, depth, cell, known))
            })
            .collect();
        for (row, other, cosine) in found?.into_iter().flatten() {
            lists[row as usize].offer_once(other, cosine, depth);
        }
    }
    Ok(lists)
}

/// What the rows of one cell have to tell each other, block by block.
fn compare_cell(
    rows: Rows<'_>,
    depth: &Depth,
    cell: &[u32],
    known: &[Known],
) -> Vec<(u32, u32, f32)> {
    let blocks = Block::of(cell, known);
    let mut held: Vec<Held<'_>> = blocks
        .iter()
        .map(|block| Held::new(block.rows.len(), depth))
        .collect();
    for (at, block) in blocks[..Block::asking(&blocks)].iter().enumerate() {
        let one = rows.gathered(&block.rows);
        let (mine, others) = held[at..].split_first_mut().expect("there is one each");
        let own = products(&one, &one, rows.columns());
        compare_blocks(&own, [&block.rows, &block.rows], mine, None);
        for (other, theirs) in blocks[at + 1..].iter().zip(others) {
            let cosines = products(&one, &rows.gathered(&other.rows), rows.columns());
            let theirs = block.tells(other).then_some(theirs);
            compare_blocks(&cosines, [&block.rows, &other.rows], mine, theirs);
        }
    }
    let lists: Vec<Vec<Near>> = held.into_iter().map(Held::into_lists).collect();
    let count = lists.iter().flatten().map(|near| near.held().len()).sum();
    let mut told = Vec::with_capacity(count);
    for (block, lists) in blocks.iter().zip(lists) {
        for (row, near) in block.rows.iter().zip(lists) {
            told.extend(
                near.held()
                    .iter()
                    .map(|(other, cosine)| (*row, *other, *cosine)),
            );
        }
    }
    told
}
