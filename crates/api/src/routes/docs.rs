//! The API about itself.

use axum::{
    Json,
    response::{Html, IntoResponse},
};
use hyper::header::CONTENT_SECURITY_POLICY;
use utoipa::openapi::OpenApi;

use crate::{openapi, pages};

/// The OpenAPI document of this program.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "service",
    responses((status = OK, description = "An OpenAPI 3.1 document", body = Object))
)]
pub(crate) async fn get_openapi() -> Json<OpenApi> {
    Json(openapi::document())
}

/// A page that lists every operation.
#[utoipa::path(
    get,
    path = "/api/v1/docs",
    tag = "service",
    responses((status = OK, description = "A page for people", content_type = "text/html"))
)]
pub(crate) async fn show_docs() -> impl IntoResponse {
    (
        [(CONTENT_SECURITY_POLICY, pages::POLICY)],
        Html(pages::docs(&openapi::document())),
    )
}
