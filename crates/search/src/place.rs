//! Where in a listing a page begins, and the cursors that say so.

use lamina_model::Cursor;

use crate::{Hit, SearchError};

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The page with this number, from 0.
    Number(u32),
    /// After what another page ended with.
    After(Cursor),
}

impl Default for Place {
    fn default() -> Self {
        Self::Number(0)
    }
}

/// The listings that have cursors; a cursor of one is refused by the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    Media = 1,
    RankedMedia = 2,
    Clusters = 3,
    RankedClusters = 4,
    Members = 5,
    RankedMembers = 6,
}

/// A cursor of a listing of one generation: what it is of, and the key of the last entry.
pub(crate) fn cursor(listing: Listing, generation: i64, key: &[u8]) -> Cursor {
    let mut bytes = vec![listing as u8];
    bytes.extend(generation.to_be_bytes());
    bytes.extend(key);
    Cursor::after(bytes)
}

/// The key of a cursor of that listing and generation.
pub(crate) fn key<const LENGTH: usize>(
    cursor: &Cursor,
    listing: Listing,
    generation: i64,
) -> Result<[u8; LENGTH], SearchError> {
    let stale = SearchError::StaleCursor;
    let (kind, rest) = cursor.key().split_first().ok_or(SearchError::StaleCursor)?;
    let (of, key) = rest
        .split_first_chunk::<8>()
        .ok_or(SearchError::StaleCursor)?;
    if *kind != listing as u8 || i64::from_be_bytes(*of) != generation {
        return Err(stale);
    }
    key.try_into().map_err(|_| stale)
}

/// The key of a hit: its distance and its row.
pub(crate) fn hit_key(hit: Hit) -> [u8; 8] {
    let mut key = [0; 8];
    key[..4].copy_from_slice(&hit.distance.to_bits().to_be_bytes());
    key[4..].copy_from_slice(&hit.row.to_be_bytes());
    key
}

/// The hit that a key stands for.
#[expect(
    clippy::cast_possible_truncation,
    reason = "each half is taken on purpose"
)]
pub(crate) fn hit_of(key: [u8; 8]) -> Hit {
    let key = u64::from_be_bytes(key);
    Hit {
        distance: f32::from_bits((key >> 32) as u32),
        row: key as u32,
    }
}

/// The first entry of the page with a number.
pub(crate) fn first_of(number: u32, size: usize) -> usize {
    (number as usize).saturating_mul(size)
}
