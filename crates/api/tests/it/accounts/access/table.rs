//! What each kind of caller is answered, operation by operation.

/// A column for each of [`super::EVERYBODY`]: nobody, the owner of the dataset by session, by a full
/// key, by a key that may read, by a key limited to another dataset, by a revoked key; an editor
/// of the workspace who has no part in the dataset; its viewer, its editor; an administrator.
pub(super) type Row = [u16; 10];

/// Whoever asks.
const OPEN: Row = [200; 10];
/// Whoever asks, with good credentials or none.
const ANYBODY: Row = [200, 200, 200, 200, 200, 401, 200, 200, 200, 200];
/// Whoever is somebody.
const SOMEBODY: Row = [401, 200, 200, 200, 200, 401, 200, 200, 200, 200];
/// Whoever is in a browser session.
const SESSION: Row = [401, 200, 403, 403, 403, 401, 200, 200, 200, 200];
/// Those who may look at the dataset.
const VIEW: Row = [401, 200, 200, 200, 403, 401, 404, 200, 200, 200];
/// Those who may change the dataset.
const EDIT: Row = [401, 200, 200, 403, 403, 401, 404, 403, 200, 200];
/// Those whose dataset it is.
pub(super) const OWN: Row = [401, 200, 200, 403, 403, 401, 404, 403, 403, 200];
/// Administrators.
const ADMIN: Row = [401, 403, 403, 403, 403, 401, 403, 403, 403, 200];
/// Those whose key it is, in a session.
const OWN_KEY: Row = [401, 200, 403, 403, 403, 401, 404, 404, 404, 200];
/// Those who may make datasets.
const MAKE: Row = [401, 200, 200, 403, 403, 401, 200, 403, 200, 200];

/// The same with another status for success.
pub(super) const fn done(row: Row, status: u16) -> Row {
    let mut row = row;
    let mut at = 0;
    while at < row.len() {
        if row[at] == 200 {
            row[at] = status;
        }
        at += 1;
    }
    row
}

