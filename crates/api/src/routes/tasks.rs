//! Background work.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{Caller, Error, Need};
use lamina_model::{JobId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::{Query, caller},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        moment::meant_by,
        paging,
        task::{TaskJson, TaskStatus, TaskType},
    },
};

/// How many tasks of each dataset are told: the latest.
const LATEST: usize = 50;

/// By what tasks are ordered.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskOrder {
    /// When they began.
    #[default]
    StartTime,
    /// Their status.
    Status,
    /// What they do.
    TaskType,
    /// The name of their dataset.
    DatasetName,
    /// The id of their dataset.
    DatasetId,
    /// Who asked for them.
    CreatedBy,
}

/// In which direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// The smallest first.
    Asc,
    /// The largest first.
    #[default]
    Desc,
}

/// Which tasks, in which order.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskParameters {
    /// Only those of this dataset.
    dataset_id: Option<Uuid>,
    /// Only those of datasets whose name holds this text, in either case.
    dataset_name: Option<String>,
    /// Only those that do this.
    #[param(inline)]
    task_type: Option<TaskType>,
    /// Only those that stand so.
    #[param(inline)]
    task_status: Option<TaskStatus>,
    /// Only those that somebody of this address asked for, in either case.
    created_by: Option<String>,
    /// Only those that began at this moment or later: a day, or ISO 8601, in UTC without a zone.
    #[param(example = "2025-10-30")]
    start_time_from: Option<String>,
    /// Only those that began at this moment or earlier, written likewise; a day means all of it.
    #[param(example = "2025-10-30T10:00:00Z")]
    start_time_to: Option<String>,
    /// By what they are ordered.
    #[serde(default)]
    #[param(inline, default = "start_time")]
    sort_by: TaskOrder,
    /// In which direction.
    #[serde(default)]
    #[param(inline, default = "desc")]
    sort_order: Direction,
    /// Which page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Tasks on a page, 1–50.
    #[param(minimum = 1, maximum = 50, default = 20)]
    page_size: Option<u32>,
}

/// A page of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskPage {
    /// The tasks.
    tasks: Vec<TaskJson>,
    /// How many there are on all pages.
    total: usize,
    /// Which page this is, from 1.
    page: u32,
    /// Tasks on a page.
    page_size: u32,
}

/// Lists background work: of each dataset the latest fifty tasks.
#[utoipa::path(
    get,
    path = "/api/v1/tasks",
    tag = "tasks",
    params(TaskParameters),
    responses(
        (status = OK, description = "A page of tasks", body = TaskPage),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_tasks(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Query(parameters): Query<TaskParameters>,
) -> Result<Json<TaskPage>, ApiError> {
    let page = paging::number("page", parameters.page, 1, u32::MAX)?;
    let page_size = paging::number("page_size", parameters.page_size, 20, 50)?;
    let between = Between::read(
        parameters.start_time_from.as_deref(),
        parameters.start_time_to.as_deref(),
    )?;
    let mut tasks = tasks_of(&state, &caller, parameters.dataset_id).await?;
    tasks.retain(|task| between.holds(task.began_at) && is_wanted(task, &parameters));
    // Ids follow the order of making, so that equal keys have an order too.
    tasks.sort_by_cached_key(|task| (key(task, parameters.sort_by), task.task_id));
    if parameters.sort_order == Direction::Desc {
        tasks.reverse();
    }
    let total = tasks.len();
    let before = usize::try_from(u64::from(page - 1) * u64::from(page_size)).unwrap_or(usize::MAX);
    let size = usize::try_from(page_size).expect("at most 50");
    let tasks = tasks.into_iter().skip(before).take(size).collect();
    Ok(Json(TaskPage {
        tasks,
        total,
        page,
        page_size,
    }))
}

/// Between which moments.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilterParameters {
    /// Only of tasks that began at this moment or later: a day, or ISO 8601, in UTC without a
    /// zone.
    #[param(example = "2025-10-30")]
    start_time_from: Option<String>,
    /// Only of tasks that began at this moment or earlier, written likewise; a day means all of it.
    #[param(example = "2025-10-30T10:00:00Z")]
    start_time_to: Option<String>,
}

/// The values that tasks can be filtered by: those that some task has, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskFilters {
    /// Names of datasets.
    dataset_names: BTreeSet<String>,
    /// Ids of datasets.
    dataset_ids: BTreeSet<Uuid>,
    /// What tasks do.
    task_types: BTreeSet<TaskType>,
    /// Addresses of those who asked.
    created_by: BTreeSet<String>,
}

