//! Signing in, setting up, and one's account, as plain pages that work without scripts.
//!
//! Forms are taken only from these pages: a form of a signed-in person carries the token of
//! their session, and every form is refused when the browser says that another site sent it.

mod account;
mod keys;
mod set_up;
mod sign_in;

use axum::{
    extract::FromRequest,
    response::{Html, IntoResponse, Redirect, Response},
};
use hyper::{
    HeaderMap, StatusCode,
    header::{CONTENT_SECURITY_POLICY, COOKIE, HeaderValue},
};
use lamina_auth::{SessionSecret, csrf_matches, csrf_token};
use lamina_engine::{Caller, Error, SignedIn};
use serde::de::DeserializeOwned;

pub(crate) use account::{change_password, end_other_sessions, end_session, show_account};
pub(crate) use keys::{act_on_key, confirm_key, make_key, show_keys};
pub(crate) use set_up::{set_up, show_set_up};
pub(crate) use sign_in::{show_sign_in, sign_in, sign_out};

use super::html::{escaped, page};
use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{
        QueryOrForm,
        caller::{lines, refuse_other_sites, session_secret},
    },
    routes::private_headers,
};

/// Pages with forms, which go to this server alone.
const FORM_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'",
);

/// A page with forms.
fn form_page(status: StatusCode, title: &str, body: &str) -> Response {
    (
        status,
        axum::Extension(super::ToldOnPage),
        private_headers(),
        [(CONTENT_SECURITY_POLICY, FORM_POLICY)],
        Html(page(title, body)),
    )
        .into_response()
}

/// A person at a page: who they are and the secret of their session.
struct Visitor {
    user: SignedIn,
    secret: SessionSecret,
}

impl Visitor {
    /// The hidden field that proves that a form came from here.
    fn token(&self) -> String {
        format!(
            "<input type=\"hidden\" name=\"token\" value=\"{}\">",
            csrf_token(&self.secret)
        )
    }

    fn caller(&self) -> Caller {
        Caller::User(self.user.clone())
    }
}

/// Who is at a page; nobody when their session is over.
async fn visitor(
    state: &AppState,
    headers: &HeaderMap,
    origin: &lamina_engine::Origin,
) -> Option<Visitor> {
    let secret = session_secret(&lines(headers, COOKIE.as_str()))
        .ok()
        .flatten()?;
    let user = state
        .engine()
        .caller_of_session(&secret, origin)
        .await
        .ok()?;
    Some(Visitor { user, secret })
}

/// Who is at a page of somebody who has chosen their own password.
///
/// # Errors
/// The way to the page where that is done.
async fn settled_visitor(
    state: &AppState,
    headers: &HeaderMap,
    origin: &lamina_engine::Origin,
) -> Result<Visitor, Response> {
    match visitor(state, headers, origin).await {
        None => Err(to_sign_in()),
        Some(visitor) if visitor.user.must_change_password => {
            Err(Redirect::to("/account").into_response())
        }
        Some(visitor) => Ok(visitor),
    }
}

/// To the sign-in page.
fn to_sign_in() -> Response {
    Redirect::to("/login").into_response()
}

/// A form of a signed-in person.
async fn visitor_form<T: DeserializeOwned>(
    state: &AppState,
    request: axum::extract::Request,
    origin: &lamina_engine::Origin,
) -> Result<(Visitor, T), Response> {
    let headers = request.headers().clone();
    refuse_other_sites(&headers, state).map_err(IntoResponse::into_response)?;
    let visitor = visitor(state, &headers, origin)
        .await
        .ok_or_else(to_sign_in)?;
    let QueryOrForm(form) = QueryOrForm::<WithToken<T>>::from_request(request, state)
        .await
        .map_err(IntoResponse::into_response)?;
    if !csrf_matches(&visitor.secret, &form.token) {
        let why = "the form is not one of this session; load the page again and send it once more";
        return Err(Problem::new(StatusCode::FORBIDDEN, "form_token", why).into_response());
    }
    Ok((visitor, form.rest))
}

/// The same, of somebody who has chosen their own password.
async fn settled_form<T: DeserializeOwned>(
    state: &AppState,
    request: axum::extract::Request,
    origin: &lamina_engine::Origin,
) -> Result<(Visitor, T), Response> {
    settled_visitor(state, request.headers(), origin).await?;
    visitor_form(state, request, origin).await
}

#[derive(serde::Deserialize)]
struct WithToken<T> {
    token: String,
    #[serde(flatten)]
    rest: T,
}

/// A sentence about what went wrong, to stand above a form.
fn complaint(error: &Error) -> String {
    format!(
        "<p class=\"bad\" role=\"alert\">{}</p>",
        escaped(&sentence(error))
    )
}

fn sentence(error: &Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).chain(['.']).collect()
    })
}

/// The status that the API gives the same error.
fn status_of(error: Error) -> StatusCode {
    ApiError::from(error).into_problem().status
}

/// An internal path to go on to; anything else is the front page.
fn safe_next(next: Option<&str>) -> &str {
    let next = next.unwrap_or("/");
    let internal = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    if internal { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn t_111_only_paths_of_this_server_are_gone_on_to() {
        for next in [
            "//evil",
            "/\\evil",
            "https:evil",
            "https://evil",
            "evil",
            "/a\r\nX: y",
            "/a b",
            "",
        ] {
            assert_eq!(safe_next(Some(next)), "/", "{next:?}");
        }
        assert_eq!(
            safe_next(Some("/dataset/1/data?x=%2f%2fevil")),
            "/dataset/1/data?x=%2f%2fevil"
        );
        assert_eq!(safe_next(None), "/");
    }
}
