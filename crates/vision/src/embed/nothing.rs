//! No vectors: for machines and sets where only copies, quality and sizes are asked about.

use super::{Embedder, ImageTensor, InsideModel, ModelId};
use crate::EmbedError;

/// Says nothing about any picture: its one number is 0, and a row of zeros stands for a picture
/// without a vector. So copies are found by their bytes, pixels and perceptual hashes, and no
/// picture is like another.
#[derive(Debug)]
pub(crate) struct NoVectors {
    model: ModelId,
}

impl NoVectors {
    pub(crate) fn new() -> Self {
        Self {
            model: InsideModel::None.id(),
        }
    }
}

impl Embedder for NoVectors {
    fn model(&self) -> &ModelId {
        &self.model
    }

    fn dimensions(&self) -> usize {
        1
    }

    fn side(&self) -> usize {
        InsideModel::None.side()
    }

    /// Nothing is gained by embedding together what is not embedded; but handing over what was seen
    /// of each picture alone wakes a thread for each.
    fn batch(&self) -> usize {
        4
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(vec![vec![0.0]; batch.len()])
    }
}
