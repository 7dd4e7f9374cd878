//! The sealed secrets of API keys: rotated with overlap, and sealed anew under another key of
//! the ring.

use lamina_model::{KeyRowId, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Store,
    convert::{limit, moment, number},
    db::{read, transact, write},
    error::{Error, Result, conflict},
};

/// One secret of a key, as sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Which of the key's secrets, from 1; the highest is the present one.
    pub number: u32,
    /// Which key of the ring opens it.
    pub ring_key_id: String,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it counts, once a later one took its place.
    pub valid_until: Option<Timestamp>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
}

/// A sealed secret together with the place it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretPlace {
    /// The key.
    pub key: KeyRowId,
    /// Its public id.
    pub key_id: String,
    /// Its owner.
    pub user_id: UserId,
    /// Which of the key's secrets.
    pub number: u32,
    /// Which key of the ring opens it.
    pub ring_key_id: String,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

#[derive(Debug, sqlx::FromRow)]
struct SecretRow {
    number: i64,
    ring_key_id: String,
    sealed: Vec<u8>,
    created_at_us: i64,
    valid_until_us: Option<i64>,
    last_used_us: Option<i64>,
}

impl TryFrom<SecretRow> for SealedSecret {
    type Error = Error;

    fn try_from(row: SecretRow) -> Result<Self> {
        Ok(Self {
            number: number("secret number", row.number)?,
            ring_key_id: row.ring_key_id,
            sealed: row.sealed,
            created_at: Timestamp::from_micros(row.created_at_us),
            valid_until: moment(row.valid_until_us),
            last_used_at: moment(row.last_used_us),
        })
    }
}

macro_rules! insert_secret {
    ($tx:ident, $key:expr, $secret:expr) => {
        sqlx::query(
            "INSERT INTO api_key_secrets (key_row_id, number, ring_key_id, sealed, created_at_us,
                 valid_until_us)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind($key.as_uuid())
        .bind(i64::from($secret.number))
        .bind(&$secret.ring_key_id)
        .bind(&$secret.sealed)
        .bind($secret.created_at.as_micros())
        .bind($secret.valid_until.map(Timestamp::as_micros))
        .execute(&mut *$tx)
        .await
        .map_err(conflict("secret"))?
    };
}

pub(crate) use insert_secret;

impl Store {
    /// The secrets of a key, the present one first.
    pub async fn secrets_of(&self, key: KeyRowId) -> Result<Vec<SealedSecret>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, SecretRow>(
                "SELECT * FROM api_key_secrets WHERE key_row_id = $1 ORDER BY number DESC",
            )
            .bind(key.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(SealedSecret::try_from).collect()
    }

    /// Gives a key that is not revoked another secret, whose number is the next one. Earlier
    /// secrets count until `overlap_until` at most.
    ///
    /// # Errors
    /// `NotFound` when there is no such key or it is revoked, `Conflict` when the number is not
    /// the next: another rotation came between.
    pub async fn rotate_api_key(
        &self,
        key: KeyRowId,
        secret: &SealedSecret,
        overlap_until: Timestamp,
    ) -> Result<()> {
        transact!(&self.db, tx => {
            let live = sqlx::query(
                "UPDATE api_keys SET disabled = disabled WHERE id = $1 AND revoked_at_us IS NULL",
            )
            .bind(key.as_uuid())
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if live == 0 {
                return Err(Error::NotFound { what: "key" });
            }
            let last = sqlx::query_scalar::<_, i64>(
                "SELECT COALESCE(MAX(number), 0) FROM api_key_secrets WHERE key_row_id = $1",
            )
            .bind(key.as_uuid())
            .fetch_one(&mut *tx)
            .await?;
            if last + 1 != i64::from(secret.number) {
                return Err(Error::Conflict { what: "secret" });
            }
            sqlx::query(
                "UPDATE api_key_secrets SET valid_until_us = $2
                 WHERE key_row_id = $1 AND (valid_until_us IS NULL OR valid_until_us > $2)",
            )
            .bind(key.as_uuid())
            .bind(overlap_until.as_micros())
            .execute(&mut *tx)
            .await?;
            insert_secret!(tx, key, secret);
        });
        Ok(())
    }

    /// Some secrets that another key of the ring than this one opens, in a stable order. Those
    /// sealed anew drop out, so asking again and again until none is left ends.
    pub async fn secrets_to_rewrap(
        &self,
        ring_key_id: &str,
        most: usize,
    ) -> Result<Vec<SecretPlace>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, String, Uuid, i64, String, Vec<u8>)>(
                "SELECT k.id, k.key_id, k.user_id, s.number, s.ring_key_id, s.sealed
                 FROM api_key_secrets s JOIN api_keys k ON k.id = s.key_row_id
                 WHERE s.ring_key_id <> $1 ORDER BY s.key_row_id, s.number LIMIT $2",
            )
            .bind(ring_key_id)
            .bind(limit(most))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter()
            .map(|(key, key_id, user, secret, ring_key_id, sealed)| {
                Ok(SecretPlace {
                    key: KeyRowId::from_uuid(key),
                    key_id,
                    user_id: UserId::from_uuid(user),
                    number: number("secret number", secret)?,
                    ring_key_id,
                    sealed,
                })
            })
            .collect()
    }

    /// Puts newly sealed bytes in place of those read; gives whether they still stood there.
    pub async fn rewrap_secret(
        &self,
        place: &SecretPlace,
        ring_key_id: &str,
        sealed: &[u8],
    ) -> Result<bool> {
        let changed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE api_key_secrets SET ring_key_id = $3, sealed = $4
                 WHERE key_row_id = $1 AND number = $2 AND sealed = $5",
            )
            .bind(place.key.as_uuid())
            .bind(i64::from(place.number))
            .bind(ring_key_id)
            .bind(sealed)
            .bind(&place.sealed)
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(changed > 0)
    }

    /// Removes secrets that stopped counting before a moment; gives how many. Until then their
    /// tokens are told that the secret was rotated.
    pub async fn sweep_secrets(&self, ended_before: Timestamp) -> Result<u64> {
        let removed = write!(&self.db, pool => {
            sqlx::query("DELETE FROM api_key_secrets WHERE valid_until_us < $1")
                .bind(ended_before.as_micros())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(removed)
    }
}
