//! What this machine has to make pictures readable and vectors quick, found once at start.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::EmbedError;
use crate::decode::{heif, jpeg};
use crate::embed::graph::GraphRuntime;
use crate::embed::{Embedder, InsideModel, NoVectors, OnnxRuntime, OpenVino, Precision, Rten};

/// Where to look for native libraries. The program reads its settings; this room does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuntimeOptions {
    /// The ONNX Runtime library itself; tried before `search_dirs`.
    pub onnxruntime: Option<PathBuf>,
    /// OpenVINO's library for C (`libopenvino_c.so`) itself; tried before `search_dirs`.
    pub openvino: Option<PathBuf>,
    /// Folders in which a `libonnxruntime.so*` and a `libopenvino_c.so*` may lie; the first that
    /// loads is taken.
    pub search_dirs: Vec<PathBuf>,
    /// Folders that hold a folder for each version of a library; searched first, newest version
    /// first.
    pub tool_dirs: Vec<PathBuf>,
    /// What the model inside the program may reckon with, what is wished for most first. The first
    /// is taken that the processor has instructions for and a library is found for; else numbers
    /// of 32 bits.
    pub precisions: Vec<Precision>,
    /// The libheif library itself, instead of the system's `libheif.so.1`.
    pub libheif: Option<PathBuf>,
}

/// The native parts found on this machine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Runtime {
    onnxruntime: Library,
    /// What may be reckoned with and the processor has instructions for, as it is wished for.
    precisions: Vec<Precision>,
    /// Why ONNX Runtime would not take the model in integers, once that is known.
    int8_refusal: Arc<OnceLock<String>>,
    /// Looked for only where numbers of 16 bits are wished for.
    openvino: Option<Library>,
    /// Whether OpenVINO's library was named all the same.
    named_in_vain: bool,
    libheif: Result<String, String>,
}

/// A library that makes vectors.
#[derive(Debug, Clone)]
struct Library {
    /// Where it was loaded from, or why it was not.
    loaded: Result<PathBuf, String>,
    /// Why it would not take the model, once that is known.
    refusal: Arc<OnceLock<String>>,
}

impl Library {
    fn find(
        named: Option<&PathBuf>,
        options: &RuntimeOptions,
        name: &str,
        load: impl Fn(&Path) -> Result<PathBuf, String>,
    ) -> Self {
        let versions = options.tool_dirs.iter().flat_map(|dir| versions_in(dir));
        let found = versions
            .chain(options.search_dirs.iter().cloned())
            .flat_map(|dir| libraries_in(&dir, name));
        let mut failures = Vec::new();
        let mut loaded = None;
        for path in named.cloned().into_iter().chain(found) {
            match load(&path) {
                Ok(from) => {
                    loaded = Some(from);
                    break;
                }
                Err(why) => failures.push(format!("{}: {why}", path.display())),
            }
        }
        let none = || {
            if failures.is_empty() {
                "its library was not found".to_owned()
            } else {
                failures.join("; ")
            }
        };
        Self {
            loaded: loaded.ok_or_else(none),
            refusal: Arc::default(),
        }
    }

    /// Where it is, if it makes vectors; else why not.
    fn usable(&self) -> Result<&Path, &str> {
        match (self.refusal.get(), &self.loaded) {
            (Some(refusal), _) => Err(refusal),
            (None, Ok(path)) => Ok(path),
            (None, Err(why)) => Err(why),
        }
    }

    /// What `make` makes with it; nothing, and the reason noted, where it is refused.
    fn try_with<T>(&self, make: impl FnOnce() -> Result<T, EmbedError>) -> Option<T> {
        self.loaded.as_ref().ok()?;
        match make() {
            Ok(made) => Some(made),
            Err(refusal) => {
                self.refusal.get_or_init(|| refusal.to_string());
                None
            }
        }
    }
}

impl Runtime {
    /// Looks for the libraries and loads what is there. Never fails: what cannot be loaded is
    /// told by [`Runtime::lines`] and done without. The first library of each kind that is loaded
    /// serves the whole process.
    pub fn detect(options: &RuntimeOptions) -> Self {
        let onnxruntime = Library::find(
            options.onnxruntime.as_ref(),
            options,
            "libonnxruntime.so",
            OnnxRuntime::load_library,
        );
        let here = Precision::here();
        let wished = options.precisions.iter().copied();
        let precisions: Vec<_> = wished.filter(|one| here.contains(one)).collect();
        // Where ONNX Runtime does what is wished for more, OpenVINO would be loaded for nothing.
        let has_onnxruntime = onnxruntime.usable().is_ok();
        let first = precisions
            .iter()
            .find(|precision| **precision != Precision::Int8 || has_onnxruntime);
        let openvino = (first == Some(&Precision::Bfloat16)).then(|| {
            Library::find(
                options.openvino.as_ref(),
                options,
                "libopenvino_c.so",
                OpenVino::load_library,
            )
        });
        Self {
            onnxruntime,
            precisions,
            int8_refusal: Arc::default(),
            named_in_vain: openvino.is_none() && options.openvino.is_some(),
            openvino,
            libheif: heif::load(options.libheif.as_deref()),
        }
    }

