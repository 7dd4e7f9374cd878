//! What is remembered of an analysis, so that the next one compares only what is new.
//!
//! What two pictures are to each other depends on nothing but the two: on their vectors,
//! signatures, hashes, shapes and colours. So a picture goes by a key made of all that, and what
//! was found about pairs of keys stays true whatever is added, taken away or called otherwise.
//! Groups, scores and clusters depend on the whole set and are worked out each time, and so does
//! the choice of the pairs that are looked at closely: what such a look said is remembered, and
//! counts where the pair is chosen again.
//!
//! A list of the pictures near to one stays true as well, as far as it reaches. Of a list that
//! was cut off nobody knows what came next, so each is kept a third longer than it is used, and
//! made again when so many of it are gone.

mod key;
mod read;
mod recall;
#[cfg(test)]
mod tests;
mod written;

pub(crate) use key::{Key, key, made_by};
pub(crate) use recall::{Recall, Remembered};
pub(crate) use written::Writer;

use crate::Work;
use crate::duplicates::Laying;
use crate::hashes::Hashed;
use crate::neighbours::Neighbours;

/// What an analysis remembered for the next one of the same set.
///
/// About a kilobyte a picture, at most four where everything looks alike. Rows are numbered
/// in the order of their keys. [`crate::analyse_after()`] writes it as bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Tells what made it.
    made_by: [u8; 32],
    /// The different pictures, in order.
    keys: Vec<Key>,
    neighbours: Neighbours,
    hashed: Hashed,
    laying: Laying,
    work: Work,
}

/// What is remembered, each kind by itself.
#[derive(Default)]
pub(crate) struct Known<'a> {
    pub(crate) neighbours: Option<Remembered<'a, Neighbours>>,
    pub(crate) hashed: Option<Remembered<'a, Hashed>>,
    pub(crate) laying: Option<Remembered<'a, Laying>>,
}

impl Memory {
    /// Different pictures that it knows.
    pub fn pictures(&self) -> usize {
        self.keys.len()
    }

    /// What the analysis did that wrote it.
    pub fn work(&self) -> Work {
        self.work
    }

    pub(crate) fn is_made_by(&self, made_by: &[u8; 32]) -> bool {
        self.made_by == *made_by
    }

    /// What the pictures of today were.
    pub(crate) fn recall(&self, today: &[Key]) -> Recall {
        Recall::new(&self.keys, today)
    }

    /// Its parts, beside the pictures of today.
    pub(crate) fn known(self, recall: &Recall) -> Known<'_> {
        Known {
            neighbours: Some(Remembered {
                what: self.neighbours,
                recall,
            }),
            hashed: Some(Remembered {
                what: self.hashed,
                recall,
            }),
            laying: Some(Remembered {
                what: self.laying,
                recall,
            }),
        }
    }
}
