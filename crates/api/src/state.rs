//! What every handler can reach.

use std::{fmt, net::IpAddr, sync::Arc};

use lamina_auth::CookieScope;
use lamina_engine::Engine;
use lamina_model::{Chance, Clock, RequestId};

use crate::wire::dataset::ToldDatasets;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Local mode ("on-prem, no auth"): whoever reaches the port may do everything, and whatever
    /// `Authorization` or `Cookie` says is disregarded.
    Local,
    /// Server mode: accounts, browser sessions and API keys.
    Server,
}

impl Mode {
    /// Whether callers have to say who they are.
    pub const fn has_authentication(self) -> bool {
        match self {
            Self::Local => false,
            Self::Server => true,
        }
    }
}

/// Which names the server answers to. A page of a stranger's site can make its own name lead to
/// this machine (DNS rebinding); its requests still carry that name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostRule {
    /// Whether any address written as numbers will do, as opposed to loopback ones only.
    pub any_address: bool,
    /// Further names, in lower case and without a port.
    pub names: Vec<String>,
}

/// How accounts look from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountsWire {
    /// Where people reach this server, without a slash at the end. Links, cookies and the check
    /// of where a browser's request comes from go by it, never by what a request says.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How long a browser keeps its session cookie, in seconds.
    pub session_max_age_s: u32,
    /// Whether the pages may stand in frames of other sites.
    pub framed: bool,
}

impl Default for AccountsWire {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:2080".to_owned(),
            trusted_proxies: Vec::new(),
            session_max_age_s: 30 * 86_400,
            framed: false,
        }
    }
}

impl AccountsWire {
    pub(crate) fn cookie_scope(&self) -> CookieScope {
        match (self.public_url.starts_with("https://"), self.framed) {
            (true, true) => CookieScope::HttpsFramed,
            (true, false) => CookieScope::Https,
            (false, _) => CookieScope::PlainHttp,
        }
    }

    /// Scheme, host and port: what a browser calls the origin.
    pub(crate) fn origin(&self) -> &str {
        let start = self.public_url.find("://").map_or(0, |colon| colon + 3);
        let end = self.public_url[start..]
            .find('/')
            .map_or(self.public_url.len(), |slash| start + slash);
        &self.public_url[..end]
    }
}

/// What the state is made of.
#[derive(Debug)]
pub struct AppStateParts {
    /// The verbs.
    pub engine: Engine,
    /// Who may call.
    pub mode: Mode,
    /// How accounts look from outside, in server mode.
    pub accounts: AccountsWire,
    /// The version of the program.
    pub version: &'static str,
    /// The names it answers to; nothing means any, as behind a proxy that checks them.
    pub hosts: Option<HostRule>,
    /// Tells the time, for request ids.
    pub clock: Arc<dyn Clock>,
    /// Draws random bytes, for request ids.
    pub chance: Arc<dyn Chance>,
}

/// The state of the HTTP room. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<(AppStateParts, ToldDatasets)>);

impl AppState {
    /// Puts the parts together.
    pub fn new(parts: AppStateParts) -> Self {
        Self(Arc::new((parts, ToldDatasets::default())))
    }

    fn parts(&self) -> &AppStateParts {
        &self.0.0
    }

    /// What was told of datasets last.
    pub(crate) fn told(&self) -> &ToldDatasets {
        &self.0.1
    }

    /// The verbs.
    pub fn engine(&self) -> &Engine {
        &self.parts().engine
    }

    pub(crate) fn mode(&self) -> Mode {
        self.parts().mode
    }

    pub(crate) fn accounts(&self) -> &AccountsWire {
        &self.parts().accounts
    }

    pub(crate) fn version(&self) -> &'static str {
        self.parts().version
    }

    pub(crate) fn hosts(&self) -> Option<&HostRule> {
        self.parts().hosts.as_ref()
    }

    pub(crate) fn new_request_id(&self) -> RequestId {
        RequestId::new(self.parts().clock.as_ref(), self.parts().chance.as_ref())
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState")
            .field("mode", &self.parts().mode)
            .field("version", &self.parts().version)
            .finish_non_exhaustive()
    }
}
