//! How far the jobs of this process are, without asking the database.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lamina_model::{JobId, Phase, Progress};
use tokio::sync::watch;

/// Progress of jobs by id, for whoever watches.
#[derive(Debug, Default)]
pub(crate) struct Live {
    jobs: Mutex<HashMap<JobId, watch::Sender<Progress>>>,
}

impl Live {
    /// Where the progress of a job is told.
    pub(crate) fn sender(&self, job: JobId) -> watch::Sender<Progress> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|id, sender| {
            *id == job || sender.receiver_count() > 0 || sender.sender_count() > 1
        });
        jobs.entry(job)
            .or_insert_with(|| watch::Sender::new(Progress::WAITING))
            .clone()
    }

    /// Hears the progress of a job, from now on and also before it begins.
    pub(crate) fn subscribe(&self, job: JobId) -> watch::Receiver<Progress> {
        self.sender(job).subscribe()
    }
}

/// How far a whole ingest is, 0–100, from how far its phase is. Indexing takes most of the time.
pub(crate) fn percent(progress: &Progress) -> u8 {
    let (from, to) = match progress.phase {
        Phase::Waiting => (0, 0),
        Phase::Scanning => (0, 2),
        Phase::Indexing => (2, 85),
        Phase::Analysing => (85, 98),
        Phase::Publishing => (98, 99),
        Phase::Marking | Phase::Exporting => (0, 99),
    };
    let span = to - from;
    let part = (span * progress.done.min(progress.total))
        .checked_div(progress.total)
        .unwrap_or(0);
    u8::try_from(from + part).unwrap_or(99)
}

#[cfg(test)]
mod tests {
    use lamina_model::{JobId, Phase, Progress};

    use super::{Live, percent};

    #[test]
    fn percent_rises_from_phase_to_phase_and_ends_below_100() {
        let mut last = 0;
        for phase in Phase::INGEST {
            for done in [0, 1, 50, 100] {
                let now = percent(&Progress {
                    phase,
                    done,
                    total: 100,
                    rejected: 0,
                });
                assert!(
                    now >= last && now < 100,
                    "{phase:?} {done}: {now} after {last}"
                );
                last = now;
            }
        }
        assert_eq!(percent(&Progress::WAITING), 0);
    }

    #[test]
    fn a_watcher_may_come_before_the_job_begins() {
        let live = Live::default();
        let id = JobId::from_uuid("0198c0de-0000-7000-8000-000000000000".parse().unwrap());
        let watcher = live.subscribe(id);
        let now = Progress {
            phase: Phase::Indexing,
            done: 1,
            total: 2,
            rejected: 0,
        };
        live.sender(id).send_replace(now);
        assert_eq!(*watcher.borrow(), now);
    }
}
