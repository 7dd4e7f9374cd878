//! Changing tags, labels and captions in steps.

use std::collections::HashSet;

use lamina_model::{DatasetId, MarkChange, MarkOp, MarkSource, MediaId, Timestamp, UserId};
use uuid::Uuid;

use super::captions::{Captions, StepTexts, by_hand, captions_now, keep_text, put_captions};
use crate::{
    Store,
    batch::Checkpoint,
    convert::{int, text},
    db::transact,
    error::{Error, Result},
};

/// One step of a change.
#[derive(Debug, Clone)]
pub struct MarkStep<'a> {
    /// The dataset.
    pub dataset: DatasetId,
    /// The change; made with its first step.
    pub change: &'a MarkChange,
    /// What is done to each picture. Of several about the same tag, label or about captions, the
    /// last counts.
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

impl Stepped {
    pub(super) const fn begun(version: i64) -> Self {
        Self {
            version,
            added: 0,
            removed: 0,
        }
    }

    pub(super) fn count(&mut self, noted: &Noted) {
        match &noted.what {
            What::Mark { added: true, .. } => self.added += 1,
            What::Mark { added: false, .. } => self.removed += 1,
            What::Captions { before, after } => {
                self.added += after.len() as u64;
                self.removed += before.len() as u64;
            }
        }
    }
}

/// What a step did to one picture.
#[derive(Debug)]
pub(super) struct Noted {
    pub media: Uuid,
    /// `tag`, `label` or `caption`.
    pub kind: String,
    /// The id of the tag, or the label itself; empty for captions.
    pub mark: String,
    pub what: What,
}

/// From what to what.
#[derive(Debug)]
pub(super) enum What {
    /// A tag or label was put on or taken off. Of a label, who said so.
    Mark { added: bool, source: Option<String> },
    /// All captions of the picture were replaced.
    Captions { before: Captions, after: Captions },
}

