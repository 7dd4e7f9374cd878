//! Taking changes back, step by step.
//!
//! A tag, a label or the captions of a picture are each in a state that some step left, or in
//! that of before all steps, which is numbered 0. A step is taken back where they still are in
//! the state that it left, and then they are in the state from before it, as if it had not been:
//! so one step after the other can be taken back, down to the first, and a step that was taken
//! back can be done again by taking that back.

use std::collections::HashMap;

use lamina_model::UserId;
use uuid::Uuid;

use super::{
    captions::{self, Captions, StepTexts, keep_text, put_captions},
    step::{MarkStep, Noted, Stepped, What, begin_step, count_step, note, put_label, put_tag},
};
use crate::{
    Store,
    convert::{int, text},
    db::transact,
    error::{Error, Result},
};

/// What a step did to one picture, as it is taken back.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    kind: String,
    mark: String,
    media_id: Uuid,
    added: bool,
    source: Option<String>,
    before_text: Option<i64>,
    after_text: Option<i64>,
    /// The number of the step whose state this one left.
    state: i64,
    /// The same of the last step that changed it.
    state_now: i64,
    /// The same of the last one before this.
    state_before: Option<i64>,
}

/// The rows of a step. A row from before states were told left its own.
macro_rules! rows_of {
    ($tx:ident, $dataset:expr, $version:expr) => {
        sqlx::query_as::<_, Row>(
            "SELECT r.kind, r.mark, r.media_id, r.added, r.source, r.before_text, r.after_text,
                 COALESCE(r.state, r.version) AS state,
                 (SELECT COALESCE(n.state, n.version) FROM mark_step_rows n
                  WHERE n.dataset_id = r.dataset_id AND n.media_id = r.media_id
                      AND n.kind = r.kind AND n.mark = r.mark
                  ORDER BY n.version DESC LIMIT 1) AS state_now,
                 (SELECT COALESCE(b.state, b.version) FROM mark_step_rows b
                  WHERE b.dataset_id = r.dataset_id AND b.media_id = r.media_id
                      AND b.kind = r.kind AND b.mark = r.mark AND b.version < r.version
                  ORDER BY b.version DESC LIMIT 1) AS state_before
             FROM mark_step_rows r WHERE r.dataset_id = $1 AND r.version = $2",
        )
        .bind($dataset.as_uuid())
        .bind($version)
        .fetch_all(&mut *$tx)
        .await?
    };
}

/// The captions that stand in the rows of a step, by their numbers.
macro_rules! texts_of {
    ($tx:ident, $dataset:expr, $version:expr) => {{
        let texts = sqlx::query_as::<_, (i64, String)>(
            "SELECT number, captions FROM mark_step_texts WHERE dataset_id = $1 AND version = $2",
        )
        .bind($dataset.as_uuid())
        .bind($version)
        .fetch_all(&mut *$tx)
        .await?;
        let mut known = HashMap::new();
        for (number, json) in texts {
            known.insert(number, captions::read(&json)?);
        }
        known
    }};
}

/// Takes one row back; gives what that changed.
macro_rules! take_back {
    ($tx:ident, $step:expr, $version:expr, $texts:expr, $row:expr) => {{
        let row: Row = $row;
        let on = !row.added;
        let what = match row.kind.as_str() {
            "caption" => {
                let before = captions_in($texts, row.after_text)?;
                let after = captions_in($texts, row.before_text)?;
                put_captions!($tx, $step.dataset, row.media_id, &before, &after)
                    .then_some(What::Captions { before, after })
            }
            "tag" => {
                let tag: Uuid = row
                    .mark
                    .parse()
                    .map_err(|_| Error::Corrupt { what: "tag" })?;
                put_tag!($tx, $step, $version, tag, row.media_id, on).then_some(What::Mark {
                    added: on,
                    source: None,
                })
            }
            _ => {
                let source = row.source.as_deref().filter(|_| on);
                let source = put_label!($tx, $step, $version, &row.mark, row.media_id, source);
                source.map(|source| What::Mark {
                    added: on,
                    source: Some(source),
                })
            }
        };
        what.map(|what| Noted {
            media: row.media_id,
            kind: row.kind,
            mark: row.mark,
            what,
        })
    }};
}

fn captions_in(texts: &HashMap<i64, Captions>, number: Option<i64>) -> Result<Captions> {
    let Some(number) = number else {
        return Ok(Captions::new());
    };
    let found = texts.get(&number).cloned();
    found.ok_or(Error::Corrupt { what: "captions" })
}

impl Store {
    /// Takes one step of a change back, as a step of another change, whole or not at all. What
    /// is in a state that another step left since stays as it is now.
    ///
    /// # Errors
    /// As [`Store::step_marks`].
    pub async fn undo_step(&self, step: &MarkStep<'_>, undone: i64) -> Result<Stepped> {
        Ok(transact!(&self.db, tx => {
            let version = begin_step!(tx, step);
            let (mut did, mut texts) = (Stepped::begun(version), StepTexts::default());
            let rows = rows_of!(tx, step.dataset, undone);
            let known: HashMap<i64, Captions> = texts_of!(tx, step.dataset, undone);
            for row in rows {
                if row.state_now != row.state {
                    continue;
                }
                let state = row.state_before.unwrap_or(0);
                if let Some(noted) = take_back!(tx, step, version, &known, row) {
                    did.count(&noted);
                    note!(tx, step.dataset, version, &mut texts, &noted, state);
                }
            }
            count_step!(tx, step.change.id, did);
            did
        }))
    }
}
