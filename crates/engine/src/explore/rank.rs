//! Putting what is wanted in an order: by words, or by likeness to a picture.

use lamina_model::{AnchorId, Clause};
use lamina_search::{AnchorVector, Answer, Nearest, Ranked, SearchError};

use super::{PICTURES, open::Seen, wanted::Wanted};
use crate::{DatasetScope, Engine, Error, access::shorten, error::OrNothing};

/// Pictures of a ranked answer at most.
const MOST_RANKED: usize = 10_000;
/// How long an uploaded picture can be searched with.
const ANCHOR_SECONDS: i64 = 30 * 86_400;

/// What orders an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Rank {
    /// Words in captions, labels and file names; an exact file name comes first.
    Words {
        /// What is typed.
        query: String,
        /// The greatest distance that counts, 0–1.
        max_distance: f32,
    },
    /// Likeness to a picture of the dataset.
    Media {
        /// Its id.
        id: String,
        /// The greatest cosine distance that counts, 0–2.
        max_distance: f32,
    },
    /// Likeness to an uploaded picture.
    Upload {
        /// Its id.
        id: String,
        /// The greatest cosine distance that counts, 0–2.
        max_distance: f32,
    },
}

/// A [`Rank`] with everything that had to be looked up.
#[derive(Debug, Clone)]
pub(super) enum Ranking {
    Words(String, f32),
    Like(Vec<f32>, f32),
}

impl Seen {
    /// The rows that are wanted, in the order of all rankings: what one leaves out is out, and
    /// the last one's distances stand.
    pub(super) fn answer(&self, wanted: &Wanted, rankings: &[Ranking]) -> Result<Answer, Error> {
        let mut rows = self.rows_of(wanted);
        let mut last = None;
        for ranking in rankings {
            let ranked = match ranking {
                Ranking::Words(query, max_distance) => {
                    let found = self.index.in_words(query, &rows);
                    found.map(|ranked| ranked.within(*max_distance))
                }
                Ranking::Like(vector, max_distance) => {
                    let anchors = [AnchorVector {
                        vector,
                        weight: 1.0,
                    }];
                    let asked = Nearest {
                        space: PICTURES,
                        anchors: &anchors,
                        max_distance: *max_distance,
                        limit: MOST_RANKED,
                    };
                    self.index.nearest(&asked, &rows)
                }
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
}

impl Engine {
    /// Looks up what rankings need.
    pub(super) async fn rankings(
        &self,
        scope: &DatasetScope,
        ranks: Vec<Rank>,
    ) -> Result<Vec<Ranking>, Error> {
        let mut all = Vec::with_capacity(ranks.len());
        for rank in ranks {
            all.push(match rank {
                Rank::Words {
                    query,
                    max_distance,
                } => Ranking::Words(query, max_distance),
                Rank::Media { id, max_distance } => {
                    Ranking::Like(self.vector_of(scope, &id).await?, max_distance)
                }
                Rank::Upload { id, max_distance } => {
                    Ranking::Like(self.anchor_vector(scope, &id).await?, max_distance)
                }
            });
        }
        Ok(all)
    }

    /// The vector of a picture in the generation that is shown; empty where it has none.
    async fn vector_of(&self, scope: &DatasetScope, id: &str) -> Result<Vec<f32>, Error> {
        let media = self.media(scope, id).await?;
        let one = Wanted {
            filter: lamina_model::Filter::everything().and(Clause::Media {
                mode: lamina_model::Presence::In,
                ids: [media.id].into(),
            }),
            ..Wanted::default()
        };
        let found = self.ask_for(scope, one, move |seen, _| {
            let Some(row) = seen.index.row_of(media.id) else {
                return Ok(None);
            };
            seen.index.vector(PICTURES, row).map_err(Error::internal)
        });
        Ok(found.await?.flatten().unwrap_or_default())
    }

    async fn anchor_vector(&self, scope: &DatasetScope, id: &str) -> Result<Vec<f32>, Error> {
        let not_found = || Error::NotFound {
            what: "anchor",
            id: shorten(id),
        };
        let anchor: AnchorId = id.parse().map_err(|_| not_found())?;
        let found = self.store().anchor(scope.id(), anchor).await.or_nothing()?;
        let (model, vector) = found.ok_or_else(not_found)?;
        // Vectors of different models mean nothing to each other.
        if model != self.parts().embedder.model().as_str() {
            return Err(not_found());
        }
        Ok(vector)
    }

    /// Takes a picture to search with, through the same decoder and model as those of a dataset.
    /// Its pixels are not kept. Gives its id, and its width and height.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no picture that can be read; [`Error::Conflict`] while the
    /// dataset has no generation.
    pub async fn add_anchor(
        &self,
        scope: &DatasetScope,
        bytes: Vec<u8>,
    ) -> Result<(AnchorId, u32, u32), Error> {
        if scope.dataset().generation.is_none() {
            return Err(Error::Conflict {
                code: "not_ready",
                why: "the dataset is not ready: it can be searched once it was indexed".to_owned(),
            });
        }
        let engine = self.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let parts = engine.parts();
            let look = lamina_vision::look(&bytes, None, &parts.ingest.limits).map_err(|why| {
                let sentence = why.reason.sentence();
                Error::invalid("file", format!("{sentence}: {}", why.note))
            })?;
            let tensor = std::slice::from_ref(&look.tensor);
            let mut vectors = parts.embedder.embed(tensor).map_err(Error::internal)?;
            let vector = vectors.pop().unwrap_or_default();
            Ok::<_, Error>((look.content_hash, look.width_px, look.height_px, vector))
        });
        let (hash, width, height, vector) = looked.await.map_err(Error::internal)??;
        let now = self.clock().now();
        let store = self.store();
        store
            .forget_anchors(now.plus_seconds(-ANCHOR_SECONDS))
            .await?;
        let id = AnchorId::new(self.clock(), self.chance());
        let model = self.parts().embedder.model();
        store
            .insert_anchor(scope.id(), id, model.as_str(), &hash, &vector, now)
            .await?;
        Ok((id, width, height))
    }
}
