//! Sending files: datasets made of them, and files added to those later.

pub(super) mod form;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, State},
};
use hyper::StatusCode;
use lamina_engine::{DatasetScope, Error, Need, Upload};
use lamina_model::DatasetStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};
use uuid::Uuid;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{Query, QueryOrForm, caller},
    wire::error::{ErrorBody, ValidationErrorBody},
};
use form::{Form, file_name, keep, text, wrong_field};

/// Addresses whose bodies are files: the limit of all other bodies is not theirs.
pub(crate) const TAKE_FILES: [&str; 5] = [
    "/api/v1/datasets/{dataset_id}/custom_metadata/tasks/{task_id}",
    "/api/v1/dataset/{dataset_id}/search-image-similarity",
    "/api/v1/ingestion/{dataset_id}/data_files/{transaction_id}",
    "/api/v1/dataset/{dataset_id}/upload",
    "/api/v1/dataset/{dataset_id}/add_media",
];

/// Endings of archives, which this way of sending does not take.
const ARCHIVES: [&str; 8] = [
    ".zip", ".tar", ".tar.gz", ".tgz", ".gz", ".7z", ".rar", ".bz2",
];

/// The routes of this file. Bodies are streamed to the disk, so that none is too large.
pub(super) fn uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(make_dataset))
        .routes(routes!(new_dataset))
        .routes(routes!(begin_transaction))
        .routes(routes!(send_files).layer(DefaultBodyLimit::disable()))
        .routes(routes!(finish_transaction))
        .routes(routes!(send_archive).layer(DefaultBodyLimit::disable()))
        .routes(routes!(add_media).layer(DefaultBodyLimit::disable()))
        .routes(routes!(reindex))
}

/// What to call the dataset.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NewParameters {
    /// What people will call it; 1 to 200 characters.
    #[param(example = "My Dataset", min_length = 1, max_length = 200)]
    dataset_name: String,
}

/// A dataset was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewDataset {
    /// The dataset.
    dataset_id: Uuid,
}

/// Makes a dataset with nothing in it, to which files can be sent. By GET, as in the original.
#[utoipa::path(
    get,
    path = "/api/v1/ingestion/new_dataset",
    tag = "uploads",
    params(NewParameters),
    responses(
        (status = OK, description = "The dataset, which is a draft until files are sent", body = NewDataset),
        (status = BAD_REQUEST, description = "The name cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may not make datasets", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "There is no name", body = ValidationErrorBody),
    )
)]
pub(crate) async fn new_dataset(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Query(parameters): Query<NewParameters>,
) -> Result<Json<NewDataset>, ApiError> {
    let engine = state.engine();
    let dataset = engine
        .new_upload_dataset(&caller, &parameters.dataset_name)
        .await?;
    Ok(Json(NewDataset {
        dataset_id: dataset.id.as_uuid(),
    }))
}

/// A transaction was begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Transaction {
    /// Its number, for the address that files are sent to.
    #[schema(example = 1)]
    trans_id: u64,
}

/// Begins a transaction: files sent to it become part of the dataset together, when it ends.
#[utoipa::path(
    get,
    path = "/api/v1/ingestion/{dataset_id}/data_files",
    tag = "uploads",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "The transaction", body = Transaction),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset mirrors a folder", body = ErrorBody),
    )
)]
pub(crate) async fn begin_transaction(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
) -> Result<Json<Transaction>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let trans_id = engine.begin_upload(&scope).await?;
    Ok(Json(Transaction { trans_id }))
}

/// Files, in as many fields of this name as there are files.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub(crate) struct FilesForm {
    /// The files. A name may lead through folders, with `/` between them.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<Vec<u8>>,
}

