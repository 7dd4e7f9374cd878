//! People: signing in and out, sessions, API keys, sharing, administration, the audit trail.

pub(super) mod audit;
pub(super) mod credentials;
pub(super) mod me;
pub(super) mod members;
pub(super) mod provider;
pub(super) mod sessions;
pub(super) mod sign_in;
pub(super) mod users;
pub(super) mod workspaces;

use hyper::header::{HeaderMap, HeaderName, HeaderValue, PRAGMA, VARY};

/// What every answer about credentials carries beside what all answers carry: kept by nobody,
/// different for everybody.
pub(crate) fn private_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(
        VARY,
        HeaderValue::from_static("Cookie, Sec-Fetch-Site, Accept"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
}
