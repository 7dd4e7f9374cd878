//! The first account: a one-time link for whoever starts the server, no default credentials.

use lamina_auth::{Ticket, TicketKind};
use lamina_model::WorkspaceRole;
use lamina_store::TicketRecord;

use super::{
    audit::{Actor, Origin},
    sign_in::NewSession,
    users::NewUser,
};
use crate::{Engine, Error};

const KIND: &str = "set_up";
const LIFE_S: i64 = 24 * 3600;

impl Engine {
    /// Whether the server has no account yet.
    pub async fn needs_set_up(&self) -> Result<bool, Error> {
        if self.parts().accounts().is_none() {
            return Ok(false);
        }
        Ok(self.store().count_users().await? == 0)
    }

    /// The link under which the first account can be made; nothing when there is one. Good once
    /// and for a day; links made before it become worthless.
    pub async fn set_up_link(&self) -> Result<Option<zeroize::Zeroizing<String>>, Error> {
        if !self.needs_set_up().await? {
            return Ok(None);
        }
        let now = self.clock().now();
        let ticket = Ticket::new(TicketKind::SetUp, self.chance());
        self.store().drop_tickets(KIND, None).await?;
        let record = TicketRecord {
            kind: KIND.to_owned(),
            user_id: None,
            created_at: now,
            expires_at: now.plus_seconds(LIFE_S),
        };
        self.store()
            .insert_ticket(&ticket.storage_hash(), &record)
            .await?;
        let base = &self.accounts()?.settings.public_url;
        // Behind the `#` the ticket stays in the browser: out of logs, proxies and referrers.
        Ok(Some(zeroize::Zeroizing::new(format!(
            "{base}/set-up#{}",
            ticket.expose()
        ))))
    }

    /// Makes the first account, an administrator, and signs them in.
    ///
    /// # Errors
    /// [`Error::Refused`] when the link is not good or there is an account already;
    /// [`Error::Invalid`] for an address or password that cannot be used, which leaves the link
    /// good.
    pub async fn set_up(
        &self,
        ticket: &str,
        mut wish: NewUser,
        origin: &Origin,
    ) -> Result<NewSession, Error> {
        let now = self.clock().now();
        let spent = || Error::Refused {
            code: "link_spent",
            why: "this set-up link is not good, or no longer; restart the server for a new one"
                .to_owned(),
        };
        let ticket = Ticket::parse(TicketKind::SetUp, ticket.trim()).map_err(|_| spent())?;
        if self
            .store()
            .ticket(KIND, &ticket.storage_hash(), now)
            .await?
            .is_none()
        {
            return Err(spent());
        }
        wish.role = WorkspaceRole::Admin;
        wish.enabled = true;
        let user = self.drawn_user(wish).await?;
        if self
            .store()
            .redeem_ticket(KIND, &ticket.storage_hash(), now)
            .await?
            .is_none()
        {
            return Err(spent());
        }
        self.store()
            .insert_first_user(&user)
            .await
            .map_err(|cause| match cause {
                lamina_store::Error::Conflict { .. } => spent(),
                other => other.into(),
            })?;
        self.note(
            &Actor::user(user.id, &user.email),
            "user.added",
            &user.email,
            "first account",
            origin,
        )
        .await?;
        self.begin_session(&user, None, "set-up link", origin).await
    }

    /// Makes an account from a shell of the machine; the first one as well.
    pub async fn add_user_from_shell(&self, wish: NewUser) -> Result<super::UserInfo, Error> {
        self.add_user(&crate::Caller::Local, wish, &Origin::default())
            .await
    }
}
