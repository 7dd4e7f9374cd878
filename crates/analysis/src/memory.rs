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
mod recall;
mod stored;
#[cfg(test)]
mod tests;

pub(crate) use key::{Key, key, made_by};
pub(crate) use recall::Recall;

use std::collections::BTreeMap;

use crate::closer::Parts;
use crate::duplicates::Looked;
use crate::hashes::Looks;
use crate::neighbours::{Lists, Neighbourhoods};

/// What an analysis remembers for the next one of the same set.
///
/// About a kilobyte a picture, at most four where everything looks alike. Rows are numbered
/// in the order of their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// Tells what made it.
    pub(crate) made_by: [u8; 32],
    /// The different pictures, in order.
    pub(crate) keys: Vec<Key>,
    pub(crate) near: Lists,
    pub(crate) neighbourhoods: Option<Neighbourhoods>,
    pub(crate) looks: Looks,
    /// Bits in which hashes may differ and are near.
    pub(crate) radius: u32,
    pub(crate) hashes: Lists,
    /// Pairs that were laid over each other.
    pub(crate) pairs: Looked,
    /// Where the content of drawings lies, by row.
    pub(crate) parts: BTreeMap<u32, Parts>,
    pub(crate) pictures_compared: u64,
    pub(crate) pairs_laid: u64,
}

impl Memory {
    /// Different pictures that it knows.
    pub fn pictures(&self) -> usize {
        self.keys.len()
    }

    /// Pictures that the analysis compared with all others, or all of their neighbourhoods: those
    /// that it did not know, and those of whose neighbours it no longer knew enough.
    pub fn pictures_compared(&self) -> u64 {
        self.pictures_compared
    }

    /// Pairs of pictures that the analysis laid over each other.
    pub fn pairs_laid(&self) -> u64 {
        self.pairs_laid
    }
}
