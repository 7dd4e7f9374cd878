//! The default model in ONNX Runtime, loaded from a shared library at run time.
//!
//! Measured on one core: 7.9 CPU ms a picture, 4.6 times as fast as the pure-Rust runtime; in
//! integers of 8 bits half of that where the processor has instructions for them. A library that
//! is missing, too old or something else altogether is an error here, never a panic: the caller
//! falls back.
//!
//! A session must not run twice at the same time, so each thread that embeds takes one from a
//! pool and puts it back; the pool grows to the number of threads that ever embedded at once and
//! no further. One thread a session: on a loaded machine more of them only spin. A session and
//! its arena weigh some 50 MB: [`Embedder::rest`] lets all of them go.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;

use super::graph::{GraphRuntime, GraphSource};
use super::{
    DIMENSIONS, Embedder, ImageTensor, InsideModel, MODEL_BYTES, MODEL_BYTES_INT8, ModelId,
    Precision, planes, unit_rows,
};
use crate::EmbedError;
use crate::language::{ClassWords, Language};

const RUNTIME: &str = "ONNX Runtime";
/// Integers are quicker by twos: 4.3 ms a picture, alone 4.45, by fours 4.1.
const BATCH_INT8: usize = 2;

/// ONNX Runtime allows one environment in a process; the first library that works is it.
static ENVIRONMENT: OnceLock<(PathBuf, Environment)> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// An embedder on ONNX Runtime.
pub(crate) struct OnnxRuntime {
    model: ModelId,
    source: GraphSource,
    side: usize,
    batch: usize,
    idle: Mutex<Vec<Session>>,
    words: ClassWords,
}

impl std::fmt::Debug for OnnxRuntime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OnnxRuntime")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl OnnxRuntime {
    /// Loads the library, or finds it loaded, and says from where; the message says what is wrong.
    pub(crate) fn load_library(path: &Path) -> Result<PathBuf, String> {
        let _one_at_a_time = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((loaded, _)) = ENVIRONMENT.get() {
            return Ok(loaded.clone());
        }
        // The binding asserts where a library answers oddly; that must not end the program.
        let environment = catch_unwind(AssertUnwindSafe(|| {
            let silent = Arc::new(|_: LogLevel, _: &str, _: &str, _: &str, _: &str| {});
            ort::init_from(path)
                .map_err(|error| error.to_string())?
                .with_name("lamina")
                .with_telemetry(false)
                .with_logger(silent)
                .build()
                .map_err(|error| error.to_string())
        }))
        .map_err(|_| "it does not answer as ONNX Runtime does".to_owned())??;
        let loaded = ENVIRONMENT.get_or_init(|| (path.to_owned(), environment));
        Ok(loaded.0.clone())
    }

    /// An embedder with one session ready, so that a model the library refuses is noticed now.
    ///
    /// # Errors
    /// [`EmbedError::Load`] when [`OnnxRuntime::load_library`] was not called with success before,
    /// or the library refuses the model.
    pub(crate) fn new(inside: InsideModel, precision: Precision) -> Result<Self, EmbedError> {
        let (source, precision, batch) = match precision {
            Precision::Int8 => (MODEL_BYTES_INT8, Precision::Int8, BATCH_INT8),
            Precision::Single | Precision::Bfloat16 => (MODEL_BYTES, Precision::Single, 1),
        };
        let source = GraphSource::Inside(source);
        let first = catch_unwind(|| new_session(&source))
            .unwrap_or_else(|_| Err("the library failed while loading it".to_owned()));
        let model = inside.id_in(precision);
        match first {
            Ok(session) => Ok(Self {
                model,
                source,
                side: inside.side(),
                batch,
                idle: Mutex::new(vec![session]),
                words: ClassWords::new(GraphRuntime::Onnxruntime),
            }),
            Err(message) => Err(EmbedError::Load {
                model: model.to_string(),
                runtime: RUNTIME,
                message,
            }),
        }
    }

    fn failed(&self, batch: usize, message: String) -> EmbedError {
        EmbedError::Run {
            model: self.model.to_string(),
            runtime: RUNTIME,
            batch,
            message,
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Embedder for OnnxRuntime {
    fn model(&self) -> &ModelId {
        &self.model
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn side(&self) -> usize {
        self.side
    }

    fn batch(&self) -> usize {
        self.batch
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let taken = self.idle().pop();
        let mut session = match taken {
            Some(session) => session,
            None => {
                new_session(&self.source).map_err(|message| self.failed(batch.len(), message))?
            }
        };
        let flat = run(&mut session, batch, self.side)
            .map_err(|message| self.failed(batch.len(), message))?;
        self.idle().push(session);
        unit_rows(&self.model, &flat, batch.len(), DIMENSIONS)
    }

    fn language(&self) -> Option<&dyn Language> {
        Some(&self.words)
    }

    fn rest(&self) {
        self.idle().clear();
        crate::heap::give_back();
    }
}

/// A session for a graph; the message says why the library refuses it.
pub(super) fn new_session(source: &GraphSource) -> Result<Session, String> {
    let (_, environment) = ENVIRONMENT.get().ok_or("the library is not loaded")?;
    let builder = Session::builder(environment).map_err(|error| error.to_string())?;
    let mut builder = builder
        .with_optimization_level(GraphOptimizationLevel::Level3)
        .map_err(|error| error.to_string())?
        .with_intra_threads(1)
        .map_err(|error| error.to_string())?
        .with_inter_threads(1)
        .map_err(|error| error.to_string())?;
    match source {
        GraphSource::Inside(bytes) => builder.commit_from_memory(bytes),
        GraphSource::File(path) => builder.commit_from_file(path),
    }
    .map_err(|error| error.to_string())
}

fn run(session: &mut Session, batch: &[ImageTensor], side: usize) -> Result<Vec<f32>, String> {
    let planes = planes(batch, side)?;
    let shape = [batch.len(), 3, side, side];
    let input = TensorRef::from_array_view((shape, planes.as_slice()))
        .map_err(|error| error.to_string())?;
    let outputs = session
        .run(ort::inputs!["image" => input])
        .map_err(|error| error.to_string())?;
    let embedding = outputs
        .get("embedding")
        .ok_or("the model has no output named embedding")?;
    let (_, flat) = embedding
        .try_extract_tensor::<f32>()
        .map_err(|error| error.to_string())?;
    Ok(flat.to_vec())
}