    /// An embedder for the model inside the program on the fastest runtime that works here. Each call loads
    /// the model anew; keep and share what it gives.
    ///
    /// # Errors
    /// [`EmbedError::Load`] when no runtime at all takes the model.
    pub fn embedder(&self, model: InsideModel) -> Result<Arc<dyn Embedder>, EmbedError> {
        if model == InsideModel::None {
            return self.pure_embedder(model);
        }
        for precision in &self.precisions {
            match precision {
                Precision::Bfloat16 => {
                    let made = || OpenVino::new(model, self.graphs());
                    let openvino = self.openvino.as_ref();
                    if let Some(made) = openvino.and_then(|library| library.try_with(made)) {
                        return Ok(Arc::new(made));
                    }
                }
                Precision::Int8 if self.has_onnxruntime() => {
                    match OnnxRuntime::new(model, Precision::Int8) {
                        Ok(made) => return Ok(Arc::new(made)),
                        Err(refusal) => {
                            self.int8_refusal.get_or_init(|| refusal.to_string());
                        }
                    }
                }
                Precision::Int8 => {}
                Precision::Single => break,
            }
        }
        let made = || OnnxRuntime::new(model, Precision::Single);
        match self.onnxruntime.try_with(made) {
            Some(embedder) => Ok(Arc::new(embedder)),
            None => self.pure_embedder(model),
        }
    }

    /// What [`Runtime::embedder`] reckons with, as far as is known.
    fn precision(&self) -> Precision {
        let mut precisions = self.precisions.iter().copied();
        let found = precisions.find(|precision| match precision {
            Precision::Bfloat16 => self.has_openvino(),
            Precision::Int8 => self.has_onnxruntime() && self.int8_refusal.get().is_none(),
            Precision::Single => true,
        });
        found.unwrap_or_default()
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

    /// Whether ONNX Runtime is there and takes models.
    pub fn has_onnxruntime(&self) -> bool {
        self.onnxruntime.usable().is_ok()
    }

    /// Whether OpenVINO is there and takes the model inside the program, in bfloat16.
    pub fn has_openvino(&self) -> bool {
        self.openvino
            .as_ref()
            .is_some_and(|library| library.usable().is_ok())
    }

    /// What runs graphs that are not the model inside the program.
    pub(crate) fn graphs(&self) -> GraphRuntime {
        if self.has_onnxruntime() {
            GraphRuntime::Onnxruntime
        } else {
            GraphRuntime::Pure
        }
    }

    /// Whether HEIC and AVIF can be read.
    pub fn has_heif(&self) -> bool {
        self.libheif.is_ok()
    }

    /// What is used, and what would make it faster or let it read more: one sentence each.
    pub fn lines(&self) -> Vec<String> {
        let embedding = self.embedding_line();
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

    /// What makes vectors, and what would make them quicker.
    fn embedding_line(&self) -> String {
        let precision = self.precision();
        let mut beside = match self.openvino.as_ref().map(Library::usable) {
            Some(Ok(path)) if precision == Precision::Bfloat16 => {
                return format!(
                    "Vectors are made with OpenVINO ({}), in bfloat16.",
                    path.display()
                );
            }
            Some(Err(why)) => format!(
                "; in bfloat16 they would take less time, with OpenVINO ({why}); `cargo xtask up` \
                 fetches it for processors with AMX"
            ),
            None if self.named_in_vain => "; OpenVINO was named and is left alone, since it is \
                quicker in bfloat16 only: integers are quicker still, or the processor, the \
                vectors that there are or `precision` rule it out"
                .to_owned(),
            _ => String::new(),
        };
        if let Some(why) = self.int8_refusal.get() {
            beside = format!("{beside}; it would not make them in integers of 8 bits ({why})");
        }
        match self.onnxruntime.usable() {
            Ok(path) if precision == Precision::Int8 => format!(
                "Vectors are made with ONNX Runtime ({}), in integers of 8 bits{beside}.",
                path.display()
            ),
            Ok(path) => format!(
                "Vectors are made with ONNX Runtime ({}){beside}.",
                path.display()
            ),
            Err(why) => format!(
                "Vectors are made in pure Rust, five to ten times slower than with ONNX Runtime \
                 ({why}); `cargo xtask up` fetches it{beside}."
            ),
        }
    }
}

/// The folders in `dir`, which are named by versions, newest first.
fn versions_in(dir: &Path) -> Vec<PathBuf> {
    let mut folders = entries(dir);
    folders.retain(|path| path.is_dir());
    folders.sort_by_cached_key(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let parts = name.split('.').map(|part| part.parse::<u64>().unwrap_or(0));
        std::cmp::Reverse(parts.collect::<Vec<_>>())
    });
    folders
}

/// Files in `dir` that are named like the library, newest version first.
fn libraries_in(dir: &Path, name: &str) -> Vec<PathBuf> {
    let mut paths = entries(dir);
    paths.retain(|path| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        file.starts_with(name)
    });
    paths.sort_by(|a, b| b.cmp(a));
    paths
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let read = fs_err::read_dir(dir).into_iter().flatten().flatten();
    read.map(|entry| entry.path()).collect()
}
