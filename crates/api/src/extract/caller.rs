//! Who is calling: the one place where headers become a caller.
//!
//! A bearer token decides where there is one, good or bad: a cookie beside it lends nothing.
//! Else the session cookie, else an embedding site's cookie, else nobody.

use axum::extract::FromRequestParts;
use hyper::{
    HeaderMap, Method, StatusCode,
    header::{AUTHORIZATION, COOKIE},
    http::request::Parts,
};
use lamina_auth::{EMBED_COOKIE, Verdict, bearer, cookie, judge_change, session_cookie};
use lamina_engine::{Caller, Error, SignedIn, Via};

use super::{
    mark::Mark,
    origin::{by_own_origins, origin_of},
};
use crate::{
    AppState, Mode,
    error::{ApiError, Problem},
    middleware::guard::get_makes,
};

/// The caller of a request, as far as the mode lets one tell.
#[derive(Debug)]
pub(crate) struct From(pub Caller);

/// The caller, where strangers have no business: they are turned away before anything they sent
/// is looked at.
#[derive(Debug)]
pub(crate) struct Somebody(pub Caller);

/// Somebody at the key page. The documentation that clients go by spells the header of its request
/// `Cookies`, so that is understood here too. No browser sends it by itself.
#[derive(Debug)]
pub(crate) struct KeyPageVisitor(pub Caller);

/// The caller, who may be one who must choose a new password before anything else.
#[derive(Debug)]
pub(crate) struct EvenWithOldPassword(pub Caller);

impl FromRequestParts<AppState> for From {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let caller = caller(parts, state).await?;
        match caller {
            Caller::User(SignedIn { must_change_password: true, .. }) => Err(Error::Refused {
                code: "password_change_required",
                why: "your password was set by somebody else; choose your own first, at /account or with \
                      POST /api/v1/me/password"
                    .to_owned(),
            }
            .into()),
            caller => Ok(Self(caller)),
        }
    }
}

impl FromRequestParts<AppState> for Somebody {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let From(caller) = From::from_request_parts(parts, state).await?;
        known(caller).map(Self)
    }
}

impl FromRequestParts<AppState> for KeyPageVisitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        // Taken as what they mean, beside those that are there already, so that two are noticed.
        let misspelled: Vec<_> = parts.headers.get_all("cookies").iter().cloned().collect();
        for line in misspelled {
            parts.headers.append(COOKIE, line);
        }
        let Somebody(caller) = Somebody::from_request_parts(parts, state).await?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<AppState> for EvenWithOldPassword {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        known(caller(parts, state).await?).map(Self)
    }
}

fn known(caller: Caller) -> Result<Caller, ApiError> {
    match caller {
        Caller::Anonymous => Err(Error::NotSignedIn.into()),
        caller @ (Caller::Local | Caller::User(_)) => Ok(caller),
    }
}

async fn caller(parts: &Parts, state: &AppState) -> Result<Caller, ApiError> {
    if state.mode() == Mode::Local {
        // Headers are disregarded, right or wrong: scripts written for accounts run as they are.
        return Ok(Caller::Local);
    }
    let origin = origin_of(parts, state);
    let lines = lines(&parts.headers, AUTHORIZATION.as_str());
    if let Some(token) = bearer(&lines).map_err(Error::Token)? {
        let user = state.engine().caller_of_token(token, &origin).await?;
        if let (Some(until), Some(mark)) = (user.secret_until, parts.extensions.get::<Mark>()) {
            mark.secret_ends(until);
        }
        return Ok(Caller::User(user));
    }
    let user = caller_by_cookie(parts, state, &origin).await?;
    if let Some(user) = &user
        && matches!(user.via, Via::Session(..) | Via::Embedding)
    {
        check_change(parts, state)?;
    }
    Ok(user.map_or(Caller::Anonymous, Caller::User))
}

async fn caller_by_cookie(
    parts: &Parts,
    state: &AppState,
    origin: &lamina_engine::Origin,
) -> Result<Option<SignedIn>, ApiError> {
    let lines = lines(&parts.headers, COOKIE.as_str());
    if let Some(secret) = session_secret(&lines)? {
        return Ok(Some(
            state.engine().caller_of_session(&secret, origin).await?,
        ));
    }
    match cookie(&lines, EMBED_COOKIE).map_err(twice)? {
        Some(value) if state.engine().takes_embedding() => {
            Ok(Some(state.engine().caller_of_embedding(value)?))
        }
        _ => Ok(None),
    }
}

/// The session secret in the cookies of a request, if there is one.
pub(crate) fn session_secret(
    lines: &[&[u8]],
) -> Result<Option<lamina_auth::SessionSecret>, ApiError> {
    session_cookie(lines).map_err(|cause| match cause {
        lamina_auth::CookieError::Twice(_) => twice(cause),
        lamina_auth::CookieError::Malformed => Error::Rejected {
            code: "session_unknown",
            why: cause.to_string(),
        }
        .into(),
    })
}

fn twice(cause: lamina_auth::CookieError) -> ApiError {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_request",
        cause.to_string(),
    )
    .into()
}

/// All lines of a header.
pub(crate) fn lines<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a [u8]> {
    headers
        .get_all(name)
        .iter()
        .map(hyper::header::HeaderValue::as_bytes)
        .collect()
}

/// A cookie travels along with what other sites make a browser send; changes by such requests
/// are refused.
fn check_change(parts: &Parts, state: &AppState) -> Result<(), ApiError> {
    let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if reads && !get_makes(parts.uri.path()) {
        return Ok(());
    }
    refuse_other_sites(&parts.headers, state)
}

/// # Errors
/// 403 when a page of another site caused the request.
pub(crate) fn refuse_other_sites(headers: &HeaderMap, state: &AppState) -> Result<(), ApiError> {
    match by_own_origins(headers, state, judge_change) {
        Verdict::Allow => Ok(()),
        Verdict::Refuse(why) => {
            Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", why.to_string()).into())
        }
        Verdict::ConfirmPage => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "open the page directly",
        )
        .into()),
    }
}
