//! Walking through the pages of one question, so that each entry is met exactly once.
//!
//! A cursor holds fast which generation the walk is of, and the tags and labels as they were when
//! it began: whatever people change meanwhile, the order stays. Which dataset and which list it is
//! of is in it too; what was asked is not, so who goes on asks the same again.

use lamina_model::Cursor;

use crate::{DatasetScope, Error};

/// What a cursor begins with.
const KIND: u8 = b'w';

/// The lists that are walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PagedList {
    /// Pictures.
    Grid = b'g',
    /// Clusters of a level.
    Clusters = b'c',
    /// Boxes.
    Objects = b'o',
    /// Clusters with previews.
    Explore = b'e',
    /// Pictures of a cluster.
    Members = b'm',
}

impl DatasetScope {
    /// The same dataset with the tags and labels of the moment at which a walk began, and the
    /// number of the entry with which the walk goes on.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the dataset was analysed anew since; [`Error::Invalid`] for a
    /// cursor of something else.
    pub fn resumed(&self, list: PagedList, cursor: &Cursor) -> Result<(Self, u32), Error> {
        let found = cursor.key().strip_prefix(self.origin(list).as_slice());
        let (generation, marks_version, first) = found.and_then(read).ok_or_else(|| {
            let why = "this is no cursor of this list: pass on the text that the page before gave";
            Error::invalid("cursor", why)
        })?;
        let shown = self.dataset().generation.map_or(0, |shown| shown.0);
        if generation != shown {
            return Err(Error::Conflict {
                code: "stale_cursor",
                why: "the dataset was analysed anew since this list was begun; begin again \
                      without a cursor"
                    .to_owned(),
            });
        }
        if marks_version > self.dataset().marks_version || marks_version < 0 {
            return Err(Error::invalid(
                "cursor",
                "this cursor is of no moment of this dataset",
            ));
        }
        Ok((self.as_of(marks_version), first))
    }

    /// The cursor with which a walk goes on at an entry.
    pub fn cursor_at(&self, list: PagedList, first: u32) -> Cursor {
        let generation = self.dataset().generation.map_or(0, |shown| shown.0);
        let mut key = self.origin(list);
        key.extend(generation.to_be_bytes());
        key.extend(self.dataset().marks_version.to_be_bytes());
        key.extend(first.to_be_bytes());
        Cursor::after(key)
    }

    /// What every cursor of a list of this dataset begins with.
    fn origin(&self, list: PagedList) -> Vec<u8> {
        let mut origin = vec![KIND, list as u8];
        origin.extend(self.id().as_uuid().into_bytes());
        origin
    }
}

/// The generation, the number of tags and labels, and the entry.
fn read(key: &[u8]) -> Option<(i64, i64, u32)> {
    let (generation, rest) = key.split_first_chunk()?;
    let (marks_version, first) = rest.split_first_chunk()?;
    Some((
        i64::from_be_bytes(*generation),
        i64::from_be_bytes(*marks_version),
        u32::from_be_bytes(first.try_into().ok()?),
    ))
}
