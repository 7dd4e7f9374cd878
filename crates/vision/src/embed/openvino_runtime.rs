//! The default model in OpenVINO, loaded from a shared library at run time, in bfloat16.
//!
//! Measured on one core with AMX: 3.6 CPU ms a picture, where single precision takes 10 in either
//! native runtime. It is used for nothing else: in single precision it is no quicker than ONNX
//! Runtime. Pictures are embedded by twos, since the weights, read for one picture, are out of the
//! cache again when the next has been decoded: alone a picture takes 4.7 ms then; by fours and
//! eights they gain no more. A library that is missing, too old or something else altogether is an
//! error here, never a panic: the caller falls back.
//!
//! A compiled model of one stream computes on the thread that asks it; of several streams it does
//! so on threads of its own, and two streams of a model took a tenth longer than two models. So
//! each thread that embeds takes a model from a pool and puts it back, and the pool grows to the
//! number of threads that ever embedded at once. The first weighs some 50 MB, each further one 20:
//! [`Embedder::rest`] lets all of them go.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use openvino::{
    CompiledModel, Core, DeviceType, InferRequest, PartialShape, PropertyKey, RwPropertyKey,
};

use super::graph::GraphRuntime;
use super::inside::Precision;
use super::{DIMENSIONS, Embedder, ImageTensor, InsideModel, MODEL_BYTES, ModelId, unit_rows};
use crate::EmbedError;
use crate::language::{ClassWords, Language};

const RUNTIME: &str = "OpenVINO";
/// Pictures that the model is compiled for.
const BATCH: usize = 2;

static CORE: OnceLock<(PathBuf, Mutex<Core>)> = OnceLock::new();
/// The binding keeps the first library that opens, whether it then works or not.
static OPENED: OnceLock<PathBuf> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// An embedder on OpenVINO.
pub(crate) struct OpenVino {
    model: ModelId,
    side: usize,
    idle: Mutex<Vec<Compiled>>,
    words: ClassWords,
}

/// A model ready to run.
struct Compiled {
    request: InferRequest,
    // The library shares it with the request; it is held so that it goes after it.
    _model: CompiledModel,
}

impl std::fmt::Debug for OpenVino {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenVino")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl OpenVino {
    /// Loads the library, or finds it loaded, and says from where; the message says what is wrong.
    pub(crate) fn load_library(path: &Path) -> Result<PathBuf, String> {
        let _one_at_a_time = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((loaded, _)) = CORE.get() {
            return Ok(loaded.clone());
        }
        if let Some(opened) = OPENED.get() {
            return Err(format!(
                "{} was opened before it, and a process opens one only; name the right one with the \
                 setting `openvino`",
                opened.display()
            ));
        }
        let core = guarded(|| {
            openvino_sys::library::load_from(path.to_owned())?;
            OPENED.get_or_init(|| path.to_owned());
            let core = Core::new().map_err(|error| error.to_string())?;
            let processor = DeviceType::CPU;
            core.get_property(&processor, &PropertyKey::DeviceCapabilities)
                .map_err(|error| format!("it cannot use the processor: {error}"))?;
            Ok(core)
        })?;
        let loaded = CORE.get_or_init(|| (path.to_owned(), Mutex::new(core)));
        Ok(loaded.0.clone())
    }

