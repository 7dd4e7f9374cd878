//! All rows with all rows, block by block.

use rayon::prelude::*;

use super::near::{Depth, Near};
use super::{BLOCK, Known, Rows, products};
use crate::AnalysisError;
use crate::progress::Stage;

/// Rows that are compared together. All are known as well as each other.
pub(super) struct Block {
    pub(super) rows: Vec<u32>,
    pub(super) known: Known,
}

impl Block {
    /// Divides rows into blocks, those of which least is known first.
    pub(super) fn of(rows: &[u32], known: &[Known]) -> Vec<Self> {
        let mut blocks = Vec::new();
        for kind in [Known::Not, Known::ToOthers, Known::Wholly] {
            let alike = rows.iter().filter(|row| known[**row as usize] == kind);
            let alike: Vec<u32> = alike.copied().collect();
            blocks.extend(alike.chunks(BLOCK).map(|rows| Self {
                rows: rows.to_vec(),
                known: kind,
            }));
        }
        blocks
    }

    /// How many of the blocks have rows that ask. They come first.
    pub(super) fn asking(blocks: &[Self]) -> usize {
        blocks.partition_point(|block| block.known != Known::Wholly)
    }

    /// Whether the rows of another block have something to learn from this one.
    pub(super) fn tells(&self, other: &Self) -> bool {
        self.known == Known::Not || other.known != Known::Wholly
    }
}

/// What is known so far about the rows of one block.
pub(super) struct Held<'a> {
    lists: Vec<Near>,
    depth: &'a Depth,
}

impl<'a> Held<'a> {
    pub(super) fn new(rows: usize, depth: &'a Depth) -> Self {
        Self {
            lists: vec![Near::new(); rows],
            depth,
        }
    }

    /// Takes the lists of some rows out of those of all.
    fn taken(lists: &mut [Near], rows: &[u32], depth: &'a Depth) -> Self {
        let take = |row: &u32| std::mem::replace(&mut lists[*row as usize], Near::new());
        Self {
            lists: rows.iter().map(take).collect(),
            depth,
        }
    }

    fn offer(&mut self, at: usize, row: u32, cosine: f32) {
        self.lists[at].offer(row, cosine, self.depth);
    }

    /// The cosine under which a row has no more use for another.
    fn bar(&self, at: usize) -> f32 {
        self.lists[at].bar(self.depth)
    }

    fn absorb(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.lists.iter_mut().zip(&other.lists) {
            mine.absorb(theirs, self.depth);
        }
        self
    }

    pub(super) fn into_lists(self) -> Vec<Near> {
        self.lists
    }
}

/// Finishes the lists of all rows: those that ask are compared with all, and the others learn of
/// those that nobody knew.
pub(super) fn find(
    rows: Rows<'_>,
    depth: &Depth,
    mut lists: Vec<Near>,
    known: &[Known],
    stage: &Stage<'_>,
) -> Result<Vec<Near>, AnalysisError> {
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let blocks = Block::of(&all, known);
    let asking = Block::asking(&blocks);
    let work: usize = (0..asking).map(|at| blocks.len() - at).sum();
    let stage = stage.of(work as u64);
    let mut held: Vec<Held<'_>> = blocks
        .iter()
        .map(|block| Held::taken(&mut lists, &block.rows, depth))
        .collect();
    for (at, block) in blocks[..asking].iter().enumerate() {
        let one = rows.gathered(&block.rows);
        // The products are symmetric: what a later block learns of this one, this one learns too.
        let learnt = held[at..]
            .par_iter_mut()
            .zip(&blocks[at..])
            .enumerate()
            .map(|(further, (theirs, other))| {
                stage.advance(1)?;
                let cosines = products(&one, &rows.gathered(&other.rows), rows.columns());
                let mut mine = Held::new(block.rows.len(), depth);
                let theirs = (further > 0 && block.tells(other)).then_some(theirs);
                compare_blocks(&cosines, [&block.rows, &other.rows], &mut mine, theirs);
                Ok(mine)
            })
            .try_reduce_with(|one, other| Ok(one.absorb(&other)))
            .unwrap_or_else(|| Ok(Held::new(block.rows.len(), depth)))?;
        let before = std::mem::replace(&mut held[at], Held::new(0, depth));
        held[at] = before.absorb(&learnt);
    }
    for (block, held) in blocks.iter().zip(held) {
        for (row, near) in block.rows.iter().zip(held.into_lists()) {
            lists[*row as usize] = near;
        }
    }
    Ok(lists)
}

/// Offers each row of one block to each row of another and the other way round; of one block with
/// itself, where there is no other, only the one way. `rows` are the numbers of both.
pub(super) fn compare_blocks(
    cosines: &[f32],
    rows: [&[u32]; 2],
    mine: &mut Held<'_>,
    mut theirs: Option<&mut Held<'_>>,
) {
    let width = rows[1].len();
    let mut their_bars: Vec<f32> = (0..width)
        .map(|at| theirs.as_ref().map_or(f32::INFINITY, |held| held.bar(at)))
        .collect();
    for (at, line) in cosines.chunks_exact(width).enumerate() {
        let mut my_bar = mine.bar(at);
        for (their_at, cosine) in line.iter().enumerate() {
            if *cosine < my_bar && *cosine < their_bars[their_at] {
                continue;
            }
            let (row, their_row) = (rows[0][at], rows[1][their_at]);
            if row == their_row {
                continue;
            }
            let cosine = cosine.clamp(-1.0, 1.0);
            mine.offer(at, their_row, cosine);
            my_bar = mine.bar(at);
            if let Some(theirs) = theirs.as_deref_mut() {
                theirs.offer(their_at, row, cosine);
                their_bars[their_at] = theirs.bar(their_at);
            }
        }
    }
}
