//! Sharing a dataset: inviting, changing what people may do, taking it back, making it public.

use lamina_model::{DatasetRole, Timestamp, UserId};
use lamina_store::User;

use super::{
    audit::{Actor, Origin},
    sessions::without_accounts,
};
use crate::{Caller, DatasetScope, Engine, Error};

/// Somebody who has a role in a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberInfo {
    /// The account.
    pub user_id: UserId,
    /// Its address.
    pub email: String,
    /// Its name.
    pub display_name: String,
    /// What they may do.
    pub role: DatasetRole,
    /// Since when.
    pub since: Timestamp,
}

impl Engine {
    /// Everybody who has a role in a dataset, by address.
    pub async fn members(&self, scope: &DatasetScope) -> Result<Vec<MemberInfo>, Error> {
        let members = self.store().members(scope.id()).await?;
        Ok(members
            .into_iter()
            .map(|member| MemberInfo {
                user_id: member.user_id,
                email: member.email,
                display_name: member.display_name,
                role: member.role,
                since: member.created_at,
            })
            .collect())
    }

    /// Gives somebody with an account a role in a dataset, or another one. `scope` must have been
    /// asked for with [`crate::Need::Own`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody has this address; [`Error::Conflict`] when the dataset
    /// would be left without an owner.
    pub async fn share(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        email: &str,
        role: DatasetRole,
        origin: &Origin,
    ) -> Result<(), Error> {
        let user = self.invited(scope, email).await?;
        self.store()
            .set_member(scope.id(), user.id, role, self.clock().now())
            .await?;
        let details = format!("{} as {}", user.email, role.as_str());
        self.note(
            &Actor::of(caller),
            "dataset.shared",
            &scope.id().to_string(),
            &details,
            origin,
        )
        .await
    }

    /// Lets somebody look at a dataset; who may do more already keeps that.
    pub async fn invite(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        email: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let user = self.invited(scope, email).await?;
        let role = self.store().dataset_role(scope.id(), user.id).await?;
        self.share(
            caller,
            scope,
            &user.email,
            role.unwrap_or(DatasetRole::Viewer),
            origin,
        )
        .await
    }

    /// Takes somebody's role in a dataset away.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they have none; [`Error::Conflict`] for the last owner.
    pub async fn unshare(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        email: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let user = self.invited(scope, email).await?;
        match self.store().remove_member(scope.id(), user.id).await {
            Err(lamina_store::Error::NotFound { .. }) => {
                return Err(Error::NotFound {
                    what: "member",
                    id: crate::access::shorten(email),
                });
            }
            other => other?,
        }
        self.note(
            &Actor::of(caller),
            "dataset.unshared",
            &scope.id().to_string(),
            &user.email,
            origin,
        )
        .await
    }

    /// Lets everybody look at a dataset without signing in, or no longer.
    pub async fn set_public(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        public: bool,
        origin: &Origin,
    ) -> Result<(), Error> {
        self.store().set_dataset_public(scope.id(), public).await?;
        let details = if public { "public" } else { "private" };
        self.note(
            &Actor::of(caller),
            "dataset.visibility_changed",
            &scope.id().to_string(),
            details,
            origin,
        )
        .await
    }

    async fn invited(&self, scope: &DatasetScope, email: &str) -> Result<User, Error> {
        need_own(scope)?;
        if self.parts().accounts().is_none() {
            return Err(without_accounts());
        }
        let found = self.store().user_by_email(email.trim()).await?;
        found.ok_or_else(|| Error::NotFound {
            what: "user",
            id: format!(
                "{}; only people with an account can be invited",
                crate::access::shorten(email)
            ),
        })
    }
}

fn need_own(scope: &DatasetScope) -> Result<(), Error> {
    if scope.role() == DatasetRole::Owner {
        return Ok(());
    }
    Err(Error::Forbidden {
        why: "sharing a dataset takes the role owner in it".to_owned(),
    })
}
