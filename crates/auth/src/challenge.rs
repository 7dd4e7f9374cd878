//! The `WWW-Authenticate` header of a refusal (RFC 6750 section 3).

use crate::{ProblemKind, TokenProblem};

/// The challenge that goes with a refused or missing token. Without credentials it names the
/// realm alone; otherwise it carries `error` and `error_description`.
pub fn challenge_for(realm: &str, problem: &TokenProblem) -> String {
    let error = match problem.kind() {
        ProblemKind::NotIdentified => return format!("Bearer realm=\"{}\"", quotable(realm)),
        ProblemKind::BadToken => "invalid_token",
        ProblemKind::BadRequest => "invalid_request",
    };
    format!(
        "Bearer realm=\"{}\", error=\"{error}\", error_description=\"{}\"",
        quotable(realm),
        quotable(&problem.detail()),
    )
}

/// The challenge of a 403: the token is good and its key may not do this.
/// `scope` is the scope that would be needed, `description` a sentence.
pub fn challenge_for_scope(realm: &str, scope: &str, description: &str) -> String {
    format!(
        "Bearer realm=\"{}\", error=\"insufficient_scope\", error_description=\"{}\", scope=\"{}\"",
        quotable(realm),
        quotable(description),
        quotable(scope),
    )
}

/// The text with only the characters that RFC 6750 allows in a parameter: %x20-21, %x23-5B
/// and %x5D-7E.
fn quotable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' => '\'',
            '\\' => '/',
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
}
