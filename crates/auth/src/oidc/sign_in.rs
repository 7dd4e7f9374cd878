//! A sign-in in progress: from sending the browser away to its coming back.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use lamina_model::{Chance, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Discovery;
use crate::random;

/// How long a person may take at the provider, in seconds.
const LIFE_S: i64 = 600;

/// What must be remembered, for one browser, while its person is at the provider. Keep it
/// once, tie it to the browser, and drop it at the first callback, good or bad.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingSignIn {
    /// Comes back in the callback: proves that this browser began the sign-in.
    pub state: Zeroizing<String>,
    /// Comes back inside the ID token: proves that the token belongs to this sign-in.
    pub nonce: Zeroizing<String>,
    /// The PKCE verifier: proves to the provider that who redeems the code began the sign-in.
    pub verifier: Zeroizing<String>,
    /// When it began.
    pub started_at: Timestamp,
}

/// The query of the callback.
#[derive(Debug, Clone, Copy, Default)]
pub struct Callback<'a> {
    /// `state`.
    pub state: Option<&'a str>,
    /// `code`.
    pub code: Option<&'a str>,
    /// `error`.
    pub error: Option<&'a str>,
    /// `iss` (RFC 9207).
    pub iss: Option<&'a str>,
}

/// Why a callback is refused. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// No such sign-in was begun in this browser.
    #[error("this sign-in was not begun in this browser, or was used already; start again")]
    State,
    /// It took too long.
    #[error("the sign-in took longer than ten minutes; start again")]
    TooLate,
    /// The answer comes from another provider.
    #[error("the answer comes from another provider than OIDC_ISSUER; start again")]
    Issuer,
    /// The provider refused, or the person did.
    #[error("the provider did not sign you in; try again or ask your administrator")]
    Refused,
    /// There is no code.
    #[error("the provider's answer holds no code; start again")]
    NoCode,
}

impl PendingSignIn {
    /// Begins a sign-in.
    pub fn new(chance: &dyn Chance, now: Timestamp) -> Self {
        let draw = || Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(*random::bytes::<32>(chance)));
        Self {
            state: draw(),
            nonce: draw(),
            verifier: draw(),
            started_at: now,
        }
    }

    /// The PKCE challenge for the verifier, by method S256.
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }

    /// Where to send the browser. `redirect_uri` is the configured one, never the request's.
    pub fn authorization_url(
        &self,
        provider: &Discovery,
        client_id: &str,
        redirect_uri: &str,
    ) -> String {
        let query = [
            ("response_type", "code"),
            ("scope", "openid profile email"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("state", self.state.as_str()),
            ("nonce", self.nonce.as_str()),
            ("code_challenge", &self.challenge()),
            ("code_challenge_method", "S256"),
        ];
        let endpoint = &provider.authorization_endpoint;
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        format!("{endpoint}{joint}{}", form(&query))
    }

    /// Checks a callback and yields its code.
    ///
    /// # Errors
    /// [`CallbackError`] names what does not fit; the sign-in is spent in any case.
    pub fn check<'a>(
        &self,
        callback: &Callback<'a>,
        provider: &Discovery,
        now: Timestamp,
    ) -> Result<&'a str, CallbackError> {
        let state = callback.state.unwrap_or("").as_bytes();
        if !bool::from(state.ct_eq(self.state.as_bytes())) {
            return Err(CallbackError::State);
        }
        if now >= self.started_at.plus_seconds(LIFE_S) {
            return Err(CallbackError::TooLate);
        }
        let issuer_fits = match callback.iss {
            Some(issuer) => issuer == provider.issuer,
            None => !provider.authorization_response_iss_parameter_supported,
        };
        if !issuer_fits {
            return Err(CallbackError::Issuer);
        }
        if callback.error.is_some() {
            return Err(CallbackError::Refused);
        }
        callback
            .code
            .filter(|code| !code.is_empty())
            .ok_or(CallbackError::NoCode)
    }

    /// The body of the request that redeems a code, `application/x-www-form-urlencoded`.
    /// The client's own proof goes into its `Authorization` header, see [`Self::client_basic`].
    pub fn token_request(
        &self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
    ) -> Zeroizing<String> {
        Zeroizing::new(form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("code_verifier", self.verifier.as_str()),
        ]))
    }

    /// The `Authorization` value with which a client proves itself (RFC 6749 section 2.3.1:
    /// both halves are form-encoded first).
    pub fn client_basic(client_id: &str, client_secret: &str) -> Zeroizing<String> {
        let pair = Zeroizing::new(format!(
            "{}:{}",
            form_encoded(client_id),
            form_encoded(client_secret)
        ));
        Zeroizing::new(format!(
            "Basic {}",
            base64::prelude::BASE64_STANDARD.encode(pair.as_bytes())
        ))
    }
}

impl fmt::Debug for PendingSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingSignIn(since {}, redacted)", self.started_at)
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", form_encoded(value)))
        .collect();
    pairs.join("&")
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn form_encoded(text: &str) -> String {
    use std::fmt::Write;

    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
        }
        encoded
    })
}
