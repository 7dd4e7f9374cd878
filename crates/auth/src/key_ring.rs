//! Secrets at rest: XChaCha20-Poly1305 under a ring of keys.
//!
//! Every sealed secret names the ring key that sealed it and is bound to its place (key id,
//! user, number), so a row copied elsewhere does not open. The first key of the ring seals;
//! all of them open, so the master key can be changed while the server runs: add a new first
//! key, re-wrap everything, then drop the old one. `XChaCha20` has nonces of 24 bytes, which
//! may be drawn at random without counting, and is constant in time on every machine.
//!
//! Reading and writing the ring's file is done elsewhere; here it is text in and text out.

use std::fmt;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use lamina_model::{Chance, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{KeyId, Secret, random};

const NONCE: usize = 24;
const FORMAT: u32 = 1;

/// The keys that seal secrets. Wiped when dropped, never printed by `Debug`.
#[derive(Clone)]
pub struct KeyRing {
    /// The first one seals.
    keys: Vec<RingKey>,
}

#[derive(Clone)]
struct RingKey {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

/// A sealed secret, as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which key of the ring opens it.
    pub ring_key_id: String,
    /// The nonce, then the ciphertext with its tag.
    pub bytes: Vec<u8>,
}

/// Where a sealed secret belongs. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealPlace {
    /// The API key.
    pub key_id: KeyId,
    /// Its owner.
    pub user_id: UserId,
    /// Which of the key's secrets, counted from 1.
    pub secret_number: u32,
}

/// Why a ring cannot be read, or a secret cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// The text is no key ring.
    #[error("not a key ring: {0}; restore the file from its backup")]
    Unreadable(&'static str),
    /// `STORAGE_KEY` is not 32 bytes in base64.
    #[error(
        "STORAGE_KEY must be 32 bytes in base64 and is {0}; make one with: openssl rand -base64 32"
    )]
    StorageKey(String),
    /// The ring lacks the key that sealed the secret.
    #[error("the key ring has no key {0:?}, which sealed this secret; restore that key")]
    KeyMissing(String),
    /// The secret does not open: altered, moved from another row, or the key was altered.
    #[error("a sealed secret does not open: it was altered, or belongs to another key or user")]
    DoesNotOpen,
    /// The only key, or the one that seals, cannot be dropped.
    #[error("the key {0:?} seals new secrets and cannot be dropped; add a new one first")]
    InUse(String),
}

/// The file: `{"format": 1, "keys": [{"id": "…", "key": "<base64>"}]}`, the sealing key first.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFile<'a> {
    format: u32,
    #[serde(borrow)]
    keys: Vec<RingFileKey<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFileKey<'a> {
    id: &'a str,
    key: Zeroizing<String>,
}

impl KeyRing {
    /// A new ring of one key.
    pub fn new(chance: &dyn Chance) -> Self {
        Self {
            keys: vec![RingKey::new(chance)],
        }
    }

