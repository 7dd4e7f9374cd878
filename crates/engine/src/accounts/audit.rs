//! The audit trail: what was done, by whom, to what, from where.

use lamina_model::{Cursor, Page, RequestId, Timestamp, UserId};
use lamina_store::{AuditEvent, AuditFilter};

use crate::{Caller, Engine, Error};

/// Where a request comes from, for the trail and the lists that people see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The peer's address, or what a trusted proxy says it is.
    pub address: Option<String>,
    /// What the browser or client calls itself, shortened.
    pub user_agent: Option<String>,
    /// The request.
    pub request_id: Option<RequestId>,
}

/// Who did something.
#[derive(Debug, Clone, Default)]
pub(super) struct Actor {
    id: Option<UserId>,
    name: String,
}

impl Actor {
    pub(super) fn user(id: UserId, email: &str) -> Self {
        Self {
            id: Some(id),
            name: email.to_owned(),
        }
    }

    /// Somebody who proved nothing; `name` is what they said.
    pub(super) fn stranger(name: &str) -> Self {
        Self {
            id: None,
            name: crate::access::shorten(name),
        }
    }

    pub(super) fn of(caller: &Caller) -> Self {
        match caller {
            Caller::User(user) => Self::user(user.user_id, &user.email),
            Caller::Local => Self {
                id: None,
                name: "local".to_owned(),
            },
            Caller::Anonymous => Self::default(),
        }
    }
}

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; later entries have greater ones.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Whose account did it, if one did.
    pub actor_id: Option<UserId>,
    /// Who, as people read it.
    pub actor: String,
    /// What, as a stable word such as `key.revoked`.
    pub action: String,
    /// To what.
    pub target: String,
    /// From where.
    pub address: Option<String>,
    /// In which request.
    pub request_id: Option<RequestId>,
    /// More, in words.
    pub details: String,
}

impl Engine {
    /// The audit trail, the latest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the caller is no administrator.
    pub async fn audit(
        &self,
        caller: &Caller,
        actor: Option<UserId>,
        action: Option<&str>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<AuditEntry>, Error> {
        super::users::need_admin(caller)?;
        let filter = AuditFilter { actor, action };
        let page = self.store().audit_page(&filter, after, limit).await?;
        let entry = |stored: lamina_store::StoredAuditEvent| AuditEntry {
            id: stored.id,
            at: stored.event.at,
            actor_id: stored.event.actor_id,
            actor: stored.event.actor,
            action: stored.event.action,
            target: stored.event.target,
            address: stored.event.address,
            request_id: stored.event.request_id,
            details: stored.event.details,
        };
        Ok(Page {
            items: page.items.into_iter().map(entry).collect(),
            next: page.next,
        })
    }

    /// Adds an act of a caller to the trail.
    pub(crate) async fn note_of(
        &self,
        caller: &Caller,
        action: &str,
        target: &str,
        details: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        self.note(&Actor::of(caller), action, target, details, origin)
            .await
    }

    /// Adds to the trail. What happened happened: an act whose entry cannot be written fails,
    /// so that nothing goes unseen.
    pub(super) async fn note(
        &self,
        actor: &Actor,
        action: &str,
        target: &str,
        details: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let event = AuditEvent {
            at: self.clock().now(),
            actor_id: actor.id,
            actor: actor.name.clone(),
            action: action.to_owned(),
            target: target.to_owned(),
            address: origin.address.clone(),
            request_id: origin.request_id,
            details: details.to_owned(),
        };
        Ok(self.store().append_audit(&event).await?)
    }
}
