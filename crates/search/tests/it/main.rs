//! Tests of the whole crate through its public face.

#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]
#![expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "numbers are small, and come back as they went in"
)]

mod concepts;
mod facets;
mod files;
mod filters;
mod likeness;
mod paging;
mod sets;
mod words;