    /// A ring of the one key in `STORAGE_KEY`: 32 bytes in base64, of either alphabet, padded
    /// or not. Its id follows from the key, so the same key always has the same id.
    ///
    /// # Errors
    /// [`KeyRingError::StorageKey`].
    pub fn from_storage_key(text: &str) -> Result<Self, KeyRingError> {
        let text = text.trim().trim_end_matches('=');
        let decoded = BASE64_STANDARD_NO_PAD
            .decode(text)
            .or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(text))
            .map_err(|_| KeyRingError::StorageKey("not base64".to_owned()))?;
        let decoded = Zeroizing::new(decoded);
        let key = decoded
            .as_slice()
            .try_into()
            .map_err(|_| KeyRingError::StorageKey(format!("{} bytes", decoded.len())))?;
        let key = RingKey::derived(key);
        Ok(Self { keys: vec![key] })
    }

    /// Reads what [`KeyRing::to_text`] prints.
    ///
    /// # Errors
    /// [`KeyRingError::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let unreadable = KeyRingError::Unreadable;
        // The parser's own message may quote the file, so it is not passed on.
        let file: RingFile<'_> = serde_json::from_str(text)
            .map_err(|_| unreadable("the text is not the JSON that this program writes"))?;
        if file.format != FORMAT {
            return Err(unreadable("the format is not 1: a newer version wrote it"));
        }
        let mut keys: Vec<RingKey> = Vec::with_capacity(file.keys.len());
        for entry in &file.keys {
            let bytes = BASE64_STANDARD
                .decode(entry.key.as_bytes())
                .map_err(|_| unreadable("a key is not base64"))?;
            let bytes = Zeroizing::new(bytes);
            if entry.id.is_empty() || keys.iter().any(|known| known.id == entry.id) {
                return Err(unreadable("two keys have the same id, or one has none"));
            }
            let key = bytes
                .as_slice()
                .try_into()
                .map_err(|_| unreadable("a key is not 32 bytes long"))?;
            keys.push(RingKey {
                id: entry.id.to_owned(),
                key: Zeroizing::new(key),
            });
        }
        if keys.is_empty() {
            return Err(unreadable("it holds no key"));
        }
        Ok(Self { keys })
    }

    /// The text of the ring's file. It holds the keys themselves: mode 0600, and never
    /// stored beside a backup of the database.
    pub fn to_text(&self) -> Zeroizing<String> {
        let file = RingFile {
            format: FORMAT,
            keys: self.keys.iter().map(RingKey::for_file).collect(),
        };
        let mut text =
            serde_json::to_string_pretty(&file).expect("strings and numbers can be printed");
        text.push('\n');
        Zeroizing::new(text)
    }

    /// The id of the key that seals.
    pub fn sealing_key_id(&self) -> &str {
        &self.keys[0].id
    }

    /// The ids of all keys, the sealing one first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    /// Puts a new key at the front: it seals from now on, and the others still open.
    pub fn rotate(&mut self, chance: &dyn Chance) {
        self.keys.insert(0, RingKey::new(chance));
    }

    /// Puts the other ring's keys behind those of this one, leaving out known ids. Joins a
    /// `STORAGE_KEY` to a file.
    pub fn adopt(&mut self, other: Self) {
        for key in other.keys {
            if self.find(&key.id).is_none() {
                self.keys.push(key);
            }
        }
    }

    /// Drops a key after everything it sealed was re-wrapped.
    ///
    /// # Errors
    /// [`KeyRingError::InUse`] for the sealing key, [`KeyRingError::KeyMissing`] for an
    /// unknown one.
    pub fn drop_key(&mut self, id: &str) -> Result<(), KeyRingError> {
        match self.keys.iter().position(|key| key.id == id) {
            None => Err(KeyRingError::KeyMissing(id.to_owned())),
            Some(0) => Err(KeyRingError::InUse(id.to_owned())),
            Some(place) => {
                self.keys.remove(place);
                Ok(())
            }
        }
    }

    /// Seals a secret for its place.
    pub fn seal(&self, secret: &Secret, place: &SealPlace, chance: &dyn Chance) -> Sealed {
        self.seal_text(secret.expose(), place, chance)
    }

    /// Opens a sealed secret at its place.
    ///
    /// # Errors
    /// [`KeyRingError::KeyMissing`], or [`KeyRingError::DoesNotOpen`] for bytes that were
    /// altered or stand in the wrong row.
    pub fn open(&self, sealed: &Sealed, place: &SealPlace) -> Result<Secret, KeyRingError> {
        let key = self
            .find(&sealed.ring_key_id)
            .ok_or_else(|| KeyRingError::KeyMissing(sealed.ring_key_id.clone()))?;
        let (nonce, ciphertext) = sealed
            .bytes
            .split_first_chunk::<NONCE>()
            .ok_or(KeyRingError::DoesNotOpen)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &place.associated_data(),
        };
        let text = key
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| KeyRingError::DoesNotOpen)?;
        let text = Zeroizing::new(text);
        std::str::from_utf8(&text)
            .ok()
            .and_then(|text| Secret::parse(text).ok())
            .ok_or(KeyRingError::DoesNotOpen)
    }

    /// Seals again under the sealing key what an older key sealed; `None` when there is
    /// nothing to do. So re-wrapping can stop at any row and begin again.
    ///
    /// # Errors
    /// As [`KeyRing::open`].
    pub fn rewrap(
        &self,
        sealed: &Sealed,
        place: &SealPlace,
        chance: &dyn Chance,
    ) -> Result<Option<Sealed>, KeyRingError> {
        if sealed.ring_key_id == self.sealing_key_id() {
            return Ok(None);
        }
        let secret = self.open(sealed, place)?;
        Ok(Some(self.seal(&secret, place, chance)))
    }

    fn seal_text(&self, text: &str, place: &SealPlace, chance: &dyn Chance) -> Sealed {
        let key = &self.keys[0];
        let nonce = *random::bytes::<NONCE>(chance);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: &place.associated_data(),
        };
        let ciphertext = key
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("fifty bytes are below the cipher's limit of 256 GiB");
        Sealed {
            ring_key_id: key.id.clone(),
            bytes: [nonce.as_slice(), &ciphertext].concat(),
        }
    }

    fn find(&self, id: &str) -> Option<&RingKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl RingKey {
    fn new(chance: &dyn Chance) -> Self {
        Self::derived(*random::bytes(chance))
    }

    /// The id is the start of the key's hash: enough to find it, nothing about it.
    fn derived(key: [u8; 32]) -> Self {
        let hash = Sha256::new()
            .chain_update(b"lamina ring key id, version 1")
            .chain_update(key)
            .finalize();
        Self {
            id: BASE64_URL_SAFE_NO_PAD.encode(&hash[..9]),
            key: Zeroizing::new(key),
        }
    }

    fn for_file(&self) -> RingFileKey<'_> {
        RingFileKey {
            id: &self.id,
            key: Zeroizing::new(BASE64_STANDARD.encode(*self.key)),
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.key).into())
    }
}

impl SealPlace {
    fn associated_data(&self) -> Vec<u8> {
        format!("v1|{}|{}|{}", self.key_id, self.user_id, self.secret_number).into_bytes()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.key_ids().collect();
        write!(f, "KeyRing({ids:?}, redacted)")
    }
}
