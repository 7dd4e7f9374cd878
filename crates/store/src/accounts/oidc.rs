//! Who an account is at an `OpenID` provider, and sign-ins that are under way there.

use lamina_model::{Timestamp, UserId};

use super::users::{User, UserRow};
use crate::{
    Store,
    db::{read, write},
    error::{Result, conflict},
};

impl Store {
    /// The account that a provider calls by this subject.
    pub async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, UserRow>(
                "SELECT u.* FROM oidc_identities i JOIN users u ON u.id = i.user_id
                 WHERE i.issuer = $1 AND i.subject = $2",
            )
            .bind(issuer)
            .bind(subject)
            .fetch_optional(pool)
            .await?
        });
        row.map(User::try_from).transpose()
    }

    /// Says that a provider calls an account by this subject.
    ///
    /// # Errors
    /// `Conflict` when it calls one so already, `NotFound` when the account is gone.
    pub async fn insert_identity(
        &self,
        issuer: &str,
        subject: &str,
        user: UserId,
        at: Timestamp,
    ) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "INSERT INTO oidc_identities (issuer, subject, user_id, created_at_us)
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(issuer)
            .bind(subject)
            .bind(user.as_uuid())
            .bind(at.as_micros())
            .execute(pool)
            .await
            .map_err(conflict("identity"))?;
        });
        Ok(())
    }

    /// The providers that an account signs in with, as issuer and subject.
    pub async fn identities_of(&self, user: UserId) -> Result<Vec<(String, String)>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (String, String)>(
                "SELECT issuer, subject FROM oidc_identities WHERE user_id = $1
                 ORDER BY issuer, subject",
            )
            .bind(user.as_uuid())
            .fetch_all(pool)
            .await?
        });
        Ok(rows)
    }

    /// Keeps what must be remembered, sealed, while somebody is at the provider.
    ///
    /// # Errors
    /// `Conflict` when the state is taken.
    pub async fn insert_pending_sign_in(
        &self,
        state_hash: &[u8; 32],
        browser_hash: &[u8; 32],
        sealed: &[u8],
        expires_at: Timestamp,
    ) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "INSERT INTO oidc_pending (state_hash, browser_hash, sealed, expires_at_us)
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(state_hash.as_slice())
            .bind(browser_hash.as_slice())
            .bind(sealed)
            .bind(expires_at.as_micros())
            .execute(pool)
            .await
            .map_err(conflict("sign-in"))?;
        });
        Ok(())
    }

    /// Takes what was remembered under a state, which is gone with that, and gives it if it is
    /// of this browser and still good. Of many callers at once, one gets it.
    pub async fn take_pending_sign_in(
        &self,
        state_hash: &[u8; 32],
        browser_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>> {
        let row = write!(&self.db, pool => {
            sqlx::query_as::<_, (Vec<u8>, Vec<u8>, i64)>(
                "DELETE FROM oidc_pending WHERE state_hash = $1
                 RETURNING browser_hash, sealed, expires_at_us",
            )
            .bind(state_hash.as_slice())
            .fetch_all(pool)
            .await?
            .pop()
        });
        Ok(row
            .filter(|(browser, _, until)| browser == browser_hash && *until > now.as_micros())
            .map(|(_, sealed, _)| sealed))
    }

    /// Removes sign-ins that nobody came back from; gives how many.
    pub async fn sweep_pending_sign_ins(&self, now: Timestamp) -> Result<u64> {
        let removed = write!(&self.db, pool => {
            sqlx::query("DELETE FROM oidc_pending WHERE expires_at_us <= $1")
                .bind(now.as_micros())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(removed)
    }
}
