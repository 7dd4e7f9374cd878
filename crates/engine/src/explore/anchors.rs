//! Pictures, and parts of pictures, that those wanted are to be like or unlike.

use std::{io::Read, sync::Arc};

use lamina_model::{
    AnchorId, Clause, Media, MediaId, PixelBox, Presence, Pull, Region, RegionUnit,
};
use lamina_vision::Part;

use super::{PICTURES, wanted::Wanted};
use crate::{DatasetScope, Engine, Error, access::shorten, error::OrNothing};

/// How long an uploaded picture can be searched with.
const ANCHOR_SECONDS: i64 = 30 * 86_400;
/// What an anchor's id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorOf {
    /// A picture of the dataset, or a box in one.
    Media,
    /// A picture that was uploaded to be searched with.
    Upload,
    /// Either of them.
    Either,
}

/// A picture to search with, as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct AnchorWish {
    /// Its id.
    pub id: String,
    /// What that is the id of.
    pub of: AnchorOf,
    /// The part that matters; the whole picture where nothing is said.
    pub region: Option<Region>,
    /// Whether more like this or less like this is wanted.
    pub pull: Pull,
}

/// A picture to search with, looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    pub(super) vector: Arc<Vec<f32>>,
    pub(super) pull: Pull,
    /// The picture itself where the whole of it is asked for: it is its own best answer.
    pub(super) own: Option<MediaId>,
}

/// A part of a picture, as its file was.
pub(super) type PartKey = (MediaId, [u8; 32], PixelBox);

/// Where the bytes of a picture are. A file is read when it is its turn, so that those who wait
/// hold no picture.
enum Source {
    Bytes(Vec<u8>),
    File(std::fs::File),
}

impl Source {
    fn read(self, max_file_bytes: u64) -> Result<Vec<u8>, Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::File(file) => {
                let mut bytes = Vec::new();
                // One byte above the limit is enough for the decoder to refuse.
                let mut file = file.take(max_file_bytes.saturating_add(1));
                file.read_to_end(&mut bytes).map_err(Error::internal)?;
                Ok(bytes)
            }
        }
    }
}

impl Engine {
    /// Looks up a picture to search with.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such picture; [`Error::Invalid`] named
    /// `bounding_box` for a part that it does not have; [`Error::Conflict`] when its file cannot
    /// be decoded any more; [`Error::Busy`] while the index is being made again.
    pub async fn anchor(&self, scope: &DatasetScope, wish: AnchorWish) -> Result<Anchor, Error> {
        let found = match wish.of {
            AnchorOf::Upload => None,
            AnchorOf::Media => Some(self.pictured(scope, &wish).await?),
            AnchorOf::Either => match self.pictured(scope, &wish).await {
                Ok(found) => Some(found),
                Err(Error::NotFound { .. }) => None,
                Err(cause) => return Err(cause),
            },
        };
        let Some((media, region)) = found else {
            if wish.region.is_some() {
                let why =
                    "the pixels of an uploaded picture are not kept: name its part when it is sent";
                return Err(Error::invalid("bounding_box", why.to_owned()));
            }
            return Ok(Anchor {
                vector: Arc::new(self.anchor_vector(scope, &wish.id).await?),
                pull: wish.pull,
                own: None,
            });
        };
        let whole = [0, 0, media.width_px, media.height_px];
        let pixels = region.map_or(Some(whole), |region| {
            region.pixels(media.width_px, media.height_px)
        });
        let pixels = pixels.ok_or_else(|| outside(media.width_px, media.height_px))?;
        let (own, kept) = if pixels == whole {
            (Some(media.id), self.kept_vector(scope, media.id).await?)
        } else {
            (None, None)
        };
        let vector = match kept {
            Some(vector) => Arc::new(vector),
            None => self.part_vector(scope, &media, region, pixels).await?,
        };
        Ok(Anchor {
            vector,
            pull: wish.pull,
            own,
        })
    }

    /// The picture with the id, or the one that the box with the id is in; and the part of it that
    /// matters.
    async fn pictured(
        &self,
        scope: &DatasetScope,
        wish: &AnchorWish,
    ) -> Result<(Media, Option<Region>), Error> {
        let not_found = match self.media(scope, &wish.id).await {
            Err(cause @ Error::NotFound { .. }) => cause,
            other => return Ok((other?, wish.region)),
        };
        let (object, media) = match self.object(scope, &wish.id).await {
            Err(Error::NotFound { .. }) => return Err(not_found),
            other => other?,
        };
        if wish.region.is_some() {
            let why = "the id is that of a box, which is a part of its picture already: leave the \
                       other part out, or name the picture";
            return Err(Error::invalid("bounding_box", why));
        }
        #[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
        let edge = |pixels: i64| pixels as f64;
        let region = Region {
            unit: RegionUnit::Pixels,
            x: edge(object.x_px),
            y: edge(object.y_px),
            width: f64::from(object.width_px),
            height: f64::from(object.height_px),
        };
        Ok((media, Some(region)))
    }

    /// The vector of a picture in the generation that is shown, if it has one there.
    async fn kept_vector(
        &self,
        scope: &DatasetScope,
        id: MediaId,
    ) -> Result<Option<Vec<f32>>, Error> {
        let one = Wanted {
            filter: lamina_model::Filter::everything().and(Clause::Media {
                mode: Presence::In,
                ids: [id].into(),
            }),
            ..Wanted::default()
        };
        let found = self.ask_for(scope, one, move |seen, _| {
            let Some(row) = seen.index.row_of(id) else {
                return Ok(None);
            };
            seen.index.vector(PICTURES, row).map_err(Error::internal)
        });
        Ok(found.await?.flatten())
    }

