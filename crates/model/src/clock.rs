//! Time and chance as parameters, so that every test can hold them still.

use std::fmt::Debug;

use crate::Timestamp;

/// Tells the time. The program has one that asks the system; tests have one that stands still.
pub trait Clock: Debug + Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Draws random bytes fit for secrets and ids.
pub trait Chance: Debug + Send + Sync {
    /// Fills the buffer with bytes nobody can foretell.
    fn fill(&self, buffer: &mut [u8]);
}
