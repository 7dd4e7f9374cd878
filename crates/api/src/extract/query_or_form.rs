//! Parameters that may come in the query or in a form.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request},
};
use http_body_util::{BodyExt, Limited};
use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde::de::DeserializeOwned;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{decode, parameters},
    middleware::guard::{MAX_BODY_BYTES, too_large},
};

/// How long the body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Parameters from the query and from a form in the body, urlencoded or multipart; where both
/// name one, the body's stands.
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
            pairs.extend(read_form(content_type, body).await?);
        }
        Ok(Self(parameters::read("query", pairs)?))
    }
}

async fn read_form(
    content_type: Option<HeaderValue>,
    body: Vec<u8>,
) -> Result<Vec<(String, String)>, Problem> {
    let is = |kind: &[u8]| {
        content_type
            .as_ref()
            .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(kind))
    };
    if is(b"application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(&body).map_err(|_| unreadable(&decode::BadText::Utf8))?;
        return decode::pairs(text).map_err(|why| unreadable(&why));
    }
    if is(b"multipart/form-data") {
        return read_parts(content_type.expect("it has just been read"), body).await;
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send the parameters in the query, or in a body of the type \
         application/x-www-form-urlencoded or multipart/form-data",
    ))
}

/// The fields of a multipart form, which all have to be text.
async fn read_parts(
    content_type: HeaderValue,
    body: Vec<u8>,
) -> Result<Vec<(String, String)>, Problem> {
    let whole = Request::post("/")
        .header(CONTENT_TYPE, content_type)
        .body(Body::from(body))
        .expect("made of a header that was one before");
    let mut parts = Multipart::from_request(whole, &())
        .await
        .map_err(|why| unreadable(&why))?;
    let mut pairs = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|why| unreadable(&why))? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(|why| unreadable(&why))?;
        let text =
            String::from_utf8(bytes.into()).map_err(|_| unreadable(&decode::BadText::Utf8))?;
        pairs.push((name, text));
    }
    Ok(pairs)
}

fn unreadable(why: &dyn std::fmt::Display) -> Problem {
    let detail = format!("the form cannot be read: {why}");
    Problem::new(StatusCode::BAD_REQUEST, "invalid_encoding", detail)
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
