//! Putting what is wanted in an order: by words, or by likeness to pictures.

use std::{collections::BTreeMap, sync::Arc};

use lamina_model::{Pull, TagId};
use lamina_search::{
    AnchorVector, Answer, ConceptLikeness, Hit, MeaningOf, Nearest, Ranked, RowSet, SearchError,
    Vocabulary,
};
use lamina_vision::Meaning;

use super::{PICTURES, anchors::Anchor, open::Seen, wanted::Wanted};
use crate::{DatasetScope, Engine, Error};

/// Pictures of a ranked answer at most.
const MOST_RANKED: usize = 10_000;
/// How strongly what is to be less like something pulls away, beside a pull of 1 by all that is
/// to be more like: with as much, what pictures have in common would be gone from the question.
const AWAY: f32 = 0.5;

/// What orders an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Rank {
    /// Words in captions, labels, tags and file names; an exact file name comes first.
    Words {
        /// What is typed, and what tags are called.
        query: WordQuery,
        /// The greatest distance that counts, 0–1.
        max_distance: f32,
    },
    /// Words as above, and what they mean.
    Meaning {
        /// What is typed, and what tags are called.
        query: WordQuery,
        /// What it means.
        meaning: Arc<Meaning>,
        /// The greatest distance in meaning that counts where the words are not there, 0–2.
        max_distance: f32,
    },
    /// Likeness to pictures, and unlikeness.
    Like {
        /// The pictures. All that pull towards have the same weight, as have all that pull away,
        /// half as much together.
        anchors: Vec<Anchor>,
        /// The greatest cosine distance that counts, 0–2.
        max_distance: f32,
    },
}

/// A query in words.
#[derive(Debug, Clone, PartialEq)]
pub struct WordQuery {
    text: String,
    tags: Arc<BTreeMap<TagId, String>>,
}

impl WordQuery {
    /// What is typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl Engine {
    /// A query in words, with the names of the dataset's tags.
    pub async fn word_query(&self, scope: &DatasetScope, text: String) -> Result<WordQuery, Error> {
        let tags = self.store().tags(scope.id()).await?;
        let tags = tags.into_iter().map(|tag| (tag.id, tag.name)).collect();
        Ok(WordQuery {
            text,
            tags: Arc::new(tags),
        })
    }

    /// The model in use: its name, the numbers in its vectors, and whether it knows what texts
    /// mean.
    pub fn embedding_model(&self) -> (String, usize, bool) {
        let embedder = &self.parts().embedder;
        (
            embedder.model().to_string(),
            embedder.dimensions(),
            embedder.language().is_some(),
        )
    }

    /// What a text means to the model in use; nothing where that knows no words, or none of these.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many ask at once.
    pub async fn meaning(&self, text: String) -> Result<Option<Arc<Meaning>>, Error> {
        if self.parts().embedder.language().is_none() {
            return Ok(None);
        }
        let known = &self.parts().indexes.meanings;
        if let Some(meaning) = known.find(&text) {
            return Ok(Some(meaning));
        }
        let _turn = self.parts().views.turn().await?;
        let (engine, asked) = (self.clone(), text.clone());
        let found = tokio::task::spawn_blocking(move || {
            let language = engine.parts().embedder.language();
            language.map_or(Ok(None), |language| language.meaning(&asked))
        });
        let found = found.await.map_err(Error::internal)?;
        let found = found.map_err(Error::internal)?.map(Arc::new);
        if let Some(meaning) = &found {
            known.remember(text, meaning);
        }
        Ok(found)
    }
}

impl Rank {
    /// Whether the answer changes with tags and labels.
    pub(super) fn asks_of_marks(&self) -> bool {
        matches!(self, Self::Words { .. } | Self::Meaning { .. })
    }
}

impl Seen {
    /// The rows that are wanted, in the order of all rankings: what one leaves out is out, and
    /// the last one's distances stand.
    pub(super) fn answer(&self, wanted: &Wanted, ranks: &[Rank]) -> Result<Answer, Error> {
        self.answer_among(self.rows_of(wanted), ranks)
    }

