//! Every address of the API, one file a noun.

mod datasets;
mod docs;
mod health;
mod media;
mod originals;
mod process;
mod rejected;
mod tasks;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes that the OpenAPI document lists.
pub(crate) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(health::get_health))
        .routes(routes!(datasets::list_datasets))
        .routes(routes!(datasets::get_dataset, datasets::delete_dataset))
        .routes(routes!(datasets::get_stats))
        .routes(routes!(datasets::get_creation_status))
        .routes(routes!(datasets::get_preview))
        .routes(routes!(process::start_process, process::post_process))
        .routes(routes!(media::list_media))
        .routes(routes!(media::get_media))
        .routes(routes!(media::get_thumbnail))
        .routes(routes!(originals::get_original))
        .routes(routes!(media::get_image))
        .routes(routes!(rejected::list_rejected))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(tasks::get_task))
        .routes(routes!(docs::get_openapi))
        .routes(routes!(docs::show_docs))
}
