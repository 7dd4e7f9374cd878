//! Filters that got a name.

use lamina_model::{DatasetId, SavedView, Timestamp, UserId, ViewId};
use uuid::Uuid;

use crate::{
    Store,
    convert::{int, text},
    db::{read, transact, write},
    error::{Error, Result, conflict},
};

#[derive(Debug, sqlx::FromRow)]
struct ViewRow {
    id: Uuid,
    dataset_id: Uuid,
    name: String,
    created_by: Option<Uuid>,
    created_at_us: i64,
    filters: String,
    image_count: i64,
}

impl From<ViewRow> for SavedView {
    fn from(row: ViewRow) -> Self {
        Self {
            id: ViewId::from_uuid(row.id),
            dataset_id: DatasetId::from_uuid(row.dataset_id),
            name: row.name,
            created_by: row.created_by.map(UserId::from_uuid),
            created_at: Timestamp::from_micros(row.created_at_us),
            filters: row.filters,
            image_count: u64::try_from(row.image_count).ok(),
        }
    }
}

impl Store {
    /// Keeps a view.
    ///
    /// # Errors
    /// `Conflict` when the dataset has a view of that name; `NotFound` when there is no such
    /// dataset; `TooMany` when it would have more than `most`.
    pub async fn insert_view(&self, view: &SavedView, most: u64) -> Result<()> {
        transact!(&self.db, tx => {
            let found = sqlx::query(
                "UPDATE datasets SET is_public = is_public WHERE id = $1 AND deleted_at_us IS NULL",
            )
            .bind(view.dataset_id.as_uuid())
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if found == 0 {
                return Err(Error::NotFound { what: "dataset" });
            }
            let count = sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM saved_views WHERE dataset_id = $1",
            )
            .bind(view.dataset_id.as_uuid())
            .fetch_one(&mut *tx)
            .await?;
            if u64::try_from(count).unwrap_or(0) >= most {
                return Err(Error::TooMany { what: "views of a dataset", limit: most });
            }
            sqlx::query(
                "INSERT INTO saved_views (id, dataset_id, name, created_by, created_at_us,
                     filters, image_count)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(view.id.as_uuid())
            .bind(view.dataset_id.as_uuid())
            .bind(text(&view.name))
            .bind(view.created_by.map(UserId::as_uuid))
            .bind(view.created_at.as_micros())
            .bind(text(&view.filters))
            .bind(view.image_count.map_or(-1, int))
            .execute(&mut *tx)
            .await
            .map_err(conflict("view"))?;
        });
        Ok(())
    }

    /// The views of a dataset, the newest first.
    pub async fn views(&self, dataset: DatasetId) -> Result<Vec<SavedView>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, ViewRow>(
                "SELECT * FROM saved_views WHERE dataset_id = $1
                 ORDER BY created_at_us DESC, id DESC",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().map(SavedView::from).collect())
    }

    /// Removes a view of a dataset.
    ///
    /// # Errors
    /// `NotFound` when the dataset has no such view.
    pub async fn delete_view(&self, dataset: DatasetId, view: ViewId) -> Result<()> {
        let removed = write!(&self.db, pool => {
            sqlx::query("DELETE FROM saved_views WHERE dataset_id = $1 AND id = $2")
                .bind(dataset.as_uuid())
                .bind(view.as_uuid())
                .execute(pool)
                .await?
                .rows_affected()
        });
        if removed == 0 {
            return Err(Error::NotFound { what: "view" });
        }
        Ok(())
    }
}
