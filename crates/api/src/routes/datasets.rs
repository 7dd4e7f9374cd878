//! Datasets: list, read, remove.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use lamina_engine::{Caller, DatasetScope, Error, Need};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller, origin::Origin},
    routes::media::thumbnail_response,
    wire::{
        dataset::{DatasetJson, status_new},
        error::{ErrorBody, ValidationErrorBody},
        report::ReportJson,
    },
};

/// How a list of datasets is ordered.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DatasetOrder {
    /// The newest first.
    #[default]
    Date,
    /// By display name.
    Name,
}

/// Which datasets, in which order.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// The order.
    #[serde(default)]
    #[param(inline, default = "date")]
    sort_by: DatasetOrder,
    /// Whether hidden datasets are listed too. No dataset is hidden so far.
    #[serde(default)]
    #[param(default = false)]
    #[expect(dead_code, reason = "clients of the original send it")]
    include_hidden: bool,
}

/// Lists the datasets that the caller may see.
#[utoipa::path(
    get,
    path = "/api/v1/datasets",
    tag = "datasets",
    params(ListParameters),
    responses(
        (status = OK, description = "The datasets", body = Vec<DatasetJson>),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_datasets(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Query(parameters): Query<ListParameters>,
) -> Result<Json<Vec<DatasetJson>>, ApiError> {
    let mut datasets = state.engine().datasets(&caller).await?;
    match parameters.sort_by {
        DatasetOrder::Date => {
            datasets.sort_by_key(|dataset| std::cmp::Reverse((dataset.created_at, dataset.id)));
        }
        DatasetOrder::Name => {
            datasets
                .sort_by_cached_key(|dataset| (dataset.display_name.to_lowercase(), dataset.id));
        }
    }
    let cards = state.engine().cards(&caller, datasets).await?;
    Ok(Json(cards.iter().map(DatasetJson::from).collect()))
}

/// Tells what a dataset is and how far its indexing is.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "The dataset", body = DatasetJson),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_dataset(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Response, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let card = engine.card(&caller, &scope).await?;
    Ok(state.told().answer(card))
}

/// A dataset as the wire tells it to a caller.
pub(crate) async fn told(
    state: &AppState,
    caller: &Caller,
    scope: &DatasetScope,
) -> Result<DatasetJson, Error> {
    let card = state.engine().card(caller, scope).await?;
    Ok(DatasetJson::from(&card))
}

/// What was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deleted {
    /// Always true.
    deleted: bool,
    /// The dataset that is gone.
    dataset_id: Uuid,
}

/// Removes a dataset and everything derived from it. Its source is left as it is.
#[utoipa::path(
    delete,
    path = "/api/v1/dataset/{dataset_id}",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "It is gone", body = Deleted),
        (status = FORBIDDEN, description = "The caller may see it, but not remove it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn delete_dataset(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Origin(origin): Origin,
    Path(dataset_id): Path<String>,
) -> Result<Json<Deleted>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::Own)
        .await?;
    state
        .engine()
        .delete_dataset(&caller, &scope, &origin)
        .await?;
    Ok(Json(Deleted {
        deleted: true,
        dataset_id: scope.id().as_uuid(),
    }))
}

/// Tells what indexing found: counts by reason, duplicates, issues, clusters, times.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/stats",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "What the last finished indexing found", body = ReportJson),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "It has not been indexed to the end yet", body = ErrorBody),
    )
)]
pub(crate) async fn get_stats(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<ReportJson>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let report = state.engine().report(&scope).await?.ok_or_else(|| Error::Conflict {
        code: "not_indexed_yet",
        why: "this dataset has not been indexed to the end yet; ask again when its status is READY".to_owned(),
    })?;
    Ok(Json(ReportJson::from(&report)))
}

/// How far a dataset is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreationStatus {
    /// The state in the newer words.
    #[schema(example = "READY")]
    status: &'static str,
    /// How far the present work is, in percent.
    #[schema(minimum = 0, maximum = 100, example = 100)]
    progress: u8,
}

/// Tells how far the making of a dataset is.
#[utoipa::path(
    get,
    path = "/api/v1/datasets/{dataset_id}/creation-status",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "How far it is", body = CreationStatus),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_creation_status(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<CreationStatus>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let dataset = scope.dataset();
    Ok(Json(CreationStatus {
        status: status_new(dataset.status),
        progress: dataset.progress_percent.min(100),
    }))
}

/// The thumbnail that stands for a dataset: its first picture's.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/preview",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "A small picture", content_type = "image/*"),
        (status = NOT_FOUND, description = "There is no such dataset, or no picture in it yet", body = ErrorBody),
    )
)]
pub(crate) async fn get_preview(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    headers: hyper::HeaderMap,
) -> Result<Response, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let page = state.engine().media_page(&scope, None, 1).await?;
    let first = page.items.first().ok_or_else(|| Error::NotFound {
        what: "media",
        id: "the first of the dataset".to_owned(),
    })?;
    let thumbnail = state
        .engine()
        .thumbnail(&scope, &first.id.to_string())
        .await?;
    Ok(thumbnail_response(&thumbnail, &headers, false).into_response())
}
