//! Chance for tests, which is none.

use std::sync::atomic::{AtomicU64, Ordering};

use lamina_model::Chance;

/// "Random" bytes that are the same in every run and never the same twice within one: each draw
/// is filled from a counter.
#[derive(Debug, Default)]
pub struct CountingChance {
    draws: AtomicU64,
}

impl CountingChance {
    /// Chance whose first draw is numbered 0.
    pub const fn new() -> Self {
        Self {
            draws: AtomicU64::new(0),
        }
    }
}

impl Chance for CountingChance {
    fn fill(&self, buffer: &mut [u8]) {
        let draw = self.draws.fetch_add(1, Ordering::SeqCst);
        // The number stands at the end, where it also tells ids apart in snapshots.
        buffer.fill(0);
        let number = draw.to_be_bytes();
        let length = buffer.len().min(number.len());
        let start = buffer.len() - length;
        buffer[start..].copy_from_slice(&number[number.len() - length..]);
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::Chance;

    use super::CountingChance;

    #[test]
    fn draws_differ_and_repeat_from_run_to_run() {
        let (one, other) = (CountingChance::new(), CountingChance::new());
        let draw = |chance: &CountingChance| {
            let mut bytes = [0; 10];
            chance.fill(&mut bytes);
            bytes
        };
        let first = draw(&one);
        assert_eq!(first, draw(&other));
        assert_ne!(first, draw(&one));
    }
}
