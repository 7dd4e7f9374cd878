//! Accounts, as administrators and their owners manage them.

use lamina_auth::{Password, PasswordContext};
use lamina_model::{Timestamp, UserId, WorkspaceRole};
use lamina_store::{User, UserChange};

use super::{
    audit::{Actor, Origin},
    sessions::{SessionInfo, need_session, without_accounts},
    throttle::Subjects,
};
use crate::{Caller, Engine, Error, SignedIn, naming::Naming};

/// A wish for an account.
#[derive(Clone)]
pub struct NewUser {
    /// The address that they will sign in with.
    pub email: String,
    /// What people call them.
    pub display_name: String,
    /// The first password; nothing for those who sign in with a provider.
    pub password: Option<zeroize::Zeroizing<String>>,
    /// What they may do in the workspace.
    pub role: WorkspaceRole,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether they must choose another password first.
    pub must_change_password: bool,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "NewUser({}, {}, redacted)",
            self.email,
            self.role.as_str()
        )
    }
}

/// A change of an account; nothing leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserEdit {
    /// Another address.
    pub email: Option<String>,
    /// Another name.
    pub display_name: Option<String>,
    /// Another role.
    pub role: Option<WorkspaceRole>,
    /// Let in, or shut out.
    pub enabled: Option<bool>,
}

/// An account, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// Its id.
    pub id: UserId,
    /// The address that they sign in with.
    pub email: String,
    /// What people call them.
    pub display_name: String,
    /// What they may do in the workspace.
    pub role: WorkspaceRole,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether they must choose another password first.
    pub must_change_password: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

impl From<&User> for UserInfo {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            display_name: user.display_name.clone(),
            role: user.role,
            enabled: !user.disabled,
            must_change_password: user.must_change_password,
            created_at: user.created_at,
            last_sign_in_at: user.last_sign_in_at,
        }
    }
}

/// Some accounts, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// The accounts.
    pub users: Vec<UserInfo>,
    /// How many the search finds in all.
    pub total: u64,
}

impl Engine {
    /// The caller's own account.
    pub async fn me(&self, caller: &Caller) -> Result<UserInfo, Error> {
        let user = signed_in(caller)?;
        Ok((&self.store().user(user.user_id).await?).into())
    }

    /// Accounts whose address or name contains a text, by address.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the caller is no administrator; so for all that follow.
    pub async fn users(
        &self,
        caller: &Caller,
        search: Option<&str>,
        offset: usize,
        limit: usize,
    ) -> Result<UserPage, Error> {
        need_admin(caller)?;
        let (users, total) = self.store().users(search, offset, limit).await?;
        Ok(UserPage {
            users: users.iter().map(UserInfo::from).collect(),
            total,
        })
    }

