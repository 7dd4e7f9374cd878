//! Whether the service is well.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AppState, Mode};

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `Green` when all is well.
    #[schema(example = "Green")]
    status: &'static str,
    /// What is wrong; `none` when nothing is.
    #[serde(rename = "service-health-message")]
    #[schema(example = "none")]
    message: &'static str,
    /// The version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// `off` where whoever reaches the port may do everything, `on` where callers have accounts.
    #[schema(example = "off")]
    authentication: &'static str,
    /// How the program was started: `local` or `server`.
    #[schema(example = "local")]
    mode: &'static str,
    /// Whether people may sign in with a provider, at `/api/v1/oidc/sign_in`.
    #[schema(example = false)]
    provider: bool,
}

/// Tells how the service is. Needs no credentials.
#[utoipa::path(
    get,
    path = "/api/v1/healthcheck",
    tag = "service",
    responses((status = OK, description = "The service answers", body = Health))
)]
pub(crate) async fn get_health(State(state): State<AppState>) -> Json<Health> {
    Json(Health {
        status: "Green",
        message: "none",
        version: state.version(),
        authentication: if state.mode().has_authentication() {
            "on"
        } else {
            "off"
        },
        mode: match state.mode() {
            Mode::Local => "local",
            Mode::Server => "server",
        },
        provider: state.engine().has_provider(),
    })
}
