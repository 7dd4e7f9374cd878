//! How accounts are kept: what the operator chose, and what lives only while the program runs.

use std::sync::{Arc, PoisonError, RwLock};

use lamina_auth::{EmbedKey, KeyRing, PasswordCost, PasswordPolicy, SessionLimits, TokenPolicy};
use lamina_model::{DatasetId, WorkspaceRole};

use super::{
    hashing::HashPool, housekeeping::Uses, oidc::ProviderClient, recall::Recall, tokens::KnownKey,
};

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Where people reach this server, without a slash at the end, such as
    /// `https://lamina.example.org`. Links are built from it, never from a request.
    pub public_url: String,
    /// What is asked of tokens.
    pub tokens: TokenPolicy,
    /// How long sessions last.
    pub sessions: SessionLimits,
    /// What is asked of new passwords.
    pub passwords: PasswordPolicy,
    /// How much work a password hash costs.
    pub password_cost: PasswordCost,
    /// Password hashes at work at the same time.
    pub hash_workers: usize,
    /// The most keys of one person that are neither revoked nor expired.
    pub max_live_keys: u64,
    /// The most keys made or rotated by one person in an hour.
    pub max_key_makings_per_hour: u32,
    /// How long a rotated secret still counts where nobody says otherwise, in seconds.
    pub rotation_overlap_s: u32,
    /// The cookie of an embedding site, if one is allowed.
    pub embedding: Option<EmbedSettings>,
    /// The provider that people may sign in with, if there is one.
    pub oidc: Option<OidcSettings>,
    /// Reads the key ring anew, when a secret turns up that was sealed by a key unknown so far.
    pub reread_ring: RereadRing,
}

/// Reads the key ring anew. By default there is nothing to read.
#[derive(Clone, Default)]
pub struct RereadRing(Option<Arc<dyn Fn() -> Option<KeyRing> + Send + Sync>>);

impl RereadRing {
    /// Asks `read` for the ring; it may block for a file.
    pub fn new(read: impl Fn() -> Option<KeyRing> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(read)))
    }
}

impl std::fmt::Debug for RereadRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RereadRing")
    }
}

impl Default for AccountSettings {
    /// A server on this machine: ten keys a person, a day of overlap, no provider, no embedding.
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:2080".to_owned(),
            tokens: TokenPolicy::default(),
            sessions: SessionLimits::default(),
            passwords: PasswordPolicy::default(),
            password_cost: PasswordCost::default(),
            hash_workers: 2,
            max_live_keys: 10,
            max_key_makings_per_hour: 20,
            rotation_overlap_s: 24 * 3600,
            embedding: None,
            oidc: None,
            reread_ring: RereadRing::default(),
        }
    }
}

/// An embedding site: whoever shows its cookie may read one dataset.
#[derive(Clone)]
pub struct EmbedSettings {
    /// The key shared with the site.
    pub key: EmbedKey,
    /// The dataset.
    pub dataset: DatasetId,
    /// How old a cookie may be, in seconds.
    pub max_age_s: u32,
}

impl std::fmt::Debug for EmbedSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "EmbedSettings({}, {} s, redacted)",
            self.dataset, self.max_age_s
        )
    }
}

/// A provider that people may sign in with (`OpenID` Connect).
#[derive(Clone)]
pub struct OidcSettings {
    /// `OIDC_ISSUER`.
    pub issuer: String,
    /// `OIDC_CLIENT_ID`.
    pub client_id: String,
    /// `OIDC_CLIENT_SECRET`.
    pub client_secret: zeroize::Zeroizing<String>,
    /// `OIDC_REDIRECT_URI`.
    pub redirect_uri: String,
    /// The role of people who come in for the first time; nobody new is let in when there is
    /// none.
    pub new_people: Option<WorkspaceRole>,
    /// Whether an account made here may be entered through the provider when it vouches for
    /// the same address. Off where the provider lets people claim addresses.
    pub link_by_verified_email: bool,
    /// Fetches from the provider.
    pub client: Arc<dyn ProviderClient>,
}

impl std::fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "OidcSettings({}, {}, redacted)",
            self.issuer, self.client_id
        )
    }
}

/// What lives while the program runs.
pub(crate) struct Accounts {
    pub(super) settings: AccountSettings,
    pub(super) hashing: HashPool,
    pub(super) known_keys: Recall<String, Option<Arc<KnownKey>>>,
    pub(super) uses: Uses,
    ring: RwLock<Arc<KeyRing>>,
}

impl Accounts {
    pub(crate) fn new(settings: AccountSettings, ring: KeyRing) -> Self {
        Self {
            hashing: HashPool::new(settings.password_cost, settings.hash_workers),
            known_keys: Recall::new(KnownKey::LIFE_S, 10_000),
            uses: Uses::default(),
            ring: RwLock::new(Arc::new(ring)),
            settings,
        }
    }

    /// The keys that seal secrets at rest.
    pub(super) fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A ring that holds this key, read anew if the one in use lacks it.
    pub(super) fn ring_with(&self, key_id: &str) -> Arc<KeyRing> {
        let ring = self.ring();
        if ring.key_ids().any(|known| known == key_id) {
            return ring;
        }
        let read = self.settings.reread_ring.0.as_ref().and_then(|read| read());
        if let Some(newer) = read.filter(|newer| newer.key_ids().any(|known| known == key_id)) {
            self.set_ring(newer);
        }
        self.ring()
    }

    /// The ring to seal with, read anew where that is possible: what another process rotated
    /// twice meanwhile would drop a key that this one still sealed with.
    pub(super) fn newest_ring(&self) -> Arc<KeyRing> {
        if let Some(read) = &self.settings.reread_ring.0
            && let Some(newest) = read()
        {
            self.set_ring(newest);
        }
        self.ring()
    }

    /// Puts another ring in place.
    pub(super) fn set_ring(&self, ring: KeyRing) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
