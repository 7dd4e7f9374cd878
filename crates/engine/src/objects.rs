//! One box: the part of its picture by itself.

use std::io::Read;

use lamina_model::{Media, ObjectBox, ObjectId};

use crate::{DatasetScope, Engine, Error, access::shorten, error::OrNothing, view::undecodable};

/// A part of a picture, encoded.
#[derive(Debug)]
pub struct Crop {
    /// The encoded part, longest side at most 320 pixels.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
}

impl Engine {
    /// A box of a dataset and the picture that it is in.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such box, or the id is none.
    pub async fn object(
        &self,
        scope: &DatasetScope,
        id: &str,
    ) -> Result<(ObjectBox, Media), Error> {
        let not_found = || Error::NotFound {
            what: "object",
            id: shorten(id),
        };
        let object: ObjectId = id.parse().map_err(|_| not_found())?;
        let object = self.store().object(scope.id(), object).await;
        let object = object.or_nothing()?.ok_or_else(not_found)?;
        let media = self.media(scope, &object.media_id.to_string()).await?;
        Ok((object, media))
    }

    /// The part of a picture that a box encloses, decoded from the file on a thread for such work.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the file has gone from the source; [`Error::Busy`] when too
    /// many ask at once; [`Error::Conflict`] when the file cannot be decoded any more.
    pub async fn crop(&self, scope: &DatasetScope, object: &ObjectBox) -> Result<Crop, Error> {
        let original = self.original(scope, &object.media_id.to_string()).await?;
        let _turn = self.parts().views.turn().await?;
        let limits = self.parts().ingest.limits;
        let most = limits.max_file_bytes;
        let side = |pixels: i64| u32::try_from(pixels.max(0)).unwrap_or(u32::MAX);
        let part = [
            side(object.x_px),
            side(object.y_px),
            object.width_px,
            object.height_px,
        ];
        let (file, media) = (original.file, original.media);
        let made = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            // One byte above the limit is enough for the decoder to refuse.
            file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(lamina_vision::cutout(&bytes, part, &limits))
        });
        match made.await.map_err(Error::internal)? {
            Ok(Ok(view)) => Ok(Crop {
                bytes: view.bytes,
                media_type: view.media_type,
            }),
            Ok(Err(rejection)) => Err(undecodable(&media, &rejection)),
            Err(cause) => Err(Error::internal(cause)),
        }
    }
}
