//! The two databases behind one SQL text.
//!
//! Every statement uses `$n`, `ON CONFLICT`, `RETURNING` and row values, which both understand.
//! The macros compile a body once for each. `SQLite` has one writing connection, because it has
//! one writer anyway and a queue in this process is fairer than retries on its lock.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{
    PgPool, SqlitePool,
    migrate::Migrator,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::error::Result;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a write waits for another process before it says busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a call waits for a free connection of this process.
const ACQUIRE_TIMEOUT: Duration = Duration::from_mins(1);
const SQLITE_READERS: u32 = 6;
const POSTGRES_CONNECTIONS: u32 = 16;

/// The open database.
#[derive(Debug, Clone)]
pub(crate) struct Db {
    pub(crate) pools: Pools,
    writes: Arc<AtomicU64>,
}

/// Which of the two it is.
#[derive(Debug, Clone)]
pub(crate) enum Pools {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// Runs one body on a pool for reading.
macro_rules! read {
    ($db:expr, $pool:ident => $body:expr) => {
        match &$db.pools {
            $crate::db::Pools::Sqlite { readers: $pool, .. } => $body,
            $crate::db::Pools::Postgres($pool) => $body,
        }
    };
}

/// Runs one body on a pool for a single writing statement.
///
/// A statement that gives rows back is read to its end, by `fetch_all`: only then is it written
/// down, and only then can a full disk be noticed. `fetch_one` and `fetch_optional` stop at the
/// first row.
macro_rules! write {
    ($db:expr, $pool:ident => $body:expr) => {{
        let _counted = $db.writing();
        match &$db.pools {
            $crate::db::Pools::Sqlite { writer: $pool, .. } => $body,
            $crate::db::Pools::Postgres($pool) => $body,
        }
    }};
}

/// Runs one body in a writing transaction. Leaving the body by `?` or `return` rolls back.
///
/// `SQLite` takes its write lock at once: a lock taken halfway could not be waited for.
macro_rules! transact {
    ($db:expr, $tx:ident => $body:expr) => {{
        let _counted = $db.writing();
        match &$db.pools {
            $crate::db::Pools::Sqlite { writer, .. } => {
                let mut $tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                let outcome = $body;
                $tx.commit().await?;
                outcome
            }
            $crate::db::Pools::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let outcome = $body;
                $tx.commit().await?;
                outcome
            }
        }
    }};
}

/// Makes the transactions that take this lock go one by one. `SQLite` does so anyway;
/// `PostgreSQL` holds the row until the transaction ends.
macro_rules! take_lock {
    ($tx:ident, $name:literal) => {
        sqlx::query(concat!(
            "INSERT INTO settings (key, value) VALUES ('",
            $name,
            "', '') ON CONFLICT (key) DO UPDATE SET value = ''"
        ))
        .execute(&mut *$tx)
        .await?
    };
}

pub(crate) use {read, take_lock, transact, write};

/// A write under way; counted when it is over, whatever came of it.
#[derive(Debug)]
pub(crate) struct Writing<'a>(&'a AtomicU64);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Db {
    fn of(pools: Pools) -> Self {
        Self {
            pools,
            writes: Arc::default(),
        }
    }

    /// Begins a write.
    pub(crate) fn writing(&self) -> Writing<'_> {
        Writing(&self.writes)
    }

    /// How many writes are over.
    pub(crate) fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// Opens the file, makes it where there is none, and brings its schema up to date.
    pub(crate) async fn open_sqlite(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("journal_size_limit", "67108864")
            .optimize_on_close(true, 400);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone())
            .await?;
        SQLITE_MIGRATIONS.run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(None)
            .connect_with(
                options
                    .optimize_on_close(false, None)
                    .pragma("query_only", "on"),
            )
            .await?;
        Ok(Self::of(Pools::Sqlite { writer, readers }))
    }

    /// Connects, and brings the schema up to date under `PostgreSQL`'s own lock.
    pub(crate) async fn open_postgres(url: &str) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect(url)
            .await?;
        POSTGRES_MIGRATIONS.run(&pool).await?;
        Ok(Self::of(Pools::Postgres(pool)))
    }

    /// Waits for what is running and closes every connection.
    pub(crate) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}
