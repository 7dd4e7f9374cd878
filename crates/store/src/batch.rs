//! One step of an ingest, kept whole or not at all: the checkpoint from which a killed job goes on.

pub(crate) mod files;

use std::collections::HashSet;

use lamina_model::{
    DatasetId, FileOutcome, FileRecord, FileStamp, Media, MediaId, Progress, SourcePath, Timestamp,
};

use self::files::{
    FILES_PER_STATEMENT, OutcomeColumns, Standing, delete_files, delete_media, runs_of_different,
    standings, upsert_files,
};
use crate::{
    Store,
    convert::{PathParts, number, to_json},
    db::transact,
    error::{Error, Result},
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

/// Forgets files that are gone.
macro_rules! remove_files {
    ($tx:ident, $dataset:expr, $paths:expr, $change:ident) => {
        for paths in $paths.chunks(FILES_PER_STATEMENT) {
            let parts: Vec<_> = paths.iter().map(PathParts::of).collect();
            let before = standings!($tx, $dataset, &parts);
            delete_files!($tx, $dataset, &parts);
            let mut pictures = Vec::new();
            for (outcome, media) in before.into_values() {
                $change.add(&outcome, -1);
                pictures.extend(media);
            }
            delete_media!($tx, &pictures);
        }
    };
}

/// Keeps pictures and their files; one whose path is indexed already keeps its id.
macro_rules! index_files {
    ($tx:ident, $dataset:expr, $indexed:expr, $change:ident) => {
        for indexed in runs_of_different($indexed, |(media, _)| &media.path) {
            let parts: Vec<_> = indexed
                .iter()
                .map(|(media, _)| PathParts::of(&media.path))
                .collect();
            let mut before = standings!($tx, $dataset, &parts);
            let (mut pictures, mut files) = (Vec::new(), Vec::new());
            for (parts, (media, stamp)) in parts.into_iter().zip(indexed) {
                let before = before.remove(&parts.key());
                let held = before.as_ref().and_then(|(_, id)| *id);
                let id = held.map_or(media.id, MediaId::from_uuid);
                pictures.push((id, media, to_json("media notes", &media.notes)?));
                let columns = OutcomeColumns::of(&FileOutcome::Indexed(id));
                $change.replace(before.as_ref(), columns.outcome);
                files.push((parts, *stamp, columns));
            }
            let ids: HashSet<_> = pictures.iter().map(|(id, ..)| *id).collect();
            if ids.len() < pictures.len() {
                return Err(Error::Conflict {
                    what: "file of this picture",
                });
            }
            upsert_media!($tx, $dataset, pictures);
            upsert_files!($tx, $dataset, files);
        }
    };
}

/// Keeps files that are no pictures, or not any more, and new stamps of pictures.
macro_rules! record_files {
    ($tx:ident, $dataset:expr, $records:expr, $change:ident) => {
        for records in runs_of_different($records, |record| &record.path) {
            let parts: Vec<_> = records
                .iter()
                .map(|record| PathParts::of(&record.path))
                .collect();
            let mut before = standings!($tx, $dataset, &parts);
            let (mut lost, mut files) = (Vec::new(), Vec::new());
            for (parts, record) in parts.into_iter().zip(records) {
                let before = before.remove(&parts.key());
                let columns = OutcomeColumns::of(&record.outcome);
                let held = before.as_ref().and_then(|(_, id)| *id);
                match (held, columns.media_id) {
                    (Some(id), None) => lost.push(id),
                    (held, Some(said)) if held != Some(said.as_uuid()) => {
                        return Err(Error::Conflict {
                            what: "another picture at this path",
                        });
                    }
                    _ => {}
                }
                $change.replace(before.as_ref(), columns.outcome);
                files.push((parts, record.stamp, columns));
            }
            delete_media!($tx, &lost);
            upsert_files!($tx, $dataset, files);
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
