//! Pictures as comparing asks for them: one by one, from its own threads.
//!
//! Signatures are read from a file. For a thumbnail those threads wait for the read, which the
//! runtime makes on others: they are neither its own nor ever waited for by it. What may be a
//! drawing is asked for, a few times each; from a bucket that costs its round trip each time.

use std::sync::OnceLock;

use lamina_analysis::{Closeup, Pictures};
use lamina_model::{DatasetId, Placement, Signature};
use lamina_store::{Error as StoreError, Store};
use lamina_vision::DecodeLimits;
use tokio::runtime::Handle;

use super::signatures::SignatureFile;
use crate::Error;

/// The pictures that are compared, in their order.
pub(super) struct PicturesAtRest {
    store: Store,
    dataset: DatasetId,
    placements: Vec<Placement>,
    signatures: SignatureFile,
    runtime: Handle,
    fault: OnceLock<Error>,
}

impl PicturesAtRest {
    /// To be made on the runtime, and asked on other threads.
    pub(super) fn new(
        store: &Store,
        dataset: DatasetId,
        placements: Vec<Placement>,
        signatures: SignatureFile,
    ) -> Self {
        Self {
            store: store.clone(),
            dataset,
            placements,
            signatures,
            runtime: Handle::current(),
            fault: OnceLock::new(),
        }
    }

    /// Whether something could not be read, so that all that is still said is in vain.
    pub(super) fn has_failed(&self) -> bool {
        self.fault.get().is_some()
    }

    /// Why something could not be read, if so it was.
    pub(super) fn into_fault(self) -> Option<Error> {
        self.fault.into_inner()
    }
}

impl Pictures for PicturesAtRest {
    fn signature(&self, row: u32) -> Signature {
        self.signatures.read(row as usize).unwrap_or_else(|cause| {
            // The first tells it all. What is made of nothing is thrown away.
            let _ = self.fault.set(StoreError::from(cause).into());
            Signature::new([0; Signature::LEN])
        })
    }

    fn closeup(&self, row: u32) -> Option<Closeup> {
        #[expect(clippy::cast_possible_truncation, reason = "some hundred")]
        const SIDE: u32 = Closeup::SIDE as u32;
        if self.has_failed() {
            return None;
        }
        let placement = self.placements.get(row as usize)?;
        let read = self.store.thumbnail(self.dataset, placement);
        let bytes = match self.runtime.block_on(read) {
            Ok(bytes) => bytes,
            Err(cause @ (StoreError::NotFound { .. } | StoreError::Corrupt { .. })) => {
                tracing::warn!(dataset.id = %self.dataset, ?placement,
                    error = &cause as &dyn std::error::Error,
                    "a thumbnail is missing; the signature of its picture must do");
                return None;
            }
            Err(cause) => {
                // What cannot be read now may be read later, and would be remembered otherwise. The
                // first tells it all.
                let _ = self.fault.set(cause.into());
                return None;
            }
        };
        match lamina_vision::grey_square(&bytes, SIDE, &DecodeLimits::default()) {
            Ok(square) => Closeup::new(square.luma, square.longest_px),
            Err(rejection) => {
                tracing::warn!(dataset.id = %self.dataset, ?placement, note = rejection.note,
                    "a thumbnail cannot be decoded; the signature of its picture must do");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::{BlobSlice, SegmentId};
    use lamina_testkit::{CountingChance, TickingClock};

    use super::*;
    use crate::ingest::scratch;

    #[tokio::test]
    async fn a_signature_that_cannot_be_read_is_a_fault_and_one_that_can_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        let file = scratch::unnamed(&folder.path().join("signatures")).unwrap();
        let signatures = SignatureFile::new(file);
        let known = Signature::new([7; Signature::LEN]);
        signatures.write(0, &known).unwrap();
        let (clock, chance) = (TickingClock::default(), CountingChance::default());
        let placement = Placement {
            segment: SegmentId::new(&clock, &chance),
            row: 0,
            thumbnail: BlobSlice {
                offset: 0,
                length: 9,
            },
        };
        let dataset = DatasetId::new(&clock, &chance);
        let pictures = PicturesAtRest::new(&store, dataset, vec![placement; 2], signatures);
        let asked = tokio::task::spawn_blocking(move || {
            assert_eq!(pictures.signature(0), known);
            // A thumbnail that is gone is none: its signature must do.
            assert_eq!(pictures.closeup(0), None);
            assert!(!pictures.has_failed());
            let _ = pictures.signature(1);
            assert!(pictures.has_failed());
            pictures.into_fault()
        });
        let fault = asked.await.unwrap().unwrap();
        assert!(matches!(fault, Error::Internal(_)), "{fault:?}");
    }
}
