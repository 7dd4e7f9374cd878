//! Fields that people give pictures: declaring one, sending its values, and reading them.

use axum::{
    Json,
    body::{Body, HttpBody as _},
    extract::{FromRequest, Path, Request, State},
};
use http_body_util::BodyExt;
use hyper::{StatusCode, header::CONTENT_TYPE};
use lamina_engine::{FieldWish, IncomingValues, Need, shown};
use lamina_model::{FieldKind, FieldState, FieldValue, MetadataField};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::uploads::form::{Form, cut, in_time, wrong_field};
use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::{Json as FromBody, caller},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// A field that is to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FieldDeclaration {
    /// Its name, the only one of the dataset; 1 to 200 characters.
    #[schema(example = "weather", min_length = 1, max_length = 200)]
    field_name: String,
    /// `string`, `float`, `datetime`, `enum` or `link`.
    #[schema(example = "enum")]
    field_type: String,
    /// Of an enum: what may be chosen, 1 to 100 texts of at most 20 characters.
    #[serde(default)]
    #[schema(required = false, nullable = true)]
    enum_options: Option<Vec<String>>,
    /// Of an enum: whether a picture may have several.
    #[serde(default)]
    #[schema(required = false, nullable = true)]
    is_multi: Option<bool>,
}

/// The task that takes the values of a field in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldTask {
    /// Its id, for the address that values are sent to.
    task_id: Uuid,
    /// `INIT`, `IN_PROGRESS`, `COMPLETED` or `COMPLETED_WITH_ERRORS`.
    #[schema(example = "INIT")]
    status: &'static str,
}

impl From<&MetadataField> for FieldTask {
    fn from(field: &MetadataField) -> Self {
        Self {
            task_id: field.id.as_uuid(),
            status: status(field.state),
        }
    }
}

const fn status(state: FieldState) -> &'static str {
    match state {
        FieldState::Declared => "INIT",
        FieldState::Taking => "IN_PROGRESS",
        FieldState::Whole => "COMPLETED",
        FieldState::Partly => "COMPLETED_WITH_ERRORS",
    }
}

/// Declares a field and gives the task to which its values are sent.
#[utoipa::path(
    post,
    path = "/api/v1/datasets/{dataset_id}/custom_metadata/tasks",
    tag = "metadata",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body = FieldDeclaration,
    responses(
        (status = OK, description = "The task", body = FieldTask),
        (status = BAD_REQUEST, description = "The name or the options cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "A field of that name already exists, or the dataset is not ready", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn declare_field(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    FromBody(wish): FromBody<FieldDeclaration>,
) -> Result<Json<FieldTask>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let word = wish.field_type.to_ascii_lowercase();
    let kind = FieldKind::from_word(&word).ok_or_else(|| {
        let known = FieldKind::ALL.map(FieldKind::as_str).join(", ");
        Problem::faults(vec![ParameterFault {
            kind: "value_error".to_owned(),
            loc: vec!["body".to_owned(), "field_type".to_owned()],
            msg: format!("Value error, field_type is one of {known}"),
            input: wish.field_type.clone().into(),
        }])
    })?;
    let wish = FieldWish {
        name: wish.field_name,
        kind,
        options: wish.enum_options.unwrap_or_default(),
        is_multi: wish.is_multi.unwrap_or(false),
    };
    let field = engine.declare_field(&caller, &scope, wish).await?;
    Ok(Json(FieldTask::from(&field)))
}

/// The value of a picture.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "read row by row; this is its description")]
pub(crate) struct ValueRow {
    /// The picture; or name its file in its stead.
    media_id: Option<Uuid>,
    /// The picture's file: its path below the source, or its name where only one has it.
    file_name: Option<String>,
    /// The value: a text, a number, a moment such as `2025-10-30T10:00:00Z`, an option or a list
    /// of options, or an address.
    #[schema(value_type = Object)]
    value: Value,
}

/// Sends the values of a field: a JSON list, as the body or as the file `file` of a form. A task
/// takes them in; rows at fault are left out and told. Values cannot be replaced.
#[utoipa::path(
    post,
    path = "/api/v1/datasets/{dataset_id}/custom_metadata/tasks/{task_id}",
    tag = "metadata",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("task_id" = Uuid, Path, description = "The task of the field"),
    ),
    request_body = Vec<ValueRow>,
    responses(
        (status = ACCEPTED, description = "They are being taken in", body = FieldTask),
        (status = BAD_REQUEST, description = "The form cannot be read, or what was sent is no list; values can still be sent", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or task, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The values of this field were sent before", body = ErrorBody),
        (status = PAYLOAD_TOO_LARGE, description = "The file is too large", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "No field named file holds a file, or nothing was sent", body = ValidationErrorBody),
        (status = INSUFFICIENT_STORAGE, description = "The disk is full", body = ErrorBody),
    )
)]
pub(crate) async fn send_values(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, task_id)): Path<(String, String)>,
    request: Request,
) -> Result<(StatusCode, Json<FieldTask>), ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let values = engine.begin_values(&scope, &task_id).await?;
    let kind = request.headers().get(CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let values = if is_form {
        of_form(Form::from_request(request, &state).await?, values).await?
    } else {
        of_body(request.into_body(), values).await?
    };
    values.keep(engine, &scope).await?;
    let (field, _) = engine.field(&scope, &task_id).await?;
    Ok((StatusCode::ACCEPTED, Json(FieldTask::from(&field))))
}

