//! The id of a picture by the address of its file, under both spellings of the original.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use lamina_engine::Need;
use serde::Deserialize;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// Which file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UriParameters {
    /// The file: its path below the source, as `original_uri` tells it, or its whole path.
    #[param(example = "cats/one.jpg")]
    original_media_uri: String,
}

/// Tells the id of the picture in a file, as plain text.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/search_media_metadata/id",
    tag = "media",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), UriParameters),
    responses(
        (status = OK, description = "The id", body = String, content_type = "text/plain"),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "There is no address", body = ValidationErrorBody),
    )
)]
pub(crate) async fn find_media_by_uri(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<UriParameters>,
) -> Result<Response, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let uri = &parameters.original_media_uri;
    let id = engine.media_at(&scope, uri).await?;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(CONTENT_TYPE, plain)], id.to_string()).into_response())
}

/// The same under its other address.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/id",
    tag = "media",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), UriParameters),
    responses(
        (status = OK, description = "The id", body = String, content_type = "text/plain"),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "There is no address", body = ValidationErrorBody),
    )
)]
pub(crate) async fn get_media_id_by_uri(
    state: State<AppState>,
    caller: caller::From,
    dataset: Path<String>,
    parameters: Query<UriParameters>,
) -> Result<Response, ApiError> {
    find_media_by_uri(state, caller, dataset, parameters).await
}
