//! Pictures that people decided to keep, whatever a rule for copies says.
//!
//! By the ids of the pictures, so that decisions outlive the groups of one analysis.

use lamina_model::{DatasetId, MediaId, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Store,
    db::{read, transact},
    error::{Error, Result},
};

impl Store {
    /// Keeps some pictures and leaves others to the rule again.
    ///
    /// # Errors
    /// `NotFound` when there is no such dataset; `TooMany` when more than `most` pictures would
    /// be kept.
    pub async fn decide_copies(
        &self,
        dataset: DatasetId,
        keep: &[MediaId],
        free: &[MediaId],
        by: Option<UserId>,
        at: Timestamp,
        most: u64,
    ) -> Result<()> {
        transact!(&self.db, tx => {
            // Takes the dataset's row, so that decisions go one by one.
            let found = sqlx::query(
                "UPDATE datasets SET is_public = is_public WHERE id = $1 AND deleted_at_us IS NULL",
            )
            .bind(dataset.as_uuid())
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if found == 0 {
                return Err(Error::NotFound { what: "dataset" });
            }
            for media in free {
                sqlx::query("DELETE FROM kept_copies WHERE dataset_id = $1 AND media_id = $2")
                    .bind(dataset.as_uuid())
                    .bind(media.as_uuid())
                    .execute(&mut *tx)
                    .await?;
            }
            for media in keep {
                sqlx::query(
                    "INSERT INTO kept_copies (dataset_id, media_id, decided_by, decided_at_us)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (dataset_id, media_id) DO NOTHING",
                )
                .bind(dataset.as_uuid())
                .bind(media.as_uuid())
                .bind(by.map(UserId::as_uuid))
                .bind(at.as_micros())
                .execute(&mut *tx)
                .await?;
            }
            let count = sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM kept_copies WHERE dataset_id = $1",
            )
            .bind(dataset.as_uuid())
            .fetch_one(&mut *tx)
            .await?;
            if u64::try_from(count).unwrap_or(0) > most {
                return Err(Error::TooMany { what: "decisions about copies", limit: most });
            }
        });
        Ok(())
    }

    /// The pictures of a dataset that people decided to keep, in the order of their ids.
    pub async fn kept_copies(&self, dataset: DatasetId) -> Result<Vec<MediaId>> {
        let ids = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Uuid>(
                "SELECT media_id FROM kept_copies WHERE dataset_id = $1 ORDER BY media_id",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        Ok(ids.into_iter().map(MediaId::from_uuid).collect())
    }
}
