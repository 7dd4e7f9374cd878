//! Models of people's own: an image tower and a text tower in ONNX that share a space, such as a
//! CLIP, described by a manifest beside them.
//!
//! Nothing is trusted: files lie in the manifest's folder, or a link there leads to them, as where
//! downloads are kept once for all, and a model is tried on
//! a picture and a text when it is loaded, so that what does not fit is told at once and by name.

mod manifest;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use manifest::{ImageTower, MANIFEST, ModelManifest, TextTower};

use crate::embed::graph::{Graph, GraphRuntime, GraphSource, Input, Numbers};
use crate::embed::{Embedder, ImageTensor, ModelId, unit};
use crate::language::tokens::Tokens;
use crate::language::{Language, Meaning, Mixing};
use crate::{EmbedError, Runtime};

/// Why a model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", file.display())]
pub struct ModelError {
    /// The file at fault.
    pub file: PathBuf,
    /// What is wrong with it and what would be right.
    pub what: String,
}

impl Runtime {
    /// An embedder for the model in a folder, in ONNX Runtime where that is there and takes it,
    /// else in pure Rust. It is tried on a grey picture and on a word.
    ///
    /// # Errors
    /// [`ModelError`] that names the file and what is wrong with it.
    pub fn own_embedder(&self, folder: &Path) -> Result<Arc<dyn Embedder>, ModelError> {
        load(folder, self.graphs()).map(|model| Arc::new(model) as Arc<dyn Embedder>)
    }

    /// The same in pure Rust, whatever else is there.
    ///
    /// # Errors
    /// As [`Runtime::own_embedder`].
    pub fn own_pure_embedder(&self, folder: &Path) -> Result<Arc<dyn Embedder>, ModelError> {
        load(folder, GraphRuntime::Pure).map(|model| Arc::new(model) as Arc<dyn Embedder>)
    }
}

/// A model of somebody's own.
#[derive(Debug)]
struct OwnModel {
    id: ModelId,
    dimensions: usize,
    image: ImageTower,
    pictures: Graph,
    texts: Option<Texts>,
}

fn load(folder: &Path, runtime: GraphRuntime) -> Result<OwnModel, ModelError> {
    let manifest = ModelManifest::read(folder)?;
    let id = identity(folder, &manifest)?;
    let graph = |file: &Path| open(folder, file, runtime);
    let texts = manifest.text.as_ref().map(|tower| {
        let graph = graph(&tower.file)?;
        Texts::load(folder, tower, graph, manifest.dimensions)
    });
    let model = OwnModel {
        id,
        dimensions: manifest.dimensions,
        pictures: graph(&manifest.image.file)?,
        texts: texts.transpose()?,
        image: manifest.image,
    };
    let fault = |file: &Path, what: String| ModelError {
        file: folder.join(file),
        what,
    };
    let grey = vec![127; model.image.side * model.image.side * 3];
    let grey = ImageTensor::from_rgb(grey).expect("a square of three bytes a pixel");
    model
        .vector(&grey)
        .map_err(|what| fault(&model.image.file, what))?;
    if let Some(texts) = &model.texts {
        let tried = texts.vector("word");
        tried.map_err(|what| fault(&texts.tower.file, what))?;
    }
    Ok(model)
}

/// In the runtime asked for; in pure Rust where ONNX Runtime does not take it.
fn open(folder: &Path, file: &Path, runtime: GraphRuntime) -> Result<Graph, ModelError> {
    let source = || GraphSource::File(folder.join(file));
    let opened = Graph::load(source(), runtime).or_else(|refusal| match runtime {
        GraphRuntime::Onnxruntime => Graph::load(source(), GraphRuntime::Pure).map_err(|_| refusal),
        GraphRuntime::Pure => Err(refusal),
    });
    opened.map_err(|what| ModelError {
        file: folder.join(file),
        what: format!("it cannot be loaded as ONNX: {what}"),
    })
}

/// The name and a digest of all files: vectors of a model that changed are not those of the one
/// before, even under the same name.
fn identity(folder: &Path, manifest: &ModelManifest) -> Result<ModelId, ModelError> {
    let mut hasher = blake3::Hasher::new();
    for file in std::iter::once(Path::new(MANIFEST)).chain(manifest.files()) {
        let path = folder.join(file);
        let mut one = blake3::Hasher::new();
        let read =
            fs_err::File::open(&path).and_then(|mut file| std::io::copy(&mut file, &mut one));
        read.map_err(|cause| ModelError {
            file: path,
            what: cause.to_string(),
        })?;
        hasher.update(one.finalize().as_bytes());
    }
    let digest = hasher.finalize().to_hex();
    Ok(ModelId::new(format!("{}/{}", manifest.name, &digest[..12])))
}

impl OwnModel {
    fn vector(&self, tensor: &ImageTensor) -> Result<Vec<f32>, String> {
        let side = self.image.side;
        if tensor.side() != side {
            return Err(format!(
                "it looks at {side} x {side} pixels and was given {0} x {0}",
                tensor.side()
            ));
        }
        let (mean, std) = (self.image.mean, self.image.std);
        let mut planes = Vec::with_capacity(3 * side * side);
        for channel in 0..3 {
            let pixels = tensor.as_rgb().chunks_exact(3);
            let value =
                |pixel: &[u8]| (f32::from(pixel[channel]) / 255.0 - mean[channel]) / std[channel];
            planes.extend(pixels.map(value));
        }
        let input = Input {
            name: &self.image.input,
            shape: &[1, 3, side, side],
            numbers: Numbers::Floats(&planes),
        };
        let output = self.pictures.run(&[input], &self.image.output)?;
        checked(output.numbers, self.dimensions)
    }
}

