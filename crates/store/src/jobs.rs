//! Background work: asked for once, leased to one runner at a time, never lost.
//!
//! A lease is told from every other by job, runner and attempt; whoever writes under one that
//! is not held any more gets `LeaseLost` and must stop.

mod cancel;

use lamina_model::{DatasetId, Job, JobId, JobKind, JobState, Lane, Phase, Progress, Timestamp};
use uuid::Uuid;

use crate::{
    Store,
    convert::{int, moment, number, text, word},
    datasets::{DatasetState, SET_STATE},
    db::{Pools, read, transact, write},
    error::{Error, Result, conflict},
};

/// The right to work on a job for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Who works on it: a name no other process has.
    pub runner: String,
    /// Which beginning of the job this is, from 1.
    pub attempt: u32,
}

/// Who asks for work, and on what terms.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// The name under which leases are held; no other process has it.
    pub runner: &'a str,
    /// The present moment.
    pub now: Timestamp,
    /// How long the lease lasts without a heartbeat, in microseconds.
    pub lease_us: i64,
    /// How often a job may be begun without getting anywhere.
    pub max_attempts: u32,
    /// From which queue.
    pub lane: Lane,
}

/// What a heartbeat was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// Go on.
    Held,
    /// Somebody asked to stop: finish as cancelled.
    CancelRequested,
    /// The lease is not held any more: stop and write nothing.
    Lost,
}

/// How a job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// All is done.
    Done,
    /// It cannot be done.
    Failed {
        /// Why, in words a person understands.
        error: String,
    },
    /// Somebody asked to stop.
    Cancelled,
}

/// Who holds a job just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseHolder {
    /// The lease.
    pub lease: Lease,
    /// When it runs out without a heartbeat.
    pub until: Timestamp,
}

#[derive(Debug, sqlx::FromRow)]
struct JobRow {
    id: Uuid,
    kind: String,
    dataset_id: Uuid,
    subject: String,
    state: String,
    attempts: i64,
    phase: String,
    done_count: i64,
    total_count: i64,
    rejected_count: i64,
    error: Option<String>,
    created_at_us: i64,
    started_at_us: Option<i64>,
    ended_at_us: Option<i64>,
}

impl TryFrom<JobRow> for Job {
    type Error = Error;

    fn try_from(row: JobRow) -> Result<Self> {
        Ok(Self {
            id: JobId::from_uuid(row.id),
            kind: word("job kind", JobKind::from_word(&row.kind))?,
            dataset_id: DatasetId::from_uuid(row.dataset_id),
            subject: row.subject,
            state: word("job state", JobState::from_word(&row.state))?,
            attempts: number("attempts", row.attempts)?,
            progress: Progress {
                phase: word("phase", Phase::from_word(&row.phase))?,
                done: number("count", row.done_count)?,
                total: number("count", row.total_count)?,
                rejected: number("count", row.rejected_count)?,
            },
            error: row.error,
            created_at: Timestamp::from_micros(row.created_at_us),
            started_at: moment(row.started_at_us),
            ended_at: moment(row.ended_at_us),
        })
    }
}

/// Inserts a queued job unless one of its kind is queued or running for the dataset already;
/// gives the rows inserted.
macro_rules! insert_job {
    ($tx:ident, $job:expr) => {
        sqlx::query(
            "INSERT INTO jobs (id, kind, dataset_id, state, phase, done_count, total_count,
                 rejected_count, run_after_us, created_at_us, subject)
             VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $8, $9)
             ON CONFLICT (dataset_id, kind, subject) WHERE state IN ('queued', 'running')
             DO NOTHING",
        )
        .bind($job.id.as_uuid())
        .bind($job.kind.as_str())
        .bind($job.dataset_id.as_uuid())
        .bind($job.progress.phase.as_str())
        .bind($crate::convert::int($job.progress.done))
        .bind($crate::convert::int($job.progress.total))
        .bind($crate::convert::int($job.progress.rejected))
        .bind($job.created_at.as_micros())
        .bind(&$job.subject)
        .execute(&mut *$tx)
        .await
        .map_err(conflict("task"))?
        .rows_affected()
    };
}

