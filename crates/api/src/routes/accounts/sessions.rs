//! One's own browser sessions.

use axum::extract::{Path, State};
use hyper::StatusCode;
use lamina_engine::SessionInfo;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::ApiError,
    extract::{caller, origin::Origin},
    wire::error::ErrorBody,
};

/// A browser session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionJson {
    id: Uuid,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    ip_address: Option<String>,
    user_agent: Option<String>,
    current: bool,
}

impl From<SessionInfo> for SessionJson {
    fn from(session: SessionInfo) -> Self {
        Self {
            id: session.id.as_uuid(),
            created_at: session.signed_in_at.to_string(),
            last_seen_at: session.last_seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
            ip_address: session.address,
            user_agent: session.user_agent,
            current: session.is_current,
        }
    }
}

/// Sessions, the latest sign-in first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionsJson {
    sessions: Vec<SessionJson>,
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndedJson {
    ended: u64,
}

/// Lists the caller's sessions.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    tag = "auth",
    responses(
        (status = OK, description = "The sessions", body = SessionsJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn list_sessions(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
) -> Result<axum::Json<SessionsJson>, ApiError> {
    let sessions = state.engine().sessions(&caller).await?;
    Ok(axum::Json(SessionsJson {
        sessions: sessions.into_iter().map(SessionJson::from).collect(),
    }))
}

/// Ends one of the caller's sessions.
#[utoipa::path(
    delete,
    path = "/api/v1/sessions/{session_id}",
    tag = "auth",
    params(("session_id" = String, Path, description = "The session")),
    responses(
        (status = NO_CONTENT, description = "Ended"),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used", body = ErrorBody),
        (status = NOT_FOUND, description = "The caller has no such session", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn end_session(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.engine().end_session(&caller, &id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of the caller's sessions but this one.
#[utoipa::path(
    delete,
    path = "/api/v1/sessions",
    tag = "auth",
    responses(
        (status = OK, description = "How many ended", body = EndedJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn end_other_sessions(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
) -> Result<axum::Json<EndedJson>, ApiError> {
    let ended = state.engine().end_other_sessions(&caller, &origin).await?;
    Ok(axum::Json(EndedJson { ended }))
}
