//! Who is calling, and what they may do with a dataset.
//!
//! The one place that turns a caller and an id into a [`DatasetScope`]. Every verb on a dataset
//! asks for one, so a verb that forgot to ask about rights cannot be written.

use std::sync::Arc;

use lamina_model::{
    Dataset, DatasetId, DatasetRole, DatasetStatus, Generation, KeyRowId, Scope, SessionId,
    Timestamp, UserId, WorkspaceRole,
};

use crate::{Engine, Error, error::OrNothing, recent::Access};

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Whoever sits at this machine, in local mode: may do everything.
    Local,
    /// Nobody in particular: sees public datasets.
    Anonymous,
    /// A person with an account.
    User(SignedIn),
}

/// A person with an account, and what the way they came in allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who it is.
    pub user_id: UserId,
    /// Their address, for the audit trail.
    pub email: String,
    /// Their role in the workspace.
    pub role: WorkspaceRole,
    /// What the API key allows; everything for a browser session.
    pub scope: Scope,
    /// The only datasets the API key may be used for; nothing means all.
    pub only: Option<Vec<DatasetId>>,
    /// How they came in.
    pub via: Via,
    /// Until when the secret that signed the token counts, when a newer one has taken its place.
    pub secret_until: Option<Timestamp>,
    /// Whether they must choose a new password before anything else.
    pub must_change_password: bool,
}

/// How a person came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A browser session, and when they signed in.
    Session(SessionId, Timestamp),
    /// A token signed with an API key.
    Key(KeyRowId),
    /// The cookie of an embedding site: reading one dataset and nothing else.
    Embedding,
}

impl SignedIn {
    /// The session they came in with; keys and embedding sites have none.
    pub fn session(&self) -> Option<SessionId> {
        match self.via {
            Via::Session(id, _) => Some(id),
            Via::Key(_) | Via::Embedding => None,
        }
    }
}

impl Caller {
    /// The user behind the call, if there is one.
    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user.user_id),
            Self::Local | Self::Anonymous => None,
        }
    }
}

/// What a verb is about to do with a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Look, search, export.
    View,
    /// Change tags, labels or media.
    Edit,
    /// Share or delete.
    Own,
}

impl Need {
    const fn role(self) -> DatasetRole {
        match self {
            Self::View => DatasetRole::Viewer,
            Self::Edit => DatasetRole::Editor,
            Self::Own => DatasetRole::Owner,
        }
    }

    const fn scope(self) -> Scope {
        match self {
            Self::View => Scope::Read,
            Self::Edit => Scope::Write,
            Self::Own => Scope::Admin,
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::View => "look at",
            Self::Edit => "change",
            Self::Own => "share or delete",
        }
    }
}

/// Proof that the caller may do something with a dataset. Only this module can make one.
#[derive(Debug, Clone)]
pub struct DatasetScope {
    dataset: Arc<Dataset>,
    role: DatasetRole,
}

impl DatasetScope {
    /// The scope of a job, which whoever asked for it was allowed to ask for.
    pub(crate) fn of_job(dataset: Dataset) -> Self {
        Self {
            dataset: Arc::new(dataset),
            role: DatasetRole::Editor,
        }
    }

    /// The same right, with the tags and labels of an earlier moment.
    pub(crate) fn as_of(&self, marks_version: i64) -> Self {
        let mut dataset = Dataset::clone(&self.dataset);
        dataset.marks_version = marks_version;
        Self {
            dataset: Arc::new(dataset),
            role: self.role,
        }
    }

    /// The dataset as it was when the right was checked.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    pub(crate) fn shared(&self) -> Arc<Dataset> {
        Arc::clone(&self.dataset)
    }

    /// Its id.
    pub fn id(&self) -> DatasetId {
        self.dataset.id
    }

    /// What the caller may do with it.
    pub fn role(&self) -> DatasetRole {
        self.role
    }

    /// The generation that readers see, for verbs that have nothing to say without one.
    ///
    /// # Errors
    /// [`Error::Conflict`] before the first one, which says how far the work on it is.
    pub fn shown(&self) -> Result<Generation, Error> {
        self.dataset.generation.ok_or_else(|| Error::Conflict {
            code: "not_ready",
            why: format!(
                "the dataset is not ready: {}",
                before_the_first(&self.dataset)
            ),
        })
    }
}

/// Why a dataset has no generation yet, and what would give it one.
fn before_the_first(dataset: &Dataset) -> String {
    match (dataset.status, &dataset.fatal_error) {
        (DatasetStatus::Failed, Some(why)) => {
            format!("indexing it stopped ({why}); start it again once that is mended")
        }
        (status, _) if status.is_at_work() => format!(
            "it is being indexed for the first time, {} % so far; ask again when that is done",
            dataset.progress_percent
        ),
        _ => "indexing it has not begun; ask again once it was indexed".to_owned(),
    }
}

