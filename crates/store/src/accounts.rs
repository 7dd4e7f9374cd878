//! People, how they prove who they are, what they may do, and what was done.
//!
//! Passwords, sessions and links come in as hashes and key secrets sealed: nothing here could
//! be used by whoever reads the database.

mod audit;
mod keys;
mod members;
mod oidc;
mod secrets;
mod sessions;
mod throttle;
mod tickets;
mod users;

pub use audit::{AuditEvent, AuditFilter, StoredAuditEvent};
pub use keys::{ApiKey, ApiKeyChange, ApiKeyUse, VerificationRecord};
pub use members::{DatasetAccess, Member};
pub use secrets::{SealedSecret, SecretPlace};
pub use sessions::{Session, SessionUse};
pub use throttle::FailureCount;
pub use tickets::TicketRecord;
pub use users::{User, UserChange};
