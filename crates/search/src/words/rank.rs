//! Which rows a query in words means, and in which order.

use std::{collections::BTreeMap, sync::Arc};

use lamina_model::TagId;
use roaring::RoaringBitmap;

use super::{WordIndexes, query::Expr, query::parse, tokens::Tokeniser};
use crate::{ConceptLikeness, GenerationIndex, Hit, Nearest, Overlay, Ranked, RowSet, SearchError};

/// What a word counts in a caption, in a file name, and in a label or tag, which somebody chose.
const CAPTION: f32 = 1.0;
const NAME: f32 = 1.0;
const LABEL: f32 = 2.0;
/// What it counts that a file name begins with the whole query, or has it inside.
const NAME_BEGINS: f32 = 6.0;
const NAME_HOLDS: f32 = 3.0;
/// Characters of a query that is looked for inside file names, at least.
const FEWEST_CHARACTERS: usize = 3;
/// The greatest distance of a row that has the words where rows are also ranked by meaning:
/// what somebody wrote says more than what a picture seems to show.
const FURTHEST_WORDS: f32 = 0.5;

/// Where words are looked for beside what the index holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vocabulary<'a> {
    /// Tags, and labels and captions as they are now.
    pub overlay: Option<&'a Overlay>,
    /// What the tags are called.
    pub tags: Option<&'a BTreeMap<TagId, String>>,
}

