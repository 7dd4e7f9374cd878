//! The one workspace and organisation of this server, in the shapes that clients of the original
//! know, and the roles of its members.

use axum::{
    Json as Answer,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{Caller, Error, UserEdit, UserInfo};
use lamina_model::WorkspaceRole;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{Json, caller, origin::Origin},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// The id of the one workspace and of the one organisation.
const ONLY: Uuid = Uuid::from_u128(1);

/// What the caller may do in a workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionsJson {
    can_view: bool,
    can_manage_members: bool,
    can_edit_roles: bool,
    can_create_dataset: bool,
}

/// A workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkspaceJson {
    id: Uuid,
    organization_id: Uuid,
    name: &'static str,
    permissions: PermissionsJson,
}

/// Workspaces.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkspacesJson {
    workspaces: Vec<WorkspaceJson>,
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationJson {
    id: Uuid,
    name: &'static str,
}

/// Organisations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationsJson {
    organizations: Vec<OrganizationJson>,
}

/// The caller's role in the workspace.
fn role_of(caller: &Caller) -> Result<WorkspaceRole, ApiError> {
    match caller {
        Caller::Local => Ok(WorkspaceRole::Admin),
        Caller::User(user) => Ok(user.role),
        Caller::Anonymous => Err(Error::NotSignedIn.into()),
    }
}

fn workspace(role: WorkspaceRole) -> WorkspaceJson {
    WorkspaceJson {
        id: ONLY,
        organization_id: ONLY,
        name: "Lamina",
        permissions: PermissionsJson {
            can_view: true,
            can_manage_members: role == WorkspaceRole::Admin,
            can_edit_roles: role == WorkspaceRole::Admin,
            can_create_dataset: role >= WorkspaceRole::Editor,
        },
    }
}

fn only(id: &str, noun: &str) -> Result<(), ApiError> {
    if id.parse::<Uuid>().is_ok_and(|id| id == ONLY) {
        return Ok(());
    }
    let why = format!("{noun} not found; this server has one: {ONLY}");
    Err(Problem::new(StatusCode::NOT_FOUND, format!("{noun}_not_found"), why).into())
}

/// Lists workspaces: there is one.
#[utoipa::path(
    get,
    path = "/api/v1/workspaces",
    tag = "users",
    responses(
        (status = OK, description = "The workspace", body = WorkspacesJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
    )
)]
pub(crate) async fn list_workspaces(
    caller::Somebody(caller): caller::Somebody,
) -> Result<Answer<WorkspacesJson>, ApiError> {
    let workspaces = vec![workspace(role_of(&caller)?)];
    Ok(Answer(WorkspacesJson { workspaces }))
}

/// Tells a workspace.
#[utoipa::path(
    get,
    path = "/api/v1/workspaces/{workspace_id}",
    tag = "users",
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses(
        (status = OK, description = "The workspace", body = WorkspaceJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = NOT_FOUND, description = "No such workspace", body = ErrorBody),
    )
)]
pub(crate) async fn get_workspace(
    caller::Somebody(caller): caller::Somebody,
    Path(id): Path<String>,
) -> Result<Answer<WorkspaceJson>, ApiError> {
    let role = role_of(&caller)?;
    only(&id, "workspace")?;
    Ok(Answer(workspace(role)))
}

/// Lists organisations: there is one.
#[utoipa::path(
    get,
    path = "/api/v1/organizations",
    tag = "users",
    responses(
        (status = OK, description = "The organisation", body = OrganizationsJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
    )
)]
pub(crate) async fn list_organizations(
    caller::Somebody(caller): caller::Somebody,
) -> Result<Answer<OrganizationsJson>, ApiError> {
    role_of(&caller)?;
    Ok(Answer(OrganizationsJson {
        organizations: vec![OrganizationJson {
            id: ONLY,
            name: "Lamina",
        }],
    }))
}

