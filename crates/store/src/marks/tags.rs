//! Tags: made, named, listed, gone. And which pictures bear them.

use lamina_model::{DatasetId, MediaId, Tag, TagId, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Store,
    convert::{limit, text},
    db::{read, transact, write},
    error::{Error, Result, conflict},
    together::rows_of,
};

/// Tags of a dataset at most: all are listed at once.
const MOST_TAGS: u64 = 5000;

#[derive(Debug, sqlx::FromRow)]
struct TagRow {
    id: Uuid,
    name: String,
    created_by: Option<Uuid>,
    created_at_us: i64,
}

impl From<TagRow> for Tag {
    fn from(row: TagRow) -> Self {
        Self {
            id: TagId::from_uuid(row.id),
            name: row.name,
            created_by: row.created_by.map(UserId::from_uuid),
            created_at: Timestamp::from_micros(row.created_at_us),
        }
    }
}

/// A tag of a picture.
#[derive(Debug, sqlx::FromRow)]
struct TagOfRow {
    media_id: Uuid,
    #[sqlx(flatten)]
    tag: TagRow,
}

fn folded(name: &str) -> String {
    text(name).to_lowercase()
}

impl Store {
    /// The tags of a dataset, in the order of their making.
    pub async fn tags(&self, dataset: DatasetId) -> Result<Vec<Tag>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, TagRow>(
                "SELECT id, name, created_by, created_at_us FROM tags
                 WHERE dataset_id = $1 AND deleted_at_us IS NULL ORDER BY id",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().map(Tag::from).collect())
    }

    /// What tags were called before they were renamed, in lower case, each with the tag that had
    /// the name last.
    pub async fn former_tag_names(&self, dataset: DatasetId) -> Result<Vec<(String, TagId)>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (String, Uuid)>(
                "SELECT name_folded, tag_id FROM tag_former_names WHERE dataset_id = $1
                 ORDER BY name_folded",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        let named = |(name, id)| (name, TagId::from_uuid(id));
        Ok(rows.into_iter().map(named).collect())
    }

