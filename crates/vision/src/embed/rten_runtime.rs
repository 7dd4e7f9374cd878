//! The default model in `rten`, a runtime in pure Rust that needs nothing installed.
//!
//! About 37 CPU ms a picture: slower than ONNX Runtime, and always there. The model is loaded
//! once and shared; every call that runs at the same time as another gets a thread of its own.

use std::sync::{Arc, Mutex, PoisonError};

use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::graph::GraphRuntime;
use super::{
    DIMENSIONS, Embedder, ImageTensor, InsideModel, MODEL_BYTES, ModelId, planes, unit_rows,
};
use crate::EmbedError;
use crate::language::{ClassWords, Language};

const RUNTIME: &str = "rten";

/// An embedder on `rten`.
pub(crate) struct Rten {
    id: ModelId,
    side: usize,
    model: Model,
    input: NodeId,
    output: NodeId,
    idle: Mutex<Vec<Arc<ThreadPool>>>,
    words: ClassWords,
}

impl std::fmt::Debug for Rten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rten")
            .field("model", &self.id)
            .finish_non_exhaustive()
    }
}

impl Rten {
    /// Loads the model inside the program.
    ///
    /// # Errors
    /// [`EmbedError::Load`], which would mean that the program itself is damaged.
    pub(crate) fn new(inside: InsideModel) -> Result<Self, EmbedError> {
        let id = inside.id();
        let refused = |message: String| EmbedError::Load {
            model: id.to_string(),
            runtime: RUNTIME,
            message,
        };
        let model =
            Model::load_static_slice(MODEL_BYTES).map_err(|error| refused(error.to_string()))?;
        let input = model
            .node_id("image")
            .map_err(|error| refused(error.to_string()))?;
        let output = model
            .node_id("embedding")
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            id,
            side: inside.side(),
            model,
            input,
            output,
            idle: Mutex::default(),
            words: ClassWords::new(GraphRuntime::Pure),
        })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Arc<ThreadPool>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, batch: &[ImageTensor], threads: Arc<ThreadPool>) -> Result<Vec<f32>, String> {
        let planes = planes(batch, self.side)?;
        let shape = [batch.len(), 3, self.side, self.side];
        let input = NdTensorView::from_data(shape, planes.as_slice());
        let options = RunOptions::default().with_thread_pool(Some(threads));
        let [output] = self
            .model
            .run_n(
                vec![(self.input, ValueOrView::from(input))],
                [self.output],
                Some(options),
            )
            .map_err(|error| error.to_string())?;
        let output: NdTensor<f32, 2> = output
            .try_into()
            .map_err(|_| "the output named embedding is no matrix of f32".to_owned())?;
        Ok(output.to_vec())
    }
}

impl Embedder for Rten {
    fn model(&self) -> &ModelId {
        &self.id
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn side(&self) -> usize {
        self.side
    }

    fn language(&self) -> Option<&dyn Language> {
        Some(&self.words)
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let taken = self.idle().pop();
        let threads = taken.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let flat = self
            .run(batch, Arc::clone(&threads))
            .map_err(|message| EmbedError::Run {
                model: self.id.to_string(),
                runtime: RUNTIME,
                batch: batch.len(),
                message,
            });
        self.idle().push(threads);
        unit_rows(&self.id, &flat?, batch.len(), DIMENSIONS)
    }
}
