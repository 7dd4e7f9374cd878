//! Captions that people change: one word for all that a picture has, before and after.

use lamina_model::MarkSource;

use crate::{
    convert::{from_json, text, to_json},
    error::Result,
};

/// The captions of a picture at one moment, each with who says it, in their order.
pub(super) type Captions = Vec<(String, String)>;

/// Captions as a column holds them.
pub(super) fn written(captions: &Captions) -> Result<String> {
    to_json("captions", captions)
}

/// Captions out of a column; none where nothing stands there.
pub(super) fn read(column: Option<&str>) -> Result<Captions> {
    column.map_or(Ok(Captions::new()), |json| from_json("captions", json))
}

/// The one caption that a person gives; nothing where a picture is to have none.
pub(super) fn by_hand(caption: Option<&str>) -> Captions {
    let source = MarkSource::User.as_str().to_owned();
    caption
        .map(|caption| (text(caption), source))
        .into_iter()
        .collect()
}

/// The captions that a picture of the dataset has, in their order.
macro_rules! captions_now {
    ($tx:ident, $dataset:expr, $media:expr) => {
        sqlx::query_as::<_, (String, String)>(
            "SELECT caption, source FROM media_captions
             WHERE dataset_id = $1 AND media_id = $2 ORDER BY position",
        )
        .bind($dataset.as_uuid())
        .bind($media)
        .fetch_all(&mut *$tx)
        .await?
    };
}

/// Gives a picture these captions in place of all that it has, and notes that. Says whether the
/// dataset has the picture.
macro_rules! put_captions {
    ($tx:ident, $dataset:expr, $version:expr, $media:expr, $before:expr, $after:expr) => {{
        let there = sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(*) FROM media WHERE id = $1 AND dataset_id = $2",
        )
        .bind($media)
        .bind($dataset.as_uuid())
        .fetch_one(&mut *$tx)
        .await?;
        if there > 0 {
            sqlx::query("DELETE FROM media_captions WHERE dataset_id = $1 AND media_id = $2")
                .bind($dataset.as_uuid())
                .bind($media)
                .execute(&mut *$tx)
                .await?;
            for (position, (caption, source)) in (0_i64..).zip($after) {
                sqlx::query(
                    "INSERT INTO media_captions (dataset_id, media_id, position, caption, source)
                     VALUES ($1, $2, $3, $4, $5)",
                )
                .bind($dataset.as_uuid())
                .bind($media)
                .bind(position)
                .bind(caption)
                .bind(source)
                .execute(&mut *$tx)
                .await?;
            }
            // Given twice in one step, what was there before the step stands.
            sqlx::query(
                "INSERT INTO mark_step_rows (dataset_id, version, kind, mark, media_id, added,
                     captions_before, captions_after)
                 VALUES ($1, $2, 'caption', '', $3, $4, $5, $6)
                 ON CONFLICT (dataset_id, version, kind, mark, media_id)
                 DO UPDATE SET added = excluded.added, captions_after = excluded.captions_after",
            )
            .bind($dataset.as_uuid())
            .bind($version)
            .bind($media)
            .bind(!$after.is_empty())
            .bind(super::captions::written($before)?)
            .bind(super::captions::written($after)?)
            .execute(&mut *$tx)
            .await?;
        }
        there > 0
    }};
}

pub(super) use {captions_now, put_captions};
