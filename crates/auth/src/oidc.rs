//! Signing in with an OIDC provider, without the fetching (`OpenID` Connect Core 1.0).
//!
//! Documents come in as bytes and are read strictly; the sign-in in progress carries state,
//! nonce and PKCE verifier (RFC 7636); ID tokens are verified against the provider's keys
//! with RS256 or ES256 and nothing else. Who fetches, with what limits, and which account a
//! subject belongs to is decided elsewhere.

mod discovery;
mod id_token;
mod jwks;
mod sign_in;

pub use discovery::{Discovery, ProviderDocumentError};
pub use id_token::{IdToken, IdTokenError, IdTokenRules};
pub use jwks::Jwks;
pub use sign_in::{Callback, CallbackError, PendingSignIn};
