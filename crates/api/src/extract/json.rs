//! A JSON body as a struct.

use axum::extract::{FromRequest, Request};
use hyper::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use super::query_or_form::read_body;
use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
};

/// A JSON body. What does not fit is told in FastAPI's list, as clients of the original expect.
#[derive(Debug)]
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, ApiError> {
        parse(&read_json(request).await?).map(Self)
    }
}

/// A JSON body, or none, which means nothing out of the ordinary.
#[derive(Debug)]
pub(crate) struct JsonOrNothing<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for JsonOrNothing<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, ApiError> {
        let body = read_json(request).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        parse(&body).map(Self)
    }
}

async fn read_json(request: Request) -> Result<Vec<u8>, ApiError> {
    let declared = request.headers().get(CONTENT_TYPE).cloned();
    let body = read_body(request.into_body()).await?;
    let is_json = declared.as_ref().is_none_or(|value| {
        let value = value.as_bytes().to_ascii_lowercase();
        value.starts_with(b"application/json") || value.windows(5).any(|part| part == b"+json")
    });
    // A form of another site can be sent without asking it first; JSON cannot.
    if !is_json {
        return Err(Problem::of_status(hyper::StatusCode::UNSUPPORTED_MEDIA_TYPE).into());
    }
    Ok(body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|cause| {
        let kind = match cause.classify() {
            serde_json::error::Category::Data => "value_error",
            _ => "json_invalid",
        };
        // The parser's words name fields and kinds of values, and never repeat a text: a
        // password may be among them.
        let msg = if kind == "json_invalid" {
            format!(
                "the body is not JSON: line {}, column {}",
                cause.line(),
                cause.column()
            )
        } else {
            without_values(&cause.to_string())
        };
        let fault = ParameterFault {
            kind: kind.to_owned(),
            loc: vec!["body".to_owned()],
            msg,
            input: serde_json::Value::Null,
        };
        Problem::faults(vec![fault]).into()
    })
}

/// The parser's words without what stands in double quotes.
fn without_values(text: &str) -> String {
    text.split('"').step_by(2).collect::<Vec<_>>().join("…")
}
