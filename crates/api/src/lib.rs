//! HTTP in, JSON out: the only room that knows status codes.
//!
//! A handler takes its parameters apart, calls one verb of the engine, and puts the answer into
//! the shape that clients know. What goes wrong anywhere, in a handler, in the router, in the
//! parser below it, is told in one JSON body. This room reads no files of its own, no
//! environment and no clock.

mod error;
mod extract;
mod guide;
mod middleware;
mod openapi;
mod pages;
mod router;
mod routes;
mod serve;
mod state;
mod web_app;
mod wire;

pub use openapi::{document, document_text};
pub use router::router;
pub use serve::{ServeOptions, serve};
pub use state::{AccountsWire, AppState, AppStateParts, HostRule, Mode};
