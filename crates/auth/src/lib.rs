//! Facts about one credential.
//!
//! Reads and judges what a caller presents: API tokens, key ids, secrets, passwords, session
//! and embedding cookies, browser hints, ID tokens; and makes new ones. It does not know
//! whether a key or a person exists, which dataset is wanted, or what status code an answer
//! has: values come in, values go out. No I/O, no clock (moments are parameters), no ambient
//! randomness (chance is a parameter), no HTTP types (header values are bytes).

mod bearer;
mod challenge;
mod compact;
mod cookie;
mod csrf;
mod embed;
mod fetch_metadata;
mod json;
mod key_id;
mod key_ring;
mod key_state;
mod oidc;
mod password;
mod problem;
mod random;
mod secret;
mod session;
mod throttle;
mod ticket;
mod token;

pub use bearer::bearer;
pub use challenge::{challenge_for, challenge_for_scope};
pub use cookie::{CookieError, CookieScope, SESSION_COOKIE, cookie, session_cookie};
pub use csrf::{csrf_matches, csrf_token};
pub use embed::{EMBED_COOKIE, EmbedError, EmbedKey, EmbedVisitor};
pub use fetch_metadata::{BrowserHints, Refusal, Verdict, judge_change, judge_key_page};
pub use key_id::{KeyId, KeyIdError};
pub use key_ring::{KeyRing, KeyRingError, SealPlace, Sealed};
pub use key_state::KeyState;
pub use oidc::{
    Callback, CallbackError, Discovery, IdToken, IdTokenError, IdTokenRules, Jwks, PendingSignIn,
    ProviderDocumentError,
};
pub use password::{
    MAX_PASSWORD_BYTES, Password, PasswordContext, PasswordCost, PasswordError, PasswordMatch,
    PasswordMemory, PasswordPolicy, StoredHashError,
};
pub use problem::{
    ClockSlip, Malformed, Part, ProblemKind, SecretSlip, TimeClaim, TimeFault, TokenProblem,
};
pub use secret::{Secret, SecretError};
pub use session::{SessionEnd, SessionLimits, SessionSecret};
pub use throttle::{Failures, ThrottleRule};
pub use ticket::{Ticket, TicketError, TicketKind};
pub use token::{MAX_TOKEN_BYTES, SignedToken, TokenPolicy, UnverifiedToken, VerifiedToken};
