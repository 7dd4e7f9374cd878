//! The key page: the first visit makes a key and tells its secret, later visits tell neither.

use lamina_auth::Secret;
use lamina_model::Scope;

use super::{
    audit::{Actor, Origin},
    keys::NewKey,
    sessions::need_fresh_session,
};
use crate::{Caller, Engine, Error};

/// What the key page says.
#[derive(Debug)]
pub struct FirstKey {
    /// The public id of the key.
    pub key_id: String,
    /// The secret, on the visit that made the key.
    pub secret: Option<Secret>,
}

impl Engine {
    /// Makes the caller's first key, or names the one that is there. However often and from
    /// however many tabs at once it is called, one key is made and its secret is told once.
    pub async fn first_key(&self, caller: &Caller, origin: &Origin) -> Result<FirstKey, Error> {
        let user = super::sessions::need_session(caller)?;
        if let Some(key) = self.store().first_visit_key(user.user_id).await? {
            return Ok(FirstKey {
                key_id: key.key_id,
                secret: None,
            });
        }
        need_fresh_session(self, caller)?;
        // As in the API this one speaks, the first key may do all that its owner may.
        let wish = NewKey {
            name: "first key".to_owned(),
            scope: Scope::Admin,
            datasets: None,
            expires_at: None,
        };
        let key = self.draw_key(user.user_id, wish, true);
        let (secret, sealed) = self.draw_secret(&key, 1)?;
        let most = self.accounts()?.settings.max_live_keys;
        match self.store().insert_api_key(&key, &sealed, most).await {
            Ok(()) => {
                self.note(
                    &Actor::of(caller),
                    "key.made",
                    &key.key_id,
                    "first visit of the key page",
                    origin,
                )
                .await?;
                Ok(FirstKey {
                    key_id: key.key_id,
                    secret: Some(secret),
                })
            }
            // Another tab was quicker; this visit is a second one.
            Err(lamina_store::Error::Conflict { .. }) => {
                let key = self.store().first_visit_key(user.user_id).await?;
                let key = key.ok_or_else(|| Error::internal("a key was made and is not there"))?;
                Ok(FirstKey {
                    key_id: key.key_id,
                    secret: None,
                })
            }
            Err(cause) => Err(cause.into()),
        }
    }
}
