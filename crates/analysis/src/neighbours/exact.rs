//! All rows with all rows, block by block.

use rayon::prelude::*;

use super::{Best, Neighbours, Question, Rows, products};
use crate::AnalysisError;
use crate::progress::Stage;

/// Rows of a block: large enough for the product to run at the speed of the core, small enough
/// for two blocks and their product to stay in a cache.
const BLOCK: usize = 512;

/// What is known so far about the rows of one block.
pub(super) struct Held {
    nearest: Vec<Best>,
    alike: Vec<Best>,
}

impl Held {
    pub(super) fn new(rows: usize, question: &Question) -> Self {
        Self {
            nearest: vec![Best::new(question.nearest, f32::NEG_INFINITY); rows],
            alike: vec![Best::new(question.alike_at_most, question.alike_from); rows],
        }
    }

    pub(super) fn offer(&mut self, at: usize, row: u32, cosine: f32) {
        self.nearest[at].offer(row, cosine);
        self.alike[at].offer(row, cosine);
    }

    /// The same for a row that may have been offered before.
    pub(super) fn offer_once(&mut self, at: usize, row: u32, cosine: f32) {
        self.nearest[at].offer_once(row, cosine);
        self.alike[at].offer_once(row, cosine);
    }

    /// The cosine under which a row has no more use for another.
    pub(super) fn bar(&self, at: usize) -> f32 {
        self.nearest[at].bar().min(self.alike[at].bar())
    }

    fn absorb(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.nearest.iter_mut().zip(&other.nearest) {
            mine.absorb(theirs);
        }
        for (mine, theirs) in self.alike.iter_mut().zip(&other.alike) {
            mine.absorb(theirs);
        }
        self
    }

    pub(super) fn told(self, into: &mut Neighbours) {
        into.nearest
            .extend(self.nearest.into_iter().map(Best::into_sorted));
        into.alike
            .extend(self.alike.into_iter().map(Best::into_sorted));
    }
}

pub(super) fn find(
    rows: Rows<'_>,
    question: &Question,
    stage: &Stage<'_>,
) -> Result<Neighbours, AnalysisError> {
    let blocks: Vec<_> = (0..rows.len())
        .step_by(BLOCK)
        .map(|from| from..(from + BLOCK).min(rows.len()))
        .collect();
    let work = (blocks.len() * (blocks.len() + 1) / 2) as u64;
    let stage = stage.of(work);
    let mut held: Vec<Held> = blocks
        .iter()
        .map(|block| Held::new(block.len(), question))
        .collect();
    for (at, block) in blocks.iter().enumerate() {
        let one = rows.gathered(block.clone());
        // The products are symmetric: what a later block learns of this one, this one learns too.
        let learnt = held[at..]
            .par_iter_mut()
            .zip(&blocks[at..])
            .map(|(theirs, their_block)| {
                stage.advance(1)?;
                let own = their_block.start == block.start;
                let other = rows.gathered(their_block.clone());
                let cosines = products(&one, &other, rows.columns());
                let mut mine = Held::new(block.len(), question);
                let rows = [block, their_block]
                    .map(|block| (block.start as u32..block.end as u32).collect::<Vec<_>>());
                let theirs = if own { None } else { Some(theirs) };
                compare_blocks(&cosines, [&rows[0], &rows[1]], &mut mine, theirs);
                Ok(mine)
            })
            .try_reduce_with(|one, other| Ok(one.absorb(&other)))
            .unwrap_or_else(|| Ok(Held::new(block.len(), question)))?;
        let before = std::mem::replace(&mut held[at], Held::new(0, question));
        held[at] = before.absorb(&learnt);
    }
    let mut found = Neighbours::default();
    for block in held {
        block.told(&mut found);
    }
    Ok(found)
}

/// Offers each row of one block to each row of another and the other way round; of one block with
/// itself, where there is no other, only the one way. `rows` are the numbers of both.
pub(super) fn compare_blocks(
    cosines: &[f32],
    rows: [&[u32]; 2],
    mine: &mut Held,
    mut theirs: Option<&mut Held>,
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
