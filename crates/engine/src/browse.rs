//! Going through the pictures of a dataset, and finding the dataset of a picture.

use lamina_model::{Caption, Cursor, Media, MediaId, Page, SourcePath};

use crate::{Caller, DatasetScope, Engine, Error, Need, access::shorten};

impl Engine {
    /// Pictures of a dataset in the order in which they were first indexed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the cursor is not one of this listing.
    pub async fn media_page(
        &self,
        scope: &DatasetScope,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Media>, Error> {
        Ok(self.store().media_page(scope.id(), after, limit).await?)
    }

    /// The picture whose file has an address: its path below the source, the whole path of the
    /// file, or that with `file://` before it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn media_at(&self, scope: &DatasetScope, uri: &str) -> Result<MediaId, Error> {
        let path = uri.strip_prefix("file://").unwrap_or(uri);
        let source = scope.dataset().source.to_string();
        let below = path
            .strip_prefix(source.trim_end_matches('/'))
            .and_then(|rest| rest.strip_prefix('/'));
        for path in [Some(path), below].into_iter().flatten() {
            let path = SourcePath::from_bytes(path);
            if let Some(id) = self.store().media_at(scope.id(), &path).await? {
                return Ok(id);
            }
        }
        Err(Error::NotFound {
            what: "media",
            id: shorten(uri),
        })
    }

    /// The captions of a picture, in order.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such picture.
    pub async fn captions(
        &self,
        scope: &DatasetScope,
        id: &str,
    ) -> Result<(MediaId, Vec<Caption>), Error> {
        let media = self.media(scope, id).await?;
        let captions = self.store().captions_of(scope.id(), media.id).await?;
        Ok((media.id, captions))
    }

    /// What is known about one picture, for callers who know only its own id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such picture, the id is none, or the caller may not
    /// see its dataset; otherwise as [`Engine::dataset`].
    pub async fn media_anywhere(
        &self,
        caller: &Caller,
        id: &str,
        need: Need,
    ) -> Result<(DatasetScope, Media), Error> {
        let not_found = || Error::NotFound {
            what: "media",
            id: shorten(id),
        };
        let media_id = id.parse::<MediaId>().map_err(|_| not_found())?;
        let hide = |cause: Error| {
            if matches!(cause, Error::NotFound { .. }) {
                not_found()
            } else {
                cause
            }
        };
        let dataset = self
            .store()
            .dataset_of_media(media_id)
            .await
            .map_err(|cause| hide(cause.into()))?;
        let scope = self
            .dataset(caller, &dataset.to_string(), need)
            .await
            .map_err(hide)?;
        let media = self.media(&scope, id).await?;
        Ok((scope, media))
    }
}
