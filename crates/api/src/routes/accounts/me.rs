//! One's own account.

use axum::extract::State;
use hyper::StatusCode;
use lamina_engine::UserInfo;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    AppState,
    error::ApiError,
    extract::{Json, caller, origin::Origin},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// An account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeJson {
    user_id: Uuid,
    email: String,
    name: String,
    role: &'static str,
    must_change_password: bool,
    authentication: &'static str,
}

impl From<&UserInfo> for MeJson {
    fn from(user: &UserInfo) -> Self {
        Self {
            user_id: user.id.as_uuid(),
            email: user.email.clone(),
            name: user.display_name.clone(),
            role: user.role.as_str(),
            must_change_password: user.must_change_password,
            authentication: "on",
        }
    }
}

/// Tells who is signed in.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "auth",
    responses(
        (status = OK, description = "Who", body = MeJson),
        (status = UNAUTHORIZED, description = "Nobody", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn get_me(
    State(state): State<AppState>,
    caller::EvenWithOldPassword(caller): caller::EvenWithOldPassword,
) -> Result<axum::Json<MeJson>, ApiError> {
    Ok(axum::Json(MeJson::from(&state.engine().me(&caller).await?)))
}

/// The present password and the one to take its place.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordBody {
    /// The present password.
    #[schema(value_type = String)]
    current: Zeroizing<String>,
    /// The new one.
    #[schema(value_type = String)]
    new: Zeroizing<String>,
}

/// Changes one's own password. All other sessions end.
#[utoipa::path(
    post,
    path = "/api/v1/me/password",
    tag = "auth",
    request_body = PasswordBody,
    responses(
        (status = NO_CONTENT, description = "Changed"),
        (status = BAD_REQUEST, description = "The new password cannot be used", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "The present password is wrong, or a token was used", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
        (status = TOO_MANY_REQUESTS, description = "Too many failed tries", body = ErrorBody),
    )
)]
pub(crate) async fn change_password(
    State(state): State<AppState>,
    caller::EvenWithOldPassword(caller): caller::EvenWithOldPassword,
    Origin(origin): Origin,
    Json(body): Json<PasswordBody>,
) -> Result<StatusCode, ApiError> {
    state
        .engine()
        .change_password(&caller, &body.current, &body.new, &origin)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
