//! Secrets at rest.

use lamina_auth::{KeyId, KeyRing, KeyRingError, SealPlace, Secret};
use lamina_model::UserId;
use uuid::Uuid;

use crate::kit::Drawn;

fn place(seed: u64, number: u32) -> SealPlace {
    SealPlace {
        key_id: KeyId::new(&Drawn::from(seed)),
        user_id: UserId::from_uuid(Uuid::from_u128(seed.into())),
        secret_number: number,
    }
}

fn ring(seed: u64) -> KeyRing {
    KeyRing::new(&Drawn::from(seed))
}

fn secret() -> Secret {
    Secret::new(&Drawn::from(77))
}

#[test]
fn a_sealed_secret_opens_at_its_place() {
    let ring = ring(1);
    let sealed = ring.seal(&secret(), &place(1, 1), &Drawn::default());
    assert_eq!(
        ring.open(&sealed, &place(1, 1)).unwrap().expose(),
        secret().expose()
    );
}

#[test]
fn t_122_nothing_of_the_secret_shows_in_what_is_stored() {
    let sealed = ring(1).seal(&secret(), &place(1, 1), &Drawn::default());
    let secret = secret();
    for window in secret.expose().as_bytes().windows(6) {
        assert!(!sealed.bytes.windows(6).any(|stored| stored == window));
    }
}

#[test]
fn sealing_twice_gives_different_bytes() {
    let (ring, chance) = (ring(1), Drawn::default());
    let seal = || ring.seal(&secret(), &place(1, 1), &chance);
    assert_ne!(seal().bytes, seal().bytes);
}

#[test]
fn t_123_another_ring_opens_nothing() {
    let sealed = ring(1).seal(&secret(), &place(1, 1), &Drawn::default());
    assert_eq!(
        ring(2).open(&sealed, &place(1, 1)).unwrap_err(),
        KeyRingError::KeyMissing(sealed.ring_key_id.clone())
    );
    let mut claimed = sealed;
    claimed.ring_key_id = ring(2).sealing_key_id().to_owned();
    assert_eq!(
        ring(2).open(&claimed, &place(1, 1)).unwrap_err(),
        KeyRingError::DoesNotOpen
    );
}

#[test]
fn t_124_a_row_copied_elsewhere_does_not_open() {
    let ring = ring(1);
    let sealed = ring.seal(&secret(), &place(1, 1), &Drawn::default());
    let own = place(1, 1);
    for other in [
        place(1, 2),
        SealPlace {
            user_id: place(2, 1).user_id,
            ..own
        },
        SealPlace {
            key_id: place(2, 1).key_id,
            ..own
        },
    ] {
        assert_eq!(
            ring.open(&sealed, &other).unwrap_err(),
            KeyRingError::DoesNotOpen
        );
    }
}

#[test]
fn an_altered_byte_anywhere_does_not_open() {
    let ring = ring(1);
    let sealed = ring.seal(&secret(), &place(1, 1), &Drawn::default());
    for index in 0..sealed.bytes.len() {
        let mut altered = sealed.clone();
        altered.bytes[index] ^= 1;
        assert_eq!(
            ring.open(&altered, &place(1, 1)).unwrap_err(),
            KeyRingError::DoesNotOpen
        );
    }
    for length in [0, 23, 24, 39] {
        let mut cut = sealed.clone();
        cut.bytes.truncate(length);
        assert_eq!(
            ring.open(&cut, &place(1, 1)).unwrap_err(),
            KeyRingError::DoesNotOpen
        );
    }
}

#[test]
fn t_125_rotating_keeps_old_secrets_open_until_they_are_rewrapped() {
    let chance = Drawn::from(5);
    let mut ring = ring(1);
    let old_id = ring.sealing_key_id().to_owned();
    let old = ring.seal(&secret(), &place(1, 1), &chance);
    assert_eq!(ring.rewrap(&old, &place(1, 1), &chance), Ok(None));

    ring.rotate(&chance);
    assert_ne!(ring.sealing_key_id(), old_id);
    assert!(ring.open(&old, &place(1, 1)).is_ok());
    let new = ring.rewrap(&old, &place(1, 1), &chance).unwrap().unwrap();
    assert_eq!(new.ring_key_id, ring.sealing_key_id());
    // Running again over what is done changes nothing.
    assert_eq!(ring.rewrap(&new, &place(1, 1), &chance), Ok(None));

    assert_eq!(
        ring.drop_key(&new.ring_key_id),
        Err(KeyRingError::InUse(new.ring_key_id.clone()))
    );
    ring.drop_key(&old_id).unwrap();
    assert!(ring.open(&old, &place(1, 1)).is_err());
    assert_eq!(
        ring.open(&new, &place(1, 1)).unwrap().expose(),
        secret().expose()
    );
}

#[test]
fn a_ring_reads_back_what_it_prints() {
    let mut ring = ring(1);
    ring.rotate(&Drawn::from(2));
    let sealed = ring.seal(&secret(), &place(1, 1), &Drawn::default());
    let read = KeyRing::parse(&ring.to_text()).unwrap();
    assert_eq!(
        read.key_ids().collect::<Vec<_>>(),
        ring.key_ids().collect::<Vec<_>>()
    );
    assert!(read.open(&sealed, &place(1, 1)).is_ok());
}

#[test]
fn t_125_a_damaged_ring_is_refused_with_a_reason() {
    let good = ring(1).to_text();
    for (text, reason) in [
        (String::new(), "not the JSON"),
        (good[..good.len() / 2].to_owned(), "not the JSON"),
        (
            good.replace("\"format\": 1", "\"format\": 2"),
            "format is not 1",
        ),
        (r#"{"format":1,"keys":[]}"#.to_owned(), "no key"),
        (
            r#"{"format":1,"keys":[{"id":"a","key":"AAAA"}]}"#.to_owned(),
            "32 bytes",
        ),
        (
            r#"{"format":1,"keys":[{"id":"a","key":"?"}]}"#.to_owned(),
            "base64",
        ),
    ] {
        let error = KeyRing::parse(&text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_storage_key_is_read_in_every_spelling_of_base64() {
    let text = "-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let ids: Vec<String> = [
        text.to_owned(),
        format!("{text}="),
        text.replace('-', "+").replace('_', "/"),
        format!(" {text}\n"),
    ]
    .iter()
    .map(|text| {
        KeyRing::from_storage_key(text)
            .unwrap()
            .sealing_key_id()
            .to_owned()
    })
    .collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    for wrong in ["", "secret", "AAAA", "not base64 at all!"] {
        let error = KeyRing::from_storage_key(wrong).unwrap_err().to_string();
        assert!(error.contains("openssl rand -base64 32"), "{error}");
    }
}

#[test]
fn a_ring_can_adopt_the_keys_of_another() {
    let mut file = ring(1);
    let storage = KeyRing::from_storage_key(&"A".repeat(43)).unwrap();
    let sealed = storage.seal(&secret(), &place(1, 1), &Drawn::default());
    file.adopt(storage.clone());
    file.adopt(storage);
    assert_eq!(file.key_ids().count(), 2);
    assert!(file.open(&sealed, &place(1, 1)).is_ok());
}

#[test]
fn t_127_a_ring_shows_no_key() {
    let shown = format!("{:?}", ring(1));
    let text = ring(1).to_text();
    let key = text.split('"').rfind(|field| field.len() == 44).unwrap();
    assert!(!shown.contains(&key[..10]));
}
