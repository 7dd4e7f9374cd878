//! What can go wrong at rest, without naming the libraries below.

/// The cause of a failure, for logs.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a method of this crate gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store could not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row or blob, or it was deleted.
    #[error("{what} not found")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
    },
    /// It would break a rule of uniqueness.
    #[error("{what} already exists")]
    Conflict {
        /// The kind of thing.
        what: &'static str,
    },
    /// Nobody would be left in a place that must not be empty.
    #[error("this is the last {what}; name another one first")]
    LastOne {
        /// Whose place it is.
        what: &'static str,
    },
    /// There are as many as there may be.
    #[error("there may be no more than {limit} {what}")]
    TooMany {
        /// The kind of thing.
        what: &'static str,
        /// How many there may be.
        limit: u64,
    },
    /// The job's lease ran out or was given to another runner; its work must stop.
    #[error("the lease of this job is no longer held")]
    LeaseLost,
    /// A cursor of another listing, or one that was tampered with.
    #[error("not a cursor of this listing: pass on the text that the page before gave, unchanged")]
    WrongCursor,
    /// Another process kept the database locked for too long.
    #[error("the database is busy: try again")]
    Busy(#[source] Cause),
    /// There is no room left on the disk of the database or of the blobs.
    #[error("the disk is full: {0}")]
    Full(#[source] Cause),
    /// What is stored contradicts itself or this program.
    #[error("stored {what} cannot be understood")]
    Corrupt {
        /// The kind of thing.
        what: &'static str,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[source] Cause),
    /// The blob store failed.
    #[error("the blob store failed: {0}")]
    Blob(#[source] Cause),
    /// The schema was made by another version of this program, or its migrations were edited.
    #[error("the database schema does not fit this program: {0}")]
    Migration(#[source] Cause),
    /// The data folder cannot be used.
    #[error("cannot use the data folder: {0}")]
    Folder(#[source] std::io::Error),
}

impl Error {
    /// Whether the same call may succeed a moment later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::RowNotFound) {
            return Self::NotFound { what: "row" };
        }
        let cause = error.as_database_error();
        if cause.is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
            return Self::Conflict { what: "row" };
        }
        // A row that hangs on one which is gone: the dataset was deleted meanwhile.
        if cause.is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation) {
            return Self::NotFound { what: "row" };
        }
        let code = cause.and_then(sqlx::error::DatabaseError::code);
        if matches!(error, sqlx::Error::PoolTimedOut) || is_busy(code.as_deref()) {
            return Self::Busy(Box::new(error));
        }
        if is_full(code.as_deref()) {
            return Self::Full(Box::new(error));
        }
        Self::Database(Box::new(error))
    }
}

/// `SQLite`: BUSY (5) and LOCKED (6) with their extended codes, whose low byte is the plain code.
/// `PostgreSQL`: serialisation failure, deadlock, lock not available.
fn is_busy(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    match code {
        "40001" | "40P01" | "55P03" => true,
        _ => code.len() < 5 && code.parse::<u32>().is_ok_and(|n| matches!(n & 0xff, 5 | 6)),
    }
}

/// `SQLite`: FULL. `PostgreSQL`: disk full.
fn is_full(code: Option<&str>) -> bool {
    matches!(code, Some("13" | "53100"))
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Box::new(error))
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return Self::NotFound { what: "blob" };
        }
        let first: &(dyn std::error::Error + 'static) = &error;
        let is_full = std::iter::successors(Some(first), |cause| cause.source())
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .any(has_no_room);
        if is_full {
            return Self::Full(Box::new(error));
        }
        Self::Blob(Box::new(error))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if has_no_room(&error) {
            return Self::Full(Box::new(error));
        }
        Self::Folder(error)
    }
}

/// Whether the disk is full, or as full as this user may make it.
fn has_no_room(cause: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(cause.kind(), StorageFull | QuotaExceeded)
}

/// Names what a broken rule of uniqueness was about, where the call knows it.
pub(crate) fn conflict(what: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |error| {
        let error = Error::from(error);
        if matches!(error, Error::Conflict { .. }) {
            return Error::Conflict { what };
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::Error;

    #[test]
    fn a_disk_without_room_is_told_as_such_whoever_noticed_it() {
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            let of_blobs = object_store::Error::Generic {
                store: "LocalFileSystem",
                source: Box::new(std::io::Error::from(kind)),
            };
            assert!(matches!(Error::from(of_blobs), Error::Full(_)), "{kind}");
            let of_files = Error::from(std::io::Error::from(kind));
            assert!(matches!(of_files, Error::Full(_)), "{kind}");
        }
        let other = Error::from(std::io::Error::from(ErrorKind::PermissionDenied));
        assert!(matches!(other, Error::Folder(_)));
    }
}
