//! Accounts.

use lamina_model::{Timestamp, UserId, WorkspaceRole};
use uuid::Uuid;

use crate::{
    Store,
    convert::{self, moment, number, text, word},
    db::{read, take_lock, transact, write},
    error::{Error, Result, conflict},
};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address that they sign in with, as they wrote it. No two differ by case only.
    pub email: String,
    /// What people call them.
    pub display_name: String,
    /// PHC string of the password; nothing for those who sign in elsewhere.
    pub password_hash: Option<String>,
    /// What they may do in the workspace.
    pub role: WorkspaceRole,
    /// Whether they may not sign in, and their keys and sessions do not count.
    pub disabled: bool,
    /// Whether they must choose a new password at the next sign-in.
    pub must_change_password: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the password was last set.
    pub password_changed_at: Option<Timestamp>,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

/// What to change of an account; nothing leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// Another address.
    pub email: Option<String>,
    /// Another name.
    pub display_name: Option<String>,
    /// Another role.
    pub role: Option<WorkspaceRole>,
    /// Shut out, or let in again.
    pub disabled: Option<bool>,
    /// Whether a new password must be chosen.
    pub must_change_password: Option<bool>,
}

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct UserRow {
    id: Uuid,
    email: String,
    display_name: String,
    password_hash: Option<String>,
    role: String,
    disabled: bool,
    must_change_password: bool,
    created_at_us: i64,
    password_changed_at_us: Option<i64>,
    last_sign_in_us: Option<i64>,
}

impl TryFrom<UserRow> for User {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self> {
        Ok(Self {
            id: UserId::from_uuid(row.id),
            email: row.email,
            display_name: row.display_name,
            password_hash: row.password_hash,
            role: word("workspace role", WorkspaceRole::from_word(&row.role))?,
            disabled: row.disabled,
            must_change_password: row.must_change_password,
            created_at: Timestamp::from_micros(row.created_at_us),
            password_changed_at: moment(row.password_changed_at_us),
            last_sign_in_at: moment(row.last_sign_in_us),
        })
    }
}

/// What makes two addresses the same.
fn folded(email: &str) -> String {
    text(email).to_lowercase()
}

