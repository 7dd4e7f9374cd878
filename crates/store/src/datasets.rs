//! Datasets: made together with their first job, listed, changed, deleted.

use lamina_model::{
    Dataset, DatasetId, DatasetStatus, Generation, Job, SourcePath, SourceType, Timestamp, UserId,
};
use uuid::Uuid;

use crate::{
    Store,
    batch::DatasetCounts,
    convert::{from_json, moment, number, text, to_json, word},
    db::{read, take_lock, transact, write},
    error::{Error, Result, conflict},
};

/// What people are told of the work on a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetState {
    /// The state it is in.
    pub status: DatasetStatus,
    /// How far the work is, 0–100.
    pub progress_percent: u8,
    /// Why indexing stopped for good, if it did.
    pub fatal_error: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct DatasetRow {
    id: Uuid,
    display_name: String,
    description: String,
    source_type: String,
    source: Vec<u8>,
    created_by: Option<Uuid>,
    is_public: bool,
    created_at_us: i64,
    updated_at_us: Option<i64>,
    status: String,
    fatal_error: Option<String>,
    progress_percent: i64,
    indexed_count: i64,
    rejected_count: i64,
    generation: Option<i64>,
    marks_version: i64,
    labels_from_folders: bool,
    annotation_paths: Option<String>,
    object_count: i64,
}

impl TryFrom<DatasetRow> for Dataset {
    type Error = Error;

    fn try_from(row: DatasetRow) -> Result<Self> {
        Ok(Self {
            id: DatasetId::from_uuid(row.id),
            display_name: row.display_name,
            description: row.description,
            source_type: word("source type", SourceType::from_word(&row.source_type))?,
            source: SourcePath::from_bytes(row.source),
            created_by: row.created_by.map(UserId::from_uuid),
            is_public: row.is_public,
            created_at: Timestamp::from_micros(row.created_at_us),
            updated_at: moment(row.updated_at_us),
            status: word("dataset status", DatasetStatus::from_word(&row.status))?,
            fatal_error: row.fatal_error,
            progress_percent: number("progress", row.progress_percent)?,
            image_count: number("image count", row.indexed_count)?,
            rejected_count: number("rejected count", row.rejected_count)?,
            progress: None,
            generation: row.generation.map(Generation),
            marks_version: row.marks_version,
            labels_from_folders: row.labels_from_folders,
            annotation_files: row
                .annotation_paths
                .map_or(Ok(Vec::new()), |json| from_json("annotation files", &json))?,
            object_count: number("object count", row.object_count)?,
        })
    }
}

/// The index of a source is over this hash, because a path may be too long for an index.
pub(crate) fn source_hash(source: &SourcePath) -> Vec<u8> {
    blake3::hash(source.as_bytes()).as_bytes().to_vec()
}

/// Inserts the row of a new dataset, and who made it as its owner.
macro_rules! insert_dataset {
    ($tx:ident, $dataset:expr) => {
        crate::marks::check_files(&$dataset.annotation_files)?;
        sqlx::query(
            "INSERT INTO datasets (id, display_name, description, source_type, source,
                 source_hash, created_by, is_public, created_at_us, updated_at_us, status,
                 fatal_error, progress_percent, labels_from_folders, annotation_paths)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind($dataset.id.as_uuid())
        .bind(text(&$dataset.display_name))
        .bind(text(&$dataset.description))
        .bind($dataset.source_type.as_str())
        .bind($dataset.source.as_bytes())
        .bind(source_hash(&$dataset.source))
        .bind($dataset.created_by.map(UserId::as_uuid))
        .bind($dataset.is_public)
        .bind($dataset.created_at.as_micros())
        .bind($dataset.updated_at.map(Timestamp::as_micros))
        .bind($dataset.status.as_str())
        .bind($dataset.fatal_error.as_deref().map(text))
        .bind(i64::from($dataset.progress_percent))
        .bind($dataset.labels_from_folders)
        .bind(text(&to_json(
            "annotation files",
            &$dataset.annotation_files,
        )?))
        .execute(&mut *$tx)
        .await
        .map_err(conflict("dataset"))?;
        if let Some(owner) = $dataset.created_by {
            sqlx::query(
                "INSERT INTO dataset_members (dataset_id, user_id, role, created_at_us)
                 VALUES ($1, $2, 'owner', $3)",
            )
            .bind($dataset.id.as_uuid())
            .bind(owner.as_uuid())
            .bind($dataset.created_at.as_micros())
            .execute(&mut *$tx)
            .await?;
        }
    };
}

