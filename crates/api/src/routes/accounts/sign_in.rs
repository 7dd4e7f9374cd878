//! Signing in with a password, and out; making the first account.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap,
    header::{COOKIE, HeaderValue, SET_COOKIE},
};
use lamina_engine::{NewSession, NewUser};
use lamina_model::WorkspaceRole;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{me::MeJson, private_headers};
use crate::{
    AppState,
    error::ApiError,
    extract::{
        Json,
        caller::{lines, refuse_other_sites, session_secret},
        origin::Origin,
    },
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// An address and a password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AuthRequestBody {
    /// The e-mail address.
    username: String,
    /// The password.
    #[schema(value_type = String)]
    password: Zeroizing<String>,
}

/// Who signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedInJson {
    status: &'static str,
    user: MeJson,
}

/// Signs in: sets the `SESSION` cookie.
#[utoipa::path(
    post,
    path = "/api/v1/auth",
    tag = "auth",
    request_body = AuthRequestBody,
    responses(
        (status = OK, description = "Signed in; the cookie is set", body = SignedInJson),
        (status = UNAUTHORIZED, description = "Wrong address or password", body = ErrorBody),
        (status = FORBIDDEN, description = "The request comes from another site", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
        (status = TOO_MANY_REQUESTS, description = "Too many failed tries", body = ErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "Too many sign in just now", body = ErrorBody),
    )
)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    Origin(origin): Origin,
    headers: HeaderMap,
    Json(body): Json<AuthRequestBody>,
) -> Result<Response, ApiError> {
    refuse_other_sites(&headers, &state)?;
    let before = session_secret(&lines(&headers, COOKIE.as_str()))
        .ok()
        .flatten();
    let session = state
        .engine()
        .sign_in(&body.username, &body.password, before.as_ref(), &origin)
        .await?;
    let cookie = session_cookie_header(&state, &session);
    let body = SignedInJson {
        status: "success",
        user: MeJson::from(&session.user),
    };
    Ok((private_headers(), [(SET_COOKIE, cookie)], axum::Json(body)).into_response())
}

/// The `Set-Cookie` value of a session that has just begun.
pub(crate) fn session_cookie_header(state: &AppState, session: &NewSession) -> HeaderValue {
    let accounts = state.accounts();
    let line = accounts
        .cookie_scope()
        .set_session(&session.secret, accounts.session_max_age_s);
    let mut value = HeaderValue::from_str(&line).expect("base64url and attributes are plain text");
    value.set_sensitive(true);
    value
}

/// The `Set-Cookie` value that takes a session away.
pub(crate) fn cleared_cookie_header(state: &AppState) -> HeaderValue {
    HeaderValue::from_str(&state.accounts().cookie_scope().clear_session())
        .expect("attributes are plain text")
}

/// Signs out: ends the session and takes the cookie away.
#[utoipa::path(
    post,
    path = "/api/v1/auth/sign_out",
    tag = "auth",
    responses(
        (status = NO_CONTENT, description = "Nobody is signed in any more"),
        (status = FORBIDDEN, description = "The request comes from another site", body = ErrorBody),
    )
)]
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    Origin(origin): Origin,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    refuse_other_sites(&headers, &state)?;
    if let Some(secret) = session_secret(&lines(&headers, COOKIE.as_str()))
        .ok()
        .flatten()
    {
        state.engine().sign_out(&secret, &origin).await?;
    }
    let cookie = cleared_cookie_header(&state);
    Ok((
        hyper::StatusCode::NO_CONTENT,
        private_headers(),
        [(SET_COOKIE, cookie)],
    )
        .into_response())
}

/// Whether the first account is still to be made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetUpState {
    needed: bool,
}

/// Tells whether the first account is still to be made.
#[utoipa::path(
    get,
    path = "/api/v1/setup",
    tag = "auth",
    responses((status = OK, description = "Whether it is", body = SetUpState))
)]
pub(crate) async fn get_set_up(
    State(state): State<AppState>,
) -> Result<axum::Json<SetUpState>, ApiError> {
    Ok(axum::Json(SetUpState {
        needed: state.engine().needs_set_up().await?,
    }))
}

/// The first account.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SetUpBody {
    /// The one-time text behind the `#` of the set-up link.
    token: String,
    /// The address to sign in with, of at most 254 bytes.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// What people call you, in at most 255 characters.
    #[serde(default)]
    #[schema(max_length = 255)]
    name: String,
    /// The password.
    #[schema(value_type = String)]
    password: Zeroizing<String>,
}

impl SetUpBody {
    pub(crate) fn into_parts(self) -> (String, NewUser) {
        let wish = NewUser {
            email: self.email,
            display_name: self.name,
            password: Some(self.password),
            role: WorkspaceRole::Admin,
            enabled: true,
            must_change_password: false,
        };
        (self.token, wish)
    }
}

/// Makes the first account, an administrator, and signs them in.
#[utoipa::path(
    post,
    path = "/api/v1/setup",
    tag = "auth",
    request_body = SetUpBody,
    responses(
        (status = OK, description = "Made and signed in", body = SignedInJson),
        (status = BAD_REQUEST, description = "The address or password cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The link is not good", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn set_up(
    State(state): State<AppState>,
    Origin(origin): Origin,
    headers: HeaderMap,
    Json(body): Json<SetUpBody>,
) -> Result<Response, ApiError> {
    refuse_other_sites(&headers, &state)?;
    let (token, wish) = body.into_parts();
    let session = state.engine().set_up(&token, wish, &origin).await?;
    let cookie = session_cookie_header(&state, &session);
    let body = SignedInJson {
        status: "success",
        user: MeJson::from(&session.user),
    };
    Ok((private_headers(), [(SET_COOKIE, cookie)], axum::Json(body)).into_response())
}