async fn of_form(mut form: Form, mut values: IncomingValues) -> Result<IncomingValues, ApiError> {
    while let Some(mut field) = form.next().await? {
        if field.name() != Some("file") {
            continue;
        }
        while let Some(bytes) = in_time(field.chunk()).await?.map_err(|cause| cut(&cause))? {
            values.write(&bytes).await?;
        }
        return Ok(values);
    }
    Err(wrong_field("", "file").into())
}

async fn of_body(mut body: Body, mut values: IncomingValues) -> Result<IncomingValues, ApiError> {
    if body.is_end_stream() {
        return Err(wrong_field("", "file").into());
    }
    while let Some(frame) = in_time(body.frame()).await? {
        let frame = frame.map_err(|cause| cut(&cause))?;
        if let Ok(bytes) = frame.into_data() {
            values.write(&bytes).await?;
        }
    }
    Ok(values)
}

/// How the values of a field fared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldStatus {
    /// The task.
    task_id: Uuid,
    /// `INIT`, `IN_PROGRESS`, `COMPLETED` or `COMPLETED_WITH_ERRORS`.
    #[schema(example = "COMPLETED")]
    status: &'static str,
    /// How far it is, in percent.
    progress: f32,
    /// Rows taken in.
    inserted_rows: u64,
    /// Rows not taken in.
    error_count: u64,
    /// The first of them.
    sample_errors: Vec<RowFault>,
}

/// A row that was not taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowFault {
    /// What is wrong with it.
    #[schema(example = "Expected String")]
    reason: String,
    /// Its place, from 0.
    row_index: u64,
}

/// Tells how the values of a field fared.
#[utoipa::path(
    get,
    path = "/api/v1/datasets/{dataset_id}/custom_metadata/tasks/{task_id}/status",
    tag = "metadata",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("task_id" = Uuid, Path, description = "The task of the field"),
    ),
    responses(
        (status = OK, description = "How they fared", body = FieldStatus),
        (status = NOT_FOUND, description = "There is no such dataset or task, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_field_status(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, task_id)): Path<(String, String)>,
) -> Result<Json<FieldStatus>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let (field, percent) = engine.field(&scope, &task_id).await?;
    let faults = field.sample_errors.into_iter().map(|fault| RowFault {
        reason: fault.reason,
        row_index: fault.row_index,
    });
    Ok(Json(FieldStatus {
        task_id: field.id.as_uuid(),
        status: status(field.state),
        progress: f32::from(percent),
        inserted_rows: field.inserted,
        error_count: field.errors,
        sample_errors: faults.collect(),
    }))
}

/// A field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MetadataField)]
pub(crate) struct FieldJson {
    /// Its name.
    field_name: String,
    /// What it takes.
    #[schema(example = "enum")]
    field_type: &'static str,
    /// Of an enum: what may be chosen; null for others.
    enum_options: Option<Vec<String>>,
    /// Whether a picture may have several values.
    is_multi: bool,
    /// The task that takes its values in.
    task_id: Uuid,
    /// How that stands.
    #[schema(example = "COMPLETED")]
    status: &'static str,
}

/// Lists the fields of a dataset, in the order of their making.
#[utoipa::path(
    get,
    path = "/api/v1/datasets/{dataset_id}/custom_metadata/schema",
    tag = "metadata",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "The fields", body = Vec<FieldJson>),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn list_fields(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<Vec<FieldJson>>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let fields = engine.fields(&scope).await?.into_iter();
    let told = fields.map(|field| FieldJson {
        field_type: field.kind.as_str(),
        enum_options: (field.kind == FieldKind::Enum).then_some(field.options),
        is_multi: field.is_multi,
        task_id: field.id.as_uuid(),
        status: status(field.state),
        field_name: field.name,
    });
    Ok(Json(told.collect()))
}

/// What a field says of a picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldValue)]
pub(crate) struct FieldValueJson {
    /// The name of the field.
    pub field_name: String,
    /// What it takes.
    #[schema(example = "enum")]
    pub field_type: &'static str,
    /// The value; a list where there may be several.
    #[schema(value_type = Object)]
    pub value: Value,
}

impl From<&FieldValue> for FieldValueJson {
    fn from(value: &FieldValue) -> Self {
        Self {
            field_name: value.field.clone(),
            field_type: value.kind.as_str(),
            value: shown(value),
        }
    }
}

/// Tells what the fields say of a picture.
#[utoipa::path(
    get,
    path = "/api/v1/datasets/{dataset_id}/image/{image_id}/custom_metadata",
    tag = "metadata",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("image_id" = Uuid, Path, description = "The picture"),
    ),
    responses(
        (status = OK, description = "A value for each field that says something of it", body = Vec<FieldValueJson>),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_field_values(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, image_id)): Path<(String, String)>,
) -> Result<Json<Vec<FieldValueJson>>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let values = engine.field_values(&scope, &image_id).await?;
    Ok(Json(values.iter().map(FieldValueJson::from).collect()))
}
