//! What this machine has to make pictures readable and vectors quick, found once at start.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::EmbedError;
use crate::decode::{heif, jpeg};
use crate::embed::{Embedder, InsideModel, NoVectors, OnnxRuntime, Rten};

/// Where to look for native libraries. The program reads its settings; this room does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuntimeOptions {
    /// The ONNX Runtime library itself; tried before `search_dirs`.
    pub onnxruntime: Option<PathBuf>,
    /// Folders in which a `libonnxruntime.so*` may lie; the first that loads is taken.
    pub search_dirs: Vec<PathBuf>,
    /// The libheif library itself, instead of the system's `libheif.so.1`.
    pub libheif: Option<PathBuf>,
}

/// The native parts found on this machine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Runtime {
    onnxruntime: Result<PathBuf, String>,
    /// Why the loaded library would not take the model, once that is known.
    refusal: Arc<OnceLock<String>>,
    libheif: Result<String, String>,
}

impl Runtime {
    /// Looks for the libraries and loads what is there. Never fails: what cannot be loaded is
    /// told by [`Runtime::lines`] and done without. The first ONNX Runtime and the first libheif
    /// loaded serve the whole process.
    pub fn detect(options: &RuntimeOptions) -> Self {
        Self {
            onnxruntime: find_onnxruntime(options),
            refusal: Arc::default(),
            libheif: heif::load(options.libheif.as_deref()),
        }
    }

    /// An embedder for the model inside the program on the fastest runtime that works here. Each call loads
    /// the model anew; keep and share what it gives.
    ///
    /// # Errors
    /// [`EmbedError::Load`] when no runtime at all takes the model.
    pub fn embedder(&self, model: InsideModel) -> Result<Arc<dyn Embedder>, EmbedError> {
        if self.onnxruntime.is_ok() && model != InsideModel::None {
            match OnnxRuntime::new(model) {
                Ok(embedder) => return Ok(Arc::new(embedder)),
                Err(refusal) => {
                    self.refusal.get_or_init(|| refusal.to_string());
                }
            }
        }
        self.pure_embedder(model)
    }

    /// An embedder in pure Rust, whatever else is there.
    ///
    /// # Errors
    /// [`EmbedError::Load`] when the model cannot be read.
    pub fn pure_embedder(&self, model: InsideModel) -> Result<Arc<dyn Embedder>, EmbedError> {
        if model == InsideModel::None {
            return Ok(Arc::new(NoVectors::new()));
        }
        Ok(Arc::new(Rten::new(model)?))
    }

    /// Whether vectors are made by ONNX Runtime.
    pub fn has_onnxruntime(&self) -> bool {
        self.onnxruntime.is_ok() && self.refusal.get().is_none()
    }

    /// Whether HEIC and AVIF can be read.
    pub fn has_heif(&self) -> bool {
        self.libheif.is_ok()
    }

    /// What is used, and what would make it faster or let it read more: one sentence each.
    pub fn lines(&self) -> Vec<String> {
        let onnxruntime = match self.refusal.get() {
            Some(refusal) => Err(refusal),
            None => self.onnxruntime.as_ref(),
        };
        let embedding = match onnxruntime {
            Ok(path) => format!("Vectors are made with ONNX Runtime ({}).", path.display()),
            Err(why) => format!(
                "Vectors are made in pure Rust, about five times slower than with ONNX Runtime \
                 ({why}); `cargo xtask up` fetches it."
            ),
        };
        let jpeg = if cfg!(feature = "turbo") {
            format!("JPEGs are decoded with {}.", jpeg::DECODER_NAME)
        } else {
            format!(
                "JPEGs are decoded with {}; a build with the feature `turbo` (needs cmake and \
                 nasm) is quicker.",
                jpeg::DECODER_NAME
            )
        };
        let heif = match &self.libheif {
            Ok(version) => format!("HEIC and AVIF are read with libheif {version}."),
            Err(why) => format!("HEIC and AVIF cannot be read ({why}); {}.", heif::REMEDY),
        };
        vec![embedding, jpeg, heif]
    }
}

fn find_onnxruntime(options: &RuntimeOptions) -> Result<PathBuf, String> {
    let mut failures = Vec::new();
    let explicit = options.onnxruntime.iter().cloned();
    let found = options.search_dirs.iter().flat_map(|dir| libraries_in(dir));
    for path in explicit.chain(found) {
        match OnnxRuntime::load_library(&path) {
            Ok(loaded) => return Ok(loaded),
            Err(why) => failures.push(format!("{}: {why}", path.display())),
        }
    }
    Err(if failures.is_empty() {
        "its library was not found".to_owned()
    } else {
        failures.join("; ")
    })
}

/// Files in `dir` that are named like the library, newest version first.
fn libraries_in(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(dir) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("libonnxruntime.so")
        })
        .map(|entry| entry.path())
        .collect();
    paths.sort_by(|a, b| b.cmp(a));
    paths
}
