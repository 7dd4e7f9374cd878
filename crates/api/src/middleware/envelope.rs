//! The outermost layer: a name for each request, a line in the log, one body for every error, and
//! the headers that every answer carries.

use std::{panic::AssertUnwindSafe, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use hyper::{
    HeaderMap, Method, StatusCode,
    header::{
        ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
        HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

use lamina_model::Timestamp;

use crate::{AppState, error::Problem, extract::mark::Mark, pages, routes};

/// Names a request in its answer and in the log.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Says that the token was signed with a secret that was rotated out, and until when it counts.
const SECRET_EXPIRES: HeaderName = HeaderName::from_static("lamina-secret-expires");

/// What an answer may do in a browser unless its handler says otherwise: nothing.
const CLOSED_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Wraps every request.
pub(crate) async fn envelope(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let (mark, request_id) = named(&state, request.headers());
    request.extensions_mut().insert(mark.clone());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    let wants_page = !request.uri().path().starts_with("/api") && accepts_html(request.headers());

    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|panic| {
        tracing::error!(request.id = %request_id, panic = words_of(panic.as_ref()), "a handler panicked");
        Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
    });

    if response.status() == StatusCode::METHOD_NOT_ALLOWED
        && let Some(methods) = routes::allowed(&route)
    {
        let methods = HeaderValue::from_static(methods);
        response.headers_mut().insert(ALLOW, methods);
    }
    tell_problem(&mut response, &request_id, wants_page);
    add_headers(response.headers_mut(), &request_id);
    if let Some(until) = mark.secret_until() {
        response
            .headers_mut()
            .insert(SECRET_EXPIRES, secret_expires(until));
    }
    log(&method, &route, response.status(), begun, &request_id);
    response
}

/// The caller's own id when it is a sane one, so that their log and ours can be laid side by side.
/// The audit trail takes UUIDs alone: another name gets one beside it, and the log holds both.
fn named(state: &AppState, headers: &HeaderMap) -> (Mark, String) {
    let sane = |text: &&str| {
        (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let inbound = headers
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(sane);
    match inbound.map(|name| (name, name.parse())) {
        Some((name, Ok(id))) => (Mark::new(id), name.to_owned()),
        Some((name, Err(_))) => {
            let id = state.new_request_id();
            tracing::debug!(request.id = name, audit.id = %id, "a request brought a name of its own");
            (Mark::new(id), name.to_owned())
        }
        None => {
            let id = state.new_request_id();
            (Mark::new(id), id.to_string())
        }
    }
}

fn secret_expires(until: Timestamp) -> HeaderValue {
    HeaderValue::from_str(&until.to_string()).expect("a moment is plain text")
}

pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Whether any kind of answer will do, as `curl` and what follows links say.
pub(crate) fn accepts_anything(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_none_or(|accept| accept.to_str().is_ok_and(|kinds| kinds.contains("*/*")))
}

/// Gives every answer of 400 and above its body: the handler's problem, or what is to be said
/// where a library refused by itself.
fn tell_problem(response: &mut Response, request_id: &str, wants_page: bool) {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return;
    }
    if response
        .extensions_mut()
        .remove::<pages::ToldOnPage>()
        .is_some()
    {
        return;
    }
    let problem = response
        .extensions_mut()
        .remove::<Problem>()
        .unwrap_or_else(|| Problem::of_status(status));
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if wants_page {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(CONTENT_SECURITY_POLICY, pages::POLICY);
        *response.body_mut() = Body::from(pages::problem(&problem, request_id));
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = Body::from(problem.body(request_id));
    }
}

/// Headers that stand on every answer, unless the handler set its own.
fn add_headers(headers: &mut HeaderMap, request_id: &str) {
    let id = HeaderValue::from_str(request_id).expect("checked to be letters, digits and -_.");
    headers.insert(X_REQUEST_ID, id);
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (CONTENT_SECURITY_POLICY, CLOSED_POLICY),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(value);
    }
}

/// One line a request. Neither query text nor headers nor addresses: they may hold secrets.
fn log(method: &Method, route: &str, status: StatusCode, begun: Instant, request_id: &str) {
    let status = status.as_u16();
    let duration_ms = begun.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(
        target: "lamina_api::access",
        %method, route, status, duration_ms, request.id = request_id, "answered"
    );
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words")
}

#[cfg(test)]
mod tests;
