//! Whether a key still counts, for a token that it signed.
//!
//! Asked only after the signature was verified: the sender holds a secret of the key and may
//! be told how the key stands. Nobody else learns that the key exists.

use lamina_model::Timestamp;

use crate::{TokenProblem, VerifiedToken};

/// How a key and its owner stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyState {
    /// When the key was revoked for good.
    pub revoked_at: Option<Timestamp>,
    /// Whether the key is switched off for now.
    pub disabled: bool,
    /// When the key expires or expired.
    pub expires_at: Option<Timestamp>,
    /// Tokens issued before this moment were all ended.
    pub tokens_since: Option<Timestamp>,
    /// Until when each secret counts, in the order given to
    /// [`crate::UnverifiedToken::verify_signature`]; `None` for one without an end.
    pub secrets_until: Vec<Option<Timestamp>>,
    /// Whether the owner's account is disabled or gone.
    pub owner_disabled: bool,
}

impl KeyState {
    /// Checks a good token against the state of its key, then of its owner.
    ///
    /// # Errors
    /// [`TokenProblem`] says which state forbids the use.
    pub fn check(&self, token: &VerifiedToken, now: Timestamp) -> Result<(), TokenProblem> {
        if let Some(at) = self.revoked_at {
            return Err(TokenProblem::KeyRevoked { at });
        }
        if self.disabled {
            return Err(TokenProblem::KeyDisabled);
        }
        if let Some(at) = self.expires_at.filter(|at| *at <= now) {
            return Err(TokenProblem::KeyExpired { at });
        }
        let until = self
            .secrets_until
            .get(token.secret_index)
            .copied()
            .flatten();
        if let Some(at) = until.filter(|at| *at <= now) {
            return Err(TokenProblem::SecretRotated { at });
        }
        if let Some(since) = self.tokens_since
            && token.issued_at.is_none_or(|issued| issued < since)
        {
            return Err(TokenProblem::TokenRevoked { since });
        }
        if self.owner_disabled {
            return Err(TokenProblem::UserDisabled);
        }
        Ok(())
    }
}
