//! Who is calling: the one place where headers become a caller.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use hyper::http::request::Parts;
use lamina_engine::Caller;

use crate::{AppState, Mode};

/// The caller of a request, as far as the mode lets one tell.
#[derive(Debug)]
pub(crate) struct From(pub Caller);

impl FromRequestParts<AppState> for From {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        match state.mode() {
            // Headers are disregarded, right or wrong: scripts written for accounts run as they are.
            Mode::Local => Ok(Self(Caller::Local)),
        }
    }
}
