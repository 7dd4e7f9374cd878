//! Changing what a dataset is called, and stopping or repeating the work on it.

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{Caller, DatasetScope, Error, Need};
use lamina_model::{Job, JobId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    error::ApiError,
    extract::{Json as Body, caller},
    routes::datasets,
    wire::{
        dataset::DatasetJson,
        error::{ErrorBody, ValidationErrorBody},
        task::TaskJson,
    },
};

/// What is to be changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DatasetChange {
    /// What people call it; 1 to 200 characters.
    #[schema(example = "My Dataset", min_length = 1, max_length = 200)]
    display_name: Option<String>,
    /// Free text about it, of at most 10,000 characters.
    #[schema(max_length = 10_000)]
    description: Option<String>,
    /// Whether each picture gets the name of its folder as a label. The dataset is indexed again
    /// where that changes.
    labels_from_folders: Option<bool>,
}

/// Gives a dataset another name or description.
#[utoipa::path(
    patch,
    path = "/api/v1/dataset/{dataset_id}",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body = DatasetChange,
    responses(
        (status = OK, description = "The dataset as it is now", body = DatasetJson),
        (status = BAD_REQUEST, description = "The name or the description cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see it, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn change_dataset(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    Body(change): Body<DatasetChange>,
) -> Result<Json<DatasetJson>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    engine
        .describe_dataset(
            &scope,
            change.display_name.as_deref(),
            change.description.as_deref(),
        )
        .await?;
    if let Some(wanted) = change.labels_from_folders {
        engine.label_by_folders(&scope, wanted).await?;
    }
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    Ok(Json(datasets::told(&state, &caller, &scope).await?))
}

/// Asks a task to stop. What it has done so far stays.
#[utoipa::path(
    post,
    path = "/api/v1/tasks/{task_id}/abort",
    tag = "tasks",
    params(("task_id" = Uuid, Path, description = "The task")),
    responses(
        (status = OK, description = "The task, which stops within moments", body = TaskJson),
        (status = FORBIDDEN, description = "The caller may see it, but not stop it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such task, or the caller may not see its dataset", body = ErrorBody),
        (status = CONFLICT, description = "It has ended already", body = ErrorBody),
    )
)]
pub(crate) async fn abort_task(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(task_id): Path<String>,
) -> Result<Json<TaskJson>, ApiError> {
    let (scope, job) = task(&state, &caller, &task_id).await?;
    let job = state.engine().cancel_job(&scope, job.id).await?;
    let owner = state.engine().owner_of(&caller, scope.dataset()).await?;
    Ok(Json(TaskJson::new(&job, scope.dataset(), owner)))
}

/// Asks for the work of a task that failed or was stopped to be done again. While such work waits
/// or runs, that task is answered.
#[utoipa::path(
    post,
    path = "/api/v1/tasks/{task_id}/retry",
    tag = "tasks",
    params(("task_id" = Uuid, Path, description = "The task")),
    responses(
        (status = OK, description = "The task that does it", body = TaskJson),
        (status = BAD_REQUEST, description = "It neither failed nor was stopped", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see it, but not repeat it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such task, or the caller may not see its dataset", body = ErrorBody),
    )
)]
pub(crate) async fn retry_task(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(task_id): Path<String>,
) -> Result<Json<TaskJson>, ApiError> {
    let (scope, job) = task(&state, &caller, &task_id).await?;
    let job = state.engine().retry_job(&scope, job.id).await?;
    let owner = state.engine().owner_of(&caller, scope.dataset()).await?;
    Ok(Json(TaskJson::new(&job, scope.dataset(), owner)))
}

/// A task whose dataset the caller may change. Whoever may not see the dataset is told that there
/// is no such task.
async fn task(
    state: &AppState,
    caller: &Caller,
    task_id: &str,
) -> Result<(DatasetScope, Job), ApiError> {
    let not_found = || Error::NotFound {
        what: "task",
        id: task_id.chars().take(64).collect(),
    };
    let hidden = |cause: Error| match cause {
        Error::NotFound { .. } => not_found(),
        other => other,
    };
    let id: JobId = task_id.parse().map_err(|_| not_found())?;
    let job = state.engine().job(id).await.map_err(hidden)?;
    let dataset = job.dataset_id.to_string();
    let scope = state.engine().dataset(caller, &dataset, Need::Edit).await;
    Ok((scope.map_err(hidden)?, job))
}
