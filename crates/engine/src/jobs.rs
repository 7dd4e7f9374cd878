//! Running background jobs: leased, watched, stopped cleanly, gone on with after a crash.

mod live;
mod presence;
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
}

impl JobContext {
    /// Tells how far the job is. Costs no I/O: the heartbeat writes it down once a second.
    pub(crate) fn tell(&self, phase: Phase, done: u64, total: u64, rejected: u64) {
        self.progress.send_replace(Progress {
            phase,
            done,
            total,
            rejected,
        });
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