/// Writes how far a job and its dataset are; leaves the transaction where the lease is not held.
macro_rules! advance_job {
    ($tx:ident, $checkpoint:expr) => {
        let dataset = sqlx::query_scalar::<_, uuid::Uuid>(
            "UPDATE jobs SET phase = $4, done_count = $5, total_count = $6, rejected_count = $7,
                 barren_attempts = 0
             WHERE id = $1 AND state = 'running' AND runner = $2 AND attempts = $3
             RETURNING dataset_id",
        )
        .bind($checkpoint.lease.job.as_uuid())
        .bind(&$checkpoint.lease.runner)
        .bind(i64::from($checkpoint.lease.attempt))
        .bind($checkpoint.progress.phase.as_str())
        .bind($crate::convert::int($checkpoint.progress.done))
        .bind($crate::convert::int($checkpoint.progress.total))
        .bind($crate::convert::int($checkpoint.progress.rejected))
        .fetch_optional(&mut *$tx)
        .await?
        .ok_or($crate::error::Error::LeaseLost)?;
        // Only an ingest is work on the dataset itself.
        sqlx::query(
            "UPDATE datasets SET progress_percent = $2 WHERE id = $1
                 AND EXISTS (SELECT 1 FROM jobs WHERE id = $3 AND kind = 'ingest')",
        )
        .bind(dataset)
        .bind(i64::from($checkpoint.progress_percent))
        .bind($checkpoint.lease.job.as_uuid())
        .execute(&mut *$tx)
        .await?;
    };
}

/// Ends a job; leaves the transaction where the lease is not held.
macro_rules! end_job {
    ($tx:ident, $lease:expr, $state:expr, $error:expr, $at:expr) => {
        sqlx::query_scalar::<_, uuid::Uuid>(
            "UPDATE jobs SET state = $4, error = $5, ended_at_us = $6, runner = NULL,
                 lease_until_us = NULL
             WHERE id = $1 AND state = 'running' AND runner = $2 AND attempts = $3
             RETURNING dataset_id",
        )
        .bind($lease.job.as_uuid())
        .bind(&$lease.runner)
        .bind(i64::from($lease.attempt))
        .bind($state)
        .bind($error)
        .bind($at.as_micros())
        .fetch_optional(&mut *$tx)
        .await?
        .ok_or($crate::error::Error::LeaseLost)?
    };
}

/// Says what state a dataset is in, inside a transaction.
macro_rules! set_state {
    ($tx:ident, $dataset:expr, $state:expr) => {
        sqlx::query(SET_STATE)
            .bind($dataset)
            .bind($state.status.as_str())
            .bind(i64::from($state.progress_percent))
            .bind($state.fatal_error.as_deref().map(text))
            .execute(&mut *$tx)
            .await?
    };
}

pub(crate) use {advance_job, end_job, insert_job};

/// The text both dialects share; `PostgreSQL` adds how to pass over rows that others look at.
macro_rules! claim_sql {
    ($lock:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', runner = $2, lease_until_us = $3,
                 attempts = attempts + 1, barren_attempts = barren_attempts + 1,
                 started_at_us = COALESCE(started_at_us, $1)
             WHERE id = (SELECT id FROM jobs
                 WHERE state IN ('queued', 'running') AND (kind = 'ingest') = $4
                     AND ((state = 'queued' AND run_after_us <= $1)
                         OR (state = 'running' AND lease_until_us <= $1))
                 ORDER BY created_at_us, id LIMIT 1 ",
            $lock,
            ") RETURNING *"
        )
    };
}

