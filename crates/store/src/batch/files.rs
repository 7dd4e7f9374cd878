//! Many files in one statement: each statement is a message to the thread of `SQLite` and one back,
//! or to the server of `PostgreSQL`, and waiting for it costs more than the row.

use std::collections::{HashMap, HashSet};

use lamina_model::{FileOutcome, MediaId, SourcePath};
use uuid::Uuid;

use crate::convert::{PathParts, text};

/// Files in one statement. Of twelve columns each, and the 29 of pictures, that is far below the
/// 32,766 values that one statement may have.
pub(super) const FILES_PER_STATEMENT: usize = 64;

/// Whether a statement about so many is worth keeping prepared: those of any other length are asked
/// once, and would drive out what is asked often.
pub(crate) const fn is_usual(files: usize) -> bool {
    files == FILES_PER_STATEMENT
}

/// What stands about a file: its outcome and the picture it is.
pub(super) type Standing = (String, Option<Uuid>);

/// What tells a file from the others of its dataset: the head of its path and the hash of the rest.
pub(super) type FileKey = (Vec<u8>, Vec<u8>);

/// What stands about each file that was found.
pub(super) type Standings = HashMap<FileKey, Standing>;

impl PathParts {
    pub(super) fn key(&self) -> FileKey {
        (self.head.clone(), self.tail_hash.clone())
    }
}

/// Parts of a list that may each be written by one statement: in none a path comes twice.
pub(super) fn runs_of_different<T>(
    mut rest: &[T],
    path: impl Fn(&T) -> &SourcePath,
) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let mut seen = HashSet::new();
        let fit = rest.iter().take(FILES_PER_STATEMENT);
        let (run, after) = rest.split_at(fit.take_while(|one| seen.insert(path(one))).count());
        rest = after;
        (!run.is_empty()).then_some(run)
    })
}

/// The columns of a file that say what became of it.
#[derive(Debug)]
pub(super) struct OutcomeColumns {
    pub(super) outcome: &'static str,
    pub(super) reason: Option<&'static str>,
    pub(super) note: Option<String>,
    pub(super) media_id: Option<MediaId>,
}

impl OutcomeColumns {
    pub(super) fn of(outcome: &FileOutcome) -> Self {
        let (word, reason, note, media_id) = match outcome {
            FileOutcome::Indexed(id) => ("indexed", None, None, Some(*id)),
            FileOutcome::Rejected { reason, note } => {
                ("rejected", Some(reason.as_str()), Some(text(note)), None)
            }
            FileOutcome::Ignored(reason) => ("ignored", Some(reason.as_str()), None, None),
        };
        Self {
            outcome: word,
            reason,
            note,
            media_id,
        }
    }
}

/// Asks what stands about files, of those that something does. In this form `SQLite` looks each up
/// by its key, whatever it knows of the table; of lists of pairs it may read the whole dataset.
macro_rules! standings_query {
    ($before:literal, $dataset:expr, $parts:expr) => {{
        let mut sql =
            sqlx::QueryBuilder::new(concat!($before, "WITH those (head, tail_hash) AS ("));
        sql.push_values($parts, |mut columns, parts| {
            columns.push_bind(parts.head.as_slice());
            columns.push_bind(parts.tail_hash.as_slice());
        });
        sql.push(
            ") SELECT f.path_head, f.path_tail_hash, f.outcome, f.media_id
             FROM those CROSS JOIN files f
             WHERE f.path_head = those.head AND f.path_tail_hash = those.tail_hash
               AND f.dataset_id = ",
        );
        sql.push_bind($dataset.as_uuid());
        sql
    }};
}

/// What stands about files, of those that something does.
macro_rules! standings {
    ($tx:ident, $dataset:expr, $parts:expr) => {{
        let mut sql = $crate::batch::files::standings_query!("", $dataset, $parts);
        let rows = sql
            .build_query_as::<(Vec<u8>, Vec<u8>, String, Option<uuid::Uuid>)>()
            .persistent($crate::batch::files::is_usual($parts.len()))
            .fetch_all(&mut *$tx)
            .await?;
        rows.into_iter()
            .map(|(head, tail_hash, outcome, media)| ((head, tail_hash), (outcome, media)))
            .collect::<$crate::batch::files::Standings>()
    }};
}

/// Deletes files and nothing that was said of them; one by one, since there are few as a rule, and
/// for many there is no form that both databases look up by the key.
macro_rules! delete_files {
    ($tx:ident, $dataset:expr, $parts:expr) => {
        for parts in $parts {
            sqlx::query(
                "DELETE FROM files
                 WHERE dataset_id = $1 AND path_head = $2 AND path_tail_hash = $3",
            )
            .bind($dataset.as_uuid())
            .bind(parts.head.as_slice())
            .bind(parts.tail_hash.as_slice())
            .execute(&mut *$tx)
            .await?;
        }
    };
}

