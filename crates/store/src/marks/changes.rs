//! Changing tags, labels and captions in steps, and taking changes back.

use lamina_model::{
    ChangeId, DatasetId, MarkChange, MarkOp, MarkSource, MediaId, Timestamp, UserId,
};
use uuid::Uuid;

use super::captions::{self, Captions, by_hand, captions_now, put_captions};
use crate::{
    Store,
    batch::Checkpoint,
    convert::{int, limit, number, text},
    db::{read, transact, write},
    error::{Error, Result},
};

/// One step of a change.
#[derive(Debug, Clone)]
pub struct MarkStep<'a> {
    /// The dataset.
    pub dataset: DatasetId,
    /// The change; made with its first step.
    pub change: &'a MarkChange,
    /// What is done to each picture, in this order.
    pub ops: &'a [MarkOp],
    /// The pictures. Those that the dataset does not have are passed over.
    pub media: &'a [MediaId],
    /// When.
    pub at: Timestamp,
    /// How far the job is that does it, and proof that it may; nothing where no job does.
    pub checkpoint: Option<Checkpoint>,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stepped {
    /// What the dataset's `marks_version` became.
    pub version: i64,
    /// Tags, labels and captions put on.
    pub added: u64,
    /// Tags, labels and captions taken off.
    pub removed: u64,
}

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

/// A row of a step as it is undone: kind, mark, picture, whether it was added, source, and the
/// captions before.
type Undone = (
    String,
    String,
    Uuid,
    bool,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// Takes the next number of the dataset's marks, which holds up every other step until this one
/// is whole.
macro_rules! next_version {
    ($tx:ident, $dataset:expr) => {
        sqlx::query_scalar::<_, i64>(
            "UPDATE datasets SET marks_version = marks_version + 1
             WHERE id = $1 AND deleted_at_us IS NULL RETURNING marks_version",
        )
        .bind($dataset.as_uuid())
        .fetch_optional(&mut *$tx)
        .await?
        .ok_or(Error::NotFound { what: "dataset" })?
    };
}

macro_rules! insert_change {
    ($tx:ident, $dataset:expr, $change:expr) => {
        sqlx::query(
            "INSERT INTO mark_changes (id, dataset_id, made_by, made_at_us, summary, wish,
                 added_count, removed_count)
             VALUES ($1, $2, $3, $4, $5, $6, 0, 0) ON CONFLICT (id) DO NOTHING",
        )
        .bind($change.id.as_uuid())
        .bind($dataset.as_uuid())
        .bind($change.made_by.map(UserId::as_uuid))
        .bind($change.made_at.as_micros())
        .bind(text(&$change.summary))
        .bind($change.wish.as_deref().map(text))
        .execute(&mut *$tx)
        .await?
    };
}

macro_rules! insert_step {
    ($tx:ident, $dataset:expr, $version:expr, $change:expr) => {
        sqlx::query("INSERT INTO mark_steps (dataset_id, version, change_id) VALUES ($1, $2, $3)")
            .bind($dataset.as_uuid())
            .bind($version)
            .bind($change.as_uuid())
            .execute(&mut *$tx)
            .await?
    };
}

/// Notes what a step did to a picture.
macro_rules! note {
    ($tx:ident, $dataset:expr, $version:expr, $kind:expr, $mark:expr, $media:expr, $added:expr, $source:expr) => {
        // Put on and taken off in one step, the last word stands.
        sqlx::query(
            "INSERT INTO mark_step_rows (dataset_id, version, kind, mark, media_id, added, source)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (dataset_id, version, kind, mark, media_id)
             DO UPDATE SET added = excluded.added, source = excluded.source",
        )
        .bind($dataset.as_uuid())
        .bind($version)
        .bind($kind)
        .bind($mark)
        .bind($media)
        .bind($added)
        .bind($source)
        .execute(&mut *$tx)
        .await?
    };
}

