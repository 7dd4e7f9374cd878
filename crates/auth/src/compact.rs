//! The compact form of signed tokens (RFC 7515 section 7.1): three base64url parts and two dots.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{Malformed, Part};

/// A token cut at its two dots.
pub(crate) struct Parts<'a> {
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
    /// Header, dot and payload: what the signature is over.
    pub(crate) signed: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts without allocating, whatever the number of dots.
    pub(crate) fn split(token: &'a str) -> Result<Self, Malformed> {
        let cut = token.split_once('.').and_then(|(header, rest)| {
            let (payload, signature) = rest.split_once('.')?;
            (!signature.contains('.')).then_some((header, payload, signature))
        });
        let Some((header, payload, signature)) = cut else {
            return Err(match token.split('.').count() {
                _ if token.trim_start().starts_with('{') => Malformed::JsonForm,
                5 => Malformed::Encrypted,
                parts => Malformed::Parts(parts),
            });
        };
        for (text, part) in [
            (header, Part::Header),
            (payload, Part::Payload),
            (signature, Part::Signature),
        ] {
            if text.is_empty() {
                return Err(Malformed::EmptyPart(part));
            }
        }
        Ok(Self {
            header,
            payload,
            signature,
            signed: &token[..header.len() + 1 + payload.len()],
        })
    }
}

/// Decodes a part: base64url, no padding, no stray bits, so that each byte string has
/// exactly one spelling.
pub(crate) fn decode(text: &str, part: Part) -> Result<Vec<u8>, Malformed> {
    let mut bytes = Vec::new();
    decode_into(&mut bytes, text, part)?;
    Ok(bytes)
}

/// Decodes a part into a buffer, in place of what it holds.
pub(crate) fn decode_into(bytes: &mut Vec<u8>, text: &str, part: Part) -> Result<(), Malformed> {
    bytes.resize(text.len() / 4 * 3 + 3, 0);
    let length = BASE64_URL_SAFE_NO_PAD
        .decode_slice(text, bytes)
        .map_err(|_| {
            if text.ends_with('=') {
                Malformed::Padding(part)
            } else if text.contains(['+', '/']) {
                Malformed::StandardAlphabet(part)
            } else {
                Malformed::Base64(part)
            }
        })?;
    bytes.truncate(length);
    Ok(())
}
