//! The query of a request as a struct.

use axum::extract::FromRequestParts;
use hyper::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{
    AppState,
    error::ApiError,
    extract::{decode, parameters},
};

/// Parameters from the query. Unknown ones are ignored, as the original does; malformed ones
/// are told in FastAPI's list.
#[derive(Debug)]
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, ApiError> {
        let pairs = decode::pairs(parts.uri.query().unwrap_or(""))
            .expect("the guard has let only readable queries through");
        Ok(Self(parameters::read("query", pairs)?))
    }
}