macro_rules! add_tag {
    ($tx:ident, $dataset:expr, $version:expr, $tag:expr, $media:expr, $at:expr) => {
        sqlx::query(
            "INSERT INTO media_tags (dataset_id, tag_id, media_id, version, assigned_at_us)
             SELECT m.dataset_id, t.id, m.id, $4, $5 FROM media m, tags t
             WHERE m.id = $3 AND m.dataset_id = $1 AND t.id = $2 AND t.dataset_id = $1
                 AND t.deleted_at_us IS NULL
             ON CONFLICT (dataset_id, tag_id, media_id) DO NOTHING",
        )
        .bind($dataset.as_uuid())
        .bind($tag)
        .bind($media)
        .bind($version)
        .bind($at.as_micros())
        .execute(&mut *$tx)
        .await?
        .rows_affected()
    };
}

macro_rules! add_label {
    ($tx:ident, $dataset:expr, $version:expr, $label:expr, $media:expr, $source:expr) => {
        sqlx::query(
            "INSERT INTO media_labels (dataset_id, media_id, label, source, version)
             SELECT dataset_id, id, $3, $4, $5 FROM media WHERE id = $2 AND dataset_id = $1
             ON CONFLICT (dataset_id, media_id, label) DO NOTHING",
        )
        .bind($dataset.as_uuid())
        .bind($media)
        .bind($label)
        .bind($source)
        .bind($version)
        .execute(&mut *$tx)
        .await?
        .rows_affected()
    };
}

macro_rules! count_step {
    ($tx:ident, $change:expr, $added:expr, $removed:expr) => {
        sqlx::query(
            "UPDATE mark_changes SET added_count = added_count + $2,
                 removed_count = removed_count + $3 WHERE id = $1",
        )
        .bind($change.as_uuid())
        .bind(int($added))
        .bind(int($removed))
        .execute(&mut *$tx)
        .await?
    };
}

fn count(captions: &Captions) -> u64 {
    u64::try_from(captions.len()).unwrap_or(u64::MAX)
}

impl Store {
    /// Does one step of a change, whole or not at all. Steps on one dataset go one by one,
    /// whoever asks, so that none loses what another did.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone, `LeaseLost` when the job may not go on.
    pub async fn step_marks(&self, step: &MarkStep<'_>) -> Result<Stepped> {
        let dataset = step.dataset;
        let (mut added, mut removed) = (0, 0);
        let version = transact!(&self.db, tx => {
            let version = next_version!(tx, dataset);
            if let Some(checkpoint) = &step.checkpoint {
                crate::jobs::advance_job!(tx, checkpoint);
            }
            insert_change!(tx, dataset, step.change);
            insert_step!(tx, dataset, version, step.change.id);
            for op in step.ops {
                for media in step.media {
                    let media = media.as_uuid();
                    match op {
                        MarkOp::AddTag(tag) => {
                            let (mark, tag) = (tag.to_string(), tag.as_uuid());
                            let put = add_tag!(tx, dataset, version, tag, media, step.at);
                            if put > 0 {
                                note!(tx, dataset, version, "tag", mark, media, true, None::<String>);
                            }
                            added += put;
                        }
                        MarkOp::RemoveTag(tag) => {
                            let taken = sqlx::query(
                                "DELETE FROM media_tags
                                 WHERE dataset_id = $1 AND tag_id = $2 AND media_id = $3",
                            )
                            .bind(dataset.as_uuid())
                            .bind(tag.as_uuid())
                            .bind(media)
                            .execute(&mut *tx)
                            .await?
                            .rows_affected();
                            if taken > 0 {
                                note!(tx, dataset, version, "tag", tag.to_string(), media, false, None::<String>);
                            }
                            removed += taken;
                        }
                        MarkOp::AddLabel(label) => {
                            let label = text(label);
                            let source = MarkSource::User.as_str();
                            let put = add_label!(tx, dataset, version, &label, media, source);
                            if put > 0 {
                                note!(tx, dataset, version, "label", &label, media, true, Some(source));
                            }
                            added += put;
                        }
                        MarkOp::RemoveLabel(label) => {
                            let label = text(label);
                            let source = sqlx::query_scalar::<_, String>(
                                "DELETE FROM media_labels
                                 WHERE dataset_id = $1 AND media_id = $2 AND label = $3
                                 RETURNING source",
                            )
                            .bind(dataset.as_uuid())
                            .bind(media)
                            .bind(&label)
                            .fetch_optional(&mut *tx)
                            .await?;
                            if let Some(source) = source {
                                note!(tx, dataset, version, "label", &label, media, false, Some(source));
                                removed += 1;
                            }
                        }
                        MarkOp::SetCaption(_) | MarkOp::RemoveCaptions => {
                            let caption = match op {
                                MarkOp::SetCaption(caption) => Some(caption.as_str()),
                                _ => None,
                            };
                            let (before, after) = (captions_now!(tx, dataset, media), by_hand(caption));
                            if before != after && put_captions!(tx, dataset, version, media, &before, &after) {
                                added += count(&after);
                                removed += count(&before);
                            }
                        }
                    }
                }
            }
            count_step!(tx, step.change.id, added, removed);
            version
        });
        Ok(Stepped {
            version,
            added,
            removed,
        })
    }

