//! Percent-encoding, read strictly.

use std::borrow::Cow;

/// Why a text cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadText {
    /// A percent sign that announces nothing.
    #[error(
        "a percent sign is not followed by two hexadecimal digits; write %25 for the sign itself"
    )]
    Percent,
    /// Bytes that are no text.
    #[error("it is not UTF-8")]
    Utf8,
}

/// The text that a percent-encoded one stands for.
pub(crate) fn percent(text: &str) -> Result<Cow<'_, str>, BadText> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || {
                char::from(rest.next()?)
                    .to_digit(16)
                    .and_then(|d| u8::try_from(d).ok())
            };
            let (high, low) = (
                digit().ok_or(BadText::Percent)?,
                digit().ok_or(BadText::Percent)?,
            );
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| BadText::Utf8)
}

/// The pairs of a query or of a form, in order: `+` is a space, as forms have it.
pub(crate) fn pairs(text: &str) -> Result<Vec<(String, String)>, BadText> {
    let plain = |text: &str| percent(&text.replace('+', " ")).map(Cow::into_owned);
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((plain(name)?, plain(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{BadText, pairs, percent};

    #[test]
    fn reads_what_is_well_formed() {
        assert_eq!(percent("a%20%C3%a9+").unwrap(), "a é+");
        let read = pairs("a=1&b=x%26y+z&&c&a=2").unwrap();
        let expected = [("a", "1"), ("b", "x&y z"), ("c", ""), ("a", "2")];
        assert_eq!(read, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn refuses_what_is_not() {
        for text in ["%", "%4", "%zz", "a%", "%+1"] {
            assert_eq!(percent(text), Err(BadText::Percent), "{text}");
        }
        assert_eq!(percent("%ff"), Err(BadText::Utf8));
    }
}
