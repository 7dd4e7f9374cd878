//! What many pictures bear, asked for together: a statement for each kind of thing and each
//! hundred pictures, where one for each picture takes most of its time on its way.

use lamina_model::{
    Caption, DatasetId, FieldKind, FieldValue, Generation, Issue, MediaId, MetadataValue,
    ObjectBox, PictureLabel, Tag, TagId, Timestamp, UserId,
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::said::{ObjectRow, caption, label};
use crate::{
    Store,
    convert::{from_json, word},
    db::read,
    error::Result,
    findings::IssueRow,
};

/// Pictures that one statement is about.
const TOGETHER: usize = 100;

/// The places of so many ids in a statement, from this number on.
fn places(first: usize) -> String {
    let places = (first..first + TOGETHER).map(|number| format!("${number}"));
    places.collect::<Vec<_>>().join(", ")
}

/// These ids, the last of them as often as it takes to fill all places: so the statement is the
/// same for any number of them, and is read by the database once.
fn filled(some: &[MediaId]) -> impl Iterator<Item = Uuid> {
    let ids = some.iter().chain(some.last().into_iter().cycle());
    ids.take(TOGETHER).map(|id| id.as_uuid())
}

/// All rows that a statement finds of some pictures; the ids stand in it where it says `{places}`,
/// behind what else is bound.
macro_rules! rows_of {
    ($store:expr, $ids:expr, $row:ty, $sql:literal, $($bound:expr),+) => {{
        let bound = [$(stringify!($bound)),+].len();
        let sql = format!($sql, places = places(bound + 1));
        let mut all: Vec<$row> = Vec::new();
        for some in $ids.chunks(TOGETHER) {
            let rows = read!(&$store.db, pool => {
                let sql = AssertSqlSafe(sql.clone());
                let mut query = sqlx::query_as::<_, $row>(sql)$(.bind($bound))+;
                for id in filled(some) {
                    query = query.bind(id);
                }
                query.fetch_all(pool).await?
            });
            all.extend(rows);
        }
        all
    }};
}

type TagOf = (Uuid, Uuid, String, Option<Uuid>, i64);
type ValueOf = (Uuid, String, String, bool, String);

impl Store {
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

    /// The tags of some pictures, those of one picture in the order of their making.
    pub async fn tags_of_all(
        &self,
        dataset: DatasetId,
        media: &[MediaId],
    ) -> Result<Vec<(MediaId, Tag)>> {
        let rows = rows_of!(
            self,
            media,
            TagOf,
            "SELECT m.media_id, t.id, t.name, t.created_by, t.created_at_us
             FROM media_tags m JOIN tags t ON t.id = m.tag_id
             WHERE m.dataset_id = $1 AND t.deleted_at_us IS NULL AND m.media_id IN ({places})
             ORDER BY m.media_id, t.id",
            dataset.as_uuid()
        );
        let tag = |(media, id, name, by, at): TagOf| {
            let tag = Tag {
                id: TagId::from_uuid(id),
                name,
                created_by: by.map(UserId::from_uuid),
                created_at: Timestamp::from_micros(at),
            };
            (MediaId::from_uuid(media), tag)
        };
        Ok(rows.into_iter().map(tag).collect())
    }

    /// What the fields of a dataset say of some pictures, that of one picture in the order of the
    /// fields' making.
    pub async fn field_values_of_all(
        &self,
        dataset: DatasetId,
        media: &[MediaId],
    ) -> Result<Vec<(MediaId, FieldValue)>> {
        let rows = rows_of!(
            self,
            media,
            ValueOf,
            "SELECT v.media_id, f.name, f.kind, f.is_multi, v.value FROM metadata_values v
             JOIN metadata_fields f ON f.id = v.field_id
             WHERE v.dataset_id = $1 AND f.state IN ('whole', 'partly')
                 AND v.media_id IN ({places})
             ORDER BY v.media_id, v.field_id, v.position",
            dataset.as_uuid()
        );
        let mut all: Vec<(MediaId, FieldValue)> = Vec::new();
        for (media, field, kind, is_multi, value) in rows {
            let media = MediaId::from_uuid(media);
            let value: MetadataValue = from_json("value", &value)?;
            let same =
                |(of, last): &&mut (MediaId, FieldValue)| *of == media && last.field == field;
            match all.last_mut().filter(same) {
                Some((_, last)) => last.values.push(value),
                None => {
                    let kind = word("kind of field", FieldKind::from_word(&kind))?;
                    let values = vec![value];
                    all.push((
                        media,
                        FieldValue {
                            field,
                            kind,
                            is_multi,
                            values,
                        },
                    ));
                }
            }
        }
        Ok(all)
    }

    /// What may be wrong with some pictures, as a generation found it.
    pub async fn issues_of_all(
        &self,
        dataset: DatasetId,
        generation: Generation,
        media: &[MediaId],
    ) -> Result<Vec<Issue>> {
        let rows = rows_of!(
            self,
            media,
            IssueRow,
            "SELECT kind, media_id, confidence, description FROM issues
             WHERE dataset_id = $1 AND generation = $2 AND media_id IN ({places})
             ORDER BY media_id, kind",
            dataset.as_uuid(),
            generation.0
        );
        rows.into_iter().map(Issue::try_from).collect()
    }
}