impl Engine {
    /// Looks a dataset up for a caller who is about to do something with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there, the id is none, or the caller could not see it
    /// in a list; [`Error::Forbidden`] when they can see it but their role, or the scope of
    /// their key, is too weak; [`Error::NotSignedIn`] when nobody is signed in and the dataset
    /// is not public.
    pub async fn dataset(
        &self,
        caller: &Caller,
        id: &str,
        need: Need,
    ) -> Result<DatasetScope, Error> {
        let not_found = || Error::NotFound {
            what: "dataset",
            id: shorten(id),
        };
        let anonymous = *caller == Caller::Anonymous;
        let hidden = || {
            if anonymous {
                Error::NotSignedIn
            } else {
                not_found()
            }
        };
        let access = match id.parse::<DatasetId>() {
            Ok(id) => self.access(caller, id).await?,
            Err(_) => None,
        };
        let (mut dataset, role) = access.ok_or_else(hidden)?;
        check_key(caller, dataset.id, need)?;
        if role < need.role() {
            if anonymous {
                return Err(Error::NotSignedIn);
            }
            return Err(Error::Forbidden {
                why: format!(
                    "your role in this dataset is {}; to {} it takes {}, which an owner can give",
                    role.as_str(),
                    need.in_words(),
                    need.role().as_str(),
                ),
            });
        }
        if dataset.status.is_at_work() {
            self.tell_progress(Arc::make_mut(&mut dataset)).await?;
        }
        Ok(DatasetScope { dataset, role })
    }

    /// A dataset that the caller may know of, and their role in it.
    pub(crate) async fn access(
        &self,
        caller: &Caller,
        id: DatasetId,
    ) -> Result<Option<(Arc<Dataset>, DatasetRole)>, Error> {
        let (key, now) = ((id, caller.user_id()), self.asked_now());
        let recent = &self.parts().recent.access;
        let known = recent.get(&key, now);
        let is_new = known.is_none();
        let access = match known {
            Some(known) => known,
            None => match self.store().dataset_for(key.0, key.1).await.or_nothing()? {
                Some(found) => Arc::new(Access {
                    dataset: Arc::new(found.dataset),
                    member: found.role,
                }),
                None => return Ok(None),
            },
        };
        let Some(role) = role_of(caller, &access.dataset, access.member) else {
            return Ok(None);
        };
        let dataset = Arc::clone(&access.dataset);
        if is_new {
            recent.put(key, access, now);
        }
        Ok(Some((dataset, role)))
    }
}

/// The caller's role in a dataset; nothing when they may not know of it. `member` is the role it
/// was shared with them under.
pub(crate) fn role_of(
    caller: &Caller,
    dataset: &Dataset,
    member: Option<DatasetRole>,
) -> Option<DatasetRole> {
    let public = dataset.is_public.then_some(DatasetRole::Viewer);
    match caller {
        Caller::Local => Some(DatasetRole::Owner),
        Caller::Anonymous => public,
        Caller::User(user) if user.via == Via::Embedding => user
            .only
            .as_ref()
            .is_some_and(|only| only.contains(&dataset.id))
            .then_some(DatasetRole::Viewer),
        Caller::User(user) if user.role == WorkspaceRole::Admin => Some(DatasetRole::Owner),
        Caller::User(user) => {
            // A viewer of the workspace only looks, whatever a dataset was shared as.
            let member = member.map(|role| match user.role {
                WorkspaceRole::Viewer => DatasetRole::Viewer,
                WorkspaceRole::Editor | WorkspaceRole::Admin => role,
            });
            member.max(public)
        }
    }
}

/// What the caller's API key allows, apart from what the person may do.
fn check_key(caller: &Caller, dataset: DatasetId, need: Need) -> Result<(), Error> {
    let Caller::User(user) = caller else {
        return Ok(());
    };
    if user
        .only
        .as_ref()
        .is_some_and(|only| !only.contains(&dataset))
    {
        return Err(Error::Scope {
            needed: need.scope(),
            why: "this API key is limited to other datasets; use a key without that limit, or \
                  add this dataset to the key"
                .to_owned(),
        });
    }
    if user.scope < need.scope() {
        return Err(Error::Scope {
            needed: need.scope(),
            why: format!(
                "this API key has the scope {}; to {} a dataset it takes {}",
                user.scope.as_str(),
                need.in_words(),
                need.scope().as_str(),
            ),
        });
    }
    Ok(())
}

/// A stranger's text, short enough to be repeated in an answer.
pub fn shorten(text: &str) -> String {
    const LONGEST: usize = 64;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
