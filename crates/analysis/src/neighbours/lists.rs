//! The rows near to each row of a set.

use super::near::{Depth, Horizon, Near};
use crate::memory::Recall;

/// For each row other rows with a score, the best first, all in one piece of memory.
#[derive(Debug, Default)]
pub(crate) struct Scored {
    /// Where those of each row begin, and the end of the last.
    starts: Vec<u32>,
    rows: Vec<u32>,
    scores: Vec<f32>,
}

impl Scored {
    /// The rows near to one with their scores.
    pub(crate) fn of(&self, at: usize) -> impl ExactSizeIterator<Item = (u32, f32)> + '_ {
        let range = self.starts[at] as usize..self.starts[at + 1] as usize;
        let rows = self.rows[range.clone()].iter().copied();
        rows.zip(self.scores[range].iter().copied())
    }
}

/// A list for each row, the best first. None of them changes any more.
///
/// They stay where they came to be: all together, in a piece of memory of their own, they would be
/// there twice for a moment, and nothing takes more but the vectors.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lists(Vec<Near>);

impl Lists {
    /// Takes what was found.
    pub(crate) fn new(mut found: Vec<Near>, depth: &Depth) -> Self {
        for near in &mut found {
            near.end(depth);
        }
        Self(found)
    }

    /// Takes lists that were kept, with where each of them ends.
    pub(crate) const fn kept(lists: Vec<Near>) -> Self {
        Self(lists)
    }

    /// How many lists there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, in order.
    pub(crate) fn each(&self) -> std::slice::Iter<'_, Near> {
        self.0.iter()
    }

    /// The rows near to one with their scores.
    pub(crate) fn of(&self, at: usize) -> impl ExactSizeIterator<Item = (u32, f32)> + '_ {
        self.0[at].held().iter().copied()
    }

    /// The first so many of each, and no more of the others.
    pub(crate) fn into_nearest(self, count: usize) -> Scored {
        let entries = self.each().map(|near| near.held().len().min(count)).sum();
        let mut nearest = Scored {
            starts: Vec::with_capacity(self.len() + 1),
            rows: Vec::with_capacity(entries),
            scores: Vec::with_capacity(entries),
        };
        nearest.starts.push(0);
        for near in self.0 {
            for (row, score) in near.held().iter().take(count) {
                nearest.rows.push(*row);
                nearest.scores.push(*score);
            }
            nearest.starts.push(nearest.rows.len() as u32);
        }
        nearest
    }

    /// Those of them that are asked for as alike.
    pub(crate) fn alike(&self, at: usize, asked: &Depth) -> impl Iterator<Item = (u32, f32)> + '_ {
        let (from, at_most) = (asked.alike_from, asked.alike_at_most);
        self.of(at)
            .take(at_most)
            .take_while(move |(_, score)| *score >= from)
    }

    /// A list that was kept, in the numbers of today and without what is gone.
    pub(crate) fn recalled(&self, at: u32, recall: &Recall) -> Near {
        let known = self.of(at as usize);
        // As a rule all are still there; collected, a list would have room for up to twice as many.
        let mut held = Vec::with_capacity(known.len());
        held.extend(known.filter_map(|(row, score)| Some((recall.now(row)?, score))));
        let horizon = self.0[at as usize].horizon();
        let row = match horizon.row {
            u32::MAX => u32::MAX,
            row => recall.behind(row),
        };
        Near::kept(held, Horizon { row, ..horizon })
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
