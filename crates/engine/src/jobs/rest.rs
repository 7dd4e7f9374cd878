//! What was sent or wished for while a job was past looking: whoever did so was answered with that
//! job, so another one is asked for when it has ended. A process that dies between the two leaves
//! that to the next start.

use lamina_model::{DatasetId, Job, JobKind, JobState};

use crate::{Engine, Error};

impl Engine {
    /// Asks for another job of the dataset if the one that ended well left something.
    pub(super) async fn take_in_the_rest(&self, job: &Job) -> Result<(), Error> {
        let dataset = job.dataset_id;
        let wished =
            job.kind == JobKind::Ingest && self.store().annotations_wanted(dataset).await?;
        if wished || self.has_finished_uploads(dataset).await {
            self.request_ingest_of(dataset).await?;
        }
        Ok(())
    }

    /// The same for every dataset, at a start. What one is at fault with hinders no other.
    pub(super) async fn take_in_what_was_left(&self) -> Result<(), Error> {
        for dataset in self.store().datasets().await? {
            if let Err(cause) = self.take_in_what_it_left(dataset.id).await {
                tracing::error!(dataset.id = %dataset.id, error = &cause as &dyn std::error::Error,
                    "cannot ask for what was left when the last run ended");
            }
        }
        Ok(())
    }

    async fn take_in_what_it_left(&self, dataset: DatasetId) -> Result<(), Error> {
        if self.left_something(dataset).await? {
            tracing::info!(dataset.id = %dataset, "asking for what was left to be taken in");
            self.request_ingest_of(dataset).await?;
        }
        Ok(())
    }

    /// Whether a dataset has something to take in and nobody decided that it should not: the last
    /// job was not stopped and did not fail.
    async fn left_something(&self, dataset: DatasetId) -> Result<bool, Error> {
        let last = self.store().latest_job(dataset, JobKind::Ingest, "");
        let last = last.await?.map(|job| job.state);
        let wished = match last {
            // What is wished for a draft waits until somebody has it indexed.
            None => false,
            Some(JobState::Done) => self.store().annotations_wanted(dataset).await?,
            Some(_) => return Ok(false),
        };
        Ok(wished || self.has_finished_uploads(dataset).await)
    }
}
