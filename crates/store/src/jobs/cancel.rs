//! Stopping a job, and what that leaves of its dataset.

use lamina_model::{JobId, JobState, Timestamp};
use uuid::Uuid;

use crate::{
    Store,
    convert::word,
    db::transact,
    error::{Error, Result},
};

impl Store {
    /// Asks a job to stop. One that waits is cancelled at once; one that runs learns it with its
    /// next heartbeat; one that ended stays as it is. Gives the state after.
    ///
    /// # Errors
    /// `NotFound` when there is no such job.
    pub async fn request_cancel(&self, id: JobId, at: Timestamp) -> Result<JobState> {
        let state = transact!(&self.db, tx => {
            let cancelled = sqlx::query_as::<_, (String, Uuid)>(
                "UPDATE jobs SET
                     cancel_requested = CASE WHEN state IN ('queued', 'running') THEN TRUE
                         ELSE cancel_requested END,
                     ended_at_us = CASE WHEN state = 'queued' THEN $2 ELSE ended_at_us END,
                     state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
                 WHERE id = $1 RETURNING state, dataset_id",
            )
            .bind(id.as_uuid())
            .bind(at.as_micros())
            .fetch_all(&mut *tx)
            .await?
            .pop();
            let (state, dataset) = cancelled.ok_or(Error::NotFound { what: "task" })?;
            // Where nothing will come of it, the dataset is as it was before it was asked for.
            sqlx::query(
                "UPDATE datasets SET
                     progress_percent = CASE WHEN generation IS NULL THEN 0 ELSE 100 END,
                     status = CASE WHEN fatal_error IS NOT NULL THEN 'failed'
                         WHEN generation IS NULL THEN 'new' ELSE 'ready' END
                 WHERE id = $1 AND status IN ('indexing', 'updating') AND NOT EXISTS (
                     SELECT 1 FROM jobs WHERE dataset_id = $1 AND kind = 'ingest'
                         AND state IN ('queued', 'running'))",
            )
            .bind(dataset)
            .execute(&mut *tx)
            .await?;
            state
        });
        word("job state", JobState::from_word(&state))
    }
}