impl Store {
    /// Makes a dataset and the job that fills it, both or neither. Counts begin at 0 and there
    /// is no generation, whatever the value says.
    ///
    /// # Errors
    /// `Conflict` when the id is taken, `TooMany` when it has more annotation files than it may.
    pub async fn insert_dataset_with_job(&self, dataset: &Dataset, job: &Job) -> Result<()> {
        transact!(&self.db, tx => {
            insert_dataset!(tx, dataset);
            crate::jobs::insert_job!(tx, job);
        });
        Ok(())
    }

    /// Makes a dataset on which no work is asked for yet. Counts begin at 0.
    ///
    /// # Errors
    /// `Conflict` when the id is taken, `TooMany` when it has more annotation files than it may.
    pub async fn insert_dataset(&self, dataset: &Dataset) -> Result<()> {
        transact!(&self.db, tx => {
            insert_dataset!(tx, dataset);
        });
        Ok(())
    }

    /// The dataset of this source, or else the given one, made together with its job. The bool
    /// says whether it was made. Two callers at once get the same dataset.
    pub async fn find_or_insert_dataset(
        &self,
        dataset: &Dataset,
        job: &Job,
    ) -> Result<(Dataset, bool)> {
        let found = transact!(&self.db, tx => {
            // The second caller sees what the first made.
            take_lock!(tx, "lock/datasets");
            let found = sqlx::query_as::<_, DatasetRow>(BY_SOURCE)
                .bind(dataset.source_type.as_str())
                .bind(source_hash(&dataset.source))
                .bind(dataset.source.as_bytes())
                .fetch_optional(&mut *tx)
                .await?;
            if found.is_none() {
                insert_dataset!(tx, dataset);
                crate::jobs::insert_job!(tx, job);
            }
            found
        });
        match found {
            Some(row) => Ok((row.try_into()?, false)),
            None => Ok((self.dataset(dataset.id).await?, true)),
        }
    }

    /// One dataset.
    ///
    /// # Errors
    /// `NotFound` when there is none or it was deleted.
    pub async fn dataset(&self, id: DatasetId) -> Result<Dataset> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, DatasetRow>(
                "SELECT * FROM datasets WHERE id = $1 AND deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        row.ok_or(Error::NotFound { what: "dataset" })?.try_into()
    }