    /// The same among these rows.
    pub(super) fn answer_among(&self, mut rows: RowSet, ranks: &[Rank]) -> Result<Answer, Error> {
        let mut last = None;
        for rank in ranks {
            let ranked = match rank {
                Rank::Words {
                    query,
                    max_distance,
                } => {
                    let found = self
                        .index
                        .in_words(&query.text, self.vocabulary(query), &rows);
                    found.map(|ranked| ranked.within(*max_distance))
                }
                Rank::Meaning {
                    query,
                    meaning,
                    max_distance,
                } => self.in_meaning(query, meaning, *max_distance, &rows),
                Rank::Like {
                    anchors,
                    max_distance,
                } => self.like(anchors, *max_distance, &rows),
            };
            let ranked = match ranked {
                Ok(ranked) => ranked,
                Err(SearchError::NoDirection) => Ranked::default(),
                Err(SearchError::Query(cause)) => {
                    return Err(Error::invalid("query", cause.to_string()));
                }
                Err(cause) => return Err(Error::internal(cause)),
            };
            let answer = Answer::ranked(self.index.rows(), ranked);
            rows = answer.rows().clone();
            last = Some(answer);
        }
        Ok(last.unwrap_or_else(|| Answer::unranked(rows)))
    }

    fn vocabulary<'a>(&'a self, query: &'a WordQuery) -> Vocabulary<'a> {
        Vocabulary {
            overlay: Some(&self.marks.overlay),
            tags: Some(&query.tags),
        }
    }

    fn in_meaning(
        &self,
        query: &WordQuery,
        meaning: &Meaning,
        max_distance: f32,
        rows: &RowSet,
    ) -> Result<Ranked, SearchError> {
        let ask = |meaning| {
            let most = (max_distance, MOST_RANKED);
            let vocabulary = self.vocabulary(query);
            self.index
                .in_words_and_meaning(&query.text, vocabulary, meaning, most, rows)
        };
        match meaning {
            Meaning::Vector(vector) => {
                let anchors = [AnchorVector {
                    vector,
                    weight: 1.0,
                }];
                ask(MeaningOf::Near(Nearest {
                    space: PICTURES,
                    anchors: &anchors,
                    max_distance,
                    limit: MOST_RANKED,
                }))
            }
            Meaning::Concepts { likeness, offset } => ask(MeaningOf::Concepts(ConceptLikeness {
                likeness,
                offset: *offset,
            })),
        }
    }

    fn like(
        &self,
        anchors: &[Anchor],
        max_distance: f32,
        rows: &RowSet,
    ) -> Result<Ranked, SearchError> {
        let weight = weights(anchors);
        let vectors: Vec<AnchorVector<'_>> = anchors
            .iter()
            .map(|anchor| AnchorVector {
                vector: &anchor.vector,
                weight: weight(anchor.pull),
            })
            .collect();
        let asked = Nearest {
            space: PICTURES,
            anchors: &vectors,
            max_distance,
            limit: MOST_RANKED,
        };
        let found = self.index.nearest(&asked, rows)?;
        let own = |anchor: &Anchor| self.index.row_of(anchor.own?);
        let own: Vec<u32> = anchors.iter().filter_map(own).collect();
        Ok(own_first(found, &own))
    }
}

fn weights(anchors: &[Anchor]) -> impl Fn(Pull) -> f32 {
    let towards = anchors.iter().filter(|one| one.pull == Pull::Towards);
    let towards = towards.count();
    let away = anchors.len() - towards;
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are far fewer anchors than f32 can count"
    )]
    move |pull| match pull {
        Pull::Towards => 1.0 / towards as f32,
        Pull::Away => -AWAY / away as f32,
    }
}

/// A picture that is asked for by itself comes before its copies, which are as close: below 0
/// there is -0, and the order of hits knows it.
fn own_first(ranked: Ranked, own: &[u32]) -> Ranked {
    let before = |hit: &Hit| Hit {
        row: hit.row,
        distance: if hit.distance == 0.0 && own.contains(&hit.row) {
            -0.0
        } else {
            hit.distance
        },
    };
    Ranked::new(ranked.hits().iter().map(before).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lamina_model::Pull;
    use lamina_search::{Hit, Ranked};

    use super::{Anchor, own_first, weights};

    #[test]
    fn all_that_pull_one_way_weigh_as_much_together_as_one_would() {
        let anchor = |pull| Anchor {
            vector: Arc::default(),
            pull,
            own: None,
        };
        let anchors = [Pull::Towards, Pull::Away, Pull::Towards].map(anchor);
        let weight = weights(&anchors);
        assert!(weight(Pull::Towards).total_cmp(&0.5).is_eq());
        assert!(weight(Pull::Away).total_cmp(&-0.5).is_eq());
    }

    #[test]
    fn a_picture_comes_before_its_copies() {
        let hit = |row, distance| Hit { row, distance };
        let found = Ranked::new(vec![hit(1, 0.0), hit(5, 0.0), hit(7, 0.25)]);
        let rows = |ranked: Ranked| ranked.hits().iter().map(|hit| hit.row).collect::<Vec<_>>();
        assert_eq!(rows(own_first(found.clone(), &[5])), [5, 1, 7]);
        assert_eq!(rows(own_first(found, &[7])), [1, 5, 7]);
    }
}
