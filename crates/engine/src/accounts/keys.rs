//! API keys: making, listing, changing, rotating, revoking. Always by the browser session of
//! their owner; a token can do none of it.

use lamina_auth::{KeyId, SealPlace, Secret};
use lamina_model::{DatasetId, KeyRowId, Scope, Timestamp, UserId};
use lamina_store::{ApiKey, ApiKeyChange, SealedSecret};

use super::{
    audit::{Actor, Origin},
    sessions::{need_fresh_session, need_session},
};
use crate::{Caller, Engine, Error, SignedIn, naming::Naming};

/// A wish for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What its owner will call it.
    pub name: String,
    /// What it may be used for.
    pub scope: Scope,
    /// The only datasets it may be used for; nothing for all.
    pub datasets: Option<Vec<DatasetId>>,
    /// When it expires; never, when there is nothing.
    pub expires_at: Option<Timestamp>,
}

/// A change of a key; nothing leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// Another name.
    pub name: Option<String>,
    /// Another scope.
    pub scope: Option<Scope>,
    /// Another limit to datasets, or none.
    pub datasets: Option<Option<Vec<DatasetId>>>,
    /// Another end, or none.
    pub expires_at: Option<Option<Timestamp>>,
    /// Switched off, or on again.
    pub disabled: Option<bool>,
    /// Whether all tokens signed so far are to end.
    pub end_tokens: bool,
}

/// A key as its owner sees it. There is no way to its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// The public id.
    pub key_id: String,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scope: Scope,
    /// The only datasets it may be used for.
    pub datasets: Option<Vec<DatasetId>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// `active`, `disabled`, `expired` or `revoked`.
    pub state: &'static str,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
    /// Where it was last used from.
    pub last_used_address: Option<String>,
}

/// A key together with its secret, which is told here and never again.
#[derive(Debug)]
pub struct SecretKey {
    /// The key.
    pub info: KeyInfo,
    /// The secret.
    pub secret: Secret,
    /// Until when the secret before it still counts, after a rotation.
    pub previous_until: Option<Timestamp>,
}

const NAME: Naming = Naming {
    field: "name",
    what: "the name of a key",
    longest: 100,
};

impl KeyInfo {
    pub(super) fn of(key: ApiKey, now: Timestamp) -> Self {
        let state = if key.revoked_at.is_some() {
            "revoked"
        } else if key.expires_at.is_some_and(|at| at <= now) {
            "expired"
        } else if key.disabled {
            "disabled"
        } else {
            "active"
        };
        Self {
            scope: key.scopes.iter().copied().max().unwrap_or(Scope::Read),
            key_id: key.key_id,
            user_id: key.user_id,
            name: key.name,
            datasets: key.datasets,
            created_at: key.created_at,
            expires_at: key.expires_at,
            state,
            last_used_at: key.last_used_at,
            last_used_address: key.last_used_address,
        }
    }
}

impl Engine {
    /// The keys of the caller, the newest first, revoked ones too.
    pub async fn keys(&self, caller: &Caller) -> Result<Vec<KeyInfo>, Error> {
        let user = need_session(caller)?;
        let now = self.clock().now();
        let keys = self.store().api_keys_of(user.user_id).await?;
        Ok(keys.into_iter().map(|key| KeyInfo::of(key, now)).collect())
    }

    /// Makes a key and tells its secret, once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name or an end that cannot be used, [`Error::Conflict`] when the
    /// caller has as many live keys as they may have.
    pub async fn make_key(
        &self,
        caller: &Caller,
        mut wish: NewKey,
        origin: &Origin,
    ) -> Result<SecretKey, Error> {
        let user = need_fresh_session(self, caller)?;
        let now = self.clock().now();
        wish.name = NAME.line(&wish.name)?;
        check_end(wish.expires_at, now)?;
        self.count_making(user, now).await?;
        let key = self.draw_key(user.user_id, wish, false);
        let (secret, sealed) = self.draw_secret(&key, 1)?;
        let most = self.accounts()?.settings.max_live_keys;
        self.store().insert_api_key(&key, &sealed, most).await?;
        self.note(
            &Actor::of(caller),
            "key.made",
            &key.key_id,
            &key.name,
            origin,
        )
        .await?;
        Ok(SecretKey {
            info: KeyInfo::of(key, now),
            secret,
            previous_until: None,
        })
    }

