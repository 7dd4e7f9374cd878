//! Many files in one statement: each statement is a message to the thread of `SQLite` and one back,
//! or to the server of `PostgreSQL`, and waiting for it costs more than the row.

use std::collections::{HashMap, HashSet};

use lamina_model::{FileOutcome, MediaId, SourcePath};
use uuid::Uuid;

use crate::convert::{PathParts, text};

/// Files in one statement. Of twelve columns each, and the 29 of pictures, that is far below the
/// 32,766 values that one statement may have.
pub(super) const FILES_PER_STATEMENT: usize = 64;

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

/// Which files of a dataset a statement is about. In just this form `SQLite` looks each up by its
/// key; of `(path_head, path_tail_hash) IN (VALUES …)` it reads all files of the dataset.
macro_rules! push_those {
    ($sql:ident, $dataset:expr, $parts:expr) => {
        $sql.push_bind($dataset.as_uuid()).push(" AND (");
        let mut those = $sql.separated(" OR ");
        for parts in $parts {
            those
                .push("(path_head = ")
                .push_bind_unseparated(parts.head.as_slice())
                .push_unseparated(" AND path_tail_hash = ")
                .push_bind_unseparated(parts.tail_hash.as_slice())
                .push_unseparated(")");
        }
        $sql.push(")");
    };
}

/// What stands about files, of those that something does.
macro_rules! standings {
    ($tx:ident, $dataset:expr, $parts:expr) => {{
        let mut sql = sqlx::QueryBuilder::new(
            "SELECT path_head, path_tail_hash, outcome, media_id FROM files WHERE dataset_id = ",
        );
        $crate::batch::files::push_those!(sql, $dataset, $parts);
        let rows = sql
            .build_query_as::<(Vec<u8>, Vec<u8>, String, Option<uuid::Uuid>)>()
            .fetch_all(&mut *$tx)
            .await?;
        rows.into_iter()
            .map(|(head, tail_hash, outcome, media)| ((head, tail_hash), (outcome, media)))
            .collect::<$crate::batch::files::Standings>()
    }};
}

/// Deletes files and nothing that was said of them.
macro_rules! delete_files {
    ($tx:ident, $dataset:expr, $parts:expr) => {{
        let mut sql = sqlx::QueryBuilder::new("DELETE FROM files WHERE dataset_id = ");
        $crate::batch::files::push_those!(sql, $dataset, $parts);
        sql.build().execute(&mut *$tx).await?
    }};
}

/// Inserts files, or replaces all of them but their paths.
macro_rules! upsert_files {
    ($tx:ident, $dataset:expr, $files:expr) => {{
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
                sql.build().execute(&mut *$tx).await?;
            }
        }
    };
}

pub(super) use {delete_files, delete_media, push_those, standings, upsert_files};

#[cfg(test)]
mod tests {
    use super::*;

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
