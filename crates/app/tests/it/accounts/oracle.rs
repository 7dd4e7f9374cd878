//! What `PyJWT` makes of tokens, beside what the parser of the program makes of them. `PyJWT` is
//! laxer by design: it may take what is refused here, never the other way round.

use std::process::Command;

use lamina_auth::{KeyId, Secret, TokenPolicy, UnverifiedToken};
use lamina_model::Timestamp;
use lamina_testkit::CountingChance;

use crate::tools::{printed, python, run};

/// How many tokens are drawn.
const TOKENS: &str = "20000";

#[test]
fn t_135_no_token_is_taken_that_pyjwt_refuses() {
    let Some(python) = python() else {
        return;
    };
    let chance = CountingChance::new();
    let (key, secret) = (KeyId::new(&chance), Secret::new(&chance));
    let mut command = Command::new(python);
    command.args(["-c", include_str!("draw_tokens.py"), key.as_str()]);
    command.args([secret.expose(), TOKENS]);
    let folder = tempfile::tempdir().unwrap();
    let drawn = printed(&run(command, folder.path(), &[]));

    let (now, tokens) = drawn.split_once('\n').unwrap();
    let now = Timestamp::from_seconds(now.parse().unwrap());
    let takes = |token: &str| {
        UnverifiedToken::parse(token)
            .and_then(|token| {
                let known = *token.key_id() == key;
                let secrets: &[&Secret] = if known { &[&secret] } else { &[] };
                token.verify_signature(secrets)
            })
            .and_then(|token| token.check_claims(now, &TokenPolicy::default()))
            .is_ok()
    };
    let (mut both, mut stricter, mut neither) = (0, 0, 0);
    for line in tokens.lines() {
        let (theirs, token) = line.split_once(' ').unwrap();
        match (takes(token), theirs == "1") {
            (true, true) => both += 1,
            (false, true) => stricter += 1,
            (false, false) => neither += 1,
            (true, false) => panic!("taken, though PyJWT refuses it: {token}"),
        }
    }
    // Enough of each kind that agreement means something.
    assert!(
        both > 2_000 && stricter > 500 && neither > 2_000,
        "{both} {stricter} {neither}"
    );
}