/// Tells the values that tasks can be filtered by.
#[utoipa::path(
    get,
    path = "/api/v1/tasks/filters",
    tag = "tasks",
    params(FilterParameters),
    responses(
        (status = OK, description = "The values", body = TaskFilters),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_task_filters(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Query(parameters): Query<FilterParameters>,
) -> Result<Json<TaskFilters>, ApiError> {
    let between = Between::read(
        parameters.start_time_from.as_deref(),
        parameters.start_time_to.as_deref(),
    )?;
    let mut tasks = tasks_of(&state, &caller, None).await?;
    tasks.retain(|task| between.holds(task.began_at));
    Ok(Json(TaskFilters {
        dataset_names: tasks.iter().map(|task| task.dataset_name.clone()).collect(),
        dataset_ids: tasks.iter().map(|task| task.dataset_id).collect(),
        task_types: tasks.iter().map(|task| task.task_type).collect(),
        created_by: tasks
            .into_iter()
            .filter_map(|task| task.created_by)
            .collect(),
    }))
}

async fn tasks_of(
    state: &AppState,
    caller: &Caller,
    only: Option<Uuid>,
) -> Result<Vec<TaskJson>, ApiError> {
    let engine = state.engine();
    let mut tasks = Vec::new();
    for dataset in engine.datasets(caller).await? {
        if only.is_some_and(|only| only != dataset.id.as_uuid()) {
            continue;
        }
        let id = dataset.id.to_string();
        // A dataset removed since the list was made has no tasks any more.
        let scope = match engine.dataset(caller, &id, Need::View).await {
            Err(Error::NotFound { .. }) => continue,
            other => other?,
        };
        let jobs = engine.jobs_of(&scope, LATEST).await?;
        let owner = engine.owner_of(caller, scope.dataset()).await?;
        tasks.extend(
            jobs.iter()
                .map(|job| TaskJson::new(job, scope.dataset(), owner.clone())),
        );
    }
    Ok(tasks)
}

fn is_wanted(task: &TaskJson, wanted: &TaskParameters) -> bool {
    let named = wanted.dataset_name.as_ref().is_none_or(|part| {
        task.dataset_name
            .to_lowercase()
            .contains(&part.to_lowercase())
    });
    wanted.task_type.is_none_or(|kind| kind == task.task_type)
        && wanted.task_status.is_none_or(|state| state == task.status)
        && wanted.created_by.as_ref().is_none_or(|address| {
            let by = task.created_by.as_ref();
            by.is_some_and(|by| by.eq_ignore_ascii_case(address))
        })
        && named
}

/// When tasks are to have begun.
#[derive(Debug)]
struct Between {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Between {
    /// Reads both ends.
    ///
    /// # Errors
    /// 422 that names the end which is no moment, or lies before the other.
    fn read(from: Option<&str>, to: Option<&str>) -> Result<Self, Problem> {
        let fault = |name: &str, text: Option<&str>, why: &str| {
            Problem::faults(vec![ParameterFault {
                kind: "value_error".to_owned(),
                loc: vec!["query".to_owned(), name.to_owned()],
                msg: format!("Value error, {why}"),
                input: text.into(),
            }])
        };
        let end = |name: &str, text: Option<&str>| {
            text.map(meant_by).transpose().map_err(|cause| {
                let why = format!("it is {cause}; write 2025-10-30 or 2025-10-30T10:00:00Z");
                fault(name, text, &why)
            })
        };
        let between = Self {
            from: end("start_time_from", from)?.map(|(first, _)| first),
            to: end("start_time_to", to)?.map(|(_, last)| last),
        };
        match (between.from, between.to) {
            (Some(first), Some(last)) if first > last => {
                Err(fault("start_time_to", to, "it lies before start_time_from"))
            }
            _ => Ok(between),
        }
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

fn key(task: &TaskJson, order: TaskOrder) -> String {
    match order {
        TaskOrder::StartTime => task.start_time.clone(),
        TaskOrder::Status => task.status.as_str().to_owned(),
        TaskOrder::TaskType => task.task_type.as_str().to_owned(),
        TaskOrder::DatasetName => task.dataset_name.to_lowercase(),
        TaskOrder::DatasetId => task.dataset_id.to_string(),
        TaskOrder::CreatedBy => task.created_by.clone().unwrap_or_default(),
    }
}

/// Tells how far a task is.
#[utoipa::path(
    get,
    path = "/api/v1/tasks/{task_id}",
    tag = "tasks",
    params(("task_id" = Uuid, Path, description = "The task")),
    responses(
        (status = OK, description = "The task", body = TaskJson),
        (status = NOT_FOUND, description = "There is no such task, or the caller may not see its dataset", body = ErrorBody),
    )
)]
pub(crate) async fn get_task(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(task_id): Path<String>,
) -> Result<Json<TaskJson>, ApiError> {
    let not_found = || Error::NotFound {
        what: "task",
        id: task_id.chars().take(64).collect(),
    };
    let id: JobId = task_id.parse().map_err(|_| not_found())?;
    let job = state.engine().job(id).await.map_err(|cause| match cause {
        Error::NotFound { .. } => not_found(),
        other => other,
    })?;
    let scope = state
        .engine()
        .dataset(&caller, &job.dataset_id.to_string(), Need::View)
        .await;
    let scope = scope.map_err(|cause| match cause {
        Error::NotFound { .. } => not_found(),
        other => other,
    })?;
    let owner = state.engine().owner_of(&caller, scope.dataset()).await?;
    Ok(Json(TaskJson::new(&job, scope.dataset(), owner)))
}
