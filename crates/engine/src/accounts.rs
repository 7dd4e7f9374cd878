//! People: who they are, how they prove it, what they were given, and what was done.
//!
//! Signing in and out, sessions, API keys and the tokens signed with them, sharing, user
//! administration, one-time links and the audit trail. How a credential is made and judged is
//! `lamina-auth`'s; where it lies is `lamina-store`'s; here is what follows from it.

mod audit;
mod embedding;
mod first_key;
mod hashing;
mod housekeeping;
mod keys;
mod members;
mod oidc;
mod recall;
mod sealing;
mod sessions;
mod set_up;
mod settings;
mod sign_in;
mod throttle;
mod tokens;
mod users;

pub use audit::{AuditEntry, Origin};
pub use first_key::FirstKey;
pub use keys::{KeyChange, KeyInfo, NewKey, SecretKey};
pub use members::MemberInfo;
pub use oidc::{BrowserTie, ProviderClient, ProviderError, SignInAtProvider};
pub use sessions::SessionInfo;
pub use settings::{AccountSettings, EmbedSettings, OidcSettings, RereadRing};
pub use sign_in::NewSession;
pub use users::{NewUser, UserEdit, UserInfo, UserPage};

pub(crate) use sessions::without_accounts;
pub(crate) use settings::Accounts;
