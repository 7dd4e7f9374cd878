//! The page behind the one-time set-up link, where the first account is made.
//!
//! The ticket stands behind the `#` of the link and so never reaches the server by itself; it is
//! pasted into the form, or put there by the browser where scripts run.

use axum::{
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use hyper::{
    StatusCode,
    header::{CONTENT_SECURITY_POLICY, HeaderValue, SET_COOKIE},
};
use lamina_engine::NewUser;
use lamina_model::WorkspaceRole;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{complaint, form_page, status_of};
use crate::{
    AppState,
    error::ApiError,
    extract::{QueryOrForm, caller::refuse_other_sites, origin::origin_of},
    pages::html::escaped,
    routes::session_cookie_header,
};

/// Puts the ticket from the address into the form, and takes it out of the address.
const SCRIPT: &str = "var t=location.hash.slice(1);if(t){document.getElementById('ticket').value=t;\
                      history.replaceState(null,'',location.pathname)}";
/// SHA-256 of the script, which is the only one that may run.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-lqMbfrDpu7L4jbIEC/qTqm4GtKdaA3d/oCTBKgv+tMM='; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);

pub(crate) async fn show_set_up(State(state): State<AppState>) -> Response {
    match state.engine().needs_set_up().await {
        Ok(true) => with_script(form_page(
            StatusCode::OK,
            "Set up Lamina",
            &form("", "", ""),
        )),
        Ok(false) => Redirect::to("/login").into_response(),
        Err(cause) => ApiError::from(cause).into_response(),
    }
}

fn with_script(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, POLICY);
    response
}

fn form(ticket: &str, email: &str, complaint: &str) -> String {
    format!(
        "<h1>Set up Lamina</h1><p>Make the first account. It is an administrator's.</p>{complaint}\
         <form method=\"post\" action=\"/set-up\" class=\"stack\">\
         <label for=\"ticket\">Set-up text: what stands behind the # of the link that the server printed</label>\
         <input id=\"ticket\" name=\"ticket\" autocomplete=\"off\" required value=\"{}\">\
         <label for=\"email\">E-mail address</label>\
         <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" required value=\"{}\">\
         <label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" required>\
         <button>Make the account</button></form><script>{SCRIPT}</script>",
        escaped(ticket),
        escaped(email),
    )
}

#[derive(Deserialize)]
struct SetUpForm {
    ticket: String,
    email: String,
    password: Zeroizing<String>,
}

pub(crate) async fn set_up(State(state): State<AppState>, request: Request) -> Response {
    if let Err(refusal) = refuse_other_sites(request.headers(), &state) {
        return refusal.into_response();
    }
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    let sent = match QueryOrForm::<SetUpForm>::from_request(request, &state).await {
        Ok(QueryOrForm(sent)) => sent,
        Err(refusal) => return refusal.into_response(),
    };
    let wish = NewUser {
        email: sent.email.clone(),
        display_name: String::new(),
        password: Some(sent.password),
        role: WorkspaceRole::Admin,
        enabled: true,
        must_change_password: false,
    };
    match state.engine().set_up(&sent.ticket, wish, &origin).await {
        Ok(session) => (
            [(SET_COOKIE, session_cookie_header(&state, &session))],
            Redirect::to("/"),
        )
            .into_response(),
        Err(cause) => {
            let body = form(&sent.ticket, &sent.email, &complaint(&cause));
            with_script(form_page(status_of(cause), "Set up Lamina", &body))
        }
    }
}