/// Tells an organisation.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization_id}",
    tag = "users",
    params(("organization_id" = String, Path, description = "The organisation")),
    responses(
        (status = OK, description = "The organisation", body = OrganizationJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = NOT_FOUND, description = "No such organisation", body = ErrorBody),
    )
)]
pub(crate) async fn get_organization(
    caller::Somebody(caller): caller::Somebody,
    Path(id): Path<String>,
) -> Result<Answer<OrganizationJson>, ApiError> {
    role_of(&caller)?;
    only(&id, "organization")?;
    Ok(Answer(OrganizationJson {
        id: ONLY,
        name: "Lamina",
    }))
}

/// A member of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkspaceMemberJson {
    user_id: Uuid,
    username: String,
    email: Option<String>,
    #[serde(rename = "firstName")]
    first_name: Option<String>,
    #[serde(rename = "lastName")]
    last_name: Option<String>,
    role: &'static str,
    created_at: String,
}

impl From<UserInfo> for WorkspaceMemberJson {
    fn from(user: UserInfo) -> Self {
        let (first_name, last_name) = super::users::names(&user.display_name);
        Self {
            user_id: user.id.as_uuid(),
            username: user.email.clone(),
            email: Some(user.email),
            first_name,
            last_name,
            role: user.role.as_str(),
            created_at: user.created_at.to_naive_iso(),
        }
    }
}

/// Members of the workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkspaceMembersJson {
    members: Vec<WorkspaceMemberJson>,
    total: u64,
}

/// Lists the members of the workspace, the first thousand by address.
#[utoipa::path(
    get,
    path = "/api/v1/workspace/members",
    tag = "users",
    responses(
        (status = OK, description = "The members", body = WorkspaceMembersJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators", body = ErrorBody),
    )
)]
pub(crate) async fn list_workspace_members(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
) -> Result<Answer<WorkspaceMembersJson>, ApiError> {
    let page = state.engine().users(&caller, None, 0, 1000).await?;
    let members = page
        .users
        .into_iter()
        .map(WorkspaceMemberJson::from)
        .collect();
    Ok(Answer(WorkspaceMembersJson {
        members,
        total: page.total,
    }))
}

/// A role for a member.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WorkspaceRoleBody {
    /// `viewer`, `editor` or `admin`.
    #[schema(value_type = String)]
    role: WorkspaceRole,
}

/// Gives a member another role in the workspace. They are signed out.
///
/// Unlike the original, several people may be administrators; nobody is demoted by this.
#[utoipa::path(
    put,
    path = "/api/v1/workspace/members/{member_user_id}/role",
    tag = "users",
    params(("member_user_id" = String, Path, description = "The member")),
    request_body = WorkspaceRoleBody,
    responses(
        (status = OK, description = "The member as they are then", body = WorkspaceMemberJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "For administrators, and not for one's own role", body = ErrorBody),
        (status = NOT_FOUND, description = "No such member", body = ErrorBody),
        (status = CONFLICT, description = "The last administrator", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn set_workspace_role(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(id): Path<String>,
    Json(body): Json<WorkspaceRoleBody>,
) -> Result<Answer<WorkspaceMemberJson>, ApiError> {
    let edit = UserEdit {
        role: Some(body.role),
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

/// Whether the caller reaches the workspace's settings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsAccessJson {
    can_access: bool,
    can_manage: bool,
    role: Option<&'static str>,
}

/// Tells whether the caller reaches the workspace's settings.
#[utoipa::path(
    get,
    path = "/api/v1/workspace/settings/access",
    tag = "users",
    responses(
        (status = OK, description = "Whether they do", body = SettingsAccessJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
    )
)]
pub(crate) async fn get_settings_access(
    caller::Somebody(caller): caller::Somebody,
) -> Result<Answer<SettingsAccessJson>, ApiError> {
    let role = role_of(&caller)?;
    let admin = role == WorkspaceRole::Admin;
    Ok(Answer(SettingsAccessJson {
        can_access: admin,
        can_manage: admin,
        role: Some(role.as_str()),
    }))
}
