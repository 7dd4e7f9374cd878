//! Taking jobs one after the other, and keeping their leases alive.

use std::{sync::Arc, time::Duration};

use lamina_model::{Dataset, DatasetStatus, Job, JobId, JobKind, JobState, Lane, Progress};
use lamina_store::{Beat, Claim, DatasetState, Error as StoreError, JobEnd, Lease};
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    JobContext, percent,
    presence::{Presence, sweep_dead},
};
use crate::{
    DatasetScope, Engine, Error,
    error::OrNothing,
    export::export,
    fields::take_in,
    ingest::{Stopped, ingest},
    marks::mark,
};

/// A lease outlives this many missed heartbeats.
const LEASE_SECONDS: i64 = 15;
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often a job may be begun without getting anywhere.
const MAX_BARREN_ATTEMPTS: u32 = 5;
/// How long to wait before a job that met a fault is begun again.
const RETRY_SECONDS: i64 = 5;
/// How often to look for jobs that another process asked for.
const POLL: Duration = Duration::from_secs(2);

/// How soon whoever waits for a job looks for the first time whether it has ended, and how long
/// at most from one look to the next: jobs take from a moment to hours.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_secs(2);

/// Works on jobs, one at a time. Each job uses as many threads as the engine's settings say.
#[derive(Debug)]
pub struct Runner {
    engine: Engine,
    name: String,
    _presence: Option<Presence>,
}

impl Runner {
    /// Makes ready to take jobs. Leases of runners whose process has died on this machine are
    /// given back first, so that their jobs go on at once; and what was sent or wished for while a
    /// job ended, and is in no job, is asked for.
    ///
    /// # Errors
    /// [`Error::Internal`] when the data folder or the database cannot be used.
    pub async fn start(engine: Engine) -> Result<Self, Error> {
        let mut random = [0; 16];
        engine.chance().fill(&mut random);
        let name = uuid::Uuid::from_bytes(random).simple().to_string();
        let mut presence = None;
        if let Some(folder) = engine.parts().presence_folder.clone() {
            let sign = name.clone();
            let swept = tokio::task::spawn_blocking(move || {
                let dead = sweep_dead(&folder)?;
                Ok::<_, std::io::Error>((dead, Presence::announce(&folder, &sign)?))
            });
            let (dead, own) = swept
                .await
                .map_err(Error::internal)?
                .map_err(Error::internal)?;
            release_leases_of(&engine, &dead).await?;
            presence = Some(own);
        }
        if let Err(cause) = engine.take_in_what_was_left().await {
            error!(
                error = &cause as &dyn std::error::Error,
                "cannot list the datasets in which something may have been left"
            );
        }
        Ok(Self {
            engine,
            name,
            _presence: presence,
        })
    }

