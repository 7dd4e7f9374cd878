//! Words and pictures, made comparable.
//!
//! The default image model has no text side. What it has are the thousand classes that it was
//! trained to tell apart: a picture is a mixture of them, a text is more or less like the name of
//! each ([`ClassWords`]). A picture and a text then compare as in `ConSE` (Norouzi and others,
//! "Zero-Shot Learning by Convex Combination of Semantic Embeddings", 2013). Somebody's own pair
//! of models with a space in common needs none of that: there a text is a vector like a
//! picture's.

mod classes;
mod names;
mod sentences;
pub(crate) mod tokens;

pub(crate) use classes::ClassWords;
pub use names::{CLASSES, class_name, name_classes};

use crate::EmbedError;

/// How alike texts and pictures are.
pub trait Language: Send + Sync + std::fmt::Debug {
    /// What a text means; nothing where the model knows no part of it.
    ///
    /// # Errors
    /// [`EmbedError`] when the text model cannot be loaded or fails.
    fn meaning(&self, text: &str) -> Result<Option<Meaning>, EmbedError>;

    /// The names of the concepts that pictures are mixtures of; none where the meaning of a text
    /// is a vector.
    fn concepts(&self) -> &[String];

    /// A way to tell what pictures show. A model may be loaded for it, and is let go of with it.
    ///
    /// # Errors
    /// [`EmbedError`] when the model cannot be loaded.
    fn mixing(&self) -> Result<Mixing<'_>, EmbedError>;
}

/// Tells what each of some pictures shows, from their vectors laid end to end; several threads may
/// ask at a time.
pub type Mixing<'a> =
    Box<dyn Fn(&[f32]) -> Result<Vec<ConceptMixture>, EmbedError> + Send + Sync + 'a>;

/// What a text means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// A point among the vectors of pictures, of length 1.
    Vector(Vec<f32>),
    /// How like each concept it is. The cosine between the text and a picture is the sum over
    /// the picture's concepts of share × likeness, less `offset`, divided by the length of the
    /// picture's mixture.
    Concepts {
        /// For each concept.
        likeness: Vec<f32>,
        /// What a text and the middle of all concepts have in common.
        offset: f32,
    },
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConceptMixture {
    /// Concepts and their shares, which add up to 1, the greatest first.
    pub shares: Vec<(u16, f32)>,
    /// How far the mixture is from the middle of all concepts.
    pub length: f32,
}
