//! Values under a name that belong to the installation as a whole, such as its id.

use crate::{
    Store,
    db::{read, write},
    error::Result,
};

impl Store {
    /// The value under a name.
    pub async fn setting(&self, key: &str) -> Result<Option<String>> {
        let value = read!(&self.db, pool => {
            sqlx::query_scalar::<_, String>("SELECT value FROM settings WHERE key = $1")
                .bind(key)
                .fetch_optional(pool)
                .await?
        });
        Ok(value)
    }

    /// Puts a value under a name, in place of the one before.
    pub async fn put_setting(&self, key: &str, value: &str) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query(
                "INSERT INTO settings (key, value) VALUES ($1, $2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )
            .bind(key)
            .bind(value)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// Puts a value under a name unless there is one, and gives the one that stands. Of many
    /// callers at once all get the same.
    pub async fn setting_or_insert(&self, key: &str, value: &str) -> Result<String> {
        let standing = write!(&self.db, pool => {
            sqlx::query_scalar::<_, String>(
                "INSERT INTO settings (key, value) VALUES ($1, $2)
                 ON CONFLICT (key) DO UPDATE SET value = settings.value RETURNING value",
            )
            .bind(key)
            .bind(value)
            .fetch_all(pool)
            .await?
            .pop()
        });
        standing.ok_or(crate::Error::Corrupt { what: "setting" })
    }
}
