//! Refuses requests that no handler should see: addresses that are not well-formed, names that
//! are not ours, bodies above the limit, and, in local mode, writes that a page of another site
//! made the browser send.

use std::net::IpAddr;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap, Method, StatusCode, Uri,
    header::{
        ALLOW, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, ORIGIN, TRANSFER_ENCODING,
    },
};

use crate::{AppState, HostRule, error::Problem, extract::decode, routes::TAKE_FILES};

/// Most bytes of a request body. Save for files, nothing takes more than a form of a few fields.
pub(crate) const MAX_BODY_BYTES: u64 = 1 << 20;

/// Most bytes of an address. Filters travel in it, as JSON and percent-encoded.
const MAX_ADDRESS_BYTES: usize = 16 << 10;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Wraps every request.
pub(crate) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // A body in chunks may have come with a length as well, which hyper then hides. A server before
    // this one may have gone by that length; what stands behind is no request to be trusted.
    let in_chunks = request.headers().contains_key(TRANSFER_ENCODING);
    let mut response = match check(&state, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if in_chunks {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

fn check(state: &AppState, request: &Request) -> Result<(), Problem> {
    check_address(request.uri())?;
    if let Some(rule) = state.hosts() {
        check_host(rule, request)?;
    }
    if !state.mode().has_authentication() {
        check_site(request)?;
    }
    check_head(request)?;
    let takes_files = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|route| TAKE_FILES.contains(&route.as_str()));
    if takes_files {
        // Streamed to the disk, where a limit of its own holds for each file.
        return Ok(());
    }
    check_length(request.headers())
}

/// Addresses of the original where GET makes something.
pub(crate) fn get_makes(path: &str) -> bool {
    path.starts_with("/api/v1/process")
        || path.starts_with("/api/v1/ingestion/")
        || path.ends_with("/export_context_async")
}

/// HEAD promises to change nothing.
fn check_head(request: &Request) -> Result<(), Problem> {
    if request.method() != Method::HEAD || !get_makes(request.uri().path()) {
        return Ok(());
    }
    let mut problem = Problem::of_status(StatusCode::METHOD_NOT_ALLOWED);
    problem
        .headers
        .insert(ALLOW, HeaderValue::from_static("GET, POST"));
    Err(problem)
}

/// Percent signs that announce nothing, and bytes that are no UTF-8, are nobody's address.
fn check_address(uri: &Uri) -> Result<(), Problem> {
    let length = uri.path().len() + uri.query().map_or(0, str::len);
    if length > MAX_ADDRESS_BYTES {
        let why = format!("the address has {length} bytes; at most {MAX_ADDRESS_BYTES} are taken");
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "uri_too_long", why));
    }
    let wrong = |part: &str, why: decode::BadText| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_encoding",
            format!("the {part} of the address cannot be read: {why}"),
        )
    };
    decode::percent(uri.path()).map_err(|why| wrong("path", why))?;
    decode::percent(uri.query().unwrap_or("")).map_err(|why| wrong("query", why))?;
    Ok(())
}

fn check_host(rule: &HostRule, request: &Request) -> Result<(), Problem> {
    let bad = |detail: &str| Problem::new(StatusCode::BAD_REQUEST, "invalid_host", detail);
    let mut hosts = request.headers().get_all(HOST).iter();
    let header = hosts
        .next()
        .ok_or_else(|| bad("the request names no Host"))?;
    if hosts.next().is_some() {
        return Err(bad("the request has more than one Host header"));
    }
    let header = header
        .to_str()
        .map_err(|_| bad("the Host header is not plain text"))?;
    let target = request
        .uri()
        .authority()
        .map(hyper::http::uri::Authority::as_str);
    for name in std::iter::once(header).chain(target) {
        if !rule.allows(name) {
            return Err(Problem::new(
                StatusCode::MISDIRECTED_REQUEST,
                "wrong_host",
                "this server does not answer to that host name; use localhost or 127.0.0.1, or \
                 start it with --allowed-host NAME",
            ));
        }
    }
    Ok(())
}

impl HostRule {
    /// Whether the name, perhaps with a port behind it, is one of ours.
    fn allows(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else {
            return false;
        };
        let name = name.to_ascii_lowercase();
        let bare = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(&name);
        match bare.parse::<IpAddr>() {
            Ok(address) => self.any_address || address.is_loopback(),
            Err(_) => {
                name == "localhost" || name.ends_with(".localhost") || self.names.contains(&name)
            }
        }
    }
}

/// The name before `:port`; nothing when what follows the colon is no port.
fn without_port(host: &str) -> Option<&str> {
    let end_of_name = host.rfind(']').map_or(0, |bracket| bracket + 1);
    let Some(colon) = host[end_of_name..].find(':') else {
        return Some(host);
    };
    let (name, port) = host.split_at(end_of_name + colon);
    let port = &port[1..];
    (port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

/// Without accounts nothing but this tells the user's own click from a stranger's page. Reading
/// is safe without it: no other origin may see the answers.
fn check_site(request: &Request) -> Result<(), Problem> {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reads && !get_makes(request.uri().path()) {
        return Ok(());
    }
    let headers = request.headers();
    let from_elsewhere = match headers.get(SEC_FETCH_SITE) {
        Some(site) => site != "same-origin" && site != "none",
        None => headers
            .get(ORIGIN)
            .is_some_and(|origin| !is_own_origin(origin.as_bytes(), headers)),
    };
    if from_elsewhere {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "a page of another site asked for this; without accounts only Lamina's own pages and \
             programs may change anything",
        ));
    }
    Ok(())
}

fn is_own_origin(origin: &[u8], headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).map_or(&b""[..], |host| host.as_bytes());
    let after = |scheme: &[u8]| origin.strip_prefix(scheme).map(<[u8]>::to_ascii_lowercase);
    let named = after(b"http://").or_else(|| after(b"https://"));
    named.is_some_and(|named| named == host.to_ascii_lowercase())
}

fn check_length(headers: &HeaderMap) -> Result<(), Problem> {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    match length {
        Some(length) if length > MAX_BODY_BYTES => Err(too_large()),
        _ => Ok(()),
    }
}

/// What is said of a body above the limit.
pub(crate) fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("the request body is larger than the limit of {MAX_BODY_BYTES} bytes"),
    )
}

#[cfg(test)]
mod tests {
    use super::HostRule;

    #[test]
    fn only_loopback_names_and_addresses_are_ours() {
        let rule = HostRule::default();
        for host in [
            "localhost",
            "LocalHost:2080",
            "127.0.0.1:2080",
            "127.8.8.8",
            "[::1]:2080",
            "a.localhost",
        ] {
            assert!(rule.allows(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "evillocalhost",
            "10.0.0.1",
            "[2001:db8::1]",
            "",
            ":2080",
            "127.0.0.1:2080:80",
            "127.0.0.1:http",
            "127.0.0.1@evil.example",
            "[::1",
        ] {
            assert!(!rule.allows(host), "{host}");
        }
    }

    #[test]
    fn further_names_and_any_address_can_be_allowed() {
        let rule = HostRule {
            any_address: true,
            names: vec!["lamina.lan".to_owned()],
        };
        assert!(rule.allows("Lamina.LAN:80"));
        assert!(rule.allows("10.0.0.1:2080"));
        assert!(!rule.allows("evil.example"));
    }
}
