//! The service through its router and through sockets, on a real engine and store.

#![expect(
    clippy::unwrap_used,
    clippy::clone_on_ref_ptr,
    reason = "a test stops at what it did not expect; clones of shared parts read better short"
)]

mod accounts;
mod anchors;
mod annotated;
mod app;
mod boxes;
mod captions;
mod custom_metadata;
mod datasets;
mod enrichment;
mod explore;
mod exports;
mod form;
mod guard;
mod guide;
mod levels;
mod media;
mod named;
mod not_ready;
mod openapi;
mod pages;
mod process;
mod sockets;
mod tasks;
mod uploads;
mod views;
mod vql;
mod walking;
mod wire;
mod words;
