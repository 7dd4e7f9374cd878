//! Pictures whose vectors are to be made anew.
//!
//! Vectors of different models are never compared, so pictures of another model are in no answer
//! of a search until they are embedded anew. Those of the same model in another precision are.

use std::collections::HashSet;

use lamina_model::{DatasetId, MediaId};

use crate::{Engine, Error};

/// Rows read from the store at a time.
const PAGE: usize = 4096;

impl Engine {
    /// The pictures of a dataset whose vectors are to be made anew. Where there are none, as is
    /// usual, nothing but the list of packs is read.
    pub(crate) async fn outdated(&self, dataset: DatasetId) -> Result<HashSet<MediaId>, Error> {
        let packs = self.store().segments(dataset).await?;
        let others = packs
            .iter()
            .filter(|pack| self.parts().is_outdated(&pack.model));
        let mut others: HashSet<_> = others.map(|pack| pack.id).collect();
        let mut outdated = HashSet::new();
        if !others.is_empty() {
            // Packs are swept some time after the last picture left them.
            for pack in self.store().unreferenced_segments(dataset).await? {
                others.remove(&pack.id);
            }
        }
        if others.is_empty() {
            return Ok(outdated);
        }
        let mut last = None;
        loop {
            let page = self.store().facts_after(dataset, last.as_ref(), PAGE);
            let page = page.await?;
            let more = page.len() == PAGE;
            last = page.last().map(|facts| facts.path.clone());
            let of_others = page
                .iter()
                .filter(|facts| others.contains(&facts.placement.segment));
            outdated.extend(of_others.map(|facts| facts.id));
            if !more {
                return Ok(outdated);
            }
        }
    }

    /// The datasets some of whose vectors are to be made anew, in the order of their making.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn outdated_datasets(&self) -> Result<Vec<DatasetId>, Error> {
        let mut outdated = Vec::new();
        for dataset in self.store().datasets().await? {
            if dataset.generation.is_some() && !self.outdated(dataset.id).await?.is_empty() {
                outdated.push(dataset.id);
            }
        }
        Ok(outdated)
    }

    /// Makes the vectors of these datasets anew, one dataset after the other: the others can be
    /// worked with meanwhile. Returns when the last one's job has ended, however it did; where
    /// pictures are left with the vectors that they had, the next start asks again. One that
    /// cannot be asked for is logged and keeps none of the others waiting.
    pub async fn renew_vectors(&self, datasets: &[DatasetId]) {
        for dataset in datasets {
            match self.renew_vectors_of(*dataset).await {
                // Somebody may have deleted it meanwhile.
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(cause) => tracing::error!(
                    dataset.id = %dataset,
                    error = &cause as &dyn std::error::Error,
                    "this dataset is not embedded anew before the next start"
                ),
            }
        }
    }

    async fn renew_vectors_of(&self, dataset: DatasetId) -> Result<(), Error> {
        // Whatever worked on it while others were at their turn made them anew already.
        if self.outdated(dataset).await?.is_empty() {
            return Ok(());
        }
        let asked = self.request_ingest_of(dataset).await?;
        self.ended(asked).await;
        Ok(())
    }
}
