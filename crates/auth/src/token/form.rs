//! The header of a token.

use crate::{
    KeyId, Malformed, Part, TokenProblem,
    json::{JsonFault, Value, read_members, text},
};

/// Reads the header: HS256, no extension, a token's `typ`, and a key id that could exist.
pub(super) fn read_header(bytes: &[u8]) -> Result<KeyId, TokenProblem> {
    const NAMES: [&str; 7] = ["alg", "kid", "typ", "crit", "b64", "zip", "enc"];
    let [alg, kid, typ, extensions @ ..] =
        read_members(bytes, &NAMES).map_err(|fault| unreadable(fault, Part::Header))?;
    if text(alg.as_ref()) != Some("HS256") {
        return Err(TokenProblem::AlgorithmNotAllowed);
    }
    if let Some(place) = extensions.iter().position(Option::is_some) {
        let member = NAMES[3 + place];
        return Err(TokenProblem::UnsupportedHeader { member });
    }
    match typ.as_ref().map(Value::as_text) {
        None => {}
        Some(Some(kind))
            if kind.eq_ignore_ascii_case("JWT") || kind.eq_ignore_ascii_case("application/jwt") => {
        }
        Some(_) => return Err(TokenProblem::TypeNotAllowed),
    }
    match text(kid.as_ref()) {
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
