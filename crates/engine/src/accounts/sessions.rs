//! Sessions: who a browser is, and the list from which people end their own.

use lamina_auth::{SessionEnd, SessionSecret};
use lamina_model::{Scope, SessionId, Timestamp, UserId};
use lamina_store::SessionUse;

use super::audit::{Actor, Origin};
use crate::{Caller, Engine, Error, SignedIn, Via};

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its id, which is no secret.
    pub id: SessionId,
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// When it was last used, to the minute or so.
    pub last_seen_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
    /// Where it was last used from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

impl Engine {
    /// Who is behind a session cookie.
    ///
    /// # Errors
    /// [`Error::Rejected`] when there is no such session, its time is over, or the account is
    /// disabled.
    pub async fn caller_of_session(
        &self,
        secret: &SessionSecret,
        origin: &Origin,
    ) -> Result<SignedIn, Error> {
        let now = self.clock().now();
        let found = self.store().session_by_hash(&secret.storage_hash()).await?;
        let (session, user) = found.ok_or_else(|| {
            ended(
                "session_unknown",
                "you are not signed in, or were signed out",
            )
        })?;
        let accounts = self.accounts()?;
        let limits = accounts.settings.sessions;
        limits
            .check(session.signed_in_at, session.last_seen_at, now)
            .map_err(|end: SessionEnd| ended("session_expired", &end.to_string()))?;
        if user.disabled {
            return Err(ended(
                "user_disabled",
                "this account is disabled; ask your administrator",
            ));
        }
        accounts.uses.note_session(
            &session,
            SessionUse {
                id: session.id,
                at: now,
                address: origin.address.clone(),
            },
        );
        Ok(SignedIn {
            user_id: user.id,
            email: user.email,
            role: user.role,
            scope: Scope::Admin,
            only: None,
            via: Via::Session(session.id, session.signed_in_at),
            secret_until: None,
            must_change_password: user.must_change_password,
        })
    }

    /// The sessions of the caller, the latest sign-in first.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionInfo>, Error> {
        let user = need_session(caller)?;
        self.sessions_of(user.user_id, user.session()).await
    }

    pub(super) async fn sessions_of(
        &self,
        user: UserId,
        current: Option<SessionId>,
    ) -> Result<Vec<SessionInfo>, Error> {
        let limits = self.accounts()?.settings.sessions;
        let now = self.clock().now();
        let sessions = self.store().sessions_of(user).await?;
        let alive = sessions
            .into_iter()
            .filter(|s| limits.check(s.signed_in_at, s.last_seen_at, now).is_ok());
        Ok(alive
            .map(|session| SessionInfo {
                id: session.id,
                signed_in_at: session.signed_in_at,
                last_seen_at: session.last_seen_at,
                expires_at: session.expires_at,
                address: session.address,
                user_agent: session.user_agent,
                is_current: current == Some(session.id),
            })
            .collect())
    }

    /// Ends one of the caller's sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they have no such session.
    pub async fn end_session(
        &self,
        caller: &Caller,
        id: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let user = need_session(caller)?;
        let not_found = || Error::NotFound {
            what: "session",
            id: crate::access::shorten(id),
        };
        let session = id.parse::<SessionId>().map_err(|_| not_found())?;
        match self.store().end_session(user.user_id, session).await {
            Err(lamina_store::Error::NotFound { .. }) => return Err(not_found()),
            other => other?,
        }
        self.note(&Actor::of(caller), "session.ended", id, "", origin)
            .await
    }

    /// Ends all sessions of the caller but the one that asks; gives how many.
    pub async fn end_other_sessions(&self, caller: &Caller, origin: &Origin) -> Result<u64, Error> {
        let user = need_session(caller)?;
        let ended = self
            .store()
            .end_sessions(user.user_id, user.session())
            .await?;
        self.note(
            &Actor::of(caller),
            "session.others_ended",
            "",
            &format!("{ended} ended"),
            origin,
        )
        .await?;
        Ok(ended)
    }
}

/// The person, if they came in with a browser session. Keys may not do what follows.
pub(super) fn need_session(caller: &Caller) -> Result<&SignedIn, Error> {
    match caller {
        Caller::User(user) if user.session().is_some() => Ok(user),
        Caller::User(_) => Err(Error::Forbidden {
            why: "this takes a browser session: sign in with a browser; a token is not enough"
                .to_owned(),
        }),
        Caller::Anonymous => Err(Error::NotSignedIn),
        Caller::Local => Err(without_accounts()),
    }
}

/// The person, if they signed in with a browser a short while ago.
pub(super) fn need_fresh_session<'a>(
    engine: &Engine,
    caller: &'a Caller,
) -> Result<&'a SignedIn, Error> {
    let user = need_session(caller)?;
    let Via::Session(_, signed_in_at) = user.via else {
        return Err(Error::NotSignedIn);
    };
    if engine
        .accounts()?
        .settings
        .sessions
        .is_fresh(signed_in_at, engine.clock().now())
    {
        return Ok(user);
    }
    Err(Error::Refused {
        code: "sign_in_again",
        why: "you signed in too long ago to make or change credentials; sign in again".to_owned(),
    })
}

pub(crate) fn without_accounts() -> Error {
    Error::Conflict {
        code: "no_accounts",
        why: "this server runs without accounts: no key, token or sign-in is needed".to_owned(),
    }
}

fn ended(code: &'static str, why: &str) -> Error {
    Error::Rejected {
        code,
        why: format!(
            "{why}{}",
            if why.contains("sign in again") {
                ""
            } else {
                "; sign in again"
            }
        ),
    }
}
