//! One step of an ingest, kept whole or not at all: the checkpoint from which a killed job goes on.

use lamina_model::{
    DatasetId, FileOutcome, FileRecord, FileStamp, Media, MediaId, Progress, SourcePath, Timestamp,
};
use uuid::Uuid;

use crate::{
    Store,
    convert::{PathParts, int, number, text},
    db::transact,
    error::{Error, Result, conflict},
    jobs::Lease,
    media::upsert_media,
    segments::{Segment, insert_segment},
};

/// What became of some files, and how far the job is.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The pack that holds the bulky facts of `indexed`. Its blobs are already written.
    pub segment: Option<Segment>,
    /// Pictures read, with what the file system said of their files. One whose path is indexed
    /// already replaces it and keeps the id and the making time it has.
    pub indexed: Vec<(Media, FileStamp)>,
    /// Files rejected or ignored; also files already indexed whose stamp changed but not their
    /// content (outcome `Indexed` with the id they have).
    pub others: Vec<FileRecord>,
    /// Files that are gone from the source.
    pub removed: Vec<SourcePath>,
    /// How far the job is, and proof that it may write.
    pub checkpoint: Option<Checkpoint>,
}

/// The state of the job that writes a batch.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// The lease under which it works.
    pub lease: Lease,
    /// How far it is.
    pub progress: Progress,
    /// How far the dataset is as a whole, 0–100.
    pub progress_percent: u8,
}

/// Files of a dataset by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DatasetCounts {
    /// Pictures in the index.
    pub indexed: u64,
    /// Files that claim to be pictures and could not be indexed.
    pub rejected: u64,
    /// Files left alone.
    pub ignored: u64,
}

impl DatasetCounts {
    /// All files seen in the source.
    pub const fn found(self) -> u64 {
        self.indexed + self.rejected + self.ignored
    }

    pub(crate) fn from_row((indexed, rejected, ignored): (i64, i64, i64)) -> Result<Self> {
        Ok(Self {
            indexed: number("count", indexed)?,
            rejected: number("count", rejected)?,
            ignored: number("count", ignored)?,
        })
    }
}

/// How a batch changes the counts.
#[derive(Debug, Default)]
struct Change {
    indexed: i64,
    rejected: i64,
    ignored: i64,
}

impl Change {
    fn add(&mut self, outcome: &str, by: i64) {
        match outcome {
            "indexed" => self.indexed += by,
            "rejected" => self.rejected += by,
            _ => self.ignored += by,
        }
    }

    fn replace(&mut self, before: Option<&Standing>, outcome: &str) {
        if let Some((before, _)) = before {
            self.add(before, -1);
        }
        self.add(outcome, 1);
    }
}

/// What stands about a file: its outcome and the picture it is.
type Standing = (String, Option<Uuid>);

macro_rules! standing {
    ($tx:ident, $dataset:expr, $parts:expr) => {
        sqlx::query_as::<_, Standing>(
            "SELECT outcome, media_id FROM files
             WHERE dataset_id = $1 AND path_head = $2 AND path_tail_hash = $3",
        )
        .bind($dataset.as_uuid())
        .bind(&$parts.head)
        .bind(&$parts.tail_hash)
        .fetch_optional(&mut *$tx)
        .await?
    };
}

/// The columns of a file that say what became of it.
#[derive(Debug)]
struct OutcomeColumns {
    outcome: &'static str,
    reason: Option<&'static str>,
    note: Option<String>,
    media_id: Option<MediaId>,
}

impl OutcomeColumns {
    fn of(outcome: &FileOutcome) -> Self {
        let (word, reason, note, media_id) = match outcome {
            FileOutcome::Indexed(id) => ("indexed", None, None, Some(*id)),
            FileOutcome::Rejected { reason, note } => {
                ("rejected", Some(reason.as_str()), Some(text(note)), None)
            }
            FileOutcome::Ignored(reason) => ("ignored", Some(reason.as_str()), None, None),
        };
        Self {
            outcome: word,
            reason,
            note,
            media_id,
        }
    }
}

macro_rules! upsert_file {
    ($tx:ident, $dataset:expr, $parts:expr, $stamp:expr, $columns:expr) => {
        sqlx::query(
            "INSERT INTO files (dataset_id, path_head, path_tail, path_tail_hash, size_bytes,
                 modified_at_us, device, inode, outcome, reason, note, media_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (dataset_id, path_head, path_tail_hash) DO UPDATE SET
                 size_bytes = excluded.size_bytes, modified_at_us = excluded.modified_at_us,
                 device = excluded.device, inode = excluded.inode, outcome = excluded.outcome,
                 reason = excluded.reason, note = excluded.note, media_id = excluded.media_id",
        )
        .bind($dataset.as_uuid())
        .bind($parts.head)
        .bind($parts.tail)
        .bind($parts.tail_hash)
        .bind(int($stamp.size_bytes))
        .bind($stamp.modified_at.as_micros())
        .bind($stamp.device.cast_signed())
        .bind($stamp.inode.cast_signed())
        .bind($columns.outcome)
        .bind($columns.reason)
        .bind($columns.note)
        .bind($columns.media_id.map(MediaId::as_uuid))
        .execute(&mut *$tx)
        .await
        .map_err(conflict("file of this picture"))?
    };
}

