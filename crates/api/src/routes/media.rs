//! Pictures: what is known about them, and their thumbnails.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH},
};
use lamina_engine::{Need, Thumbnail};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        details::MediaDetailsJson,
        error::{ErrorBody, ValidationErrorBody},
        hex,
        media::{MediaJson, version},
        paging,
    },
};

/// Which part of a listing.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MediaParameters {
    /// Where to go on: the `next_cursor` of the page before.
    cursor: Option<String>,
    /// Pictures on a page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// A page of pictures, in the order in which they were indexed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MediaPage {
    /// The pictures.
    items: Vec<MediaJson>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// Lists the pictures of a dataset.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media",
    tag = "media",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), MediaParameters),
    responses(
        (status = OK, description = "A page of pictures", body = MediaPage),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_media(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<MediaParameters>,
) -> Result<Json<MediaPage>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let cursor = paging::cursor(parameters.cursor)?;
    let limit = paging::limit(parameters.limit, 100)?;
    let page = state
        .engine()
        .media_page(&scope, cursor.as_ref(), limit)
        .await?;
    Ok(Json(MediaPage {
        items: page.items.iter().map(MediaJson::from).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}

/// Tells what is known about a picture: by itself, and from comparing the set.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}",
    tag = "media",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
    ),
    responses(
        (status = OK, description = "The picture", body = MediaDetailsJson),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_media(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, media_id)): Path<(String, String)>,
) -> Result<Json<MediaDetailsJson>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let details = state.engine().media_details(&scope, &media_id).await?;
    Ok(Json(details.into()))
}

/// Tells what is known about a picture, for callers who know only its own id.
#[utoipa::path(
    get,
    path = "/api/v1/image/{image_id}",
    tag = "media",
    params(("image_id" = Uuid, Path, description = "The picture")),
    responses(
        (status = OK, description = "The picture", body = MediaDetailsJson),
        (status = NOT_FOUND, description = "There is no such picture, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_image(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(image_id): Path<String>,
) -> Result<Json<MediaDetailsJson>, ApiError> {
    let (scope, _) = state
        .engine()
        .media_anywhere(&caller, &image_id, Need::View)
        .await?;
    let details = state.engine().media_details(&scope, &image_id).await?;
    Ok(Json(details.into()))
}

/// Which version of a thumbnail.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ThumbnailParameters {
    /// Beginning of the content's hash, as the address in `media_thumb_uri` has it. With it the
    /// answer may be cached for ever.
    v: Option<String>,
}

/// A small copy of a picture: longest side at most 320 pixels, upright, in sRGB.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/thumbnail",
    tag = "media",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
        ThumbnailParameters,
    ),
    responses(
        (status = OK, description = "A small picture", content_type = "image/*"),
        (status = NOT_MODIFIED, description = "The copy that the caller has is still right"),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_thumbnail(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, media_id)): Path<(String, String)>,
    Query(parameters): Query<ThumbnailParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let thumbnail = state.engine().thumbnail(&scope, &media_id).await?;
    let named = parameters
        .v
        .is_some_and(|v| v == version(&thumbnail.content_hash));
    Ok(thumbnail_response(&thumbnail, &headers, named))
}

/// `immutable` where the address names the content: another picture has another address.
pub(crate) fn thumbnail_response(
    thumbnail: &Thumbnail,
    headers: &HeaderMap,
    immutable: bool,
) -> Response {
    let etag = format!("\"{}-thumbnail\"", hex(&thumbnail.content_hash[..16]));
    let caching = if immutable {
        "private, max-age=31536000, immutable"
    } else {
        "private, no-cache"
    };
    let shared = [
        (CACHE_CONTROL, HeaderValue::from_static(caching)),
        (
            ETAG,
            HeaderValue::from_str(&etag).expect("hexadecimal digits are plain text"),
        ),
    ];
    if matches_etag(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, shared).into_response();
    }
    let kind = [(CONTENT_TYPE, HeaderValue::from_static(thumbnail.media_type))];
    (shared, kind, thumbnail.bytes.clone()).into_response()
}

/// Whether the caller says that it has this version (RFC 9110, 13.1.2).
pub(crate) fn matches_etag(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split(',')
                .map(str::trim)
                .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
        })
}
