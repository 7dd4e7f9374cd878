//! The signature of a token.

use std::time::Duration;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use lamina_auth::{
    Malformed, Secret, SecretSlip, SessionSecret, Ticket, TicketKind, TokenPolicy, TokenProblem,
    UnverifiedToken,
};

use crate::kit::{Drawn, client, cpu_time, encoded, hmac, now, sign};

#[test]
fn t_47_a_flipped_bit_anywhere_is_refused() {
    let client = client(1);
    let token = client.token();
    for place in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            assert!(client.check(&changed).is_err(), "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn c_11_t_48_a_signature_of_another_length_is_refused() {
    let client = client(1);
    let token = client.token();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let mac = hmac(client.secret.expose().as_bytes(), signed.as_bytes());
    for length in [1, 16, 31, 33, 64] {
        let mut bytes = mac.to_vec();
        bytes.resize(length, 0);
        assert_eq!(
            client.check(&format!("{signed}.{}", encoded(&bytes))),
            Err(TokenProblem::Malformed(Malformed::SignatureLength(length)))
        );
    }
}

#[test]
fn t_49_keys_that_everybody_knows_sign_nothing() {
    let client = client(1);
    let signed_with = |key: &[u8]| {
        let token = sign(key, &client.header(), &client.payload());
        client.check(&token).expect_err("a foreign key")
    };
    let secret = client.secret.expose();
    for (key, slip) in [
        (String::new(), Some(SecretSlip::Empty)),
        ("secret".to_owned(), None),
        (client.key_id.to_string(), Some(SecretSlip::KeyId)),
        (format!("{secret}\n"), Some(SecretSlip::Whitespace)),
        (format!("{secret}\r\n"), Some(SecretSlip::Whitespace)),
        (format!("\"{secret}\""), Some(SecretSlip::Quoted)),
        (secret.replace("vls_", ""), Some(SecretSlip::PrefixDropped)),
        (secret.to_uppercase(), None),
    ] {
        let problem = signed_with(key.as_bytes());
        assert_eq!(problem, TokenProblem::SignatureInvalid(slip));
        assert_eq!(problem.code(), "signature_invalid");
    }
    assert!(
        TokenProblem::SignatureInvalid(Some(SecretSlip::Whitespace))
            .detail()
            .contains("line break")
    );
}

#[test]
fn t_50_a_decoded_or_encoded_secret_is_refused_with_a_hint() {
    let client = client(1);
    let secret = client.secret.expose();
    let hex: Vec<String> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    for (key, slip) in [
        (
            BASE64_URL_SAFE_NO_PAD.decode(secret).unwrap(),
            SecretSlip::Decoded,
        ),
        (
            BASE64_URL_SAFE_NO_PAD.decode(&secret[4..]).unwrap(),
            SecretSlip::Decoded,
        ),
        (BASE64_STANDARD.encode(secret).into(), SecretSlip::Encoded),
        (
            BASE64_URL_SAFE_NO_PAD.encode(secret).into(),
            SecretSlip::Encoded,
        ),
        (hex.concat().into(), SecretSlip::Encoded),
    ] {
        let problem = client
            .check(&sign(&key, &client.header(), &client.payload()))
            .unwrap_err();
        assert_eq!(problem, TokenProblem::SignatureInvalid(Some(slip)));
        assert!(problem.detail().contains("Use the api_secret as it is"));
    }
}

#[test]
fn t_51_a_secret_in_its_overlap_signs_and_says_which_it_is() {
    let client = client(1);
    let new = Secret::new(&Drawn::from(9));
    let token = client.token();
    let check = |secrets: &[&Secret]| {
        UnverifiedToken::parse(&token)?
            .verify_signature(secrets)?
            .check_claims(now(), &TokenPolicy::default())
    };
    assert_eq!(check(&[&new, &client.secret]).unwrap().secret_index, 1);
    assert_eq!(check(&[&client.secret, &new]).unwrap().secret_index, 0);
    assert_eq!(check(&[&new]), Err(TokenProblem::SignatureInvalid(None)));
}

#[test]
fn t_52_an_unknown_key_takes_as_long_as_a_bad_signature() {
    let (ours, stranger) = (client(1), client(2));
    let unknown = stranger.token();
    let forged = stranger.sign(&ours.header(), &ours.payload());
    let first_byte = {
        let good = ours.token();
        let (signed, _) = good.rsplit_once('.').unwrap();
        let mut mac = hmac(ours.secret.expose().as_bytes(), signed.as_bytes());
        mac[0] ^= 1;
        format!("{signed}.{}", encoded(&mac))
    };
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..400 {
        for (token, times) in [&unknown, &forged, &first_byte].iter().zip(&mut times) {
            times.push(cpu_time(|| assert!(ours.check(token).is_err())));
        }
    }
    let medians = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    });
    // Before the work was made equal, an unknown key took a tenth of the time.
    for median in &medians[1..] {
        let ratio = medians[0] / median;
        assert!((0.7..1.4).contains(&ratio), "{medians:?}");
    }
}

#[test]
fn c_18_t_53_credentials_of_other_kinds_are_no_tokens() {
    let chance = Drawn::from(3);
    let client = client(1);
    for text in [
        Ticket::new(TicketKind::PasswordReset, &chance)
            .expose()
            .to_owned(),
        Ticket::new(TicketKind::Invitation, &chance)
            .expose()
            .to_owned(),
        SessionSecret::new(&chance).expose().to_string(),
    ] {
        assert!(client.check(&text).is_err());
    }
    // And a token is no ticket and no session.
    let token = client.token();
    assert!(Ticket::parse(TicketKind::SetUp, &token).is_err());
    assert!(SessionSecret::parse(&token).is_err());
    let reset = Ticket::new(TicketKind::PasswordReset, &chance);
    assert!(Ticket::parse(TicketKind::SetUp, reset.expose()).is_err());
    assert!(Ticket::parse(TicketKind::PasswordReset, reset.expose()).is_ok());
}

#[test]
fn c_10_c_17_every_secret_is_drawn_and_longer_than_hs256_asks_for() {
    let secret = Secret::new(&Drawn::from(5));
    assert_eq!(secret.expose().len(), 47);
    for chosen in ["password", "", "vls_short", &"x".repeat(47)] {
        assert!(Secret::parse(chosen).is_err());
    }
}