    /// Takes one step of a change back, as a step of another change, whole or not at all. What
    /// was changed again since stays as it is now.
    ///
    /// # Errors
    /// As [`Store::step_marks`].
    pub async fn undo_step(&self, step: &MarkStep<'_>, undone: i64) -> Result<Stepped> {
        let dataset = step.dataset;
        let (mut added, mut removed) = (0, 0);
        let version = transact!(&self.db, tx => {
            let version = next_version!(tx, dataset);
            if let Some(checkpoint) = &step.checkpoint {
                crate::jobs::advance_job!(tx, checkpoint);
            }
            insert_change!(tx, dataset, step.change);
            insert_step!(tx, dataset, version, step.change.id);
            let rows = sqlx::query_as::<_, Undone>(
                "SELECT kind, mark, media_id, added, source, captions_before, captions_after
                 FROM mark_step_rows
                 WHERE dataset_id = $1 AND version = $2",
            )
            .bind(dataset.as_uuid())
            .bind(undone)
            .fetch_all(&mut *tx)
            .await?;
            for (kind, mark, media, was_added, source, before, after) in rows {
                if kind == "caption" {
                    // Told by what the change made of them, so that one change after the other
                    // can be taken back, each time down to the one before.
                    let now = captions_now!(tx, dataset, media);
                    let (before, after) =
                        (captions::read(before.as_deref())?, captions::read(after.as_deref())?);
                    if now == after && put_captions!(tx, dataset, version, media, &now, &before) {
                        added += count(&before);
                        removed += count(&after);
                    }
                    continue;
                }
                let changed = match (kind.as_str(), was_added) {
                    ("tag", false) => {
                        let tag: Uuid = mark.parse().map_err(|_| Error::Corrupt { what: "tag" })?;
                        add_tag!(tx, dataset, version, tag, media, step.at)
                    }
                    ("tag", true) => {
                        let tag: Uuid = mark.parse().map_err(|_| Error::Corrupt { what: "tag" })?;
                        sqlx::query(
                            "DELETE FROM media_tags WHERE dataset_id = $1 AND tag_id = $2
                                 AND media_id = $3 AND version = $4",
                        )
                        .bind(dataset.as_uuid())
                        .bind(tag)
                        .bind(media)
                        .bind(undone)
                        .execute(&mut *tx)
                        .await?
                        .rows_affected()
                    }
                    (_, false) => add_label!(tx, dataset, version, &mark, media, &source),
                    (_, true) => sqlx::query(
                        "DELETE FROM media_labels WHERE dataset_id = $1 AND media_id = $2
                             AND label = $3 AND version = $4",
                    )
                    .bind(dataset.as_uuid())
                    .bind(media)
                    .bind(&mark)
                    .bind(undone)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected(),
                };
                if changed > 0 {
                    note!(tx, dataset, version, &kind, &mark, media, !was_added, &source);
                    if was_added {
                        removed += 1;
                    } else {
                        added += 1;
                    }
                }
            }
            count_step!(tx, step.change.id, added, removed);
            version
        });
        Ok(Stepped {
            version,
            added,
            removed,
        })
    }

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
