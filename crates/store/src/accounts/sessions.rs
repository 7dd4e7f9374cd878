//! Browser sessions.

use lamina_model::{SessionId, Timestamp, UserId};
use uuid::Uuid;

use super::users::{User, UserRow};
use crate::{
    Store,
    convert::text,
    db::{read, transact, write},
    error::{Error, Result, conflict},
};

/// One browser that somebody signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, which is no secret.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// When it was last used, to the minute or so.
    pub last_seen_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
    /// Where it was last used from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// A use of a session, to be noted off the request path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionUse {
    /// The session.
    pub id: SessionId,
    /// When.
    pub at: Timestamp,
    /// Where from.
    pub address: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
struct SessionColumns {
    session_id: Uuid,
    user_id: Uuid,
    signed_in_at_us: i64,
    last_seen_us: i64,
    expires_at_us: i64,
    address: Option<String>,
    user_agent: Option<String>,
}

#[derive(Debug, sqlx::FromRow)]
struct SessionAndUser {
    #[sqlx(flatten)]
    session: SessionColumns,
    #[sqlx(flatten)]
    user: UserRow,
}

impl From<SessionColumns> for Session {
    fn from(row: SessionColumns) -> Self {
        Self {
            id: SessionId::from_uuid(row.session_id),
            user_id: UserId::from_uuid(row.user_id),
            signed_in_at: Timestamp::from_micros(row.signed_in_at_us),
            last_seen_at: Timestamp::from_micros(row.last_seen_us),
            expires_at: Timestamp::from_micros(row.expires_at_us),
            address: row.address,
            user_agent: row.user_agent,
        }
    }
}

impl Store {
    /// Keeps a session under the SHA-256 of its secret.
    ///
    /// # Errors
    /// `NotFound` when the account is gone, `Conflict` when the hash or id is taken.
    pub async fn insert_session(&self, session: &Session, secret_hash: &[u8; 32]) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "INSERT INTO sessions (id, secret_hash, user_id, signed_in_at_us, last_seen_us,
                     expires_at_us, address, user_agent)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(session.id.as_uuid())
            .bind(secret_hash.as_slice())
            .bind(session.user_id.as_uuid())
            .bind(session.signed_in_at.as_micros())
            .bind(session.last_seen_at.as_micros())
            .bind(session.expires_at.as_micros())
            .bind(session.address.as_deref().map(text))
            .bind(session.user_agent.as_deref().map(text))
            .execute(pool)
            .await
            .map_err(conflict("session"))?;
        });
        Ok(())
    }

    /// The session whose secret has this SHA-256, with its account as it is now; in one read.
    /// Whether its time is over is for the caller to say.
    pub async fn session_by_hash(&self, secret_hash: &[u8; 32]) -> Result<Option<(Session, User)>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, SessionAndUser>(
                "SELECT s.id AS session_id, s.user_id, s.signed_in_at_us, s.last_seen_us,
                     s.expires_at_us, s.address, s.user_agent, u.*
                 FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.secret_hash = $1",
            )
            .bind(secret_hash.as_slice())
            .fetch_optional(pool)
            .await?
        });
        row.map(|row| Ok((row.session.into(), row.user.try_into()?)))
            .transpose()
    }

    /// The sessions of an account, the latest sign-in first.
    pub async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, SessionColumns>(
                "SELECT id AS session_id, user_id, signed_in_at_us, last_seen_us, expires_at_us,
                     address, user_agent
                 FROM sessions WHERE user_id = $1 ORDER BY signed_in_at_us DESC, id DESC",
            )
            .bind(user.as_uuid())
            .fetch_all(pool)
            .await?
        });
        Ok(rows.into_iter().map(Session::from).collect())
    }

    /// Notes that sessions were used; an older use never replaces a later one.
    pub async fn touch_sessions(&self, uses: &[SessionUse]) -> Result<()> {
        if uses.is_empty() {
            return Ok(());
        }
        transact!(&self.db, tx => {
            for used in uses {
                sqlx::query(
                    "UPDATE sessions SET last_seen_us = $2, address = COALESCE($3, address)
                     WHERE id = $1 AND last_seen_us < $2",
                )
                .bind(used.id.as_uuid())
                .bind(used.at.as_micros())
                .bind(used.address.as_deref().map(text))
                .execute(&mut *tx)
                .await?;
            }
        });
        Ok(())
    }

    /// Ends one session of an account.
    ///
    /// # Errors
    /// `NotFound` when this account has no such session.
    pub async fn end_session(&self, user: UserId, id: SessionId) -> Result<()> {
        let ended = write!(&self.db, pool => {
            sqlx::query("DELETE FROM sessions WHERE id = $1 AND user_id = $2")
                .bind(id.as_uuid())
                .bind(user.as_uuid())
                .execute(pool)
                .await?
                .rows_affected()
        });
        if ended == 0 {
            return Err(Error::NotFound { what: "session" });
        }
        Ok(())
    }

    /// Ends every session of an account but one, or every one; gives how many.
    pub async fn end_sessions(&self, user: UserId, except: Option<SessionId>) -> Result<u64> {
        let ended = write!(&self.db, pool => {
            sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2")
                .bind(user.as_uuid())
                .bind(except.map_or(Uuid::nil(), SessionId::as_uuid))
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(ended)
    }

    /// Removes sessions that ended or were not used since a moment; gives how many.
    pub async fn sweep_sessions(&self, now: Timestamp, unused_since: Timestamp) -> Result<u64> {
        let ended = write!(&self.db, pool => {
            sqlx::query("DELETE FROM sessions WHERE expires_at_us <= $1 OR last_seen_us <= $2")
                .bind(now.as_micros())
                .bind(unused_since.as_micros())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(ended)
    }
}