/// Inserts files, or replaces all of them but their paths.
macro_rules! upsert_files {
    ($tx:ident, $dataset:expr, $files:expr) => {{
        let is_usual = $crate::batch::files::is_usual($files.len());
        let mut sql = sqlx::QueryBuilder::new(
            "INSERT INTO files (dataset_id, path_head, path_tail, path_tail_hash, size_bytes,
                 modified_at_us, device, inode, outcome, reason, note, media_id) ",
        );
        sql.push_values($files, |mut row, (parts, stamp, columns)| {
            row.push_bind($dataset.as_uuid())
                .push_bind(parts.head)
                .push_bind(parts.tail)
                .push_bind(parts.tail_hash)
                .push_bind($crate::convert::int(stamp.size_bytes))
                .push_bind(stamp.modified_at.as_micros())
                .push_bind(stamp.device.cast_signed())
                .push_bind(stamp.inode.cast_signed())
                .push_bind(columns.outcome)
                .push_bind(columns.reason)
                .push_bind(columns.note)
                .push_bind(columns.media_id.map(lamina_model::MediaId::as_uuid));
        });
        sql.push(
            " ON CONFLICT (dataset_id, path_head, path_tail_hash) DO UPDATE SET
                 size_bytes = excluded.size_bytes, modified_at_us = excluded.modified_at_us,
                 device = excluded.device, inode = excluded.inode, outcome = excluded.outcome,
                 reason = excluded.reason, note = excluded.note, media_id = excluded.media_id",
        );
        sql.build()
            .persistent(is_usual)
            .execute(&mut *$tx)
            .await
            .map_err($crate::error::conflict("file of this picture"))?
    }};
}

/// From where a picture is deleted: what was said of it, and itself.
pub(super) const SAID_OF_MEDIA: [&str; 6] = [
    "DELETE FROM metadata_values WHERE media_id IN (",
    "DELETE FROM media_tags WHERE media_id IN (",
    "DELETE FROM media_labels WHERE media_id IN (",
    "DELETE FROM media_captions WHERE media_id IN (",
    "DELETE FROM media_objects WHERE media_id IN (",
    "DELETE FROM media WHERE id IN (",
];

/// Deletes pictures, and with them what was said of them.
macro_rules! delete_media {
    ($tx:ident, $ids:expr) => {
        if !$ids.is_empty() {
            for delete in $crate::batch::files::SAID_OF_MEDIA {
                let mut sql = sqlx::QueryBuilder::new(delete);
                let mut ids = sql.separated(", ");
                for id in $ids {
                    ids.push_bind(*id);
                }
                sql.push(")");
                let is_usual = $crate::batch::files::is_usual($ids.len());
                sql.build().persistent(is_usual).execute(&mut *$tx).await?;
            }
        }
    };
}

pub(super) use {delete_files, delete_media, standings, standings_query, upsert_files};

#[cfg(test)]
mod tests {
    use lamina_model::DatasetId;

    use super::*;
    use crate::db::{Db, Pools};

    #[tokio::test]
    async fn each_file_is_looked_up_by_its_key_however_many_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&folder.path().join("lamina.db"))
            .await
            .unwrap();
        let Pools::Sqlite { writer, .. } = &db.pools else {
            panic!("it is SQLite");
        };
        let dataset = DatasetId::from_uuid(Uuid::nil());
        // Before anything is known of the table, and with what was known when it was small.
        for statistics in [false, true] {
            if statistics {
                let few = "INSERT INTO files (dataset_id, path_head, path_tail, path_tail_hash,
                               size_bytes, modified_at_us, device, inode, outcome)
                           SELECT zeroblob(16), value, x'', x'', 0, 0, 0, 0, 'ignored'
                           FROM json_each('[1, 2, 3, 4, 5, 6, 7, 8, 9]')";
                // There is no such dataset, and one connection that writes.
                for sql in ["PRAGMA foreign_keys = off", few, "ANALYZE"] {
                    sqlx::query(sql).execute(writer).await.unwrap();
                }
            }
            for files in [1, 3, FILES_PER_STATEMENT] {
                let parts: Vec<_> = (0..files)
                    .map(|n| PathParts::of(&SourcePath::from_bytes(n.to_string())))
                    .collect();
                let mut sql = standings_query!("EXPLAIN QUERY PLAN ", dataset, &parts);
                let plan = sql.build_query_as::<(i64, i64, i64, String)>();
                let plan = plan.fetch_all(writer).await.unwrap();
                let by_key = "SEARCH f USING PRIMARY KEY (dataset_id=? AND path_head=? AND path_tail_hash=?)";
                assert!(
                    plan.iter().any(|(.., step)| step == by_key),
                    "{files} files: {plan:?}"
                );
            }
        }
    }

    #[test]
    fn in_no_run_a_path_comes_twice_and_all_are_kept_in_their_order() {
        let paths = |names: &[&str]| -> Vec<SourcePath> {
            names.iter().copied().map(SourcePath::from_bytes).collect()
        };
        let list = paths(&["a", "b", "a", "a", "c", "b"]);
        let runs: Vec<_> = runs_of_different(&list, |path| path).collect();
        let expected = [paths(&["a", "b"]), paths(&["a"]), paths(&["a", "c", "b"])];
        assert_eq!(runs, expected.each_ref().map(Vec::as_slice));

        let many: Vec<_> = (0..=2 * FILES_PER_STATEMENT)
            .map(|n| SourcePath::from_bytes(n.to_string()))
            .collect();
        let lengths: Vec<_> = runs_of_different(&many, |path| path)
            .map(<[_]>::len)
            .collect();
        assert_eq!(lengths, [FILES_PER_STATEMENT, FILES_PER_STATEMENT, 1]);
        assert_eq!(runs_of_different(&many[..0], |path| path).count(), 0);
    }
}
