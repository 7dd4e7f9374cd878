//! The service through its router and through sockets, on a real engine and store.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod accounts;
mod app;
mod datasets;
mod explore;
mod guard;
mod media;
mod openapi;
mod pages;
mod process;
mod sockets;
mod tasks;
mod wire;
