//! Every address, wrapped in what happens around every handler.

use axum::{
    Router, middleware,
    routing::{get, post},
};

use axum::{
    extract::{FromRequestParts, Request, State},
    response::{IntoResponse, Response},
};
use hyper::{Method, StatusCode};
use lamina_engine::{Caller, Error};

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::caller,
    guide,
    middleware::{
        envelope::{accepts_anything, accepts_html, envelope},
        guard::guard,
    },
    pages, routes, web_app,
};

/// The service. [`crate::serve`] puts it on a socket; tests call it directly.
pub fn router(state: AppState) -> Router {
    let (api, _) = routes::api().split_for_parts();
    routes::without_head(api)
        .route("/", get(web_app::show_app))
        .route("/favicon.ico", get(web_app::get_icon))
        .route("/assets/{*name}", get(web_app::get_asset))
        .merge(plain_pages())
        .route("/docs", get(guide::show_index))
        .route("/docs/", get(guide::show_index))
        .route("/docs/{page}", get(guide::show_page))
        .route("/llms.txt", get(guide::list_pages))
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .layer(middleware::from_fn_with_state(state.clone(), envelope))
        .with_state(state)
}

/// Pages that work without scripts. Two of them share their address with a page of the app.
fn plain_pages() -> Router<AppState> {
    let shared = Router::new()
        .route("/set-up", get(pages::show_set_up).post(pages::set_up))
        .route("/account", get(pages::show_account))
        .layer(middleware::from_fn(pages::app_or_plain));
    let alone = Router::new()
        .route(
            "/cdn/{dataset_id}/images/{export_id}/{file}",
            get(routes::exports::download_export),
        )
        .route("/plain", get(pages::show_home))
        .route("/plain/dataset/{dataset_id}", get(pages::show_dataset))
        .route("/plain/set-up", get(pages::show_set_up))
        .route("/plain/account", get(pages::show_account))
        .route("/login", get(pages::show_sign_in).post(pages::sign_in))
        .layer(middleware::from_fn(pages::plain_from_now_on));
    shared
        .merge(alone)
        .route("/logout", post(pages::sign_out))
        .route("/account/password", post(pages::change_password))
        .route("/account/sessions/end", post(pages::end_session))
        .route(
            "/account/sessions/end-others",
            post(pages::end_other_sessions),
        )
        .route("/account/keys", get(pages::show_keys).post(pages::make_key))
        .route("/account/keys/act", post(pages::act_on_key))
}

/// Browsers get the web app, which knows its own addresses; so does whatever takes any kind of
/// answer, where there is a page: a link that people share must work for all that follow it. Of
/// the API, strangers are asked who they are before they learn which addresses there are.
async fn nothing_here(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let (path, headers) = (request.uri().path(), request.headers());
    let wants_page = web_app::may_be_page(path) && accepts_html(headers)
        || web_app::is_page(path) && accepts_anything(headers);
    if reads && wants_page {
        return Ok(web_app::show_app(request.headers().clone()).await);
    }
    let is_api = request.uri().path().starts_with("/api/");
    if is_api && state.mode().has_authentication() {
        let (mut parts, _) = request.into_parts();
        let caller::From(caller) = caller::From::from_request_parts(&mut parts, &state).await?;
        if caller == Caller::Anonymous {
            return Err(Error::NotSignedIn.into());
        }
    }
    Ok(Problem::of_status(StatusCode::NOT_FOUND).into_response())
}
