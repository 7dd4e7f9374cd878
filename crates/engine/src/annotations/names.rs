//! Every picture of a dataset by the names of its file, for other rooms of this one.

use std::os::unix::ffi::OsStrExt;

use lamina_model::{Dataset, MediaId, SourcePath};

use super::{
    pictures::{Picture, Pictures},
    taker::say,
};
use crate::{Engine, ingest::Stopped, jobs::JobContext};

/// Pictures read from the store at a time.
const PAGE: usize = 4096;

/// Every picture of a dataset by the names of its file.
#[derive(Debug)]
pub(crate) struct PictureNames(Pictures);

impl PictureNames {
    /// Reads all names: about 100 bytes a picture.
    pub(crate) async fn read(
        engine: &Engine,
        dataset: &Dataset,
        job: &JobContext,
    ) -> Result<Self, Stopped> {
        let place = engine.place_of(dataset);
        let mut pictures = Pictures::of(place.folder.as_os_str().as_bytes());
        let mut last: Option<SourcePath> = None;
        loop {
            let page = engine
                .store()
                .facts_after(dataset.id, last.as_ref(), PAGE)
                .await?;
            job.check()?;
            let more = page.len() == PAGE;
            last = page.last().map(|facts| facts.path.clone());
            for facts in page {
                let picture = Picture {
                    id: facts.id,
                    width_px: facts.width_px,
                    height_px: facts.height_px,
                };
                pictures.add(&facts.path, picture);
            }
            if !more {
                break;
            }
        }
        pictures.ready();
        Ok(Self(pictures))
    }

    /// The picture that a name means.
    ///
    /// # Errors
    /// That there is none of that name, or several.
    pub(crate) fn find(&self, name: &str) -> Result<MediaId, String> {
        let found = say(self.0.find(b"", name), name);
        found
            .map(|number| self.0.get(number).id)
            .map_err(|(_, why)| why)
    }
}
