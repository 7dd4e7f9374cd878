//! Reading what is known about single files: thumbnails, originals, rejected files.

use std::{ffi::OsStr, fs::File, os::unix::ffi::OsStrExt, path::Path};

use bytes::Bytes;
use lamina_model::{Cursor, FileOutcome, Media, MediaId, Page, RejectReason, SourcePath};

use lamina_store::LeftOut;

use crate::{
    DatasetScope, Engine, Error, SourceRoots,
    access::shorten,
    error::OrNothing,
    ingest::{leads_below, plain, resolved},
};

/// A small copy of a picture.
#[derive(Debug, Clone)]
pub struct Thumbnail {
    /// The encoded picture, longest side at most 320 pixels.
    pub bytes: Bytes,
    /// Its media type, read off the bytes.
    pub media_type: &'static str,
    /// Changes when and only when the picture does.
    pub content_hash: [u8; 32],
}

/// A picture as it lies in the source.
#[derive(Debug)]
pub struct Original {
    /// The open file, at its beginning.
    pub file: File,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// What is known about it.
    pub media: Media,
}

/// A file that claims to be a picture and could not be indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedFile {
    /// The file, relative to the source.
    pub path: SourcePath,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Why, as a word.
    pub reason: RejectReason,
    /// Why, with the numbers.
    pub note: String,
}

impl Engine {
    /// What is known about one picture.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such picture, or the id is none.
    pub async fn media(&self, scope: &DatasetScope, id: &str) -> Result<Media, Error> {
        let not_found = || Error::NotFound {
            what: "media",
            id: shorten(id),
        };
        let media_id = id.parse::<MediaId>().map_err(|_| not_found())?;
        self.store()
            .media(scope.id(), media_id)
            .await
            .or_nothing()?
            .ok_or_else(not_found)
    }

    /// The thumbnail of one picture.
    pub async fn thumbnail(&self, scope: &DatasetScope, id: &str) -> Result<Thumbnail, Error> {
        let media = self.media(scope, id).await?;
        let bytes = self.store().thumbnail(scope.id(), &media.placement).await?;
        let media_type = if bytes.starts_with(b"RIFF") {
            "image/webp"
        } else {
            "image/jpeg"
        };
        Ok(Thumbnail {
            bytes,
            media_type,
            content_hash: media.content_hash,
        })
    }

    /// One picture as it lies in the source.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the file has gone from the source, or now lies outside the
    /// import roots.
    pub async fn original(&self, scope: &DatasetScope, id: &str) -> Result<Original, Error> {
        let media = self.media(scope, id).await?;
        let place = self.place_of(scope.dataset());
        let path = place.folder.join(OsStr::from_bytes(media.path.as_bytes()));
        let opened = tokio::task::spawn_blocking(move || open_below(&path, &place.roots)).await;
        let (file, size_bytes) =
            opened
                .map_err(Error::internal)?
                .map_err(|cause| Error::NotFound {
                    what: "original",
                    id: format!(
                        "{} ({}); index the folder again to bring the dataset in line",
                        media.path,
                        plain(&cause)
                    ),
                })?;
        Ok(Original {
            file,
            size_bytes,
            media,
        })
    }

    /// Files that could not be indexed, in the order of their paths.
    pub async fn rejected(
        &self,
        scope: &DatasetScope,
        reason: Option<RejectReason>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<RejectedFile>, Error> {
        let page = self
            .store()
            .left_out(scope.id(), LeftOut::Rejected(reason), after, limit)
            .await?;
        let items = page
            .items
            .into_iter()
            .filter_map(|record| match record.outcome {
                FileOutcome::Rejected { reason, note } => Some(RejectedFile {
                    path: record.path,
                    size_bytes: record.stamp.size_bytes,
                    reason,
                    note,
                }),
                FileOutcome::Indexed(_) | FileOutcome::Ignored(_) => None,
            });
        Ok(Page {
            items: items.collect(),
            next: page.next,
        })
    }
}

/// Opens a regular file, unless links led it out of the roots since it was indexed.
pub(crate) fn open_below(path: &Path, roots: &SourceRoots) -> std::io::Result<(File, u64)> {
    if let SourceRoots::Below(roots) = roots
        && !leads_below(path, &resolved(roots))
    {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    let file = fs_err::File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    Ok((file.into_parts().0, metadata.len()))
}
