//! Being told how far an analysis is, and stopping it.

/// Somebody who watches an analysis, from any of its threads.
pub trait Watch: Sync {
    /// Told now and then: `done` of `total` units of work, which are alike in time only roughly.
    /// `total` is the same in every call, `done` never falls and ends at `total`.
    fn step(&self, done: u64, total: u64);
    /// Asked often; from the first `true` on the analysis ends early, within a second or so, with
    /// [`crate::AnalysisError::Cancelled`].
    fn cancelled(&self) -> bool;
    /// Told where much memory was let go that had been held in small pieces: whoever runs the
    /// program may give it back to the system.
    fn let_go(&self) {}
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn step(&self, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        false
    }
}
