//! One-time links: kept by hash, used once, within their time.

use lamina_model::{Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Store,
    db::{read, write},
    error::{Result, conflict},
};

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// What it is good for, as a stable word.
    pub kind: String,
    /// Whose account it is about, if it is about one.
    pub user_id: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

#[derive(Debug, sqlx::FromRow)]
struct TicketRow {
    kind: String,
    user_id: Option<Uuid>,
    created_at_us: i64,
    expires_at_us: i64,
}

impl From<TicketRow> for TicketRecord {
    fn from(row: TicketRow) -> Self {
        Self {
            kind: row.kind,
            user_id: row.user_id.map(UserId::from_uuid),
            created_at: Timestamp::from_micros(row.created_at_us),
            expires_at: Timestamp::from_micros(row.expires_at_us),
        }
    }
}

impl Store {
    /// Keeps a link under the hash of its secret.
    ///
    /// # Errors
    /// `Conflict` when the hash is taken, `NotFound` when the account is gone.
    pub async fn insert_ticket(&self, hash: &[u8; 32], ticket: &TicketRecord) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "INSERT INTO tickets (hash, kind, user_id, created_at_us, expires_at_us)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(hash.as_slice())
            .bind(&ticket.kind)
            .bind(ticket.user_id.map(UserId::as_uuid))
            .bind(ticket.created_at.as_micros())
            .bind(ticket.expires_at.as_micros())
            .execute(pool)
            .await
            .map_err(conflict("link"))?;
        });
        Ok(())
    }

    /// The link with this hash, if it is good for this and still is; without using it up.
    pub async fn ticket(
        &self,
        kind: &str,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<TicketRecord>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, TicketRow>(
                "SELECT * FROM tickets WHERE hash = $1 AND kind = $2 AND used_at_us IS NULL
                     AND expires_at_us > $3",
            )
            .bind(hash.as_slice())
            .bind(kind)
            .bind(now.as_micros())
            .fetch_optional(pool)
            .await?
        });
        Ok(row.map(TicketRecord::from))
    }

    /// Uses a link up. Of many callers at once, one gets it.
    pub async fn redeem_ticket(
        &self,
        kind: &str,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<TicketRecord>> {
        let row = write!(&self.db, pool => {
            sqlx::query_as::<_, TicketRow>(
                "UPDATE tickets SET used_at_us = $3 WHERE hash = $1 AND kind = $2
                     AND used_at_us IS NULL AND expires_at_us > $3
                 RETURNING kind, user_id, created_at_us, expires_at_us",
            )
            .bind(hash.as_slice())
            .bind(kind)
            .bind(now.as_micros())
            .fetch_all(pool)
            .await?
            .pop()
        });
        Ok(row.map(TicketRecord::from))
    }

    /// Makes links of one kind worthless: those about an account, or without one those about
    /// none. Gives how many.
    pub async fn drop_tickets(&self, kind: &str, user: Option<UserId>) -> Result<u64> {
        let dropped = write!(&self.db, pool => {
            sqlx::query(
                "DELETE FROM tickets WHERE kind = $1
                     AND (user_id = $2 OR ($3 AND user_id IS NULL))",
            )
            .bind(kind)
            .bind(user.map_or(Uuid::nil(), UserId::as_uuid))
            .bind(user.is_none())
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(dropped)
    }

    /// Removes links whose time ended before a moment; gives how many.
    pub async fn sweep_tickets(&self, expired_before: Timestamp) -> Result<u64> {
        let removed = write!(&self.db, pool => {
            sqlx::query("DELETE FROM tickets WHERE expires_at_us < $1")
                .bind(expired_before.as_micros())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(removed)
    }
}
