//! Labels, captions and boxes at rest: what annotation files and folders said, and what of it
//! each picture bears now.

use lamina_model::{
    Caption, DatasetId, MarkSource, MediaId, ObjectBox, ObjectId, PictureLabel, SourcePath, TagId,
    Timestamp,
};
use uuid::Uuid;

use crate::{
    Store,
    convert::{PathParts, limit, number, text, word},
    db::{read, transact},
    error::{Error, Result},
};

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

#[derive(Debug, sqlx::FromRow)]
struct ObjectRow {
    id: Uuid,
    media_id: Uuid,
    label: String,
    source: String,
    x_px: i64,
    y_px: i64,
    width_px: i64,
    height_px: i64,
    original_id: i64,
}

impl TryFrom<ObjectRow> for ObjectBox {
    type Error = Error;

    fn try_from(row: ObjectRow) -> Result<Self> {
        Ok(Self {
            id: ObjectId::from_uuid(row.id),
            media_id: MediaId::from_uuid(row.media_id),
            label: row.label,
            source: source(&row.source)?,
            x_px: row.x_px,
            y_px: row.y_px,
            width_px: number("width", row.width_px)?,
            height_px: number("height", row.height_px)?,
            original_id: row.original_id,
        })
    }
}

fn source(text: &str) -> Result<MarkSource> {
    word("source", MarkSource::from_word(text))
}

fn after_id(after: Option<MediaId>) -> Uuid {
    after.map_or(Uuid::nil(), MediaId::as_uuid)
}

