//! What was done, by whom, to what. Written and read; there is no way here to change or remove
//! it.

use lamina_model::{Cursor, Page, RequestId, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Store,
    convert::{self, text},
    db::{read, write},
    error::{Error, Result},
};

/// Something that was done, or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Whose account did it, if one did.
    pub actor_id: Option<UserId>,
    /// Who did it, as people read it; stays readable when the account is gone.
    pub actor: String,
    /// What was done, as a stable word such as `key.revoked`.
    pub action: String,
    /// To what: an id, an address, or nothing.
    pub target: String,
    /// Where the request came from.
    pub address: Option<String>,
    /// The request that did it.
    pub request_id: Option<RequestId>,
    /// More, as a JSON object. Never a secret.
    pub details: String,
}

/// An event as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAuditEvent {
    /// Its number; later events have greater ones.
    pub id: i64,
    /// The event.
    pub event: AuditEvent,
}

/// Which events to read; nothing means any.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter<'a> {
    /// Done by this account.
    pub actor: Option<UserId>,
    /// Of this action.
    pub action: Option<&'a str>,
}

#[derive(Debug, sqlx::FromRow)]
struct AuditRow {
    id: i64,
    at_us: i64,
    actor_id: Option<Uuid>,
    actor: String,
    action: String,
    target: String,
    address: Option<String>,
    request_id: Option<Uuid>,
    details: String,
}

impl From<AuditRow> for StoredAuditEvent {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            event: AuditEvent {
                at: Timestamp::from_micros(row.at_us),
                actor_id: row.actor_id.map(UserId::from_uuid),
                actor: row.actor,
                action: row.action,
                target: row.target,
                address: row.address,
                request_id: row.request_id.map(RequestId::from_uuid),
                details: row.details,
            },
        }
    }
}

impl Store {
    /// Adds an event to the trail.
    pub async fn append_audit(&self, event: &AuditEvent) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "INSERT INTO audit_events (at_us, actor_id, actor, action, target, address,
                     request_id, details)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(event.at.as_micros())
            .bind(event.actor_id.map(UserId::as_uuid))
            .bind(text(&event.actor))
            .bind(&event.action)
            .bind(text(&event.target))
            .bind(event.address.as_deref().map(text))
            .bind(event.request_id.map(RequestId::as_uuid))
            .bind(text(&event.details))
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Events of the trail, the latest first.
    ///
    /// # Errors
    /// `WrongCursor` when the cursor cannot be of this listing.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter<'_>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<StoredAuditEvent>> {
        let before = match after {
            Some(cursor) => <[u8; 8]>::try_from(cursor.key())
                .map(i64::from_be_bytes)
                .map_err(|_| Error::WrongCursor)?,
            None => i64::MAX,
        };
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, AuditRow>(
                "SELECT * FROM audit_events WHERE id < $1 AND ($2 OR actor_id = $3)
                     AND (CAST($4 AS TEXT) IS NULL OR action = $4)
                 ORDER BY id DESC LIMIT $5",
            )
            .bind(before)
            .bind(filter.actor.is_none())
            .bind(filter.actor.map_or(Uuid::nil(), UserId::as_uuid))
            .bind(filter.action)
            .bind(convert::limit(limit.saturating_add(1)))
            .fetch_all(pool)
            .await?
        });
        let events = rows.into_iter().map(StoredAuditEvent::from).collect();
        Ok(convert::page(events, limit, |event: &StoredAuditEvent| {
            event.id.to_be_bytes().to_vec()
        }))
    }
}