/// What a text means, to be held against what pictures show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MeaningOf<'a> {
    /// It lies among the vectors of pictures. The furthest distance and the limit that it names
    /// do not count here.
    Near(Nearest<'a>),
    /// It is like some concepts.
    Concepts(ConceptLikeness<'a>),
}

impl GenerationIndex {
    /// The rows of `among` that have the words asked for in their captions, labels, tags or file
    /// names, each part of the query in whichever of them; and those whose file names hold the
    /// whole query. English words match in every form.
    ///
    /// A row whose file name is the whole query has distance 0; others have 1 ÷ (1 + weight),
    /// where the weight is a sum of BM25 weights over the whole generation, and more for file
    /// names that begin with the query or hold it.
    ///
    /// # Errors
    /// [`SearchError::Query`] names what cannot be read and where. A text that is in a file name
    /// is never an error.
    pub fn in_words(
        &self,
        query: &str,
        vocabulary: Vocabulary<'_>,
        among: &RowSet,
    ) -> Result<Ranked, SearchError> {
        let mut exact = RowSet::none(self.rows());
        let name = unquoted(query.trim());
        for row in self.names.rows_named(&self.columns, name) {
            exact.insert(*row);
        }
        let mut rows = exact.clone();
        let mut weights = vec![0.0_f32; self.rows() as usize];
        self.add_names_with(name, &mut rows, &mut weights);
        match parse(query, &Tokeniser::new()) {
            Ok(expr) => rows.add(&self.meant(&expr, vocabulary, true, &mut weights)),
            Err(_) if !rows.is_empty() => {}
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

    /// The rows of `among` that are near in meaning, and all that have the words, in one order.
    /// A row without the words has its distance in meaning. A row that has them has half the
    /// product of both distances, one beyond 1 or unknown counting as 1; 0 where the file name is
    /// the whole query. Those further away than `max_distance` are left out. A text that is no
    /// query in words is ranked by meaning alone.
    ///
    /// # Errors
    /// As [`GenerationIndex::nearest`] and [`GenerationIndex::in_meaning`].
    pub fn in_words_and_meaning(
        &self,
        query: &str,
        vocabulary: Vocabulary<'_>,
        meaning: MeaningOf<'_>,
        (max_distance, limit): (f32, usize),
        among: &RowSet,
    ) -> Result<Ranked, SearchError> {
        let words = match self.in_words(query, vocabulary, among) {
            Err(SearchError::Query(_)) => Ranked::default(),
            other => other?,
        };
        let mut with_words = RowSet::none(self.rows());
        for hit in words.hits() {
            with_words.insert(hit.row);
        }
        let (near, theirs) = match meaning {
            MeaningOf::Near(asked) => {
                let asked = Nearest {
                    max_distance,
                    limit,
                    ..asked
                };
                let theirs = self.distances(asked.space, asked.anchors, &with_words)?;
                (self.nearest(&asked, among)?, theirs)
            }
            MeaningOf::Concepts(asked) => {
                let near = self.in_meaning(asked, (max_distance, limit), among)?;
                (
                    near,
                    self.in_meaning(asked, (2.0, usize::MAX), &with_words)?,
                )
            }
        };
        let mut distances = vec![1.0_f32; self.rows() as usize];
        for hit in theirs.hits() {
            distances[hit.row as usize] = hit.distance.min(1.0);
        }
        let has_words = words.hits().iter().map(|hit| Hit {
            row: hit.row,
            distance: FURTHEST_WORDS * hit.distance * distances[hit.row as usize],
        });
        let others = near.hits().iter().copied();
        let others = others.filter(|hit| !with_words.contains(hit.row));
        let all = has_words.chain(others);
        let within = all.filter(|hit| hit.distance <= max_distance);
        Ok(Ranked::closest_of(within.collect(), limit))
    }

    /// Adds the rows whose file names hold a text, however their words are cut: part of a long
    /// number, or of a name in a script that is not cut into words.
    fn add_names_with(&self, text: &str, rows: &mut RowSet, weights: &mut [f32]) {
        let excludes = text.starts_with('-') || text.contains(" -");
        if excludes || text.chars().count() < FEWEST_CHARACTERS {
            return;
        }
        let folded = text.to_ascii_lowercase();
        let holding = self.names.containing(self.rows(), &folded);
        for row in &holding {
            let begins = self.names.name(row as usize).starts_with(folded.as_bytes());
            weights[row as usize] += if begins { NAME_BEGINS } else { NAME_HOLDS };
        }
        rows.add(&holding);
    }

    /// The rows that an expression means. What rows have of what is `wanted` adds to weights.
    fn meant(
        &self,
        expr: &Expr,
        vocabulary: Vocabulary<'_>,
        wanted: bool,
        weights: &mut [f32],
    ) -> RowSet {
        match expr {
            Expr::Phrase(words) => self.holding(words, vocabulary, wanted, weights),
            Expr::All(parts) => {
                let mut all = RowSet::all(self.rows());
                for part in parts {
                    all.keep(&self.meant(part, vocabulary, wanted, weights));
                }
                all
            }
            Expr::Any(parts) => {
                let mut any = RowSet::none(self.rows());
                for part in parts {
                    any.add(&self.meant(part, vocabulary, wanted, weights));
                }
                any
            }
            Expr::Not(part) => self.meant(part, vocabulary, false, weights).turned(),
        }
    }

    fn holding(
        &self,
        words: &[String],
        vocabulary: Vocabulary<'_>,
        wanted: bool,
        weights: &mut [f32],
    ) -> RowSet {
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
        let given = vocabulary.overlay.map(|overlay| &*overlay.captions);
        let in_captions = captions.weighted(words);
        let rarity = self.rarity(u64::try_from(in_captions.len()).unwrap_or(u64::MAX));
        for (row, weight) in in_captions {
            if given.is_none_or(|given| !given.contains_key(&row)) {
                add(row, CAPTION * weight);
            }
        }
        for row in given.into_iter().flat_map(|given| captioned(given, words)) {
            add(row, CAPTION * rarity);
        }
        for (row, weight) in names.weighted(words) {
            add(row, NAME * weight);
        }
        for (label, weight) in labels.weighted(words) {
            let name = self.columns.labels.shown(label as usize);
            let edit = vocabulary
                .overlay
                .and_then(|overlay| overlay.labels.get(&*name));
            let changed = |row: u32| {
                edit.is_some_and(|edit| edit.removed.contains(row) || edit.added.contains(row))
            };
            for row in self.facets.rows_of_label.of(label as usize) {
                if !changed(*row) {
                    add(*row, LABEL * weight);
                }
            }
        }
        for borne in vocabulary.named(words) {
            let weight = LABEL * self.rarity(borne.len());
            for row in borne {
                add(row, weight);
            }
        }
        rows
    }

    /// How much it says that a row is one of so many.
    #[expect(clippy::cast_precision_loss, reason = "a weight needs no more digits")]
    fn rarity(&self, holders: u64) -> f32 {
        let (rows, holders) = (self.rows() as f32, holders as f32);
        (1.0 + (rows - holders).max(0.0) / (holders + 0.5)).ln() + 0.5
    }
}

/// The rows among whose captions one holds these words one right after the other.
fn captioned(given: &BTreeMap<u32, Arc<[String]>>, words: &[String]) -> Vec<u32> {
    let tokeniser = Tokeniser::new();
    let holds = |caption: &String| {
        let caption = tokeniser.list(caption);
        caption
            .windows(words.len().max(1))
            .any(|some| some == words)
    };
    // Rows that were given the same together are read once.
    let mut last: Option<(&Arc<[String]>, bool)> = None;
    let mut rows = Vec::new();
    for (row, captions) in given {
        let held = match last {
            Some((same, held)) if Arc::ptr_eq(same, captions) => held,
            _ => captions.iter().any(holds),
        };
        last = Some((captions, held));
        if held {
            rows.push(*row);
        }
    }
    rows
}

impl<'a> Vocabulary<'a> {
    /// The rows of each tag, and of each label given since the index was written, in whose name
    /// these words stand one right after the other.
    fn named(self, words: &[String]) -> Vec<&'a RoaringBitmap> {
        let Some(overlay) = self.overlay else {
            return Vec::new();
        };
        let tokeniser = Tokeniser::new();
        let holds = |name: &str| {
            let name = tokeniser.list(name);
            name.windows(words.len().max(1)).any(|some| some == words)
        };
        let labels = overlay.labels.iter();
        let labels = labels
            .filter(|(name, _)| holds(name))
            .map(|(_, edit)| &edit.added);
        let tags = self.tags.into_iter().flatten();
        let tags = tags
            .filter(|(_, name)| holds(name))
            .filter_map(|(id, _)| overlay.tags.get(id));
        labels.chain(tags).collect()
    }
}

fn unquoted(name: &str) -> &str {
    name.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(name)
}
