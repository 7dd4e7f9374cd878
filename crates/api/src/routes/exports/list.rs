//! The exports of a dataset as a list, and taking one away.

use axum::{
    Json,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{ExportFormat, ListedExport, Need};
use lamina_model::{JobId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ExportTask;
use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller::Somebody},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        paging,
    },
};

/// Which part of the list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Exports passed over.
    #[param(default = 0)]
    offset: Option<u32>,
    /// Exports on the page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// The exports of a dataset, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportList {
    /// The exports of the page.
    exports: Vec<ExportEntry>,
    /// How many there are in all.
    total: u64,
}

/// An export in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportEntry {
    /// The export by itself.
    #[serde(flatten)]
    export: ExportTask,
    /// What the archive is called when it is saved.
    file_name: String,
    /// `json`, `parquet`, `csv`, `coco` or `yolo`; null for what an older program wrote.
    #[schema(example = "json")]
    format: Option<&'static str>,
    /// Whether the files of the pictures come along.
    include_images: bool,
    /// The name of whoever asked for it.
    created_by: String,
    /// Bytes of the archive; null before it is there and after it was taken away.
    size_bytes: Option<u64>,
    /// When it ended, in UTC.
    finished_at: Option<String>,
    /// When the archive is taken away, in UTC.
    expires_at: Option<String>,
    /// The task that writes it, while it does.
    task_id: Option<Uuid>,
}

impl ExportEntry {
    fn new(state: &AppState, listed: &ListedExport) -> Self {
        let zoned = |moment: Timestamp| format!("{}Z", moment.to_naive_iso());
        let export = &listed.state.export;
        Self {
            export: ExportTask::new(state, export, listed.state.link.as_ref()),
            file_name: export.file_name.clone(),
            format: listed.format.map(ExportFormat::as_str),
            include_images: listed.with_files,
            created_by: export.made_by_name.clone(),
            size_bytes: export.size_bytes,
            finished_at: export.finished_at.map(zoned),
            expires_at: export.expires_at.map(zoned),
            task_id: listed.job.map(JobId::as_uuid),
        }
    }
}

/// Lists the exports of a dataset, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/exports",
    tag = "exports",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), ListParameters),
    responses(
        (status = OK, description = "The exports", body = ExportList),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_exports(
    State(state): State<AppState>,
    // Not for strangers to a public dataset: the list names people.
    Somebody(caller): Somebody,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<ListParameters>,
) -> Result<Json<ExportList>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let limit = paging::limit(parameters.limit, 100)?;
    let offset = usize::try_from(parameters.offset.unwrap_or(0)).unwrap_or(usize::MAX);
    let (listed, total) = engine.exports(&scope, offset, limit).await?;
    let exports = listed.iter().map(|one| ExportEntry::new(&state, one));
    Ok(Json(ExportList {
        exports: exports.collect(),
        total,
    }))
}

/// Takes an export away, its archive with it. The pictures stay as they are.
#[utoipa::path(
    delete,
    path = "/api/v1/dataset/{dataset_id}/exports/{export_id}",
    tag = "exports",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("export_id" = Uuid, Path, description = "The export"),
    ),
    responses(
        (status = NO_CONTENT, description = "It is gone"),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or export, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "It is still being written", body = ErrorBody),
    )
)]
pub(crate) async fn delete_export(
    State(state): State<AppState>,
    Somebody(caller): Somebody,
    Path((dataset_id, export_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    engine.delete_export(&scope, &export_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