/// Sends files to a transaction. Any number of requests may do so; of each, all files are kept or
/// none is.
#[utoipa::path(
    post,
    path = "/api/v1/ingestion/{dataset_id}/data_files/{transaction_id}",
    tag = "uploads",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("transaction_id" = u64, Path, description = "The transaction, its trans_id"),
    ),
    request_body(content = FilesForm, content_type = "multipart/form-data"),
    responses(
        (status = ACCEPTED, description = "The files are kept until the transaction ends"),
        (status = BAD_REQUEST, description = "A name cannot be used, or a file is an archive", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or transaction", body = ErrorBody),
        (status = CONFLICT, description = "The dataset mirrors a folder", body = ErrorBody),
        (status = PAYLOAD_TOO_LARGE, description = "A file is too large", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "No field named files holds a file", body = ValidationErrorBody),
        (status = INSUFFICIENT_STORAGE, description = "The disk is full", body = ErrorBody),
    )
)]
pub(crate) async fn send_files(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, transaction_id)): Path<(String, String)>,
    form: Result<Form, ApiError>,
) -> Result<StatusCode, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let upload = engine.upload(&scope, &transaction_id).await?;
    let mut form = form?;
    let batch = upload.begin_batch().await?;
    let mut kept = 0_u64;
    while let Some(field) = form.next().await? {
        if field.name() != Some("files") {
            let name = field.name().unwrap_or_default().to_owned();
            return Err(wrong_field(&name, "files").into());
        }
        let name = file_name(&field)?;
        let lower = name.to_ascii_lowercase();
        if ARCHIVES.iter().any(|ending| lower.ends_with(ending)) {
            let why = format!(
                "{name} is an archive, which this address does not take; send the files that are \
                 in it, or send it to /api/v1/dataset/{dataset_id}/upload. Nothing of this \
                 request was kept"
            );
            return Err(Problem::new(StatusCode::BAD_REQUEST, "unsupported_format", why).into());
        }
        keep(&batch, &name, field).await?;
        kept += 1;
    }
    if kept == 0 {
        return Err(wrong_field("", "files").into());
    }
    batch.keep().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ends a transaction: its files become part of the dataset, which is indexed.
#[utoipa::path(
    post,
    path = "/api/v1/ingestion/{dataset_id}/process_files/{transaction_id}",
    tag = "uploads",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("transaction_id" = u64, Path, description = "The transaction, its trans_id"),
    ),
    responses(
        (status = ACCEPTED, description = "They are being indexed"),
        (status = BAD_REQUEST, description = "The transaction holds no file", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or transaction", body = ErrorBody),
        (status = CONFLICT, description = "The dataset mirrors a folder", body = ErrorBody),
    )
)]
pub(crate) async fn finish_transaction(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, transaction_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let upload = engine.upload(&scope, &transaction_id).await?;
    engine.finish_upload(&scope, upload).await?;
    Ok(StatusCode::ACCEPTED)
}

/// What the older way of making a dataset sends.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MakeParameters {
    /// What people will call it; 1 to 200 characters.
    #[param(example = "My Dataset", min_length = 1, max_length = 200)]
    dataset_name: String,
    /// A bucket to index. None can be so far: leave it empty and send an archive.
    bucket_path: Option<String>,
    /// The older name of `bucket_path`.
    bucket_name: Option<String>,
    /// Another id for the dataset. Lamina chooses ids itself.
    #[expect(dead_code, reason = "clients of the original send it")]
    vl_dataset_id: Option<String>,
    /// The name of the archive that will be sent.
    #[expect(dead_code, reason = "clients of the original send it")]
    uploaded_filename: Option<String>,
    /// Not used.
    #[expect(dead_code, reason = "clients of the original send it")]
    config_url: Option<String>,
    /// Not used.
    #[expect(dead_code, reason = "clients of the original send it")]
    pipeline_type: Option<String>,
}

/// A dataset was made, in the words of every client.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeDataset {
    /// The dataset.
    id: Uuid,
    /// The dataset.
    dataset_id: Uuid,
}

