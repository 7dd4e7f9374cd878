//! API tokens: JWTs that a client signs with its own secret (RFC 7515, 7519, 8725).
//!
//! Three steps, each a type, so that none can be skipped or taken in another order:
//! [`UnverifiedToken::parse`] reads the form and yields the key id, the caller looks the key
//! up, [`UnverifiedToken::verify_signature`] proves that the sender holds a secret, and
//! [`SignedToken::check_claims`] looks at what was signed. The claims are not read as JSON
//! before the signature has been verified. What state the key and its owner are in comes
//! after all this: see [`crate::key_state`].
//!
//! The parser is ours and no JWT library stands behind it. General libraries accept what
//! must not be accepted here (`crit`, `b64`, any `typ`, an array for `iss`, a future `iat`
//! and `nbf`, any lifetime), so a strict parser is needed in any case; after it, the one
//! thing left for a library to do is one HMAC-SHA256, which `hmac` and `sha2` do, compared
//! in constant time. There is no second algorithm in it to be confused with. A general
//! library would decode and parse everything once more, for seven times the cost of the
//! HMAC; it serves as an oracle in the tests and the fuzz targets instead.

use std::fmt;

use lamina_model::Timestamp;

use crate::{
    KeyId, Malformed, Part, Secret, TokenProblem,
    compact::{self, Parts},
};

mod claims;
mod form;
mod signature;

/// The longest token that is looked at, in bytes. An honest one has about 270.
pub const MAX_TOKEN_BYTES: usize = 4096;

/// A token whose form is right and whose sender is unknown. Only its key id may be used.
#[derive(Clone)]
pub struct UnverifiedToken<'a> {
    key_id: KeyId,
    /// The first two parts with the dot between them.
    signed_text: &'a str,
    payload: Vec<u8>,
    signature: [u8; 32],
}

/// A token that was signed with one of a key's secrets. Its claims are unchecked.
#[derive(Clone)]
pub struct SignedToken {
    key_id: KeyId,
    secret_index: usize,
    payload: Vec<u8>,
}

/// A token that is good at the moment it was checked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    /// The key it was signed for.
    pub key_id: KeyId,
    /// Which of the secrets given to [`UnverifiedToken::verify_signature`] signed it.
    pub secret_index: usize,
    /// `iat`, if the token has one.
    pub issued_at: Option<Timestamp>,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `jti`, if the token has one.
    pub token_id: Option<String>,
}

/// What a server asks of the claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPolicy {
    /// How far clocks may differ, in seconds, in both directions.
    pub leeway_s: u32,
    /// The longest life of a token, in seconds; the leeway comes on top.
    pub lifetime_cap_s: u32,
    /// The audience this server answers to. Without one, a token with `aud` is refused.
    pub audience: Option<String>,
}

impl Default for TokenPolicy {
    /// 60 s of leeway, a life of at most 30 days, no audience.
    fn default() -> Self {
        Self {
            leeway_s: 60,
            lifetime_cap_s: 30 * 24 * 3600,
            audience: None,
        }
    }
}

impl<'a> UnverifiedToken<'a> {
    /// Reads the form of a token: three base64url parts, a header object that asks for HS256
    /// and nothing unknown, a key id that could exist, and a signature of the right length.
    ///
    /// # Errors
    /// [`TokenProblem`] names the first thing that is wrong.
    pub fn parse(token: &'a str) -> Result<Self, TokenProblem> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenProblem::TooLarge { bytes: token.len() });
        }
        let parts = Parts::split(token)?;
        // One buffer for all three parts; what is left in it is the payload.
        let mut bytes = Vec::with_capacity(token.len());
        compact::decode_into(&mut bytes, parts.header, Part::Header)?;
        let key_id = form::read_header(&bytes)?;
        compact::decode_into(&mut bytes, parts.signature, Part::Signature)?;
        let signature = bytes
            .as_slice()
            .try_into()
            .map_err(|_| Malformed::SignatureLength(bytes.len()))?;
        compact::decode_into(&mut bytes, parts.payload, Part::Payload)?;
        Ok(Self {
            key_id,
            signed_text: parts.signed,
            payload: bytes,
            signature,
        })
    }

    /// The key the token claims to be signed for. Nothing is proved yet.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Checks the signature against every secret of the key that may still count: the present
    /// one first, then those in their time of overlap. For an unknown key pass none: that
    /// takes the same time and gives the same answer as a bad signature.
    ///
    /// # Errors
    /// [`TokenProblem::SignatureInvalid`], with a hint where a common slip explains it.
    pub fn verify_signature(self, secrets: &[&Secret]) -> Result<SignedToken, TokenProblem> {
        for (secret_index, secret) in secrets.iter().enumerate() {
            if signature::fits(secret, self.signed_text, &self.signature) {
                return Ok(SignedToken {
                    key_id: self.key_id,
                    secret_index,
                    payload: self.payload,
                });
            }
        }
        Err(TokenProblem::SignatureInvalid(signature::explain(
            secrets,
            &self.key_id,
            self.signed_text,
            &self.signature,
        )))
    }
}

impl SignedToken {
    /// The key that signed the token.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Which of the secrets signed the token.
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// Checks the claims against the time and the server's policy.
    ///
    /// # Errors
    /// [`TokenProblem`] names the first claim that is wrong.
    pub fn check_claims(
        self,
        now: Timestamp,
        policy: &TokenPolicy,
    ) -> Result<VerifiedToken, TokenProblem> {
        claims::check(&self, now, policy)
    }
}

impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever reads the text of a token in a log can use it.
        write!(f, "UnverifiedToken({}, redacted)", self.key_id)
    }
}

impl fmt::Debug for SignedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedToken({}, redacted)", self.key_id)
    }
}
