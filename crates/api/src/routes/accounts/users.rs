//! User administration, under the paths and in the words that clients of the original know.

use axum::{
    Json as Answer,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{NewUser, UserEdit, UserInfo};
use lamina_model::{Timestamp, WorkspaceRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{Json, Query, caller, origin::Origin},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserJson {
    id: Uuid,
    username: String,
    first_name: Option<String>,
    last_name: Option<String>,
    enabled: bool,
    /// Milliseconds since 1970.
    created_timestamp: Option<i64>,
    roles: Vec<&'static str>,
    /// Milliseconds since 1970.
    last_access: Option<i64>,
}

impl From<UserInfo> for UserJson {
    fn from(user: UserInfo) -> Self {
        let (first, last) = names(&user.display_name);
        Self {
            id: user.id.as_uuid(),
            username: user.email,
            first_name: first,
            last_name: last,
            enabled: user.enabled,
            created_timestamp: Some(millis(user.created_at)),
            roles: roles(user.role),
            last_access: user.last_sign_in_at.map(millis),
        }
    }
}

fn millis(at: Timestamp) -> i64 {
    at.as_micros() / 1000
}

/// The last word is the last name.
pub(super) fn names(display_name: &str) -> (Option<String>, Option<String>) {
    let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    match display_name.rsplit_once(' ') {
        Some((first, last)) => (told(first.trim()), told(last)),
        None => (told(display_name), None),
    }
}

/// The workspace role, and for administrators the realm roles that go with it.
fn roles(role: WorkspaceRole) -> Vec<&'static str> {
    match role {
        WorkspaceRole::Admin => vec!["admin", "manage-users", "view-users"],
        WorkspaceRole::Editor | WorkspaceRole::Viewer => vec![role.as_str()],
    }
}

/// Some accounts, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsersJson {
    users: Vec<UserJson>,
    total: u64,
}

/// Which accounts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersParameters {
    /// Part of the address or name.
    search: Option<String>,
    /// At most so many, 1–1000.
    #[param(default = 100, minimum = 1, maximum = 1000)]
    max_results: Option<usize>,
    /// After so many.
    #[param(default = 0)]
    first: Option<usize>,
}

