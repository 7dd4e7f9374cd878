//! What orders an answer, as parameters; and looking up the pictures that it names.

use lamina_engine::{AnchorOf, DatasetScope, Error, Rank};
use lamina_model::{Filter, Pull};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    wire::{
        listed,
        vql::{self, Asked, AskedAnchor},
        wanted::unknown,
    },
};

/// What the pictures wanted are like, in pictures or in words.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RankedParameters {
    /// Filters as a JSON array, all of which must hold.
    vql: Option<String>,
    /// The picture that those wanted are like, of the dataset or uploaded, or a box in one; or
    /// several as a list, each an id or, in JSON, `{"id", "type", "bounding_box"}`.
    anchor_media_id: Option<String>,
    /// `MEDIA` or `UPLOAD`; either where nothing is said.
    anchor_type: Option<String>,
    /// The part of the one picture of the dataset that matters: `X,Y,WIDTH,HEIGHT` in pixels, or
    /// JSON with `x`, `y`, `width` and `height` from 0 to 1.
    bounding_box: Option<String>,
    /// What they are to be less like, as `anchor_media_id` is given.
    less_like: Option<String>,
    /// What they show, in words; and words in captions, labels, tags and file names, which come
    /// first. With `a OR b`, `-a`, `"a b"` or parentheses, only words.
    caption: Option<String>,
    /// The same under its older name.
    image_caption: Option<String>,
    /// Only words in captions, labels, tags and file names.
    caption_only_filter: Option<String>,
    /// Only pictures no further away than this, 0–1, where words or a picture rank them.
    #[param(minimum = 0, maximum = 1)]
    textual_similarity_threshold: Option<f32>,
}

impl RankedParameters {
    /// These two alone.
    pub(super) fn of(vql: Option<String>, caption: Option<String>) -> Self {
        Self {
            vql,
            caption,
            ..Self::default()
        }
    }

    /// What must hold of the pictures, and what orders them.
    ///
    /// # Errors
    /// 422 with the first value or element that means nothing.
    pub(crate) fn read(&self) -> Result<(Filter, Vec<Asked>), Problem> {
        let mut asked = self.asked()?;
        let mut filter = Filter::everything();
        if let Some(text) = said(self.vql.as_ref()) {
            let (clauses, more) = vql::read_ranked(text)?;
            filter = clauses;
            asked.extend(more);
        }
        vql::check_ranks(&asked)?;
        Ok((filter, asked))
    }

    fn asked(&self) -> Result<Vec<Asked>, Problem> {
        let furthest = self.furthest()?;
        let mut all = Vec::new();
        for (text, may_mean) in [
            (&self.caption, true),
            (&self.image_caption, true),
            (&self.caption_only_filter, false),
        ] {
            all.extend(said(text.as_ref()).map(|text| {
                let query = text.to_owned();
                if may_mean && is_plain(text) {
                    Asked::Meaning {
                        query,
                        max_distance: self
                            .textual_similarity_threshold
                            .unwrap_or(vql::MEANING_COUNTS),
                        only: false,
                    }
                } else {
                    Asked::Words {
                        query,
                        max_distance: furthest.min(1.0),
                    }
                }
            }));
        }
        let anchors = self.anchors()?;
        if !anchors.is_empty() {
            all.push(Asked::Like {
                anchors,
                max_distance: furthest,
            });
        }
        Ok(all)
    }

    fn furthest(&self) -> Result<f32, Problem> {
        let most = self.textual_similarity_threshold.unwrap_or(2.0);
        let named = self.textual_similarity_threshold.is_some();
        if named && !(0.0..=1.0).contains(&most) {
            return Err(unknown(
                "textual_similarity_threshold",
                &most.to_string(),
                "0 to 1",
            ));
        }
        Ok(most)
    }

    fn anchors(&self) -> Result<Vec<AskedAnchor>, Problem> {
        let of = match said(self.anchor_type.as_ref()) {
            None => AnchorOf::Either,
            Some(word) => vql::anchor_type(word)
                .ok_or_else(|| unknown("anchor_type", word, "MEDIA or UPLOAD"))?,
        };
        let mut all = Vec::new();
        for (name, text, pull) in [
            ("anchor_media_id", &self.anchor_media_id, Pull::Towards),
            ("less_like", &self.less_like, Pull::Away),
        ] {
            if let Some(text) = said(text.as_ref()) {
                let loc = ["query", name];
                all.extend(vql::anchors(&list(text), of, pull, &loc)?);
            }
        }
        if let Some(text) = said(self.bounding_box.as_ref()) {
            let [one] = &mut all[..] else {
                let takes = "a part of the one picture in anchor_media_id; of several, each \
                             has its own bounding_box beside its id";
                return Err(unknown("bounding_box", text, takes));
            };
            let loc = ["query", "bounding_box"];
            one.wish.region = Some(vql::read_region(&text.into(), &loc)?);
        }
        if all.len() > vql::MOST_ANCHORS {
            let text = said(self.anchor_media_id.as_ref()).unwrap_or_default();
            let takes = format!("{} pictures at most", vql::MOST_ANCHORS);
            return Err(unknown("anchor_media_id", text, &takes));
        }
        Ok(all)
    }
}