/// A pattern for LIKE that finds this text anywhere.
fn pattern(search: &str) -> String {
    let escaped = folded(search)
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

macro_rules! insert_user {
    ($tx:ident, $user:expr) => {
        sqlx::query(
            "INSERT INTO users (id, email, email_folded, display_name, password_hash, role,
                 disabled, must_change_password, created_at_us, password_changed_at_us,
                 last_sign_in_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind($user.id.as_uuid())
        .bind(text(&$user.email))
        .bind(folded(&$user.email))
        .bind(text(&$user.display_name))
        .bind($user.password_hash.as_deref())
        .bind($user.role.as_str())
        .bind($user.disabled)
        .bind($user.must_change_password)
        .bind($user.created_at.as_micros())
        .bind($user.password_changed_at.map(Timestamp::as_micros))
        .bind($user.last_sign_in_at.map(Timestamp::as_micros))
        .execute(&mut *$tx)
        .await
        .map_err(conflict("user"))?
    };
}

/// Leaves the transaction where nobody could administer the workspace after it, though
/// somebody could before.
macro_rules! keep_one_admin {
    ($tx:ident, $before:expr) => {
        if $before > 0 && count_admins!($tx) == 0 {
            return Err(Error::LastOne { what: "admin" });
        }
    };
}

macro_rules! count_admins {
    ($tx:ident) => {
        sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(*) FROM users WHERE role = 'admin' AND NOT disabled",
        )
        .fetch_one(&mut *$tx)
        .await?
    };
}

impl Store {
    /// Makes an account.
    ///
    /// # Errors
    /// `Conflict` when the address, in whatever case, or the id is taken.
    pub async fn insert_user(&self, user: &User) -> Result<()> {
        transact!(&self.db, tx => {
            insert_user!(tx, user);
        });
        Ok(())
    }

    /// Makes the first account of all. Of many callers at once, one succeeds.
    ///
    /// # Errors
    /// `Conflict` when there is an account already.
    pub async fn insert_first_user(&self, user: &User) -> Result<()> {
        transact!(&self.db, tx => {
            take_lock!(tx, "lock/users");
            let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM users")
                .fetch_one(&mut *tx)
                .await?;
            if count > 0 {
                return Err(Error::Conflict { what: "first user" });
            }
            insert_user!(tx, user);
        });
        Ok(())
    }

    /// How many accounts there are.
    pub async fn count_users(&self) -> Result<u64> {
        let count = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM users").fetch_one(pool).await?
        });
        number("count", count)
    }

    /// One account.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn user(&self, id: UserId) -> Result<User> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, UserRow>("SELECT * FROM users WHERE id = $1")
                .bind(id.as_uuid())
                .fetch_optional(pool)
                .await?
        });
        row.ok_or(Error::NotFound { what: "user" })?.try_into()
    }

    /// The account with this address, in whatever case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, UserRow>("SELECT * FROM users WHERE email_folded = $1")
                .bind(folded(email))
                .fetch_optional(pool)
                .await?
        });
        row.map(User::try_from).transpose()
    }

    /// Accounts whose address or name contains a text, ordered by address: `limit` of them
    /// after the first `offset`, and how many there are in all.
    pub async fn users(
        &self,
        search: Option<&str>,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<User>, u64)> {
        let pattern = search.map(pattern);
        let (rows, count) = read!(&self.db, pool => {
            let rows = sqlx::query_as::<_, UserRow>(
                "SELECT * FROM users WHERE CAST($1 AS TEXT) IS NULL
                     OR email_folded LIKE $1 ESCAPE '\\' OR LOWER(display_name) LIKE $1 ESCAPE '\\'
                 ORDER BY email_folded LIMIT $2 OFFSET $3",
            )
            .bind(&pattern)
            .bind(convert::limit(limit))
            .bind(convert::limit(offset))
            .fetch_all(pool)
            .await?;
            let count = sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM users WHERE CAST($1 AS TEXT) IS NULL
                     OR email_folded LIKE $1 ESCAPE '\\' OR LOWER(display_name) LIKE $1 ESCAPE '\\'",
            )
            .bind(&pattern)
            .fetch_one(pool)
            .await?;
            (rows, count)
        });
        let users = rows
            .into_iter()
            .map(User::try_from)
            .collect::<Result<_>>()?;
        Ok((users, number("count", count)?))
    }

    /// Changes an account and gives it as it is then.
    ///
    /// # Errors
    /// `NotFound` when there is none, `Conflict` when the address is taken, `LastOne` when
    /// nobody could administer the workspace any more.
    pub async fn update_user(&self, id: UserId, change: &UserChange) -> Result<User> {
        let row = transact!(&self.db, tx => {
            take_lock!(tx, "lock/users");
            let admins = count_admins!(tx);
            let row = sqlx::query_as::<_, UserRow>(
                "UPDATE users SET email = COALESCE($2, email),
                     email_folded = COALESCE($3, email_folded),
                     display_name = COALESCE($4, display_name), role = COALESCE($5, role),
                     disabled = COALESCE($6, disabled),
                     must_change_password = COALESCE($7, must_change_password)
                 WHERE id = $1 RETURNING *",
            )
            .bind(id.as_uuid())
            .bind(change.email.as_deref().map(text))
            .bind(change.email.as_deref().map(folded))
            .bind(change.display_name.as_deref().map(text))
            .bind(change.role.map(WorkspaceRole::as_str))
            .bind(change.disabled)
            .bind(change.must_change_password)
            .fetch_optional(&mut *tx)
            .await
            .map_err(conflict("user"))?
            .ok_or(Error::NotFound { what: "user" })?;
            keep_one_admin!(tx, admins);
            row
        });
        row.try_into()
    }

    /// Sets a password.
    ///
    /// # Errors
    /// `NotFound` when there is no such account.
    pub async fn set_password(
        &self,
        id: UserId,
        password_hash: &str,
        must_change: bool,
        at: Timestamp,
    ) -> Result<()> {
        let changed = write!(&self.db, pool => {
            sqlx::query(
                "UPDATE users SET password_hash = $2, must_change_password = $3,
                     password_changed_at_us = $4 WHERE id = $1",
            )
            .bind(id.as_uuid())
            .bind(password_hash)
            .bind(must_change)
            .bind(at.as_micros())
            .execute(pool)
            .await?
            .rows_affected()
        });
        if changed == 0 {
            return Err(Error::NotFound { what: "user" });
        }
        Ok(())
    }

    /// Replaces the hash of the same password by one made at another cost, unless the password
    /// was changed meanwhile.
    pub async fn upgrade_password_hash(&self, id: UserId, old: &str, new: &str) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
                .bind(id.as_uuid())
                .bind(old)
                .bind(new)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Notes that somebody signed in.
    pub async fn record_sign_in(&self, id: UserId, at: Timestamp) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query("UPDATE users SET last_sign_in_us = $2 WHERE id = $1")
                .bind(id.as_uuid())
                .bind(at.as_micros())
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Deletes an account with its sessions, keys and links. Datasets of which they were the
    /// owner go to `heir`.
    ///
    /// # Errors
    /// `NotFound` when there is no such account, `LastOne` when nobody could administer the
    /// workspace any more.
    pub async fn delete_user(&self, id: UserId, heir: Option<UserId>, at: Timestamp) -> Result<()> {
        transact!(&self.db, tx => {
            take_lock!(tx, "lock/users");
            let admins = count_admins!(tx);
            if let Some(heir) = heir.filter(|heir| *heir != id) {
                sqlx::query(
                    "INSERT INTO dataset_members (dataset_id, user_id, role, created_at_us)
                     SELECT dataset_id, $2, 'owner', $3 FROM dataset_members
                     WHERE user_id = $1 AND role = 'owner'
                     ON CONFLICT (dataset_id, user_id) DO UPDATE SET role = 'owner'",
                )
                .bind(id.as_uuid())
                .bind(heir.as_uuid())
                .bind(at.as_micros())
                .execute(&mut *tx)
                .await?;
            }
            for sql in BELONGINGS {
                sqlx::query(sql).bind(id.as_uuid()).execute(&mut *tx).await?;
            }
            let gone = sqlx::query("DELETE FROM users WHERE id = $1")
                .bind(id.as_uuid())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if gone == 0 {
                return Err(Error::NotFound { what: "user" });
            }
            keep_one_admin!(tx, admins);
        });
        Ok(())
    }
}

/// What goes with an account.
const BELONGINGS: [&str; 6] = [
    "DELETE FROM sessions WHERE user_id = $1",
    "DELETE FROM api_key_secrets WHERE key_row_id IN (SELECT id FROM api_keys WHERE user_id = $1)",
    "DELETE FROM api_keys WHERE user_id = $1",
    "DELETE FROM dataset_members WHERE user_id = $1",
    "DELETE FROM tickets WHERE user_id = $1",
    "DELETE FROM oidc_identities WHERE user_id = $1",
];
