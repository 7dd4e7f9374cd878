//! Server mode over the wire: people, sessions, keys, tokens, and who may do what.

mod access;
mod audit;
mod bearer;
mod forms;
mod hidden;
mod key_page;
mod keys;
mod recent;
mod secrecy;
pub(crate) mod server;
mod sessions;
mod sign_in;
mod standing;
