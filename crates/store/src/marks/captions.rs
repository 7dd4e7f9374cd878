//! Captions that people change: one word for all that a picture has, before and after.

use std::{collections::HashMap, sync::Arc};

use lamina_model::MarkSource;

use crate::{
    convert::{from_json, text, to_json},
    error::Result,
};

/// The captions of a picture at one moment, each with who says it, in their order.
pub(super) type Captions = Vec<(String, String)>;

/// The one caption that a person gives; nothing where a picture is to have none.
pub(super) fn by_hand(caption: Option<&str>) -> Captions {
    let source = MarkSource::User.as_str().to_owned();
    caption
        .map(|caption| (text(caption), source))
        .into_iter()
        .collect()
}

/// The captions that stand in the rows of one step, each list once however many rows name it:
/// who captions many pictures gives all of them the same.
#[derive(Debug, Default)]
pub(super) struct StepTexts(HashMap<Captions, i64>);

impl StepTexts {
    /// The number of captions in the step; nothing for none. With it, what has to be written
    /// where they are new to the step.
    pub(super) fn number(&mut self, captions: &Captions) -> Result<(Option<i64>, Option<String>)> {
        if captions.is_empty() {
            return Ok((None, None));
        }
        if let Some(number) = self.0.get(captions) {
            return Ok((Some(*number), None));
        }
        let number = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        self.0.insert(captions.clone(), number);
        Ok((Some(number), Some(to_json("captions", captions)?)))
    }
}

/// Captions out of a column.
pub(super) fn read(json: &str) -> Result<Captions> {
    from_json("captions", json)
}

/// The words of captions as readers share them.
pub(super) fn words(json: &str) -> Result<Arc<[String]>> {
    let captions = read(json)?;
    Ok(captions.into_iter().map(|(caption, _)| caption).collect())
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

/// Gives a picture these captions in place of all that it has. Says whether the dataset has the
/// picture.
macro_rules! put_captions {
    ($tx:ident, $dataset:expr, $media:expr, $before:expr, $after:expr) => {{
        let there = sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(*) FROM media WHERE id = $1 AND dataset_id = $2",
        )
        .bind($media)
        .bind($dataset.as_uuid())
        .fetch_one(&mut *$tx)
        .await?;
        if there > 0 && !$before.is_empty() {
            sqlx::query("DELETE FROM media_captions WHERE dataset_id = $1 AND media_id = $2")
                .bind($dataset.as_uuid())
                .bind($media)
                .execute(&mut *$tx)
                .await?;
        }
        if there > 0 {
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
        }
        there > 0
    }};
}

/// Writes captions among those of a step, where they are new to it, and gives their number.
macro_rules! keep_text {
    ($tx:ident, $dataset:expr, $version:expr, $texts:expr, $captions:expr) => {{
        let (number, new) = $texts.number($captions)?;
        if let Some(json) = new {
            sqlx::query(
                "INSERT INTO mark_step_texts (dataset_id, version, number, captions)
                 VALUES ($1, $2, $3, $4)",
            )
            .bind($dataset.as_uuid())
            .bind($version)
            .bind(number)
            .bind(json)
            .execute(&mut *$tx)
            .await?;
        }
        number
    }};
}

pub(super) use {captions_now, keep_text, put_captions};
