//! The `VL_AUTH` cookie: lets another site show one dataset in a frame, read only.
//!
//! Its value is a Fernet token (<https://github.com/fernet/spec>) over
//! `customer_name+<unix seconds>` under a key that both sides share. Fernet is HMAC-SHA256
//! over AES-128-CBC; the specification is written out here over `aes`, `cbc` and `hmac`,
//! because the crate of that name has another licence and two more dependencies than the
//! eighty lines have. Which dataset the visitor sees is configuration elsewhere.

use std::fmt;

use aes::Aes128;
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use hmac::{Hmac, KeyInit, Mac};
use lamina_model::{Chance, Timestamp};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::random;

/// The name of the embedding cookie.
pub const EMBED_COOKIE: &str = "VL_AUTH";

/// Version, time, IV, at least one block, HMAC.
const LEAST_BYTES: usize = 1 + 8 + 16 + 16 + 32;
const MAX_TEXT: usize = 2048;
const VERSION: u8 = 0x80;
/// Browsers and languages differ about the padding of base64, so both spellings are read.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The key shared with the embedding site: 16 bytes to sign, 16 to encrypt. Wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct EmbedKey {
    signing: [u8; 16],
    encryption: [u8; 16],
}

/// Who the cookie says is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbedVisitor {
    /// The customer's name, as the embedding site wrote it.
    pub customer_name: String,
    /// When the cookie was made: the earlier of the two times in it.
    pub made_at: Timestamp,
}

/// Why an embedding cookie is refused. Nothing of the cookie is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// The configured key is no Fernet key.
    #[error("the embedding key must be 32 bytes in base64url")]
    Key,
    /// No Fernet token, or made with another key.
    #[error("the VL_AUTH cookie is not a Fernet token made with the shared key")]
    NotOurs,
    /// The content is no name and time.
    #[error("the VL_AUTH cookie must hold customer_name+<unix seconds>")]
    Content,
    /// Too old.
    #[error(
        "the VL_AUTH cookie was made {age_s} s ago and counts for {max_age_s} s; make a new one"
    )]
    TooOld {
        /// Its age in seconds.
        age_s: u64,
        /// The age allowed, in seconds.
        max_age_s: u32,
    },
    /// From the future by more than a minute.
    #[error("the VL_AUTH cookie was made {ahead_s} s ahead of this server's time; sync the clocks")]
    FromTheFuture {
        /// How far ahead, in seconds.
        ahead_s: u64,
    },
}

impl EmbedKey {
    /// Reads a Fernet key: 32 bytes in base64url.
    ///
    /// # Errors
    /// [`EmbedError::Key`] for every other text.
    pub fn parse(text: &str) -> Result<Self, EmbedError> {
        let bytes = Zeroizing::new(BASE64.decode(text.trim()).map_err(|_| EmbedError::Key)?);
        let halves = bytes.split_first_chunk::<16>();
        let (signing, rest) = halves.ok_or(EmbedError::Key)?;
        let encryption = rest.try_into().map_err(|_| EmbedError::Key)?;
        Ok(Self {
            signing: *signing,
            encryption,
        })
    }

    /// Opens a cookie's value and checks its age.
    ///
    /// # Errors
    /// [`EmbedError`] says why the cookie is refused.
    pub fn open(
        &self,
        cookie: &str,
        now: Timestamp,
        max_age_s: u32,
    ) -> Result<EmbedVisitor, EmbedError> {
        let (stamped, content) = self.decrypt(cookie)?;
        let (customer_name, written) = name_and_seconds(&content).ok_or(EmbedError::Content)?;
        for seconds in [stamped, written] {
            check_age(seconds, now, max_age_s)?;
        }
        Ok(EmbedVisitor {
            customer_name: customer_name.to_owned(),
            made_at: Timestamp::from_seconds(stamped.min(written)),
        })
    }

    /// Makes a cookie's value, as the embedding site would.
    pub fn seal(&self, customer_name: &str, now: Timestamp, chance: &dyn Chance) -> String {
        let content = format!("{customer_name}+{}", now.as_seconds());
        self.encrypt(content.as_bytes(), now.as_seconds(), &random::bytes(chance))
    }

