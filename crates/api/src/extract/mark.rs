//! What travels along with a request from the envelope to whoever answers it, and back.

use std::sync::{Arc, OnceLock};

use lamina_model::{RequestId, Timestamp};

/// Rides in the extensions of every request.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    /// Names the request in the audit trail.
    pub request_id: RequestId,
    secret_until: Arc<OnceLock<Timestamp>>,
}

impl Mark {
    pub(crate) fn new(request_id: RequestId) -> Self {
        Self {
            request_id,
            secret_until: Arc::default(),
        }
    }

    /// Notes that the token was signed with a secret that counts only until then.
    pub(crate) fn secret_ends(&self, until: Timestamp) {
        // Found twice it is the same.
        let _ = self.secret_until.set(until);
    }

    /// Until when the secret counts that signed the token, when a newer one has taken its place.
    pub(crate) fn secret_until(&self) -> Option<Timestamp> {
        self.secret_until.get().copied()
    }
}
