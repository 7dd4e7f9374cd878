//! Every address of the API, one file a noun.

mod accounts;
mod anchors;
mod annotations;
mod by_uri;
mod captions;
mod changes;
mod config;
mod copies;
mod datasets;
mod docs;
mod enrichment;
mod events;
mod explore;
pub(crate) mod exports;
pub(crate) mod fields;
mod grid;
mod groups;
mod health;
mod map;
mod marks;
mod media;
mod objects;
mod originals;
mod process;
mod ranked;
mod rejected;
mod sources;
mod tags;
mod tasks;
mod uploads;
mod vector_search;
mod views;

use hyper::StatusCode;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use crate::{AppState, error::Problem};

pub(crate) use media::matches_etag;
pub(crate) use uploads::TAKE_FILES;

pub(crate) use accounts::{
    private_headers,
    sign_in::{cleared_cookie_header, session_cookie_header},
};

/// The routes that the OpenAPI document lists.
pub(crate) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(health::get_health))
        .routes(routes!(datasets::list_datasets))
        .routes(routes!(
            datasets::get_dataset,
            datasets::delete_dataset,
            changes::change_dataset
        ))
        .routes(routes!(config::list_sample_data))
        .routes(routes!(config::get_user_config))
        .routes(routes!(datasets::get_stats))
        .routes(routes!(datasets::get_creation_status))
        .routes(routes!(datasets::get_preview))
        .routes(routes!(process::start_process, process::post_process))
        .routes(routes!(sources::preview_source))
        .routes(routes!(sources::browse_folders))
        .routes(routes!(media::list_media))
        .routes(routes!(by_uri::find_media_by_uri))
        .routes(routes!(by_uri::get_media_id_by_uri))
        .routes(routes!(media::get_media))
        .routes(routes!(
            captions::get_caption,
            captions::set_caption,
            captions::remove_caption
        ))
        .routes(routes!(media::get_thumbnail))
        .routes(routes!(originals::get_original))
        .routes(routes!(originals::get_view))
        .routes(routes!(media::get_image))
        .routes(routes!(grid::get_grid))
        .routes(routes!(grid::get_grid_shape))
        .routes(routes!(grid::get_facets))
        .routes(routes!(explore::explore))
        .routes(routes!(explore::get_similarity_cluster))
        .routes(routes!(explore::get_exploration_metadata))
        .routes(routes!(groups::list_clusters))
        .routes(routes!(groups::list_duplicates))
        .routes(routes!(copies::plan_copies))
        .routes(routes!(copies::decide_copies))
        .routes(routes!(copies::apply_plan))
        .routes(routes!(map::get_map))
        .routes(routes!(map::get_map_picture))
        .routes(routes!(views::save_view, views::list_views))
        .routes(routes!(views::delete_view))
        .routes(routes!(groups::list_similar))
        .routes(routes!(groups::list_duplicates_of))
        .routes(routes!(rejected::list_rejected))
        .routes(routes!(annotations::list_annotations))
        .routes(routes!(objects::list_objects))
        .routes(routes!(objects::get_object_crop))
        .routes(
            routes!(anchors::search_image_similarity)
                .layer(axum::extract::DefaultBodyLimit::disable()),
        )
        .routes(routes!(fields::declare_field))
        .routes(routes!(fields::send_values).layer(axum::extract::DefaultBodyLimit::disable()))
        .routes(routes!(fields::get_field_status))
        .routes(routes!(fields::list_fields))
        .routes(routes!(fields::get_field_values))
        .routes(routes!(vector_search::search_in_words))
        .routes(routes!(vector_search::list_embedding_models))
        .routes(routes!(enrichment::list_enrichment_models))
        .routes(routes!(enrichment::get_enrichment_context))
        .routes(routes!(enrichment::enrich_dataset))
        .routes(routes!(enrichment::preview_enrichment))
        .routes(routes!(enrichment::get_enrichment_status))
        .routes(routes!(enrichment::abort_enrichment))
        .routes(routes!(exports::export_context_async))
        .routes(routes!(exports::export_entities_async))
        .routes(routes!(exports::get_export_status))
        .routes(routes!(exports::export_dataset))
        .routes(routes!(exports::list_exports))
        .routes(routes!(exports::delete_export))
        .routes(routes!(exports::export_media_id))
        .routes(routes!(tags::list_tags, tags::create_tag))
        .routes(routes!(tags::rename_tag, tags::delete_tag))
        .routes(routes!(marks::change_marks))
        .routes(routes!(marks::list_changes))
        .routes(routes!(marks::undo_change))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(events::watch_tasks))
        .routes(routes!(tasks::list_task_filters))
        .routes(routes!(tasks::get_task))
        .routes(routes!(changes::abort_task))
        .routes(routes!(changes::retry_task))
        .merge(uploads::uploads())
        .merge(accounts())
        .routes(routes!(docs::get_openapi))
        .routes(routes!(docs::show_docs))
}

