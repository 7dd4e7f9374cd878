//! Fields that people give the pictures of a dataset: declared once, filled once by a file of
//! values that a job takes in, and read from then on. Values never change, so what is read of them
//! may be kept in memory for as long as a generation is shown.

mod check;
mod declare;
mod rows;
mod take;

pub use declare::{FieldWish, IncomingValues};

pub(crate) use take::take_in;
