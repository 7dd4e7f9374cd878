//! One's API keys.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use hyper::{HeaderMap, StatusCode};
use lamina_engine::{KeyChange, KeyInfo, NewKey, SecretKey};
use lamina_model::Scope;
use serde::Deserialize;

use super::{Visitor, complaint, form_page, settled_form, settled_visitor, status_of};
use crate::{
    AppState,
    error::ApiError,
    extract::origin::{Origin, origin_of},
    pages::html::escaped,
};

/// Asks a person who came to the key page from another site whether they meant to.
pub(crate) fn confirm_key() -> Response {
    let body = "<h1>API key</h1><p>A page of another site sent you here. If you want an API key, go on.</p>\
                <p><a class=\"button\" href=\"/account/keys\">To my API keys</a></p>";
    form_page(StatusCode::OK, "API key", body)
}

pub(crate) async fn show_keys(
    State(state): State<AppState>,
    Origin(origin): Origin,
    headers: HeaderMap,
) -> Response {
    match settled_visitor(&state, &headers, &origin).await {
        Ok(visitor) => shown(&state, &visitor, StatusCode::OK, "").await,
        Err(elsewhere) => elsewhere,
    }
}

async fn shown(state: &AppState, visitor: &Visitor, status: StatusCode, told: &str) -> Response {
    let keys = match state.engine().keys(&visitor.caller()).await {
        Ok(keys) => keys,
        Err(cause) => return ApiError::from(cause).into_response(),
    };
    let token = visitor.token();
    let rows: String = keys.iter().map(|key| row(key, &token)).collect();
    let list = if keys.is_empty() {
        "<p>No keys yet. A key lets your scripts sign tokens for this server.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th>Name</th><th>Key</th><th>May</th><th>State</th><th>Last used</th><th>Actions</th>\
             </tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    let body = format!(
        "<h1>API keys</h1>{told}{list}<h2>New key</h2>\
         <form method=\"post\" action=\"/account/keys\" class=\"stack\">{token}\
         <label for=\"name\">Name</label><input id=\"name\" name=\"name\" required maxlength=\"100\">\
         <label for=\"scope\">May</label><select id=\"scope\" name=\"scope\"><option value=\"read\">read</option>\
         <option value=\"write\">read and change data</option><option value=\"admin\">all that I may</option></select>\
         <button>Make a key</button></form><p><a href=\"/account\">Account</a></p>"
    );
    form_page(status, "API keys", &body)
}

fn row(key: &KeyInfo, token: &str) -> String {
    let act = |act: &str, words: &str| {
        format!(
            "<form method=\"post\" action=\"/account/keys/act\">{token}<input type=\"hidden\" name=\"key\" value=\"{}\">\
             <button name=\"act\" value=\"{act}\">{words}</button></form>",
            escaped(&key.key_id),
        )
    };
    let acts = match key.state {
        "active" => act("rotate", "Rotate") + &act("disable", "Disable") + &act("revoke", "Revoke"),
        "disabled" => act("enable", "Enable") + &act("revoke", "Revoke"),
        "expired" => act("revoke", "Revoke"),
        _ => String::new(),
    };
    format!(
        "<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{acts}</td></tr>",
        escaped(&key.name),
        escaped(&key.key_id),
        key.scope.as_str(),
        key.state,
        key.last_used_at
            .map_or_else(|| "never".to_owned(), |at| at.to_string()),
    )
}

/// Shows a secret, once.
fn secret(key: &SecretKey) -> String {
    let before = key.previous_until.map_or_else(String::new, |until| {
        format!("<p>The secret before it counts until {until}.</p>")
    });
    format!(
        "<section role=\"status\"><h2>Write down the secret: it is shown only once</h2><dl><dt>Key</dt>\
         <dd><code>{}</code></dd><dt>Secret</dt><dd><code>{}</code></dd></dl>{before}</section>",
        escaped(&key.info.key_id),
        escaped(key.secret.expose()),
    )
}

#[derive(Deserialize)]
struct NewKeyForm {
    name: String,
    scope: Scope,
}

pub(crate) async fn make_key(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    let (visitor, form) = match settled_form::<NewKeyForm>(&state, request, &origin).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    let wish = NewKey {
        name: form.name,
        scope: form.scope,
        datasets: None,
        expires_at: None,
    };
    match state
        .engine()
        .make_key(&visitor.caller(), wish, &origin)
        .await
    {
        Ok(key) => shown(&state, &visitor, StatusCode::CREATED, &secret(&key)).await,
        Err(cause) => complained(&state, &visitor, cause).await,
    }
}

async fn complained(state: &AppState, visitor: &Visitor, cause: lamina_engine::Error) -> Response {
    let told = complaint(&cause);
    shown(state, visitor, status_of(cause), &told).await
}

#[derive(Deserialize)]
struct ActForm {
    key: String,
    act: Act,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    Rotate,
    Disable,
    Enable,
    Revoke,
}

pub(crate) async fn act_on_key(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = origin_of(&parts, &state);
    let request = Request::from_parts(parts, body);
    let (visitor, form) = match settled_form::<ActForm>(&state, request, &origin).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    let (engine, caller) = (state.engine(), visitor.caller());
    let switched = |disabled| KeyChange {
        disabled: Some(disabled),
        ..KeyChange::default()
    };
    let done = match form.act {
        Act::Rotate => match engine.rotate_key(&caller, &form.key, None, &origin).await {
            Ok(key) => return shown(&state, &visitor, StatusCode::OK, &secret(&key)).await,
            Err(cause) => Err(cause),
        },
        Act::Disable => engine
            .change_key(&caller, &form.key, switched(true), &origin)
            .await
            .map(drop),
        Act::Enable => engine
            .change_key(&caller, &form.key, switched(false), &origin)
            .await
            .map(drop),
        Act::Revoke => engine.revoke_key(&caller, &form.key, &origin).await,
    };
    match done {
        Ok(()) => Redirect::to("/account/keys").into_response(),
        Err(cause) => complained(&state, &visitor, cause).await,
    }
}
