//! The pictures in an order of their own, so that nothing found depends on the order given.

use crate::Facts;

/// All pictures by the rank of their paths. "Place" is the number of a picture in this order;
/// "row" its number in what was given.
pub(crate) struct Set<'a> {
    pub(crate) facts: Vec<&'a Facts>,
    /// The row of each place.
    pub(crate) rows: Vec<u32>,
}

impl<'a> Set<'a> {
    pub(crate) fn new(facts: &'a [Facts]) -> Self {
        let mut rows: Vec<u32> = (0..facts.len() as u32).collect();
        rows.sort_by_key(|row| {
            let facts = &facts[*row as usize];
            // Ranks are meant to differ; should they not, content decides.
            (facts.order, facts.content_hash, *row)
        });
        Self {
            facts: rows.iter().map(|row| &facts[*row as usize]).collect(),
            rows,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Which of two copies comes first as the one to keep: most pixels, then most bytes, then
    /// oldest, then first path.
    pub(crate) fn keep_order(&self, a: u32, b: u32) -> std::cmp::Ordering {
        let key = |place: u32| {
            let facts = self.facts[place as usize];
            (
                std::cmp::Reverse(facts.pixels()),
                std::cmp::Reverse(facts.size_bytes),
                facts.modified_us,
                place,
            )
        };
        key(a).cmp(&key(b))
    }
}