/// The routes about people.
fn accounts() -> OpenApiRouter<AppState> {
    use accounts::{
        audit, credentials, me, members, provider, sessions, sign_in, users, workspaces,
    };

    OpenApiRouter::default()
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(sign_in::get_set_up, sign_in::set_up))
        .routes(routes!(provider::begin_at_provider))
        .routes(routes!(provider::finish_at_provider))
        .routes(routes!(me::get_me))
        .routes(routes!(me::change_password))
        .routes(routes!(
            sessions::list_sessions,
            sessions::end_other_sessions
        ))
        .routes(routes!(sessions::end_session))
        .routes(routes!(
            credentials::get_api_credentials,
            credentials::make_api_key
        ))
        .routes(routes!(credentials::list_api_keys))
        .routes(routes!(
            credentials::change_api_key,
            credentials::revoke_api_key
        ))
        .routes(routes!(credentials::rotate_api_key))
        .routes(routes!(members::invite))
        .routes(routes!(members::list_members, members::set_member_role))
        .routes(routes!(members::remove_member))
        .routes(routes!(members::set_visibility))
        .routes(routes!(members::share_by_form))
        .routes(routes!(users::list_users, users::add_user))
        .routes(routes!(
            users::get_user,
            users::change_user,
            users::delete_user
        ))
        .routes(routes!(users::reset_password))
        .routes(routes!(users::sign_out_user))
        .routes(routes!(users::list_user_sessions))
        .routes(routes!(users::set_roles))
        .routes(routes!(workspaces::list_workspaces))
        .routes(routes!(workspaces::get_workspace))
        .routes(routes!(workspaces::list_organizations))
        .routes(routes!(workspaces::get_organization))
        .routes(routes!(workspaces::list_workspace_members))
        .routes(routes!(workspaces::set_workspace_role))
        .routes(routes!(workspaces::get_settings_access))
        .routes(routes!(audit::read_audit))
}

/// Addresses where `GET` makes or spends something, as clients of the original and browsers want it,
/// and the methods that each takes.
const GET_ACTS: [(&str, &str); 4] = [
    ("/api/v1/api_credentials", "GET,POST"),
    ("/api/v1/process", "GET,POST"),
    ("/api/v1/oidc/sign_in", "GET"),
    ("/api/v1/oidc/callback", "GET"),
];

/// Refuses `HEAD` where the router would else run a `GET` that makes something.
pub(crate) fn without_head(mut router: axum::Router<AppState>) -> axum::Router<AppState> {
    for (path, _) in GET_ACTS {
        router = router.route(path, axum::routing::head(refuse_head));
    }
    router
}

async fn refuse_head() -> Problem {
    Problem::of_status(StatusCode::METHOD_NOT_ALLOWED)
}

/// What `Allow` says of a route where the router's own list would name the refused `HEAD`.
pub(crate) fn allowed(route: &str) -> Option<&'static str> {
    let found = GET_ACTS.iter().find(|(path, _)| *path == route);
    found.map(|(_, methods)| *methods)
}
