//! Clocks for tests.

use std::sync::atomic::{AtomicI64, Ordering};

use lamina_model::{Clock, Timestamp};

/// A clock that stands still until the test moves it.
#[derive(Debug)]
pub struct FixedClock {
    micros: AtomicI64,
}

impl FixedClock {
    /// A clock that shows this moment.
    pub const fn at(moment: Timestamp) -> Self {
        Self {
            micros: AtomicI64::new(moment.as_micros()),
        }
    }

    /// Moves the clock on, or back when `micros` is negative.
    pub fn advance_micros(&self, micros: i64) {
        self.micros.fetch_add(micros, Ordering::SeqCst);
    }

    /// Moves the clock on, or back when `seconds` is negative.
    pub fn advance_seconds(&self, seconds: i64) {
        self.advance_micros(seconds.saturating_mul(1_000_000));
    }
}

impl Default for FixedClock {
    /// 30 October 2025, ten in the morning.
    fn default() -> Self {
        Self::at(Timestamp::from_seconds(1_761_818_400))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}

/// A clock that goes on by one microsecond whenever somebody looks, so that no two moments are
/// the same and their order is that of the looking.
#[derive(Debug, Default)]
pub struct TickingClock(FixedClock);

impl TickingClock {
    /// A clock that shows this moment first.
    pub const fn from(moment: Timestamp) -> Self {
        Self(FixedClock::at(moment))
    }
}

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.micros.fetch_add(1, Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::Clock;

    use super::{FixedClock, TickingClock};

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = FixedClock::default();
        let before = clock.now();
        assert_eq!(clock.now(), before);
        clock.advance_seconds(60);
        assert!((clock.now().seconds_since(before) - 60.0).abs() < 1e-9);
    }

    #[test]
    fn a_ticking_clock_never_shows_the_same_moment_twice() {
        let clock = TickingClock::default();
        assert!(clock.now() < clock.now());
    }
}