    fn encrypt(&self, content: &[u8], seconds: i64, iv: &[u8; 16]) -> String {
        let mut token = vec![VERSION];
        token.extend(seconds.to_be_bytes());
        token.extend(iv);
        let cipher = cbc::Encryptor::<Aes128>::new(&self.encryption.into(), &(*iv).into());
        token.extend(cipher.encrypt_padded_vec::<Pkcs7>(content));
        let mac = self.mac(&token).finalize().into_bytes();
        token.extend(mac);
        BASE64.encode(token)
    }

    /// The token's own time, in seconds, and its content.
    fn decrypt(&self, cookie: &str) -> Result<(i64, String), EmbedError> {
        if cookie.len() > MAX_TEXT {
            return Err(EmbedError::NotOurs);
        }
        // PHP's setcookie and others write `=` as `%3D`.
        let cookie = cookie.replace("%3D", "=").replace("%3d", "=");
        let token = BASE64.decode(cookie).map_err(|_| EmbedError::NotOurs)?;
        if token.len() < LEAST_BYTES || token[0] != VERSION {
            return Err(EmbedError::NotOurs);
        }
        let (signed, mac) = token.split_last_chunk::<32>().ok_or(EmbedError::NotOurs)?;
        // The MAC comes first: without it, the padding would be an oracle.
        self.mac(signed)
            .verify_slice(mac)
            .map_err(|_| EmbedError::NotOurs)?;
        let (seconds, rest) = signed[1..]
            .split_first_chunk::<8>()
            .ok_or(EmbedError::NotOurs)?;
        let (iv, ciphertext) = rest.split_first_chunk::<16>().ok_or(EmbedError::NotOurs)?;
        let content = cbc::Decryptor::<Aes128>::new(&self.encryption.into(), &(*iv).into())
            .decrypt_padded_vec::<Pkcs7>(ciphertext)
            .map_err(|_| EmbedError::NotOurs)?;
        let content = String::from_utf8(content).map_err(|_| EmbedError::Content)?;
        Ok((i64::from_be_bytes(*seconds), content))
    }

    fn mac(&self, signed: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.signing).expect("HMAC takes keys of any length");
        mac.update(signed);
        mac
    }
}

impl fmt::Debug for EmbedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmbedKey(redacted)")
    }
}

/// Splits `name+seconds` at the last plus sign. The name is what a person typed: no control
/// characters, so that it can stand in a log.
fn name_and_seconds(content: &str) -> Option<(&str, i64)> {
    let (name, seconds) = content.rsplit_once('+')?;
    let seconds = seconds.strip_suffix(['\n', ' ']).unwrap_or(seconds);
    let digits = (1..=12).contains(&seconds.len()) && seconds.bytes().all(|b| b.is_ascii_digit());
    let fine = digits && !name.is_empty() && !name.chars().any(char::is_control);
    fine.then(|| seconds.parse().ok().map(|seconds| (name, seconds)))?
}

fn check_age(made_s: i64, now: Timestamp, max_age_s: u32) -> Result<(), EmbedError> {
    let now_s = now.as_seconds();
    let age_s = now_s.saturating_sub(made_s);
    if age_s > i64::from(max_age_s) {
        let age_s = age_s.unsigned_abs();
        return Err(EmbedError::TooOld { age_s, max_age_s });
    }
    if age_s < -60 {
        let ahead_s = age_s.unsigned_abs();
        return Err(EmbedError::FromTheFuture { ahead_s });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::EmbedKey;

    #[test]
    fn the_example_of_the_fernet_specification_is_made_and_opened() {
        // https://github.com/fernet/spec, generate.json
        let key = EmbedKey::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap();
        let iv = std::array::from_fn(|index| u8::try_from(index).unwrap());
        let token = key.encrypt(b"hello", 499_162_800, &iv);
        assert_eq!(
            token,
            "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="
        );
        assert_eq!(
            key.decrypt(&token).unwrap(),
            (499_162_800, "hello".to_owned())
        );
    }
}