/// Lists accounts, by address.
#[utoipa::path(
    get,
    path = "/api/v1/keycloak/admin/users",
    tag = "users",
    params(UsersParameters),
    responses(
        (status = OK, description = "The accounts", body = UsersJson),
        (status = BAD_REQUEST, description = "More or fewer are asked for than a page holds", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_users(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Query(parameters): Query<UsersParameters>,
) -> Result<Answer<UsersJson>, ApiError> {
    let limit = parameters.max_results.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        let why = format!("max_results is {limit}; it goes from 1 to 1000");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_max_results", why).into());
    }
    let offset = parameters.first.unwrap_or(0);
    let page = state
        .engine()
        .users(&caller, parameters.search.as_deref(), offset, limit)
        .await?;
    Ok(Answer(UsersJson {
        users: page.users.into_iter().map(UserJson::from).collect(),
        total: page.total,
    }))
}

/// Tells one account.
#[utoipa::path(
    get,
    path = "/api/v1/keycloak/admin/users/{user_id}",
    tag = "users",
    params(("user_id" = String, Path, description = "The account")),
    responses(
        (status = OK, description = "The account", body = UserJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
        (status = NOT_FOUND, description = "No such account", body = ErrorBody),
    )
)]
pub(crate) async fn get_user(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(id): Path<String>,
) -> Result<Answer<UserJson>, ApiError> {
    Ok(Answer(state.engine().user(&caller, &id).await?.into()))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewUserBody {
    /// The e-mail address to sign in with, of at most 254 bytes.
    #[schema(min_length = 3, max_length = 254)]
    username: String,
    /// The first password.
    #[schema(value_type = String)]
    password: Zeroizing<String>,
    /// Given name. This and the other are kept as one, of at most 255 characters.
    #[serde(default)]
    first_name: String,
    /// Family name.
    #[serde(default)]
    last_name: String,
    #[serde(default = "yes")]
    enabled: bool,
    /// `viewer`, `editor` or `admin`.
    #[serde(rename = "workspace_role", default = "viewer")]
    #[schema(value_type = String)]
    workspace_role: WorkspaceRole,
}

fn yes() -> bool {
    true
}

fn viewer() -> WorkspaceRole {
    WorkspaceRole::Viewer
}

/// Makes an account.
#[utoipa::path(
    post,
    path = "/api/v1/keycloak/admin/users",
    tag = "users",
    request_body = NewUserBody,
    responses(
        (status = CREATED, description = "The account", body = UserJson),
        (status = BAD_REQUEST, description = "The address or password cannot be used", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
        (status = CONFLICT, description = "The address is taken", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn add_user(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Json(body): Json<NewUserBody>,
) -> Result<(StatusCode, Answer<UserJson>), ApiError> {
    let wish = NewUser {
        email: body.username,
        display_name: format!("{} {}", body.first_name.trim(), body.last_name.trim())
            .trim()
            .to_owned(),
        password: Some(body.password),
        role: body.workspace_role,
        enabled: body.enabled,
        must_change_password: false,
    };
    let user = state.engine().add_user(&caller, wish, &origin).await?;
    Ok((StatusCode::CREATED, Answer(user.into())))
}

/// A change of an account; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct UserChangeBody {
    /// Another address, of at most 254 bytes.
    #[schema(min_length = 3, max_length = 254)]
    username: Option<String>,
    /// Let in, or shut out.
    enabled: Option<bool>,
}

/// Changes an account.
#[utoipa::path(
    patch,
    path = "/api/v1/keycloak/admin/users/{user_id}",
    tag = "users",
    params(("user_id" = String, Path, description = "The account")),
    request_body = UserChangeBody,
    responses(
        (status = OK, description = "The account as it is then", body = UserJson),
        (status = BAD_REQUEST, description = "Nothing to change, or the address cannot be used", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators, and not for one's own access", body = ErrorBody),
        (status = NOT_FOUND, description = "No such account", body = ErrorBody),
        (status = CONFLICT, description = "The address is taken, or nobody could administer any more", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn change_user(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    Json(body): Json<UserChangeBody>,
) -> Result<Answer<UserJson>, ApiError> {
    let edit = UserEdit {
        email: body.username,
        enabled: body.enabled,
        ..UserEdit::default()
    };
    // Who may not manage people learns nothing of bodies.
    let before = state.engine().user(&caller, &id).await?;
    if edit == UserEdit::default() {
        let why = "give username or enabled; there is nothing to change otherwise";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_change", why).into());
    }
    let user = state
        .engine()
        .edit_user(&caller, &before.id.to_string(), edit, &origin)
        .await?;
    Ok(Answer(user.into()))
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageJson {
    message: String,
}

impl MessageJson {
    fn new(message: impl Into<String>) -> Answer<Self> {
        Answer(Self {
            message: message.into(),
        })
    }
}

/// Deletes an account. Its datasets go to the caller.
#[utoipa::path(
    delete,
    path = "/api/v1/keycloak/admin/users/{user_id}",
    tag = "users",
    params(("user_id" = String, Path, description = "The account")),
    responses(
        (status = OK, description = "Deleted", body = MessageJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators, and not for one's own account", body = ErrorBody),
        (status = NOT_FOUND, description = "No such account", body = ErrorBody),
        (status = CONFLICT, description = "The last administrator", body = ErrorBody),
    )
)]
pub(crate) async fn delete_user(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
) -> Result<Answer<MessageJson>, ApiError> {
    state.engine().delete_user(&caller, &id, &origin).await?;
    Ok(MessageJson::new(
        "the account is deleted; its datasets are yours now",
    ))
}

/// A new password for somebody.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ResetBody {
    /// The password.
    #[schema(value_type = String)]
    password: Zeroizing<String>,
}

/// Sets somebody's password. All their sessions end, and they choose their own at the next
/// sign-in.
#[utoipa::path(
    post,
    path = "/api/v1/keycloak/admin/users/{user_id}/reset-password",
    tag = "users",
    params(("user_id" = String, Path, description = "The account")),
    request_body = ResetBody,
    responses(
        (status = OK, description = "Set", body = MessageJson),
        (status = BAD_REQUEST, description = "The password cannot be used", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
        (status = NOT_FOUND, description = "No such account", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn reset_password(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    Json(body): Json<ResetBody>,
) -> Result<Answer<MessageJson>, ApiError> {
    state
        .engine()
        .reset_password(&caller, &id, &body.password, &origin)
        .await?;
    Ok(MessageJson::new(
        "the password is set; all their sessions ended and they choose their own at the next sign-in",
    ))
}

/// Ends all sessions of an account.
#[utoipa::path(
    post,
    path = "/api/v1/keycloak/admin/users/{user_id}/logout",
    tag = "users",
    params(("user_id" = String, Path, description = "The account")),
    responses(
        (status = OK, description = "Ended", body = MessageJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
        (status = NOT_FOUND, description = "No such account", body = ErrorBody),
    )
)]
pub(crate) async fn sign_out_user(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
) -> Result<Answer<MessageJson>, ApiError> {
    let ended = state
        .engine()
        .sign_out_everywhere(&caller, &id, &origin)
        .await?;
    Ok(MessageJson::new(format!("{ended} sessions ended")))
}

/// A session of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserSessionJson {
    id: Uuid,
    username: String,
    ip_address: Option<String>,
    /// Milliseconds since 1970.
    start: i64,
    /// Milliseconds since 1970.
    last_access: i64,
    clients: std::collections::BTreeMap<String, String>,
}

/// Sessions of somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserSessionsJson {
    sessions: Vec<UserSessionJson>,
    total: usize,
}

/// Lists the sessions of an account.
#[utoipa::path(
    get,
    path = "/api/v1/keycloak/admin/users/{user_id}/sessions",
    tag = "users",
    params(("user_id" = String, Path, description = "The account")),
    responses(
        (status = OK, description = "The sessions", body = UserSessionsJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
        (status = NOT_FOUND, description = "No such account", body = ErrorBody),
    )
)]
pub(crate) async fn list_user_sessions(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(id): Path<String>,
) -> Result<Answer<UserSessionsJson>, ApiError> {
    let user = state.engine().user(&caller, &id).await?;
    let sessions: Vec<_> = state
        .engine()
        .sessions_of_user(&caller, &id)
        .await?
        .into_iter()
        .map(|session| UserSessionJson {
            id: session.id.as_uuid(),
            username: user.email.clone(),
            ip_address: session.address,
            start: millis(session.signed_in_at),
            last_access: millis(session.last_seen_at),
            clients: session
                .user_agent
                .into_iter()
                .map(|agent| ("browser".to_owned(), agent))
                .collect(),
        })
        .collect();
    Ok(Answer(UserSessionsJson {
        total: sessions.len(),
        sessions,
    }))
}

/// Roles in place of those they have.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RolesBody {
    /// Role names; unknown ones are left out.
    roles: Vec<String>,
}

/// Replaces the roles of an account. Of several workspace roles the strongest stands.
#[utoipa::path(
    put,
    path = "/api/v1/keycloak/admin/users/{user_id}/roles",
    tag = "users",
    params(("user_id" = String, Path, description = "The account")),
    request_body = RolesBody,
    responses(
        (status = OK, description = "The account as it is then", body = UserJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators, and not for one's own role", body = ErrorBody),
        (status = NOT_FOUND, description = "No such account", body = ErrorBody),
        (status = CONFLICT, description = "The last administrator", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn set_roles(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    Json(body): Json<RolesBody>,
) -> Result<Answer<UserJson>, ApiError> {
    let known = body.roles.iter().filter_map(|role| match role.as_str() {
        "manage-users" => Some(WorkspaceRole::Admin),
        role => WorkspaceRole::from_word(role),
    });
    let role = known.max().unwrap_or(WorkspaceRole::Viewer);
    let edit = UserEdit {
        role: Some(role),
        ..UserEdit::default()
    };
    Ok(Answer(
        state
            .engine()
            .edit_user(&caller, &id, edit, &origin)
            .await?
            .into(),
    ))
}