/// Numbers of the length that the manifest promises, scaled to length 1.
fn checked(numbers: Vec<f32>, dimensions: usize) -> Result<Vec<f32>, String> {
    if numbers.len() != dimensions {
        return Err(format!(
            "its output has {} numbers where the manifest says {dimensions}",
            numbers.len()
        ));
    }
    if numbers.iter().any(|number| !number.is_finite()) {
        return Err("its output has numbers that are none".to_owned());
    }
    Ok(unit(&numbers))
}

impl Embedder for OwnModel {
    fn model(&self) -> &ModelId {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn side(&self) -> usize {
        self.image.side
    }

    fn embed(&self, batch: &[ImageTensor]) -> Result<Vec<Vec<f32>>, EmbedError> {
        // One by one: towers are often exported for one picture, and no slower so.
        let vector = |tensor| {
            self.vector(tensor).map_err(|message| EmbedError::Run {
                model: self.id.to_string(),
                runtime: self.pictures.runtime().name(),
                batch: 1,
                message,
            })
        };
        batch.iter().map(vector).collect()
    }

    fn language(&self) -> Option<&dyn Language> {
        self.texts.is_some().then_some(self as &dyn Language)
    }
}

impl Language for OwnModel {
    fn meaning(&self, text: &str) -> Result<Option<Meaning>, EmbedError> {
        let texts = self
            .texts
            .as_ref()
            .expect("only a model with a text tower is a language");
        let vector = texts.vector(text).map_err(|message| EmbedError::Run {
            model: self.id.to_string(),
            runtime: texts.graph.runtime().name(),
            batch: 1,
            message,
        })?;
        Ok(vector.map(Meaning::Vector))
    }

    fn concepts(&self) -> &[String] {
        &[]
    }

    fn mixing(&self) -> Result<Mixing<'_>, EmbedError> {
        Ok(Box::new(|_| Ok(Vec::new())))
    }
}

/// A text tower with its tokenizer.
#[derive(Debug)]
struct Texts {
    tower: TextTower,
    graph: Graph,
    tokens: Tokens,
    begin: Option<i64>,
    end: Option<i64>,
    pad: Option<i64>,
    dimensions: usize,
}

impl Texts {
    fn load(
        folder: &Path,
        tower: &TextTower,
        graph: Graph,
        dimensions: usize,
    ) -> Result<Self, ModelError> {
        let file = folder.join(&tower.tokenizer);
        let fault = |what: String| ModelError {
            file: file.clone(),
            what,
        };
        let json = fs_err::read_to_string(&file).map_err(|cause| fault(cause.to_string()))?;
        let marks = [&tower.begin, &tower.end, &tower.pad];
        let named: Vec<&str> = marks.iter().filter_map(|mark| mark.as_deref()).collect();
        let (tokens, ids) = Tokens::load(json, &named)
            .map_err(|what| fault(format!("it is no tokenizer that can be read: {what}")))?;
        let mut ids = ids.into_iter().map(i64::from);
        let mut id_of = |mark: &Option<String>| mark.as_ref().and_then(|_| ids.next());
        Ok(Self {
            begin: id_of(&tower.begin),
            end: id_of(&tower.end),
            pad: id_of(&tower.pad),
            tower: tower.clone(),
            graph,
            tokens,
            dimensions,
        })
    }

    /// Nothing for a text without a token, and for one of which the tower says nothing.
    fn vector(&self, text: &str) -> Result<Option<Vec<f32>>, String> {
        let tokens = self.tokens.of(text)?;
        if tokens.is_empty() {
            return Ok(None);
        }
        let (ids, mask) = self.fed(&tokens);
        let shape = [1, ids.len()];
        let input = |name, numbers| Input {
            name,
            shape: &shape,
            numbers: Numbers::Integers(numbers),
        };
        let mut inputs = vec![input(&self.tower.input, &ids)];
        inputs.extend(self.tower.mask.as_ref().map(|name| input(name, &mask)));
        let output = self.graph.run(&inputs, &self.tower.output)?;
        let vector = checked(output.numbers, self.dimensions)?;
        // A vector without a direction is like no picture more than another.
        Ok(vector.iter().any(|number| *number != 0.0).then_some(vector))
    }

    /// Tokens as the tower is fed them, and which of them count.
    fn fed(&self, tokens: &[u32]) -> (Vec<i64>, Vec<i64>) {
        let ends = usize::from(self.begin.is_some()) + usize::from(self.end.is_some());
        let room = self.tower.length.saturating_sub(ends);
        let mut text: Vec<i64> = tokens.iter().map(|id| i64::from(*id)).collect();
        if let Some(last) = text.last().copied()
            && text.len() > room
        {
            text.truncate(room);
            // The tokenizer's own mark at the end, where it is the one that puts it there.
            if self.end.is_none()
                && let Some(end) = text.last_mut()
            {
                *end = last;
            }
        }
        let mut ids: Vec<i64> = self.begin.into_iter().chain(text).chain(self.end).collect();
        let mut mask = vec![1; ids.len()];
        if let Some(pad) = self.pad {
            ids.resize(self.tower.length, pad);
            mask.resize(self.tower.length, 0);
        }
        (ids, mask)
    }
}
