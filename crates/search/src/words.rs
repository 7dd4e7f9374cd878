//! Words: which pictures have them in captions, labels or file names, and how well they fit.
//!
//! An index of our own rather than a search engine's: rows are the documents, so answers meet
//! filters as sets of rows; the bytes depend on the pictures alone (an engine names its segments
//! by chance and by the clock); and what is needed, words, phrases and a rank, is small.

mod index;
mod labels;
mod query;
mod rank;
mod tokens;

use crate::{
    SearchError,
    columns::Columns,
    sections::{SectionReader, SectionWriter},
};

pub(crate) use index::WordIndex;
pub use labels::labels_with_words;
pub use query::{QueryError, check_query};
pub use rank::{MeaningOf, Vocabulary};

/// The words of a generation. Captions and names are indexed by row; labels by label, since
/// there are few and each stands for its rows.
#[derive(Debug)]
pub(crate) struct WordIndexes {
    captions: WordIndex,
    names: WordIndex,
    labels: WordIndex,
}

impl WordIndexes {
    pub(crate) fn build(columns: &Columns) -> Result<Self, SearchError> {
        let rows = columns.names.len();
        let captions = (0..rows).map(|row| {
            let starts = &columns.caption_starts;
            (starts[row]..starts[row + 1]).map(|at| columns.captions.of(at as usize))
        });
        Ok(Self {
            captions: WordIndex::build(captions)?,
            names: WordIndex::build(columns.names.iter().map(std::iter::once))?,
            labels: WordIndex::build(columns.labels.iter().map(std::iter::once))?,
        })
    }

    pub(crate) fn write(&self, out: &mut SectionWriter) -> Result<(), SearchError> {
        self.captions.write(out, "wc")?;
        self.names.write(out, "wn")?;
        self.labels.write(out, "wl")
    }

    pub(crate) fn read(from: &mut SectionReader, columns: &Columns) -> Result<Self, SearchError> {
        let rows = columns.names.len();
        Ok(Self {
            captions: WordIndex::read(from, "wc", rows)?,
            names: WordIndex::read(from, "wn", rows)?,
            labels: WordIndex::read(from, "wl", columns.labels.len())?,
        })
    }
}
