//! The built program as a black box: what it prints, what it answers, how it ends.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod accounts;
mod killed;
mod markdown;
mod models;
mod names;
mod program;
mod sample;
mod sending;
mod serving;
mod settings;
mod tools;
mod up;
mod web;
