//! Which annotation files were read, what came of them, and what was wrong with their rows.

use lamina_model::{
    AnnotationFault, AnnotationFile, AnnotationFormat, AnnotationProblem, Cursor, DatasetId,
    MediaId, Page, Timestamp,
};
use uuid::Uuid;

use crate::{
    Store,
    convert::{from_json, int, limit, number, page, text, to_json, word},
    db::{read, transact},
    error::{Error, Result},
};

/// Stands in the place of what a reading saw while there is something new to be read.
const WISHED: &str = "wished";
/// Files that may be named beside those in the source.
const MOST_FILES: usize = 1000;

/// Whether a dataset may have so many files named beside those in its source.
///
/// # Errors
/// `TooMany` with the limit.
pub(crate) fn check_files(files: &[String]) -> Result<()> {
    if files.len() > MOST_FILES {
        return Err(Error::TooMany {
            what: "annotation files beside those in the source",
            limit: MOST_FILES as u64,
        });
    }
    Ok(())
}

/// A change of what is to be read beside the files in the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnotationWishes {
    /// Full paths of files that are read from now on.
    pub add: Vec<String>,
    /// Those that are not read any more.
    pub remove: Vec<String>,
    /// Whether pictures get the name of their folder as a label; nothing leaves that as it is.
    pub labels_from_folders: Option<bool>,
}

impl AnnotationWishes {
    /// The files after the change, in the order of their naming.
    fn applied_to(&self, before: &[String]) -> Vec<String> {
        let kept = before.iter().filter(|file| !self.remove.contains(file));
        let mut after: Vec<String> = kept.cloned().collect();
        for file in &self.add {
            if !after.contains(file) {
                after.push(file.clone());
            }
        }
        after
    }
}

/// What came of reading all annotation files of a dataset.
#[derive(Debug, Clone, Default)]
pub struct AnnotationsRead {
    /// Tells this reading from others: of the same files and pictures it is the same.
    pub seen: String,
    /// The files beside those in the source that were to be read.
    pub named: Vec<String>,
    /// Whether the names of folders were to be read.
    pub labels_from_folders: bool,
    /// What people are to know, in words.
    pub warnings: Vec<String>,
    /// The files, in the order in which they were read.
    pub files: Vec<AnnotationFile>,
}

#[derive(Debug, sqlx::FromRow)]
struct FileRow {
    path: String,
    format: String,
    rows_count: i64,
    labels_count: i64,
    captions_count: i64,
    boxes_count: i64,
    faults: String,
}

impl TryFrom<FileRow> for AnnotationFile {
    type Error = Error;