    /// The vector of a part of a picture, made from its file.
    async fn part_vector(
        &self,
        scope: &DatasetScope,
        media: &Media,
        region: Option<Region>,
        pixels: PixelBox,
    ) -> Result<Arc<Vec<f32>>, Error> {
        let key = (media.id, media.content_hash, pixels);
        let known = &self.parts().indexes.parts;
        if let Some(vector) = known.find(&key) {
            return Ok(vector);
        }
        let original = self.original(scope, &media.id.to_string()).await?;
        let no_longer = |why: String| Error::Conflict {
            code: "not_decodable",
            why: format!(
                "{} {why}; index the folder again to bring the dataset in line",
                media.path
            ),
        };
        let (part, vector) = self
            .embed_part(Source::File(original.file), region)
            .await?
            .map_err(|why| no_longer(format!("can no longer be decoded ({why})")))?;
        // A part of another picture is not what was pointed at.
        if part.content_hash != media.content_hash {
            return Err(no_longer("changed since it was indexed".to_owned()));
        }
        let vector = Arc::new(vector);
        known.remember(key, &vector);
        Ok(vector)
    }

    /// Cuts a part out of a file and makes its vector, when it is the caller's turn. The inner
    /// error says in words why the file cannot be decoded.
    async fn embed_part(
        &self,
        source: Source,
        region: Option<Region>,
    ) -> Result<Result<(Part, Vec<f32>), String>, Error> {
        let _turn = self.parts().views.turn().await?;
        let engine = self.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let parts = engine.parts();
            let bytes = source.read(parts.ingest.limits.max_file_bytes)?;
            let cut = match lamina_vision::part(&bytes, region, &parts.ingest.limits) {
                Ok(cut) => cut,
                Err(why) => return Ok(Err(format!("{}: {}", why.reason.sentence(), why.note))),
            };
            let part = cut.ok_or_else(|| {
                let why = "it lies outside the picture, or is empty";
                Error::invalid("bounding_box", why.to_owned())
            })?;
            let tensor = std::slice::from_ref(&part.tensor);
            let mut vectors = parts.embedder.embed(tensor).map_err(Error::internal)?;
            Ok(Ok((part, vectors.pop().unwrap_or_default())))
        });
        looked.await.map_err(Error::internal)?
    }

    /// The vector that a picture of the dataset has whose file holds these bytes: what the same
    /// file finds first is that picture, at no distance, whatever its vector was reckoned with.
    async fn vector_of_file(
        &self,
        scope: &DatasetScope,
        content_hash: &[u8; 32],
    ) -> Result<Option<Vec<f32>>, Error> {
        let same = self
            .store()
            .media_by_content(scope.id(), content_hash)
            .await?;
        let Some(media) = same.first() else {
            return Ok(None);
        };
        match self.kept_vector(scope, media.id).await {
            // The one that was made just now is good enough while there is no index.
            Err(Error::Busy { .. }) => Ok(None),
            other => other,
        }
    }

    async fn anchor_vector(&self, scope: &DatasetScope, id: &str) -> Result<Vec<f32>, Error> {
        let not_found = || Error::NotFound {
            what: "anchor",
            id: shorten(id),
        };
        let anchor: AnchorId = id.parse().map_err(|_| not_found())?;
        let found = self.store().anchor(scope.id(), anchor).await.or_nothing()?;
        let (model, vector) = found.ok_or_else(not_found)?;
        // Vectors of different models mean nothing to each other.
        if !self.parts().is_comparable(&model) {
            return Err(not_found());
        }
        Ok(vector)
    }

    /// Takes a picture, or a part of one, to search with, through the same decoder and model as
    /// those of a dataset. Its pixels are not kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] named `file` when it is no picture that can be read, and named
    /// `bounding_box` when the part lies outside of it; [`Error::Conflict`] while the dataset
    /// has no generation.
    pub async fn add_anchor(
        &self,
        scope: &DatasetScope,
        bytes: Vec<u8>,
        region: Option<Region>,
    ) -> Result<AnchorId, Error> {
        scope.shown()?;
        let (part, vector) = self
            .embed_part(Source::Bytes(bytes), region)
            .await?
            .map_err(|why| Error::invalid("file", why))?;
        let known = match region {
            None => self.vector_of_file(scope, &part.content_hash).await?,
            Some(_) => None,
        };
        let vector = known.unwrap_or(vector);
        let now = self.clock().now();
        let store = self.store();
        store
            .forget_anchors(now.plus_seconds(-ANCHOR_SECONDS))
            .await?;
        let id = AnchorId::new(self.clock(), self.chance());
        let model = self.parts().embedder.model();
        store
            .insert_anchor(
                scope.id(),
                id,
                model.as_str(),
                &part.content_hash,
                &vector,
                now,
            )
            .await?;
        Ok(id)
    }
}

fn outside(width_px: u32, height_px: u32) -> Error {
    let why = format!(
        "it lies outside the picture, which has {width_px} x {height_px} pixels, or is empty"
    );
    Error::invalid("bounding_box", why)
}
