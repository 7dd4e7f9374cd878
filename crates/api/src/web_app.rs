//! The web app: its files are inside the program, so that a machine with the program alone has
//! the whole product. Any address that a browser asks for and nobody else answers is a page of
//! the app, which reads the address itself; what takes any kind of answer gets the pages that
//! there are.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{error::Problem, routes::matches_etag, wire::hex};

/// `web/dist`, embedded in every build: an answer must not depend on where the program lies.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// What the app may do in a browser: talk to this server and show its pictures. Styles are set
/// on elements while they are laid out.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
     script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'",
);

/// Addresses that the app has no pages below, whatever else is there.
const NOT_OURS: [&str; 4] = ["/api", "/assets", "/docs", "/plain"];

/// What the addresses of the app's pages begin with, save those of datasets.
const PAGES: [&str; 4] = ["new", "tasks", "sign-in", "admin"];

/// The pages of a dataset: what stands behind its id.
const DATASET_PAGES: [&str; 7] = [
    "data",
    "duplicates",
    "map",
    "views",
    "exports",
    "rejected",
    "settings",
];

/// Whether an address is that of a page. One of the API without its beginning is none, save where
/// the app has a page of that name.
pub(crate) fn is_page(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["dataset", _, "data", "image", _] => true,
        ["dataset", _, page] => DATASET_PAGES.contains(page),
        [first, ..] => PAGES.contains(first),
        [] => false,
    }
}

/// Whether an address that nobody answers may be a page of the app.
pub(crate) fn may_be_page(path: &str) -> bool {
    let below = |folder: &&str| {
        path.strip_prefix(*folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !NOT_OURS.iter().any(below) && path != "/llms.txt"
}

/// The page that every page of the app begins as.
pub(crate) async fn show_app(headers: HeaderMap) -> Response {
    let Some(file) = Dist::get("index.html") else {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    };
    let mut response = answer(&file, "index.html", &headers);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// A file of the app. Names are the same in every version, so browsers ask each time whether
/// theirs is still right.
pub(crate) async fn get_asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("assets/{name}");
    match Dist::get(&name) {
        Some(file) => answer(&file, &name, &headers),
        None => Problem::of_status(StatusCode::NOT_FOUND).into_response(),
    }
}

/// The icon, at the address where browsers look for one on every page.
pub(crate) async fn get_icon(headers: HeaderMap) -> Response {
    get_asset(Path("icon.svg".to_owned()), headers).await
}

fn answer(file: &EmbeddedFile, name: &str, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let shared = [
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            ETAG,
            HeaderValue::from_str(&etag).expect("hexadecimal digits are plain text"),
        ),
    ];
    if matches_etag(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, shared).into_response();
    }
    let kind = [(CONTENT_TYPE, HeaderValue::from_static(media_type(name)))];
    (shared, kind, file.data.clone().into_owned()).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{is_page, may_be_page};

    #[test]
    fn the_app_has_no_pages_where_others_answer() {
        for ours in ["/dataset/x/data", "/sign-in", "/apis", "/nowhere"] {
            assert!(may_be_page(ours), "{ours}");
        }
        for others in [
            "/api",
            "/api/v1/x",
            "/assets/x.js",
            "/docs/",
            "/plain/x",
            "/llms.txt",
        ] {
            assert!(!may_be_page(others), "{others}");
        }
    }

    #[test]
    fn the_pages_of_a_dataset_are_told_from_addresses_of_the_api_without_their_beginning() {
        for page in [
            "/new",
            "/tasks",
            "/admin/users",
            "/dataset/x/data",
            "/dataset/x/exports/",
            "/dataset/x/data/image/y",
        ] {
            assert!(is_page(page), "{page}");
        }
        for other in [
            "/",
            "/dataset",
            "/dataset/x",
            "/dataset/x/export",
            "/dataset/x/export_status",
            "/dataset/x/exports/y",
            "/dataset/x/media/y/duplicates",
            "/dataset/x/data/image",
        ] {
            assert!(!is_page(other), "{other}");
        }
    }
}
