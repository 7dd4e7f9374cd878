//! Keeping what annotation files and folders say of pictures, and forgetting it again.

use lamina_model::{
    Caption, DatasetId, MarkSource, MediaId, ObjectBox, PictureLabel, TagId, Timestamp,
};

use crate::{Store, convert::text, db::transact, error::Result};

/// A tag that a file says of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaidTag {
    /// The picture.
    pub media_id: MediaId,
    /// The tag.
    pub tag: TagId,
    /// When it was read.
    pub at: Timestamp,
}

/// Labels, captions, boxes and tags that are to be kept together.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Labels of whole pictures.
    pub labels: Vec<PictureLabel>,
    /// Captions; those of a picture take the place of what it had under the same positions.
    pub captions: Vec<Caption>,
    /// Boxes.
    pub objects: Vec<ObjectBox>,
    /// Tags. They stay when the file that said them is forgotten: tags are people's.
    pub tags: Vec<SaidTag>,
}

/// Keeps a label, unless a person changed it.
macro_rules! keep_label {
    ($tx:ident, $dataset:expr, $one:expr) => {
        sqlx::query(
            "INSERT INTO media_labels (dataset_id, media_id, label, source, version)
             SELECT dataset_id, id, $3, $4, 0 FROM media WHERE id = $2 AND dataset_id = $1
                 AND NOT EXISTS (SELECT 1 FROM mark_step_rows r
                     WHERE r.dataset_id = $1 AND r.media_id = $2 AND r.kind = 'label'
                         AND r.mark = $3)
             ON CONFLICT (dataset_id, media_id, label) DO NOTHING",
        )
        .bind($dataset.as_uuid())
        .bind($one.media_id.as_uuid())
        .bind(text(&$one.label))
        .bind($one.source.as_str())
        .execute(&mut *$tx)
        .await?
    };
}

/// Keeps a caption, unless a person changed those of the picture.
macro_rules! keep_caption {
    ($tx:ident, $dataset:expr, $one:expr) => {
        sqlx::query(
            "INSERT INTO media_captions (dataset_id, media_id, position, caption, source)
             SELECT dataset_id, id, $3, $4, $5 FROM media WHERE id = $2 AND dataset_id = $1
                 AND NOT EXISTS (SELECT 1 FROM mark_step_rows r
                     WHERE r.dataset_id = $1 AND r.media_id = $2 AND r.kind = 'caption')
             ON CONFLICT (dataset_id, media_id, position)
             DO UPDATE SET caption = excluded.caption, source = excluded.source",
        )
        .bind($dataset.as_uuid())
        .bind($one.media_id.as_uuid())
        .bind(i64::from($one.position))
        .bind(text(&$one.caption))
        .bind($one.source.as_str())
        .execute(&mut *$tx)
        .await?
    };
}

/// Keeps a box.
macro_rules! keep_object {
    ($tx:ident, $dataset:expr, $one:expr) => {
        sqlx::query(
            "INSERT INTO media_objects (id, dataset_id, media_id, label, source, x_px, y_px,
                 width_px, height_px, original_id)
             SELECT $3, dataset_id, id, $4, $5, $6, $7, $8, $9, $10
             FROM media WHERE id = $2 AND dataset_id = $1
             ON CONFLICT (id) DO NOTHING",
        )
        .bind($dataset.as_uuid())
        .bind($one.media_id.as_uuid())
        .bind($one.id.as_uuid())
        .bind(text(&$one.label))
        .bind($one.source.as_str())
        .bind($one.x_px)
        .bind($one.y_px)
        .bind(i64::from($one.width_px))
        .bind(i64::from($one.height_px))
        .bind($one.original_id)
        .execute(&mut *$tx)
        .await?
    };
}

/// Keeps a tag, unless a person changed it.
macro_rules! keep_tag {
    ($tx:ident, $dataset:expr, $one:expr) => {
        sqlx::query(
            "INSERT INTO media_tags (dataset_id, tag_id, media_id, version, assigned_at_us)
             SELECT m.dataset_id, t.id, m.id, 0, $4 FROM media m, tags t
             WHERE m.id = $3 AND m.dataset_id = $1 AND t.id = $2 AND t.dataset_id = $1
                 AND t.deleted_at_us IS NULL
                 AND NOT EXISTS (SELECT 1 FROM mark_step_rows r
                     WHERE r.dataset_id = $1 AND r.media_id = $3 AND r.kind = 'tag'
                         AND r.mark = $5)
             ON CONFLICT (dataset_id, tag_id, media_id) DO NOTHING",
        )
        .bind($dataset.as_uuid())
        .bind($one.tag.as_uuid())
        .bind($one.media_id.as_uuid())
        .bind($one.at.as_micros())
        .bind($one.tag.to_string())
        .execute(&mut *$tx)
        .await?
    };
}

impl Store {
    /// Keeps labels, captions, boxes and tags of pictures that the dataset has; others are passed
    /// over, and so is what people changed by hand: their word stands. A box that is kept under
    /// the same id already stays as it is.
    pub async fn keep_said(&self, dataset: DatasetId, said: &Said) -> Result<()> {
        transact!(&self.db, tx => {
            for one in &said.labels {
                keep_label!(tx, dataset, one);
            }
            for one in &said.captions {
                keep_caption!(tx, dataset, one);
            }
            for one in &said.objects {
                keep_object!(tx, dataset, one);
            }
            for one in &said.tags {
                keep_tag!(tx, dataset, one);
            }
        });
        Ok(())
    }

    /// Forgets what a source said, save the labels and captions that people changed since.
    pub async fn forget_said(&self, dataset: DatasetId, by: MarkSource) -> Result<()> {
        transact!(&self.db, tx => {
            for sql in [
                "DELETE FROM media_labels WHERE dataset_id = $1 AND source = $2 AND version = 0",
                "DELETE FROM media_captions WHERE dataset_id = $1 AND source = $2
                     AND NOT EXISTS (SELECT 1 FROM mark_step_rows r
                         WHERE r.dataset_id = $1 AND r.media_id = media_captions.media_id
                             AND r.kind = 'caption')",
                "DELETE FROM media_objects WHERE dataset_id = $1 AND source = $2",
            ] {
                sqlx::query(sql)
                    .bind(dataset.as_uuid())
                    .bind(by.as_str())
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }
}
