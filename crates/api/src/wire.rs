//! JSON shapes that more than one route uses, in the words that clients of the original know.

pub(crate) mod card;
pub(crate) mod dataset;
pub(crate) mod details;
pub(crate) mod entity_type;
pub(crate) mod error;
pub(crate) mod listed;
pub(crate) mod media;
pub(crate) mod moment;
pub(crate) mod object;
pub(crate) mod paging;
pub(crate) mod report;
pub(crate) mod task;
pub(crate) mod vql;
pub(crate) mod wanted;

use std::fmt::Write as _;

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
            text
        })
}

/// Bytes percent-encoded so that every byte can be told from the text: all but unreserved
/// characters (RFC 3986), and slashes where `keep_slashes`.
pub(crate) fn percent_encoded(bytes: &[u8], keep_slashes: bool) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len()), |mut text, &byte| {
            if byte.is_ascii_alphanumeric()
                || b"-._~".contains(&byte)
                || (keep_slashes && byte == b'/')
            {
                text.push(char::from(byte));
            } else {
                write!(text, "%{byte:02X}").expect("writing to a string cannot fail");
            }
            text
        })
}