    /// The names of tags that were deleted, as they were written.
    pub async fn deleted_tag_names(&self, dataset: DatasetId) -> Result<Vec<String>> {
        Ok(read!(&self.db, pool => {
            sqlx::query_scalar::<_, String>(
                "SELECT name FROM tags WHERE dataset_id = $1 AND deleted_at_us IS NOT NULL
                 ORDER BY id",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        }))
    }

    /// Makes a tag.
    ///
    /// # Errors
    /// `Conflict` when another tag of the dataset has the name, `TooMany` when there are as many
    /// as there may be, `NotFound` when the dataset is gone.
    pub async fn insert_tag(&self, dataset: DatasetId, tag: &Tag) -> Result<()> {
        transact!(&self.db, tx => {
            let count = sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM tags WHERE dataset_id = $1 AND deleted_at_us IS NULL",
            )
            .bind(dataset.as_uuid())
            .fetch_one(&mut *tx)
            .await?;
            if count.cast_unsigned() >= MOST_TAGS {
                return Err(Error::TooMany { what: "tags", limit: MOST_TAGS });
            }
            sqlx::query(
                "INSERT INTO tags (id, dataset_id, name, name_folded, created_by, created_at_us)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(tag.id.as_uuid())
            .bind(dataset.as_uuid())
            .bind(text(&tag.name))
            .bind(folded(&tag.name))
            .bind(tag.created_by.map(UserId::as_uuid))
            .bind(tag.created_at.as_micros())
            .execute(&mut *tx)
            .await
            .map_err(conflict("tag"))?;
        });
        Ok(())
    }

    /// Gives a tag another name. What it was called is remembered: see
    /// [`Store::former_tag_names`].
    ///
    /// # Errors
    /// `NotFound` when the dataset has no such tag, `Conflict` when another one has the name.
    pub async fn rename_tag(&self, dataset: DatasetId, id: TagId, name: &str) -> Result<()> {
        transact!(&self.db, tx => {
            // Of two tags that had the name one after the other, the later one is meant.
            sqlx::query(
                "INSERT INTO tag_former_names (dataset_id, name_folded, tag_id)
                 SELECT dataset_id, name_folded, id FROM tags
                 WHERE id = $1 AND dataset_id = $2 AND deleted_at_us IS NULL AND name_folded <> $3
                 ON CONFLICT (dataset_id, name_folded) DO UPDATE SET tag_id = excluded.tag_id",
            )
            .bind(id.as_uuid())
            .bind(dataset.as_uuid())
            .bind(folded(name))
            .execute(&mut *tx)
            .await?;
            let changed = sqlx::query(
                "UPDATE tags SET name = $3, name_folded = $4
                 WHERE id = $1 AND dataset_id = $2 AND deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .bind(dataset.as_uuid())
            .bind(text(name))
            .bind(folded(name))
            .execute(&mut *tx)
            .await
            .map_err(conflict("tag"))?
            .rows_affected();
            if changed == 0 {
                return Err(Error::NotFound { what: "tag" });
            }
        });
        Ok(())
    }

    /// Hides a tag from every reader. What bears it keeps its rows, so that the tag can be put
    /// back; [`Store::step_marks`] takes them away.
    ///
    /// # Errors
    /// `NotFound` when the dataset has no such tag.
    pub async fn hide_tag(&self, dataset: DatasetId, id: TagId, at: Timestamp) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE tags SET deleted_at_us = $3
                 WHERE id = $1 AND dataset_id = $2 AND deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .bind(dataset.as_uuid())
            .bind(at.as_micros())
            .execute(pool)
            .await?
            .rows_affected()
        });
        if changed == 0 {
            return Err(Error::NotFound { what: "tag" });
        }
        Ok(())
    }

    /// Puts a hidden tag back. One that is not hidden stays as it is.
    ///
    /// # Errors
    /// `NotFound` when the dataset never had such a tag, `Conflict` when its name was given to
    /// another one meanwhile.
    pub async fn show_tag(&self, dataset: DatasetId, id: TagId) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query("UPDATE tags SET deleted_at_us = NULL WHERE id = $1 AND dataset_id = $2")
                .bind(id.as_uuid())
                .bind(dataset.as_uuid())
                .execute(pool)
                .await
                .map_err(conflict("tag"))?
                .rows_affected()
        });
        if changed == 0 {
            return Err(Error::NotFound { what: "tag" });
        }
        Ok(())
    }

    /// The tags of a picture, in the order of their making.
    pub async fn tags_of(&self, dataset: DatasetId, media: MediaId) -> Result<Vec<Tag>> {
        let tags = self.tags_of_all(dataset, &[media]).await?;
        Ok(tags.into_iter().map(|(_, tag)| tag).collect())
    }

    /// The tags of some pictures, those of one picture in the order of their making.
    pub async fn tags_of_all(
        &self,
        dataset: DatasetId,
        media: &[MediaId],
    ) -> Result<Vec<(MediaId, Tag)>> {
        let rows = rows_of!(
            self,
            media,
            TagOfRow,
            "SELECT m.media_id, t.id, t.name, t.created_by, t.created_at_us
             FROM media_tags m JOIN tags t ON t.id = m.tag_id
             WHERE m.dataset_id = $1 AND t.deleted_at_us IS NULL AND m.media_id IN ({places})
             ORDER BY m.media_id, t.id",
            dataset.as_uuid()
        );
        let of = |row: TagOfRow| (MediaId::from_uuid(row.media_id), Tag::from(row.tag));
        Ok(rows.into_iter().map(of).collect())
    }

    /// Which pictures bear which tags, hidden ones too, after a place in the order of tags and
    /// pictures; every pair exactly once when the last of each call is given to the next.
    pub async fn tagged_after(
        &self,
        dataset: DatasetId,
        after: Option<(TagId, MediaId)>,
        most: usize,
    ) -> Result<Vec<(TagId, MediaId)>> {
        let (tag, media) = after.map_or((Uuid::nil(), Uuid::nil()), |(tag, media)| {
            (tag.as_uuid(), media.as_uuid())
        });
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, Uuid)>(
                "SELECT tag_id, media_id FROM media_tags
                 WHERE dataset_id = $1 AND (tag_id, media_id) > ($2, $3)
                 ORDER BY tag_id, media_id LIMIT $4",
            )
            .bind(dataset.as_uuid())
            .bind(tag)
            .bind(media)
            .bind(limit(most))
            .fetch_all(pool)
            .await?
        });
        Ok(rows
            .into_iter()
            .map(|(tag, media)| (TagId::from_uuid(tag), MediaId::from_uuid(media)))
            .collect())
    }

    /// The pictures that bear a tag, after one in the order of their ids.
    pub async fn media_with_tag(
        &self,
        dataset: DatasetId,
        tag: TagId,
        after: Option<MediaId>,
        most: usize,
    ) -> Result<Vec<MediaId>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Uuid>(
                "SELECT media_id FROM media_tags
                 WHERE dataset_id = $1 AND tag_id = $2 AND media_id > $3
                 ORDER BY media_id LIMIT $4",
            )
            .bind(dataset.as_uuid())
            .bind(tag.as_uuid())
            .bind(after.map_or(Uuid::nil(), MediaId::as_uuid))
            .bind(limit(most))
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().map(MediaId::from_uuid).collect())
    }
}
