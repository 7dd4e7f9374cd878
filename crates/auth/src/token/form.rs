//! The header of a token.

use crate::{
    KeyId, Malformed, Part, TokenProblem,
    json::{JsonFault, Members, Value},
};

/// Reads the header: HS256, no extension, a token's `typ`, and a key id that could exist.
pub(super) fn read_header(bytes: &[u8]) -> Result<KeyId, TokenProblem> {
    const NAMES: [&str; 7] = ["alg", "kid", "typ", "crit", "b64", "zip", "enc"];
    let header = Members::read(bytes, &NAMES).map_err(|fault| unreadable(fault, Part::Header))?;
    if header.text("alg") != Some("HS256") {
        return Err(TokenProblem::AlgorithmNotAllowed);
    }
    for member in ["crit", "b64", "zip", "enc"] {
        if header.get(member).is_some() {
            return Err(TokenProblem::UnsupportedHeader { member });
        }
    }
    match header.get("typ") {
        None => {}
        Some(Value::Text(kind))
            if kind.eq_ignore_ascii_case("JWT") || kind.eq_ignore_ascii_case("application/jwt") => {
        }
        Some(_) => return Err(TokenProblem::TypeNotAllowed),
    }
    match header.text("kid") {
        None | Some("") => Err(TokenProblem::KeyIdMissing),
        Some(kid) => KeyId::parse(kid).map_err(TokenProblem::KeyIdMalformed),
    }
}

/// What a fault of the JSON reader means for a part of a token.
pub(super) fn unreadable(fault: JsonFault, part: Part) -> TokenProblem {
    TokenProblem::Malformed(match fault {
        JsonFault::NotUtf8 => Malformed::NotUtf8(part),
        JsonFault::Syntax(_) => Malformed::NotJson(part),
        JsonFault::NotObject => Malformed::NotObject(part),
        JsonFault::Duplicate => Malformed::DuplicateMember(part),
        JsonFault::TooMany => Malformed::TooManyMembers(part),
    })
}