    /// Takes jobs of both queues until told to stop; the jobs at hand are then put back, to be
    /// gone on with later.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(
            self.run_lane(Lane::Long, &stop),
            self.run_lane(Lane::Quick, &stop),
        );
    }

    async fn run_lane(&self, lane: Lane, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.take_one(lane, stop).await {
                Ok(true) => {}
                Ok(false) => self.wait_for_work(lane, stop).await,
                Err(cause) => {
                    error!(error = &cause as &dyn std::error::Error, "cannot take jobs");
                    let _ = timeout(POLL, stop.cancelled()).await;
                }
            }
        }
    }

    /// Takes jobs until this one has ended, here or in another process, or until told to stop.
    /// Gives the job as it then stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such job; whatever keeps jobs from being taken.
    pub async fn run_until(&self, job: JobId, stop: CancellationToken) -> Result<Job, Error> {
        loop {
            let now = self.engine.job(job).await?;
            if Engine::has_ended(&now) || stop.is_cancelled() {
                return Ok(now);
            }
            let lane = now.kind.lane();
            if !self.take_one(lane, &stop).await? {
                self.wait_for_work(lane, &stop).await;
            }
        }
    }

    async fn wait_for_work(&self, lane: Lane, stop: &CancellationToken) {
        let asked = self.engine.parts().jobs_wanted(lane).notified();
        tokio::select! {
            () = stop.cancelled() => {}
            _ = timeout(POLL, asked) => {}
        }
    }

    /// Takes the next job, if one waits, and works on it to its end.
    async fn take_one(&self, lane: Lane, stop: &CancellationToken) -> Result<bool, Error> {
        let claim = Claim {
            runner: &self.name,
            now: self.engine.clock().now(),
            lease_us: LEASE_SECONDS * 1_000_000,
            max_attempts: MAX_BARREN_ATTEMPTS,
            lane,
        };
        let Some((job, lease)) = self.engine.store().claim_job(&claim).await? else {
            return Ok(false);
        };
        let progress = self.engine.parts().live.sender(job.id);
        // Of other kinds, each attempt does all of the work again.
        let before = match job.kind {
            JobKind::Ingest => job.progress,
            _ => Progress::WAITING,
        };
        progress.send_replace(before);
        let job_stop = stop.child_token();
        let context = Arc::new(JobContext {
            lease,
            progress,
            stop: job_stop.clone(),
            before,
        });
        let beating = job_stop.drop_guard();
        let heart = beat(self.engine.clone(), Arc::clone(&context));
        let (ended, asked_to_cancel) = tokio::join!(
            async {
                let ended = self.work(&job, &context).await;
                drop(beating);
                ended
            },
            heart,
        );
        let done = ended.is_ok();
        self.settle(&job, context.lease(), ended, asked_to_cancel)
            .await?;
        if done && let Err(cause) = self.engine.take_in_the_rest(&job).await {
            // The next start asks again.
            error!(dataset.id = %job.dataset_id, error = &cause as &dyn std::error::Error,
                "cannot ask for what was sent or wished for meanwhile");
        }
        Ok(true)
    }

    async fn work(&self, job: &Job, context: &Arc<JobContext>) -> Result<(), Stopped> {
        let dataset = self.engine.store().dataset(job.dataset_id).await?;
        info!(job.id = %job.id, dataset.id = %dataset.id, job.kind = job.kind.as_str(), "job begins");
        if job.kind != JobKind::Ingest {
            let (engine, job, context) = (self.engine.clone(), job.clone(), Arc::clone(context));
            return run_apart(async move {
                match job.kind {
                    JobKind::Mark => mark(&engine, &dataset, &job, &context).await,
                    JobKind::Export => export(&engine, &dataset, &job, &context).await,
                    JobKind::Metadata => take_in(&engine, &dataset, &job, &context).await,
                    JobKind::Ingest => ingest(&engine, &dataset, &context).await,
                }
            })
            .await;
        }
        let state = DatasetState {
            status: if dataset.generation.is_some() {
                DatasetStatus::Updating
            } else {
                DatasetStatus::Indexing
            },
            progress_percent: percent(&job.progress),
            fatal_error: None,
        };
        self.engine
            .store()
            .set_dataset_state(dataset.id, &state)
            .await?;
        let (engine, context) = (self.engine.clone(), Arc::clone(context));
        run_apart(async move { ingest(&engine, &dataset, &context).await }).await
    }

    /// Writes down how a job ended.
    async fn settle(
        &self,
        job: &Job,
        lease: &Lease,
        ended: Result<(), Stopped>,
        asked_to_cancel: bool,
    ) -> Result<(), Error> {
        let store = self.engine.store();
        let now = self.engine.clock().now();
        let result = match ended {
            // Publishing has ended the job already; a job that found nothing to do has not.
            Ok(()) => {
                let state = self.standing(job).await?;
                store
                    .finish_job(lease, &JobEnd::Done, state.as_ref(), now)
                    .await
            }
            Err(Stopped::Cancelled) if asked_to_cancel => {
                let state = self.standing(job).await?;
                store
                    .finish_job(lease, &JobEnd::Cancelled, state.as_ref(), now)
                    .await
            }
            Err(Stopped::Cancelled) => store.release_lease(lease).await,
            Err(Stopped::Failed(note)) => {
                warn!(job.id = %job.id, error = note, "job failed");
                let state = DatasetState {
                    status: DatasetStatus::Failed,
                    progress_percent: 0,
                    fatal_error: Some(note.clone()),
                };
                let state = (job.kind == JobKind::Ingest).then_some(state);
                store
                    .finish_job(lease, &JobEnd::Failed { error: note }, state.as_ref(), now)
                    .await
            }
            Err(Stopped::Fault(cause)) => {
                error!(job.id = %job.id, error = &cause as &dyn std::error::Error, "job met a fault");
                let why = describe(&cause);
                store
                    .retry_job(lease, &why, now.plus_seconds(RETRY_SECONDS))
                    .await
            }
        };
        match result {
            Err(StoreError::LeaseLost) => Ok(()),
            other => Ok(other?),
        }
    }

    /// The state of a dataset on which nothing runs any more; nothing where the job leaves it as
    /// it is.
    async fn standing(&self, job: &Job) -> Result<Option<DatasetState>, Error> {
        if job.kind != JobKind::Ingest {
            return Ok(None);
        }
        let dataset: Dataset = match self.engine.store().dataset(job.dataset_id).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        let ready = dataset.generation.is_some();
        Ok(Some(DatasetState {
            status: if ready {
                DatasetStatus::Ready
            } else {
                DatasetStatus::New
            },
            progress_percent: if ready { 100 } else { 0 },
            fatal_error: None,
        }))
    }
}

