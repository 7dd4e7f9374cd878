//! The `VL_AUTH` cookie.

use base64::{Engine, prelude::BASE64_URL_SAFE};
use lamina_auth::{EmbedError, EmbedKey};

use crate::kit::{Drawn, now};

fn key() -> EmbedKey {
    EmbedKey::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap()
}

#[test]
fn a_fresh_cookie_names_its_customer() {
    let cookie = key().seal("Acme + Sons", now(), &Drawn::default());
    let visitor = key().open(&cookie, now().plus_seconds(30), 60).unwrap();
    assert_eq!(visitor.customer_name, "Acme + Sons");
    assert_eq!(visitor.made_at, now());
    // Spellings that frameworks make of it.
    for spelling in [
        cookie.replace('=', "%3D"),
        cookie.trim_end_matches('=').to_owned(),
    ] {
        assert!(key().open(&spelling, now(), 60).is_ok());
    }
}

#[test]
fn a_cookie_made_by_pythons_fernet_opens() {
    let cookie = "gAAAAABrBjML2l9ty7gjEBPhCYB-MinQledptuuHF8eXxGExUY00x_QlP_KRs-_zNS3uzWJFXzC5BSH8ZVZ286lt3MhbrvnXV4aAMkln_lagQ1ODYfOeM2w=";
    let visitor = key().open(cookie, now(), 60).unwrap();
    assert_eq!(visitor.customer_name, "Acme GmbH");
    assert_eq!(visitor.made_at, now().plus_seconds(-10));
}

#[test]
fn an_old_cookie_or_one_from_the_future_is_refused() {
    let cookie = key().seal("Acme", now(), &Drawn::default());
    assert_eq!(
        key().open(&cookie, now().plus_seconds(61), 60),
        Err(EmbedError::TooOld {
            age_s: 61,
            max_age_s: 60
        })
    );
    assert_eq!(
        key().open(&cookie, now().plus_seconds(-61), 60),
        Err(EmbedError::FromTheFuture { ahead_s: 61 })
    );
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    let cookie = key().seal("Acme", now(), &Drawn::default());
    let bytes = BASE64_URL_SAFE.decode(&cookie).unwrap();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let changed = BASE64_URL_SAFE.encode(changed);
        assert_eq!(
            key().open(&changed, now(), 60),
            Err(EmbedError::NotOurs),
            "byte {place}"
        );
    }
    for text in ["", "x", "gAAAAA", &"A".repeat(5000)] {
        assert_eq!(key().open(text, now(), 60), Err(EmbedError::NotOurs));
    }
}

#[test]
fn another_key_opens_nothing() {
    let other = EmbedKey::parse(&BASE64_URL_SAFE.encode([7; 32])).unwrap();
    let cookie = other.seal("Acme", now(), &Drawn::default());
    assert_eq!(key().open(&cookie, now(), 60), Err(EmbedError::NotOurs));
    for text in [
        "",
        "short",
        "not base64 !",
        &BASE64_URL_SAFE.encode([7; 33]),
    ] {
        assert_eq!(EmbedKey::parse(text).unwrap_err(), EmbedError::Key);
    }
    assert!(!format!("{other:?}").contains("BwcH"));
}

#[test]
fn content_that_is_no_name_and_time_is_refused() {
    for name in ["", "line\nbreak", "nul\0"] {
        let cookie = key().seal(name, now(), &Drawn::default());
        assert_eq!(
            key().open(&cookie, now(), 60),
            Err(EmbedError::Content),
            "{name:?}"
        );
    }
}
