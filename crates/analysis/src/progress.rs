//! Counting and stopping, for everything that takes long.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{AnalysisError, Watch};

/// Units in which a whole analysis is counted.
const TOTAL: u64 = 1000;

/// How far an analysis is.
pub(crate) struct Progress<'a> {
    watch: &'a dyn Watch,
    told: Mutex<u64>,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(watch: &'a dyn Watch) -> Self {
        Self {
            watch,
            told: Mutex::new(0),
        }
    }

    /// A part of the whole: from this share of it to that, in thousandths.
    pub(crate) fn stage(&self, from: u64, to: u64) -> Stage<'_> {
        Stage {
            progress: self,
            from,
            to,
            work: 1,
            done: AtomicU64::new(0),
        }
    }

    /// Says that much memory was let go.
    pub(crate) fn let_go(&self) {
        self.watch.let_go();
    }

    fn tell(&self, done: u64) -> Result<(), AnalysisError> {
        if self.watch.cancelled() {
            return Err(AnalysisError::Cancelled);
        }
        // A thread that panicked while telling leaves a count that is still right.
        let mut told = self
            .told
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if done > *told {
            *told = done;
            self.watch.step(done, TOTAL);
        }
        Ok(())
    }
}

/// One part of an analysis.
pub(crate) struct Stage<'a> {
    progress: &'a Progress<'a>,
    from: u64,
    to: u64,
    work: u64,
    done: AtomicU64,
}

impl Stage<'_> {
    /// The same part, made of so many pieces of work.
    pub(crate) fn of(&self, work: u64) -> Stage<'_> {
        Stage {
            progress: self.progress,
            from: self.from,
            to: self.to,
            work: work.max(1),
            done: AtomicU64::new(0),
        }
    }

    /// A part of this one: from this share of it to that, in thousandths.
    pub(crate) fn part(&self, from: u64, to: u64) -> Stage<'_> {
        let length = self.to - self.from;
        Stage {
            progress: self.progress,
            from: self.from + length * from / TOTAL,
            to: self.from + length * to / TOTAL,
            work: 1,
            done: AtomicU64::new(0),
        }
    }

    /// Says that much memory was let go.
    pub(crate) fn let_go(&self) {
        self.progress.let_go();
    }

    /// Some pieces of work are done, or are about to be.
    ///
    /// # Errors
    /// [`AnalysisError::Cancelled`] when the watcher wants no more of it.
    pub(crate) fn advance(&self, pieces: u64) -> Result<(), AnalysisError> {
        let done = self.done.fetch_add(pieces, Ordering::Relaxed) + pieces;
        let share = (self.to - self.from) * done.min(self.work) / self.work;
        self.progress.tell(self.from + share)
    }
}
