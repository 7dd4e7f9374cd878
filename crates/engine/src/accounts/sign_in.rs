//! Signing in with a password, and out.

use lamina_auth::{Password, PasswordMatch, SessionSecret};
use lamina_model::SessionId;
use lamina_store::{Session, User};

use super::{
    audit::{Actor, Origin},
    throttle::Subjects,
};
use crate::{Engine, Error};

/// A session that has just begun.
#[derive(Debug)]
pub struct NewSession {
    /// What the browser keeps. It is told here and never again.
    pub secret: SessionSecret,
    /// Who signed in.
    pub user: super::UserInfo,
}

impl Engine {
    /// Signs somebody in and begins a session. The session that the browser had before ends.
    ///
    /// # Errors
    /// [`Error::Rejected`] with one text for a wrong password, an unknown address and a disabled
    /// account, after the same work; [`Error::TooMany`] after too many failures;
    /// [`Error::Busy`] when too many sign in at once; [`Error::Invalid`] for an overlong password.
    pub async fn sign_in(
        &self,
        email: &str,
        typed_password: &str,
        before: Option<&SessionSecret>,
        origin: &Origin,
    ) -> Result<NewSession, Error> {
        let password = Password::new(typed_password)
            .map_err(|cause| Error::invalid("password", cause.to_string()))?;
        let now = self.clock().now();
        let subjects = Subjects::of(email, origin);
        self.check_throttle(&subjects, now).await?;
        let user = self.store().user_by_email(email.trim()).await?;
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        let matched = self
            .accounts()?
            .hashing
            .verify(stored, password.clone())
            .await?;
        let found = user.filter(|user| matched != PasswordMatch::Wrong && !user.disabled);
        let Some(user) = found else {
            self.count_failure(&subjects, now).await?;
            self.note(
                &Actor::stranger(named(email)),
                "sign_in.failed",
                "",
                "",
                origin,
            )
            .await?;
            return Err(wrong());
        };
        self.clear_failures(&subjects).await?;
        if matched == PasswordMatch::RightButOutdated {
            self.renew_hash(&user, password).await?;
        }
        self.begin_session(&user, before, "password", origin).await
    }

    async fn renew_hash(&self, user: &User, password: Password) -> Result<(), Error> {
        let chance = std::sync::Arc::clone(&self.parts().chance);
        let renewed = self.accounts()?.hashing.hash(password, chance).await?;
        if let Some(old) = &user.password_hash {
            self.store()
                .upgrade_password_hash(user.id, old, &renewed)
                .await?;
        }
        Ok(())
    }

    /// Begins a session for somebody who has proved who they are.
    pub(super) async fn begin_session(
        &self,
        user: &User,
        before: Option<&SessionSecret>,
        how: &str,
        origin: &Origin,
    ) -> Result<NewSession, Error> {
        if let Some(before) = before {
            self.sign_out(before, origin).await?;
        }
        let now = self.clock().now();
        let secret = SessionSecret::new(self.chance());
        let limits = self.accounts()?.settings.sessions;
        let session = Session {
            id: SessionId::new(self.clock(), self.chance()),
            user_id: user.id,
            signed_in_at: now,
            last_seen_at: now,
            expires_at: now.plus_seconds(limits.absolute_s.into()),
            address: origin.address.clone(),
            user_agent: origin.user_agent.clone(),
        };
        self.store()
            .insert_session(&session, &secret.storage_hash())
            .await?;
        self.store().record_sign_in(user.id, now).await?;
        self.note(
            &Actor::user(user.id, &user.email),
            "sign_in",
            &session.id.to_string(),
            how,
            origin,
        )
        .await?;
        Ok(NewSession {
            secret,
            user: user.into(),
        })
    }

    /// Ends the session of this secret. One that is no session is no error: nobody is signed in
    /// afterwards, which is what was asked.
    pub async fn sign_out(&self, secret: &SessionSecret, origin: &Origin) -> Result<(), Error> {
        let Some((session, user)) = self.store().session_by_hash(&secret.storage_hash()).await?
        else {
            return Ok(());
        };
        match self.store().end_session(user.id, session.id).await {
            Ok(()) | Err(lamina_store::Error::NotFound { .. }) => {}
            Err(cause) => return Err(cause.into()),
        }
        self.note(
            &Actor::user(user.id, &user.email),
            "sign_out",
            &session.id.to_string(),
            "",
            origin,
        )
        .await
    }
}

/// The name in a failed sign-in, for the audit trail. What is no address may be a password that
/// somebody typed into the wrong field.
fn named(email: &str) -> &str {
    let email = email.trim();
    let is_address = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !email.contains(char::is_whitespace)
    });
    if is_address { email } else { "(no address)" }
}

/// One text for all, so that nobody learns which accounts there are.
fn wrong() -> Error {
    Error::Rejected {
        code: "sign_in_failed",
        why: "the e-mail address or the password is wrong".to_owned(),
    }
}
