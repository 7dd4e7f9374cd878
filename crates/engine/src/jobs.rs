//! Running background jobs: leased, watched, stopped cleanly, gone on with after a crash.

mod live;
mod presence;
mod rest;
mod runner;

use lamina_model::{Phase, Progress};
pub(crate) use live::{Live, percent};
pub use runner::Runner;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ingest::Stopped;
use lamina_store::{Checkpoint, Lease};

/// What a job needs to know of itself while it runs.
#[derive(Debug)]
pub(crate) struct JobContext {
    lease: Lease,
    progress: watch::Sender<Progress>,
    stop: CancellationToken,
    /// How far an earlier attempt came whose work counts.
    before: Progress,
}

impl JobContext {
    /// Tells how far the job is. Costs no I/O: the heartbeat writes it down once a second.
    ///
    /// A job that goes on where it was first looks at its source again, and is no less far for
    /// that: until it gets beyond, the place stands where it was left. Where there is more to do
    /// now than there was then, that is told.
    pub(crate) fn tell(&self, phase: Phase, done: u64, total: u64, rejected: u64) {
        let now = Progress {
            phase,
            done,
            total,
            rejected,
        };
        // Only files can be held against files: other phases count something else.
        let counted_files = self.before.phase == Phase::Indexing;
        let grew = phase == Phase::Indexing && (!counted_files || total > self.before.total);
        if grew || percent(&now) >= percent(&self.before) {
            self.progress.send_replace(now);
        }
    }

    /// Files that an earlier attempt looked into, where so many are left to be looked into.
    pub(crate) fn indexed_before(&self, left: u64) -> u64 {
        match self.before.phase {
            Phase::Indexing => self.before.total.saturating_sub(left),
            _ => 0,
        }
    }

    /// How far the job is.
    pub(crate) fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Cancelled when the job is to stop.
    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// The lease under which the job works.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Proof of the lease and the progress, for a batch that is about to be written.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        let progress = self.progress();
        Checkpoint {
            lease: self.lease.clone(),
            progress,
            progress_percent: percent(&progress),
        }
    }

    /// # Errors
    /// [`Stopped::Cancelled`] when the job is to stop.
    pub(crate) fn check(&self) -> Result<(), Stopped> {
        if self.stop.is_cancelled() {
            Err(Stopped::Cancelled)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::JobId;

    use super::*;

    /// A job that an earlier attempt left there.
    fn left_at(phase: Phase, done: u64, total: u64) -> JobContext {
        let before = Progress {
            phase,
            done,
            total,
            rejected: 0,
        };
        JobContext {
            lease: Lease {
                job: JobId::from_uuid(uuid::Uuid::from_u128(7)),
                runner: "here".to_owned(),
                attempt: 2,
            },
            progress: watch::channel(before).0,
            stop: CancellationToken::new(),
            before,
        }
    }

    #[test]
    fn what_was_reached_before_stands_until_there_is_more_to_tell() {
        let job = left_at(Phase::Indexing, 600, 1000);
        job.tell(Phase::Scanning, 0, 0, 0);
        job.tell(Phase::Indexing, 10, 1000, 0);
        assert_eq!(job.progress(), job.before);
        job.tell(Phase::Indexing, 700, 1000, 0);
        assert_eq!(job.progress().done, 700);
        let job = left_at(Phase::Indexing, 600, 1000);
        job.tell(Phase::Indexing, 10, 2000, 0);
        assert_eq!(job.progress().total, 2000, "there is more to do than then");
    }

    #[test]
    fn files_that_came_while_an_analysis_stood_still_are_told() {
        // An analysis counts in thousandths, of which there may be more than new files.
        let job = left_at(Phase::Analysing, 400, 1000);
        job.tell(Phase::Indexing, 10, 600, 0);
        assert_eq!(
            (job.progress().phase, job.progress().total),
            (Phase::Indexing, 600)
        );
    }
}
