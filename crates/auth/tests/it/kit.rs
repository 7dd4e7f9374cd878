//! A client of our own making: it signs whatever it is told to.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use lamina_auth::{KeyId, Secret, TokenPolicy, TokenProblem, UnverifiedToken, VerifiedToken};
use lamina_model::{Chance, Timestamp};
use sha2::{Digest, Sha256};

/// Bytes that look random and are the same in every run.
#[derive(Debug, Default)]
pub(crate) struct Drawn(AtomicU64);

impl Drawn {
    pub(crate) fn from(seed: u64) -> Self {
        Self(AtomicU64::new(seed << 32))
    }
}

impl Chance for Drawn {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let block = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// A source that is stuck on one byte.
#[derive(Debug)]
pub(crate) struct Stuck(pub(crate) u8);

impl Chance for Stuck {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

/// 2026-11-25T01:00:00Z.
pub(crate) const NOW_S: i64 = 1_795_568_400;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_seconds(NOW_S)
}

/// A key with its secret, as its owner has them.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) key_id: KeyId,
    pub(crate) secret: Secret,
}

pub(crate) fn client(seed: u64) -> Client {
    let chance = Drawn::from(seed);
    Client {
        key_id: KeyId::new(&chance),
        secret: Secret::new(&chance),
    }
}

impl Client {
    /// The header of the documentation's example.
    pub(crate) fn header(&self) -> String {
        format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{}"}}"#, self.key_id)
    }

    /// The claims of the documentation's example: ten minutes from now.
    pub(crate) fn payload(&self) -> String {
        self.claims(&format!(r#""iat":{NOW_S},"exp":{}"#, NOW_S + 600))
    }

    /// Good `sub` and `iss`, and these members.
    pub(crate) fn claims(&self, members: &str) -> String {
        format!(r#"{{"sub":"{}",{members},"iss":"sdk"}}"#, self.key_id)
    }

    pub(crate) fn sign(&self, header: &str, payload: &str) -> String {
        sign(self.secret.expose().as_bytes(), header, payload)
    }

    pub(crate) fn token(&self) -> String {
        self.sign(&self.header(), &self.payload())
    }

    /// What the server makes of a token, knowing this client's secret.
    pub(crate) fn check(&self, token: &str) -> Result<VerifiedToken, TokenProblem> {
        self.check_at(token, now())
    }

    pub(crate) fn check_at(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<VerifiedToken, TokenProblem> {
        let token = UnverifiedToken::parse(token)?;
        // As a server would: an unknown key has no secrets.
        let secrets: &[&Secret] = if *token.key_id() == self.key_id {
            &[&self.secret]
        } else {
            &[]
        };
        token
            .verify_signature(secrets)?
            .check_claims(now, &TokenPolicy::default())
    }

    /// The problem with a token of these claims.
    pub(crate) fn problem_of(&self, claims: &str) -> TokenProblem {
        self.check(&self.sign(&self.header(), claims))
            .expect_err(claims)
    }

    pub(crate) fn accepts(&self, claims: &str) -> bool {
        self.check(&self.sign(&self.header(), claims)).is_ok()
    }

    /// The problem with a token of this header.
    pub(crate) fn header_problem(&self, header: &str) -> TokenProblem {
        self.check(&self.sign(header, &self.payload()))
            .expect_err(header)
    }

    pub(crate) fn accepts_header(&self, header: &str) -> bool {
        self.check(&self.sign(header, &self.payload())).is_ok()
    }
}

pub(crate) fn sign(key: &[u8], header: &str, payload: &str) -> String {
    sign_bytes(key, header.as_bytes(), payload.as_bytes())
}

pub(crate) fn sign_bytes(key: &[u8], header: &[u8], payload: &[u8]) -> String {
    let signed = format!("{}.{}", encoded(header), encoded(payload));
    format!("{signed}.{}", encoded(&hmac(key, signed.as_bytes())))
}

pub(crate) fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// Runs something and tells the processor time it took, whatever else the machine does.
pub(crate) fn cpu_time(act: impl FnOnce()) -> Duration {
    let read = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).unwrap()
    };
    let started = read();
    act();
    read().saturating_sub(started)
}
