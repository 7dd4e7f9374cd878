//! Vectors: what a picture is like, as a point on the unit sphere.
//!
//! The default model, EfficientNet-Lite0, is inside the program (its licence lies beside it in
//! `models/`). Three runtimes execute it. In single precision these are [ONNX
//! Runtime](onnxruntime) where its library is found, else the pure-Rust [`rten`](rten_runtime);
//! they agree to 1e-4 in every number, so vectors made by one are valid with the other. Where the
//! processor multiplies tiles of bfloat16, [OpenVINO](openvino_runtime) takes less than half the time;
//! where it multiplies integers of 8 bits, ONNX Runtime takes half of it. These vectors lie in the
//! same space, a little beside the others ([`Precision`]). None of them decodes or resizes: that
//! is done once, in [`look`](crate::look()).

mod fake;
pub(crate) mod graph;
mod inside;
mod nothing;
mod onnxruntime;
mod openvino_runtime;
mod rten_runtime;
mod tensor;

pub use fake::FakeEmbedder;
pub(crate) use inside::{CLASSES_BYTES, DIMENSIONS, MODEL_BYTES, MODEL_BYTES_INT8};
pub use inside::{InsideModel, Precision};
pub(crate) use nothing::NoVectors;
pub(crate) use onnxruntime::OnnxRuntime;
pub(crate) use openvino_runtime::OpenVino;
pub(crate) use rten_runtime::Rten;
pub use tensor::ImageTensor;

use crate::EmbedError;
use crate::language::Language;

/// Which model made a vector, and in which precision. Vectors of different models are never
/// compared; those of one model in different [precisions](Precision) may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(String);

impl ModelId {
    /// A model named `name`: family, slash, precision.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The stable word stored with every vector.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes vectors of pictures. Several threads may call one embedder at the same time; each call
/// computes on the calling thread (or one thread in its stead) and no more.
pub trait Embedder: Send + Sync + std::fmt::Debug {
    /// Which model this is.
    fn model(&self) -> &ModelId;

    /// Numbers in one vector.
    fn dimensions(&self) -> usize;

    /// One vector for each picture, in order, each of length 1 (L2).
    ///
    /// # Errors
    /// [`EmbedError`] when the runtime fails; none of the batch is then to be used.
    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError>;

    /// Pixels along each side of the square that it looks at.
    fn side(&self) -> usize {
        ImageTensor::SIDE
    }

    /// Pictures that it is quickest with together; any other number is as right.
    fn batch(&self) -> usize {
        1
    }

    /// How its vectors compare with words; nothing where the model knows none.
    fn language(&self) -> Option<&dyn Language> {
        None
    }

    /// Lets go of the memory that is kept so that the next call is quick. The next call works as
    /// ever and takes a moment longer.
    fn rest(&self) {}
}

/// Pixels of a batch as a model inside the program wants them: `[n, 3, side, side]`.
fn planes(batch: &[ImageTensor], side: usize) -> Result<Vec<f32>, String> {
    let mut planes = vec![0.0; batch.len() * 3 * side * side];
    write_planes(batch, side, &mut planes)?;
    Ok(planes)
}

/// The same into numbers that there are already, at least as many; what is behind them stays.
fn write_planes(batch: &[ImageTensor], side: usize, out: &mut [f32]) -> Result<(), String> {
    debug_assert!(side > 0 && out.len() >= batch.len() * 3 * side * side);
    for (tensor, out) in batch.iter().zip(out.chunks_exact_mut(3 * side * side)) {
        if tensor.side() != side {
            return Err(format!(
                "it looks at {side} x {side} pixels and was given {0} x {0}",
                tensor.side()
            ));
        }
        tensor.write_planes(out);
    }
    Ok(())
}

/// Cuts a runtime's output into rows and scales each to length 1.
fn unit_rows(
    model: &ModelId,
    flat: &[f32],
    pictures: usize,
    dimensions: usize,
) -> Result<Vec<Vec<f32>>, EmbedError> {
    if flat.len() != pictures * dimensions {
        return Err(EmbedError::Shape {
            model: model.to_string(),
            expected: pictures * dimensions,
            got: flat.len(),
        });
    }
    Ok(flat.chunks_exact(dimensions).map(unit).collect())
}

/// `row` scaled to length 1; a row of zeros stays as it is.
pub(crate) fn unit(row: &[f32]) -> Vec<f32> {
    let norm = row.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
    row.iter().map(|x| x * scale).collect()
}
