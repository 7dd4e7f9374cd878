//! Bulky bytes under a key, written once and whole.
//!
//! Keys are relative paths of plain ASCII made by this crate and its callers, such as
//! `datasets/{dataset}/segments/{segment}/vectors`; no part of them comes from a stranger.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::TryStreamExt;
use lamina_model::Timestamp;
use object_store::{
    ObjectStore, ObjectStoreExt, local::LocalFileSystem, memory::InMemory, path::Path as Key,
};

use crate::error::Result;

/// Where blobs lie. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

/// One blob of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobInfo {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub size_bytes: u64,
    /// When it was written.
    pub modified_at: Timestamp,
}

/// Bytes of a part of a large blob; S3 takes no less than 5 MiB and no more than 10,000 parts.
const PART_BYTES: u64 = 32 << 20;

fn read_part(file: &Path, offset: u64) -> std::io::Result<Bytes> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = fs_err::File::open(file)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut part = Vec::new();
    file.take(PART_BYTES).read_to_end(&mut part)?;
    Ok(part.into())
}

impl Blobs {
    /// Blobs as files of a folder, which is made where there is none. A blob is on the disk, not
    /// only in its cache, before a write returns, so that rows never speak of bytes that a power
    /// cut took.
    ///
    /// # Errors
    /// `Folder` when the folder cannot be made or read.
    pub fn folder(folder: &Path) -> Result<Self> {
        fs_err::create_dir_all(folder)?;
        let files = LocalFileSystem::new_with_prefix(folder)?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self(Arc::new(files)))
    }

    /// Blobs in memory, for tests.
    pub fn memory() -> Self {
        Self(Arc::new(InMemory::new()))
    }

    /// Writes a blob, whole or not at all, in place of one under the same key.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        self.0.put(&Key::from(key), bytes.into()).await?;
        Ok(())
    }

    /// Writes a blob from a file, part by part, in place of one under the same key.
    ///
    /// # Errors
    /// `Folder` when the file cannot be read.
    pub async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        let mut upload = self.0.put_multipart(&Key::from(key)).await?;
        let (mut offset, file) = (0, file.to_owned());
        loop {
            let path = file.clone();
            let read = tokio::task::spawn_blocking(move || read_part(&path, offset));
            let part = read.await.map_err(std::io::Error::other)??;
            if part.is_empty() {
                upload.complete().await?;
                return Ok(());
            }
            offset += part.len() as u64;
            upload.put_part(part.into()).await?;
        }
    }

    /// The whole blob.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn get(&self, key: &str) -> Result<Bytes> {
        Ok(self.0.get(&Key::from(key)).await?.bytes().await?)
    }

    /// `length` bytes of a blob from byte `offset` on; fewer where it ends before.
    ///
    /// # Errors
    /// `NotFound` when there is none, `Blob` when it ends before `offset`.
    pub async fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Bytes> {
        let range = offset..offset.saturating_add(length);
        Ok(self.0.get_range(&Key::from(key), range).await?)
    }

    /// Removes a blob; none being there is no failure.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.0.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every blob whose key begins with these whole parts, ordered by key.
    pub async fn list(&self, prefix: &str) -> Result<Vec<BlobInfo>> {
        let prefix = Key::from(prefix);
        let mut found: Vec<BlobInfo> = self
            .0
            .list(Some(&prefix))
            .map_ok(|meta| BlobInfo {
                key: meta.location.to_string(),
                size_bytes: meta.size,
                modified_at: Timestamp::from_micros(meta.last_modified.timestamp_micros()),
            })
            .try_collect()
            .await?;
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    /// The names directly below a prefix, as the folders of a file system would be.
    pub async fn folders(&self, prefix: &str) -> Result<Vec<String>> {
        let listing = self.0.list_with_delimiter(Some(&Key::from(prefix))).await?;
        Ok(listing
            .common_prefixes
            .iter()
            .filter_map(|key| key.filename().map(str::to_owned))
            .collect())
    }
}
