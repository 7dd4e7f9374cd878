//! API keys: the page that makes the first one, and everything after.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use hyper::{HeaderMap, StatusCode};
use lamina_auth::{Verdict, judge_key_page};
use lamina_engine::{FirstKey, KeyChange, KeyInfo, NewKey, SecretKey};
use lamina_model::{DatasetId, Scope, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::private_headers;
use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{
        Json, JsonOrNothing, caller,
        origin::{Origin, by_own_origins},
    },
    pages,
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// A key and, once, its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct CredentialsJson {
    /// The public id of the key.
    api_key: String,
    /// The secret; null when it was shown before.
    api_secret: Option<String>,
    /// What to do now.
    message: String,
}

impl From<&FirstKey> for CredentialsJson {
    fn from(key: &FirstKey) -> Self {
        Self {
            api_key: key.key_id.clone(),
            api_secret: key.secret.as_ref().map(|secret| secret.expose().to_owned()),
            message: match key.secret {
                Some(_) => "API key created. Write down the secret – it's only shown once! If you lose it, \
                            rotate the key on the API keys page of this server or with \
                            POST /api/v1/api_credentials/{api_key}/rotate."
                    .to_owned(),
                None => "You have an API key already; its secret was shown when it was made and cannot be shown \
                         again. For a new secret, rotate the key on the API keys page of this server or with \
                         POST /api/v1/api_credentials/{api_key}/rotate."
                    .to_owned(),
            },
        }
    }
}

impl From<&SecretKey> for CredentialsJson {
    fn from(key: &SecretKey) -> Self {
        let message = match key.previous_until {
            Some(until) => format!(
                "Secret rotated. Write down the new one – it's only shown once! The one before counts until {until}."
            ),
            None => "API key created. Write down the secret – it's only shown once!".to_owned(),
        };
        Self {
            api_key: key.info.key_id.clone(),
            api_secret: Some(key.secret.expose().to_owned()),
            message,
        }
    }
}

/// Makes the caller's first key and shows its secret; later visits show neither anew.
///
/// For a person's browser session only; a token cannot be used.
#[utoipa::path(
    get,
    path = "/api/v1/api_credentials",
    tag = "auth",
    responses(
        (status = OK, description = "The key, and its secret on the first visit", body = CredentialsJson),
        (status = BAD_REQUEST, description = "The request contradicts itself", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used, or another site asked", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn get_api_credentials(
    State(state): State<AppState>,
    caller::KeyPageVisitor(caller): caller::KeyPageVisitor,
    Origin(origin): Origin,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    match by_own_origins(&headers, &state, judge_key_page) {
        Verdict::Allow => {}
        Verdict::Refuse(why) => {
            return Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", why.to_string()).into());
        }
        Verdict::ConfirmPage => {
            return Ok((private_headers(), pages::confirm_key()).into_response());
        }
    }
    let key = state.engine().first_key(&caller, &origin).await?;
    Ok((private_headers(), axum::Json(CredentialsJson::from(&key))).into_response())
}

/// A wish for a key.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewKeyBody {
    /// What to call it; 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// `read`, `write` or `admin`; `admin` where nothing is said.
    #[schema(value_type = Option<String>)]
    scope: Option<Scope>,
    /// The only datasets it may be used for; all where nothing is said.
    #[schema(value_type = Option<Vec<Uuid>>)]
    datasets: Option<Vec<DatasetId>>,
    /// When it expires, such as `2027-01-31T00:00:00Z`; never where nothing is said.
    #[serde(default, deserialize_with = "moment")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Timestamp>,
}

/// Makes another key and shows its secret, once.
#[utoipa::path(
    post,
    path = "/api/v1/api_credentials",
    tag = "auth",
    request_body = NewKeyBody,
    responses(
        (status = CREATED, description = "The key and its secret", body = CredentialsJson),
        (status = BAD_REQUEST, description = "The name or the end cannot be used", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used, another site asked, or the sign-in is old", body = ErrorBody),
        (status = CONFLICT, description = "There are as many keys as there may be", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
        (status = TOO_MANY_REQUESTS, description = "Too many keys in an hour", body = ErrorBody),
    )
)]
pub(crate) async fn make_api_key(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Json(body): Json<NewKeyBody>,
) -> Result<Response, ApiError> {
    let wish = NewKey {
        name: body.name,
        scope: body.scope.unwrap_or(Scope::Admin),
        datasets: body.datasets,
        expires_at: body.expires_at,
    };
    let key = state.engine().make_key(&caller, wish, &origin).await?;
    Ok((
        StatusCode::CREATED,
        private_headers(),
        axum::Json(CredentialsJson::from(&key)),
    )
        .into_response())
}

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyJson {
    api_key: String,
    name: String,
    scope: &'static str,
    datasets: Option<Vec<Uuid>>,
    created_at: String,
    expires_at: Option<String>,
    /// `active`, `disabled`, `expired` or `revoked`.
    state: &'static str,
    last_used_at: Option<String>,
    last_used_address: Option<String>,
}

impl From<KeyInfo> for KeyJson {
    fn from(key: KeyInfo) -> Self {
        Self {
            api_key: key.key_id,
            name: key.name,
            scope: key.scope.as_str(),
            datasets: key
                .datasets
                .map(|ids| ids.into_iter().map(DatasetId::as_uuid).collect()),
            created_at: key.created_at.to_string(),
            expires_at: key.expires_at.map(|at| at.to_string()),
            state: key.state,
            last_used_at: key.last_used_at.map(|at| at.to_string()),
            last_used_address: key.last_used_address,
        }
    }
}

