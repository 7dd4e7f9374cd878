//! Making a dataset from a folder of the machine, as the original's on-prem program does.

use std::path::PathBuf;

use axum::{Json, extract::State};
use lamina_engine::{CreateFolder, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::exports::truth;
use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::{QueryOrForm, caller},
    wire::listed::list,
};

/// What to index and how to call it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProcessParameters {
    /// Full path of the folder on the machine that Lamina runs on.
    #[param(example = "/data/pictures")]
    path: String,
    /// What people will call the dataset; 1 to 200 characters.
    #[param(example = "My Dataset", min_length = 1, max_length = 200)]
    name: String,
    /// How pictures are kept. Lamina reads originals where they are and keeps no copies, so that
    /// `reduce_disk_space` is what it does anyway.
    #[expect(dead_code, reason = "clients of the original send it")]
    serve_mode: Option<String>,
    /// Full path of a file that says what the pictures show, or several as a JSON list: COCO JSON,
    /// CSV, Parquet, or a `data.yaml` of YOLO. Files of the usual names in the folder, such as
    /// `annotations.json` or `image_annotations.csv`, are read anyway. Of a folder that is a
    /// dataset already, they are read beside those named before.
    #[param(example = "/data/annotations.json")]
    annotations: Option<String>,
    /// Full path of a file named before that is not to be read any more, or several as a JSON
    /// list. What it said goes, save what people changed since.
    #[param(example = "/data/old.json")]
    without_annotations: Option<String>,
    /// `true`: each picture gets the name of its folder as a label.
    #[param(example = "true")]
    labels_from_folders: Option<String>,
}

/// A dataset is being made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProcessStarted {
    /// `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// What happens now.
    message: String,
    /// The dataset.
    dataset_id: Uuid,
    /// What people call it.
    name: String,
    /// The task that indexes it.
    task_id: Uuid,
}

/// Why no dataset is being made. Beside the fields of every error it has those that clients of
/// the original read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProcessFailed {
    /// `error`.
    #[schema(example = "error")]
    status: &'static str,
    /// What is wrong, as a sentence.
    message: String,
    /// The same as a sentence, or as a list where a parameter is at fault.
    #[schema(value_type = serde_json::Value)]
    detail: String,
    /// A stable word for scripts.
    #[schema(example = "invalid_path")]
    code: String,
    /// The id of this request.
    request_id: String,
}

/// Makes a dataset from a folder and indexes it. A folder that is a dataset already is brought
/// up to date. Several may be asked for at once: they are indexed one after another.
#[utoipa::path(
    get,
    path = "/api/v1/process",
    tag = "datasets",
    params(ProcessParameters),
    responses(
        (status = OK, description = "It is being indexed", body = ProcessStarted),
        (status = FORBIDDEN, description = "The folder may not be indexed, or another site asked for it", body = ProcessFailed),
        (status = UNPROCESSABLE_ENTITY, description = "The path or the name cannot be used", body = ProcessFailed),
    )
)]
pub(crate) async fn start_process(
    state: State<AppState>,
    caller: caller::Somebody,
    parameters: Result<QueryOrForm<ProcessParameters>, ApiError>,
) -> Result<Json<ProcessStarted>, ApiError> {
    process(state, caller, parameters)
        .await
        .map_err(ApiError::told_as_process)
}

/// The same by POST, with the parameters in the query or in a form, urlencoded or multipart.
#[utoipa::path(
    post,
    path = "/api/v1/process",
    tag = "datasets",
    params(ProcessParameters),
    responses(
        (status = OK, description = "It is being indexed", body = ProcessStarted),
        (status = FORBIDDEN, description = "The folder may not be indexed, or another site asked for it", body = ProcessFailed),
        (status = UNPROCESSABLE_ENTITY, description = "The path or the name cannot be used", body = ProcessFailed),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "The body is no form", body = ProcessFailed),
    )
)]
pub(crate) async fn post_process(
    state: State<AppState>,
    caller: caller::Somebody,
    parameters: Result<QueryOrForm<ProcessParameters>, ApiError>,
) -> Result<Json<ProcessStarted>, ApiError> {
    process(state, caller, parameters)
        .await
        .map_err(ApiError::told_as_process)
}

async fn process(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    parameters: Result<QueryOrForm<ProcessParameters>, ApiError>,
) -> Result<Json<ProcessStarted>, ApiError> {
    let QueryOrForm(parameters) = parameters?;
    check_path(&parameters.path)?;
    let annotations = full_paths("annotations", parameters.annotations.as_deref())?;
    let without = parameters.without_annotations.as_deref();
    let without_annotations = full_paths("without_annotations", without)?;
    let labels_from_folders = match parameters.labels_from_folders.as_deref() {
        None | Some("") => None,
        said => Some(truth("labels_from_folders", said)?),
    };
    let wish = CreateFolder {
        path: PathBuf::from(&parameters.path),
        name: Some(parameters.name.clone()),
        annotations,
        without_annotations,
        labels_from_folders,
    };
    let created = state
        .engine()
        .open_folder(&caller, wish)
        .await
        .map_err(|error| as_fault(error, &parameters))?;
    let name = created.dataset.display_name;
    let message = if created.existed {
        format!("this folder is the dataset \"{name}\" already; it is being brought up to date")
    } else {
        "the dataset was made; its indexing starts as soon as the datasets before it are done"
            .to_owned()
    };
    Ok(Json(ProcessStarted {
        status: "success",
        message,
        dataset_id: created.dataset.id.as_uuid(),
        name,
        task_id: created.job.as_uuid(),
    }))
}

pub(super) fn check_path(path: &str) -> Result<(), Problem> {
    check_full("path", path)
}

/// The full paths in a parameter: one, or a JSON list.
fn full_paths(field: &str, value: Option<&str>) -> Result<Vec<PathBuf>, Problem> {
    let files = list(value.unwrap_or_default()).into_iter();
    let mut paths = Vec::new();
    for file in files.filter(|file| !file.is_empty()) {
        check_full(field, &file)?;
        paths.push(PathBuf::from(file));
    }
    Ok(paths)
}

fn check_full(field: &str, path: &str) -> Result<(), Problem> {
    let why = if path.is_empty() {
        "the path is empty; give the full path of a folder"
    } else if path.contains('\0') {
        "the path holds a NUL character, which no file name can"
    } else if path.contains("://") {
        "only folders of the machine that Lamina runs on can be indexed so far; give a full path"
    } else if !path.starts_with('/') {
        "the path is not a full one; it has to begin with /"
    } else {
        return Ok(());
    };
    Err(fault(field, why, path))
}

/// A value that the engine cannot use is told as a malformed parameter is.
fn as_fault(error: Error, parameters: &ProcessParameters) -> ApiError {
    match error {
        Error::Invalid { field: "path", why } => fault("path", &why, &parameters.path).into(),
        Error::Invalid { field: "name", why } => fault("name", &why, &parameters.name).into(),
        Error::Invalid {
            field: field @ "annotations",
            why,
        } => {
            let given = parameters.annotations.as_deref().unwrap_or_default();
            fault(field, &why, given).into()
        }
        other => other.into(),
    }
}

pub(super) fn fault(field: &str, why: &str, input: &str) -> Problem {
    let fault = ParameterFault {
        kind: "value_error".to_owned(),
        loc: vec!["query".to_owned(), field.to_owned()],
        msg: why.to_owned(),
        input: input.into(),
    };
    Problem {
        code: format!("invalid_{field}"),
        ..Problem::faults(vec![fault])
    }
}
