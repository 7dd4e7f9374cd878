//! The anti-forgery token of a session's forms: HMAC-SHA256 keyed by the session secret, so
//! that nothing has to be stored and it ends with the session.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::SessionSecret;

const PURPOSE: &[u8] = b"lamina form token, version 1";

/// The token to put into a form of this session.
pub fn csrf_token(session: &SessionSecret) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(mac(session).finalize().into_bytes())
}

/// Whether a form's token belongs to this session. Compares in constant time.
pub fn csrf_matches(session: &SessionSecret, sent: &str) -> bool {
    sent.len() == 43
        && BASE64_URL_SAFE_NO_PAD
            .decode(sent)
            .is_ok_and(|sent| mac(session).verify_slice(&sent).is_ok())
}

fn mac(session: &SessionSecret) -> Hmac<Sha256> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(session.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(PURPOSE);
    mac
}
