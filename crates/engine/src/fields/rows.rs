//! Reading a file of values row by row: a JSON list, of which one element is in memory at a time.
//! It may be in any encoding in which annotation files are read.

use std::{
    fmt,
    io::{BufReader, Read},
};

use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::Value;

use crate::annotations::Text;

/// Calls `each` with the place and the value of every element of a list, until it says no more.
///
/// # Errors
/// Why the file is no such list, with the place where that shows.
pub(super) fn each_row<R: Read>(
    file: R,
    each: &mut dyn FnMut(u64, Value) -> Goes,
) -> Result<(), String> {
    let mut stopped = false;
    let text = Text::of(file).map_err(|cause| format!("Expected a JSON list of rows: {cause}"))?;
    let mut document = serde_json::Deserializer::from_reader(BufReader::new(text));
    let read = document.deserialize_seq(Rows {
        each,
        stopped: &mut stopped,
    });
    match read.and_then(|()| document.end()) {
        Err(cause) if !stopped => Err(format!("Expected a JSON list of rows: {cause}")),
        _ => Ok(()),
    }
}

/// Whether more rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goes {
    /// They are.
    On,
    /// Enough was seen.
    No,
}

struct Rows<'a> {
    each: &'a mut dyn FnMut(u64, Value) -> Goes,
    stopped: &'a mut bool,
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(value) = list.next_element::<Value>()? {
            if (self.each)(at, value) == Goes::No {
                *self.stopped = true;
                return Err(A::Error::custom("enough"));
            }
            at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_before_a_fault_are_read_and_the_fault_is_told() {
        let mut seen = Vec::new();
        let mut each = |at: u64, value: Value| {
            seen.push((at, value));
            Goes::On
        };
        let told = each_row(&b"[1, \"b\", {\"c\": "[..], &mut each).unwrap_err();
        assert!(told.starts_with("Expected a JSON list of rows"), "{told}");
        assert_eq!(seen, [(0, 1.into()), (1, "b".into())]);
        assert!(each_row(&b"{}"[..], &mut |_, _| Goes::On).is_err());
        let mut count = 0;
        let mut first = |_, _| {
            count += 1;
            Goes::No
        };
        assert_eq!(each_row(&b"[1, 2, nonsense"[..], &mut first), Ok(()));
        assert_eq!(count, 1);
    }
}
