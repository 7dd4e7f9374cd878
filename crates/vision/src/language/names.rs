//! The names of the thousand classes, and what they mean in the text model's space.
//!
//! `models/imagenet-classes.txt` has a line for each class: the name that people use, a tab, the
//! names of its `WordNet` synset. `models/imagenet-classes.vectors` has for each a vector of 384
//! numbers as 16-bit integers, little-endian, 32767 standing for 1; it is made from the first by
//! the example `name_classes`, and a test holds it against the text model.

use super::sentences::Sentences;
use crate::EmbedError;

/// Classes that the default model tells apart.
pub const CLASSES: usize = 1000;

/// Numbers in a vector of the text model.
pub(super) const WORD_DIMENSIONS: usize = 384;

static NAMES: &str = include_str!("../../models/imagenet-classes.txt");
static VECTORS: &[u8] = include_bytes!("../../models/imagenet-classes.vectors");

/// The name of a class, as people say it.
pub fn class_name(class: usize) -> Option<&'static str> {
    NAMES.lines().nth(class)?.split('\t').next()
}

pub(super) fn names() -> Vec<String> {
    let first = |line: &str| line.split('\t').next().unwrap_or(line).to_owned();
    NAMES.lines().map(first).collect()
}

/// The vectors of all classes, each of length 1, laid end to end.
pub(super) fn vectors() -> Vec<f32> {
    let (numbers, _) = VECTORS.as_chunks::<2>();
    let mut all: Vec<f32> = numbers
        .iter()
        .map(|bytes| f32::from(i16::from_le_bytes(*bytes)))
        .collect();
    for row in all.chunks_exact_mut(WORD_DIMENSIONS) {
        let unit = crate::embed::unit(row);
        row.copy_from_slice(&unit);
    }
    all
}

/// What the file of vectors has to hold for some classes: the mean of what the name in a sentence
/// and the synset mean.
///
/// # Errors
/// [`EmbedError`] when the text model cannot be loaded or fails.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a vector of length 1 has no number above 1"
)]
pub fn name_classes(
    classes: impl IntoIterator<Item = usize>,
) -> Result<Vec<[i16; 384]>, EmbedError> {
    let sentences = Sentences::pure();
    let lines: Vec<&str> = NAMES.lines().collect();
    let of = |class: usize| {
        let line = lines.get(class).copied().unwrap_or_default();
        let (name, synset) = line.split_once('\t').unwrap_or((line, line));
        let name = sentences.vector(&format!("a photo of a {name}"))?;
        let synset = sentences.vector(synset)?;
        let sum: Vec<f32> = name.iter().zip(synset).map(|(a, b)| a + b).collect();
        let unit = crate::embed::unit(&sum);
        Ok(std::array::from_fn(|at| {
            (unit[at] * 32767.0).round() as i16
        }))
    };
    classes.into_iter().map(of).collect()
}