/// Takes the next number of the dataset's marks, which holds up every other step until this one
/// is whole, and notes the step.
macro_rules! begin_step {
    ($tx:ident, $step:expr) => {{
        let dataset = $step.dataset.as_uuid();
        let version = sqlx::query_scalar::<_, i64>(
            "UPDATE datasets SET marks_version = marks_version + 1
             WHERE id = $1 AND deleted_at_us IS NULL RETURNING marks_version",
        )
        .bind(dataset)
        .fetch_optional(&mut *$tx)
        .await?
        .ok_or(Error::NotFound { what: "dataset" })?;
        if let Some(checkpoint) = &$step.checkpoint {
            crate::jobs::advance_job!($tx, checkpoint);
        }
        $crate::marks::step::insert_change!($tx, $step.dataset, $step.change);
        sqlx::query("INSERT INTO mark_steps (dataset_id, version, change_id) VALUES ($1, $2, $3)")
            .bind(dataset)
            .bind(version)
            .bind($step.change.id.as_uuid())
            .execute(&mut *$tx)
            .await?;
        version
    }};
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

/// Puts a tag on or takes it off. Says whether that changed anything.
macro_rules! put_tag {
    ($tx:ident, $step:expr, $version:expr, $tag:expr, $media:expr, $on:expr) => {{
        let dataset = $step.dataset.as_uuid();
        let changed = if $on {
            sqlx::query(
                "INSERT INTO media_tags (dataset_id, tag_id, media_id, version, assigned_at_us)
                 SELECT m.dataset_id, t.id, m.id, $4, $5 FROM media m, tags t
                 WHERE m.id = $3 AND m.dataset_id = $1 AND t.id = $2 AND t.dataset_id = $1
                     AND t.deleted_at_us IS NULL
                 ON CONFLICT (dataset_id, tag_id, media_id) DO NOTHING",
            )
            .bind(dataset)
            .bind($tag)
            .bind($media)
            .bind($version)
            .bind($step.at.as_micros())
            .execute(&mut *$tx)
            .await?
            .rows_affected()
        } else {
            sqlx::query(
                "DELETE FROM media_tags WHERE dataset_id = $1 AND tag_id = $2 AND media_id = $3",
            )
            .bind(dataset)
            .bind($tag)
            .bind($media)
            .execute(&mut *$tx)
            .await?
            .rows_affected()
        };
        changed > 0
    }};
}

/// Lets somebody say a label, or nobody. Gives who says it, or said it, where that changed
/// anything.
macro_rules! put_label {
    ($tx:ident, $step:expr, $version:expr, $label:expr, $media:expr, $source:expr) => {
        match $source {
            Some(source) => {
                sqlx::query_scalar::<_, String>(
                    "INSERT INTO media_labels (dataset_id, media_id, label, source, version)
                 SELECT dataset_id, id, $3, $4, $5 FROM media WHERE id = $2 AND dataset_id = $1
                 ON CONFLICT (dataset_id, media_id, label) DO NOTHING RETURNING source",
                )
                .bind($step.dataset.as_uuid())
                .bind($media)
                .bind($label)
                .bind(source)
                .bind($version)
                .fetch_optional(&mut *$tx)
                .await?
            }
            None => sqlx::query_scalar::<_, String>(
                "DELETE FROM media_labels WHERE dataset_id = $1 AND media_id = $2 AND label = $3
                 RETURNING source",
            )
            .bind($step.dataset.as_uuid())
            .bind($media)
            .bind($label)
            .fetch_optional(&mut *$tx)
            .await?,
        }
    };
}

/// Notes what a step did to a picture, and the number of the step whose state it left.
macro_rules! note {
    ($tx:ident, $dataset:expr, $version:expr, $texts:expr, $noted:expr, $state:expr) => {{
        let noted: &Noted = $noted;
        let (added, source, before, after) = match &noted.what {
            What::Mark { added, source } => (*added, source.as_deref(), None, None),
            What::Captions { before, after } => {
                let old = keep_text!($tx, $dataset, $version, $texts, before);
                let new = keep_text!($tx, $dataset, $version, $texts, after);
                (!after.is_empty(), None, old, new)
            }
        };
        sqlx::query(
            "INSERT INTO mark_step_rows (dataset_id, version, kind, mark, media_id, added, source,
                 before_text, after_text, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind($dataset.as_uuid())
        .bind($version)
        .bind(&noted.kind)
        .bind(&noted.mark)
        .bind(noted.media)
        .bind(added)
        .bind(source)
        .bind(before)
        .bind(after)
        .bind($state)
        .execute(&mut *$tx)
        .await?
    }};
}

/// Does one thing to one picture; gives what that changed.
macro_rules! apply {
    ($tx:ident, $step:expr, $version:expr, $op:expr, $media:expr) => {{
        let (kind, mark) = about($op);
        let what = match $op {
            MarkOp::AddTag(tag) | MarkOp::RemoveTag(tag) => {
                let added = matches!($op, MarkOp::AddTag(_));
                put_tag!($tx, $step, $version, tag.as_uuid(), $media, added).then_some(What::Mark {
                    added,
                    source: None,
                })
            }
            MarkOp::AddLabel(_) | MarkOp::RemoveLabel(_) => {
                let added = matches!($op, MarkOp::AddLabel(_));
                let source = added.then_some(MarkSource::User.as_str());
                let source = put_label!($tx, $step, $version, &mark, $media, source);
                source.map(|source| What::Mark {
                    added,
                    source: Some(source),
                })
            }
            MarkOp::SetCaption(_) | MarkOp::RemoveCaptions => {
                let caption = match $op {
                    MarkOp::SetCaption(caption) => Some(caption.as_str()),
                    _ => None,
                };
                let before: Captions = captions_now!($tx, $step.dataset, $media);
                let after = by_hand(caption);
                let put =
                    before != after && put_captions!($tx, $step.dataset, $media, &before, &after);
                put.then_some(What::Captions { before, after })
            }
        };
        what.map(|what| Noted {
            media: $media,
            kind: kind.to_owned(),
            mark,
            what,
        })
    }};
}

macro_rules! count_step {
    ($tx:ident, $change:expr, $did:expr) => {
        sqlx::query(
            "UPDATE mark_changes SET added_count = added_count + $2,
                 removed_count = removed_count + $3 WHERE id = $1",
        )
        .bind($change.as_uuid())
        .bind(int($did.added))
        .bind(int($did.removed))
        .execute(&mut *$tx)
        .await?
    };
}

pub(super) use {begin_step, count_step, insert_change, note, put_label, put_tag};

/// What a row about this is stored under: its kind and its mark.
fn about(op: &MarkOp) -> (&'static str, String) {
    match op {
        MarkOp::AddTag(tag) | MarkOp::RemoveTag(tag) => ("tag", tag.to_string()),
        MarkOp::AddLabel(label) | MarkOp::RemoveLabel(label) => ("label", text(label)),
        MarkOp::SetCaption(_) | MarkOp::RemoveCaptions => ("caption", String::new()),
    }
}

/// Of several about the same, the last.
fn last_words(ops: &[MarkOp]) -> Vec<&MarkOp> {
    let mut seen = HashSet::new();
    let last = ops.iter().rev().filter(|op| seen.insert(about(op)));
    let mut last: Vec<_> = last.collect();
    last.reverse();
    last
}

impl Store {
    /// Does one step of a change, whole or not at all. Steps on one dataset go one by one,
    /// whoever asks, so that none loses what another did.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone, `LeaseLost` when the job may not go on.
    pub async fn step_marks(&self, step: &MarkStep<'_>) -> Result<Stepped> {
        let ops = last_words(step.ops);
        Ok(transact!(&self.db, tx => {
            let version = begin_step!(tx, step);
            let (mut did, mut texts) = (Stepped::begun(version), StepTexts::default());
            for op in &ops {
                for media in step.media {
                    let media = media.as_uuid();
                    if let Some(noted) = apply!(tx, step, version, *op, media) {
                        did.count(&noted);
                        note!(tx, step.dataset, version, &mut texts, &noted, version);
                    }
                }
            }
            count_step!(tx, step.change.id, did);
            did
        }))
    }
}