impl Store {
    /// Asks for a job. Where one of its kind is queued or running for the dataset already, that
    /// one is given and nothing is made.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone.
    pub async fn enqueue_job(&self, job: &Job) -> Result<Job> {
        let row = transact!(&self.db, tx => {
            let alive = sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM datasets WHERE id = $1 AND deleted_at_us IS NULL",
            )
            .bind(job.dataset_id.as_uuid())
            .fetch_one(&mut *tx)
            .await?;
            if alive == 0 {
                return Err(Error::NotFound { what: "dataset" });
            }
            insert_job!(tx, job);
            if job.kind == JobKind::Ingest {
                // Whoever asked and looks at once must not take the state of before for the end.
                // Why it failed stays until the job is taken up, should it be stopped before.
                sqlx::query(
                    "UPDATE datasets SET progress_percent = 0,
                         status = CASE WHEN generation IS NULL THEN 'indexing' ELSE 'updating' END
                     WHERE id = $1 AND status IN ('ready', 'failed')",
                )
                .bind(job.dataset_id.as_uuid())
                .execute(&mut *tx)
                .await?;
            }
            sqlx::query_as::<_, JobRow>(
                "SELECT * FROM jobs
                 WHERE dataset_id = $1 AND kind = $2 AND subject = $3
                     AND state IN ('queued', 'running')",
            )
            .bind(job.dataset_id.as_uuid())
            .bind(job.kind.as_str())
            .bind(&job.subject)
            .fetch_one(&mut *tx)
            .await?
        });
        row.try_into()
    }

    /// Takes the oldest job that waits or whose lease ran out. Jobs that were begun too often
    /// without getting anywhere fail first, and their datasets with them.
    pub async fn claim_job(&self, claim: &Claim<'_>) -> Result<Option<(Job, Lease)>> {
        self.give_up_jobs(claim).await?;
        let now = claim.now.as_micros();
        let until = claim.now.plus_micros(claim.lease_us).as_micros();
        let counted = self.db.writing();
        let row = match &self.db.pools {
            Pools::Sqlite { writer, .. } => sqlx::query_as::<_, JobRow>(claim_sql!(""))
                .bind(now)
                .bind(claim.runner)
                .bind(until)
                .bind(claim.lane == Lane::Long)
                .fetch_all(writer)
                .await?
                .pop(),
            Pools::Postgres(pool) => {
                sqlx::query_as::<_, JobRow>(claim_sql!("FOR UPDATE SKIP LOCKED"))
                    .bind(now)
                    .bind(claim.runner)
                    .bind(until)
                    .bind(claim.lane == Lane::Long)
                    .fetch_all(pool)
                    .await?
                    .pop()
            }
        };
        drop(counted);
        let Some(row) = row else { return Ok(None) };
        let job = Job::try_from(row)?;
        let lease = Lease {
            job: job.id,
            runner: claim.runner.to_owned(),
            attempt: job.attempts,
        };
        Ok(Some((job, lease)))
    }

    async fn give_up_jobs(&self, claim: &Claim<'_>) -> Result<()> {
        let waiting = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')
                     AND barren_attempts >= $2 AND COALESCE(lease_until_us, 0) <= $1",
            )
            .bind(claim.now.as_micros())
            .bind(i64::from(claim.max_attempts))
            .fetch_one(pool)
            .await?
        });
        if waiting == 0 {
            return Ok(());
        }
        let error = format!(
            "gave up after {} attempts that got nowhere",
            claim.max_attempts
        );
        transact!(&self.db, tx => {
            let given_up = sqlx::query_as::<_, (Uuid, String)>(
                "UPDATE jobs SET state = 'failed', error = COALESCE(error, $3),
                     ended_at_us = $1, runner = NULL, lease_until_us = NULL
                 WHERE state IN ('queued', 'running') AND barren_attempts >= $2
                     AND COALESCE(lease_until_us, 0) <= $1 RETURNING dataset_id, kind",
            )
            .bind(claim.now.as_micros())
            .bind(i64::from(claim.max_attempts))
            .bind(&error)
            .fetch_all(&mut *tx)
            .await?;
            for (dataset, kind) in given_up {
                // What else fails leaves the dataset as it is.
                if kind != JobKind::Ingest.as_str() {
                    continue;
                }
                sqlx::query("UPDATE datasets SET status = 'failed', fatal_error = $2 WHERE id = $1")
                    .bind(dataset)
                    .bind(&error)
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }

    /// Says that a runner is alive and how far it is, and keeps the lease for another while.
    pub async fn heartbeat(
        &self,
        lease: &Lease,
        until: Timestamp,
        progress: Option<&Progress>,
    ) -> Result<Beat> {
        let cancel = write!(&self.db, pool => {
            sqlx::query_scalar::<_, bool>(
                "UPDATE jobs SET lease_until_us = $4, phase = COALESCE($5, phase),
                     done_count = COALESCE($6, done_count),
                     total_count = COALESCE($7, total_count),
                     rejected_count = COALESCE($8, rejected_count)
                 WHERE id = $1 AND state = 'running' AND runner = $2 AND attempts = $3
                 RETURNING cancel_requested",
            )
            .bind(lease.job.as_uuid())
            .bind(&lease.runner)
            .bind(i64::from(lease.attempt))
            .bind(until.as_micros())
            .bind(progress.map(|progress| progress.phase.as_str()))
            .bind(progress.map(|progress| int(progress.done)))
            .bind(progress.map(|progress| int(progress.total)))
            .bind(progress.map(|progress| int(progress.rejected)))
            .fetch_all(pool)
            .await?
            .pop()
        });
        Ok(match cancel {
            Some(false) => Beat::Held,
            Some(true) => Beat::CancelRequested,
            None => Beat::Lost,
        })
    }

    /// Ends a job and, in the same step, says what state its dataset is in from now on.
    ///
    /// # Errors
    /// `LeaseLost` when the lease is not held any more.
    pub async fn finish_job(
        &self,
        lease: &Lease,
        end: &JobEnd,
        dataset: Option<&DatasetState>,
        at: Timestamp,
    ) -> Result<()> {
        let (state, error) = match end {
            JobEnd::Done => (JobState::Done, None),
            JobEnd::Failed { error } => (JobState::Failed, Some(text(error))),
            JobEnd::Cancelled => (JobState::Cancelled, None),
        };
        transact!(&self.db, tx => {
            let id = end_job!(tx, lease, state.as_str(), error, at);
            if let Some(state) = dataset {
                set_state!(tx, id, state);
            }
        });
        Ok(())
    }

    /// Puts a job back because of a passing failure, to be begun again no earlier than a moment.
    /// It counts as an attempt that got nowhere unless a batch was applied in it.
    ///
    /// # Errors
    /// `LeaseLost` when the lease is not held any more.
    pub async fn retry_job(&self, lease: &Lease, error: &str, run_after: Timestamp) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE jobs SET state = 'queued', error = $4, run_after_us = $5, runner = NULL,
                     lease_until_us = NULL
                 WHERE id = $1 AND state = 'running' AND runner = $2 AND attempts = $3",
            )
            .bind(lease.job.as_uuid())
            .bind(&lease.runner)
            .bind(i64::from(lease.attempt))
            .bind(text(error))
            .bind(run_after.as_micros())
            .execute(pool)
            .await?
            .rows_affected()
        });
        if changed == 0 {
            Err(Error::LeaseLost)
        } else {
            Ok(())
        }
    }

    /// Gives a lease back because the runner stops, or because its process is known to be dead:
    /// the next runner goes on at once, and the attempt is not held against the job.
    ///
    /// # Errors
    /// `LeaseLost` when the lease is not held any more.
    pub async fn release_lease(&self, lease: &Lease) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE jobs SET state = 'queued', barren_attempts = barren_attempts - 1,
                     runner = NULL, lease_until_us = NULL
                 WHERE id = $1 AND state = 'running' AND runner = $2 AND attempts = $3",
            )
            .bind(lease.job.as_uuid())
            .bind(&lease.runner)
            .bind(i64::from(lease.attempt))
            .execute(pool)
            .await?
            .rows_affected()
        });
        if changed == 0 {
            Err(Error::LeaseLost)
        } else {
            Ok(())
        }
    }

    /// Every lease that is out, expired ones too, so that those of dead processes can be
    /// given back.
    pub async fn leases(&self) -> Result<Vec<LeaseHolder>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, String, i64, i64)>(
                "SELECT id, runner, attempts, lease_until_us FROM jobs
                 WHERE state IN ('queued', 'running') AND state = 'running'
                     AND runner IS NOT NULL
                 ORDER BY created_at_us, id",
            )
            .fetch_all(pool)
            .await?
        });
        rows.into_iter()
            .map(|(job, runner, attempt, until)| {
                let job = JobId::from_uuid(job);
                let attempt = number("attempts", attempt)?;
                Ok(LeaseHolder {
                    lease: Lease {
                        job,
                        runner,
                        attempt,
                    },
                    until: Timestamp::from_micros(until),
                })
            })
            .collect()
    }

    /// One job.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn job(&self, id: JobId) -> Result<Job> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, JobRow>("SELECT * FROM jobs WHERE id = $1")
                .bind(id.as_uuid())
                .fetch_optional(pool)
                .await?
        });
        row.ok_or(Error::NotFound { what: "task" })?.try_into()
    }

    /// The latest jobs of a dataset, the newest first.
    pub async fn jobs_of_dataset(&self, dataset: DatasetId, limit: usize) -> Result<Vec<Job>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, JobRow>(
                "SELECT * FROM jobs WHERE dataset_id = $1
                 ORDER BY created_at_us DESC, id DESC LIMIT $2",
            )
            .bind(dataset.as_uuid())
            .bind(crate::convert::limit(limit))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(Job::try_from).collect()
    }

    /// The latest job of this kind about this subject, such as the export that it writes; nothing
    /// where there is none.
    pub async fn latest_job(
        &self,
        dataset: DatasetId,
        kind: JobKind,
        subject: &str,
    ) -> Result<Option<Job>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, JobRow>(
                "SELECT * FROM jobs WHERE dataset_id = $1 AND kind = $2 AND subject = $3
                 ORDER BY created_at_us DESC, id DESC LIMIT 1",
            )
            .bind(dataset.as_uuid())
            .bind(kind.as_str())
            .bind(subject)
            .fetch_optional(pool)
            .await?
        });
        row.map(Job::try_from).transpose()
    }

    /// Every job that waits or runs, the oldest first.
    pub async fn live_jobs(&self) -> Result<Vec<Job>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, JobRow>(
                "SELECT * FROM jobs WHERE state IN ('queued', 'running')
                 ORDER BY created_at_us, id",
            )
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(Job::try_from).collect()
    }
}
