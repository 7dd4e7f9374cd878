//! Whole analyses of a dataset: written under a number, made visible by one step.

use lamina_model::{
    DatasetId, DuplicateGroup, Generation, Issue, MediaFindings, MediaId, Report, Timestamp,
};

use crate::{
    Store,
    convert::{from_json, limit, text, to_json},
    db::{read, transact, write},
    error::{Error, Result},
    jobs::{Lease, end_job},
};

/// Rows in one statement; 10 columns each stay far below `SQLite`'s 32766 parameters.
const ROWS_PER_STATEMENT: usize = 500;

/// Some findings of a generation. Groups are told in the order in which they are to be listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingsBatch<'a> {
    /// Findings about single pictures.
    pub media: &'a [MediaFindings],
    /// What may be wrong with pictures.
    pub issues: &'a [Issue],
    /// Pictures that are the same.
    pub groups: &'a [DuplicateGroup],
}

/// A generation that is complete, and what goes with its becoming visible.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    /// The dataset.
    pub dataset: DatasetId,
    /// The generation.
    pub generation: Generation,
    /// What it found, as told to people.
    pub report: &'a Report,
    /// The job that made it, which ends as done in the same step.
    pub lease: Option<&'a Lease>,
    /// The present moment.
    pub at: Timestamp,
}

/// Inserts rows, many in one statement.
macro_rules! insert_many {
    ($tx:ident, $into:literal, $rows:expr, |$columns:ident, $row:pat_param| $push:expr) => {
        for rows in $rows.chunks(ROWS_PER_STATEMENT) {
            let mut sql = sqlx::QueryBuilder::new($into);
            sql.push_values(rows, |mut $columns, $row| {
                $push;
            });
            sql.build().execute(&mut *$tx).await?;
        }
    };
}

macro_rules! insert_media_findings {
    ($tx:ident, $dataset:expr, $generation:expr, $rows:expr) => {
        insert_many!(
            $tx,
            "INSERT INTO media_findings (dataset_id, generation, media_id, uniqueness,
                 nearest_distance, cluster_0, cluster_1, cluster_2, cluster_3, cluster_4) ",
            $rows,
            |columns, row| {
                columns
                    .push_bind($dataset)
                    .push_bind($generation.0)
                    .push_bind(row.media_id.as_uuid())
                    .push_bind(row.uniqueness)
                    .push_bind(row.nearest_distance);
                for cluster in row.clusters {
                    columns.push_bind(cluster.as_uuid());
                }
            }
        )
    };
}

macro_rules! insert_issues {
    ($tx:ident, $dataset:expr, $generation:expr, $rows:expr) => {
        insert_many!(
            $tx,
            "INSERT INTO issues (dataset_id, generation, kind, media_id, confidence, description) ",
            $rows,
            |columns, row| columns
                .push_bind($dataset)
                .push_bind($generation.0)
                .push_bind(row.kind.as_str())
                .push_bind(row.media_id.as_uuid())
                .push_bind(row.confidence)
                .push_bind(text(&row.description))
        )
    };
}

/// Inserts groups, each with its position, and their members.
macro_rules! insert_groups {
    ($tx:ident, $dataset:expr, $generation:expr, $groups:expr) => {
        insert_many!(
            $tx,
            "INSERT INTO duplicate_groups (dataset_id, generation, position, tier) ",
            $groups,
            |columns, (position, group)| columns
                .push_bind($dataset)
                .push_bind($generation.0)
                .push_bind(*position)
                .push_bind(group.tier.as_str())
        );
        let members: Vec<_> = $groups
            .iter()
            .flat_map(|(position, group)| members(*position, group))
            .collect();
        insert_many!(
            $tx,
            "INSERT INTO duplicate_members (dataset_id, generation, position, place, media_id,
                 likeness) ",
            members,
            |columns, (position, place, media, likeness)| columns
                .push_bind($dataset)
                .push_bind($generation.0)
                .push_bind(*position)
                .push_bind(*place)
                .push_bind(media.as_uuid())
                .push_bind(*likeness)
        );
    };
}

