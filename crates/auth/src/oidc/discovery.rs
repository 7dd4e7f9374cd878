//! The provider's self-description (`OpenID` Connect Discovery 1.0).

use serde::Deserialize;

/// Larger documents are refused unread.
const MAX_BYTES: usize = 256 * 1024;

/// Why a document of the provider is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderDocumentError {
    /// Not the JSON that the standard describes.
    #[error("the provider's {0} is not usable JSON: {1}")]
    Unreadable(&'static str, String),
    /// The issuer in the document is not the one configured.
    #[error(
        "the provider calls itself {found:?} and OIDC_ISSUER is {wanted:?}; they must be equal, a slash at the end included"
    )]
    Issuer {
        /// What the document says.
        found: String,
        /// What is configured.
        wanted: String,
    },
    /// An address is not https, though the issuer is not on loopback.
    #[error("the provider's {0} is not an https address")]
    NotHttps(&'static str),
    /// The document has no key that can verify RS256 or ES256.
    #[error("the provider's key set holds no usable RSA or P-256 key for signatures")]
    NoKeys,
}

/// Where the provider's parts are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Discovery {
    /// The provider's name for itself, exactly as it stands in its tokens.
    pub issuer: String,
    /// Where the browser is sent to sign in.
    pub authorization_endpoint: String,
    /// Where a code is exchanged for tokens.
    pub token_endpoint: String,
    /// Where the keys are.
    pub jwks_uri: String,
    /// Where the browser is sent to sign out, if the provider has such a page.
    pub end_session_endpoint: Option<String>,
    /// Whether the provider names itself in its callback (RFC 9207); then it must.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// How the token endpoint lets a client prove itself; `client_secret_basic` if unsaid.
    #[serde(default = "basic")]
    pub token_endpoint_auth_methods_supported: Vec<String>,
}

fn basic() -> Vec<String> {
    vec!["client_secret_basic".to_owned()]
}

impl Discovery {
    /// The address of the document for an issuer.
    pub fn url_for(issuer: &str) -> String {
        format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        )
    }

    /// Reads the document of the configured issuer.
    ///
    /// # Errors
    /// [`ProviderDocumentError`] when it is unreadable, of another issuer, or sends secrets
    /// over plain http.
    pub fn parse(bytes: &[u8], issuer: &str) -> Result<Self, ProviderDocumentError> {
        if bytes.len() > MAX_BYTES {
            let size = format!("{} bytes", bytes.len());
            return Err(ProviderDocumentError::Unreadable("configuration", size));
        }
        let document: Self = serde_json::from_slice(bytes).map_err(|cause| {
            ProviderDocumentError::Unreadable("configuration", cause.to_string())
        })?;
        if document.issuer != issuer {
            return Err(ProviderDocumentError::Issuer {
                found: document.issuer,
                wanted: issuer.to_owned(),
            });
        }
        let on_loopback = is_loopback(issuer);
        for (name, address) in [
            ("issuer", &document.issuer),
            ("authorization_endpoint", &document.authorization_endpoint),
            ("token_endpoint", &document.token_endpoint),
            ("jwks_uri", &document.jwks_uri),
        ] {
            let fine = address.starts_with("https://") || (on_loopback && is_loopback(address));
            if !fine {
                return Err(ProviderDocumentError::NotHttps(name));
            }
        }
        Ok(document)
    }
}

/// Whether an address is plain http to this machine: for tests and trials.
fn is_loopback(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    // With user information before an at sign, the host would be something else.
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| {
        authority.strip_prefix(host).is_some_and(|port| {
            port.is_empty()
                || port
                    .strip_prefix(':')
                    .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        })
    })
}
