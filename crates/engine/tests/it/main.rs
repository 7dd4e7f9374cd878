//! The verbs of the engine over a real SQLite store and real folders, with a quick embedder.

mod access;
mod datasets;
mod ingest;
mod stopping;
mod workshop;
