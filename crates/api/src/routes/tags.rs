//! Tags: list, make, rename, delete.

use axum::{
    Json,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{Need, TagCount};
use lamina_model::Tag;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::marks::MarkedJson;
use crate::{
    AppState,
    error::ApiError,
    extract::{Json as Body, caller},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
pub(crate) struct TagJson {
    /// Its id, by which filters name it.
    id: Uuid,
    /// Its name.
    #[schema(example = "to check")]
    name: String,
    /// Pictures that bear it.
    count: u64,
    /// When it was made, in UTC.
    #[schema(example = "2025-10-30T10:00:00.000000Z")]
    created_at: String,
    /// The account that made it; null in local mode.
    created_by: Option<Uuid>,
}

impl TagJson {
    fn new(tag: &Tag, count: u64) -> Self {
        Self {
            id: tag.id.as_uuid(),
            name: tag.name.clone(),
            count,
            created_at: format!("{}Z", tag.created_at.to_naive_iso()),
            created_by: tag.created_by.map(lamina_model::UserId::as_uuid),
        }
    }
}

/// The tags of a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagList {
    /// In the order of their making.
    tags: Vec<TagJson>,
}

/// What a tag is called.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TagName {
    /// 1 to 200 characters; no two tags of a dataset differ in upper and lower case only.
    #[schema(example = "to check", min_length = 1, max_length = 200)]
    name: String,
}

/// Lists the tags of a dataset with how many pictures bear each.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/tags",
    tag = "tags",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "The tags", body = TagList),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn list_tags(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<TagList>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let tags = engine.tags(&scope).await?;
    let json = |TagCount { tag, count }: &TagCount| TagJson::new(tag, *count);
    Ok(Json(TagList {
        tags: tags.iter().map(json).collect(),
    }))
}

/// Makes a tag.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/tags",
    tag = "tags",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body = TagName,
    responses(
        (status = CREATED, description = "The tag", body = TagJson),
        (status = BAD_REQUEST, description = "The name cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "Another tag has the name, or there are too many", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn create_tag(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    Body(wish): Body<TagName>,
) -> Result<(StatusCode, Json<TagJson>), ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let tag = engine.create_tag(&caller, &scope, &wish.name).await?;
    Ok((StatusCode::CREATED, Json(TagJson::new(&tag, 0))))
}

/// Gives a tag another name. Pictures and filters know it by its id, so that nothing else changes.
#[utoipa::path(
    patch,
    path = "/api/v1/dataset/{dataset_id}/tags/{tag_id}",
    tag = "tags",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("tag_id" = Uuid, Path, description = "The tag"),
    ),
    request_body = TagName,
    responses(
        (status = OK, description = "The tag as it is now", body = TagJson),
        (status = BAD_REQUEST, description = "The name cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or tag, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "Another tag has the name", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn rename_tag(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, tag_id)): Path<(String, String)>,
    Body(wish): Body<TagName>,
) -> Result<Json<TagJson>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let tag = engine.rename_tag(&scope, &tag_id, &wish.name).await?;
    let counted = engine.tags(&scope).await?;
    let same = counted.iter().find(|counted| counted.tag.id == tag.id);
    Ok(Json(TagJson::new(&tag, same.map_or(0, |one| one.count))))
}

/// Deletes a tag and takes it off every picture. The change can be taken back.
#[utoipa::path(
    delete,
    path = "/api/v1/dataset/{dataset_id}/tags/{tag_id}",
    tag = "tags",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("tag_id" = Uuid, Path, description = "The tag"),
    ),
    responses(
        (status = OK, description = "The change; with a task where many pictures bear the tag", body = MarkedJson),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or tag, or the caller may not see it", body = ErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn delete_tag(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, tag_id)): Path<(String, String)>,
) -> Result<Json<MarkedJson>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let marked = engine.delete_tag(&caller, &scope, &tag_id).await?;
    Ok(Json(marked.into()))
}