/// Keys, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeysJson {
    keys: Vec<KeyJson>,
}

/// Lists the caller's keys, without secrets.
#[utoipa::path(
    get,
    path = "/api/v1/api_credentials/keys",
    tag = "auth",
    responses(
        (status = OK, description = "The keys", body = KeysJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn list_api_keys(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
) -> Result<Response, ApiError> {
    let keys = state
        .engine()
        .keys(&caller)
        .await?
        .into_iter()
        .map(KeyJson::from)
        .collect();
    Ok((private_headers(), axum::Json(KeysJson { keys })).into_response())
}

/// A change of a key; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct KeyChangeBody {
    /// Another name, of 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Another scope.
    #[schema(value_type = Option<String>)]
    scope: Option<Scope>,
    /// Another limit to datasets; null takes the limit away.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<Vec<Uuid>>)]
    datasets: Option<Option<Vec<DatasetId>>>,
    /// Another end; null takes the end away.
    #[serde(deserialize_with = "told_moment")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Option<Timestamp>>,
    /// `active` or `disabled`.
    state: Option<KeySwitch>,
    /// Whether all tokens signed so far are to end.
    end_tokens: bool,
}

/// Whether a key counts for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeySwitch {
    /// It counts.
    Active,
    /// It does not, until it is switched on again.
    Disabled,
}

/// Changes a key.
#[utoipa::path(
    patch,
    path = "/api/v1/api_credentials/{api_key}",
    tag = "auth",
    params(("api_key" = String, Path, description = "The public id of the key")),
    request_body = KeyChangeBody,
    responses(
        (status = OK, description = "The key as it is then", body = KeyJson),
        (status = BAD_REQUEST, description = "The name or the end cannot be used", body = ErrorBody),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used, another site asked, or the sign-in is old", body = ErrorBody),
        (status = NOT_FOUND, description = "The caller has no such key", body = ErrorBody),
        (status = CONFLICT, description = "The key is revoked", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
    )
)]
pub(crate) async fn change_api_key(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(key_id): Path<String>,
    Json(body): Json<KeyChangeBody>,
) -> Result<Response, ApiError> {
    let change = KeyChange {
        name: body.name,
        scope: body.scope,
        datasets: body.datasets,
        expires_at: body.expires_at,
        disabled: body.state.map(|state| state == KeySwitch::Disabled),
        end_tokens: body.end_tokens,
    };
    let key = state
        .engine()
        .change_key(&caller, &key_id, change, &origin)
        .await?;
    Ok((private_headers(), axum::Json(KeyJson::from(key))).into_response())
}

/// How a key is rotated.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct RotationBody {
    /// How long the present secret still counts, in seconds; 0 ends it at once, a day where
    /// nothing is said.
    overlap_s: Option<u32>,
}

/// Gives a key a new secret and shows it, once.
#[utoipa::path(
    post,
    path = "/api/v1/api_credentials/{api_key}/rotate",
    tag = "auth",
    params(("api_key" = String, Path, description = "The public id of the key")),
    request_body = RotationBody,
    responses(
        (status = OK, description = "The key and its new secret", body = CredentialsJson),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used, another site asked, or the sign-in is old", body = ErrorBody),
        (status = NOT_FOUND, description = "The caller has no such key", body = ErrorBody),
        (status = CONFLICT, description = "The key is revoked, or was rotated meanwhile", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body does not fit", body = ValidationErrorBody),
        (status = TOO_MANY_REQUESTS, description = "Too many secrets in an hour", body = ErrorBody),
    )
)]
pub(crate) async fn rotate_api_key(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(key_id): Path<String>,
    JsonOrNothing(body): JsonOrNothing<RotationBody>,
) -> Result<Response, ApiError> {
    let key = state
        .engine()
        .rotate_key(&caller, &key_id, body.overlap_s, &origin)
        .await?;
    Ok((private_headers(), axum::Json(CredentialsJson::from(&key))).into_response())
}

/// Revokes a key for good.
#[utoipa::path(
    delete,
    path = "/api/v1/api_credentials/{api_key}",
    tag = "auth",
    params(("api_key" = String, Path, description = "The public id of the key")),
    responses(
        (status = NO_CONTENT, description = "Revoked"),
        (status = UNAUTHORIZED, description = "Nobody is signed in", body = ErrorBody),
        (status = FORBIDDEN, description = "A token was used, or another site asked", body = ErrorBody),
        (status = NOT_FOUND, description = "The caller has no such key", body = ErrorBody),
        (status = CONFLICT, description = "There are no accounts in local mode", body = ErrorBody),
    )
)]
pub(crate) async fn revoke_api_key(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Origin(origin): Origin,
    Path(key_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.engine().revoke_key(&caller, &key_id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A field that is there, be it null.
fn told<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

fn told_moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Timestamp>>, D::Error> {
    moment(deserializer).map(Some)
}

/// A moment in ISO 8601, UTC, with or without fraction and `Z`.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let naive = text.strip_suffix('Z').unwrap_or(&text);
    let (whole, fraction) = naive.split_once('.').unwrap_or((naive, ""));
    let padded = format!("{whole}.{fraction:0<6}");
    Timestamp::from_naive_iso(&padded)
        .map(Some)
        .map_err(|_| serde::de::Error::custom("not a moment in UTC such as 2027-01-31T00:00:00Z"))
}
