//! Where a request comes from: its peer, what the browser says, and the request's own name.

use std::{convert::Infallible, net::IpAddr};

use axum::extract::FromRequestParts;
use hyper::{
    HeaderMap,
    header::{HOST, USER_AGENT},
    http::request::Parts,
};
use lamina_auth::{BrowserHints, Verdict};

use super::mark::Mark;
use crate::AppState;

/// The address at the other end of the socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub IpAddr);

/// For the audit trail, the throttle and the lists that people see.
#[derive(Debug, Clone)]
pub(crate) struct Origin(pub lamina_engine::Origin);

/// Longer names of clients are cut.
const LONGEST_AGENT: usize = 200;

impl FromRequestParts<AppState> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(origin_of(parts, state)))
    }
}

pub(crate) fn origin_of(parts: &Parts, state: &AppState) -> lamina_engine::Origin {
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
    let text = |value: &hyper::header::HeaderValue| value.to_str().ok().map(str::to_owned);
    lamina_engine::Origin {
        address: address(peer, &parts.headers, &state.accounts().trusted_proxies)
            .map(|ip| ip.to_string()),
        user_agent: parts.headers.get(USER_AGENT).and_then(text).map(|agent| {
            agent
                .chars()
                .filter(|c| !c.is_control())
                .take(LONGEST_AGENT)
                .collect()
        }),
        request_id: parts.extensions.get::<Mark>().map(|mark| mark.request_id),
    }
}

/// The nearest address that is none of our proxies. What strangers write into the header is not
/// believed: only a trusted peer's entries count, from the end.
fn address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> Option<IpAddr> {
    let mut nearest = peer?.to_canonical();
    let entries: Vec<IpAddr> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map_while(|entry| entry.trim().parse().ok())
        .collect();
    for entry in entries.into_iter().rev() {
        if !trusted.contains(&nearest) {
            break;
        }
        nearest = entry.to_canonical();
    }
    Some(nearest)
}

/// Judges where a request comes from against the public origin and, where the browser came by
/// another name that this server answers to (`localhost`, its address in the local network), that
/// one. The guard has checked the name before.
pub(crate) fn by_own_origins(
    headers: &HeaderMap,
    state: &AppState,
    judge: fn(&BrowserHints<'_>, &str) -> Verdict,
) -> Verdict {
    let hints = hints(headers);
    let public = state.accounts().origin();
    let verdict = judge(&hints, public);
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let public_host = public.split_once("://").map_or(public, |(_, host)| host);
    match host.filter(|host| !host.eq_ignore_ascii_case(public_host)) {
        Some(host) if verdict != Verdict::Allow => judge(&hints, &format!("http://{host}")),
        _ => verdict,
    }
}

/// What the browser says about where the request comes from.
fn hints(headers: &HeaderMap) -> BrowserHints<'_> {
    let one = |name: &str| {
        let mut lines = headers.get_all(name).iter();
        let first = lines.next().map(hyper::header::HeaderValue::as_bytes);
        // Two lines fit nothing.
        if lines.next().is_some() {
            Some(&b","[..])
        } else {
            first
        }
    };
    BrowserHints {
        site: one("sec-fetch-site"),
        mode: one("sec-fetch-mode"),
        dest: one("sec-fetch-dest"),
        purpose: one("sec-purpose").or_else(|| one("purpose")),
        origin: one("origin"),
        referer: one("referer"),
        accept: one("accept"),
    }
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;

    use super::address;

    #[test]
    fn t_87_only_a_trusted_proxy_is_believed_about_addresses() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.7".parse().unwrap());
        let peer = "10.0.0.1".parse().ok();
        let shown = |trusted: &[&str]| {
            let trusted: Vec<_> = trusted.iter().map(|ip| ip.parse().unwrap()).collect();
            address(peer, &headers, &trusted).unwrap().to_string()
        };
        assert_eq!(shown(&[]), "10.0.0.1");
        assert_eq!(shown(&["10.0.0.1"]), "203.0.113.7");
        assert_eq!(shown(&["10.0.0.1", "203.0.113.7"]), "6.6.6.6");
        assert_eq!(address(None, &headers, &[]), None);
    }
}