impl Store {
    /// Opens a new generation. Its number was never used before.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone.
    pub async fn begin_generation(&self, dataset: DatasetId, at: Timestamp) -> Result<Generation> {
        let number = transact!(&self.db, tx => {
            let number = sqlx::query_scalar::<_, i64>(
                "UPDATE datasets SET last_generation = last_generation + 1
                 WHERE id = $1 AND deleted_at_us IS NULL RETURNING last_generation",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(Error::NotFound { what: "dataset" })?;
            sqlx::query(
                "INSERT INTO generations (dataset_id, number, begun_at_us) VALUES ($1, $2, $3)",
            )
            .bind(dataset.as_uuid())
            .bind(number)
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await?;
            number
        });
        Ok(Generation(number))
    }

    /// Adds findings to a generation that is not visible yet.
    ///
    /// # Errors
    /// `NotFound` when the generation is published already or was swept, `Conflict` when a
    /// finding was added before.
    pub async fn add_findings(
        &self,
        dataset: DatasetId,
        generation: Generation,
        batch: &FindingsBatch<'_>,
    ) -> Result<()> {
        let id = dataset.as_uuid();
        transact!(&self.db, tx => {
            // Takes the row, so that on PostgreSQL a sweep waits for this or this for the sweep.
            let open = sqlx::query(
                "UPDATE generations SET begun_at_us = begun_at_us
                 WHERE dataset_id = $1 AND number = $2 AND published_at_us IS NULL
                     AND superseded_at_us IS NULL",
            )
            .bind(id)
            .bind(generation.0)
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if open == 0 {
                return Err(Error::NotFound { what: "open generation" });
            }
            insert_media_findings!(tx, id, generation, batch.media);
            insert_issues!(tx, id, generation, batch.issues);
            let first = sqlx::query_scalar::<_, i64>(
                "SELECT COALESCE(MAX(position) + 1, 0) FROM duplicate_groups
                 WHERE dataset_id = $1 AND generation = $2",
            )
            .bind(id)
            .bind(generation.0)
            .fetch_one(&mut *tx)
            .await?;
            let groups: Vec<_> = (first..).zip(batch.groups).collect();
            insert_groups!(tx, id, generation, groups);
        });
        Ok(())
    }

    /// Makes a generation the one that readers see, marks the dataset ready, and ends the job,
    /// all in one step.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone or a later generation is visible already, `LeaseLost`
    /// when the job's lease is not held any more. Then nothing is changed.
    pub async fn publish(&self, publication: &Publication<'_>) -> Result<()> {
        let Publication {
            dataset,
            generation,
            report,
            lease,
            at,
        } = *publication;
        let report = to_json("report", report)?;
        transact!(&self.db, tx => {
            sqlx::query(
                "UPDATE generations SET superseded_at_us = $3
                 WHERE dataset_id = $1 AND number < $2 AND published_at_us IS NOT NULL
                     AND superseded_at_us IS NULL",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await?;
            let sealed = sqlx::query(
                "UPDATE generations SET published_at_us = $3, report = $4
                 WHERE dataset_id = $1 AND number = $2 AND superseded_at_us IS NULL",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(at.as_micros())
            .bind(&report)
            .execute(&mut *tx)
            .await?
            .rows_affected();
            let flipped = sqlx::query(
                "UPDATE datasets SET generation = $2, status = 'ready', progress_percent = 100,
                     fatal_error = NULL, updated_at_us = $3
                 WHERE id = $1 AND deleted_at_us IS NULL
                     AND (generation IS NULL OR generation < $2)",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if sealed == 0 || flipped == 0 {
                return Err(Error::NotFound { what: "open generation" });
            }
            if let Some(lease) = lease {
                end_job!(tx, lease, "done", None::<String>, at);
            }
        });
        Ok(())
    }

    /// The report of the generation that readers see; nothing before the first.
    pub async fn report(&self, dataset: DatasetId) -> Result<Option<Report>> {
        let json = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Option<String>>(
                "SELECT g.report FROM datasets d
                 JOIN generations g ON g.dataset_id = d.id AND g.number = d.generation
                 WHERE d.id = $1 AND d.deleted_at_us IS NULL",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        json.flatten()
            .map(|json| from_json("report", &json))
            .transpose()
    }

    /// Whether the generation that readers see was made after the last change to the files.
    pub async fn analysed_to_date(&self, dataset: DatasetId) -> Result<bool> {
        let count = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM datasets d
                 JOIN generations g ON g.dataset_id = d.id AND g.number = d.generation
                 WHERE d.id = $1 AND d.deleted_at_us IS NULL
                     AND d.updated_at_us <= g.published_at_us",
            )
            .bind(dataset.as_uuid())
            .fetch_one(pool)
            .await?
        });
        Ok(count > 0)
    }

    /// Notes which labels a generation judged, by their digest.
    pub async fn note_labels_seen(
        &self,
        dataset: DatasetId,
        generation: Generation,
        digest: &str,
    ) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "UPDATE generations SET labels_seen = $3 WHERE dataset_id = $1 AND number = $2",
            )
            .bind(dataset.as_uuid())
            .bind(generation.0)
            .bind(digest)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The digest of the labels that the generation judged which readers see; nothing where it
    /// judged none.
    pub async fn labels_seen(&self, dataset: DatasetId) -> Result<Option<String>> {
        let digest = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Option<String>>(
                "SELECT g.labels_seen FROM datasets d
                 JOIN generations g ON g.dataset_id = d.id AND g.number = d.generation
                 WHERE d.id = $1 AND d.deleted_at_us IS NULL",
            )
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        Ok(digest.flatten())
    }

