//! Which of two pages an address shows: that of the web app, or the plain one beside it.
//!
//! Browsers get the app. Whoever has come by a plain page (they are linked where scripts do not
//! run) gets plain pages from then on: a cookie says so, which the app takes away when it starts.
//! What accepts no HTML, as scripts do, gets the plain page too.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap, Method,
    header::{COOKIE, HeaderValue, SET_COOKIE},
};
use lamina_auth::cookie;

use crate::{extract::caller::lines, middleware::envelope::accepts_html, web_app};

/// Ends with the browser. Holds nothing but the choice, so that the app's scripts may remove it.
const CHOICE: &str = "LAMINA_PAGES";
const PLAIN: HeaderValue = HeaderValue::from_static("LAMINA_PAGES=plain; Path=/; SameSite=Lax");

/// Shows the app in place of a plain page, where that is wanted.
pub(crate) async fn app_or_plain(request: Request, next: Next) -> Response {
    if *request.method() == Method::GET && wants_app(request.headers()) {
        return web_app::show_app(request.headers().clone())
            .await
            .into_response();
    }
    next.run(request).await
}

/// Remembers that plain pages are wanted.
pub(crate) async fn plain_from_now_on(request: Request, next: Next) -> Response {
    let is_browser = *request.method() == Method::GET && accepts_html(request.headers());
    let mut response = next.run(request).await;
    if is_browser {
        response.headers_mut().append(SET_COOKIE, PLAIN);
    }
    response
}

fn wants_app(headers: &HeaderMap) -> bool {
    let chosen = cookie(&lines(headers, COOKIE.as_str()), CHOICE)
        .ok()
        .flatten()
        .is_some_and(|pages| pages == "plain");
    accepts_html(headers) && !chosen
}
