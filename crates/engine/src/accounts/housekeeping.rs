//! What can wait: noting when keys and sessions were used, and sweeping out what is over.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lamina_auth::ThrottleRule;
use lamina_model::{KeyRowId, SessionId, Timestamp};
use lamina_store::{ApiKeyUse, Session, SessionUse};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{Engine, Error};

/// How exact "last used" is.
const NOTED_EVERY_S: i64 = 60;
/// How often uses are written down and sweeping is considered.
const ROUND: Duration = Duration::from_secs(5);
/// Rounds between sweeps.
const SWEEP_EVERY: u32 = 120;
/// How long a secret that was rotated out is kept, so that its tokens are told why.
const KEEP_ROTATED_S: i64 = 90 * 86_400;

/// Uses to be written down, at most one a minute for each key and session.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pending: Mutex<Pending>,
}

#[derive(Debug, Default)]
struct Pending {
    keys: HashMap<KeyRowId, ApiKeyUse>,
    sessions: HashMap<SessionId, SessionUse>,
    /// When each was last put into the above.
    noted: HashMap<uuid::Uuid, Timestamp>,
}

impl Pending {
    fn is_due(&mut self, id: uuid::Uuid, at: Timestamp) -> bool {
        let due = self
            .noted
            .get(&id)
            .is_none_or(|last| at >= last.plus_seconds(NOTED_EVERY_S));
        if due {
            if self.noted.len() > 100_000 {
                self.noted.clear();
            }
            self.noted.insert(id, at);
        }
        due
    }
}

impl Uses {
    /// Notes a use of a key; `used` tells more only where it is due.
    pub(super) fn note_key(&self, key: KeyRowId, at: Timestamp, used: impl FnOnce() -> ApiKeyUse) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.is_due(key.as_uuid(), at) {
            pending.keys.insert(key, used());
        }
    }

    pub(super) fn note_session(&self, session: &Session, used: SessionUse) {
        if used.at < session.last_seen_at.plus_seconds(NOTED_EVERY_S) {
            return;
        }
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.is_due(used.id.as_uuid(), used.at) {
            pending.sessions.insert(used.id, used);
        }
    }

    fn take(&self) -> (Vec<ApiKeyUse>, Vec<SessionUse>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = std::mem::take(&mut pending.keys).into_values().collect();
        let sessions = std::mem::take(&mut pending.sessions)
            .into_values()
            .collect();
        (keys, sessions)
    }
}

impl Engine {
    /// Writes down uses and sweeps until told to stop; then writes down what is left.
    pub async fn keep_house(&self, stop: CancellationToken) {
        for round in 0_u32.. {
            let stopped = timeout(ROUND, stop.cancelled()).await.is_ok();
            let mut result = self.write_uses().await;
            if result.is_ok() && !stopped && round.is_multiple_of(SWEEP_EVERY) {
                result = self.sweep().await;
            }
            if let Err(cause) = result {
                tracing::warn!(
                    error = &cause as &dyn std::error::Error,
                    "housekeeping failed"
                );
            }
            if stopped {
                return;
            }
        }
    }

    /// Writes down when keys and sessions were used.
    pub async fn write_uses(&self) -> Result<(), Error> {
        let Some(accounts) = self.parts().accounts() else {
            return Ok(());
        };
        let (keys, sessions) = accounts.uses.take();
        self.store().touch_api_keys(&keys).await?;
        Ok(self.store().touch_sessions(&sessions).await?)
    }

    /// Removes what is over: deleted datasets, ended sessions, spent links, old failures.
    pub async fn sweep(&self) -> Result<(), Error> {
        let (store, now) = (self.store(), self.clock().now());
        store.purge_deleted().await?;
        let Some(accounts) = self.parts().accounts() else {
            return Ok(());
        };
        let idle = i64::from(accounts.settings.sessions.idle_s);
        store.sweep_sessions(now, now.plus_seconds(-idle)).await?;
        store.sweep_tickets(now).await?;
        store.sweep_pending_sign_ins(now).await?;
        store
            .sweep_failures(now.plus_seconds(-i64::from(ThrottleRule::ACCOUNT.forget_s)))
            .await?;
        store
            .sweep_secrets(now.plus_seconds(-KEEP_ROTATED_S))
            .await?;
        Ok(())
    }
}
