//! Browser sessions: an opaque secret in a cookie, its hash at rest, and its two ends.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use lamina_model::{Chance, Timestamp};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{CookieError, random};

/// The 256 random bits in a `SESSION` cookie. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SessionSecret([u8; 32]);

/// How long sessions last. All in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// The longest pause between two requests.
    pub idle_s: u32,
    /// The longest time since signing in.
    pub absolute_s: u32,
    /// How recent a sign-in must be for acts that make or change credentials.
    pub fresh_s: u32,
}

/// Which limit ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionEnd {
    /// Too long a pause.
    #[error("the session ended after a pause; sign in again")]
    Idle,
    /// Too long since signing in.
    #[error("the session reached its longest duration; sign in again")]
    Absolute,
}

impl SessionSecret {
    /// The length of the cookie's value.
    pub const TEXT_LENGTH: usize = 43;

    /// Draws a fresh session secret.
    pub fn new(chance: &dyn Chance) -> Self {
        Self(*random::bytes(chance))
    }

    /// Reads a cookie's value: 43 base64url characters in their one spelling.
    ///
    /// # Errors
    /// [`CookieError::Malformed`] for every other text.
    pub fn parse(text: &str) -> Result<Self, CookieError> {
        let mut bytes = Zeroizing::new([0; 33]);
        if text.len() != Self::TEXT_LENGTH {
            return Err(CookieError::Malformed);
        }
        match BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut *bytes) {
            Ok(32) => {
                let mut secret = Self([0; 32]);
                secret.0.copy_from_slice(&bytes[..32]);
                Ok(secret)
            }
            _ => Err(CookieError::Malformed),
        }
    }

    /// The cookie's value, to be sent once to its browser; nothing else.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What the database keeps: SHA-256 of the secret. The secret has 256 random bits, so no
    /// salt and no slow hash are needed, and looking the hash up leaks nothing by its time.
    pub fn storage_hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(redacted)")
    }
}

impl Default for SessionLimits {
    /// Seven days without a request, thirty days in all, one day for credential work.
    fn default() -> Self {
        Self {
            idle_s: 7 * 86_400,
            absolute_s: 30 * 86_400,
            fresh_s: 86_400,
        }
    }
}

impl SessionLimits {
    /// Whether a session is still open.
    ///
    /// # Errors
    /// [`SessionEnd`] names the limit that was passed.
    pub fn check(
        &self,
        signed_in_at: Timestamp,
        last_seen_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), SessionEnd> {
        if now >= signed_in_at.plus_seconds(self.absolute_s.into()) {
            Err(SessionEnd::Absolute)
        } else if now >= last_seen_at.plus_seconds(self.idle_s.into()) {
            Err(SessionEnd::Idle)
        } else {
            Ok(())
        }
    }

    /// Whether the person signed in recently enough to make or change credentials.
    pub fn is_fresh(&self, signed_in_at: Timestamp, now: Timestamp) -> bool {
        now < signed_in_at.plus_seconds(self.fresh_s.into())
    }
}
