//! The provider's public keys (RFC 7517), as far as RS256 and ES256 need them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Verifier;
use rsa::{BoxedUint, pkcs1v15, traits::PublicKeyParts};
use serde::Deserialize;
use sha2::Sha256;

use super::ProviderDocumentError;

/// Larger documents are refused unread.
const MAX_BYTES: usize = 256 * 1024;
/// A provider has two or three; each may have to be tried.
const MAX_KEYS: usize = 32;
/// Smaller ones can be broken, larger ones cost too much to check.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=8192;

/// The provider's keys for signatures. Keys of other kinds are left out.
#[derive(Debug, Clone)]
pub struct Jwks {
    keys: Vec<SigningKey>,
}

#[derive(Debug, Clone)]
struct SigningKey {
    kid: Option<String>,
    key: PublicKey,
}

/// A key knows its one algorithm, so a token cannot choose another for it.
#[derive(Debug, Clone)]
enum PublicKey {
    Rs256(Box<pkcs1v15::VerifyingKey<Sha256>>),
    Es256(Box<p256::ecdsa::VerifyingKey>),
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Entry {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What came of looking for a key that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Good,
    BadSignature,
    NoSuchKey,
}

impl Jwks {
    /// Reads a key set. Entries that are not for RS256 or ES256 signatures are skipped.
    ///
    /// # Errors
    /// [`ProviderDocumentError`] when it is unreadable or nothing usable is left.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProviderDocumentError> {
        let unreadable = |why: String| ProviderDocumentError::Unreadable("key set", why);
        if bytes.len() > MAX_BYTES {
            return Err(unreadable(format!("{} bytes", bytes.len())));
        }
        let document: Document =
            serde_json::from_slice(bytes).map_err(|cause| unreadable(cause.to_string()))?;
        let keys: Vec<SigningKey> = document
            .keys
            .into_iter()
            .filter_map(|entry| serde_json::from_value(entry).ok())
            .filter_map(SigningKey::from_entry)
            .take(MAX_KEYS)
            .collect();
        if keys.is_empty() {
            return Err(ProviderDocumentError::NoKeys);
        }
        Ok(Self { keys })
    }

    /// Looks for the key of that id and algorithm and checks the signature with it. Without
    /// an id every key of the algorithm is tried.
    pub(super) fn verify(
        &self,
        alg: &str,
        kid: Option<&str>,
        signed: &str,
        signature: &[u8],
    ) -> Outcome {
        let mut outcome = Outcome::NoSuchKey;
        for entry in &self.keys {
            if entry.key.alg() != alg || (kid.is_some() && entry.kid.as_deref() != kid) {
                continue;
            }
            if entry.key.fits(signed.as_bytes(), signature) {
                return Outcome::Good;
            }
            outcome = Outcome::BadSignature;
        }
        outcome
    }
}

impl SigningKey {
    fn from_entry(entry: Entry) -> Option<Self> {
        if entry
            .purpose
            .as_deref()
            .is_some_and(|purpose| purpose != "sig")
        {
            return None;
        }
        let key = match entry.kty.as_str() {
            "RSA" => rsa_key(entry.n?, entry.e?)?,
            "EC" if entry.crv.as_deref() == Some("P-256") => ec_key(entry.x?, entry.y?)?,
            _ => return None,
        };
        if entry.alg.as_deref().is_some_and(|alg| alg != key.alg()) {
            return None;
        }
        Some(Self {
            kid: entry.kid,
            key,
        })
    }
}

fn rsa_key(modulus: String, exponent: String) -> Option<PublicKey> {
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(modulus).ok()?;
    let exponent = BASE64_URL_SAFE_NO_PAD.decode(exponent).ok()?;
    if modulus.len() > 1024 || exponent.len() > 4 {
        return None;
    }
    let key = rsa::PublicKey::new(
        BoxedUint::from_be_slice_vartime(&modulus),
        BoxedUint::from_be_slice_vartime(&exponent),
    )
    .ok()?;
    RSA_BITS
        .contains(&key.n().bit_width_vartime())
        .then(|| PublicKey::Rs256(Box::new(pkcs1v15::VerifyingKey::new(key))))
}

fn ec_key(x: String, y: String) -> Option<PublicKey> {
    let x = BASE64_URL_SAFE_NO_PAD.decode(x).ok()?;
    let y = BASE64_URL_SAFE_NO_PAD.decode(y).ok()?;
    if x.len() != 32 || y.len() != 32 {
        return None;
    }
    let point = [&[4], x.as_slice(), &y].concat();
    p256::ecdsa::VerifyingKey::from_sec1_bytes(&point)
        .ok()
        .map(|key| PublicKey::Es256(Box::new(key)))
}

impl PublicKey {
    const fn alg(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Es256(_) => "ES256",
        }
    }

    fn fits(&self, signed: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rs256(key) => pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(signed, &signature).is_ok()),
            Self::Es256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(signed, &signature).is_ok()),
        }
    }
}