/// Deletes a picture, and with it what was said of it.
const DELETE_MEDIA: [&str; 6] = [
    "DELETE FROM metadata_values WHERE media_id = $1",
    "DELETE FROM media_tags WHERE media_id = $1",
    "DELETE FROM media_labels WHERE media_id = $1",
    "DELETE FROM media_captions WHERE media_id = $1",
    "DELETE FROM media_objects WHERE media_id = $1",
    "DELETE FROM media WHERE id = $1",
];

macro_rules! delete_media {
    ($tx:ident, $id:expr) => {
        for sql in DELETE_MEDIA {
            sqlx::query(sql).bind($id).execute(&mut *$tx).await?;
        }
    };
}

/// Forgets files that are gone.
macro_rules! remove_files {
    ($tx:ident, $dataset:expr, $paths:expr, $change:ident) => {
        for path in $paths {
            let parts = PathParts::of(path);
            let Some((outcome, media)) = standing!($tx, $dataset, parts) else {
                continue;
            };
            sqlx::query(
                "DELETE FROM files
                 WHERE dataset_id = $1 AND path_head = $2 AND path_tail_hash = $3",
            )
            .bind($dataset.as_uuid())
            .bind(&parts.head)
            .bind(&parts.tail_hash)
            .execute(&mut *$tx)
            .await?;
            if let Some(id) = media {
                delete_media!($tx, id);
            }
            $change.add(&outcome, -1);
        }
    };
}

/// Keeps pictures and their files; one whose path is indexed already keeps its id.
macro_rules! index_files {
    ($tx:ident, $dataset:expr, $indexed:expr, $change:ident) => {
        for (media, stamp) in $indexed {
            let parts = PathParts::of(&media.path);
            let before = standing!($tx, $dataset, parts);
            let held = before.as_ref().and_then(|(_, id)| *id);
            let id = held.map_or(media.id, MediaId::from_uuid);
            upsert_media!($tx, $dataset, id, media);
            let columns = OutcomeColumns::of(&FileOutcome::Indexed(id));
            $change.replace(before.as_ref(), columns.outcome);
            upsert_file!($tx, $dataset, parts, stamp, columns);
        }
    };
}

/// Keeps files that are no pictures, or not any more, and new stamps of pictures.
macro_rules! record_files {
    ($tx:ident, $dataset:expr, $records:expr, $change:ident) => {
        for record in $records {
            let parts = PathParts::of(&record.path);
            let before = standing!($tx, $dataset, parts);
            let columns = OutcomeColumns::of(&record.outcome);
            let held = before.as_ref().and_then(|(_, id)| *id);
            match (held, columns.media_id) {
                (Some(id), None) => {
                    delete_media!($tx, id);
                }
                (held, Some(said)) if held != Some(said.as_uuid()) => {
                    return Err(Error::Conflict {
                        what: "another picture at this path",
                    });
                }
                _ => {}
            }
            $change.replace(before.as_ref(), columns.outcome);
            upsert_file!($tx, $dataset, parts, record.stamp, columns);
        }
    };
}

impl Store {
    /// Applies a batch in one transaction and gives the counts after it. Applying the same batch
    /// again changes nothing.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone, `LeaseLost` when the job's lease is not held any
    /// more, `Conflict` when a picture's id belongs to another path or a re-stamped file is not
    /// the picture it is said to be. Then nothing is changed.
    pub async fn apply_batch(
        &self,
        dataset: DatasetId,
        batch: &Batch,
        at: Timestamp,
    ) -> Result<DatasetCounts> {
        let counts = transact!(&self.db, tx => {
            let mut change = Change::default();
            // First of all, so that on PostgreSQL two writers of one dataset go one by one.
            crate::datasets::touch_dataset!(tx, dataset, at);
            if let Some(checkpoint) = &batch.checkpoint {
                crate::jobs::advance_job!(tx, checkpoint);
            }
            if let Some(segment) = &batch.segment {
                insert_segment!(tx, segment);
            }
            remove_files!(tx, dataset, &batch.removed, change);
            index_files!(tx, dataset, &batch.indexed, change);
            record_files!(tx, dataset, &batch.others, change);
            sqlx::query_as::<_, (i64, i64, i64)>(
                "UPDATE datasets SET indexed_count = indexed_count + $2,
                     rejected_count = rejected_count + $3, ignored_count = ignored_count + $4
                 WHERE id = $1 RETURNING indexed_count, rejected_count, ignored_count",
            )
            .bind(dataset.as_uuid())
            .bind(change.indexed)
            .bind(change.rejected)
            .bind(change.ignored)
            .fetch_one(&mut *tx)
            .await?
        });
        DatasetCounts::from_row(counts)
    }
}
