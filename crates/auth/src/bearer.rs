//! Takes the token out of the `Authorization` header (RFC 6750, RFC 9110 section 11).
//!
//! Header values come in as bytes, all lines of them. Whether the token is any good is the
//! business of [`crate::UnverifiedToken`]; here, only slips that would make its message
//! misleading are told apart.

use crate::{MAX_TOKEN_BYTES, Malformed, TokenProblem};

const SCHEME: &[u8] = b"bearer";

/// The token in the request's `Authorization` lines; `None` when there is no such line.
///
/// # Errors
/// [`TokenProblem`] when there is more than one line or credential, when the scheme is
/// another one, or when no single token follows it.
pub fn bearer<'a>(lines: &[&'a [u8]]) -> Result<Option<&'a str>, TokenProblem> {
    let line = match lines {
        [] => return Ok(None),
        [line] => trim(line),
        _ => return Err(TokenProblem::SeveralCredentials),
    };
    if line.is_empty() {
        return Err(TokenProblem::TokenMissing);
    }
    let scheme_end = line.iter().position(|byte| is_space(*byte));
    let (scheme, rest) = line.split_at(scheme_end.unwrap_or(line.len()));
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(odd_scheme(scheme));
    }
    let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
    let (spaces, token) = rest.split_at(spaces);
    if token.is_empty() {
        return Err(TokenProblem::TokenMissing);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenProblem::TooLarge { bytes: token.len() });
    }
    if token.starts_with(b"ey") && is_plain(token) && !spaces.contains(&b'\t') {
        return Ok(std::str::from_utf8(token).ok());
    }
    let token = printable(token).ok_or(Malformed::NotAscii)?;
    if spaces.contains(&b'\t') {
        return Err(Malformed::Tab.into());
    }
    match slip_in(token) {
        Some(Slip::Several) => Err(TokenProblem::SeveralCredentials),
        Some(Slip::Malformed(reason)) => Err(reason.into()),
        None => Ok(Some(token)),
    }
}

enum Slip {
    Several,
    Malformed(Malformed),
}

/// What was sent in place of `Bearer`, as far as a hint can be given.
fn odd_scheme(scheme: &[u8]) -> TokenProblem {
    let glued = scheme.len() > SCHEME.len() && scheme[..SCHEME.len()].eq_ignore_ascii_case(SCHEME);
    TokenProblem::Malformed(if glued {
        Malformed::NoSpace
    } else if scheme.starts_with(b"eyJ") {
        Malformed::NoScheme
    } else if scheme.starts_with(b"vls_") {
        Malformed::SecretSent
    } else if scheme.starts_with(b"vlk_") {
        Malformed::KeySent
    } else if !scheme.is_ascii() {
        Malformed::NotAscii
    } else {
        return TokenProblem::SchemeUnsupported;
    })
}

/// A slip that is better named than "not base64url".
fn slip_in(token: &str) -> Option<Slip> {
    let wrapped = |left: &str, right: char| token.starts_with(left) && token.ends_with(right);
    let reason = if token
        .split_once(' ')
        .is_some_and(|(first, _)| first.eq_ignore_ascii_case("bearer"))
    {
        Malformed::SchemeTwice
    } else if token.starts_with("{\"") {
        Malformed::JsonForm
    } else if token.contains(',') {
        return Some(Slip::Several);
    } else if wrapped("b'", '\'') || wrapped("b\"", '"') {
        Malformed::BytesRepr
    } else if wrapped("\"", '"') || wrapped("'", '\'') || wrapped("`", '`') {
        Malformed::Quoted
    } else if wrapped("<", '>') || wrapped("{", '}') || token.starts_with('$') {
        Malformed::Placeholder
    } else if ["null", "none", "undefined", "nil", "false"]
        .iter()
        .any(|word| token.eq_ignore_ascii_case(word))
    {
        Malformed::EmptyVariable
    } else if token.starts_with("VL_Token:") {
        Malformed::Label
    } else if token.starts_with("vls_") {
        Malformed::SecretSent
    } else if token.starts_with("vlk_") {
        Malformed::KeySent
    } else if token.bytes().any(is_space) {
        Malformed::InnerSpace
    } else {
        return None;
    };
    Some(Slip::Malformed(reason))
}

/// Whether all bytes lie between `-` and `~`: no white space, no comma, nothing outside ASCII.
/// A base64url header begins with `ey`, so a token that also passes this has no slip that is
/// looked for here. Bits are gathered instead of stopping early, so that the loop takes many
/// bytes at once.
fn is_plain(token: &[u8]) -> bool {
    let odd = |byte: &u8| u8::from(byte.wrapping_sub(b'-') > b'~' - b'-');
    token.iter().fold(0, |found, byte| found | odd(byte)) == 0
}

/// The bytes as text, if all are printable ASCII, spaces or tabs.
fn printable(bytes: &[u8]) -> Option<&str> {
    let fine = bytes
        .iter()
        .all(|byte| byte.is_ascii_graphic() || is_space(*byte));
    fine.then(|| std::str::from_utf8(bytes).ok()).flatten()
}

fn trim(line: &[u8]) -> &[u8] {
    let Some(start) = line.iter().position(|byte| !is_space(*byte)) else {
        return &[];
    };
    let end = line.iter().rposition(|byte| !is_space(*byte));
    &line[start..=end.unwrap_or(start)]
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
