//! Pictures whose vectors another model made than the one in use.
//!
//! Vectors of different models are never compared, so these pictures are in no answer of a
//! search until they are embedded anew.

use std::collections::HashSet;

use lamina_model::{DatasetId, MediaId};

use crate::{Engine, Error};

/// Rows read from the store at a time.
const PAGE: usize = 4096;

impl Engine {
    /// The pictures of a dataset whose vectors another model made. Where one model made all,
    /// as is usual, nothing but the list of packs is read.
    pub(crate) async fn outdated(&self, dataset: DatasetId) -> Result<HashSet<MediaId>, Error> {
        let model = self.parts().embedder.model();
        let packs = self.store().segments(dataset).await?;
        let others = packs.iter().filter(|pack| pack.model != model.as_str());
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

    /// Asks for every dataset that another model embedded to be embedded anew. Gives how many
    /// these are.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn renew_vectors(&self) -> Result<usize, Error> {
        let mut asked = 0;
        for dataset in self.store().datasets().await? {
            if dataset.generation.is_some() && !self.outdated(dataset.id).await?.is_empty() {
                self.request_ingest_of(dataset.id).await?;
                asked += 1;
            }
        }
        Ok(asked)
    }
}
