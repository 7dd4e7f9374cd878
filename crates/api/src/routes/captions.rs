//! What is said of one picture in sentences.

use axum::{
    Json,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{Need, Selection};
use lamina_model::MarkOp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::marks::{MarkedJson, answer};
use crate::{
    AppState,
    error::ApiError,
    extract::{Json as Body, caller},
    wire::{
        details::CaptionJson,
        error::{ErrorBody, ValidationErrorBody},
    },
};

/// The captions of a picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaptionList {
    /// The picture.
    media_id: Uuid,
    /// The first; null where there is none.
    caption: Option<String>,
    /// All of them, in order.
    captions: Vec<CaptionJson>,
}

/// Tells the captions of a picture.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/caption",
    tag = "media",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
    ),
    responses(
        (status = OK, description = "Its captions", body = CaptionList),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn get_caption(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, media_id)): Path<(String, String)>,
) -> Result<Json<CaptionList>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let (media, said) = engine.captions(&scope, &media_id).await?;
    Ok(Json(CaptionList {
        media_id: media.as_uuid(),
        caption: said.first().map(|one| one.caption.clone()),
        captions: said.iter().map(CaptionJson::from).collect(),
    }))
}

/// What to say of a picture.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CaptionWish {
    /// The caption that takes the place of all that there are; 1 to 10,000 characters.
    #[schema(example = "Two boats at sea", min_length = 1, max_length = 10_000)]
    caption: String,
}

/// Gives a picture a caption in place of all that it has. The change can be taken back.
#[utoipa::path(
    put,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/caption",
    tag = "tags",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
    ),
    request_body = CaptionWish,
    responses(
        (status = OK, description = "The change, made", body = MarkedJson),
        (status = BAD_REQUEST, description = "The caption is empty or too long", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn set_caption(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, media_id)): Path<(String, String)>,
    Body(wish): Body<CaptionWish>,
) -> Result<(StatusCode, Json<MarkedJson>), ApiError> {
    let op = MarkOp::SetCaption(wish.caption);
    change(&state, &caller, (&dataset_id, &media_id), op).await
}

/// Takes all captions of a picture off. The change can be taken back.
#[utoipa::path(
    delete,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/caption",
    tag = "tags",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
    ),
    responses(
        (status = OK, description = "The change, made", body = MarkedJson),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn remove_caption(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, media_id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<MarkedJson>), ApiError> {
    let op = MarkOp::RemoveCaptions;
    change(&state, &caller, (&dataset_id, &media_id), op).await
}

async fn change(
    state: &AppState,
    caller: &lamina_engine::Caller,
    (dataset, media): (&str, &str),
    op: MarkOp,
) -> Result<(StatusCode, Json<MarkedJson>), ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(caller, dataset, Need::Edit).await?;
    let (media, _) = engine.captions(&scope, media).await?;
    let one = Selection::Media([media].into());
    let marked = engine.change_marks(caller, &scope, one, vec![op]).await?;
    Ok(answer(marked))
}
