//! Who may do what with which dataset.

use lamina_model::{Dataset, DatasetId, DatasetRole, Timestamp, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    Store,
    convert::word,
    datasets::DatasetRow,
    db::{read, transact},
    error::{Error, Result},
};

/// A dataset as one person finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetAccess {
    /// The dataset.
    pub dataset: Dataset,
    /// Their role in it; nothing where it was not shared with them.
    pub role: Option<DatasetRole>,
}

/// Somebody a dataset is shared with, or its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub user_id: UserId,
    /// Its address.
    pub email: String,
    /// Its name.
    pub display_name: String,
    /// What they may do.
    pub role: DatasetRole,
    /// Since when.
    pub created_at: Timestamp,
}

#[derive(Debug, FromRow)]
struct AccessRow {
    #[sqlx(flatten)]
    dataset: DatasetRow,
    member_role: Option<String>,
}

impl TryFrom<AccessRow> for DatasetAccess {
    type Error = Error;

    fn try_from(row: AccessRow) -> Result<Self> {
        Ok(Self {
            dataset: row.dataset.try_into()?,
            role: row.member_role.as_deref().map(role).transpose()?,
        })
    }
}

fn role(text: &str) -> Result<DatasetRole> {
    word("dataset role", DatasetRole::from_word(text))
}

/// Leaves the transaction where a dataset that had an owner would have none.
macro_rules! keep_one_owner {
    ($tx:ident, $dataset:expr, $before:expr) => {
        if $before > 0 && count_owners!($tx, $dataset) == 0 {
            return Err(Error::LastOne { what: "owner" });
        }
    };
}

/// Takes the dataset's row, so that on PostgreSQL changes of its members go one by one.
macro_rules! lock_members {
    ($tx:ident, $dataset:expr) => {
        if sqlx::query(
            "UPDATE datasets SET is_public = is_public WHERE id = $1 AND deleted_at_us IS NULL",
        )
        .bind($dataset.as_uuid())
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            == 0
        {
            return Err(Error::NotFound { what: "dataset" });
        }
    };
}

macro_rules! count_owners {
    ($tx:ident, $dataset:expr) => {
        sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(*) FROM dataset_members WHERE dataset_id = $1 AND role = 'owner'",
        )
        .bind($dataset.as_uuid())
        .fetch_one(&mut *$tx)
        .await?
    };
}

impl Store {
    /// A dataset together with the role that somebody has in it; in one read.
    ///
    /// # Errors
    /// `NotFound` when there is no such dataset.
    pub async fn dataset_for(&self, id: DatasetId, user: Option<UserId>) -> Result<DatasetAccess> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, AccessRow>(
                "SELECT d.*, m.role AS member_role FROM datasets d
                 LEFT JOIN dataset_members m ON m.dataset_id = d.id AND m.user_id = $2
                 WHERE d.id = $1 AND d.deleted_at_us IS NULL",
            )
            .bind(id.as_uuid())
            .bind(user.map_or(Uuid::nil(), UserId::as_uuid))
            .fetch_optional(pool)
            .await?
        });
        row.ok_or(Error::NotFound { what: "dataset" })?.try_into()
    }

    /// The role that somebody has in a dataset.
    pub async fn dataset_role(
        &self,
        dataset: DatasetId,
        user: UserId,
    ) -> Result<Option<DatasetRole>> {
        let found = read!(&self.db, pool => {
            sqlx::query_scalar::<_, String>(
                "SELECT m.role FROM dataset_members m JOIN datasets d ON d.id = m.dataset_id
                 WHERE m.dataset_id = $1 AND m.user_id = $2 AND d.deleted_at_us IS NULL",
            )
            .bind(dataset.as_uuid())
            .bind(user.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        found.as_deref().map(role).transpose()
    }

    /// The datasets that somebody is a member of, and the public ones, the newest first.
    /// Without an account: the public ones.
    pub async fn datasets_for(&self, user: Option<UserId>) -> Result<Vec<DatasetAccess>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, AccessRow>(
                "SELECT d.*, m.role AS member_role FROM datasets d
                 LEFT JOIN dataset_members m ON m.dataset_id = d.id AND m.user_id = $1
                 WHERE d.deleted_at_us IS NULL AND (d.is_public OR m.role IS NOT NULL)
                 ORDER BY d.created_at_us DESC, d.id DESC",
            )
            .bind(user.map_or(Uuid::nil(), UserId::as_uuid))
            .fetch_all(pool)
            .await?
        });
        rows.into_iter().map(DatasetAccess::try_from).collect()
    }

    /// Everybody who has a role in a dataset, ordered by address.
    pub async fn members(&self, dataset: DatasetId) -> Result<Vec<Member>> {
        let rows = read!(&self.db, pool => {
            sqlx::query_as::<_, (Uuid, String, String, String, i64)>(
                "SELECT u.id, u.email, u.display_name, m.role, m.created_at_us
                 FROM dataset_members m JOIN users u ON u.id = m.user_id
                 WHERE m.dataset_id = $1 ORDER BY u.email_folded",
            )
            .bind(dataset.as_uuid())
            .fetch_all(pool)
            .await?
        });
        rows.into_iter()
            .map(|(user, email, display_name, word, created_at_us)| {
                Ok(Member {
                    user_id: UserId::from_uuid(user),
                    email,
                    display_name,
                    role: role(&word)?,
                    created_at: Timestamp::from_micros(created_at_us),
                })
            })
            .collect()
    }

    /// Gives somebody a role in a dataset, in place of the one they had.
    ///
    /// # Errors
    /// `NotFound` when the dataset or the account is gone, `LastOne` when the dataset would be
    /// left without an owner.
    pub async fn set_member(
        &self,
        dataset: DatasetId,
        user: UserId,
        role: DatasetRole,
        at: Timestamp,
    ) -> Result<()> {
        transact!(&self.db, tx => {
            lock_members!(tx, dataset);
            let owners = count_owners!(tx, dataset);
            sqlx::query(
                "INSERT INTO dataset_members (dataset_id, user_id, role, created_at_us)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (dataset_id, user_id) DO UPDATE SET role = excluded.role",
            )
            .bind(dataset.as_uuid())
            .bind(user.as_uuid())
            .bind(role.as_str())
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await?;
            keep_one_owner!(tx, dataset, owners);
        });
        Ok(())
    }

    /// Takes somebody's role in a dataset away.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone or they have no role in it, `LastOne` when the
    /// dataset would be left without an owner.
    pub async fn remove_member(&self, dataset: DatasetId, user: UserId) -> Result<()> {
        transact!(&self.db, tx => {
            lock_members!(tx, dataset);
            let owners = count_owners!(tx, dataset);
            let gone = sqlx::query(
                "DELETE FROM dataset_members WHERE dataset_id = $1 AND user_id = $2",
            )
            .bind(dataset.as_uuid())
            .bind(user.as_uuid())
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if gone == 0 {
                return Err(Error::NotFound { what: "member" });
            }
            keep_one_owner!(tx, dataset, owners);
        });
        Ok(())
    }
}
