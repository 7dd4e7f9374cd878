//! An embedder for tests of other rooms: quick, deterministic, and like pictures get like vectors.

use std::sync::LazyLock;

use super::{Embedder, ImageTensor, ModelId, unit};
use crate::EmbedError;
use crate::language::{ConceptMixture, Language, Meaning, Mixing};

/// What the fake embedder knows words for, in the order of channels.
static COLOURS: LazyLock<Vec<String>> =
    LazyLock::new(|| ["red", "green", "blue"].map(str::to_owned).to_vec());

/// For tests: averages the picture over a 4 × 4 grid and takes the cells' colours as the vector
/// (48 numbers), with no model and no runtime. Copies of a picture come close, others apart. It
/// knows the words red, green and blue.
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

    fn language(&self) -> Option<&dyn Language> {
        Some(self)
    }

    /// So that tests see pictures embedded together.
    fn batch(&self) -> usize {
        3
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(batch.iter().map(Self::vector).collect())
    }
}

impl Language for FakeEmbedder {
    fn meaning(&self, text: &str) -> Result<Option<Meaning>, EmbedError> {
        let said = |colour: &String| text.split_whitespace().any(|word| word == colour);
        let likeness: Vec<f32> = COLOURS
            .iter()
            .map(|colour| f32::from(u8::from(said(colour))))
            .collect();
        Ok(Some(Meaning::Concepts {
            likeness: unit(&likeness),
            offset: 0.0,
        }))
    }

    fn concepts(&self) -> &[String] {
        &COLOURS
    }

    fn mixing(&self) -> Result<Mixing<'_>, EmbedError> {
        let mixture = |vector: &[f32]| {
            let mut shares = [0.0_f32; 3];
            for cell in vector.chunks_exact(3) {
                for (share, value) in shares.iter_mut().zip(cell) {
                    *share += value.max(0.0);
                }
            }
            let total = shares.iter().sum::<f32>().max(f32::MIN_POSITIVE);
            let shares: Vec<(u16, f32)> = (0..).zip(shares.map(|share| share / total)).collect();
            ConceptMixture {
                length: shares
                    .iter()
                    .map(|(_, share)| share * share)
                    .sum::<f32>()
                    .sqrt(),
                shares,
            }
        };
        Ok(Box::new(move |vectors| {
            let rows = vectors.chunks_exact(self.dimensions());
            Ok(rows.map(mixture).collect())
        }))
    }
}
