//! The rows near to each row of a set, all lists in one piece of memory.

use super::near::{Depth, Horizon, Near};
use crate::memory::Recall;

/// A list for each row, the best first. None of them changes any more.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lists {
    /// Where the list of each row begins, and the end of the last.
    pub(crate) starts: Vec<u32>,
    pub(crate) rows: Vec<u32>,
    pub(crate) scores: Vec<f32>,
    /// Where the list of each row ends.
    pub(crate) horizons: Vec<Horizon>,
}

impl Lists {
    /// Takes what was found.
    pub(crate) fn new(found: Vec<Near>, depth: &Depth) -> Self {
        let entries = found.iter().map(|near| near.held().len()).sum();
        let mut lists = Self {
            starts: Vec::with_capacity(found.len() + 1),
            rows: Vec::with_capacity(entries),
            scores: Vec::with_capacity(entries),
            horizons: Vec::with_capacity(found.len()),
        };
        lists.starts.push(0);
        for near in found {
            lists.rows.extend(near.held().iter().map(|held| held.0));
            lists.scores.extend(near.held().iter().map(|held| held.1));
            lists.starts.push(lists.rows.len() as u32);
            lists.horizons.push(near.horizon(depth));
        }
        lists
    }

    /// How many lists there are.
    pub(crate) fn len(&self) -> usize {
        self.horizons.len()
    }

    /// The rows near to one with their scores.
    pub(crate) fn of(&self, at: usize) -> impl ExactSizeIterator<Item = (u32, f32)> + '_ {
        let range = self.starts[at] as usize..self.starts[at + 1] as usize;
        let rows = self.rows[range.clone()].iter().copied();
        rows.zip(self.scores[range].iter().copied())
    }

    /// Those of them that are asked for as nearest.
    pub(crate) fn nearest(&self, at: usize, asked: &Depth) -> Vec<(u32, f32)> {
        self.of(at).take(asked.nearest).collect()
    }

    /// Those of them that are asked for as alike.
    pub(crate) fn alike(&self, at: usize, asked: &Depth) -> impl Iterator<Item = (u32, f32)> + '_ {
        let (from, at_most) = (asked.alike_from, asked.alike_at_most);
        self.of(at)
            .take(at_most)
            .take_while(move |(_, score)| *score >= from)
    }

    /// A list that was kept, in the numbers of today and without what is gone.
    pub(crate) fn recalled(&self, at: u32, recall: &Recall<'_>) -> Near {
        let held = self.of(at as usize);
        let held = held.filter_map(|(row, score)| Some((recall.now(row)?, score)));
        let horizon = self.horizons[at as usize];
        let row = match horizon.row {
            u32::MAX => u32::MAX,
            row => recall.behind(row),
        };
        Near::kept(held.collect(), Horizon { row, ..horizon })
    }
}

/// For each row those that have it on their lists, with the same scores.
pub(crate) struct Holders {
    /// Where those of each row begin, and the end of the last.
    starts: Vec<u32>,
    held: Vec<(u32, f32)>,
}

impl Holders {
    /// `list` is that of a row, of so many.
    pub(crate) fn new<L: Iterator<Item = (u32, f32)>>(
        rows: usize,
        list: impl Fn(usize) -> L,
    ) -> Self {
        let mut starts = vec![0_u32; rows + 1];
        for (other, _) in (0..rows).flat_map(&list) {
            starts[other as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut held = vec![(0, 0.0); starts[rows] as usize];
        for row in 0..rows {
            for (other, score) in list(row) {
                let slot = &mut next[other as usize];
                held[*slot as usize] = (row as u32, score);
                *slot += 1;
            }
        }
        Self { starts, held }
    }

    /// Those that hold a row.
    pub(crate) fn of(&self, at: usize) -> &[(u32, f32)] {
        &self.held[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}
