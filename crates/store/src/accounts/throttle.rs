//! Failed sign-ins in a row, counted against accounts and addresses. How long they make
//! somebody wait is not decided here.

use lamina_model::Timestamp;

use crate::{
    Store,
    convert::number,
    db::{read, transact, write},
    error::Result,
};

/// Failures in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FailureCount {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last_at: Option<Timestamp>,
}

/// Subjects may be as long as a stranger likes, and are nobody's business: only a hash is kept.
fn subject_hash(subject: &str) -> Vec<u8> {
    blake3::hash(subject.as_bytes()).as_bytes().to_vec()
}

impl Store {
    /// The failures counted against a subject, such as `account/ada@example.org`.
    pub async fn failures(&self, subject: &str) -> Result<FailureCount> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, (i64, i64)>(
                "SELECT failure_count, last_at_us FROM sign_in_failures WHERE subject_hash = $1",
            )
            .bind(subject_hash(subject))
            .fetch_optional(pool)
            .await?
        });
        let Some((count, last_at_us)) = row else {
            return Ok(FailureCount::default());
        };
        Ok(FailureCount {
            count: number("count", count)?,
            last_at: Some(Timestamp::from_micros(last_at_us)),
        })
    }

    /// Counts a failure against each subject; those whose last one was before
    /// `forget_before` begin at one. Many at once are all counted.
    pub async fn add_failure(
        &self,
        subjects: &[&str],
        at: Timestamp,
        forget_before: Timestamp,
    ) -> Result<()> {
        // One order for all, so that two that share subjects do not wait for each other.
        let mut hashes: Vec<_> = subjects
            .iter()
            .map(|subject| subject_hash(subject))
            .collect();
        hashes.sort();
        transact!(&self.db, tx => {
            for hash in &hashes {
                sqlx::query(
                    "INSERT INTO sign_in_failures (subject_hash, failure_count, last_at_us)
                     VALUES ($1, 1, $2)
                     ON CONFLICT (subject_hash) DO UPDATE SET
                         failure_count = CASE WHEN sign_in_failures.last_at_us < $3 THEN 1
                             ELSE sign_in_failures.failure_count + 1 END,
                         last_at_us = excluded.last_at_us",
                )
                .bind(hash)
                .bind(at.as_micros())
                .bind(forget_before.as_micros())
                .execute(&mut *tx)
                .await?;
            }
        });
        Ok(())
    }

    /// Forgets the failures counted against a subject.
    pub async fn clear_failures(&self, subject: &str) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query("DELETE FROM sign_in_failures WHERE subject_hash = $1")
                .bind(subject_hash(subject))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Forgets failures whose last one was before a moment; gives of how many subjects.
    pub async fn sweep_failures(&self, last_before: Timestamp) -> Result<u64> {
        let removed = write!(&self.db, pool => {
            sqlx::query("DELETE FROM sign_in_failures WHERE last_at_us < $1")
                .bind(last_before.as_micros())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(removed)
    }
}
