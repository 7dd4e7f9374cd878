//! One's password and sessions.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use hyper::{HeaderMap, StatusCode};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Visitor, complaint, form_page, status_of, to_sign_in, visitor, visitor_form};
use crate::{
    AppState,
    error::ApiError,
    extract::origin::{Origin, origin_of},
    pages::html::escaped,
};

pub(crate) async fn show_account(
    State(state): State<AppState>,
    Origin(origin): Origin,
    headers: HeaderMap,
) -> Response {
    match visitor(&state, &headers, &origin).await {
        Some(visitor) => shown(&state, &visitor, StatusCode::OK, "").await,
        None => to_sign_in(),
    }
}

async fn shown(state: &AppState, visitor: &Visitor, status: StatusCode, told: &str) -> Response {
    let sessions = match state.engine().sessions(&visitor.caller()).await {
        Ok(sessions) => sessions,
        Err(cause) => return ApiError::from(cause).into_response(),
    };
    let token = visitor.token();
    let rows: String = sessions
        .iter()
        .map(|session| {
            let end = if session.is_current {
                "this one".to_owned()
            } else {
                format!(
                    "<form method=\"post\" action=\"/account/sessions/end\">{token}\
                     <input type=\"hidden\" name=\"session\" value=\"{}\"><button>End</button></form>",
                    session.id
                )
            };
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{end}</td></tr>",
                escaped(session.user_agent.as_deref().unwrap_or("unknown")),
                escaped(session.address.as_deref().unwrap_or("unknown")),
                session.signed_in_at,
                session.last_seen_at,
            )
        })
        .collect();
    let must = if visitor.user.must_change_password {
        "<p class=\"bad\" role=\"alert\">Somebody else set your password. Choose your own before anything else.</p>"
    } else {
        ""
    };
    let body = format!(
        "<h1>Account</h1><p>{email} · {role}</p>{must}{told}\
         <form method=\"post\" action=\"/logout\">{token}<button>Sign out</button></form>\
         <p><a href=\"/account/keys\">API keys</a></p>\
         <h2>Password</h2><form method=\"post\" action=\"/account/password\" class=\"stack\">{token}\
         <input type=\"hidden\" name=\"username\" autocomplete=\"username\" value=\"{email}\">\
         <label for=\"current\">Present password</label>\
         <input id=\"current\" name=\"current\" type=\"password\" autocomplete=\"current-password\" required>\
         <label for=\"new\">New password</label>\
         <input id=\"new\" name=\"new\" type=\"password\" autocomplete=\"new-password\" required>\
         <button>Change the password</button></form>\
         <h2>Sessions</h2><table><thead><tr><th>Browser</th><th>Address</th><th>Signed in</th><th>Last used</th>\
         <th>End</th></tr></thead><tbody>{rows}</tbody></table>\
         <form method=\"post\" action=\"/account/sessions/end-others\">{token}<button>End all others</button></form>",
        email = escaped(&visitor.user.email),
        role = visitor.user.role.as_str(),
    );
    form_page(status, "Account", &body)
}

#[derive(Deserialize)]
struct PasswordForm {
    current: Zeroizing<String>,
    new: Zeroizing<String>,
}

pub(crate) async fn change_password(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    let (visitor, form) = match visitor_form::<PasswordForm>(&state, request, &origin).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    match state
        .engine()
        .change_password(&visitor.caller(), &form.current, &form.new, &origin)
        .await
    {
        Ok(()) => Redirect::to("/account").into_response(),
        Err(cause) => {
            let told = complaint(&cause);
            shown(&state, &visitor, status_of(cause), &told).await
        }
    }
}

#[derive(Deserialize)]
struct EndForm {
    session: String,
}

pub(crate) async fn end_session(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    let (visitor, form) = match visitor_form::<EndForm>(&state, request, &origin).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    match state
        .engine()
        .end_session(&visitor.caller(), &form.session, &origin)
        .await
    {
        Ok(()) => Redirect::to("/account").into_response(),
        Err(cause) => ApiError::from(cause).into_response(),
    }
}

#[derive(Deserialize)]
struct Nothing {}

pub(crate) async fn end_other_sessions(
    State(state): State<AppState>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    let visitor = match visitor_form::<Nothing>(&state, request, &origin).await {
        Ok((visitor, Nothing {})) => visitor,
        Err(refusal) => return refusal,
    };
    match state
        .engine()
        .end_other_sessions(&visitor.caller(), &origin)
        .await
    {
        Ok(_) => Redirect::to("/account").into_response(),
        Err(cause) => ApiError::from(cause).into_response(),
    }
}
