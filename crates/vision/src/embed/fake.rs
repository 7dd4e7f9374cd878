//! An embedder for tests of other rooms: quick, deterministic, and like pictures get like vectors.

use super::{Embedder, ImageTensor, ModelId, unit};
use crate::EmbedError;

/// For tests: averages the picture over a 4 × 4 grid and takes the cells' colours as the vector
/// (48 numbers), with no model and no runtime. Copies of a picture come close, others apart.
#[derive(Debug, Clone)]
pub struct FakeEmbedder {
    model: ModelId,
}

impl FakeEmbedder {
    const GRID: usize = 4;

    /// A fake embedder.
    pub fn new() -> Self {
        Self {
            model: ModelId::new("fake/grid4"),
        }
    }

    fn vector(tensor: &ImageTensor) -> Vec<f32> {
        let cell = ImageTensor::SIDE / Self::GRID;
        let mut sums = vec![0.0_f32; Self::GRID * Self::GRID * 3];
        for (index, pixel) in tensor.as_rgb().chunks_exact(3).enumerate() {
            let (x, y) = (index % ImageTensor::SIDE, index / ImageTensor::SIDE);
            let at = ((y / cell) * Self::GRID + x / cell) * 3;
            for channel in 0..3 {
                sums[at + channel] += f32::from(pixel[channel]) - 127.0;
            }
        }
        // A flat grey picture must not become a vector of zeros.
        sums[0] += 1.0;
        unit(&sums)
    }
}

impl Default for FakeEmbedder {
    fn default() -> Self {
        Self::new()
    }
}

impl Embedder for FakeEmbedder {
    fn model(&self) -> &ModelId {
        &self.model
    }

    fn dimensions(&self) -> usize {
        Self::GRID * Self::GRID * 3
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(batch.iter().map(Self::vector).collect())
    }
}
