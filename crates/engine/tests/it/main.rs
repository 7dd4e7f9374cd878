//! The verbs of the engine over a real SQLite store and real folders, with a quick embedder.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test stops at what it did not expect; colours fit a byte"
)]

mod access;
mod annotations;
mod at_once;
mod datasets;
mod explore;
mod export;
mod faulty_rows;
mod ingest;
mod labels;
mod many;
mod map;
mod marks;
mod precision;
mod remembering;
mod resolving;
mod round_trip;
mod source;
mod stopping;
mod uploads;
mod workshop;
