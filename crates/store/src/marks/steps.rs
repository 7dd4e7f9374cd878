//! Reading steps in their order, to lay them over what was read before.

use lamina_model::{DatasetId, MediaId};
use uuid::Uuid;

use crate::{
    Store,
    convert::{limit, number},
    db::read,
    error::Result,
};

/// What a step did to one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The number of the step.
    pub version: i64,
    /// Whether it is about a label; else about a tag.
    pub is_label: bool,
    /// The label, or the id of the tag.
    pub mark: String,
    /// The picture.
    pub media: MediaId,
    /// Whether it was put on; else taken off.
    pub added: bool,
}

/// Some of the rows of the steps after a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRows {
    /// The rows, in the order of their steps.
    pub rows: Vec<StepRow>,
    /// Whether more follow: ask again after the last row.
    pub more: bool,
}

/// Where a listing of step rows goes on: kind, mark and picture of the last row.
type After<'a> = (i64, &'a str, &'a str, Uuid);

impl Store {
    /// The rows of the steps above `from` and up to `to`, after a row where one is given.
    pub async fn step_rows(
        &self,
        dataset: DatasetId,
        from: i64,
        to: i64,
        after: Option<&StepRow>,
        most: usize,
    ) -> Result<StepRows> {
        let (version, kind, mark, media): After<'_> = match after {
            Some(row) => (
                row.version,
                kind_of(row.is_label),
                &row.mark,
                row.media.as_uuid(),
            ),
            None => (from.saturating_add(1), "", "", Uuid::nil()),
        };
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (i64, String, String, Uuid, bool)>(
                "SELECT version, kind, mark, media_id, added FROM mark_step_rows
                 WHERE dataset_id = $1 AND version <= $2
                     AND (version, kind, mark, media_id) > ($3, $4, $5, $6)
                 ORDER BY version, kind, mark, media_id LIMIT $7",
            )
            .bind(dataset.as_uuid())
            .bind(to)
            .bind(version)
            .bind(kind)
            .bind(mark)
            .bind(media)
            .bind(limit(most.saturating_add(1)))
            .fetch_all(pool)
            .await?
        });
        let more = rows.len() > most;
        Ok(StepRows {
            rows: rows
                .into_iter()
                .take(most)
                .map(|(version, kind, mark, media, added)| StepRow {
                    version,
                    is_label: kind == "label",
                    mark,
                    media: MediaId::from_uuid(media),
                    added,
                })
                .collect(),
            more,
        })
    }

    /// How many steps above `from` and up to `to` are still known. Fewer than `to - from` where
    /// old ones were taken away.
    pub async fn steps_between(&self, dataset: DatasetId, from: i64, to: i64) -> Result<u64> {
        let count = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM mark_steps
                 WHERE dataset_id = $1 AND version > $2 AND version <= $3",
            )
            .bind(dataset.as_uuid())
            .bind(from)
            .bind(to)
            .fetch_one(pool)
            .await?
        });
        number("count", count)
    }
}

const fn kind_of(is_label: bool) -> &'static str {
    if is_label { "label" } else { "tag" }
}
