//! The signature of a token, and what probably went wrong when it does not fit.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{KeyId, Secret, SecretSlip};

/// Whether the signature is the HMAC-SHA256 of the text. Compares in constant time.
pub(super) fn fits(secret: &Secret, text: &str, signature: &[u8; 32]) -> bool {
    let mut mac = secret.mac();
    mac.update(text.as_bytes());
    mac.verify_slice(signature).is_ok()
}

/// Tries the ways in which clients get the secret wrong. It only ever words a hint; a token
/// that needs one is refused all the same.
///
/// With no secrets it does the same work on a secret nobody holds and throws the outcome
/// away, so time does not tell an unknown key from a known one. (A key with two live
/// secrets costs one HMAC more: a quarter of a microsecond, and only a holder rotates.)
pub(super) fn explain(
    secrets: &[&Secret],
    key_id: &KeyId,
    text: &str,
    signature: &[u8; 32],
) -> Option<SecretSlip> {
    if let [secret, ..] = secrets {
        return search(secret, key_id, text, signature);
    }
    let nobody = Secret::of_nobody();
    std::hint::black_box(fits(nobody, text, signature));
    std::hint::black_box(search(nobody, key_id, text, signature));
    None
}

/// Looks at every candidate, whichever fits, so that the time says nothing either.
fn search(secret: &Secret, key_id: &KeyId, text: &str, signature: &[u8; 32]) -> Option<SecretSlip> {
    let mut found = None;
    for (slip, key) in candidates(secret.expose(), key_id) {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        mac.update(text.as_bytes());
        if mac.verify_slice(signature).is_ok() {
            found = Some(slip);
        }
    }
    found
}

fn candidates(secret: &str, key_id: &KeyId) -> [(SecretSlip, Zeroizing<Vec<u8>>); 13] {
    let bare = secret.strip_prefix("vls_").unwrap_or(secret);
    // What a lenient decoder of standard base64 makes of it: it skips foreign characters.
    let mut kept: String = secret.chars().filter(char::is_ascii_alphanumeric).collect();
    kept.truncate(kept.len() / 4 * 4);
    let hexadecimal = secret.bytes().fold(String::new(), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text
    });
    let url = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let key = Zeroizing::new;
    [
        (SecretSlip::Decoded, key(url(secret))),
        (SecretSlip::Decoded, key(url(bare))),
        (
            SecretSlip::Decoded,
            key(BASE64_STANDARD_NO_PAD.decode(&kept).unwrap_or_default()),
        ),
        (
            SecretSlip::Encoded,
            key(BASE64_STANDARD.encode(secret).into()),
        ),
        (
            SecretSlip::Encoded,
            key(BASE64_URL_SAFE_NO_PAD.encode(secret).into()),
        ),
        (SecretSlip::Encoded, key(hexadecimal.into())),
        (SecretSlip::Whitespace, key(format!("{secret}\n").into())),
        (SecretSlip::Whitespace, key(format!("{secret}\r\n").into())),
        (SecretSlip::Quoted, key(format!("\"{secret}\"").into())),
        (SecretSlip::Quoted, key(format!("'{secret}'").into())),
        (SecretSlip::PrefixDropped, key(bare.into())),
        (SecretSlip::KeyId, key(key_id.as_str().into())),
        (SecretSlip::Empty, key(Vec::new())),
    ]
}