    fn try_from(row: FileRow) -> Result<Self> {
        Ok(Self {
            path: row.path,
            format: word(
                "annotation format",
                AnnotationFormat::from_word(&row.format),
            )?,
            rows: number("count", row.rows_count)?,
            labels: number("count", row.labels_count)?,
            captions: number("count", row.captions_count)?,
            boxes: number("count", row.boxes_count)?,
            faults: from_json("annotation faults", &row.faults)?,
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
struct ProblemRow {
    position: i64,
    number: i64,
    path: Option<String>,
    line: i64,
    fault: String,
    note: String,
}

impl Store {
    /// What tells the last reading of annotations from others; nothing where none was read.
    pub async fn annotations_seen(&self, dataset: DatasetId) -> Result<Option<String>> {
        let seen = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Option<String>>(
                "SELECT annotations_seen FROM datasets WHERE id = $1",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        Ok(seen.flatten())
    }

    /// What was wrong with the annotation files, in words.
    pub async fn annotation_warnings(&self, dataset: DatasetId) -> Result<Vec<String>> {
        let told = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Option<String>>(
                "SELECT annotation_warnings FROM datasets WHERE id = $1",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        told.flatten().map_or(Ok(Vec::new()), |json| {
            from_json("annotation warnings", &json)
        })
    }

    /// Says which annotation files beside those in the source belong to a dataset from now on,
    /// and whether pictures get the name of their folder as a label. Who names a file takes none
    /// away that somebody else named. What changes counts from the next reading on, and
    /// [`Store::annotations_wanted`] says so until then.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone, `TooMany` when it would have more files than it may.
    pub async fn change_annotation_wishes(
        &self,
        dataset: DatasetId,
        change: &AnnotationWishes,
    ) -> Result<()> {
        transact!(&self.db, tx => {
            // Held until the end, so that of two who name a file neither is lost.
            let (files, folders) = sqlx::query_as::<_, (Option<String>, bool)>(
                "UPDATE datasets SET annotation_paths = annotation_paths
                 WHERE id = $1 AND deleted_at_us IS NULL
                 RETURNING annotation_paths, labels_from_folders",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(Error::NotFound { what: "dataset" })?;
            let before = files.map_or(Ok(Vec::new()), |json| from_json("annotation files", &json))?;
            let after = change.applied_to(&before);
            let named = change.labels_from_folders.unwrap_or(folders);
            if after.len() > before.len() {
                check_files(&after)?;
            }
            if after != before || named != folders {
                sqlx::query(
                    "UPDATE datasets SET annotation_paths = $2, labels_from_folders = $3,
                         annotations_seen = $4 WHERE id = $1",
                )
                .bind(dataset.as_uuid())
                .bind(text(&to_json("annotation files", &after)?))
                .bind(named)
                .bind(WISHED)
                .execute(&mut *tx)
                .await?;
            }
        });
        Ok(())
    }

    /// Whether somebody changed what is to be read since the last reading began.
    pub async fn annotations_wanted(&self, dataset: DatasetId) -> Result<bool> {
        Ok(self.annotations_seen(dataset).await?.as_deref() == Some(WISHED))
    }

    /// The number of pictures and the youngest of them: the same of both, the same pictures.
    pub async fn pictures_mark(&self, dataset: DatasetId) -> Result<(u64, Option<MediaId>)> {
        let (count, youngest) = read!(&self.db, pool => {
            let count = sqlx::query_scalar::<_, i64>(
                "SELECT indexed_count FROM datasets WHERE id = $1",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?;
            let youngest = sqlx::query_scalar::<_, Uuid>(
                "SELECT id FROM media WHERE dataset_id = $1 ORDER BY id DESC LIMIT 1",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?;
            (count.unwrap_or(0), youngest)
        });
        Ok((number("count", count)?, youngest.map(MediaId::from_uuid)))
    }

    /// Forgets which annotation files were read, so that they are read again.
    pub async fn forget_annotations_read(&self, dataset: DatasetId) -> Result<()> {
        transact!(&self.db, tx => {
            for sql in [
                "UPDATE datasets SET annotations_seen = NULL WHERE id = $1",
                "DELETE FROM annotation_problems WHERE dataset_id = $1",
                "DELETE FROM annotation_files WHERE dataset_id = $1",
            ] {
                sqlx::query(sql).bind(dataset.as_uuid()).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Keeps problems of the file at a position, numbered from `first` on.
    pub async fn keep_annotation_problems(
        &self,
        dataset: DatasetId,
        position: usize,
        first: u64,
        problems: &[AnnotationProblem],
    ) -> Result<()> {
        transact!(&self.db, tx => {
            for (one, at) in problems.iter().zip(first..) {
                sqlx::query(
                    "INSERT INTO annotation_problems
                         (dataset_id, position, number, line, fault, note)
                     VALUES ($1, $2, $3, $4, $5, $6)
                     ON CONFLICT (dataset_id, position, number) DO NOTHING",
                )
                .bind(dataset.as_uuid())
                .bind(limit(position))
                .bind(int(at))
                .bind(int(one.line))
                .bind(one.fault.as_str())
                .bind(text(&one.note))
                .execute(&mut *tx)
                .await?;
            }
        });
        Ok(())
    }

    /// Remembers which annotation files were read and what came of them, counts the boxes, and
    /// says that the content of the dataset changed.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone.
    pub async fn keep_annotations_read(
        &self,
        dataset: DatasetId,
        read: &AnnotationsRead,
        at: Timestamp,
    ) -> Result<()> {
        let warnings = text(&to_json("annotation warnings", &read.warnings)?);
        transact!(&self.db, tx => {
            crate::datasets::touch_dataset!(tx, dataset, at);
            for (file, position) in read.files.iter().zip(0_i64..) {
                sqlx::query(
                    "INSERT INTO annotation_files (dataset_id, position, path, format, rows_count,
                         labels_count, captions_count, boxes_count, faults)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                )
                .bind(dataset.as_uuid())
                .bind(position)
                .bind(text(&file.path))
                .bind(file.format.as_str())
                .bind(int(file.rows))
                .bind(int(file.labels))
                .bind(int(file.captions))
                .bind(int(file.boxes))
                .bind(to_json("annotation faults", &file.faults)?)
                .execute(&mut *tx)
                .await?;
            }
            // Where somebody wished for something else meanwhile, that is still to be read.
            sqlx::query(
                "UPDATE datasets SET annotation_warnings = $3,
                     annotations_seen = CASE WHEN COALESCE(annotation_paths, '[]') = $4
                         AND labels_from_folders = $5 THEN $2 ELSE $6 END,
                     object_count = (SELECT COUNT(*) FROM media_objects WHERE dataset_id = $1)
                 WHERE id = $1",
            )
            .bind(dataset.as_uuid())
            .bind(text(&read.seen))
            .bind(warnings)
            .bind(text(&to_json("annotation files", &read.named)?))
            .bind(read.labels_from_folders)
            .bind(WISHED)
            .execute(&mut *tx)
            .await?;
        });
        Ok(())
    }

    /// The annotation files that were read last, in the order of their reading.
    pub async fn annotation_files(&self, dataset: DatasetId) -> Result<Vec<AnnotationFile>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, FileRow>(
                "SELECT path, format, rows_count, labels_count, captions_count, boxes_count, faults
                 FROM annotation_files WHERE dataset_id = $1 ORDER BY position",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(AnnotationFile::try_from).collect()
    }

    /// Rows of annotation files with which something is wrong, in the order of the files.
    ///
    /// # Errors
    /// `WrongCursor` when the cursor is of another listing.
    pub async fn annotation_problems(
        &self,
        dataset: DatasetId,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<Page<AnnotationProblem>> {
        let (position, at) = match after {
            None => (-1, 0),
            Some(cursor) => place(cursor.key()).ok_or(Error::WrongCursor)?,
        };
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, ProblemRow>(
                "SELECT p.position, p.number, f.path, p.line, p.fault, p.note
                 FROM annotation_problems p LEFT JOIN annotation_files f
                     ON f.dataset_id = p.dataset_id AND f.position = p.position
                 WHERE p.dataset_id = $1 AND (p.position, p.number) > ($2, $3)
                 ORDER BY p.position, p.number LIMIT $4",
            )
            .bind(dataset.as_uuid())
            .bind(position)
            .bind(at)
            .bind(limit(most.saturating_add(1)))
            .fetch_all(pool)
            .await?
        });
        let rows = page(rows, most, |row| {
            [row.position.to_be_bytes(), row.number.to_be_bytes()].concat()
        });
        let problem = |row: ProblemRow| {
            Ok(AnnotationProblem {
                file: row.path.unwrap_or_default(),
                line: number("line", row.line)?,
                fault: word("annotation fault", AnnotationFault::from_word(&row.fault))?,
                note: row.note,
            })
        };
        let items: Result<_> = rows.items.into_iter().map(problem).collect();
        Ok(Page {
            items: items?,
            next: rows.next,
        })
    }
}

/// Position and number in the key of a cursor.
fn place(key: &[u8]) -> Option<(i64, i64)> {
    let (position, rest) = key.split_first_chunk::<8>()?;
    let number: [u8; 8] = rest.try_into().ok()?;
    Some((i64::from_be_bytes(*position), i64::from_be_bytes(number)))
}