    /// An embedder with one model compiled, so that a model the library refuses is noticed now.
    ///
    /// # Errors
    /// [`EmbedError::Load`] when [`OpenVino::load_library`] was not called with success before,
    /// or the library refuses the model.
    pub(crate) fn new(inside: InsideModel, words: GraphRuntime) -> Result<Self, EmbedError> {
        let model = inside.id_in(Precision::Bfloat16);
        let compiled = compile(inside.side()).map_err(|message| EmbedError::Load {
            model: model.to_string(),
            runtime: RUNTIME,
            message,
        })?;
        Ok(Self {
            model,
            side: inside.side(),
            idle: Mutex::new(vec![compiled]),
            words: ClassWords::new(words),
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Compiled>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flat(&self, batch: &[ImageTensor]) -> Result<Vec<f32>, String> {
        let mut flat = Vec::with_capacity(batch.len() * DIMENSIONS);
        if batch.is_empty() {
            return Ok(flat);
        }
        let taken = self.idle().pop();
        let mut compiled = match taken {
            Some(compiled) => compiled,
            None => compile(self.side)?,
        };
        for few in batch.chunks(BATCH) {
            flat.extend(run(&mut compiled.request, few, self.side)?);
        }
        self.idle().push(compiled);
        Ok(flat)
    }
}

impl Embedder for OpenVino {
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
        BATCH
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let flat = guarded(|| self.flat(batch)).map_err(|message| EmbedError::Run {
            model: self.model.to_string(),
            runtime: RUNTIME,
            batch: batch.len(),
            message,
        })?;
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

/// What the library does, with a panic made an error: the binding panics where a function is
/// missing, which must not end the program.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("it does not answer as OpenVINO does".to_owned()))
}

/// The model for [`BATCH`] squares of `side` pixels; the message says why the library refuses it.
fn compile(side: usize) -> Result<Compiled, String> {
    let (_, core) = CORE.get().ok_or("the library is not loaded")?;
    let mut core = core.lock().unwrap_or_else(PoisonError::into_inner);
    guarded(|| {
        let settings = [
            (RwPropertyKey::HintInferencePrecision, "bf16"),
            (RwPropertyKey::NumStreams, "1"),
            (RwPropertyKey::InferenceNumThreads, "1"),
            // Other programs run on this machine, and other threads of this one.
            (RwPropertyKey::HintEnableCpuPinning, "NO"),
        ];
        core.set_properties(&DeviceType::CPU, settings)
            .map_err(|error| error.to_string())?;
        let mut model = core
            .read_model_from_buffer(MODEL_BYTES, None)
            .map_err(|error| error.to_string())?;
        let shape = [BATCH, 3, side, side].map(|size| i64::try_from(size).unwrap_or(i64::MAX));
        let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
        let shape = PartialShape::new_static(rank, &shape).map_err(|error| error.to_string())?;
        model
            .reshape_single_input(&shape)
            .map_err(|error| error.to_string())?;
        let mut model = core
            .compile_model(&model, DeviceType::CPU)
            .map_err(|error| error.to_string())?;
        let precision = PropertyKey::Rw(RwPropertyKey::HintInferencePrecision);
        let taken = model
            .get_property(&precision)
            .map_err(|error| error.to_string())?;
        if taken != "bf16" {
            return Err(format!("it reckons in {taken} where bf16 was asked for"));
        }
        let request = model.create_infer_request();
        // Reading the file and compiling take as much again as what is kept.
        crate::heap::give_back();
        Ok(Compiled {
            request: request.map_err(|error| error.to_string())?,
            _model: model,
        })
    })
}

/// At most [`BATCH`] pictures; the places of those that are missing are left grey.
fn run(request: &mut InferRequest, few: &[ImageTensor], side: usize) -> Result<Vec<f32>, String> {
    let mut input = request
        .get_input_tensor()
        .map_err(|error| error.to_string())?;
    let input = input
        .get_data_mut::<f32>()
        .map_err(|error| error.to_string())?;
    let (given, missing) = input
        .split_at_mut_checked(few.len() * 3 * side * side)
        .ok_or("it takes fewer pictures than it was compiled for")?;
    super::write_planes(few, side, given)?;
    missing.fill(0.0);
    request.infer().map_err(|error| error.to_string())?;
    let output = request
        .get_tensor("embedding")
        .map_err(|error| error.to_string())?;
    let numbers = output
        .get_data::<f32>()
        .map_err(|error| error.to_string())?;
    let wanted = numbers
        .get(..few.len() * DIMENSIONS)
        .ok_or("it gave fewer vectors than it took pictures")?;
    Ok(wanted.to_vec())
}
