//! The outer form of a token.

use std::time::{Duration, Instant};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE},
};
use lamina_auth::{Malformed, Part, TokenProblem, UnverifiedToken};

use crate::kit::{client, encoded, hmac, sign, sign_bytes};

fn malformed(token: &str) -> Malformed {
    match client(1).check(token) {
        Err(TokenProblem::Malformed(reason)) => reason,
        other => panic!("{token}: {other:?}"),
    }
}

/// The parts of a good token.
fn parts() -> [String; 3] {
    let token = client(1).token();
    let mut parts = token.split('.').map(str::to_owned);
    std::array::from_fn(|_| parts.next().unwrap())
}

#[test]
fn the_token_of_the_documentation_is_accepted() {
    let client = client(1);
    let verified = client.check(&client.token()).unwrap();
    assert_eq!(verified.key_id, client.key_id);
    assert_eq!(verified.secret_index, 0);
    assert_eq!(verified.expires_at, crate::kit::now().plus_seconds(600));
    assert_eq!(verified.issued_at, Some(crate::kit::now()));
}

#[test]
fn c_01_only_the_compact_form_is_read() {
    let [header, payload, signature] = parts();
    for token in [
        format!("{header}.{payload}.{signature}."),
        format!(".{header}.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}\n"),
        format!(" {header}.{payload}.{signature}"),
        format!("{header}..{signature}"),
    ] {
        assert!(client(1).check(&token).is_err(), "{token:?}");
    }
}

#[test]
fn t_09_any_other_number_of_dots_is_refused() {
    for (token, count) in [("abc", 1), ("a.b", 2), ("a.b.c.d", 4)] {
        assert_eq!(malformed(token), Malformed::Parts(count));
    }
    let code = TokenProblem::Malformed(Malformed::Parts(2)).code();
    assert_eq!(code, "token_malformed");
}

#[test]
fn t_10_an_encrypted_token_is_refused() {
    assert_eq!(malformed("a.b.c.d.e"), Malformed::Encrypted);
}

#[test]
fn c_14_five_parts_and_json_are_never_read_as_signed() {
    let [header, payload, signature] = parts();
    assert_eq!(
        malformed(&format!("{header}.{payload}.{signature}.AA.AA")),
        Malformed::Encrypted
    );
}

#[test]
fn t_11_the_json_serialisation_is_refused() {
    let [header, payload, signature] = parts();
    let flat =
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    let general = format!(
        r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
    );
    assert_eq!(malformed(&flat), Malformed::JsonForm);
    assert_eq!(malformed(&general), Malformed::JsonForm);
}

#[test]
fn t_12_an_empty_part_is_refused() {
    let [header, payload, signature] = parts();
    for (token, part) in [
        (format!(".{payload}.{signature}"), Part::Header),
        (format!("{header}..{signature}"), Part::Payload),
        (format!("{header}.{payload}."), Part::Signature),
    ] {
        assert_eq!(malformed(&token), Malformed::EmptyPart(part));
    }
}

#[test]
fn t_13_padding_is_refused_on_every_part() {
    let [header, payload, signature] = parts();
    for (token, part) in [
        (format!("{header}=.{payload}.{signature}"), Part::Header),
        (format!("{header}.{payload}==.{signature}"), Part::Payload),
        (format!("{header}.{payload}.{signature}="), Part::Signature),
    ] {
        assert_eq!(malformed(&token), Malformed::Padding(part));
    }
    // Even when the signature is over the padded text.
    let client = client(1);
    let padded = |text: &str| BASE64_URL_SAFE.encode(text.trim_end().to_owned() + " ");
    let signed = format!("{}.{}", padded(&client.header()), padded(&client.payload()));
    let mac = hmac(client.secret.expose().as_bytes(), signed.as_bytes());
    assert!(
        client
            .check(&format!("{signed}.{}", encoded(&mac)))
            .is_err()
    );
}

