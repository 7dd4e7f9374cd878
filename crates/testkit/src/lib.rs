//! What tests of every room need: pictures made on the spot, clocks that stand still, chance
//! that repeats, and folders that go away.
//!
//! Only tests depend on it. It knows the vocabulary and nothing of any room's insides.

mod chance;
mod clock;
pub mod picture;

pub use chance::CountingChance;
pub use clock::{FixedClock, TickingClock};
pub use picture::Picture;