/// Runs a job so that a panic ends one attempt of it, never the runner.
async fn run_apart(
    work: impl Future<Output = Result<(), Stopped>> + Send + 'static,
) -> Result<(), Stopped> {
    let mut running = JoinSet::new();
    running.spawn(work);
    match running.join_next().await {
        Some(Ok(ended)) => ended,
        Some(Err(cause)) => Err(Error::internal(cause).into()),
        None => Ok(()),
    }
}

/// Keeps the lease until the job is done. Stops the job when the lease is lost or somebody asked;
/// says whether somebody did.
async fn beat(engine: Engine, context: Arc<JobContext>) -> bool {
    let mut asked_to_cancel = false;
    loop {
        if timeout(HEARTBEAT, context.stop.cancelled()).await.is_ok() {
            return asked_to_cancel;
        }
        let until = engine.clock().now().plus_seconds(LEASE_SECONDS);
        let progress = context.progress();
        match engine
            .store()
            .heartbeat(&context.lease, until, Some(&progress))
            .await
        {
            Ok(Beat::Held) => {}
            Ok(Beat::CancelRequested) => {
                asked_to_cancel = true;
                context.stop.cancel();
            }
            Ok(Beat::Lost) => context.stop.cancel(),
            Err(cause) => warn!(error = &cause as &dyn std::error::Error, "heartbeat failed"),
        }
    }
}

async fn release_leases_of(engine: &Engine, dead: &[String]) -> Result<(), Error> {
    for holder in engine.store().leases().await? {
        if dead.contains(&holder.lease.runner) {
            match engine.store().release_lease(&holder.lease).await {
                Ok(()) | Err(StoreError::LeaseLost) => {}
                Err(cause) => return Err(cause.into()),
            }
        }
    }
    Ok(())
}

/// An error and what caused it, in one line.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

impl Engine {
    /// Hears how far a job of this process is, also before it begins.
    pub fn watch_job(&self, job: JobId) -> watch::Receiver<Progress> {
        self.parts().live.subscribe(job)
    }

    /// A job as the database knows it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn job(&self, job: JobId) -> Result<Job, Error> {
        Ok(self.store().job(job).await?)
    }

    /// Waits until a job has ended, here or in another process, or is gone with its dataset. A
    /// look that fails says nothing about the job, and is taken again.
    pub(crate) async fn ended(&self, job: JobId) {
        let mut pause = FIRST_LOOK;
        loop {
            match self.store().job(job).await.or_nothing() {
                Ok(Some(found)) if !Self::has_ended(&found) => {}
                Ok(_) => return,
                Err(cause) => warn!(
                    job.id = %job,
                    error = &cause as &dyn std::error::Error,
                    "cannot see whether a job has ended; looking again"
                ),
            }
            tokio::time::sleep(pause).await;
            pause = LOOK.min(pause * 2);
        }
    }

    /// Asks a job of a dataset to stop. What it has written stays.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such job, [`Error::Conflict`] when it has
    /// ended already.
    pub async fn cancel_job(&self, scope: &DatasetScope, job: JobId) -> Result<Job, Error> {
        let found = self.store().job(job).await.or_nothing()?;
        let Some(before) = found.filter(|found| found.dataset_id == scope.id()) else {
            return Err(Error::NotFound {
                what: "task",
                id: job.to_string(),
            });
        };
        if Self::has_ended(&before) {
            let why = format!("this task has ended already: {}", before.state.as_str());
            return Err(Error::Conflict {
                code: "task_ended",
                why,
            });
        }
        self.store().request_cancel(job, self.clock().now()).await?;
        self.job(job).await
    }

    /// Asks for the work of a job that failed or was stopped to be done again.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such job, [`Error::Invalid`] when it neither
    /// failed nor was stopped.
    pub async fn retry_job(&self, scope: &DatasetScope, job: JobId) -> Result<Job, Error> {
        let found = self.store().job(job).await.or_nothing()?;
        let Some(before) = found.filter(|found| found.dataset_id == scope.id()) else {
            return Err(Error::NotFound {
                what: "task",
                id: job.to_string(),
            });
        };
        if !matches!(before.state, JobState::Failed | JobState::Cancelled) {
            let state = before.state.as_str();
            let why = format!(
                "this task is {state}; only a task that failed or was stopped can be done again"
            );
            return Err(Error::invalid("task", why));
        }
        let again = self.request_ingest(scope).await?;
        self.job(again).await
    }

    /// Whether a job has come to an end of any kind.
    pub fn has_ended(job: &Job) -> bool {
        matches!(
            job.state,
            JobState::Done | JobState::Failed | JobState::Cancelled
        )
    }
}