pub(super) const TABLE: &[(&str, Row)] = &[
    ("GET /api/v1/healthcheck", OPEN),
    ("GET /api/v1/openapi.json", OPEN),
    ("GET /api/v1/docs", OPEN),
    ("GET /api/v1/setup", OPEN),
    // There are accounts already.
    ("POST /api/v1/setup", done(OPEN, 403)),
    ("POST /api/v1/auth", OPEN),
    ("POST /api/v1/auth/sign_out", done(OPEN, 204)),
    // There is no provider here.
    ("GET /api/v1/oidc/sign_in", done(OPEN, 404)),
    ("GET /api/v1/oidc/callback", done(OPEN, 404)),
    // Whoever is nobody sees public datasets, of which there are none.
    ("GET /api/v1/datasets", ANYBODY),
    ("GET /api/v1/datasets/sample_data", ANYBODY),
    ("GET /api/v1/user_config", VIEW),
    ("GET /api/v1/tasks", ANYBODY),
    ("GET /api/v1/tasks/filters", ANYBODY),
    ("GET /api/v1/tasks/events", ANYBODY),
    ("GET /api/v1/folders", MAKE),
    ("GET /api/v1/process/preview", MAKE),
    ("GET /api/v1/process", MAKE),
    ("POST /api/v1/process", MAKE),
    ("GET /api/v1/ingestion/new_dataset", MAKE),
    ("GET /api/v1/ingestion/{dataset_id}/data_files", EDIT),
    (
        "POST /api/v1/ingestion/{dataset_id}/data_files/{transaction_id}",
        done(EDIT, 202),
    ),
    (
        "POST /api/v1/ingestion/{dataset_id}/process_files/{transaction_id}",
        done(EDIT, 202),
    ),
    ("POST /api/v1/dataset", MAKE),
    ("POST /api/v1/dataset/{dataset_id}/upload", EDIT),
    (
        "POST /api/v1/dataset/{dataset_id}/add_media",
        done(EDIT, 202),
    ),
    ("POST /api/v1/dataset/{dataset_id}/reindex", done(EDIT, 202)),
    ("GET /api/v1/dataset/{dataset_id}", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/stats", VIEW),
    ("GET /api/v1/datasets/{dataset_id}/creation-status", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/preview", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/rejected", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/annotations", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/objects", VIEW),
    (
        "GET /api/v1/dataset/{dataset_id}/objects/{object_id}/crop",
        VIEW,
    ),
    ("GET /api/v1/dataset/{dataset_id}/media", VIEW),
    (
        "GET /api/v1/dataset/{dataset_id}/search_media_metadata/id",
        VIEW,
    ),
    ("GET /api/v1/dataset/{dataset_id}/media/id", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/media/{media_id}", VIEW),
    (
        "GET /api/v1/dataset/{dataset_id}/media/{media_id}/thumbnail",
        VIEW,
    ),
    (
        "GET /api/v1/dataset/{dataset_id}/media/{media_id}/original",
        VIEW,
    ),
    (
        "GET /api/v1/dataset/{dataset_id}/media/{media_id}/view",
        VIEW,
    ),
    (
        "GET /api/v1/dataset/{dataset_id}/media/{media_id}/caption",
        VIEW,
    ),
    (
        "PUT /api/v1/dataset/{dataset_id}/media/{media_id}/caption",
        EDIT,
    ),
    (
        "DELETE /api/v1/dataset/{dataset_id}/media/{media_id}/caption",
        EDIT,
    ),
    (
        "POST /api/v1/datasets/{dataset_id}/custom_metadata/tasks",
        EDIT,
    ),
    // No field has the id of that task.
    (
        "POST /api/v1/datasets/{dataset_id}/custom_metadata/tasks/{task_id}",
        done(EDIT, 404),
    ),
    (
        "GET /api/v1/datasets/{dataset_id}/custom_metadata/tasks/{task_id}/status",
        done(VIEW, 404),
    ),
    (
        "GET /api/v1/datasets/{dataset_id}/custom_metadata/schema",
        VIEW,
    ),
    (
        "GET /api/v1/datasets/{dataset_id}/image/{image_id}/custom_metadata",
        VIEW,
    ),
    ("GET /api/v1/image/{image_id}", VIEW),
    ("GET /api/v1/tasks/{task_id}", VIEW),
    // It has ended already.
    ("POST /api/v1/tasks/{task_id}/abort", done(EDIT, 409)),
    // It neither failed nor was stopped.
    ("POST /api/v1/tasks/{task_id}/retry", done(EDIT, 400)),
    ("PATCH /api/v1/dataset/{dataset_id}", EDIT),
    ("GET /api/v1/dataset/{dataset_id}/grid", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/grid/shape", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/facets", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/clusters", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/duplicates", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/duplicates/plan", VIEW),
    (
        "POST /api/v1/dataset/{dataset_id}/duplicates/decisions",
        done(EDIT, 204),
    ),
    // It has no copies.
    (
        "POST /api/v1/dataset/{dataset_id}/duplicates/apply",
        done(EDIT, 409),
    ),
    ("GET /api/v1/dataset/{dataset_id}/map", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/map/{row}", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/views", VIEW),
    ("POST /api/v1/dataset/{dataset_id}/views", EDIT),
    ("DELETE /api/v1/dataset/{dataset_id}/views/{view_id}", EDIT),
    (
        "GET /api/v1/dataset/{dataset_id}/media/{media_id}/similar",
        VIEW,
    ),
    (
        "GET /api/v1/dataset/{dataset_id}/media/{media_id}/duplicates",
        VIEW,
    ),
    ("GET /api/v1/explore/{dataset_id}", VIEW),
    (
        "GET /api/v1/explore/{dataset_id}/similarity_cluster/{cluster_id}",
        VIEW,
    ),
    (
        "GET /api/v1/explore/{dataset_id}/exploration_metadata",
        VIEW,
    ),
    ("GET /api/v1/enrichment/{dataset_id}/list_models", VIEW),
    ("GET /api/v1/enrichment/{dataset_id}/context", VIEW),
    // There is no such model.
    (
        "POST /api/v1/dataset/{dataset_id}/enrich_dataset",
        done(EDIT, 400),
    ),
    (
        "POST /api/v1/enrichment/{dataset_id}/{enrichment_context_id}/previews_enrichment_result",
        done(EDIT, 400),
    ),
    (
        "GET /api/v1/enrichment/{dataset_id}/{enrichment_context_id}/status",
        VIEW,
    ),
    // Nothing is at work.
    (
        "DELETE /api/v1/enrichment/{dataset_id}/{enrichment_context_id}/abort",
        done(EDIT, 409),
    ),
    // There is no form.
    ("POST /api/v1/vector_search/{dataset_id}", VIEW),
    (
        "GET /api/v1/vector_search/{dataset_id}/embedding_models",
        VIEW,
    ),
    (
        "POST /api/v1/dataset/{dataset_id}/search-image-similarity",
        done(VIEW, 400),
    ),
    (
        "GET /api/v1/dataset/{dataset_id}/export_context_async",
        VIEW,
    ),
    (
        "POST /api/v1/dataset/{dataset_id}/export_entities_async",
        VIEW,
    ),
    // Nothing of that id was exported.
    (
        "GET /api/v1/dataset/{dataset_id}/export_status",
        done(VIEW, 404),
    ),
    ("GET /api/v1/dataset/{dataset_id}/exports", VIEW),
    // Nothing of that id was exported.
    (
        "DELETE /api/v1/dataset/{dataset_id}/exports/{export_id}",
        done(EDIT, 404),
    ),
    ("GET /api/v1/dataset/{dataset_id}/export", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/export_media_id", VIEW),
    ("GET /api/v1/dataset/{dataset_id}/tags", VIEW),
    ("POST /api/v1/dataset/{dataset_id}/tags", done(EDIT, 201)),
    ("PATCH /api/v1/dataset/{dataset_id}/tags/{tag_id}", EDIT),
    ("DELETE /api/v1/dataset/{dataset_id}/tags/{tag_id}", EDIT),
    ("POST /api/v1/dataset/{dataset_id}/marks", EDIT),
    ("GET /api/v1/dataset/{dataset_id}/changes", VIEW),
    (
        "POST /api/v1/dataset/{dataset_id}/changes/{change_id}/undo",
        EDIT,
    ),
    ("DELETE /api/v1/dataset/{dataset_id}", OWN),
    ("PUT /api/v1/manage/{dataset_id}/invite", OWN),
    ("GET /api/v1/manage/{dataset_id}/share", VIEW),
    ("PUT /api/v1/manage/{dataset_id}/share", done(OWN, 204)),
    (
        "DELETE /api/v1/manage/{dataset_id}/share/{email}",
        done(OWN, 204),
    ),
    ("PUT /api/v1/manage/{dataset_id}/visibility", done(OWN, 204)),
    ("POST /api/v1/dataset/{dataset_id}/share", OWN),
    ("GET /api/v1/keycloak/admin/users", ADMIN),
    ("POST /api/v1/keycloak/admin/users", done(ADMIN, 201)),
    ("GET /api/v1/keycloak/admin/users/{user_id}", ADMIN),
    ("PATCH /api/v1/keycloak/admin/users/{user_id}", ADMIN),
    ("DELETE /api/v1/keycloak/admin/users/{user_id}", ADMIN),
    (
        "POST /api/v1/keycloak/admin/users/{user_id}/reset-password",
        ADMIN,
    ),
    ("POST /api/v1/keycloak/admin/users/{user_id}/logout", ADMIN),
    ("GET /api/v1/keycloak/admin/users/{user_id}/sessions", ADMIN),
    ("PUT /api/v1/keycloak/admin/users/{user_id}/roles", ADMIN),
    ("GET /api/v1/admin/audit", ADMIN),
    ("GET /api/v1/workspace/members", ADMIN),
    ("PUT /api/v1/workspace/members/{member_user_id}/role", ADMIN),
    ("GET /api/v1/workspace/settings/access", SOMEBODY),
    ("GET /api/v1/workspaces", SOMEBODY),
    ("GET /api/v1/workspaces/{workspace_id}", SOMEBODY),
    ("GET /api/v1/organizations", SOMEBODY),
    ("GET /api/v1/organizations/{organization_id}", SOMEBODY),
    ("GET /api/v1/me", SOMEBODY),
    ("POST /api/v1/me/password", done(SESSION, 204)),
    ("GET /api/v1/sessions", SESSION),
    ("DELETE /api/v1/sessions", SESSION),
    // Nobody has a session of that id.
    ("DELETE /api/v1/sessions/{session_id}", done(SESSION, 404)),
    ("GET /api/v1/api_credentials", SESSION),
    ("POST /api/v1/api_credentials", done(SESSION, 201)),
    ("GET /api/v1/api_credentials/keys", SESSION),
    ("PATCH /api/v1/api_credentials/{api_key}", OWN_KEY),
    ("POST /api/v1/api_credentials/{api_key}/rotate", OWN_KEY),
    (
        "DELETE /api/v1/api_credentials/{api_key}",
        done(OWN_KEY, 204),
    ),
];
