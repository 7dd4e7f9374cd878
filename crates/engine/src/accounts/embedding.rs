//! The cookie of an embedding site: whoever shows it reads one dataset and does nothing else.

use lamina_model::{Scope, UserId, WorkspaceRole};

use crate::{Engine, Error, SignedIn, Via};

impl Engine {
    /// Whether the operator lets a site embed this server.
    pub fn takes_embedding(&self) -> bool {
        self.parts()
            .accounts()
            .is_some_and(|accounts| accounts.settings.embedding.is_some())
    }

    /// Who is behind a `VL_AUTH` cookie. Off unless the operator configured a key and a dataset.
    ///
    /// # Errors
    /// [`Error::Rejected`] when the cookie is not good or too old, or embedding is off.
    pub fn caller_of_embedding(&self, cookie: &str) -> Result<SignedIn, Error> {
        let reject = |why: String| Error::Rejected {
            code: "embedding_refused",
            why,
        };
        let Some(settings) = &self.accounts()?.settings.embedding else {
            return Err(reject(
                "this server takes no VL_AUTH cookie; sign in instead".to_owned(),
            ));
        };
        let visitor = settings
            .key
            .open(cookie, self.clock().now(), settings.max_age_s)
            .map_err(|cause| reject(cause.to_string()))?;
        Ok(SignedIn {
            user_id: UserId::from_uuid(uuid::Uuid::nil()),
            email: format!("{} (embedded)", visitor.customer_name),
            role: WorkspaceRole::Viewer,
            scope: Scope::Read,
            only: Some(vec![settings.dataset]),
            via: Via::Embedding,
            secret_until: None,
            must_change_password: false,
        })
    }
}
