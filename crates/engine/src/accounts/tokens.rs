//! Who is behind a token signed with an API key.
//!
//! In the decided order: form, key, signature, claims, state of the key, state of its owner.
//! How the key stands is told only to those who proved that they hold its secret; to all others
//! an unknown key and a bad signature look the same and take the same time.

use std::sync::Arc;

use lamina_auth::{KeyState, SealPlace, Sealed, Secret, UnverifiedToken};
use lamina_model::{Scope, Timestamp, WorkspaceRole};
use lamina_store::{ApiKey, ApiKeyUse, VerificationRecord};

use super::{audit::Origin, settings::Accounts};
use crate::{Engine, Error, SignedIn, Via};

/// A key whose secrets were opened a moment ago.
#[derive(Debug)]
pub(crate) struct KnownKey {
    key: ApiKey,
    secrets: Vec<Secret>,
    numbers: Vec<u32>,
    state: KeyState,
    owner_role: WorkspaceRole,
    owner_email: String,
    scope: Scope,
}

impl KnownKey {
    /// How long the database's word is taken for true, in seconds: what another process revokes
    /// counts here after this long at most. What this process revokes counts at once.
    pub(super) const LIFE_S: i64 = 2;

    fn open(
        record: VerificationRecord,
        accounts: &Accounts,
        owner_email: String,
    ) -> Result<Self, Error> {
        let mut known = Self {
            state: KeyState {
                revoked_at: record.key.revoked_at,
                disabled: record.key.disabled,
                expires_at: record.key.expires_at,
                tokens_since: record.key.tokens_since,
                secrets_until: Vec::new(),
                owner_disabled: record.owner_disabled,
            },
            scope: record
                .key
                .scopes
                .iter()
                .copied()
                .max()
                .unwrap_or(Scope::Read),
            owner_role: record.owner_role,
            owner_email,
            secrets: Vec::new(),
            numbers: Vec::new(),
            key: record.key,
        };
        for stored in record.secrets {
            let place = SealPlace {
                key_id: super::keys::parse_key_id(&known.key.key_id)?,
                user_id: known.key.user_id,
                secret_number: stored.number,
            };
            let sealed = Sealed {
                ring_key_id: stored.ring_key_id,
                bytes: stored.sealed,
            };
            let ring = accounts.ring_with(&sealed.ring_key_id);
            match ring.open(&sealed, &place) {
                Ok(secret) => {
                    known.secrets.push(secret);
                    known.numbers.push(stored.number);
                    known.state.secrets_until.push(stored.valid_until);
                }
                // Altered or moved bytes prove nothing for whoever signed with them; somebody
                // must look at it.
                Err(cause) => {
                    tracing::error!(key = known.key.key_id, number = stored.number, %cause, "a sealed secret does not open");
                }
            }
        }
        Ok(known)
    }
}

impl Engine {
    /// Who is behind a token.
    ///
    /// # Errors
    /// [`Error::Token`] says what is wrong with it.
    pub async fn caller_of_token(&self, token: &str, origin: &Origin) -> Result<SignedIn, Error> {
        let accounts = self.accounts()?;
        let now = self.clock().now();
        let unverified = UnverifiedToken::parse(token).map_err(Error::Token)?;
        let known = self.known_key(unverified.key_id().as_str(), now).await?;
        let Some(known) = known else {
            let nobody = unverified.verify_signature(&[]).err();
            return Err(nobody.map_or_else(
                || Error::internal("a token without a key verified"),
                Error::Token,
            ));
        };
        let secrets: Vec<&Secret> = known.secrets.iter().collect();
        let signed = unverified
            .verify_signature(&secrets)
            .map_err(Error::Token)?;
        let token = signed
            .check_claims(now, &accounts.settings.tokens)
            .map_err(Error::Token)?;
        known.state.check(&token, now).map_err(Error::Token)?;
        let used = || ApiKeyUse {
            key: known.key.id,
            secret_number: known.numbers.get(token.secret_index).copied().unwrap_or(0),
            at: now,
            address: origin.address.clone(),
        };
        accounts.uses.note_key(known.key.id, now, used);
        Ok(SignedIn {
            user_id: known.key.user_id,
            email: known.owner_email.clone(),
            role: known.owner_role,
            scope: known.scope,
            only: known.key.datasets.clone(),
            via: Via::Key(known.key.id),
            secret_until: known
                .state
                .secrets_until
                .get(token.secret_index)
                .copied()
                .flatten(),
            must_change_password: false,
        })
    }

    async fn known_key(
        &self,
        key_id: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<KnownKey>>, Error> {
        let accounts = self.accounts()?;
        if let Some(known) = accounts.known_keys.get(key_id, now) {
            return Ok(known.as_ref().clone());
        }
        let asked_at = accounts.known_keys.changes();
        let known = match self.store().key_for_verification(key_id).await? {
            Some(record) => {
                let owner = self.store().user(record.key.user_id).await?;
                Some(Arc::new(KnownKey::open(record, accounts, owner.email)?))
            }
            None => None,
        };
        // That there is no such key is remembered too: it must take no longer than a bad signature.
        let answer = Arc::new(known.clone());
        accounts
            .known_keys
            .put(key_id.to_owned(), answer, now, asked_at);
        Ok(known)
    }
}