    /// Removes generations that nobody can see: half-written ones other than `writing`, and
    /// published ones that were replaced before `replaced_before` (leave readers some minutes).
    /// Works in small steps, so that it holds up nobody; gives how many generations went.
    pub async fn sweep_generations(
        &self,
        dataset: DatasetId,
        writing: Option<Generation>,
        replaced_before: Timestamp,
    ) -> Result<u64> {
        let numbers = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>(
                "SELECT number FROM generations WHERE dataset_id = $1 AND number <> $2
                     AND (published_at_us IS NULL OR superseded_at_us < $3)",
            )
            .bind(dataset.as_uuid())
            .bind(writing.map_or(-1, |generation| generation.0))
            .bind(replaced_before.as_micros())
            .fetch_all(pool)
            .await?
        });
        let count = numbers.len() as u64;
        for number in numbers {
            self.remove_generation(dataset, number).await?;
        }
        Ok(count)
    }

    /// Closes the generation first, so that nothing can be added behind the back of the removal,
    /// and lets its row go last, so that a removal cut short is begun again.
    pub(crate) async fn remove_generation(&self, dataset: DatasetId, number: i64) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "UPDATE generations SET superseded_at_us = 0
                 WHERE dataset_id = $1 AND number = $2",
            )
            .bind(dataset.as_uuid())
            .bind(number)
            .execute(pool)
            .await?;
        });
        self.remove_findings(dataset, number).await?;
        write!(&self.db, pool => {
            sqlx::query("DELETE FROM generations WHERE dataset_id = $1 AND number = $2")
                .bind(dataset.as_uuid())
                .bind(number)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    async fn remove_findings(&self, dataset: DatasetId, number: i64) -> Result<()> {
        for sql in REMOVE_FINDINGS {
            loop {
                let removed = write!(&self.db, pool => {
                    sqlx::query(sql)
                        .bind(dataset.as_uuid())
                        .bind(number)
                        .bind(limit(ROWS_PER_STATEMENT * 10))
                        .execute(pool)
                        .await?
                        .rows_affected()
                });
                if removed == 0 {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Deletes some findings of one generation; both databases lack or differ in `DELETE … LIMIT`.
const REMOVE_FINDINGS: [&str; 4] = [
    "DELETE FROM media_findings WHERE (dataset_id, generation, media_id) IN
         (SELECT dataset_id, generation, media_id FROM media_findings
          WHERE dataset_id = $1 AND generation = $2 LIMIT $3)",
    "DELETE FROM issues WHERE (dataset_id, generation, media_id, kind) IN
         (SELECT dataset_id, generation, media_id, kind FROM issues
          WHERE dataset_id = $1 AND generation = $2 LIMIT $3)",
    "DELETE FROM duplicate_members WHERE (dataset_id, generation, position, place) IN
         (SELECT dataset_id, generation, position, place FROM duplicate_members
          WHERE dataset_id = $1 AND generation = $2 LIMIT $3)",
    "DELETE FROM duplicate_groups WHERE (dataset_id, generation, position) IN
         (SELECT dataset_id, generation, position FROM duplicate_groups
          WHERE dataset_id = $1 AND generation = $2 LIMIT $3)",
];

/// The member rows of a group: position, place, picture, likeness to the one to keep.
fn members(
    position: i64,
    group: &DuplicateGroup,
) -> impl Iterator<Item = (i64, i64, MediaId, f32)> + '_ {
    let all = std::iter::once((group.keep, 1.0)).chain(group.others.iter().copied());
    (0..)
        .zip(all)
        .map(move |(place, (media, likeness))| (position, place, media, likeness))
}
