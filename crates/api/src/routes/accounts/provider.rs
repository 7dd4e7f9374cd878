//! Signing in with the `OpenID` provider that the operator configured.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use hyper::{
    HeaderMap,
    header::{COOKIE, HeaderValue, SET_COOKIE},
};
use lamina_auth::{Callback, cookie};
use lamina_engine::BrowserTie;
use serde::Deserialize;

use super::{private_headers, sign_in::session_cookie_header};
use crate::{
    AppState,
    error::ApiError,
    extract::{
        Query,
        caller::{lines, session_secret},
        origin::Origin,
    },
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// Ties a sign-in to the browser that began it, for ten minutes.
const TIE_COOKIE: &str = "LAMINA_SIGN_IN";

/// Sends the browser to the provider.
#[utoipa::path(
    get,
    path = "/api/v1/oidc/sign_in",
    tag = "auth",
    responses(
        (status = SEE_OTHER, description = "To the provider"),
        (status = UNAUTHORIZED, description = "The provider cannot be used", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no provider", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn begin_at_provider(State(state): State<AppState>) -> Result<Response, ApiError> {
    let begun = state.engine().begin_at_provider().await?;
    let cookie = tie_header(&state, &begun.tie.expose(), 600);
    Ok((
        private_headers(),
        [(SET_COOKIE, cookie)],
        Redirect::to(&begun.url),
    )
        .into_response())
}

/// What the provider sends the browser back with.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbackParameters {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Ends a sign-in at the provider: sets the `SESSION` cookie and goes to the datasets.
#[utoipa::path(
    get,
    path = "/api/v1/oidc/callback",
    tag = "auth",
    params(CallbackParameters),
    responses(
        (status = SEE_OTHER, description = "Signed in; the cookie is set"),
        (status = UNAUTHORIZED, description = "Something does not fit", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no provider", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn finish_at_provider(
    State(state): State<AppState>,
    Origin(origin): Origin,
    headers: HeaderMap,
    Query(parameters): Query<CallbackParameters>,
) -> Result<Response, ApiError> {
    let cookies = lines(&headers, COOKIE.as_str());
    let tie = cookie(&cookies, TIE_COOKIE)
        .ok()
        .flatten()
        .and_then(|text| BrowserTie::parse(text).ok());
    let before = session_secret(&cookies).ok().flatten();
    let callback = Callback {
        state: parameters.state.as_deref(),
        code: parameters.code.as_deref(),
        error: parameters.error.as_deref(),
        iss: parameters.iss.as_deref(),
    };
    let session = state
        .engine()
        .finish_at_provider(callback, tie.as_ref(), before.as_ref(), &origin)
        .await?;
    let mut response = (private_headers(), Redirect::to("/")).into_response();
    response
        .headers_mut()
        .append(SET_COOKIE, session_cookie_header(&state, &session));
    response
        .headers_mut()
        .append(SET_COOKIE, tie_header(&state, "", 0));
    Ok(response)
}

/// `Lax`, because the provider sends the browser here from its own site.
fn tie_header(state: &AppState, value: &str, max_age_s: u32) -> HeaderValue {
    let secure = if state.accounts().public_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    let line = format!(
        "{TIE_COOKIE}={value}; Path=/api/v1/oidc; HttpOnly; SameSite=Lax{secure}; Max-Age={max_age_s}"
    );
    let mut header = HeaderValue::from_str(&line).expect("base64url and attributes are plain text");
    header.set_sensitive(true);
    header
}
