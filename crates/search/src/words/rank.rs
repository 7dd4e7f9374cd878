//! Which rows a query in words means, and in which order.

use super::{WordIndexes, query::Expr, query::parse, tokens::Tokeniser};
use crate::{AnchorVector, GenerationIndex, Hit, Nearest, Ranked, RowSet, SearchError};

/// What a word counts in a caption, in a file name and in a label, which somebody chose.
const CAPTION: f32 = 1.0;
const NAME: f32 = 1.0;
const LABEL: f32 = 2.0;
/// What part of a distance in meaning the best match in words takes away.
const WORDS_TAKE: f32 = 0.5;

impl GenerationIndex {
    /// The rows of `among` that have the words asked for in their captions, labels or file
    /// names, each part of the query in whichever of them. English words match in every form.
    ///
    /// A row whose file name is the whole query has distance 0; others have 1 ÷ (1 + weight),
    /// where the weight is a sum of BM25 weights over the whole generation.
    ///
    /// # Errors
    /// [`SearchError::Query`] names what cannot be read and where. A text that is a file name
    /// is never an error.
    pub fn in_words(&self, query: &str, among: &RowSet) -> Result<Ranked, SearchError> {
        let mut exact = RowSet::none(self.rows());
        let name = query.trim();
        for row in self.names.rows_named(&self.columns, unquoted(name)) {
            exact.insert(*row);
        }
        let mut rows = exact.clone();
        let mut weights = vec![0.0_f32; self.rows() as usize];
        match parse(query, &Tokeniser::new()) {
            Ok(expr) => rows.add(&self.meant(&expr, true, &mut weights)),
            Err(_) if !exact.is_empty() => {}
            Err(error) => return Err(error.into()),
        }
        rows.keep(among);
        let hits = rows.iter().map(|row| Hit {
            row,
            distance: if exact.contains(row) {
                0.0
            } else {
                1.0 / (1.0 + weights[row as usize])
            },
        });
        Ok(Ranked::new(hits.collect()))
    }

    /// The rows of `among` nearest in meaning, and those that have the words, in one order: a
    /// row's distance in meaning, of which a match in words takes away up to half; 0 where the
    /// file name is the whole query. A row without a vector counts as at distance 1.
    ///
    /// # Errors
    /// As [`GenerationIndex::in_words`] and [`GenerationIndex::nearest`].
    pub fn in_words_and_meaning(
        &self,
        query: &str,
        asked: &Nearest<'_>,
        among: &RowSet,
    ) -> Result<Ranked, SearchError> {
        let words = self.in_words(query, among)?.closest(asked.limit);
        let mut rows = RowSet::none(self.rows());
        let near = self.nearest(asked, among)?;
        for hit in words.hits().iter().chain(near.hits()) {
            rows.insert(hit.row);
        }
        let anchors: &[AnchorVector<'_>] = asked.anchors;
        let meaning = self.distances(asked.space, anchors, &rows)?;
        let mut distances = vec![1.0_f32; self.rows() as usize];
        for hit in meaning.hits() {
            distances[hit.row as usize] = hit.distance;
        }
        for hit in words.hits() {
            let left = if hit.distance == 0.0 {
                0.0
            } else {
                1.0 - WORDS_TAKE * (1.0 - hit.distance)
            };
            distances[hit.row as usize] *= left;
        }
        let hits = rows.iter().map(|row| Hit {
            row,
            distance: distances[row as usize],
        });
        Ok(Ranked::new(hits.collect()).closest(asked.limit))
    }

    /// The rows that an expression means. What rows have of what is `wanted` adds to weights.
    fn meant(&self, expr: &Expr, wanted: bool, weights: &mut [f32]) -> RowSet {
        match expr {
            Expr::Phrase(words) => self.holding(words, wanted, weights),
            Expr::All(parts) => {
                let mut all = RowSet::all(self.rows());
                for part in parts {
                    all.keep(&self.meant(part, wanted, weights));
                }
                all
            }
            Expr::Any(parts) => {
                let mut any = RowSet::none(self.rows());
                for part in parts {
                    any.add(&self.meant(part, wanted, weights));
                }
                any
            }
            Expr::Not(part) => self.meant(part, false, weights).turned(),
        }
    }

    fn holding(&self, words: &[String], wanted: bool, weights: &mut [f32]) -> RowSet {
        let WordIndexes {
            captions,
            names,
            labels,
        } = &self.words;
        let mut rows = RowSet::none(self.rows());
        let mut add = |row: u32, weight: f32| {
            rows.insert(row);
            if wanted {
                weights[row as usize] += weight;
            }
        };
        for (index, factor) in [(captions, CAPTION), (names, NAME)] {
            for (row, weight) in index.weighted(words) {
                add(row, factor * weight);
            }
        }
        for (label, weight) in labels.weighted(words) {
            for row in self.facets.rows_of_label.of(label as usize) {
                add(*row, LABEL * weight);
            }
        }
        rows
    }
}

fn unquoted(name: &str) -> &str {
    name.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(name)
}