    /// One account.
    pub async fn user(&self, caller: &Caller, id: &str) -> Result<UserInfo, Error> {
        need_admin(caller)?;
        Ok((&self.find_user(id).await?).into())
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address, name or password that cannot be used;
    /// [`Error::Conflict`] when the address is taken.
    pub async fn add_user(
        &self,
        caller: &Caller,
        wish: NewUser,
        origin: &Origin,
    ) -> Result<UserInfo, Error> {
        need_admin(caller)?;
        let user = self.drawn_user(wish).await?;
        self.store()
            .insert_user(&user)
            .await
            .map_err(|cause| taken(cause, &user.email))?;
        let details = format!("role {}", user.role.as_str());
        self.note(
            &Actor::of(caller),
            "user.added",
            &user.email,
            &details,
            origin,
        )
        .await?;
        Ok((&user).into())
    }

    /// An account as wished, checked and hashed, not yet kept.
    pub(super) async fn drawn_user(&self, wish: NewUser) -> Result<User, Error> {
        let email = checked_email(&wish.email)?;
        let display_name = checked_name(&wish.display_name)?;
        let password_hash = match &wish.password {
            Some(typed) => Some(self.checked_hash(typed, &email, &display_name).await?),
            None => None,
        };
        let now = self.clock().now();
        Ok(User {
            id: UserId::new(self.clock(), self.chance()),
            email,
            display_name,
            password_changed_at: password_hash.as_ref().map(|_| now),
            password_hash,
            role: wish.role,
            disabled: !wish.enabled,
            must_change_password: wish.must_change_password,
            created_at: now,
            last_sign_in_at: None,
        })
    }

    async fn checked_hash(&self, typed: &str, email: &str, name: &str) -> Result<String, Error> {
        let accounts = self.accounts()?;
        let invalid =
            |cause: lamina_auth::PasswordError| Error::invalid("password", cause.to_string());
        let password = Password::new(typed).map_err(invalid)?;
        accounts
            .settings
            .passwords
            .check(&password, &PasswordContext { email, name })
            .map_err(invalid)?;
        accounts
            .hashing
            .hash(password, std::sync::Arc::clone(&self.parts().chance))
            .await
    }

    /// Changes an account. Who is shut out or loses rights loses them at once: their sessions
    /// end and their keys are judged anew.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when the address is taken or nobody could
    /// administer the workspace any more; [`Error::Refused`] for one's own role or access.
    pub async fn edit_user(
        &self,
        caller: &Caller,
        id: &str,
        edit: UserEdit,
        origin: &Origin,
    ) -> Result<UserInfo, Error> {
        let admin = need_admin(caller)?;
        let user = self.find_user(id).await?;
        if admin == Some(user.id)
            && (edit.role.is_some_and(|role| role != user.role) || edit.enabled == Some(false))
        {
            return Err(Error::Refused {
                code: "own_account",
                why: "you cannot take your own rights away; another administrator can".to_owned(),
            });
        }
        let change = UserChange {
            email: edit.email.as_deref().map(checked_email).transpose()?,
            display_name: edit.display_name.as_deref().map(checked_name).transpose()?,
            role: edit.role,
            disabled: edit.enabled.map(|enabled| !enabled),
            must_change_password: None,
        };
        let email = change.email.clone().unwrap_or_default();
        let changed = self
            .store()
            .update_user(user.id, &change)
            .await
            .map_err(|cause| taken(cause, &email))?;
        if changed.disabled || changed.role != user.role {
            self.store().end_sessions(user.id, None).await?;
        }
        self.accounts()?.known_keys.forget_all();
        let (action, details) = describe(&user, &changed);
        self.note(&Actor::of(caller), action, &changed.email, &details, origin)
            .await?;
        Ok((&changed).into())
    }

    /// Sets somebody's password. They are signed out everywhere and choose their own at the next
    /// sign-in.
    pub async fn reset_password(
        &self,
        caller: &Caller,
        id: &str,
        typed: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        need_admin(caller)?;
        let user = self.find_user(id).await?;
        let hash = self
            .checked_hash(typed, &user.email, &user.display_name)
            .await?;
        self.store()
            .set_password(user.id, &hash, true, self.clock().now())
            .await?;
        self.store().end_sessions(user.id, None).await?;
        self.clear_failures(&Subjects::of(&user.email, origin))
            .await?;
        self.note(
            &Actor::of(caller),
            "password.reset",
            &user.email,
            "",
            origin,
        )
        .await
    }

    /// Changes the caller's own password. Their other sessions end.
    ///
    /// # Errors
    /// [`Error::Rejected`] when the present password is wrong; [`Error::Invalid`] when the new
    /// one cannot be used.
    pub async fn change_password(
        &self,
        caller: &Caller,
        present: &str,
        new: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let signed_in = need_session(caller)?;
        let user = self.store().user(signed_in.user_id).await?;
        let now = self.clock().now();
        let subjects = Subjects::of(&user.email, origin);
        self.check_throttle(&subjects, now).await?;
        let present_password = Password::new(present)
            .map_err(|cause| Error::invalid("password", cause.to_string()))?;
        let matched = self
            .accounts()?
            .hashing
            .verify(user.password_hash.clone(), present_password)
            .await?;
        if matched == lamina_auth::PasswordMatch::Wrong {
            self.count_failure(&subjects, now).await?;
            self.note(
                &Actor::of(caller),
                "password.change_failed",
                &user.email,
                "",
                origin,
            )
            .await?;
            return Err(Error::Refused {
                code: "password_wrong",
                why: "the present password is wrong".to_owned(),
            });
        }
        if present == new {
            return Err(Error::invalid(
                "password",
                "the new password is the present one; choose another",
            ));
        }
        let hash = self
            .checked_hash(new, &user.email, &user.display_name)
            .await?;
        self.store()
            .set_password(user.id, &hash, false, now)
            .await?;
        self.store()
            .end_sessions(user.id, signed_in.session())
            .await?;
        self.note(
            &Actor::of(caller),
            "password.changed",
            &user.email,
            "",
            origin,
        )
        .await
    }

    /// Deletes an account. The datasets they own go to the caller.
    ///
    /// # Errors
    /// [`Error::Refused`] for one's own account; [`Error::Conflict`] for the last administrator.
    pub async fn delete_user(
        &self,
        caller: &Caller,
        id: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let admin = need_admin(caller)?;
        let user = self.find_user(id).await?;
        if admin == Some(user.id) {
            return Err(Error::Refused {
                code: "own_account",
                why: "you cannot delete your own account; another administrator can".to_owned(),
            });
        }
        self.store()
            .delete_user(user.id, admin, self.clock().now())
            .await?;
        self.accounts()?.known_keys.forget_all();
        self.note(&Actor::of(caller), "user.deleted", &user.email, "", origin)
            .await
    }

    /// Ends all sessions of an account.
    pub async fn sign_out_everywhere(
        &self,
        caller: &Caller,
        id: &str,
        origin: &Origin,
    ) -> Result<u64, Error> {
        need_admin(caller)?;
        let user = self.find_user(id).await?;
        let ended = self.store().end_sessions(user.id, None).await?;
        self.note(
            &Actor::of(caller),
            "user.signed_out",
            &user.email,
            &format!("{ended} ended"),
            origin,
        )
        .await?;
        Ok(ended)
    }

    /// The sessions of an account.
    pub async fn sessions_of_user(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Vec<SessionInfo>, Error> {
        need_admin(caller)?;
        let user = self.find_user(id).await?;
        self.sessions_of(user.id, None).await
    }

    /// An account by its id, or by its address for those who work from a shell.
    async fn find_user(&self, id: &str) -> Result<User, Error> {
        let not_found = || Error::NotFound {
            what: "user",
            id: crate::access::shorten(id),
        };
        let by_id = id.parse::<UserId>().ok();
        let found = match by_id {
            Some(id) => match self.store().user(id).await {
                Err(lamina_store::Error::NotFound { .. }) => None,
                other => Some(other?),
            },
            None if id.contains('@') => self.store().user_by_email(id).await?,
            None => None,
        };
        found.ok_or_else(not_found)
    }
}

/// The administrator behind a call; nobody in particular for the shell of the machine.
///
/// # Errors
/// [`Error::NotSignedIn`] or [`Error::Forbidden`].
pub(super) fn need_admin(caller: &Caller) -> Result<Option<UserId>, Error> {
    match caller {
        Caller::Local => Ok(None),
        Caller::Anonymous => Err(Error::NotSignedIn),
        Caller::User(user) if user.role != WorkspaceRole::Admin => Err(Error::Forbidden {
            why: format!("your role in the workspace is {}; this takes admin", user.role.as_str()),
        }),
        Caller::User(user) if user.scope < lamina_model::Scope::Admin => Err(Error::Scope {
            needed: lamina_model::Scope::Admin,
            why: format!("this API key has the scope {}; this takes admin", user.scope.as_str()),
        }),
        Caller::User(user) if user.only.is_some() => Err(Error::Forbidden {
            why: "this API key is limited to some datasets; managing people takes one without that limit".to_owned(),
        }),
        Caller::User(user) => Ok(Some(user.user_id)),
    }
}

pub(super) fn signed_in(caller: &Caller) -> Result<&SignedIn, Error> {
    match caller {
        Caller::User(user) => Ok(user),
        Caller::Anonymous => Err(Error::NotSignedIn),
        Caller::Local => Err(without_accounts()),
    }
}

fn taken(cause: lamina_store::Error, email: &str) -> Error {
    match cause {
        lamina_store::Error::Conflict { .. } => Error::Conflict {
            code: "user_exists",
            why: format!("there is an account for {email} already"),
        },
        other => other.into(),
    }
}

/// The most bytes of an address, as RFC 5321 bounds the path that mail takes.
const LONGEST_EMAIL: usize = 254;

/// What makes an address usable: this is no proof that mail arrives there.
fn checked_email(text: &str) -> Result<String, Error> {
    let sent = text;
    let text = text.trim();
    let parts = text.split_once('@');
    if sent.len() > LONGEST_EMAIL {
        let why = format!(
            "an e-mail address has at most {LONGEST_EMAIL} bytes, spaces around it counted; this one has {}",
            sent.len()
        );
        return Err(Error::invalid("email", why));
    }
    let good = parts.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    }) && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if good {
        return Ok(text.to_owned());
    }
    Err(Error::invalid(
        "email",
        "give an e-mail address such as ada@example.org, without spaces in it",
    ))
}

fn checked_name(text: &str) -> Result<String, Error> {
    let name = Naming {
        field: "name",
        what: "the name of a person",
        longest: 255,
    };
    // Some people are known by their address alone.
    name.line_or_nothing(text)
}

/// What a change of an account was, for the trail.
fn describe(before: &User, after: &User) -> (&'static str, String) {
    if before.role != after.role {
        return (
            "user.role_changed",
            format!("{} to {}", before.role.as_str(), after.role.as_str()),
        );
    }
    match (before.disabled, after.disabled) {
        (false, true) => ("user.disabled", String::new()),
        (true, false) => ("user.enabled", String::new()),
        _ => (
            "user.changed",
            if before.email == after.email {
                String::new()
            } else {
                format!("was {}", before.email)
            },
        ),
    }
}