    pub(super) fn draw_key(&self, user_id: UserId, wish: NewKey, by_first_visit: bool) -> ApiKey {
        ApiKey {
            id: KeyRowId::new(self.clock(), self.chance()),
            key_id: KeyId::new(self.chance()).as_str().to_owned(),
            user_id,
            name: wish.name,
            scopes: vec![wish.scope],
            datasets: wish.datasets,
            by_first_visit,
            created_at: self.clock().now(),
            expires_at: wish.expires_at,
            disabled: false,
            revoked_at: None,
            tokens_since: None,
            last_used_at: None,
            last_used_address: None,
        }
    }

    /// A fresh secret for a key, and as it is kept.
    pub(super) fn draw_secret(
        &self,
        key: &ApiKey,
        number: u32,
    ) -> Result<(Secret, SealedSecret), Error> {
        let secret = Secret::new(self.chance());
        let place = SealPlace {
            key_id: parse_key_id(&key.key_id)?,
            user_id: key.user_id,
            secret_number: number,
        };
        let ring = self.accounts()?.newest_ring();
        let sealed = ring.seal(&secret, &place, self.chance());
        let kept = SealedSecret {
            number,
            ring_key_id: sealed.ring_key_id,
            sealed: sealed.bytes,
            created_at: self.clock().now(),
            valid_until: None,
            last_used_at: None,
        };
        Ok((secret, kept))
    }

    /// Changes a key of the caller.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they have no such key or it is revoked.
    pub async fn change_key(
        &self,
        caller: &Caller,
        key_id: &str,
        mut change: KeyChange,
        origin: &Origin,
    ) -> Result<KeyInfo, Error> {
        need_fresh_session(self, caller)?;
        let key = self.own_key(caller, key_id).await?;
        let now = self.clock().now();
        change.name = change.name.map(|name| NAME.line(&name)).transpose()?;
        check_end(change.expires_at.flatten(), now)?;
        let details = describe(&change);
        let change = ApiKeyChange {
            name: change.name,
            scopes: change.scope.map(|scope| vec![scope]),
            datasets: change.datasets,
            expires_at: change.expires_at,
            disabled: change.disabled,
            tokens_since: change.end_tokens.then_some(now),
        };
        let changed = self
            .store()
            .update_api_key(key.id, &change)
            .await
            .map_err(|cause| gone(cause, key_id))?;
        self.accounts()?.known_keys.forget_all();
        self.note(&Actor::of(caller), "key.changed", key_id, &details, origin)
            .await?;
        Ok(KeyInfo::of(changed, now))
    }

    /// Gives a key of the caller a new secret. The one before counts on for `overlap_s` seconds,
    /// or as long as the settings say.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they have no such key or it is revoked; [`Error::Conflict`] when
    /// another rotation came between.
    pub async fn rotate_key(
        &self,
        caller: &Caller,
        key_id: &str,
        overlap_s: Option<u32>,
        origin: &Origin,
    ) -> Result<SecretKey, Error> {
        let user = need_fresh_session(self, caller)?;
        let key = self.own_key(caller, key_id).await?;
        let accounts = self.accounts()?;
        let now = self.clock().now();
        self.count_making(user, now).await?;
        let secrets = self.store().secrets_of(key.id).await?;
        let number = secrets
            .iter()
            .map(|secret| secret.number)
            .max()
            .unwrap_or(0)
            + 1;
        let (secret, sealed) = self.draw_secret(&key, number)?;
        let overlap_s = overlap_s.unwrap_or(accounts.settings.rotation_overlap_s);
        let until = now.plus_seconds(overlap_s.into());
        self.store()
            .rotate_api_key(key.id, &sealed, until)
            .await
            .map_err(|cause| match cause {
                lamina_store::Error::Conflict { .. } => Error::Conflict {
                    code: "rotated_meanwhile",
                    why:
                        "this key was rotated by another request just now; look at it and try again"
                            .to_owned(),
                },
                other => gone(other, key_id),
            })?;
        accounts.known_keys.forget_all();
        self.note(
            &Actor::of(caller),
            "key.rotated",
            key_id,
            &format!("overlap {overlap_s} s"),
            origin,
        )
        .await?;
        Ok(SecretKey {
            info: KeyInfo::of(key, now),
            secret,
            previous_until: Some(until),
        })
    }

