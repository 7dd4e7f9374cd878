//! Reading steps in their order, to lay them over what was read before.

use lamina_model::{DatasetId, MediaId};
use uuid::Uuid;

use super::captions;
use crate::{
    Store,
    convert::{limit, number},
    db::read,
    error::{Error, Result},
};

/// What a step did to one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The number of the step.
    pub version: i64,
    /// What it is about.
    pub mark: StepMark,
    /// The picture.
    pub media: MediaId,
    /// Whether it was put on; else taken off.
    pub added: bool,
}

/// What a row of a step is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepMark {
    /// A tag, by its id.
    Tag(String),
    /// A label.
    Label(String),
    /// All captions of the picture.
    Captions {
        /// Before the step, in their order.
        before: Vec<String>,
        /// After it.
        after: Vec<String>,
    },
}

impl StepMark {
    /// The kind and the mark, as they are stored.
    fn key(&self) -> (&'static str, &str) {
        match self {
            Self::Tag(id) => ("tag", id),
            Self::Label(label) => ("label", label),
            Self::Captions { .. } => ("caption", ""),
        }
    }
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    version: i64,
    kind: String,
    mark: String,
    media_id: Uuid,
    added: bool,
    captions_before: Option<String>,
    captions_after: Option<String>,
}

impl TryFrom<Row> for StepRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let texts = |column: Option<&str>| -> Result<Vec<String>> {
            let captions = captions::read(column)?;
            Ok(captions.into_iter().map(|(caption, _)| caption).collect())
        };
        let mark = match row.kind.as_str() {
            "tag" => StepMark::Tag(row.mark),
            "label" => StepMark::Label(row.mark),
            "caption" => StepMark::Captions {
                before: texts(row.captions_before.as_deref())?,
                after: texts(row.captions_after.as_deref())?,
            },
            _ => {
                return Err(Error::Corrupt {
                    what: "kind of step",
                });
            }
        };
        Ok(Self {
            version: row.version,
            mark,
            media: MediaId::from_uuid(row.media_id),
            added: row.added,
        })
    }
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
            Some(row) => {
                let (kind, mark) = row.mark.key();
                (row.version, kind, mark, row.media.as_uuid())
            }
            None => (from.saturating_add(1), "", "", Uuid::nil()),
        };
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, Row>(
                "SELECT version, kind, mark, media_id, added, captions_before, captions_after
                 FROM mark_step_rows
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
        let rows = rows.into_iter().take(most).map(StepRow::try_from);
        Ok(StepRows {
            rows: rows.collect::<Result<_>>()?,
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
