//! The best few of many.

use std::cmp::Ordering;

/// Up to a number of rows with the highest scores. What it holds does not depend on the order
/// in which rows were offered: of equal scores the lower row wins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Best {
    held: Vec<(u32, f32)>,
    at_most: usize,
    least: f32,
}

fn order(a: (u32, f32), b: (u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

impl Best {
    /// Holds up to `at_most` rows of a score of at least `least`.
    pub(crate) fn new(at_most: usize, least: f32) -> Self {
        Self {
            held: Vec::new(),
            at_most,
            least,
        }
    }

    /// The score under which nothing is taken any more.
    pub(crate) fn bar(&self) -> f32 {
        match self.held.last() {
            Some(last) if self.held.len() >= self.at_most => last.1,
            _ if self.at_most == 0 => f32::INFINITY,
            _ => self.least,
        }
    }

    /// Takes a row if it is among the best so far.
    pub(crate) fn offer(&mut self, row: u32, score: f32) {
        if score < self.bar() {
            return;
        }
        let entry = (row, score);
        let at = self
            .held
            .partition_point(|held| order(*held, entry) == Ordering::Less);
        if at >= self.at_most {
            return;
        }
        self.held.insert(at, entry);
        self.held.truncate(self.at_most);
    }

    /// The rows held, the best first.
    pub(crate) fn into_sorted(self) -> Vec<(u32, f32)> {
        self.held
    }
}