    /// Every dataset, the newest first.
    pub async fn datasets(&self) -> Result<Vec<Dataset>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, DatasetRow>(
                "SELECT * FROM datasets WHERE deleted_at_us IS NULL
                 ORDER BY created_at_us DESC, id DESC",
            )
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(Dataset::try_from).collect()
    }

    /// The oldest dataset of a source.
    pub async fn dataset_by_source(
        &self,
        source_type: SourceType,
        source: &SourcePath,
    ) -> Result<Option<Dataset>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, DatasetRow>(BY_SOURCE)
                .bind(source_type.as_str())
                .bind(source_hash(source))
                .bind(source.as_bytes())
                .fetch_optional(pool)
                .await?
        });
        row.map(Dataset::try_from).transpose()
    }

    /// How many files of a dataset were found and what became of them.
    ///
    /// # Errors
    /// `NotFound` when there is no such dataset.
    pub async fn dataset_counts(&self, id: DatasetId) -> Result<DatasetCounts> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, (i64, i64, i64)>(
                "SELECT indexed_count, rejected_count, ignored_count FROM datasets
                 WHERE id = $1 AND deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        DatasetCounts::from_row(row.ok_or(Error::NotFound { what: "dataset" })?)
    }

    /// Says what state a dataset is in.
    ///
    /// # Errors
    /// `NotFound` when there is no such dataset.
    pub async fn set_dataset_state(&self, id: DatasetId, state: &DatasetState) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query(SET_STATE)
                .bind(id.as_uuid())
                .bind(state.status.as_str())
                .bind(i64::from(state.progress_percent))
                .bind(state.fatal_error.as_deref().map(text))
                .execute(pool)
                .await?
                .rows_affected()
        });
        found(changed)
    }

    /// Gives a dataset another name and description; `None` leaves one as it is.
    ///
    /// # Errors
    /// `NotFound` when there is no such dataset.
    pub async fn rename_dataset(
        &self,
        id: DatasetId,
        display_name: Option<&str>,
        description: Option<&str>,
    ) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE datasets SET display_name = COALESCE($2, display_name),
                     description = COALESCE($3, description)
                 WHERE id = $1 AND deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .bind(display_name.map(text))
            .bind(description.map(text))
            .execute(pool)
            .await?
            .rows_affected()
        });
        found(changed)
    }

    /// Says whether anybody may read a dataset without signing in.
    ///
    /// # Errors
    /// `NotFound` when there is no such dataset.
    pub async fn set_dataset_public(&self, id: DatasetId, is_public: bool) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query("UPDATE datasets SET is_public = $2 WHERE id = $1 AND deleted_at_us IS NULL")
                .bind(id.as_uuid())
                .bind(is_public)
                .execute(pool)
                .await?
                .rows_affected()
        });
        found(changed)
    }

    /// Deletes a dataset: gone for every reader at once, its work cancelled. Its rows and blobs
    /// are removed by [`Store::purge_deleted`], in steps that hold up nobody.
    ///
    /// # Errors
    /// `NotFound` when there is no such dataset.
    pub async fn delete_dataset(&self, id: DatasetId, at: Timestamp) -> Result<()> {
        let changed = transact!(&self.db, tx => {
            let changed = sqlx::query(
                "UPDATE datasets SET deleted_at_us = $2 WHERE id = $1 AND deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await?
            .rows_affected();
            sqlx::query(
                "UPDATE jobs SET state = 'cancelled', ended_at_us = $2, runner = NULL,
                     lease_until_us = NULL
                 WHERE dataset_id = $1 AND state IN ('queued', 'running')",
            )
            .bind(id.as_uuid())
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await?;
            changed
        });
        found(changed)
    }
}

const BY_SOURCE: &str = "SELECT * FROM datasets
     WHERE source_type = $1 AND source_hash = $2 AND source = $3 AND deleted_at_us IS NULL
     ORDER BY created_at_us, id LIMIT 1";

pub(crate) const SET_STATE: &str =
    "UPDATE datasets SET status = $2, progress_percent = $3, fatal_error = $4
     WHERE id = $1 AND deleted_at_us IS NULL";

/// Turns "no row changed" into `NotFound`.
fn found(changed: u64) -> Result<()> {
    if changed == 0 {
        return Err(Error::NotFound { what: "dataset" });
    }
    Ok(())
}

/// Takes the row of a dataset for this transaction and says that its content changed.
macro_rules! touch_dataset {
    ($tx:ident, $dataset:expr, $at:expr) => {
        if sqlx::query(
            "UPDATE datasets SET updated_at_us = $2 WHERE id = $1 AND deleted_at_us IS NULL",
        )
        .bind($dataset.as_uuid())
        .bind($at.as_micros())
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            == 0
        {
            return Err($crate::error::Error::NotFound { what: "dataset" });
        }
    };
}

pub(crate) use touch_dataset;
