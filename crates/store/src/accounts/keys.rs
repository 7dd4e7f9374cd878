//! API keys: what they are called, what they may be used for, and whether they count.

use lamina_model::{DatasetId, KeyRowId, Scope, Timestamp, UserId, WorkspaceRole};
use uuid::Uuid;

use super::secrets::{SealedSecret, insert_secret};
use crate::{
    Store,
    convert::{from_json, limit, moment, number, text, to_json, word},
    db::{read, transact, write},
    error::{Error, Result, conflict},
};

/// An API key. Its secrets are kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id inside the program.
    pub id: KeyRowId,
    /// The public id that travels in tokens.
    pub key_id: String,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The only datasets it may be used for; nothing where there is no such limit.
    pub datasets: Option<Vec<DatasetId>>,
    /// Whether the first visit of the key page made it.
    pub by_first_visit: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// Whether it is switched off for now.
    pub disabled: bool,
    /// When it was revoked for good.
    pub revoked_at: Option<Timestamp>,
    /// Tokens issued before this moment were all ended.
    pub tokens_since: Option<Timestamp>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
    /// Where it was last used from.
    pub last_used_address: Option<String>,
}

/// What to change of a key; nothing leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct ApiKeyChange {
    /// Another name.
    pub name: Option<String>,
    /// Other scopes.
    pub scopes: Option<Vec<Scope>>,
    /// Another limit to datasets, or none.
    pub datasets: Option<Option<Vec<DatasetId>>>,
    /// Another end, or none.
    pub expires_at: Option<Option<Timestamp>>,
    /// Switched off, or on again.
    pub disabled: Option<bool>,
    /// End all tokens issued before this moment.
    pub tokens_since: Option<Timestamp>,
}

/// A use of a key, to be noted off the request path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyUse {
    /// The key.
    pub key: KeyRowId,
    /// Which of its secrets.
    pub secret_number: u32,
    /// When.
    pub at: Timestamp,
    /// Where from.
    pub address: Option<String>,
}

/// All that checking a token needs to know of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationRecord {
    /// The key.
    pub key: ApiKey,
    /// Its secrets, the present one first.
    pub secrets: Vec<SealedSecret>,
    /// What its owner may do in the workspace.
    pub owner_role: WorkspaceRole,
    /// Whether its owner is shut out.
    pub owner_disabled: bool,
}

#[derive(Debug, sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    key_id: String,
    user_id: Uuid,
    name: String,
    scopes: String,
    datasets: Option<String>,
    by_first_visit: bool,
    created_at_us: i64,
    expires_at_us: Option<i64>,
    disabled: bool,
    revoked_at_us: Option<i64>,
    tokens_since_us: Option<i64>,
    last_used_us: Option<i64>,
    last_used_address: Option<String>,
}

impl TryFrom<KeyRow> for ApiKey {
    type Error = Error;

    fn try_from(row: KeyRow) -> Result<Self> {
        let datasets = row
            .datasets
            .as_deref()
            .map(|json| from_json("key datasets", json));
        Ok(Self {
            id: KeyRowId::from_uuid(row.id),
            key_id: row.key_id,
            user_id: UserId::from_uuid(row.user_id),
            name: row.name,
            scopes: from_json("key scopes", &row.scopes)?,
            datasets: datasets.transpose()?,
            by_first_visit: row.by_first_visit,
            created_at: Timestamp::from_micros(row.created_at_us),
            expires_at: moment(row.expires_at_us),
            disabled: row.disabled,
            revoked_at: moment(row.revoked_at_us),
            tokens_since: moment(row.tokens_since_us),
            last_used_at: moment(row.last_used_us),
            last_used_address: row.last_used_address,
        })
    }
}

/// A key once for each of its secrets, with its owner.
#[derive(Debug, sqlx::FromRow)]
struct VerificationRow {
    #[sqlx(flatten)]
    key: KeyRow,
    owner_role: String,
    owner_disabled: bool,
    number: i64,
    ring_key_id: String,
    sealed: Vec<u8>,
    secret_created_at_us: i64,
    valid_until_us: Option<i64>,
    secret_last_used_us: Option<i64>,
}

