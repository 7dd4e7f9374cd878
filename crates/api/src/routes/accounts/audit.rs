//! The audit trail, for administrators.

use axum::{Json as Answer, extract::State};
use lamina_engine::AuditEntry;
use lamina_model::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        paging,
    },
};

/// Which entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParameters {
    /// Done by this account.
    actor: Option<Uuid>,
    /// Of this action, such as `key.revoked`.
    action: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// At most so many, 1–1000.
    #[param(default = 100)]
    limit: Option<u32>,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditJson {
    id: i64,
    at: String,
    actor_id: Option<Uuid>,
    actor: String,
    action: String,
    target: String,
    address: Option<String>,
    request_id: Option<Uuid>,
    details: String,
}

impl From<AuditEntry> for AuditJson {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at.to_string(),
            actor_id: entry.actor_id.map(UserId::as_uuid),
            actor: entry.actor,
            action: entry.action,
            target: entry.target,
            address: entry.address,
            request_id: entry.request_id.map(lamina_model::RequestId::as_uuid),
            details: entry.details,
        }
    }
}

/// Some entries, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPageJson {
    items: Vec<AuditJson>,
    next_cursor: Option<String>,
}

/// Reads the audit trail, the latest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/audit",
    tag = "users",
    params(AuditParameters),
    responses(
        (status = OK, description = "The entries", body = AuditPageJson),
        (status = BAD_REQUEST, description = "Not a cursor of this listing", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn read_audit(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Query(parameters): Query<AuditParameters>,
) -> Result<Answer<AuditPageJson>, ApiError> {
    let limit = paging::limit(parameters.limit, 100)?;
    let cursor = paging::cursor(parameters.cursor)?;
    let actor = parameters.actor.map(UserId::from_uuid);
    let page = state
        .engine()
        .audit(
            &caller,
            actor,
            parameters.action.as_deref(),
            cursor.as_ref(),
            limit,
        )
        .await?;
    Ok(Answer(AuditPageJson {
        items: page.items.into_iter().map(AuditJson::from).collect(),
        next_cursor: page.next.map(|next| next.to_string()),
    }))
}
