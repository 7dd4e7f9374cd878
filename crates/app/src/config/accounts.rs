//! Settings about accounts.
//!
//! The provider is set by the variables that operators of the original know (`OIDC_ISSUER`,
//! `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET`, `OIDC_REDIRECT_URI`), and so is `STORAGE_KEY`. Secrets
//! are read from the environment or from files, never from the command line, where every user
//! of the machine could see them.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use lamina_auth::{EmbedKey, PasswordPolicy, SessionLimits, TokenPolicy};
use lamina_model::{DatasetId, WorkspaceRole};
use zeroize::Zeroizing;

use super::check::Reader;

/// How accounts are kept.
#[derive(Clone, PartialEq)]
pub(crate) struct AccountConfig {
    /// Where people reach the server, without a slash at the end.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// What is asked of new passwords.
    pub password_min_chars: usize,
    /// What is asked of tokens.
    pub tokens: TokenPolicy,
    /// How long sessions last.
    pub sessions: SessionLimits,
    /// The most live keys of one person.
    pub max_live_keys: u64,
    /// An embedding site, if one is allowed.
    pub embedding: Option<EmbedConfig>,
    /// A provider, if there is one.
    pub oidc: Option<OidcConfig>,
    /// The sealing key from `STORAGE_KEY`, if it is set.
    pub storage_key: Option<Zeroizing<String>>,
}

/// An embedding site.
#[derive(Clone, PartialEq)]
pub(crate) struct EmbedConfig {
    /// The shared Fernet key, as text.
    pub key: Zeroizing<String>,
    /// The one dataset that may be read.
    pub dataset: DatasetId,
    /// How old a cookie may be.
    pub max_age_s: u32,
}

/// A sign-in provider.
#[derive(Clone, PartialEq)]
pub(crate) struct OidcConfig {
    /// `OIDC_ISSUER`.
    pub issuer: String,
    /// `OIDC_CLIENT_ID`.
    pub client_id: String,
    /// `OIDC_CLIENT_SECRET`.
    pub client_secret: Zeroizing<String>,
    /// `OIDC_REDIRECT_URI`.
    pub redirect_uri: String,
    /// The role of people who come in for the first time; nothing lets nobody new in.
    pub new_people: Option<WorkspaceRole>,
    /// Whether an account may be entered through the provider because the address is the same.
    pub link_by_email: bool,
}

/// Where a browser on this machine reaches a server that listens there.
pub(super) fn url_of(listen: SocketAddr) -> String {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, listen.port()))
}

impl fmt::Debug for AccountConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountConfig")
            .field("public_url", &self.public_url)
            .field("oidc", &self.oidc.as_ref().map(|oidc| &oidc.issuer))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EmbedConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmbedConfig({}, redacted)", self.dataset)
    }
}

impl fmt::Debug for OidcConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OidcConfig({}, redacted)", self.issuer)
    }
}

impl Reader<'_> {
    /// Everything about accounts.
    pub(super) fn accounts(&mut self, listen: SocketAddr) -> AccountConfig {
        let sessions = SessionLimits::default();
        let tokens = TokenPolicy::default();
        let password_min_chars = self.number("password_min_chars", 15, 8, 128);
        debug_assert!(PasswordPolicy::with_min_chars(password_min_chars).is_ok());
        AccountConfig {
            public_url: self.public_url(listen),
            trusted_proxies: self.trusted_proxies(),
            password_min_chars,
            tokens: TokenPolicy {
                lifetime_cap_s: self.number(
                    "token_lifetime_cap_s",
                    tokens.lifetime_cap_s,
                    60,
                    10 * 365 * 86_400,
                ),
                audience: self.text("token_audience"),
                ..tokens
            },
            sessions: SessionLimits {
                idle_s: self.number("session_idle_s", sessions.idle_s, 60, 365 * 86_400),
                absolute_s: self.number(
                    "session_absolute_s",
                    sessions.absolute_s,
                    60,
                    365 * 86_400,
                ),
                ..sessions
            },
            max_live_keys: self.number("max_live_keys", 10, 1, 1000),
            embedding: self.embedding(),
            oidc: self.oidc(),
            storage_key: self.secret_variable("STORAGE_KEY"),
        }
    }

    fn public_url(&mut self, listen: SocketAddr) -> String {
        let usual = url_of(listen);
        let Some(text) = self.text("public_url") else {
            return usual;
        };
        let text = text.trim().trim_end_matches('/').to_owned();
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let good = host.is_some_and(|host| {
            !host.is_empty()
                && !host.contains(['/', '@', '?', '#', '\\'])
                && host.bytes().all(|b| b.is_ascii_graphic())
        });
        if good {
            return text.to_ascii_lowercase();
        }
        self.complain(
            "public_url",
            "it takes http:// or https:// and a host, perhaps a port, and no path",
        );
        usual
    }

    fn trusted_proxies(&mut self) -> Vec<IpAddr> {
        let mut proxies = Vec::new();
        for text in self.texts("trusted_proxies") {
            match text.parse() {
                Ok(proxy) => proxies.push(proxy),
                Err(_) => self.complain("trusted_proxies", format!("{text:?} is no IP address")),
            }
        }
        proxies
    }

    fn embedding(&mut self) -> Option<EmbedConfig> {
        let max_age_s = self.number("embed_max_age_s", 300, 10, 86_400);
        let file = self.path("embed_key_file")?;
        let Some(dataset) = self.text("embed_dataset") else {
            self.complain(
                "embed_key_file",
                "embedding also takes embed_dataset, the one dataset that may be read",
            );
            return None;
        };
        let Ok(dataset) = dataset.parse() else {
            self.complain("embed_dataset", "it takes the id of a dataset");
            return None;
        };
        let key = match fs_err::read_to_string(&file) {
            Ok(text) => Zeroizing::new(text.trim().to_owned()),
            Err(cause) => {
                self.complain("embed_key_file", format!("it cannot be read: {cause}"));
                return None;
            }
        };
        if let Err(cause) = EmbedKey::parse(&key) {
            self.complain("embed_key_file", cause.to_string());
            return None;
        }
        Some(EmbedConfig {
            key,
            dataset,
            max_age_s,
        })
    }

    fn oidc(&mut self) -> Option<OidcConfig> {
        let new_people = self.word(
            "oidc_new_people",
            Some(WorkspaceRole::Viewer),
            &[
                ("none", None),
                ("viewer", Some(WorkspaceRole::Viewer)),
                ("editor", Some(WorkspaceRole::Editor)),
            ],
        );
        let link_by_email = self.word(
            "oidc_link_by_email",
            false,
            &[("true", true), ("false", false)],
        );
        let issuer = self.plain_variable("OIDC_ISSUER")?;
        let wanted = [
            self.plain_variable("OIDC_CLIENT_ID"),
            self.plain_variable("OIDC_REDIRECT_URI"),
        ];
        let ([Some(client_id), Some(redirect_uri)], Some(client_secret)) =
            (wanted, self.secret_variable("OIDC_CLIENT_SECRET"))
        else {
            self.complain(
                "OIDC_ISSUER",
                "a provider also takes OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_REDIRECT_URI",
            );
            return None;
        };
        Some(OidcConfig {
            issuer,
            client_id,
            client_secret,
            redirect_uri,
            new_people,
            link_by_email,
        })
    }

    fn plain_variable(&self, name: &str) -> Option<String> {
        (self.surroundings.variable)(name)?.into_string().ok()
    }

    fn secret_variable(&self, name: &str) -> Option<Zeroizing<String>> {
        self.plain_variable(name).map(Zeroizing::new)
    }
}
