//! The two halves of an API key.

use lamina_auth::{KeyId, KeyIdError, Secret};

use crate::kit::{Drawn, Stuck, client};

#[test]
fn a_key_id_has_the_form_that_scanners_can_find() {
    let id = KeyId::new(&Drawn::from(1)).to_string();
    assert_eq!(id.len(), 36);
    assert!(id.starts_with("vlk_"));
    assert!(id[4..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(id.parse::<KeyId>().unwrap().as_str(), id);
}

#[test]
fn a_secret_has_the_form_that_every_library_takes_as_it_is() {
    let secret = Secret::new(&Drawn::from(1));
    let text = secret.expose();
    assert_eq!(text.len(), 47);
    assert!(text.starts_with("vls_"));
    assert!(
        text[4..]
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    );
    assert_eq!(Secret::parse(text).unwrap().expose(), text);
}

#[test]
fn every_mistyped_character_of_a_key_id_is_noticed() {
    let id = client(1).key_id.to_string();
    for place in 4..id.len() {
        for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".chars() {
            let mut chars: Vec<char> = id.chars().collect();
            if chars[place] == other {
                continue;
            }
            chars[place] = other;
            let wrong: String = chars.into_iter().collect();
            assert_eq!(KeyId::parse(&wrong), Err(KeyIdError::Check));
        }
    }
}

#[test]
fn other_texts_are_no_key_ids() {
    let id = client(1).key_id.to_string();
    assert_eq!(KeyId::parse(""), Err(KeyIdError::Prefix));
    assert_eq!(KeyId::parse(&id[..35]), Err(KeyIdError::Length(35)));
    assert_eq!(KeyId::parse(&format!("{id}0")), Err(KeyIdError::Length(37)));
    assert_eq!(
        KeyId::parse(&id.replace("vlk_", "VLK_")),
        Err(KeyIdError::Prefix)
    );
    assert_eq!(
        KeyId::parse(&format!("{}/", &id[..35])),
        Err(KeyIdError::Alphabet)
    );
    assert_eq!(
        KeyId::parse(client(1).secret.expose()),
        Err(KeyIdError::Secret)
    );
}

#[test]
fn all_characters_are_equally_likely() {
    let mut counts = std::collections::BTreeMap::<u8, u32>::new();
    let chance = Drawn::from(1);
    let draws = 2000_u32;
    for _ in 0..draws {
        for byte in KeyId::new(&chance).as_str()[4..30].bytes() {
            *counts.entry(byte).or_default() += 1;
        }
    }
    assert_eq!(counts.len(), 62);
    let expected = f64::from(draws) * 26.0 / 62.0;
    let chi_squared: f64 = counts
        .values()
        .map(|count| (f64::from(*count) - expected).powi(2) / expected)
        .sum();
    // 61 degrees of freedom: above 110 once in ten thousand; the draws are always the same.
    assert!(chi_squared < 110.0, "{chi_squared}");
}

#[test]
fn a_stuck_source_ends_no_program() {
    for byte in [0, 127, 255] {
        assert!(KeyId::new(&Stuck(byte)).as_str().parse::<KeyId>().is_ok());
        assert!(Secret::parse(Secret::new(&Stuck(byte)).expose()).is_ok());
    }
}

#[test]
fn t_127_no_secret_shows_in_debug_output() {
    let secret = Secret::new(&Drawn::from(1));
    let shown = format!("{secret:?} {secret:#?}");
    assert!(shown.contains("redacted"));
    assert!(!shown.contains(&secret.expose()[4..12]));
    let client = client(1);
    let token = client.token();
    let parsed = lamina_auth::UnverifiedToken::parse(&token).unwrap();
    let shown = format!("{parsed:?}");
    let signed = parsed.verify_signature(&[&client.secret]).unwrap();
    let shown = format!("{shown} {signed:?}");
    for part in token.split('.') {
        assert!(!shown.contains(part));
    }
}
