//! Between the types of the model and what a column can hold.

use lamina_model::{Cursor, Page, SourcePath, Timestamp};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Bytes of a path that are kept in the index; the rest goes into a column of its own.
const HEAD_LEN: usize = 1024;

/// A path as the `files` table holds it.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathParts {
    pub(crate) head: Vec<u8>,
    pub(crate) tail: Vec<u8>,
    pub(crate) tail_hash: Vec<u8>,
}

impl PathParts {
    pub(crate) fn of(path: &SourcePath) -> Self {
        let bytes = path.as_bytes();
        let (head, tail) = bytes.split_at(bytes.len().min(HEAD_LEN));
        let tail_hash = if tail.is_empty() {
            Vec::new()
        } else {
            blake3::hash(tail).as_bytes().to_vec()
        };
        Self {
            head: head.to_vec(),
            tail: tail.to_vec(),
            tail_hash,
        }
    }

    /// The place after a path in a listing; before the first where there is none.
    pub(crate) fn after(path: Option<&SourcePath>) -> Self {
        path.map(Self::of).unwrap_or_default()
    }
}

/// The path whose parts these are.
pub(crate) fn path(mut head: Vec<u8>, tail: &[u8]) -> SourcePath {
    head.extend_from_slice(tail);
    SourcePath::from_bytes(head)
}

/// A count or size as a column holds it. Nothing real comes near the end of the range.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The length of a page or list as SQL takes it.
pub(crate) fn limit(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A count, size or small number that came from a column.
pub(crate) fn number<T: TryFrom<i64>>(what: &'static str, value: i64) -> Result<T> {
    T::try_from(value).map_err(|_| Error::Corrupt { what })
}

/// A word that came from a column.
pub(crate) fn word<T>(what: &'static str, found: Option<T>) -> Result<T> {
    found.ok_or(Error::Corrupt { what })
}

/// A hash that came from a column.
pub(crate) fn hash(what: &'static str, bytes: Vec<u8>) -> Result<[u8; 32]> {
    <[u8; 32]>::try_from(bytes).map_err(|_| Error::Corrupt { what })
}

/// Text that `PostgreSQL` takes as well: it refuses NUL.
pub(crate) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A moment that came from a column where there may be none.
pub(crate) fn moment(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

/// JSON for a column that nothing filters on.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::Corrupt { what })
}

/// What a JSON column holds.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    json: &str,
) -> Result<T> {
    serde_json::from_str(json).map_err(|_| Error::Corrupt { what })
}

/// A page of at most `limit` rows from rows fetched with a limit of one more.
pub(crate) fn page<T>(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> Vec<u8>) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| Cursor::after(key(row)));
    Page { items: rows, next }
}

/// The id in the key of a cursor; before all ids where there is no cursor.
pub(crate) fn id_after(cursor: Option<&Cursor>) -> Result<Uuid> {
    match cursor {
        Some(cursor) => Uuid::from_slice(cursor.key()).map_err(|_| Error::WrongCursor),
        None => Ok(Uuid::nil()),
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::SourcePath;

    use super::{PathParts, path};

    #[test]
    fn parts_of_a_path_sort_as_the_path_does_and_join_to_it() {
        let long = |end: &str| [&vec![b'a'; 1024], end.as_bytes()].concat();
        let sorted = [
            b"a".to_vec(),
            vec![b'a'; 1023],
            long(""),
            long("/b"),
            long("/c"),
            b"ab".to_vec(),
        ];
        let parts: Vec<_> = sorted
            .iter()
            .map(|bytes| PathParts::of(&SourcePath::from_bytes(bytes.clone())))
            .collect();
        for pair in parts.windows(2) {
            assert!((&pair[0].head, &pair[0].tail) < (&pair[1].head, &pair[1].tail));
        }
        for (bytes, part) in sorted.iter().zip(parts) {
            assert_eq!(path(part.head, &part.tail).as_bytes(), bytes);
        }
    }
}
