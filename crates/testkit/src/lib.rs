//! What tests of every room need: pictures made on the spot, clocks that stand still, chance
//! that repeats, models too small to be of use, and folders that go away.
//!
//! Only tests depend on it. It knows the vocabulary and nothing of any room's insides.

mod chance;
mod clock;
mod pair;
pub mod picture;

pub use chance::CountingChance;
pub use clock::{FixedClock, TickingClock};
pub use pair::{PAIR_DIMENSIONS, PAIR_SIDE, write_pair};
pub use picture::Picture;
