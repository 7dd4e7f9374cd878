//! Sharing a dataset.

use axum::{
    Json as Answer,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::Need;
use lamina_model::DatasetRole;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppState,
    error::ApiError,
    extract::{Json, QueryOrForm, caller, origin::Origin},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// Somebody to be invited.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct InviteBody {
    /// The address of their account.
    grant_to_user_email: String,
}

/// Lets somebody look at a dataset.
#[utoipa::path(
    put,
    path = "/api/v1/manage/{dataset_id}/invite",
    tag = "sharing",
    params(("dataset_id" = String, Path, description = "The dataset")),
    request_body = InviteBody,
    responses(
        (status = OK, description = "Done; the body is null"),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "Sharing takes the role owner", body = ErrorBody),
        (status = NOT_FOUND, description = "No such dataset, or nobody has this address", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn invite(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    Json(body): Json<InviteBody>,
) -> Result<Answer<()>, ApiError> {
    let scope = state.engine().dataset(&caller, &id, Need::Own).await?;
    state
        .engine()
        .invite(&caller, &scope, &body.grant_to_user_email, &origin)
        .await?;
    Ok(Answer(()))
}

/// Somebody and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberJson {
    email: String,
    role: &'static str,
}

/// Lists who a dataset is shared with, its owners too.
#[utoipa::path(
    get,
    path = "/api/v1/manage/{dataset_id}/share",
    tag = "sharing",
    params(("dataset_id" = String, Path, description = "The dataset")),
    responses(
        (status = OK, description = "Who may do what", body = Vec<MemberJson>),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "The key may not be used for this", body = ErrorBody),
        (status = NOT_FOUND, description = "No such dataset", body = ErrorBody),
    )
)]
pub(crate) async fn list_members(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(id): Path<String>,
) -> Result<Answer<Vec<MemberJson>>, ApiError> {
    // Addresses of people are not for every passer-by of a public dataset.
    if caller == lamina_engine::Caller::Anonymous {
        return Err(lamina_engine::Error::NotSignedIn.into());
    }
    let scope = state.engine().dataset(&caller, &id, Need::View).await?;
    let members = state.engine().members(&scope).await?;
    let json = |member: lamina_engine::MemberInfo| MemberJson {
        email: member.email,
        role: member.role.as_str(),
    };
    Ok(Answer(members.into_iter().map(json).collect()))
}

/// Somebody and a role for them.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoleBody {
    /// The address of their account.
    email: String,
    /// `viewer`, `editor` or `owner`.
    #[schema(value_type = String)]
    role: DatasetRole,
}

/// Gives somebody a role in a dataset, in place of the one they had.
#[utoipa::path(
    put,
    path = "/api/v1/manage/{dataset_id}/share",
    tag = "sharing",
    params(("dataset_id" = String, Path, description = "The dataset")),
    request_body = RoleBody,
    responses(
        (status = NO_CONTENT, description = "Done"),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "Sharing takes the role owner", body = ErrorBody),
        (status = NOT_FOUND, description = "No such dataset, or nobody has this address", body = ErrorBody),
        (status = CONFLICT, description = "The dataset would be left without an owner", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn set_member_role(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    Json(body): Json<RoleBody>,
) -> Result<StatusCode, ApiError> {
    let scope = state.engine().dataset(&caller, &id, Need::Own).await?;
    state
        .engine()
        .share(&caller, &scope, &body.email, body.role, &origin)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody's role in a dataset away.
#[utoipa::path(
    delete,
    path = "/api/v1/manage/{dataset_id}/share/{email}",
    tag = "sharing",
    params(
        ("dataset_id" = String, Path, description = "The dataset"),
        ("email" = String, Path, description = "The address of their account"),
    ),
    responses(
        (status = NO_CONTENT, description = "Done"),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "Sharing takes the role owner", body = ErrorBody),
        (status = NOT_FOUND, description = "No such dataset or member", body = ErrorBody),
        (status = CONFLICT, description = "The dataset would be left without an owner", body = ErrorBody),
    )
)]
pub(crate) async fn remove_member(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path((id, email)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let scope = state.engine().dataset(&caller, &id, Need::Own).await?;
    state
        .engine()
        .unshare(&caller, &scope, &email, &origin)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether everybody may look.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct VisibilityBody {
    /// Whether everybody may look at it without signing in.
    public: bool,
}

/// Lets everybody look at a dataset without signing in, or no longer.
#[utoipa::path(
    put,
    path = "/api/v1/manage/{dataset_id}/visibility",
    tag = "sharing",
    params(("dataset_id" = String, Path, description = "The dataset")),
    request_body = VisibilityBody,
    responses(
        (status = NO_CONTENT, description = "Done"),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "Sharing takes the role owner", body = ErrorBody),
        (status = NOT_FOUND, description = "No such dataset", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn set_visibility(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    Json(body): Json<VisibilityBody>,
) -> Result<StatusCode, ApiError> {
    let scope = state.engine().dataset(&caller, &id, Need::Own).await?;
    state
        .engine()
        .set_public(&caller, &scope, body.public, &origin)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody to share with, in the older form.
#[derive(Debug, Deserialize, ToSchema, utoipa::IntoParams)]
pub(crate) struct ShareForm {
    /// The address of their account.
    user_email: String,
}

/// Lets somebody look at a dataset; the older spelling of the invitation.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/share",
    tag = "sharing",
    params(("dataset_id" = String, Path, description = "The dataset")),
    request_body(content = ShareForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = OK, description = "Done; the body is null"),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "Sharing takes the role owner", body = ErrorBody),
        (status = NOT_FOUND, description = "No such dataset, or nobody has this address", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The form does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn share_by_form(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    QueryOrForm(form): QueryOrForm<ShareForm>,
) -> Result<Answer<()>, ApiError> {
    let scope = state.engine().dataset(&caller, &id, Need::Own).await?;
    state
        .engine()
        .invite(&caller, &scope, &form.user_email, &origin)
        .await?;
    Ok(Answer(()))
}
