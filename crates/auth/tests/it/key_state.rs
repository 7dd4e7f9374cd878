//! What state the key is in.

use lamina_auth::{KeyState, Secret, TokenPolicy, TokenProblem, UnverifiedToken, VerifiedToken};
use lamina_model::Timestamp;

use crate::kit::{NOW_S, client, now};

fn verified(claims: &str) -> VerifiedToken {
    let client = client(1);
    client
        .check(&client.sign(&client.header(), &client.claims(claims)))
        .unwrap()
}

fn fresh() -> VerifiedToken {
    verified(&format!(r#""iat":{NOW_S},"exp":{}"#, NOW_S + 600))
}

fn ago(seconds: i64) -> Timestamp {
    now().plus_seconds(-seconds)
}

#[test]
fn a_key_in_use_lets_its_tokens_pass() {
    let state = KeyState {
        expires_at: Some(now().plus_seconds(1)),
        secrets_until: vec![None],
        tokens_since: Some(ago(1)),
        ..KeyState::default()
    };
    assert_eq!(state.check(&fresh(), now()), Ok(()));
}

#[test]
fn t_71_tokens_from_before_the_great_sign_out_are_refused() {
    let state = KeyState {
        tokens_since: Some(ago(10)),
        ..KeyState::default()
    };
    let old = verified(&format!(r#""iat":{},"exp":{}"#, NOW_S - 11, NOW_S + 600));
    let problem = state.check(&old, now()).unwrap_err();
    assert_eq!(problem.code(), "token_revoked");
    assert_eq!(state.check(&fresh(), now()), Ok(()));
    // One that does not say when it was made could be of any age.
    let ageless = verified(&format!(r#""exp":{}"#, NOW_S + 600));
    assert!(state.check(&ageless, now()).is_err());
}

#[test]
fn t_72_a_revoked_key_says_when_but_only_after_the_signature() {
    let state = KeyState {
        revoked_at: Some(ago(3600)),
        disabled: true,
        ..KeyState::default()
    };
    let problem = state.check(&fresh(), now()).unwrap_err();
    assert_eq!(problem, TokenProblem::KeyRevoked { at: ago(3600) });
    assert_eq!(problem.code(), "key_revoked");
    assert!(
        problem.detail().contains("2026-11-25T00:00:00Z"),
        "{problem}"
    );
    // `check` takes a `VerifiedToken`, and a bad signature never becomes one.
    let (ours, thief) = (client(1), client(2));
    let forged = thief.sign(&ours.header(), &ours.payload());
    assert_eq!(ours.check(&forged).unwrap_err().code(), "signature_invalid");
}

#[test]
fn t_73_an_expired_or_disabled_key_is_named() {
    let expired = KeyState {
        expires_at: Some(now()),
        ..KeyState::default()
    };
    assert_eq!(
        expired.check(&fresh(), now()),
        Err(TokenProblem::KeyExpired { at: now() })
    );
    let disabled = KeyState {
        disabled: true,
        ..KeyState::default()
    };
    assert_eq!(
        disabled.check(&fresh(), now()),
        Err(TokenProblem::KeyDisabled)
    );
    assert_eq!(TokenProblem::KeyDisabled.code(), "key_disabled");
    assert_eq!(TokenProblem::KeyExpired { at: now() }.code(), "key_expired");
}

#[test]
fn t_74_the_key_of_a_disabled_user_is_refused() {
    let state = KeyState {
        owner_disabled: true,
        ..KeyState::default()
    };
    let problem = state.check(&fresh(), now()).unwrap_err();
    assert_eq!(problem.code(), "user_disabled");
}

#[test]
fn t_51_a_replaced_secret_is_named_after_its_overlap() {
    let client = client(1);
    let new = Secret::new(&crate::kit::Drawn::from(7));
    let token = UnverifiedToken::parse(&client.token())
        .unwrap()
        .verify_signature(&[&new, &client.secret])
        .unwrap()
        .check_claims(now(), &TokenPolicy::default())
        .unwrap();
    let state = |until| KeyState {
        secrets_until: vec![None, Some(until)],
        ..KeyState::default()
    };
    assert_eq!(state(now().plus_seconds(1)).check(&token, now()), Ok(()));
    let problem = state(ago(5)).check(&token, now()).unwrap_err();
    assert_eq!(problem.code(), "secret_rotated");
}
