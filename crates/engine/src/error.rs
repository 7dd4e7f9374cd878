//! What can go wrong, by what the caller can do about it. No status codes: `lamina-api` has those.

use std::error::Error as StdError;

/// Why a verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value that the caller gave cannot be used.
    #[error("{why}")]
    Invalid {
        /// Which value, as a stable word: the code is `invalid_<field>`.
        field: &'static str,
        /// What is wrong with it and what would be right.
        why: String,
    },
    /// Nobody is signed in and the verb needs somebody.
    #[error("{}", lamina_auth::TokenProblem::CredentialsMissing)]
    NotSignedIn,
    /// The caller may see the thing but not do this with it.
    #[error("{why}")]
    Forbidden {
        /// Which right is missing and who can give it.
        why: String,
    },
    /// Nobody is signed in: what was shown does not prove who it is.
    #[error("{why}")]
    Rejected {
        /// A stable word for the cause, such as `session_expired`.
        code: &'static str,
        /// What is wrong with it and what to do.
        why: String,
    },
    /// The token does not prove who it is.
    #[error("{0}")]
    Token(#[source] lamina_auth::TokenProblem),
    /// The API key does not reach this far, whatever its owner may do.
    #[error("{why}")]
    Scope {
        /// The scope that would be needed.
        needed: lamina_model::Scope,
        /// What the key lacks and what would do.
        why: String,
    },
    /// The caller may not do this now, for a cause that has a word of its own.
    #[error("{why}")]
    Refused {
        /// A stable word for the cause, such as `password_change_required`.
        code: &'static str,
        /// What stands in the way and what would clear it.
        why: String,
    },
    /// Too many tries; waiting helps.
    #[error("{why}")]
    TooMany {
        /// What there was too much of.
        why: String,
        /// When to come back.
        retry_after_s: u32,
    },
    /// It is not there, or the caller may not know of it.
    #[error("{what} not found: {id}")]
    NotFound {
        /// The noun, as a stable word: the code is `<noun>_not_found`.
        what: &'static str,
        /// What was asked for, as the caller wrote it.
        id: String,
    },
    /// The state of the thing forbids it.
    #[error("{why}")]
    Conflict {
        /// A stable word for the kind of conflict, such as `dataset_exists`.
        code: &'static str,
        /// What stands in the way and what would clear it.
        why: String,
    },
    /// Too much at once; later it will do.
    #[error("{why}")]
    Busy {
        /// What is busy.
        why: String,
        /// When to come back.
        retry_after_s: u32,
    },
    /// What was sent is larger than it may be.
    #[error("{why}")]
    TooLarge {
        /// Which thing, its limit, and what would do.
        why: String,
    },
    /// The disk of the server is full.
    #[error("{why}")]
    NoSpace {
        /// Which disk, and who can help.
        why: String,
    },
    /// A fault of the program or its machine; told to the caller without details.
    #[error("something went wrong inside Lamina")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// A stable `snake_case` code for scripts.
    pub fn code(&self) -> String {
        match self {
            Self::Invalid { field, .. } => format!("invalid_{field}"),
            Self::NotSignedIn => lamina_auth::TokenProblem::CredentialsMissing
                .code()
                .to_owned(),
            Self::Forbidden { .. } => "forbidden".to_owned(),
            Self::Rejected { code, .. }
            | Self::Refused { code, .. }
            | Self::Conflict { code, .. } => (*code).to_owned(),
            Self::Scope { .. } => "insufficient_scope".to_owned(),
            Self::Token(problem) => problem.code().to_owned(),
            Self::TooMany { .. } => "too_many_tries".to_owned(),
            Self::NotFound { what, .. } => format!("{what}_not_found"),
            Self::Busy { .. } => "busy".to_owned(),
            Self::TooLarge { .. } => "too_large".to_owned(),
            Self::NoSpace { .. } => "no_space".to_owned(),
            Self::Internal(_) => "internal".to_owned(),
        }
    }

    /// Wraps a fault that the caller can do nothing about.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// A wrong value.
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            why: why.into(),
        }
    }
}

impl From<lamina_store::Error> for Error {
    fn from(cause: lamina_store::Error) -> Self {
        use lamina_store::Error as Store;
        match cause {
            Store::Busy(_) => Self::Busy {
                why: "the database is busy with other work; try again".to_owned(),
                retry_after_s: 1,
            },
            Store::Full(_) => Self::NoSpace {
                why: "the disk with Lamina's data is full; try again once there is room (a job \
                      that met it is begun again by itself)"
                    .to_owned(),
            },
            Store::WrongCursor => Self::invalid("cursor", Store::WrongCursor.to_string()),
            Store::TooMany { what, limit } => Self::Conflict {
                code: "too_many",
                why: format!("there may be no more than {limit} {what}; remove one first"),
            },
            Store::LastOne { what } => Self::Conflict {
                code: "last_one",
                why: format!("this is the last {what}; name another one first"),
            },
            Store::NotFound {
                what:
                    what @ ("dataset" | "media" | "task" | "user" | "member" | "session" | "key" | "tag"
                    | "change" | "export"),
            } => Self::NotFound {
                what,
                id: "it was removed meanwhile".to_owned(),
            },
            other => Self::internal(other),
        }
    }
}

/// Turns "no such row" into nothing.
pub(crate) trait OrNothing<T> {
    /// The value, or nothing where the store has none.
    fn or_nothing(self) -> Result<Option<T>, Error>;
}

impl<T> OrNothing<T> for Result<T, lamina_store::Error> {
    fn or_nothing(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(lamina_store::Error::NotFound { .. }) => Ok(None),
            Err(cause) => Err(cause.into()),
        }
    }
}
