//! Copies of pictures that browsers can show, made on demand and kept nowhere.

use std::io::Read;

use lamina_model::Media;
use lamina_vision::Rejection;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{DatasetScope, Engine, Error, Original};

/// How many may at a time: each holds one decoded picture.
const AT_WORK: usize = 2;
/// Callers that may wait for their turn beside them.
const WAITING: usize = 16;
/// When to come back where too many wait.
const RETRY_SECONDS: u32 = 2;

/// Who decodes a picture or runs a model just now, and who waits to.
#[derive(Debug)]
pub(crate) struct ViewDesk {
    seats: Semaphore,
    work: Semaphore,
}

impl Default for ViewDesk {
    fn default() -> Self {
        Self {
            seats: Semaphore::new(AT_WORK + WAITING),
            work: Semaphore::new(AT_WORK),
        }
    }
}

impl ViewDesk {
    /// Waits for one's turn to decode a picture or to run a model; it lasts until what comes back
    /// is dropped.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait already.
    pub(crate) async fn turn(&self) -> Result<[SemaphorePermit<'_>; 2], Error> {
        let seat = self.seats.try_acquire().map_err(|_| Error::Busy {
            why: "too many pictures and texts are being looked at just now; ask again in a moment"
                .to_owned(),
            retry_after_s: RETRY_SECONDS,
        })?;
        let turn = self.work.acquire().await.map_err(Error::internal)?;
        Ok([seat, turn])
    }
}

/// What a browser is to be shown of a picture.
#[derive(Debug)]
pub enum Shown {
    /// The file itself: browsers know its format.
    Original(Original),
    /// A picture whose copy [`Engine::copy_for_viewing`] makes. Its file is open.
    ToCopy(Original),
}

/// A copy of a picture that every browser shows.
#[derive(Debug)]
pub struct ViewCopy {
    /// The encoded copy, longest side at most 4096 pixels.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
}

impl Engine {
    /// Opens a picture for being shown.
    ///
    /// # Errors
    /// As [`Engine::original`].
    pub async fn shown(&self, scope: &DatasetScope, id: &str) -> Result<Shown, Error> {
        let original = self.original(scope, id).await?;
        if original.media.format.is_shown_by_browsers() {
            Ok(Shown::Original(original))
        } else {
            Ok(Shown::ToCopy(original))
        }
    }

    /// Makes a copy of a picture that every browser shows, on a thread for such work.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many ask at once; [`Error::Conflict`] when the file cannot be
    /// decoded any more.
    pub async fn copy_for_viewing(&self, original: Original) -> Result<ViewCopy, Error> {
        let _turn = self.parts().views.turn().await?;
        let limits = self.parts().ingest.limits;
        let most = limits.max_file_bytes;
        let Original { file, media, .. } = original;
        let made = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            // One byte above the limit is enough for the decoder to refuse.
            file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(lamina_vision::view(&bytes, &limits))
        });
        match made.await.map_err(Error::internal)? {
            Ok(Ok(view)) => Ok(ViewCopy {
                bytes: view.bytes,
                media_type: view.media_type,
            }),
            Ok(Err(rejection)) => Err(undecodable(&media, &rejection)),
            Err(cause) => Err(Error::internal(cause)),
        }
    }
}

pub(crate) fn undecodable(media: &Media, rejection: &Rejection) -> Error {
    Error::Conflict {
        code: "not_decodable",
        why: format!(
            "{} can no longer be decoded ({}); index the folder again to bring the dataset in line",
            media.path, rejection.note
        ),
    }
}
