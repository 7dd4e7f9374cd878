//! Signing in with an `OpenID` provider: authorization code with PKCE, state and nonce.
//!
//! What must be remembered while somebody is at the provider hangs on a secret that their
//! browser keeps in a cookie: state, nonce and verifier are derived from it, and the database
//! only keeps a hash, so that a callback counts once and in that browser alone.

use std::{fmt::Debug, sync::Arc};

use lamina_auth::{Callback, Discovery, IdToken, IdTokenRules, Jwks, PendingSignIn, SessionSecret};
use lamina_model::Timestamp;
use lamina_store::User;
use zeroize::Zeroizing;

use super::{
    OidcSettings,
    audit::{Actor, Origin},
    sign_in::NewSession,
    users::NewUser,
};
use crate::{Engine, Error};

/// How long somebody may be at the provider, in seconds.
const LIFE_S: i64 = 600;

/// Talks to the provider. Blocks; called off the async threads.
pub trait ProviderClient: Debug + Send + Sync {
    /// Fetches a document, following no redirect, up to a bounded size.
    fn get(&self, url: &str) -> Result<Vec<u8>, ProviderError>;
    /// Sends a form with an `Authorization` header, likewise.
    fn post_form(
        &self,
        url: &str,
        authorization: &str,
        form: &str,
    ) -> Result<Vec<u8>, ProviderError>;
}

/// The provider could not be asked, or did not answer with success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sign-in provider cannot be used: {0}")]
pub struct ProviderError(pub String);

/// The secret that ties a sign-in to one browser; its cookie's value.
pub type BrowserTie = SessionSecret;

/// A sign-in that has begun.
#[derive(Debug)]
pub struct SignInAtProvider {
    /// Where to send the browser.
    pub url: String,
    /// What the browser keeps meanwhile.
    pub tie: BrowserTie,
}

impl Engine {
    /// Whether people can sign in with a provider.
    pub fn has_provider(&self) -> bool {
        self.parts()
            .accounts()
            .is_some_and(|accounts| accounts.settings.oidc.is_some())
    }

    /// Begins a sign-in at the provider.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no provider; [`Error::Refused`] when it cannot be used.
    pub async fn begin_at_provider(&self) -> Result<SignInAtProvider, Error> {
        let settings = self.provider()?;
        let discovery = discover(&settings).await?;
        let now = self.clock().now();
        let tie = BrowserTie::new(self.chance());
        let pending = derive(&tie, now);
        self.store()
            .insert_pending_sign_in(
                &hash(&pending.state),
                &tie.storage_hash(),
                &now.as_micros().to_le_bytes(),
                now.plus_seconds(LIFE_S),
            )
            .await?;
        let url =
            pending.authorization_url(&discovery, &settings.client_id, &settings.redirect_uri);
        Ok(SignInAtProvider { url, tie })
    }

    /// Ends a sign-in with what the provider sent the browser back with.
    ///
    /// # Errors
    /// [`Error::Rejected`] when anything does not fit; the sign-in is spent in any case.
    pub async fn finish_at_provider(
        &self,
        callback: Callback<'_>,
        tie: Option<&BrowserTie>,
        before: Option<&SessionSecret>,
        origin: &Origin,
    ) -> Result<NewSession, Error> {
        match self.identify(callback, tie).await {
            Ok(user) => self.begin_session(&user, before, "provider", origin).await,
            Err(cause) => {
                self.note(
                    &Actor::stranger("provider"),
                    "sign_in.failed",
                    "",
                    &cause.to_string(),
                    origin,
                )
                .await?;
                Err(cause)
            }
        }
    }

    async fn identify(
        &self,
        callback: Callback<'_>,
        tie: Option<&BrowserTie>,
    ) -> Result<User, Error> {
        let settings = self.provider()?;
        let now = self.clock().now();
        let foreign = || {
            refused("this sign-in was not begun in this browser, or was used already; start again")
        };
        let (tie, state) = tie.zip(callback.state).ok_or_else(foreign)?;
        let kept = self
            .store()
            .take_pending_sign_in(&hash(state), &tie.storage_hash(), now)
            .await?;
        let began = kept
            .and_then(|bytes| bytes.try_into().ok())
            .map(i64::from_le_bytes)
            .ok_or_else(foreign)?;
        let pending = derive(tie, Timestamp::from_micros(began));
        let discovery = discover(&settings).await?;
        let code = pending
            .check(&callback, &discovery, now)
            .map_err(|cause| refused(cause.to_string()))?;
        let id_token = redeem(&settings, &discovery, &pending, code).await?;
        let keys = fetch(&settings, &discovery.jwks_uri).await?;
        let keys = Jwks::parse(&keys).map_err(|cause| refused(cause.to_string()))?;
        let rules = IdTokenRules {
            issuer: &settings.issuer,
            client_id: &settings.client_id,
            nonce: &pending.nonce,
        };
        let person = IdToken::verify(&id_token, &keys, &rules, now)
            .map_err(|cause| refused(cause.to_string()))?;
        self.account_of(&settings, &person, now).await
    }

