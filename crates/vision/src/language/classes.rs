//! Pictures as mixtures of the thousand classes of the default model, and texts held against the
//! names of these.

use std::sync::OnceLock;

use super::names::{WORD_DIMENSIONS, names, vectors};
use super::sentences::Sentences;
use super::{CLASSES, ConceptMixture, Language, Meaning, Mixing};
use crate::EmbedError;
use crate::embed::graph::{Graph, GraphRuntime, GraphSource, Input, Numbers};
use crate::embed::{CLASSES_BYTES, DIMENSIONS, InsideModel, unit};

/// Classes in a mixture at most: with 20 of them class-name queries found as much as with all,
/// with 10 a little less.
const MOST_SHARES: usize = 20;
/// What vectors of length 1 are multiplied with before the model's last layer. The model's own
/// vectors have lengths of 12 to 19, 16 in the middle (861 pictures); with 16 for all of them
/// queries found the same pictures as with each one's own.
const LENGTH: f32 = 16.0;
/// Pictures that go through the last layer together.
const BATCH: usize = 128;

/// The default model's knowledge of words.
#[derive(Debug)]
pub(crate) struct ClassWords {
    sentences: Sentences,
    classes: OnceLock<Classes>,
    names: OnceLock<Vec<String>>,
}

/// What the names of classes mean.
#[derive(Debug)]
struct Classes {
    /// For each class a vector of length 1, laid end to end.
    vectors: Vec<f32>,
    /// Their mean.
    middle: Vec<f32>,
}

impl Classes {
    fn load() -> Self {
        let vectors = vectors();
        let mut middle = vec![0.0; WORD_DIMENSIONS];
        for row in vectors.chunks_exact(WORD_DIMENSIONS) {
            for (sum, value) in middle.iter_mut().zip(row) {
                *sum += value;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a thousand is exact in f32")]
        for sum in &mut middle {
            *sum /= CLASSES as f32;
        }
        Self { vectors, middle }
    }

    fn of(&self, class: usize) -> &[f32] {
        &self.vectors[class * WORD_DIMENSIONS..(class + 1) * WORD_DIMENSIONS]
    }

    /// The mixture of a picture whose last layer gives these numbers.
    fn mixture(&self, logits: &[f32]) -> ConceptMixture {
        let most = logits.iter().copied().fold(f32::MIN, f32::max);
        let mut shares: Vec<(u16, f32)> = (0..)
            .zip(logits.iter().map(|logit| (logit - most).exp()))
            .collect();
        let by_share = |a: &(u16, f32), b: &(u16, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if shares.len() > MOST_SHARES {
            shares.select_nth_unstable_by(MOST_SHARES, by_share);
            // Not cut short: the room of a thousand would be kept for each picture.
            shares = shares[..MOST_SHARES].to_vec();
        }
        shares.sort_unstable_by(by_share);
        let total: f32 = shares.iter().map(|(_, share)| share).sum();
        let mut way: Vec<f32> = self.middle.iter().map(|value| -value).collect();
        for (class, share) in &mut shares {
            *share /= total;
            for (way, value) in way.iter_mut().zip(self.of(usize::from(*class))) {
                *way += *share * value;
            }
        }
        ConceptMixture {
            shares,
            length: way.iter().map(|value| value * value).sum::<f32>().sqrt(),
        }
    }

    /// What pictures show, by the last layer of the default model.
    fn mixtures(&self, graph: &Graph, vectors: &[f32]) -> Result<Vec<ConceptMixture>, EmbedError> {
        let mut all = Vec::with_capacity(vectors.len() / DIMENSIONS);
        for batch in vectors.chunks(BATCH * DIMENSIONS) {
            let rows = batch.len() / DIMENSIONS;
            let scaled: Vec<f32> = batch.iter().map(|value| value * LENGTH).collect();
            let input = Input {
                name: "embedding",
                shape: &[rows, DIMENSIONS],
                numbers: Numbers::Floats(&scaled),
            };
            let logits = graph.run(&[input], "logits");
            let logits = logits.map_err(|message| EmbedError::Run {
                model: InsideModel::Default.id().to_string(),
                runtime: graph.runtime().name(),
                batch: rows,
                message,
            })?;
            let rows = logits.numbers.chunks_exact(CLASSES);
            all.extend(rows.map(|row| self.mixture(row)));
        }
        Ok(all)
    }
}

impl ClassWords {
    pub(crate) fn new(runtime: GraphRuntime) -> Self {
        Self {
            sentences: Sentences::new(runtime),
            classes: OnceLock::new(),
            names: OnceLock::new(),
        }
    }

    fn classes(&self) -> &Classes {
        self.classes.get_or_init(Classes::load)
    }
}

impl Language for ClassWords {
    fn meaning(&self, text: &str) -> Result<Option<Meaning>, EmbedError> {
        let classes = self.classes();
        let vector = self.sentences.vector(text)?;
        let way: Vec<f32> = vector
            .iter()
            .zip(&classes.middle)
            .map(|(value, middle)| value - middle)
            .collect();
        let way = unit(&way);
        let dot = |row: &[f32]| row.iter().zip(&way).map(|(a, b)| a * b).sum();
        Ok(Some(Meaning::Concepts {
            likeness: (0..CLASSES).map(|class| dot(classes.of(class))).collect(),
            offset: dot(&classes.middle),
        }))
    }

    fn concepts(&self) -> &[String] {
        self.names.get_or_init(names)
    }

    /// The last layer is run by the pure runtime alone: it is one product of matrices.
    fn mixing(&self) -> Result<Mixing<'_>, EmbedError> {
        let runtime = GraphRuntime::Pure;
        let graph =
            Graph::load(GraphSource::Inside(CLASSES_BYTES), runtime).map_err(|message| {
                EmbedError::Load {
                    model: InsideModel::Default.id().to_string(),
                    runtime: runtime.name(),
                    message,
                }
            })?;
        let classes = self.classes();
        Ok(Box::new(move |vectors| classes.mixtures(&graph, vectors)))
    }
}
