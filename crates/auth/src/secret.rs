//! The secret half of an API key: the `api_secret` of the credentials page.
//!
//! `vls_` and 43 base64url characters: 256 random bits. A token is signed with the UTF-8
//! bytes of the whole text, 47 of them, so no library warns of a short key, and the `_`
//! makes a library that would decode it as standard base64 fail loudly.

use std::{fmt, sync::LazyLock};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit};
use lamina_model::Chance;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

const PREFIX: &str = "vls_";
const RANDOM: usize = 32;

/// A signing secret in memory. It is wiped when dropped and never printed.
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<String>,
    /// HMAC state with the key already absorbed: saves a third of the cost of each check.
    keyed: Hmac<Sha256>,
}

/// A text that is no secret of ours. The text itself is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an api_secret: expected vls_ and 43 base64url characters")]
pub struct SecretError;

impl Secret {
    /// The length of every secret, in bytes.
    pub const LENGTH: usize = PREFIX.len() + 43;

    /// Draws a fresh secret.
    pub fn new(chance: &dyn Chance) -> Self {
        let mut random = [0; RANDOM];
        chance.fill(&mut random);
        let mut text = Zeroizing::new(String::with_capacity(Self::LENGTH));
        text.push_str(PREFIX);
        BASE64_URL_SAFE_NO_PAD.encode_string(random, &mut text);
        random.zeroize();
        Self::keyed(text)
    }

    /// Reads a secret that was printed by [`Secret::expose`].
    ///
    /// # Errors
    /// [`SecretError`] when the text has another form.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let random = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let mut decoded = Zeroizing::new([0; RANDOM + 1]);
        match BASE64_URL_SAFE_NO_PAD.decode_slice(random, &mut *decoded) {
            Ok(RANDOM) => Ok(Self::keyed(Zeroizing::new(text.to_owned()))),
            _ => Err(SecretError),
        }
    }

    /// The text, to be shown once to its owner or sealed for storage; nothing else.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// An HMAC-SHA256 that has absorbed this secret and nothing else.
    pub(crate) fn mac(&self) -> Hmac<Sha256> {
        self.keyed.clone()
    }

    /// A secret nobody holds: the work of checking a signature is done with it when there is
    /// no such key, so that time does not tell whether a key exists.
    pub(crate) fn of_nobody() -> &'static Self {
        static NOBODY: LazyLock<Secret> =
            LazyLock::new(|| Secret::keyed(Zeroizing::new(format!("{PREFIX}{}", "A".repeat(43)))));
        &NOBODY
    }

    fn keyed(text: Zeroizing<String>) -> Self {
        let keyed = Hmac::new_from_slice(text.as_bytes()).expect("HMAC takes keys of any length");
        Self { text, keyed }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