/// Makes a dataset to which an archive is then sent. Parameters come in the query or in a form.
#[utoipa::path(
    post,
    path = "/api/v1/dataset",
    tag = "uploads",
    params(MakeParameters),
    responses(
        (status = OK, description = "The dataset, which is a draft until an archive is sent", body = MadeDataset),
        (status = BAD_REQUEST, description = "The name cannot be used, or a bucket was asked for", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may not make datasets", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "There is no name", body = ValidationErrorBody),
    )
)]
pub(crate) async fn make_dataset(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    QueryOrForm(parameters): QueryOrForm<MakeParameters>,
) -> Result<Json<MadeDataset>, ApiError> {
    let bucket = [parameters.bucket_path, parameters.bucket_name]
        .into_iter()
        .flatten()
        .find(|bucket| !bucket.is_empty());
    if let Some(bucket) = bucket {
        return Err(no_buckets("bucket_path", &bucket));
    }
    let engine = state.engine();
    let dataset = engine
        .new_upload_dataset(&caller, &parameters.dataset_name)
        .await?;
    let id = dataset.id.as_uuid();
    Ok(Json(MadeDataset { id, dataset_id: id }))
}

/// An archive in a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub(crate) struct ArchiveForm {
    /// A zip, tar or tar.gz.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Disregarded.
    operations: Option<String>,
}

/// An archive was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArchiveTaken {
    /// `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// Files that were in it.
    n_files: u64,
    /// The task that indexes them.
    task_id: Uuid,
}

/// Sends an archive: all that is in it becomes part of the dataset, which is indexed.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/upload",
    tag = "uploads",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body(content = ArchiveForm, content_type = "multipart/form-data"),
    responses(
        (status = OK, description = "It was unpacked and is being indexed", body = ArchiveTaken),
        (status = BAD_REQUEST, description = "It is no archive, is damaged, or would write outside of the dataset", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset mirrors a folder", body = ErrorBody),
        (status = PAYLOAD_TOO_LARGE, description = "The archive is too large", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "No field named file holds an archive", body = ValidationErrorBody),
        (status = INSUFFICIENT_STORAGE, description = "The disk is full", body = ErrorBody),
    )
)]
pub(crate) async fn send_archive(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    form: Result<Form, ApiError>,
) -> Result<Json<ArchiveTaken>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let upload = begin(&state, &scope).await?;
    let mut form = form?;
    let batch = upload.begin_batch().await?;
    let mut archive = None;
    while let Some(field) = form.next().await? {
        match field.name() {
            Some("file") if archive.is_none() => {
                let name = file_name(&field)?;
                archive = Some(keep(&batch, &name, field).await?);
            }
            Some("operations") => {
                text(field).await?;
            }
            other => return Err(wrong_field(other.unwrap_or_default(), "file").into()),
        }
    }
    let archive = archive.ok_or_else(|| wrong_field("", "file"))?;
    let (batch, n_files) = batch.unpack(archive).await?;
    batch.keep().await?;
    let task = engine.finish_upload(&scope, upload).await?;
    Ok(Json(ArchiveTaken {
        status: "success",
        n_files,
        task_id: task.as_uuid(),
    }))
}

/// Files, an archive, or the address of a bucket: exactly one of them.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub(crate) struct MediaForm {
    /// Files, in as many fields of this name as there are files.
    #[schema(value_type = Option<Vec<String>>, format = Binary)]
    files: Option<Vec<Vec<u8>>>,
    /// One zip, tar or tar.gz.
    #[schema(value_type = Option<String>, format = Binary)]
    archive: Option<Vec<u8>>,
    /// A bucket. None can be read so far.
    s3_uri: Option<String>,
    /// Lamina always indexes at once, so that this is what it does anyway.
    auto_reindex: Option<bool>,
}

