//! Parameters that may come in the query or in a form.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use http_body_util::{BodyExt, Limited};
use hyper::{StatusCode, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{decode, parameters},
    middleware::guard::{MAX_BODY_BYTES, too_large},
};

/// How long the body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Parameters from the query and from an urlencoded body; where both name one, the body's
/// stands.
#[derive(Debug)]
pub(crate) struct QueryOrForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for QueryOrForm<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, ApiError> {
        let mut pairs = decode::pairs(request.uri().query().unwrap_or(""))
            .expect("the guard has let only readable queries through");
        let content_type = request.headers().get(CONTENT_TYPE).cloned();
        let body = read_body(request.into_body()).await?;
        if !body.is_empty() {
            let form = content_type.as_ref().is_some_and(|value| {
                value
                    .as_bytes()
                    .to_ascii_lowercase()
                    .starts_with(b"application/x-www-form-urlencoded")
            });
            if !form {
                let why = "send the parameters in the query, or in a body of the type \
                           application/x-www-form-urlencoded";
                return Err(Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported_media_type",
                    why,
                )
                .into());
            }
            let unreadable = |why: &dyn std::fmt::Display| {
                let detail = format!("the form cannot be read: {why}");
                Problem::new(StatusCode::BAD_REQUEST, "invalid_encoding", detail)
            };
            let text =
                std::str::from_utf8(&body).map_err(|_| unreadable(&decode::BadText::Utf8))?;
            pairs.extend(decode::pairs(text).map_err(|why| unreadable(&why))?);
        }
        Ok(Self(parameters::read("query", pairs)?))
    }
}

pub(super) async fn read_body(body: Body) -> Result<Vec<u8>, Problem> {
    let limit = usize::try_from(MAX_BODY_BYTES).expect("a megabyte can be counted");
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, limit).collect()).await;
    let collected = collected.map_err(|_| Problem::of_status(StatusCode::REQUEST_TIMEOUT))?;
    let body = collected.map_err(|cause| {
        if cause.is::<http_body_util::LengthLimitError>() {
            too_large()
        } else {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "bad_request",
                "the request body broke off",
            )
        }
    })?;
    Ok(body.to_bytes().to_vec())
}
