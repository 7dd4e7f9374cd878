//! Searching a dataset in words, without clusters.

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{Need, ObjectsWanted, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    explore::{Preview, objects::preview},
    ranked::look_up,
};
use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::{Json as Body, caller},
    wire::{
        entity_type::EntityType,
        error::{ErrorBody, ValidationErrorBody},
        vql::{Asked, MEANING_COUNTS},
    },
};

/// Pictures of an answer at most.
const MOST: usize = 1000;
/// Pictures of an answer where nothing is said.
const USUAL: usize = 100;

/// What is searched for.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WordSearch {
    /// What the pictures wanted show, or words in their captions, labels, tags or file names.
    #[schema(example = "a dog on a beach")]
    text: String,
    /// `IMAGES`, or `OBJECTS` for boxes: those whose labels have the words first, then as their
    /// pictures are.
    #[serde(default)]
    #[schema(default = "IMAGES")]
    entity_type: Option<String>,
    /// Pictures wanted, 1–1000.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// The greatest distance that counts, 0–1.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1, default = 0.8)]
    threshold: Option<f32>,
}

/// Pictures or boxes, the closest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WordsFound {
    /// The pictures, or the boxes.
    results: Vec<Preview>,
    /// How many these are.
    count: usize,
}

/// Finds the pictures or boxes that show what a text says, the closest first.
#[utoipa::path(
    post,
    path = "/api/v1/vector_search/{dataset_id}",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body = WordSearch,
    responses(
        (status = OK, description = "The pictures", body = WordsFound),
        (status = BAD_REQUEST, description = "The model in use knows no words", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn search_in_words(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Body(wish): Body<WordSearch>,
) -> Result<Json<WordsFound>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    scope.shown()?;
    let limit = wish.limit.unwrap_or(USUAL);
    let furthest = wish.threshold.unwrap_or(MEANING_COUNTS);
    if !(1..=MOST).contains(&limit) {
        let msg = format!("it takes 1 to {MOST}");
        return Err(fault("limit", &msg, limit.into()).into());
    }
    if !(0.0..=1.0).contains(&furthest) {
        return Err(fault("threshold", "it takes 0 to 1", furthest.into()).into());
    }
    if wish.text.trim().is_empty() {
        return Err(fault("text", "it is empty", wish.text.into()).into());
    }
    let about = EntityType::read(wish.entity_type.as_deref())
        .map_err(|other| fault("entity_type", "it takes IMAGES or OBJECTS", other.into()))?;
    let asked = Asked::Meaning {
        query: wish.text,
        max_distance: furthest,
        only: true,
    };
    let ranks = look_up(&state, &scope, vec![asked]).await?;
    let results: Vec<Preview> = if about == EntityType::Objects {
        let wanted = ObjectsWanted::default();
        let found = engine.objects(&scope, wanted, ranks, 0, limit).await?;
        let items = found.items.iter();
        items.map(|card| preview(scope.id(), card)).collect()
    } else {
        let found = engine
            .ranked_list(&scope, Wanted::default(), ranks, 0, limit)
            .await?;
        let told = found.pictures.iter().zip(&found.told);
        told.map(|(card, told)| Preview::new(scope.id(), card, told))
            .collect()
    };
    Ok(Json(WordsFound {
        count: results.len(),
        results,
    }))
}

fn fault(name: &str, msg: &str, input: serde_json::Value) -> Problem {
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc: vec!["body".to_owned(), name.to_owned()],
        msg: format!("Value error, {msg}"),
        input,
    }])
}

/// A model that pictures are compared by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmbeddingModel {
    /// Its name, stored with every vector.
    #[schema(example = "efficientnet-lite0/fp32")]
    name: String,
    /// Numbers in a vector.
    dimensions: usize,
    /// Whether texts can be held against pictures.
    text: bool,
}

/// Lists the models that the dataset's pictures are compared by: the one in use.
#[utoipa::path(
    get,
    path = "/api/v1/vector_search/{dataset_id}/embedding_models",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "The models", body = Vec<EmbeddingModel>),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn list_embedding_models(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<Vec<EmbeddingModel>>, ApiError> {
    let engine = state.engine();
    engine.dataset(&caller, &dataset_id, Need::View).await?;
    let (name, dimensions, text) = engine.embedding_model();
    Ok(Json(vec![EmbeddingModel {
        name,
        dimensions,
        text,
    }]))
}
