//! One page of a listing, and the mark from which the next one goes on.

use std::{fmt, str::FromStr};

/// A place in a listing. Opaque to callers; a cursor of one listing means nothing in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Vec<u8>);

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: pass on the text that the page before gave, unchanged")]
pub struct CursorError;

impl Cursor {
    /// The place after the row with this key.
    pub fn after(key: impl Into<Vec<u8>>) -> Self {
        Self(key.into())
    }

    /// The key of the last row before the place.
    pub fn key(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
            return Err(CursorError);
        }
        (0..text.len())
            .step_by(2)
            .map(|at| hex_byte(&text.as_bytes()[at..at + 2]).ok_or(CursorError))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// The byte that two hexadecimal digits spell; signs, which the standard parser takes, are none.
fn hex_byte(digits: &[u8]) -> Option<u8> {
    let value = |digit: &u8| {
        char::from(*digit)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    Some(value(digits.first()?)? << 4 | value(digits.get(1)?)?)
}

/// Some rows of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, in the order of the listing.
    pub items: Vec<T>,
    /// Where the next page begins; nothing on the last page.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::{Cursor, CursorError};

    #[test]
    fn reads_back_what_it_prints() {
        let cursor = Cursor::after(b"a/\xff\x00z".to_vec());
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn refuses_what_it_never_printed() {
        for text in ["", "0", "zz", "+1", "éé", "0g"] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
    }
}
