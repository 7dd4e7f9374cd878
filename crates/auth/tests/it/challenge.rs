//! The `WWW-Authenticate` header.

use lamina_auth::{
    Malformed, ProblemKind, SecretSlip, TimeClaim, TimeFault, TokenProblem, challenge_for,
    challenge_for_scope,
};

use crate::kit::now;

/// One of each kind, and every hint.
fn all_problems() -> Vec<TokenProblem> {
    let mut all = vec![
        TokenProblem::CredentialsMissing,
        TokenProblem::SchemeUnsupported,
        TokenProblem::SeveralCredentials,
        TokenProblem::TokenMissing,
        TokenProblem::TooLarge { bytes: 5000 },
        TokenProblem::Malformed(Malformed::BytesRepr),
        TokenProblem::Malformed(Malformed::Parts(9)),
        TokenProblem::AlgorithmNotAllowed,
        TokenProblem::UnsupportedHeader { member: "crit" },
        TokenProblem::TypeNotAllowed,
        TokenProblem::KeyIdMissing,
        TokenProblem::KeyIdMalformed(lamina_auth::KeyIdError::Check),
        TokenProblem::SignatureInvalid(None),
        TokenProblem::SignatureInvalid(Some(SecretSlip::Quoted)),
        TokenProblem::SubjectMismatch { is_text: true },
        TokenProblem::IssuerInvalid,
        TokenProblem::ExpiryMissing,
        TokenProblem::ExpiresBeforeIssue,
        TokenProblem::AudienceInvalid,
        TokenProblem::TokenIdInvalid,
        TokenProblem::Expired {
            exp: 1.0,
            now: now(),
            slip: None,
        },
        TokenProblem::IssuedInFuture {
            iat: 4e9,
            now: now(),
            slip: None,
        },
        TokenProblem::NotYetValid {
            nbf: 4e9,
            now: now(),
        },
        TokenProblem::LifetimeTooLong {
            lifetime_s: 9e15,
            cap_s: 600,
        },
        TokenProblem::SecretRotated { at: now() },
        TokenProblem::KeyRevoked { at: now() },
        TokenProblem::KeyDisabled,
        TokenProblem::KeyExpired { at: now() },
        TokenProblem::TokenRevoked { since: now() },
        TokenProblem::UserDisabled,
    ];
    for claim in [TimeClaim::Exp, TimeClaim::Iat, TimeClaim::Nbf] {
        let fault = TimeFault::NotNumber;
        all.push(TokenProblem::TimeInvalid { claim, fault });
    }
    all
}

#[test]
fn c_19_without_credentials_the_challenge_has_no_error() {
    assert_eq!(
        challenge_for("lamina", &TokenProblem::CredentialsMissing),
        "Bearer realm=\"lamina\""
    );
    let bad = challenge_for("lamina", &TokenProblem::IssuerInvalid);
    assert_eq!(
        bad,
        "Bearer realm=\"lamina\", error=\"invalid_token\", \
         error_description=\"The iss claim must be the string 'sdk', exactly.\""
    );
}

#[test]
fn c_20_a_lack_of_rights_names_the_scope() {
    assert_eq!(
        challenge_for_scope("lamina", "write", "This key may only read."),
        "Bearer realm=\"lamina\", error=\"insufficient_scope\", \
         error_description=\"This key may only read.\", scope=\"write\""
    );
}

#[test]
fn c_21_several_credentials_are_an_invalid_request() {
    assert_eq!(
        TokenProblem::SeveralCredentials.kind(),
        ProblemKind::BadRequest
    );
    assert!(challenge_for("x", &TokenProblem::SeveralCredentials).contains("invalid_request"));
}

#[test]
fn c_23_a_description_holds_only_the_characters_allowed() {
    for problem in all_problems() {
        let challenge = challenge_for("l\"a\\m\u{e9}\r\n", &problem);
        let (_, parameters) = challenge.split_once("Bearer ").unwrap();
        for parameter in parameters.split("\", ") {
            let (_, value) = parameter.split_once("=\"").unwrap();
            let value = value.trim_end_matches('"');
            assert!(
                value
                    .bytes()
                    .all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
                "{value}"
            );
        }
        // The sentences need no replacing in the first place.
        let detail = problem.detail();
        assert!(
            detail.is_ascii() && !detail.contains(['"', '\\']),
            "{detail}"
        );
    }
}

#[test]
fn codes_are_snake_case_and_one_a_cause() {
    let mut codes: Vec<_> = all_problems().iter().map(TokenProblem::code).collect();
    for code in &codes {
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        );
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(
        codes.len(),
        all_problems().len() - 2,
        "the hints share two codes"
    );
}
