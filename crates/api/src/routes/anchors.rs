//! Uploading a picture to search with.

use axum::{
    Json,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{Error, Need, shorten};
use lamina_model::ClusterLevel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::uploads::form::{self, Form};
use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::{Query, caller},
    wire::{
        entity_type::EntityType,
        error::{ErrorBody, ValidationErrorBody},
        vql,
        wanted::{CLUSTER_LEVELS, unknown},
    },
};

/// Most bytes of a picture that is searched with: it is held in memory.
const MOST_BYTES: usize = 64 << 20;

/// Where the part that matters is named.
const BOX: [&str; 2] = ["query", "bounding_box"];

/// What is searched for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnchorParameters {
    /// `IMAGES`, or `OBJECTS`: boxes are as like it as their pictures are.
    #[param(default = "IMAGES")]
    entity_type: Option<String>,
    /// The part of the picture that matters, as `X,Y,WIDTH,HEIGHT` in pixels or as JSON with
    /// `x`, `y`, `width` and `height` from 0 to 1. With a number above 1 it is in pixels, and
    /// then at least one wide and high. What reaches beyond the picture is cut off.
    bounding_box: Option<String>,
    /// A level of clusters, 0–4. Taken, without effect: a picture is searched with at any level.
    #[param(minimum = 0, maximum = 4)]
    threshold: Option<u8>,
    /// Taken, without effect.
    #[expect(dead_code, reason = "clients of the original send it")]
    allow_deleted: Option<bool>,
}

/// A picture to search with.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(crate) struct AnchorForm {
    /// The picture; it need not be in the dataset.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What to search with from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnchorJson {
    /// Its id, as `anchor_media_id` of explore or in a `similarity` filter.
    anchor_media_id: Uuid,
    /// `UPLOAD`.
    #[schema(example = "UPLOAD")]
    anchor_type: &'static str,
}

/// Takes a picture to search a dataset with. Its pixels are not kept.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/search-image-similarity",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), AnchorParameters),
    request_body(content = AnchorForm, content_type = "multipart/form-data"),
    responses(
        (status = OK, description = "What to search with", body = AnchorJson),
        (status = BAD_REQUEST, description = "There is no file, it is no picture that can be read, or the entity type is unknown", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready", body = ErrorBody),
        (status = PAYLOAD_TOO_LARGE, description = "The file is too large", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter or the form is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn search_image_similarity(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<AnchorParameters>,
    form: Result<Form, ApiError>,
) -> Result<Json<AnchorJson>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    scope.shown()?;
    EntityType::read(parameters.entity_type.as_deref()).map_err(|other| {
        // The original answers so here, and 422 elsewhere.
        let why = format!(
            "entity_type takes IMAGES or OBJECTS; this is {:?}",
            shorten(other)
        );
        Problem::new(StatusCode::BAD_REQUEST, "invalid_entity_type", why)
    })?;
    if let Some(level) = parameters.threshold
        && ClusterLevel::new(level).is_none()
    {
        return Err(unknown("threshold", &level.to_string(), CLUSTER_LEVELS).into());
    }
    let region = parameters.bounding_box.as_deref();
    let region = region
        .filter(|text| !text.is_empty())
        .map(|text| vql::read_region(&text.into(), &BOX))
        .transpose()?;
    let mut form = form?;
    let mut file = None;
    while let Some(field) = form.next().await? {
        if field.name() == Some("file") {
            file = Some(form::bytes(field, MOST_BYTES).await?);
        }
    }
    let file = file.ok_or_else(|| {
        let why = "the form lacks the field file: send the picture to search with as \
                   multipart/form-data";
        Problem::new(StatusCode::BAD_REQUEST, "file_missing", why)
    })?;
    let id = engine.add_anchor(&scope, file, region).await;
    let id = id.map_err(|cause| match &cause {
        Error::Invalid {
            field: "bounding_box",
            ..
        } => unknown_box(&cause, parameters.bounding_box),
        _ => cause.into(),
    })?;
    Ok(Json(AnchorJson {
        anchor_media_id: id.as_uuid(),
        anchor_type: "UPLOAD",
    }))
}

fn unknown_box(cause: &Error, text: Option<String>) -> ApiError {
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc: BOX.map(str::to_owned).to_vec(),
        msg: format!("Value error, {cause}"),
        input: text.into(),
    }])
    .into()
}
