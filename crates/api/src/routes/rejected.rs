//! Files that could not be indexed.

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{Need, RejectedFile};
use lamina_model::RejectReason;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        paging, percent_encoded,
    },
};

/// Which rejected files.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RejectedParameters {
    /// Only those rejected for this reason, such as `truncated`.
    #[param(value_type = Option<String>, example = "truncated")]
    reason: Option<RejectReason>,
    /// Where to go on: the `next_cursor` of the page before.
    cursor: Option<String>,
    /// Files on a page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// A page of rejected files, in the order of their paths.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectedPage {
    /// The files.
    items: Vec<RejectedFileJson>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// A file that claims to be a picture and could not be indexed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RejectedFile)]
pub(crate) struct RejectedFileJson {
    /// The file, relative to the source; bytes that are no UTF-8 appear as U+FFFD.
    path: String,
    /// The same with every odd byte percent-encoded: exact for any name.
    path_encoded: String,
    /// Its size in bytes.
    size_bytes: u64,
    /// The reason as a stable word.
    #[schema(example = "truncated")]
    reason: &'static str,
    /// The reason as a sentence.
    #[schema(example = "the file ends before the picture does")]
    message: &'static str,
    /// The reason with the numbers, or in the decoder's own words.
    note: String,
}

impl From<RejectedFile> for RejectedFileJson {
    fn from(file: RejectedFile) -> Self {
        Self {
            path: file.path.to_string(),
            path_encoded: percent_encoded(file.path.as_bytes(), true),
            size_bytes: file.size_bytes,
            reason: file.reason.as_str(),
            message: file.reason.sentence(),
            note: file.note,
        }
    }
}

/// Lists the files that could not be indexed, each with its reason.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/rejected",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), RejectedParameters),
    responses(
        (status = OK, description = "A page of rejected files", body = RejectedPage),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_rejected(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<RejectedParameters>,
) -> Result<Json<RejectedPage>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let cursor = paging::cursor(parameters.cursor)?;
    let limit = paging::limit(parameters.limit, 100)?;
    let page = state
        .engine()
        .rejected(&scope, parameters.reason, cursor.as_ref(), limit)
        .await?;
    Ok(Json(RejectedPage {
        items: page.items.into_iter().map(RejectedFileJson::from).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}
