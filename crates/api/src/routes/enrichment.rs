//! Enrichment as the original's clients ask for it: which models there are, what they did, running
//! one. There is none that writes captions or finds boxes; those come from annotation files.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{Caller, DatasetScope, Error, Need, shorten};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{Json as Body, caller},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// Models that a refusal names.
const MOST_NAMED: usize = 5;
/// A model that adds something to the pictures of a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrichmentModel {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// What it adds.
    #[serde(rename = "type")]
    kind: String,
    /// `Active` when it may be applied.
    status: String,
    /// Whose it is.
    vendor: String,
    /// What it does.
    description: String,
    /// What has to be there before; null for nothing.
    dependencies: Option<Vec<String>>,
}

/// Lists the models that can add captions, labels or boxes to a dataset. None is offered so far.
#[utoipa::path(
    get,
    path = "/api/v1/enrichment/{dataset_id}/list_models",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "The models; empty where there are none", body = [EnrichmentModel]),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn list_enrichment_models(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<Vec<EnrichmentModel>>, ApiError> {
    let engine = state.engine();
    engine.dataset(&caller, &dataset_id, Need::View).await?;
    Ok(Json(Vec::new()))
}

/// What models added to a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrichmentContext {
    /// Names the state; the dataset's id.
    #[serde(rename = "enrichment_context_id")]
    id: Uuid,
    /// The same under another name.
    context_id: Uuid,
    /// `NEW`: nothing was applied.
    #[schema(example = "NEW")]
    status: &'static str,
    /// The models that were applied.
    dataset_enrichment_models: AppliedModels,
}

/// The models that were applied, by what they add.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct AppliedModels {
    /// Ids of models by type.
    enrichment_models: BTreeMap<String, String>,
}

/// Tells what models added to a dataset.
#[utoipa::path(
    get,
    path = "/api/v1/enrichment/{dataset_id}/context",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "What was applied", body = EnrichmentContext),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_enrichment_context(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<EnrichmentContext>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let id = scope.id().as_uuid();
    Ok(Json(EnrichmentContext {
        id,
        context_id: id,
        status: "NEW",
        dataset_enrichment_models: AppliedModels::default(),
    }))
}

/// Models to apply.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EnrichmentWish {
    /// Ids of models by type; a value may be an object with an `id`.
    #[schema(value_type = Object, example = json!({"CAPTION_IMAGES": "a-model"}))]
    enrichment_models: BTreeMap<String, serde_json::Value>,
}

/// Applies models to a dataset. None is offered so far, so the answer says which was not found.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/enrich_dataset",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body = EnrichmentWish,
    responses(
        (status = BAD_REQUEST, description = "There is no such model", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn enrich_dataset(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    Body(wish): Body<EnrichmentWish>,
) -> Result<Json<EnrichmentContext>, ApiError> {
    let engine = state.engine();
    engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    Err(no_such_model(&wish).into())
}

fn no_such_model(wish: &EnrichmentWish) -> Problem {
    let asked: Vec<String> = wish
        .enrichment_models
        .iter()
        .map(|(kind, model)| {
            let id = model.get("id").unwrap_or(model);
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            format!("{:?} for {:?}", shorten(&id), shorten(kind))
        })
        .take(MOST_NAMED)
        .collect();
    let asked = if asked.is_empty() {
        "none was named".to_owned()
    } else {
        format!("there is no {}", asked.join(", "))
    };
    let why = format!(
        "no model can be applied here: {asked}; captions, labels and boxes come from annotation \
         files, see /docs/indexing"
    );
    Problem::new(StatusCode::BAD_REQUEST, "unknown_model", why)
}

/// The dataset of a context, if there is such a context.
async fn in_context(
    state: &AppState,
    caller: &Caller,
    (dataset, context): (&str, &str),
    need: Need,
) -> Result<DatasetScope, ApiError> {
    let scope = state.engine().dataset(caller, dataset, need).await?;
    if context.parse() == Ok(scope.id().as_uuid()) {
        return Ok(scope);
    }
    let what = "context";
    let id = shorten(context);
    Err(Error::NotFound { what, id }.into())
}

/// Shows what models would say of some pictures. None is offered so far, so the answer says which
/// was not found.
#[utoipa::path(
    post,
    path = "/api/v1/enrichment/{dataset_id}/{enrichment_context_id}/previews_enrichment_result",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("enrichment_context_id" = Uuid, Path, description = "The context, as `context` tells it"),
    ),
    request_body = EnrichmentWish,
    responses(
        (status = BAD_REQUEST, description = "There is no such model", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or context, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn preview_enrichment(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, context_id)): Path<(String, String)>,
    Body(wish): Body<EnrichmentWish>,
) -> Result<Json<EnrichmentContext>, ApiError> {
    let place = (dataset_id.as_str(), context_id.as_str());
    in_context(&state, &caller, place, Need::Edit).await?;
    Err(no_such_model(&wish).into())
}

/// How far the work of models on a dataset is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrichmentStatus {
    /// The context.
    enrichment_context_id: Uuid,
    /// `NEW`: nothing was applied.
    #[schema(example = "NEW")]
    status: &'static str,
    /// From 0 to 100.
    #[schema(minimum = 0, maximum = 100)]
    progress: u8,
}

/// Tells how far the work of models on a dataset is.
#[utoipa::path(
    get,
    path = "/api/v1/enrichment/{dataset_id}/{enrichment_context_id}/status",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("enrichment_context_id" = Uuid, Path, description = "The context, as `context` tells it"),
    ),
    responses(
        (status = OK, description = "How far it is", body = EnrichmentStatus),
        (status = NOT_FOUND, description = "There is no such dataset or context, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_enrichment_status(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, context_id)): Path<(String, String)>,
) -> Result<Json<EnrichmentStatus>, ApiError> {
    let place = (dataset_id.as_str(), context_id.as_str());
    let scope = in_context(&state, &caller, place, Need::View).await?;
    Ok(Json(EnrichmentStatus {
        enrichment_context_id: scope.id().as_uuid(),
        status: "NEW",
        progress: 0,
    }))
}

/// Stops the work of models on a dataset. None is at work, and the answer says so.
#[utoipa::path(
    delete,
    path = "/api/v1/enrichment/{dataset_id}/{enrichment_context_id}/abort",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("enrichment_context_id" = Uuid, Path, description = "The context, as `context` tells it"),
    ),
    responses(
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or context, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "No model is at work on the dataset", body = ErrorBody),
    )
)]
pub(crate) async fn abort_enrichment(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, context_id)): Path<(String, String)>,
) -> Result<Json<EnrichmentStatus>, ApiError> {
    let place = (dataset_id.as_str(), context_id.as_str());
    in_context(&state, &caller, place, Need::Edit).await?;
    let why = "no model is at work on this dataset; there is nothing to stop".to_owned();
    let code = "nothing_runs";
    Err(Error::Conflict { code, why }.into())
}
