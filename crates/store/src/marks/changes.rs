//! Changes of tags, labels and captions as they are listed, and which of them were taken back.

use lamina_model::{ChangeId, DatasetId, MarkChange, Timestamp, UserId};
use uuid::Uuid;

use super::step::insert_change;
use crate::{
    Store,
    convert::{limit, number, text},
    db::{read, transact, write},
    error::{Error, Result},
};

#[derive(Debug, sqlx::FromRow)]
struct ChangeRow {
    id: Uuid,
    made_by: Option<Uuid>,
    made_at_us: i64,
    summary: String,
    wish: Option<String>,
    added_count: i64,
    removed_count: i64,
    undone_by: Option<Uuid>,
}

impl TryFrom<ChangeRow> for MarkChange {
    type Error = Error;

    fn try_from(row: ChangeRow) -> Result<Self> {
        Ok(Self {
            id: ChangeId::from_uuid(row.id),
            made_by: row.made_by.map(UserId::from_uuid),
            made_at: Timestamp::from_micros(row.made_at_us),
            summary: row.summary,
            wish: row.wish,
            added: number("count", row.added_count)?,
            removed: number("count", row.removed_count)?,
            undone_by: row.undone_by.map(ChangeId::from_uuid),
        })
    }
}

impl Store {
    /// Notes a change that a job is to make, before its first step.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone.
    pub async fn insert_mark_change(&self, dataset: DatasetId, change: &MarkChange) -> Result<()> {
        transact!(&self.db, tx => {
            insert_change!(tx, dataset, change);
        });
        Ok(())
    }

    /// A change of a dataset.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn mark_change(&self, dataset: DatasetId, id: ChangeId) -> Result<MarkChange> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, ChangeRow>(
                "SELECT * FROM mark_changes WHERE id = $1 AND dataset_id = $2",
            )
            .bind(id.as_uuid())
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        row.ok_or(Error::NotFound { what: "change" })?.try_into()
    }

    /// The latest changes of a dataset, the newest first.
    pub async fn mark_changes(&self, dataset: DatasetId, most: usize) -> Result<Vec<MarkChange>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, ChangeRow>(
                "SELECT * FROM mark_changes WHERE dataset_id = $1
                 ORDER BY made_at_us DESC, id DESC LIMIT $2",
            )
            .bind(dataset.as_uuid())
            .bind(limit(most))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(MarkChange::try_from).collect()
    }

    /// Says that one change takes another back. False when another one did already.
    pub async fn claim_undo(&self, undone: ChangeId, by: ChangeId) -> Result<bool> {
        let claimed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE mark_changes SET undone_by = $2
                 WHERE id = $1 AND (undone_by IS NULL OR undone_by = $2)",
            )
            .bind(undone.as_uuid())
            .bind(by.as_uuid())
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(claimed > 0)
    }

    /// The numbers of the steps of a change, in order, each with how many rows it has.
    pub async fn steps_of(&self, dataset: DatasetId, change: ChangeId) -> Result<Vec<(i64, u64)>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (i64, i64)>(
                "SELECT s.version, COUNT(r.media_id) FROM mark_steps s
                 LEFT JOIN mark_step_rows r ON r.dataset_id = s.dataset_id AND r.version = s.version
                 WHERE s.change_id = $1 AND s.dataset_id = $2
                 GROUP BY s.version ORDER BY s.version",
            )
            .bind(change.as_uuid())
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter()
            .map(|(version, rows)| Ok((version, number("count", rows)?)))
            .collect()
    }
}
