//! Tagging and labelling: few pictures at once, many as a job, and taking it back.

mod change;
mod resolve;
mod tags;
mod work;

pub use change::{Marked, Selection};
pub use tags::TagCount;

pub(crate) use work::mark;