    /// The account of somebody the provider vouches for, made or linked where that is allowed.
    async fn account_of(
        &self,
        settings: &OidcSettings,
        person: &IdToken,
        now: Timestamp,
    ) -> Result<User, Error> {
        let store = self.store();
        let known = store
            .user_by_identity(&settings.issuer, &person.subject)
            .await?;
        let user = if let Some(user) = known {
            user
        } else {
            let email = person.verified_email().ok_or_else(|| {
                refused(
                    "the provider does not vouch for your e-mail address; ask your administrator",
                )
            })?;
            let user = match store.user_by_email(email).await? {
                Some(user) if settings.link_by_verified_email => user,
                Some(_) => {
                    return Err(refused(
                        "there is an account with your address that is not linked to the provider; \
                                            sign in with its password",
                    ));
                }
                None => self.welcome(settings, person, email).await?,
            };
            store
                .insert_identity(&settings.issuer, &person.subject, user.id, now)
                .await?;
            user
        };
        if user.disabled {
            return Err(refused("this account is disabled; ask your administrator"));
        }
        Ok(user)
    }

    async fn welcome(
        &self,
        settings: &OidcSettings,
        person: &IdToken,
        email: &str,
    ) -> Result<User, Error> {
        let role = settings.new_people.ok_or_else(|| {
            refused("you have no account here yet; ask your administrator for one")
        })?;
        let name = person
            .name
            .as_deref()
            .or(person.preferred_username.as_deref())
            .unwrap_or("");
        let user = self
            .drawn_user(NewUser {
                email: email.to_owned(),
                display_name: name.chars().filter(|c| !c.is_control()).take(255).collect(),
                password: None,
                role,
                enabled: true,
                must_change_password: false,
            })
            .await?;
        self.store().insert_user(&user).await?;
        let origin = Origin::default();
        self.note(
            &Actor::user(user.id, &user.email),
            "user.added",
            &user.email,
            "first visit from the provider",
            &origin,
        )
        .await?;
        Ok(user)
    }

    fn provider(&self) -> Result<OidcSettings, Error> {
        self.accounts()?
            .settings
            .oidc
            .clone()
            .ok_or_else(|| Error::NotFound {
                what: "provider",
                id: "this server has no sign-in provider; set OIDC_ISSUER and the rest".to_owned(),
            })
    }
}

/// State, nonce and verifier of a browser's sign-in.
fn derive(tie: &BrowserTie, started_at: Timestamp) -> PendingSignIn {
    let text = tie.expose();
    let part = |purpose: &str| {
        let key = blake3::derive_key(purpose, text.as_bytes());
        Zeroizing::new(blake3::Hash::from_bytes(key).to_hex().to_string())
    };
    PendingSignIn {
        state: part("lamina 2026-11 oidc state"),
        nonce: part("lamina 2026-11 oidc nonce"),
        verifier: part("lamina 2026-11 oidc pkce verifier"),
        started_at,
    }
}

fn hash(state: &str) -> [u8; 32] {
    *blake3::hash(state.as_bytes()).as_bytes()
}

async fn discover(settings: &OidcSettings) -> Result<Discovery, Error> {
    let document = fetch(settings, &Discovery::url_for(&settings.issuer)).await?;
    Discovery::parse(&document, &settings.issuer).map_err(|cause| refused(cause.to_string()))
}

async fn fetch(settings: &OidcSettings, url: &str) -> Result<Vec<u8>, Error> {
    let (client, url) = (Arc::clone(&settings.client), url.to_owned());
    let fetched = tokio::task::spawn_blocking(move || client.get(&url)).await;
    fetched
        .map_err(Error::internal)?
        .map_err(|cause| refused(cause.to_string()))
}

/// Redeems a code; gives the ID token.
async fn redeem(
    settings: &OidcSettings,
    discovery: &Discovery,
    pending: &PendingSignIn,
    code: &str,
) -> Result<Zeroizing<String>, Error> {
    let form = pending.token_request(code, &settings.client_id, &settings.redirect_uri);
    let basic = PendingSignIn::client_basic(&settings.client_id, &settings.client_secret);
    let (client, url) = (
        Arc::clone(&settings.client),
        discovery.token_endpoint.clone(),
    );
    let answer = tokio::task::spawn_blocking(move || client.post_form(&url, &basic, &form)).await;
    let answer = answer
        .map_err(Error::internal)?
        .map_err(|cause| refused(cause.to_string()))?;
    let answer: serde_json::Value = serde_json::from_slice(&answer)
        .map_err(|_| refused("the provider's answer to the code is not JSON"))?;
    answer
        .get("id_token")
        .and_then(serde_json::Value::as_str)
        .map(|token| Zeroizing::new(token.to_owned()))
        .ok_or_else(|| refused("the provider's answer to the code holds no ID token"))
}

fn refused(why: impl Into<String>) -> Error {
    Error::Rejected {
        code: "sign_in_refused",
        why: why.into(),
    }
}
