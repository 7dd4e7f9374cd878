//! One-time links: set-up, invitation, password reset.
//!
//! A ticket is 256 random bits behind a prefix of its own, so none can pass for a session, a
//! secret or an API token. The database keeps a hash that includes the kind, so a ticket of
//! one kind is worth nothing as another. Expiry and single use are the keeper's business.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use lamina_model::Chance;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::random;

/// What a ticket is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketKind {
    /// Making the first account.
    SetUp,
    /// Joining by invitation.
    Invitation,
    /// Setting a new password.
    PasswordReset,
}

/// The secret text of a one-time link. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct Ticket {
    kind: TicketKind,
    text: Zeroizing<String>,
}

/// A text that is no ticket of the kind wanted. The text itself is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is incomplete or was made for something else; ask for a new one")]
pub struct TicketError;

impl TicketKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::SetUp => "vlt_s_",
            Self::Invitation => "vlt_i_",
            Self::PasswordReset => "vlt_r_",
        }
    }
}

impl Ticket {
    /// Draws a fresh ticket.
    pub fn new(kind: TicketKind, chance: &dyn Chance) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str(kind.prefix());
        BASE64_URL_SAFE_NO_PAD.encode_string(*random::bytes::<32>(chance), &mut text);
        Self { kind, text }
    }

    /// Reads a ticket out of a link.
    ///
    /// # Errors
    /// [`TicketError`] when the text is no ticket, or one of another kind.
    pub fn parse(kind: TicketKind, text: &str) -> Result<Self, TicketError> {
        let random = text.strip_prefix(kind.prefix()).ok_or(TicketError)?;
        let mut bytes = Zeroizing::new([0; 33]);
        match BASE64_URL_SAFE_NO_PAD.decode_slice(random, &mut *bytes) {
            Ok(32) => Ok(Self {
                kind,
                text: Zeroizing::new(text.to_owned()),
            }),
            _ => Err(TicketError),
        }
    }

    /// The text that goes into the link; nothing else.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What the database keeps: SHA-256 of the text, which begins with the kind.
    pub fn storage_hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({:?}, redacted)", self.kind)
    }
}