/// Adds files to a dataset that was made of files, and indexes them.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/add_media",
    tag = "uploads",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body(content = MediaForm, content_type = "multipart/form-data"),
    responses(
        (status = ACCEPTED, description = "They are being indexed"),
        (status = BAD_REQUEST, description = "The dataset was never indexed; there is no source or more than one; a file cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is being indexed, or mirrors a folder", body = ErrorBody),
        (status = PAYLOAD_TOO_LARGE, description = "A file is too large", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A file has no name", body = ValidationErrorBody),
        (status = INSUFFICIENT_STORAGE, description = "The disk is full", body = ErrorBody),
    )
)]
pub(crate) async fn add_media(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    form: Result<Form, ApiError>,
) -> Result<StatusCode, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    may_grow(&scope, "add_media")?;
    let upload = begin(&state, &scope).await?;
    let mut form = form?;
    if let Some(uri) = form.said("s3_uri") {
        return Err(no_buckets("s3_uri", uri));
    }
    let mut batch = upload.begin_batch().await?;
    let (mut files, mut archive) = (0_u64, None);
    while let Some(field) = form.next().await? {
        match field.name() {
            Some("files") => {
                let name = file_name(&field)?;
                keep(&batch, &name, field).await?;
                files += 1;
            }
            Some("archive") if archive.is_none() => {
                let name = file_name(&field)?;
                archive = Some(keep(&batch, &name, field).await?);
            }
            Some("s3_uri") => {
                let uri = text(field).await?;
                if !uri.is_empty() {
                    return Err(no_buckets("s3_uri", &uri));
                }
            }
            // Whatever else clients of the original send.
            _ => {
                text(field).await?;
            }
        }
    }
    match (files, archive) {
        (0, Some(archive)) => {
            (batch, _) = batch.unpack(archive).await?;
        }
        (1.., None) => {}
        (files, _) => {
            let found = match files {
                0 => "none of them",
                _ => "files and an archive",
            };
            let why = format!(
                "send exactly one of files[], s3_uri and archive as multipart/form-data; the form \
                 has {found}"
            );
            return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_source", why).into());
        }
    }
    batch.keep().await?;
    engine.finish_upload(&scope, upload).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Brings a dataset in line with its source: files that are new, changed or gone.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/reindex",
    tag = "uploads",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = ACCEPTED, description = "It is being indexed"),
        (status = BAD_REQUEST, description = "It was never indexed", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "It is being indexed already", body = ErrorBody),
    )
)]
pub(crate) async fn reindex(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    // Where the first indexing failed, there is nothing to do but to try again.
    if scope.dataset().status != DatasetStatus::Failed {
        may_grow(&scope, "reindex")?;
    }
    engine.request_ingest(&scope).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Whether a dataset can take more just now; `operation` is what would have it do so.
fn may_grow(scope: &DatasetScope, operation: &str) -> Result<(), ApiError> {
    let dataset = scope.dataset();
    if matches!(
        dataset.status,
        DatasetStatus::Indexing | DatasetStatus::Updating
    ) {
        let task = match dataset.status {
            DatasetStatus::Indexing => "DATASET_CREATION",
            _ => "MEDIA_ADDITION",
        };
        return Err(Error::Conflict {
            code: "dataset_busy",
            why: format!(
                "operation '{operation}' is blocked while a {task} task runs; wait until the \
                 dataset's status is READY"
            ),
        }
        .into());
    }
    if dataset.generation.is_none() {
        let why = format!(
            "dataset {} lacks embedding_config: it was never indexed to the end; finish its \
             creation first",
            dataset.id
        );
        return Err(Problem::new(StatusCode::BAD_REQUEST, "not_indexed_yet", why).into());
    }
    Ok(())
}

/// A transaction for one request.
async fn begin(state: &AppState, scope: &DatasetScope) -> Result<Upload, ApiError> {
    let engine = state.engine();
    let number = engine.begin_upload(scope).await?;
    Ok(engine.upload(scope, &number.to_string()).await?)
}

fn no_buckets(field: &str, uri: &str) -> ApiError {
    let shown: String = uri.chars().take(200).collect();
    let why = format!(
        "{field} is {shown}: buckets cannot be read so far; copy the pictures to a folder of the \
         server, or send them"
    );
    Problem::new(StatusCode::BAD_REQUEST, "buckets_not_supported", why).into()
}