#[test]
fn t_14_the_standard_alphabet_is_refused() {
    let client = client(1);
    // These claims put `?` and `~` where base64 needs its last two characters.
    let payload = client.claims(r#""exp":1795569000,"x":"???~~~?>?>~~""#);
    let standard = BASE64_STANDARD_NO_PAD.encode(&payload);
    assert!(standard.contains(['+', '/']));
    let signed = format!("{}.{standard}", encoded(client.header().as_bytes()));
    let mac = hmac(client.secret.expose().as_bytes(), signed.as_bytes());
    assert_eq!(
        malformed(&format!("{signed}.{}", encoded(&mac))),
        Malformed::StandardAlphabet(Part::Payload)
    );
}

#[test]
fn t_15_stray_bits_behind_the_last_byte_are_refused() {
    let token = client(1).token();
    // A signature of 32 bytes leaves two bits unused in its last character.
    let (front, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).unwrap();
    let neighbour = &alphabet[place + 1..place + 2];
    assert_eq!(
        malformed(&format!("{front}{neighbour}")),
        Malformed::Base64(Part::Signature)
    );
}

#[test]
fn t_16_white_space_and_invisible_characters_are_refused_in_every_part() {
    let [header, payload, signature] = parts();
    for odd in [" ", "\t", "\r\n", "\n", "\0", "\u{200b}", "\u{feff}"] {
        for token in [
            format!("{header}{odd}.{payload}.{signature}"),
            format!("{header}.{odd}{payload}.{signature}"),
            format!("{header}.{payload}.{signature}{odd}"),
        ] {
            assert!(client(1).check(&token).is_err(), "{token:?}");
        }
    }
}

#[test]
fn t_18_parts_that_are_no_json_object_are_refused() {
    let client = client(1);
    let key = client.secret.expose().as_bytes();
    let texts = [
        "not json",
        "[1]",
        "\"text\"",
        "7",
        "null",
        "true",
        "",
        " ",
        "{",
        "{\"a\":1",
        "{}}",
        "{} x",
        "\u{feff}{}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1}{\"b\":2}",
        "{\"a\":01}",
    ];
    for text in texts {
        let header = sign(key, text, &client.payload());
        assert!(client.check(&header).is_err(), "header {text:?}");
        let payload = client.sign(&client.header(), text);
        assert!(client.check(&payload).is_err(), "payload {text:?}");
    }
    assert_eq!(
        client.check(&client.sign(&client.header(), "[1]")),
        Err(TokenProblem::Malformed(Malformed::NotObject(Part::Payload)))
    );
    assert_eq!(
        client.check(&client.sign(&client.header(), "{\"a\"")),
        Err(TokenProblem::Malformed(Malformed::NotJson(Part::Payload)))
    );
    let trailing = format!("{} x", client.payload());
    assert!(!client.accepts(&trailing));
}

#[test]
fn t_19_other_encodings_than_utf8_are_refused() {
    let client = client(1);
    let key = client.secret.expose().as_bytes();
    let utf16: Vec<u8> = client
        .payload()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin = [
        client.payload().trim_end_matches('}').as_bytes(),
        b",\"x\":\"\xe9\"}",
    ]
    .concat();
    for payload in [utf16, latin] {
        let token = sign_bytes(key, client.header().as_bytes(), &payload);
        assert!(client.check(&token).is_err());
    }
}

#[test]
fn t_20_deep_nesting_and_endless_numbers_cost_nothing() {
    let client = client(1);
    let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let started = Instant::now();
    for payload in [
        client.claims(&format!(r#""exp":{}"#, deep(1_400))),
        client.claims(&format!(r#""exp":1795569000,"x":{}"#, deep(1_400))),
        client.claims(&format!(r#""exp":{}"#, "9".repeat(2_800))),
        client.claims(&format!(r#""exp":{}"#, deep(10_000))),
        client.claims(&format!(r#""exp":{}"#, "9".repeat(1_000_000))),
    ] {
        // Whether skipped nesting is accepted or not, it must not take time or stack.
        let verdict = client.check(&client.sign(&client.header(), &payload));
        assert!(verdict.is_err() || payload.contains("\"x\""));
    }
    let header = format!(r#"{{"alg":"HS256","kid":{}}}"#, deep(1_400));
    assert!(client.check(&client.sign(&header, "{}")).is_err());
    assert!(started.elapsed() < Duration::from_millis(500));
}

#[test]
fn t_21_the_size_is_checked_before_anything_is_decoded() {
    let token = format!("{}.b.c", "%".repeat(4096));
    assert_eq!(
        UnverifiedToken::parse(&token).unwrap_err(),
        TokenProblem::TooLarge { bytes: 4100 }
    );
}

#[test]
fn t_25_a_mebibyte_of_dots_is_refused_at_once() {
    let dots = ".".repeat(1 << 20);
    let started = Instant::now();
    assert!(UnverifiedToken::parse(&dots).is_err());
    assert!(started.elapsed() < Duration::from_millis(50));
    // Within the size limit too, dots are counted and not collected.
    assert_eq!(malformed(&".".repeat(4096)), Malformed::Parts(4097));
}
