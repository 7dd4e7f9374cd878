//! Labels, captions and boxes that pictures bear now, whoever said them.

use lamina_model::{
    Caption, DatasetId, MarkSource, MediaId, ObjectBox, ObjectId, PictureLabel, SourcePath,
};
use uuid::Uuid;

use crate::{
    Store,
    convert::{PathParts, limit, number, word},
    db::read,
    error::{Error, Result},
    together::rows_of,
};

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
        self.labels_of_all(dataset, &[media]).await
    }

    /// The labels of some pictures, those of one picture by name.
    pub async fn labels_of_all(
        &self,
        dataset: DatasetId,
        media: &[MediaId],
    ) -> Result<Vec<PictureLabel>> {
        let rows = rows_of!(
            self,
            media,
            (Uuid, String, String),
            "SELECT media_id, label, source FROM media_labels
             WHERE dataset_id = $1 AND media_id IN ({places}) ORDER BY media_id, label",
            dataset.as_uuid()
        );
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
        self.captions_of_all(dataset, &[media]).await
    }

    /// The captions of some pictures, those of one picture in order.
    pub async fn captions_of_all(
        &self,
        dataset: DatasetId,
        media: &[MediaId],
    ) -> Result<Vec<Caption>> {
        let rows = rows_of!(
            self,
            media,
            (Uuid, i64, String, String),
            "SELECT media_id, position, caption, source FROM media_captions
             WHERE dataset_id = $1 AND media_id IN ({places}) ORDER BY media_id, position",
            dataset.as_uuid()
        );
        rows.into_iter().map(caption).collect()
    }

    /// The boxes in a picture, in the order in which they were told.
    pub async fn objects_of(&self, dataset: DatasetId, media: MediaId) -> Result<Vec<ObjectBox>> {
        self.objects_of_all(dataset, &[media]).await
    }

    /// The boxes in some pictures, those of one picture in the order in which they were told.
    pub async fn objects_of_all(
        &self,
        dataset: DatasetId,
        media: &[MediaId],
    ) -> Result<Vec<ObjectBox>> {
        let rows = rows_of!(
            self,
            media,
            ObjectRow,
            "SELECT id, media_id, label, source, x_px, y_px, width_px, height_px, original_id
             FROM media_objects WHERE dataset_id = $1 AND media_id IN ({places})
             ORDER BY media_id, id",
            dataset.as_uuid()
        );
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
