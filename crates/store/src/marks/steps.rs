//! Reading steps in their order, to lay them over what was read before.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

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
    /// All captions of the picture. Rows with the same ones share them.
    Captions {
        /// Before the step, in their order.
        before: Arc<[String]>,
        /// After it.
        after: Arc<[String]>,
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
    before_text: Option<i64>,
    after_text: Option<i64>,
}

impl Row {
    fn read(self, texts: &Texts) -> Result<StepRow> {
        let captions = |number: Option<i64>| match number {
            None => Ok(Arc::default()),
            Some(number) => {
                let found = texts.get(&(self.version, number)).map(Arc::clone);
                found.ok_or(Error::Corrupt { what: "captions" })
            }
        };
        let mark = match self.kind.as_str() {
            "tag" => StepMark::Tag(self.mark),
            "label" => StepMark::Label(self.mark),
            "caption" => StepMark::Captions {
                before: captions(self.before_text)?,
                after: captions(self.after_text)?,
            },
            _ => {
                return Err(Error::Corrupt {
                    what: "kind of step",
                });
            }
        };
        Ok(StepRow {
            version: self.version,
            mark,
            media: MediaId::from_uuid(self.media_id),
            added: self.added,
        })
    }
}

/// Captions by the number of their step and their own in it.
type Texts = HashMap<(i64, i64), Arc<[String]>>;

/// Reads captions; steps of one change that say the same share them.
fn read_texts(rows: Vec<(i64, i64, String)>) -> Result<Texts> {
    let mut same: BTreeMap<String, Arc<[String]>> = BTreeMap::new();
    let mut texts = Texts::new();
    for (version, number, json) in rows {
        let words = match same.get(&json) {
            Some(words) => Arc::clone(words),
            None => Arc::clone(same.entry(json.clone()).or_insert(captions::words(&json)?)),
        };
        texts.insert((version, number), words);
    }
    Ok(texts)
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
                "SELECT version, kind, mark, media_id, added, before_text, after_text FROM mark_step_rows
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
        let said = |row: &&Row| row.kind == "caption";
        let (first, last) = (rows.iter().find(said), rows.iter().rfind(said));
        let texts = match (first, last) {
            (Some(first), Some(last)) => {
                let (first, last) = (first.version, last.version);
                self.step_texts(dataset, first, last).await?
            }
            _ => Texts::new(),
        };
        let rows = rows.into_iter().take(most).map(|row| row.read(&texts));
        Ok(StepRows {
            rows: rows.collect::<Result<_>>()?,
            more,
        })
    }

    /// The captions that stand in some steps.
    async fn step_texts(&self, dataset: DatasetId, first: i64, last: i64) -> Result<Texts> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (i64, i64, String)>(
                "SELECT version, number, captions FROM mark_step_texts
                 WHERE dataset_id = $1 AND version >= $2 AND version <= $3",
            )
            .bind(dataset.as_uuid())
            .bind(first)
            .bind(last)
            .fetch_all(pool)
            .await?
        });
        // Of long captions there may be many megabytes.
        let read = tokio::task::spawn_blocking(move || read_texts(rows));
        read.await
            .map_err(|cause| Error::Database(Box::new(cause)))?
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