impl Store {
    /// Keeps labels, captions, boxes and tags of pictures that the dataset has; others are passed over,
    /// and so is what people changed by hand: their word stands. A box that is kept under the
    /// same id already stays as it is.
    pub async fn keep_said(&self, dataset: DatasetId, said: &Said) -> Result<()> {
        transact!(&self.db, tx => {
            for one in &said.labels {
                sqlx::query(
                    "INSERT INTO media_labels (dataset_id, media_id, label, source, version)
                     SELECT dataset_id, id, $3, $4, 0 FROM media WHERE id = $2 AND dataset_id = $1
                         AND NOT EXISTS (SELECT 1 FROM mark_step_rows r
                             WHERE r.dataset_id = $1 AND r.media_id = $2 AND r.kind = 'label'
                                 AND r.mark = $3)
                     ON CONFLICT (dataset_id, media_id, label) DO NOTHING",
                )
                .bind(dataset.as_uuid())
                .bind(one.media_id.as_uuid())
                .bind(text(&one.label))
                .bind(one.source.as_str())
                .execute(&mut *tx)
                .await?;
            }
            for one in &said.captions {
                sqlx::query(
                    "INSERT INTO media_captions (dataset_id, media_id, position, caption, source)
                     SELECT dataset_id, id, $3, $4, $5 FROM media WHERE id = $2 AND dataset_id = $1
                         AND NOT EXISTS (SELECT 1 FROM mark_step_rows r
                             WHERE r.dataset_id = $1 AND r.media_id = $2 AND r.kind = 'caption')
                     ON CONFLICT (dataset_id, media_id, position)
                     DO UPDATE SET caption = excluded.caption, source = excluded.source",
                )
                .bind(dataset.as_uuid())
                .bind(one.media_id.as_uuid())
                .bind(i64::from(one.position))
                .bind(text(&one.caption))
                .bind(one.source.as_str())
                .execute(&mut *tx)
                .await?;
            }
            for one in &said.objects {
                sqlx::query(
                    "INSERT INTO media_objects (id, dataset_id, media_id, label, source, x_px, y_px,
                         width_px, height_px, original_id)
                     SELECT $3, dataset_id, id, $4, $5, $6, $7, $8, $9, $10
                     FROM media WHERE id = $2 AND dataset_id = $1
                     ON CONFLICT (id) DO NOTHING",
                )
                .bind(dataset.as_uuid())
                .bind(one.media_id.as_uuid())
                .bind(one.id.as_uuid())
                .bind(text(&one.label))
                .bind(one.source.as_str())
                .bind(one.x_px)
                .bind(one.y_px)
                .bind(i64::from(one.width_px))
                .bind(i64::from(one.height_px))
                .bind(one.original_id)
                .execute(&mut *tx)
                .await?;
            }
            for one in &said.tags {
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
                .bind(dataset.as_uuid())
                .bind(one.tag.as_uuid())
                .bind(one.media_id.as_uuid())
                .bind(one.at.as_micros())
                .bind(one.tag.to_string())
                .execute(&mut *tx)
                .await?;
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

    /// Which picture stands at a path.
    pub async fn media_at(&self, dataset: DatasetId, path: &SourcePath) -> Result<Option<MediaId>> {
        let parts = PathParts::of(path);
        let id = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Option<Uuid>>(
                "SELECT media_id FROM files
                 WHERE dataset_id = $1 AND path_head = $2 AND path_tail_hash = $3",
            )
            .bind(dataset.as_uuid())
            .bind(parts.head)
            .bind(parts.tail_hash)
            .fetch_optional(pool)
            .await?
        });
        Ok(id.flatten().map(MediaId::from_uuid))
    }

    /// The next labels after those of a picture, in the order of the pictures' ids; those of one
    /// picture are never cut.
    pub async fn labels_after(
        &self,
        dataset: DatasetId,
        after: Option<MediaId>,
        media: usize,
    ) -> Result<Vec<PictureLabel>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, String, String)>(
                "SELECT l.media_id, l.label, l.source FROM media_labels l JOIN
                     (SELECT DISTINCT media_id FROM media_labels
                      WHERE dataset_id = $1 AND media_id > $2 ORDER BY media_id LIMIT $3) n
                     ON n.media_id = l.media_id
                 WHERE l.dataset_id = $1 ORDER BY l.media_id, l.label",
            )
            .bind(dataset.as_uuid())
            .bind(after_id(after))
            .bind(limit(media))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(label).collect()
    }

    /// The labels of a picture, by name.
    pub async fn labels_of(&self, dataset: DatasetId, media: MediaId) -> Result<Vec<PictureLabel>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, String, String)>(
                "SELECT media_id, label, source FROM media_labels
                 WHERE dataset_id = $1 AND media_id = $2 ORDER BY label",
            )
            .bind(dataset.as_uuid())
            .bind(media.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(label).collect()
    }

    /// The next captions after those of a picture, in the order of the pictures' ids; those of
    /// one picture are never cut.
    pub async fn captions_after(
        &self,
        dataset: DatasetId,
        after: Option<MediaId>,
        media: usize,
    ) -> Result<Vec<Caption>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, i64, String, String)>(
                "SELECT c.media_id, c.position, c.caption, c.source FROM media_captions c JOIN
                     (SELECT DISTINCT media_id FROM media_captions
                      WHERE dataset_id = $1 AND media_id > $2 ORDER BY media_id LIMIT $3) n
                     ON n.media_id = c.media_id
                 WHERE c.dataset_id = $1 ORDER BY c.media_id, c.position",
            )
            .bind(dataset.as_uuid())
            .bind(after_id(after))
            .bind(limit(media))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(caption).collect()
    }

    /// The captions of a picture, in order.
    pub async fn captions_of(&self, dataset: DatasetId, media: MediaId) -> Result<Vec<Caption>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, i64, String, String)>(
                "SELECT media_id, position, caption, source FROM media_captions
                 WHERE dataset_id = $1 AND media_id = $2 ORDER BY position",
            )
            .bind(dataset.as_uuid())
            .bind(media.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(caption).collect()
    }

    /// The boxes in a picture, in the order in which they were told.
    pub async fn objects_of(&self, dataset: DatasetId, media: MediaId) -> Result<Vec<ObjectBox>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, ObjectRow>(
                "SELECT id, media_id, label, source, x_px, y_px, width_px, height_px, original_id
                 FROM media_objects WHERE media_id = $1 AND dataset_id = $2 ORDER BY id",
            )
            .bind(media.as_uuid())
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(ObjectBox::try_from).collect()
    }

    /// The next boxes after one, in the order of the pictures' ids and then of their telling;
    /// every box exactly once when the last of each call is given to the next.
    pub async fn objects_after(
        &self,
        dataset: DatasetId,
        after: Option<(MediaId, ObjectId)>,
        most: usize,
    ) -> Result<Vec<ObjectBox>> {
        let (media, object) = after.map_or((Uuid::nil(), Uuid::nil()), |(media, object)| {
            (media.as_uuid(), object.as_uuid())
        });
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, ObjectRow>(
                "SELECT id, media_id, label, source, x_px, y_px, width_px, height_px, original_id
                 FROM media_objects WHERE dataset_id = $1 AND (media_id, id) > ($2, $3)
                 ORDER BY media_id, id LIMIT $4",
            )
            .bind(dataset.as_uuid())
            .bind(media)
            .bind(object)
            .bind(limit(most))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(ObjectBox::try_from).collect()
    }

    /// One box of a dataset.
    ///
    /// # Errors
    /// `NotFound` when the dataset has none of that id.
    pub async fn object(&self, dataset: DatasetId, id: ObjectId) -> Result<ObjectBox> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, ObjectRow>(
                "SELECT id, media_id, label, source, x_px, y_px, width_px, height_px, original_id
                 FROM media_objects WHERE dataset_id = $1 AND id = $2",
            )
            .bind(dataset.as_uuid())
            .bind(id.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        row.ok_or(Error::NotFound { what: "object" })?.try_into()
    }

    /// How many boxes a dataset has.
    pub async fn object_count(&self, dataset: DatasetId) -> Result<u64> {
        let count = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM media_objects WHERE dataset_id = $1")
                .bind(dataset.as_uuid())
                .fetch_one(pool)
                .await?
        });
        number("count", count)
    }
}

fn label((media, label, by): (Uuid, String, String)) -> Result<PictureLabel> {
    Ok(PictureLabel {
        media_id: MediaId::from_uuid(media),
        label,
        source: source(&by)?,
    })
}

fn caption((media, position, caption, by): (Uuid, i64, String, String)) -> Result<Caption> {
    Ok(Caption {
        media_id: MediaId::from_uuid(media),
        position: number("position", position)?,
        caption,
        source: source(&by)?,
    })
}
