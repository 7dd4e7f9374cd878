//! The sign-in page.

use axum::{
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use hyper::{
    HeaderMap, StatusCode,
    header::{COOKIE, SET_COOKIE},
};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{complaint, form_page, safe_next, status_of, visitor, visitor_form};
use crate::{
    AppState,
    extract::{
        Query, QueryOrForm,
        caller::{lines, refuse_other_sites, session_secret},
        origin::{Origin, origin_of},
    },
    pages::html::escaped,
    routes::{cleared_cookie_header, session_cookie_header},
};

/// Where to go on to.
#[derive(Debug, Deserialize)]
pub(crate) struct NextParameters {
    next: Option<String>,
}

pub(crate) async fn show_sign_in(
    State(state): State<AppState>,
    Origin(origin): Origin,
    headers: HeaderMap,
    Query(parameters): Query<NextParameters>,
) -> Response {
    let next = safe_next(parameters.next.as_deref());
    if visitor(&state, &headers, &origin).await.is_some() {
        return Redirect::to(next).into_response();
    }
    form_page(StatusCode::OK, "Sign in", &form(&state, "", next, ""))
}

fn form(state: &AppState, email: &str, next: &str, complaint: &str) -> String {
    if !state.engine().has_accounts() {
        return "<h1>No sign-in needed</h1><p>This server runs without accounts: whoever reaches it may use it. \
                <a href=\"/\">All datasets</a></p>"
            .to_owned();
    }
    let provider = if state.engine().has_provider() {
        "<p><a class=\"button\" href=\"/api/v1/oidc/sign_in\">Sign in with your organisation</a></p><p class=\"quiet\">or</p>"
    } else {
        ""
    };
    format!(
        "<h1>Sign in</h1>{complaint}{provider}<form method=\"post\" action=\"/login\" class=\"stack\">\
         <label for=\"username\">E-mail address</label>\
         <input id=\"username\" name=\"username\" type=\"email\" autocomplete=\"username\" required value=\"{email}\">\
         <label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required>\
         <input type=\"hidden\" name=\"next\" value=\"{next}\">\
         <button>Sign in</button></form>\
         <p class=\"quiet\">Forgotten? Your administrator can set a new password.</p>",
        email = escaped(email),
        next = escaped(next),
    )
}

#[derive(Deserialize)]
struct SignInForm {
    username: String,
    password: Zeroizing<String>,
    next: Option<String>,
}

pub(crate) async fn sign_in(State(state): State<AppState>, request: Request) -> Response {
    let headers = request.headers().clone();
    if let Err(refusal) = refuse_other_sites(&headers, &state) {
        return refusal.into_response();
    }
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    let form_sent = match QueryOrForm::<SignInForm>::from_request(request, &state).await {
        Ok(QueryOrForm(sent)) => sent,
        Err(refusal) => return refusal.into_response(),
    };
    let next = safe_next(form_sent.next.as_deref());
    let before = session_secret(&lines(&headers, COOKIE.as_str()))
        .ok()
        .flatten();
    match state
        .engine()
        .sign_in(
            &form_sent.username,
            &form_sent.password,
            before.as_ref(),
            &origin,
        )
        .await
    {
        Ok(session) => {
            let next = if session.user.must_change_password {
                "/account"
            } else {
                next
            };
            (
                [(SET_COOKIE, session_cookie_header(&state, &session))],
                Redirect::to(next),
            )
                .into_response()
        }
        Err(cause) => {
            let body = form(&state, &form_sent.username, next, &complaint(&cause));
            form_page(status_of(cause), "Sign in", &body)
        }
    }
}

#[derive(Deserialize)]
struct Nothing {}

pub(crate) async fn sign_out(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    match visitor_form::<Nothing>(&state, request, &origin).await {
        Ok((visitor, Nothing {})) => {
            match state.engine().sign_out(&visitor.secret, &origin).await {
                Ok(()) => (
                    [(SET_COOKIE, cleared_cookie_header(&state))],
                    Redirect::to("/login"),
                )
                    .into_response(),
                Err(cause) => crate::error::ApiError::from(cause).into_response(),
            }
        }
        Err(refusal) => refusal,
    }
}
