//! The pictures in an order of their own, so that nothing found depends on the order given.

use lamina_model::Signature;

use crate::{Closeup, Facts, Pictures};

/// All pictures by the rank of their paths. "Place" is the number of a picture in this order;
/// "row" its number in what was given.
pub(crate) struct Set<'a> {
    pub(crate) facts: Vec<&'a Facts>,
    pub(crate) pictures: &'a dyn Pictures,
    /// The row of each place.
    pub(crate) rows: Vec<u32>,
}

impl<'a> Set<'a> {
    pub(crate) fn new(facts: &'a [Facts], pictures: &'a dyn Pictures) -> Self {
        let mut rows: Vec<u32> = (0..facts.len() as u32).collect();
        rows.sort_by_key(|row| {
            let facts = &facts[*row as usize];
            // Ranks are meant to differ; should they not, content decides.
            (facts.order, facts.content_hash, *row)
        });
        Self {
            facts: rows.iter().map(|row| &facts[*row as usize]).collect(),
            pictures,
            rows,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn signature(&self, place: u32) -> Signature {
        self.pictures.signature(self.rows[place as usize])
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

/// The different pictures of a set, by a number of their own.
#[derive(Clone, Copy)]
pub(crate) struct Distinct<'a> {
    pub(crate) set: &'a Set<'a>,
    /// The place of each.
    pub(crate) places: &'a [u32],
}

impl<'a> Distinct<'a> {
    pub(crate) fn len(self) -> u32 {
        self.places.len() as u32
    }

    pub(crate) fn facts(self, at: u32) -> &'a Facts {
        self.set.facts[self.places[at as usize] as usize]
    }

    pub(crate) fn signature(self, at: u32) -> Signature {
        self.set.signature(self.places[at as usize])
    }

    pub(crate) fn closeup(self, at: u32) -> Option<Closeup> {
        let row = self.set.rows[self.places[at as usize] as usize];
        self.set.pictures.closeup(row)
    }
}
