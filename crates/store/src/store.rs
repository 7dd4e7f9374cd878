//! The one handle to everything at rest.

use std::path::{Path, PathBuf};

use crate::{
    blobs::Blobs,
    db::{Db, read},
    error::Result,
};

/// Rows and blobs. Cheap to clone; every clone is the same store.
///
/// Several processes may open the same data folder: `SQLite` lets one write at a time and the
/// others wait, and jobs are leased, so each is run by one of them.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) blobs: Blobs,
}

impl Store {
    /// Name of the database file inside the data folder.
    pub const DATABASE_FILE: &str = "lamina.db";
    /// Name of the blob folder inside the data folder.
    pub const BLOB_FOLDER: &str = "blobs";

    /// Opens the `SQLite` store of a data folder, making both where there are none, and brings the
    /// schema up to date.
    ///
    /// # Errors
    /// `Folder` when the folder cannot be used, `Migration` when the schema is not ours.
    pub async fn open_sqlite(folder: &Path) -> Result<Self> {
        fs_err::create_dir_all(folder)?;
        let blobs = Blobs::folder(&folder.join(Self::BLOB_FOLDER))?;
        // Two processes that make the same database at once would trip over each other.
        let _lock = OpenLock::take(folder.join("open.lock")).await?;
        let db = Db::open_sqlite(&folder.join(Self::DATABASE_FILE)).await?;
        Ok(Self { db, blobs })
    }

    /// Opens the `PostgreSQL` store at a URL such as `postgres://user@host/lamina`, with blobs
    /// kept apart.
    ///
    /// # Errors
    /// `Database` when it cannot be reached, `Migration` when the schema is not ours.
    pub async fn open_postgres(url: &str, blobs: Blobs) -> Result<Self> {
        let db = Db::open_postgres(url).await?;
        Ok(Self { db, blobs })
    }

    /// The blob store.
    pub const fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// How many writes of this store and its clones are over, failed ones too. What was read before
    /// and after the same number is not older than any of them; other processes are not counted.
    pub fn writes(&self) -> u64 {
        self.db.writes()
    }

    /// Asks the database for nothing, to see that it answers.
    ///
    /// # Errors
    /// `Database` or `Busy` when it does not.
    pub async fn ping(&self) -> Result<()> {
        read!(&self.db, pool => { sqlx::query("SELECT 1").execute(pool).await?; });
        Ok(())
    }

    /// Waits for running statements and closes. Clones are closed with it.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// Held while a data folder is opened.
#[derive(Debug)]
struct OpenLock(#[expect(dead_code, reason = "closing the file gives the lock back")] fs_err::File);

impl OpenLock {
    async fn take(path: PathBuf) -> Result<Self> {
        let waiting = tokio::task::spawn_blocking(move || {
            let file = fs_err::File::create(path)?;
            file.file().lock()?;
            Ok::<_, std::io::Error>(Self(file))
        });
        Ok(waiting.await.map_err(std::io::Error::other)??)
    }
}