impl VerificationRow {
    fn secret(&self) -> Result<SealedSecret> {
        Ok(SealedSecret {
            number: number("secret number", self.number)?,
            ring_key_id: self.ring_key_id.clone(),
            sealed: self.sealed.clone(),
            created_at: Timestamp::from_micros(self.secret_created_at_us),
            valid_until: moment(self.valid_until_us),
            last_used_at: moment(self.secret_last_used_us),
        })
    }
}

impl Store {
    /// Makes a key with its first secret, unless its owner has `max_live` keys already that
    /// are neither revoked nor expired.
    ///
    /// # Errors
    /// `TooMany` when they have; `Conflict` when the public id is taken, or when the key is one
    /// of a first visit and such a key was ever made for its owner; `NotFound` when the account
    /// is gone.
    pub async fn insert_api_key(
        &self,
        key: &ApiKey,
        secret: &SealedSecret,
        max_live: u64,
    ) -> Result<()> {
        transact!(&self.db, tx => {
            // Takes the owner's row, so that on PostgreSQL two at once are counted one by one.
            let owner = sqlx::query("UPDATE users SET created_at_us = created_at_us WHERE id = $1")
                .bind(key.user_id.as_uuid())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if owner == 0 {
                return Err(Error::NotFound { what: "user" });
            }
            let live = sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM api_keys WHERE user_id = $1 AND revoked_at_us IS NULL
                     AND (expires_at_us IS NULL OR expires_at_us > $2)",
            )
            .bind(key.user_id.as_uuid())
            .bind(key.created_at.as_micros())
            .fetch_one(&mut *tx)
            .await?;
            if number::<u64>("count", live)? >= max_live {
                return Err(Error::TooMany { what: "keys", limit: max_live });
            }
            sqlx::query(
                "INSERT INTO api_keys (id, key_id, user_id, name, scopes, datasets,
                     by_first_visit, created_at_us, expires_at_us, disabled)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(key.id.as_uuid())
            .bind(&key.key_id)
            .bind(key.user_id.as_uuid())
            .bind(text(&key.name))
            .bind(to_json("key scopes", &key.scopes)?)
            .bind(key.datasets.as_ref().map(|ids| to_json("key datasets", ids)).transpose()?)
            .bind(key.by_first_visit)
            .bind(key.created_at.as_micros())
            .bind(key.expires_at.map(Timestamp::as_micros))
            .bind(key.disabled)
            .execute(&mut *tx)
            .await
            .map_err(conflict("key"))?;
            insert_secret!(tx, key.id, secret);
        });
        Ok(())
    }

    /// All that checking a token needs to know of the key with this public id, as it is now;
    /// in one read.
    pub async fn key_for_verification(&self, key_id: &str) -> Result<Option<VerificationRecord>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, VerificationRow>(
                "SELECT k.*, u.role AS owner_role, u.disabled AS owner_disabled, s.number,
                     s.ring_key_id, s.sealed, s.created_at_us AS secret_created_at_us,
                     s.valid_until_us, s.last_used_us AS secret_last_used_us
                 FROM api_keys k JOIN users u ON u.id = k.user_id
                 JOIN api_key_secrets s ON s.key_row_id = k.id
                 WHERE k.key_id = $1 ORDER BY s.number DESC",
            )
            .bind(key_id)
            .fetch_all(pool)
            .await?
        });
        let secrets = rows
            .iter()
            .map(VerificationRow::secret)
            .collect::<Result<_>>()?;
        let Some(first) = rows.into_iter().next() else {
            return Ok(None);
        };
        Ok(Some(VerificationRecord {
            owner_role: word(
                "workspace role",
                WorkspaceRole::from_word(&first.owner_role),
            )?,
            owner_disabled: first.owner_disabled,
            key: first.key.try_into()?,
            secrets,
        }))
    }

    /// The keys of an account, the newest first, revoked ones too.
    pub async fn api_keys_of(&self, user: UserId) -> Result<Vec<ApiKey>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, KeyRow>(
                "SELECT * FROM api_keys WHERE user_id = $1 ORDER BY created_at_us DESC, id DESC",
            )
            .bind(user.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(ApiKey::try_from).collect()
    }

    /// Every key of every account, the newest first, revoked ones too; for admins.
    pub async fn api_keys(&self, most: usize) -> Result<Vec<ApiKey>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, KeyRow>(
                "SELECT * FROM api_keys ORDER BY created_at_us DESC, id DESC LIMIT $1",
            )
            .bind(limit(most))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(ApiKey::try_from).collect()
    }

    /// The key with this public id.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn api_key(&self, key_id: &str) -> Result<ApiKey> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, KeyRow>("SELECT * FROM api_keys WHERE key_id = $1")
                .bind(key_id)
                .fetch_optional(pool)
                .await?
        });
        row.ok_or(Error::NotFound { what: "key" })?.try_into()
    }

    /// The key that the first visit of the key page made, ever, revoked or not.
    pub async fn first_visit_key(&self, user: UserId) -> Result<Option<ApiKey>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, KeyRow>(
                "SELECT * FROM api_keys WHERE user_id = $1 AND by_first_visit",
            )
            .bind(user.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        row.map(ApiKey::try_from).transpose()
    }

    /// Changes a key that is not revoked, and gives it as it is then.
    ///
    /// # Errors
    /// `NotFound` when there is none or it is revoked.
    pub async fn update_api_key(&self, id: KeyRowId, change: &ApiKeyChange) -> Result<ApiKey> {
        let scopes = change
            .scopes
            .as_ref()
            .map(|scopes| to_json("key scopes", scopes));
        let datasets = change.datasets.as_ref().and_then(Option::as_ref);
        let datasets = datasets.map(|ids| to_json("key datasets", ids));
        let expires_at = change.expires_at.flatten();
        let row = write!(&self.db, pool => {
            sqlx::query_as::<_, KeyRow>(
                "UPDATE api_keys SET name = COALESCE($2, name), scopes = COALESCE($3, scopes),
                     datasets = CASE WHEN $4 THEN $5 ELSE datasets END,
                     expires_at_us = CASE WHEN $6 THEN $7 ELSE expires_at_us END,
                     disabled = COALESCE($8, disabled),
                     tokens_since_us = COALESCE($9, tokens_since_us)
                 WHERE id = $1 AND revoked_at_us IS NULL RETURNING *",
            )
            .bind(id.as_uuid())
            .bind(change.name.as_deref().map(text))
            .bind(scopes.transpose()?)
            .bind(change.datasets.is_some())
            .bind(datasets.transpose()?)
            .bind(change.expires_at.is_some())
            .bind(expires_at.map(Timestamp::as_micros))
            .bind(change.disabled)
            .bind(change.tokens_since.map(Timestamp::as_micros))
            .fetch_all(pool)
            .await?
            .pop()
        });
        row.ok_or(Error::NotFound { what: "key" })?.try_into()
    }

    /// Revokes a key for good. A second time changes nothing.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn revoke_api_key(&self, id: KeyRowId, at: Timestamp) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE api_keys SET revoked_at_us = COALESCE(revoked_at_us, $2) WHERE id = $1",
            )
            .bind(id.as_uuid())
            .bind(at.as_micros())
            .execute(pool)
            .await?
            .rows_affected()
        });
        if changed == 0 {
            return Err(Error::NotFound { what: "key" });
        }
        Ok(())
    }

    /// Notes that keys were used; an older use never replaces a later one.
    pub async fn touch_api_keys(&self, uses: &[ApiKeyUse]) -> Result<()> {
        if uses.is_empty() {
            return Ok(());
        }
        transact!(&self.db, tx => {
            for used in uses {
                sqlx::query(
                    "UPDATE api_keys SET last_used_us = $2,
                         last_used_address = COALESCE($3, last_used_address)
                     WHERE id = $1 AND (last_used_us IS NULL OR last_used_us < $2)",
                )
                .bind(used.key.as_uuid())
                .bind(used.at.as_micros())
                .bind(used.address.as_deref().map(text))
                .execute(&mut *tx)
                .await?;
                sqlx::query(
                    "UPDATE api_key_secrets SET last_used_us = $3
                     WHERE key_row_id = $1 AND number = $2
                         AND (last_used_us IS NULL OR last_used_us < $3)",
                )
                .bind(used.key.as_uuid())
                .bind(i64::from(used.secret_number))
                .bind(used.at.as_micros())
                .execute(&mut *tx)
                .await?;
            }
        });
        Ok(())
    }
}
