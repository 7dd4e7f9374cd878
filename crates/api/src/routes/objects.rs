//! Boxes in pictures: a page of them, and the part of a picture in one.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue},
};
use lamina_engine::{Need, ObjectsWanted, PagedList};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    media::matches_etag,
    originals::plain,
    ranked::{RankedParameters, look_up},
};
use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        hex,
        listed::list,
        media::version,
        object::ObjectJson,
        paging,
        wanted::WantedParameters,
    },
};

/// Which boxes, and which part of the list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ObjectParameters {
    /// Labels of the boxes: one, or several as a list; any of them will do. `label` is about the
    /// pictures.
    object_labels: Option<String>,
    /// Boxes passed over.
    #[param(default = 0)]
    offset: Option<u32>,
    /// Where to go on, in place of `offset`: the `next_cursor` of the page before. A walk by
    /// cursors meets everything exactly once, also while tags and labels change.
    cursor: Option<String>,
    /// Boxes on the page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// A page of boxes, by picture in the order of the paths.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectList {
    /// Which generation it is of; null before the first. The order stays for as long as this.
    generation: Option<i64>,
    /// How many boxes are wanted in all.
    total: u64,
    /// How many stand before the page.
    offset: u32,
    /// The boxes.
    items: Vec<ObjectJson>,
    /// How many boxes of the pictures that are wanted have each label, the most frequent 500;
    /// `object_labels` left out of account.
    labels: Vec<ObjectLabel>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// How many boxes have a label.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectLabel {
    /// The label.
    value: String,
    /// Boxes that have it.
    count: u64,
}

/// Lists the boxes in the pictures that are wanted, and that a search finds where there is one.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/objects",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        WantedParameters,
        RankedParameters,
        ObjectParameters,
    ),
    responses(
        (status = OK, description = "A page of boxes", body = ObjectList),
        (status = BAD_REQUEST, description = "Something is asked for that cannot be answered yet", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset was analysed anew since the cursor was given", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn list_objects(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    Query(ranked): Query<RankedParameters>,
    Query(parameters): Query<ObjectParameters>,
) -> Result<Json<ObjectList>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let limit = paging::limit(parameters.limit, 100)?;
    let offset = parameters.offset.unwrap_or(0);
    let (scope, offset) = paging::resumed(
        scope,
        PagedList::Objects,
        parameters.cursor.as_deref(),
        offset,
    )?;
    let (filter, asked) = ranked.read()?;
    let pictures = wanted.read_with(filter)?;
    let ranks = look_up(&state, &scope, asked).await?;
    let labels = parameters.object_labels.as_deref().unwrap_or_default();
    let labels = list(labels).into_iter().filter(|label| !label.is_empty());
    let wanted = ObjectsWanted {
        pictures,
        labels: labels.collect(),
        ..ObjectsWanted::default()
    };
    let first = usize::try_from(offset).unwrap_or(usize::MAX);
    let page = engine.objects(&scope, wanted, ranks, first, limit).await?;
    let behind = first.saturating_add(page.items.len());
    let more = u64::try_from(behind).unwrap_or(u64::MAX) < page.total;
    Ok(Json(ObjectList {
        next_cursor: paging::next(&scope, PagedList::Objects, offset, page.items.len(), more),
        generation: page.generation.map(|generation| generation.0),
        total: page.total,
        offset,
        items: page
            .items
            .iter()
            .map(|card| ObjectJson::new(scope.id(), card))
            .collect(),
        labels: page
            .labels
            .into_iter()
            .map(|(value, count)| ObjectLabel { value, count })
            .collect(),
    }))
}

/// Which version of a part.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CropParameters {
    /// Beginning of the content's hash, as the address in `crop_uri` has it. With it the answer
    /// may be cached for ever.
    v: Option<String>,
}

/// The part of a picture in a box: longest side at most 320 pixels, upright, in sRGB.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/objects/{object_id}/crop",
    tag = "media",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("object_id" = Uuid, Path, description = "The box"),
        CropParameters,
    ),
    responses(
        (status = OK, description = "The part", content_type = "image/jpeg"),
        (status = NOT_MODIFIED, description = "The copy that the caller has is still right"),
        (status = NOT_FOUND, description = "There is no such dataset or box, the file has gone, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The file can no longer be decoded", body = ErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "Too many parts are being cut at once; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_object_crop(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, object_id)): Path<(String, String)>,
    Query(parameters): Query<CropParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let (object, media) = engine.object(&scope, &object_id).await?;
    let etag = format!("\"{}-{}\"", hex(&media.content_hash[..16]), object.id);
    let named = parameters
        .v
        .is_some_and(|v| v == version(&media.content_hash));
    let caching = if named {
        "private, max-age=31536000, immutable"
    } else {
        "private, no-cache"
    };
    let shared = [
        (CACHE_CONTROL, HeaderValue::from_static(caching)),
        (ETAG, plain(&etag)),
    ];
    if matches_etag(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let crop = engine.crop(&scope, &object).await?;
    let kind = [(CONTENT_TYPE, HeaderValue::from_static(crop.media_type))];
    Ok((shared, kind, crop.bytes).into_response())
}