/// Whether a text is what people say, not a question with operators.
fn is_plain(text: &str) -> bool {
    let operator = |word: &str| matches!(word, "AND" | "OR" | "NOT" | "and" | "or" | "+");
    !text.contains(['"', '(', ')'])
        && !text
            .split_whitespace()
            .any(|word| operator(word) || word.starts_with('-'))
}

fn said(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str)
        .filter(|text| !text.trim().is_empty())
}

/// `["a","b"]`, `[{"id": "a"}]`, `[a,b]`, `a,b`, `{"id": "a"}` or `a`.
fn list(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Array(_) | Value::Object(_))) => value,
        _ => {
            let names = listed::list(text);
            let ids = names.iter().flat_map(|name| listed::ids(name));
            ids.map(Value::String).collect()
        }
    }
}

/// Looks up the pictures that questions name.
///
/// # Errors
/// 422 that names the element for what cannot be found in a query or is not there to be cut out;
/// 404 for the one anchor of `anchor_media_id`, as the original answers.
pub(crate) async fn look_up(
    state: &AppState,
    scope: &DatasetScope,
    all: Vec<Asked>,
) -> Result<Vec<Rank>, ApiError> {
    let mut ranks = Vec::with_capacity(all.len());
    for asked in all {
        ranks.push(match asked {
            Asked::Words {
                query,
                max_distance,
            } => Rank::Words {
                query: state.engine().word_query(scope, query).await?,
                max_distance,
            },
            Asked::Meaning {
                query,
                max_distance,
                only,
            } => {
                let meaning = state.engine().meaning(query.clone()).await?;
                let query = state.engine().word_query(scope, query).await?;
                match meaning {
                    Some(meaning) => Rank::Meaning {
                        query,
                        meaning,
                        max_distance,
                    },
                    None if only => return Err(knows_no_words(state).into()),
                    None => Rank::Words {
                        query,
                        max_distance: 1.0,
                    },
                }
            }
            Asked::Like {
                anchors,
                max_distance,
            } => {
                let mut found = Vec::with_capacity(anchors.len());
                for AskedAnchor { wish, loc } in anchors {
                    let id = wish.id.clone();
                    let looked = state.engine().anchor(scope, wish).await;
                    found.push(looked.map_err(|cause| told_at(cause, loc, id))?);
                }
                Rank::Like {
                    anchors: found,
                    max_distance,
                }
            }
        });
    }
    Ok(ranks)
}

/// What to say of a text where the model knows no words.
pub(crate) fn knows_no_words(state: &AppState) -> Problem {
    let (model, ..) = state.engine().embedding_model();
    vql::not_supported(&format!(
        "the embedding model {model} knows no words, so a text cannot be held against pictures; \
         ask with op \"fts\" for words in captions, labels, tags and file names"
    ))
}

/// What is wrong with an anchor, told where it stands.
fn told_at(cause: Error, mut loc: Vec<String>, id: String) -> ApiError {
    let in_query = loc.get(1).is_some_and(|name| name == "vql");
    match &cause {
        Error::NotFound { .. } if in_query => {}
        Error::Invalid {
            field: "bounding_box",
            ..
        } if in_query => loc.push("bounding_box".to_owned()),
        Error::Invalid {
            field: "bounding_box",
            ..
        } => loc = vec!["query".to_owned(), "bounding_box".to_owned()],
        _ => return cause.into(),
    }
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc,
        msg: format!("Value error, {cause}"),
        input: id.into(),
    }])
    .into()
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn operators_make_a_question_of_a_text() {
        for plain in ["dog", "a dog on the beach", "t-shirt", "rock and-roll"] {
            assert!(is_plain(plain), "{plain}");
        }
        for question in [
            "\"red car\"",
            "a OR b",
            "a and b",
            "dog -cat",
            "(a)",
            "a + b",
        ] {
            assert!(!is_plain(question), "{question}");
        }
    }
}