    /// Revokes a key of the caller for good, at once.
    pub async fn revoke_key(
        &self,
        caller: &Caller,
        key_id: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        need_session(caller)?;
        let key = self.own_key(caller, key_id).await?;
        self.store()
            .revoke_api_key(key.id, self.clock().now())
            .await?;
        self.accounts()?.known_keys.forget_all();
        self.note(&Actor::of(caller), "key.revoked", key_id, "", origin)
            .await
    }

    /// A key of the caller; an administrator reaches everybody's.
    async fn own_key(&self, caller: &Caller, key_id: &str) -> Result<ApiKey, Error> {
        let not_found = || Error::NotFound {
            what: "key",
            id: crate::access::shorten(key_id),
        };
        let Caller::User(user) = caller else {
            return Err(Error::NotSignedIn);
        };
        let key = match self.store().api_key(key_id).await {
            Err(lamina_store::Error::NotFound { .. }) => return Err(not_found()),
            other => other?,
        };
        let theirs = key.user_id == user.user_id || user.role == lamina_model::WorkspaceRole::Admin;
        if theirs { Ok(key) } else { Err(not_found()) }
    }

    /// # Errors
    /// [`Error::TooMany`] when this person makes secrets faster than anybody needs.
    pub(super) async fn count_making(&self, user: &SignedIn, now: Timestamp) -> Result<(), Error> {
        let most = self.accounts()?.settings.max_key_makings_per_hour;
        let subject = format!("key-making/{}", user.user_id);
        let counted = self.store().failures(&subject).await?;
        let fresh = counted
            .last_at
            .is_some_and(|last| now < last.plus_seconds(3600));
        if fresh && counted.count >= most {
            return Err(Error::TooMany {
                why: format!("at most {most} keys can be made or rotated in an hour; wait a while"),
                retry_after_s: 3600,
            });
        }
        Ok(self
            .store()
            .add_failure(&[&subject], now, now.plus_seconds(-3600))
            .await?)
    }
}

/// The key id of a row; rows hold only ids that this program drew.
pub(super) fn parse_key_id(text: &str) -> Result<KeyId, Error> {
    KeyId::parse(text)
        .map_err(|cause| Error::internal(format!("the stored key id {text} is damaged: {cause}")))
}

fn gone(cause: lamina_store::Error, key_id: &str) -> Error {
    match cause {
        lamina_store::Error::NotFound { .. } => Error::Conflict {
            code: "key_revoked",
            why: format!("the key {key_id} is revoked for good; make a new one"),
        },
        other => other.into(),
    }
}

fn check_end(expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), Error> {
    match expires_at {
        Some(at) if at <= now => {
            let why = format!("expires_at {at} is not in the future; it is now {now}");
            Err(Error::invalid("expires_at", why))
        }
        _ => Ok(()),
    }
}

/// What a change does, for the trail.
fn describe(change: &KeyChange) -> String {
    let mut parts = Vec::new();
    parts.extend(change.name.as_ref().map(|name| format!("name {name}")));
    parts.extend(
        change
            .scope
            .map(|scope| format!("scope {}", scope.as_str())),
    );
    parts.extend(change.datasets.as_ref().map(|only| match only {
        Some(ids) => format!("limited to {} datasets", ids.len()),
        None => "no limit to datasets".to_owned(),
    }));
    parts.extend(
        change
            .expires_at
            .map(|end| end.map_or_else(|| "no end".to_owned(), |end| format!("ends {end}"))),
    );
    parts.extend(
        change
            .disabled
            .map(|off| if off { "disabled" } else { "enabled" }.to_owned()),
    );
    parts.extend(change.end_tokens.then(|| "all tokens ended".to_owned()));
    parts.join(", ")
}
