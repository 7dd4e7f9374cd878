//! A server with accounts, from its first start to its end, as operators, people and scripts meet it.

mod embedding;
mod examples;
mod hostile;
mod keys;
mod oracle;
mod page;
mod people;
mod provider;
mod roots;
mod secrecy;
mod server;
mod sign_in;
pub(crate) mod without;
