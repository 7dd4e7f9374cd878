//! Exports: asked for together with their job, told how far they are, taken away in time.

use lamina_model::{DatasetId, ExportId, Job, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Store,
    convert::{int, moment, number, text},
    db::{read, transact, write},
    error::{Error, Result, conflict},
};

/// An export as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// The dataset.
    pub dataset_id: DatasetId,
    /// Who asked for it; nothing in local mode and for those who did not sign in.
    pub made_by: Option<UserId>,
    /// The name of whoever asked, as the archive tells it.
    pub made_by_name: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What is wanted, as JSON of whoever wrote it.
    pub wish: String,
    /// What the archive is called when it is saved.
    pub file_name: String,
    /// The state, as a word of whoever wrote it.
    pub status: String,
    /// How far it is, 0–1.
    pub progress: f32,
    /// Pictures in it.
    pub entities: u64,
    /// Why it failed or was refused.
    pub message: Option<String>,
    /// Bytes of the archive, once it is there.
    pub size_bytes: Option<u64>,
    /// BLAKE3 of the archive, once it is there.
    pub content_hash: Option<Vec<u8>>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When the archive is taken away.
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, sqlx::FromRow)]
struct ExportRow {
    id: Uuid,
    dataset_id: Uuid,
    made_by: Option<Uuid>,
    made_by_name: String,
    created_at_us: i64,
    wish: String,
    file_name: String,
    status: String,
    progress: f32,
    entities_count: i64,
    message: Option<String>,
    size_bytes: Option<i64>,
    content_hash: Option<Vec<u8>>,
    finished_at_us: Option<i64>,
    expires_at_us: Option<i64>,
}

impl TryFrom<ExportRow> for Export {
    type Error = Error;

    fn try_from(row: ExportRow) -> Result<Self> {
        Ok(Self {
            id: ExportId::from_uuid(row.id),
            dataset_id: DatasetId::from_uuid(row.dataset_id),
            made_by: row.made_by.map(UserId::from_uuid),
            made_by_name: row.made_by_name,
            created_at: Timestamp::from_micros(row.created_at_us),
            wish: row.wish,
            file_name: row.file_name,
            status: row.status,
            progress: row.progress,
            entities: number("count", row.entities_count)?,
            message: row.message,
            size_bytes: row
                .size_bytes
                .map(|size| number("size", size))
                .transpose()?,
            content_hash: row.content_hash,
            finished_at: moment(row.finished_at_us),
            expires_at: moment(row.expires_at_us),
        })
    }
}

impl Store {
    /// Keeps an export and the job that writes it, both or neither; an export that was refused
    /// has none.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone.
    pub async fn insert_export(&self, export: &Export, job: Option<&Job>) -> Result<()> {
        transact!(&self.db, tx => {
            sqlx::query(
                "INSERT INTO exports (id, dataset_id, made_by, made_by_name, created_at_us, wish,
                     file_name, status, progress, entities_count, message)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            )
            .bind(export.id.as_uuid())
            .bind(export.dataset_id.as_uuid())
            .bind(export.made_by.map(UserId::as_uuid))
            .bind(text(&export.made_by_name))
            .bind(export.created_at.as_micros())
            .bind(text(&export.wish))
            .bind(text(&export.file_name))
            .bind(&export.status)
            .bind(export.progress)
            .bind(int(export.entities))
            .bind(export.message.as_deref().map(text))
            .execute(&mut *tx)
            .await?;
            if let Some(job) = job {
                crate::jobs::insert_job!(tx, job);
            }
        });
        Ok(())
    }

    /// Tells how an export stands now.
    pub async fn update_export(&self, export: &Export) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "UPDATE exports SET status = $2, progress = $3, entities_count = $4, message = $5,
                     size_bytes = $6, content_hash = $7, finished_at_us = $8, expires_at_us = $9
                 WHERE id = $1",
            )
            .bind(export.id.as_uuid())
            .bind(&export.status)
            .bind(export.progress)
            .bind(int(export.entities))
            .bind(export.message.as_deref().map(text))
            .bind(export.size_bytes.map(int))
            .bind(export.content_hash.as_deref())
            .bind(export.finished_at.map(Timestamp::as_micros))
            .bind(export.expires_at.map(Timestamp::as_micros))
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// An export of a dataset.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn export(&self, dataset: DatasetId, id: ExportId) -> Result<Export> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, ExportRow>(
                "SELECT * FROM exports WHERE id = $1 AND dataset_id = $2",
            )
            .bind(id.as_uuid())
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        row.ok_or(Error::NotFound { what: "export" })?.try_into()
    }

    /// The exports of a dataset, the newest first, from the one at `offset` on, and how many there
    /// are.
    pub async fn exports(
        &self,
        dataset: DatasetId,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<Export>, u64)> {
        let (rows, total): (Vec<ExportRow>, i64) = read!(&self.db, pool => {
            let rows = sqlx::query_as::<_, ExportRow>(
                "SELECT * FROM exports WHERE dataset_id = $1
                     ORDER BY created_at_us DESC, id DESC LIMIT $2 OFFSET $3",
            )
            .bind(dataset.as_uuid())
            .bind(crate::convert::limit(limit))
            .bind(crate::convert::limit(offset))
            .fetch_all(pool)
            .await?;
            let total = sqlx::query_scalar("SELECT COUNT(*) FROM exports WHERE dataset_id = $1")
                .bind(dataset.as_uuid())
                .fetch_one(pool)
                .await?;
            (rows, total)
        });
        let exports: Result<_> = rows.into_iter().map(Export::try_from).collect();
        Ok((exports?, number("count", total)?))
    }

    /// Forgets an export.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such export.
    pub async fn delete_export(&self, dataset: DatasetId, id: ExportId) -> Result<()> {
        let removed = write!(&self.db, pool => {
            sqlx::query("DELETE FROM exports WHERE id = $1 AND dataset_id = $2")
                .bind(id.as_uuid())
                .bind(dataset.as_uuid())
                .execute(pool)
                .await?
                .rows_affected()
        });
        if removed == 0 {
            return Err(Error::NotFound { what: "export" });
        }
        Ok(())
    }

    /// The exports whose archives are to be taken away before a moment.
    pub async fn expired_exports(&self, before: Timestamp) -> Result<Vec<Export>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, ExportRow>(
                "SELECT * FROM exports WHERE expires_at_us IS NOT NULL AND expires_at_us <= $1
                     AND size_bytes IS NOT NULL ORDER BY expires_at_us LIMIT 1000",
            )
            .bind(before.as_micros())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(Export::try_from).collect()
    }
}
