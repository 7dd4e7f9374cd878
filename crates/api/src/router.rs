//! Every address, wrapped in what happens around every handler.

use axum::{Router, middleware, routing::get};

use crate::{
    AppState,
    error::Problem,
    middleware::{envelope::envelope, guard::guard},
    pages, routes,
};

/// The service. [`crate::serve`] puts it on a socket; tests call it directly.
pub fn router(state: AppState) -> Router {
    let (api, _) = routes::api().split_for_parts();
    api.route("/", get(pages::show_home))
        .route("/dataset/{dataset_id}/data", get(pages::show_dataset))
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .layer(middleware::from_fn_with_state(state.clone(), envelope))
        .with_state(state)
}

async fn nothing_here() -> Problem {
    Problem::of_status(hyper::StatusCode::NOT_FOUND)
}
