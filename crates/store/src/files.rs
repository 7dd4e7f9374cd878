//! The files of a source as they were last seen, and why some were left out.

use std::collections::BTreeMap;

use lamina_model::{
    Cursor, DatasetId, FileOutcome, FileRecord, FileStamp, IgnoreReason, MediaId, Page,
    RejectReason, RejectedCount, SourcePath, Timestamp,
};
use uuid::Uuid;

use crate::{
    Store,
    convert::{self, PathParts, number, word},
    db::read,
    error::{Error, Result},
};

/// Which of the files that are not indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// The rejected ones, for one reason or for any.
    Rejected(Option<RejectReason>),
    /// The ignored ones, for one reason or for any.
    Ignored(Option<IgnoreReason>),
}

impl LeftOut {
    fn columns(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Rejected(reason) => ("rejected", reason.map(RejectReason::as_str)),
            Self::Ignored(reason) => ("ignored", reason.map(IgnoreReason::as_str)),
        }
    }
}

#[derive(Debug, sqlx::FromRow)]
struct FileRow {
    path_head: Vec<u8>,
    path_tail: Vec<u8>,
    size_bytes: i64,
    modified_at_us: i64,
    device: i64,
    inode: i64,
    outcome: String,
    reason: Option<String>,
    note: Option<String>,
    media_id: Option<Uuid>,
}

impl TryFrom<FileRow> for FileRecord {
    type Error = Error;

    fn try_from(row: FileRow) -> Result<Self> {
        let reason = row.reason.as_deref().unwrap_or_default();
        let outcome = match (row.outcome.as_str(), row.media_id) {
            ("indexed", Some(id)) => FileOutcome::Indexed(MediaId::from_uuid(id)),
            ("rejected", None) => FileOutcome::Rejected {
                reason: word("reject reason", RejectReason::from_word(reason))?,
                note: row.note.unwrap_or_default(),
            },
            ("ignored", None) => {
                FileOutcome::Ignored(word("ignore reason", IgnoreReason::from_word(reason))?)
            }
            _ => {
                return Err(Error::Corrupt {
                    what: "file outcome",
                });
            }
        };
        Ok(Self {
            path: convert::path(row.path_head, &row.path_tail),
            stamp: FileStamp {
                size_bytes: number("file size", row.size_bytes)?,
                modified_at: Timestamp::from_micros(row.modified_at_us),
                device: row.device.cast_unsigned(),
                inode: row.inode.cast_unsigned(),
            },
            outcome,
        })
    }
}

impl Store {
    /// The next files of a dataset after a path, in the order of the bytes of their paths; every
    /// file exactly once when the last path of each call is given to the next.
    pub async fn files_after(
        &self,
        dataset: DatasetId,
        after: Option<&SourcePath>,
        limit: usize,
    ) -> Result<Vec<FileRecord>> {
        let place = PathParts::after(after);
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, FileRow>(
                "SELECT * FROM files
                 WHERE dataset_id = $1 AND (path_head, path_tail) > ($2, $3)
                 ORDER BY path_head, path_tail LIMIT $4",
            )
            .bind(dataset.as_uuid())
            .bind(place.head)
            .bind(place.tail)
            .bind(convert::limit(limit))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(FileRecord::try_from).collect()
    }

    /// What was last seen of one file.
    pub async fn file(&self, dataset: DatasetId, path: &SourcePath) -> Result<Option<FileRecord>> {
        let parts = PathParts::of(path);
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, FileRow>(
                "SELECT * FROM files
                 WHERE dataset_id = $1 AND path_head = $2 AND path_tail_hash = $3",
            )
            .bind(dataset.as_uuid())
            .bind(parts.head)
            .bind(parts.tail_hash)
            .fetch_optional(pool)
            .await?
        });
        row.map(FileRecord::try_from).transpose()
    }

    /// Files that are not indexed, in the order of their paths.
    ///
    /// # Errors
    /// `WrongCursor` when the cursor cannot be of this listing.
    pub async fn left_out(
        &self,
        dataset: DatasetId,
        which: LeftOut,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<FileRecord>> {
        let after = after.map(|cursor| SourcePath::from_bytes(cursor.key()));
        let place = PathParts::after(after.as_ref());
        let (outcome, reason) = which.columns();
        let most = convert::limit(limit.saturating_add(1));
        let rows = read!(&self.db, pool => {
            // Two statements, because each has an index of its own.
            let query = match reason {
                None => sqlx::query_as::<_, FileRow>(
                    "SELECT * FROM files
                     WHERE dataset_id = $1 AND media_id IS NULL AND outcome = $2
                         AND (path_head, path_tail) > ($3, $4)
                     ORDER BY path_head, path_tail LIMIT $5",
                ),
                Some(_) => sqlx::query_as::<_, FileRow>(
                    "SELECT * FROM files
                     WHERE dataset_id = $1 AND media_id IS NULL AND outcome = $2
                         AND reason = $6 AND (path_head, path_tail) > ($3, $4)
                     ORDER BY path_head, path_tail LIMIT $5",
                ),
            };
            let query = query
                .bind(dataset.as_uuid())
                .bind(outcome)
                .bind(place.head)
                .bind(place.tail)
                .bind(most);
            match reason {
                None => query.fetch_all(pool).await?,
                Some(reason) => query.bind(reason).fetch_all(pool).await?,
            }
        });
        let records = rows
            .into_iter()
            .map(FileRecord::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(convert::page(records, limit, |record| {
            record.path.as_bytes().to_vec()
        }))
    }

    /// Rejected files by reason, each with the names of the first few by path.
    pub async fn rejected_by_reason(
        &self,
        dataset: DatasetId,
        examples: usize,
    ) -> Result<BTreeMap<RejectReason, RejectedCount>> {
        let mut counts = BTreeMap::new();
        for (reason, count) in self.count_left_out(dataset, "rejected").await? {
            let reason = word("reject reason", RejectReason::from_word(&reason))?;
            let which = LeftOut::Rejected(Some(reason));
            let first = self.left_out(dataset, which, None, examples).await?;
            let examples = first
                .items
                .iter()
                .map(|file| file.path.to_string())
                .collect();
            counts.insert(reason, RejectedCount { count, examples });
        }
        Ok(counts)
    }

    /// Ignored files by reason.
    pub async fn ignored_by_reason(
        &self,
        dataset: DatasetId,
    ) -> Result<BTreeMap<IgnoreReason, u64>> {
        let counts = self.count_left_out(dataset, "ignored").await?;
        counts
            .into_iter()
            .map(|(reason, count)| {
                let reason = word("ignore reason", IgnoreReason::from_word(&reason))?;
                Ok((reason, count))
            })
            .collect()
    }

    async fn count_left_out(
        &self,
        dataset: DatasetId,
        outcome: &'static str,
    ) -> Result<Vec<(String, u64)>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (String, i64)>(
                "SELECT reason, COUNT(*) FROM files
                 WHERE dataset_id = $1 AND media_id IS NULL AND outcome = $2
                 GROUP BY reason ORDER BY reason",
            )
            .bind(dataset.as_uuid())
            .bind(outcome)
            .fetch_all(pool)
            .await?
        });
        rows.into_iter()
            .map(|(reason, count)| Ok((reason, number("count", count)?)))
            .collect()
    }
}
