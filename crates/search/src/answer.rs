//! The rows that answer a question, and the order they come in.

use crate::RowSet;

/// A row and how far it is from what was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The row.
    pub row: u32,
    /// 0 is a perfect answer, more is worse. The number depends on the row and the question
    /// alone, so it means the same on every page.
    pub distance: f32,
}

/// Rows in the order of their distances, then of their paths.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranked {
    hits: Vec<Hit>,
}

impl Ranked {
    /// Puts hits in order. Each row must be there once.
    pub fn new(mut hits: Vec<Hit>) -> Self {
        hits.sort_unstable_by(|a, b| a.before(*b));
        Self { hits }
    }

    /// Puts the closest so many in order and leaves out the others, which is quicker than to put
    /// all of them in order first.
    pub fn closest_of(mut hits: Vec<Hit>, limit: usize) -> Self {
        if hits.len() > limit {
            hits.select_nth_unstable_by(limit, |a, b| a.before(*b));
            hits.truncate(limit);
        }
        Self::new(hits)
    }

    /// The hits, the closest first.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Keeps the closest so many.
    #[must_use]
    pub fn closest(mut self, limit: usize) -> Self {
        self.hits.truncate(limit);
        self
    }

    /// Keeps those no further away than this.
    #[must_use]
    pub fn within(mut self, max_distance: f32) -> Self {
        self.hits.retain(|hit| hit.distance <= max_distance);
        self
    }
}

impl Hit {
    /// The order of hits: by distance, then by row.
    pub(crate) fn before(self, other: Self) -> std::cmp::Ordering {
        self.distance
            .total_cmp(&other.distance)
            .then(self.row.cmp(&other.row))
    }
}

/// What a question means at one moment. Pages cut from the same answer fit together whatever
/// becomes of tags meanwhile: hold on to it while somebody leafs through it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    rows: RowSet,
    ranked: Option<Ranked>,
}

impl Answer {
    /// Rows in no other order than that of their paths.
    pub fn unranked(rows: RowSet) -> Self {
        Self { rows, ranked: None }
    }

    /// Rows in the order of their distances, out of a generation of `universe` rows.
    pub fn ranked(universe: u32, ranked: Ranked) -> Self {
        let mut rows = RowSet::none(universe);
        for hit in ranked.hits() {
            rows.insert(hit.row);
        }
        Self {
            rows,
            ranked: Some(ranked),
        }
    }

    /// The rows.
    pub fn rows(&self) -> &RowSet {
        &self.rows
    }

    /// The rows in order, where they have one of their own.
    pub fn hits(&self) -> Option<&[Hit]> {
        self.ranked.as_ref().map(Ranked::hits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hit, Ranked};

    #[test]
    fn the_closest_are_the_same_however_they_are_found() {
        let distances = [0.5, 0.25, 0.5, 1.0, 0.0, 0.25, 0.75];
        let hits: Vec<Hit> = (0..)
            .zip(distances)
            .map(|(row, distance)| Hit { row, distance })
            .collect();
        for limit in 0..=hits.len() + 1 {
            let plain = Ranked::new(hits.clone()).closest(limit);
            assert_eq!(Ranked::closest_of(hits.clone(), limit), plain, "{limit}");
        }
    }
}
