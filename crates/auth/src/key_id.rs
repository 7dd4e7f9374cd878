//! The public half of an API key: the `api_key` of the credentials page, the `kid` of a token.
//!
//! `vlk_`, 26 random base62 characters (154 bits), 6 base62 characters of CRC-32. The check
//! lets a typing slip be told apart from a foreign key without asking the database, and
//! lets secret scanners find keys with few false alarms. It proves nothing about authority.

use std::{fmt, str::FromStr};

use lamina_model::Chance;

const PREFIX: &str = "vlk_";
const RANDOM: usize = 26;
const CHECK: usize = 6;
const BODY: usize = PREFIX.len() + RANDOM;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A well-formed API key id. That it is well formed says nothing about whether it exists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KeyId::LENGTH]);

/// Why a text is no key id. It never repeats the text, which may be anything a stranger sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyIdError {
    /// The text begins as a secret does.
    #[error("it is an api_secret (vls_...), not an api_key (vlk_...)")]
    Secret,
    /// The text does not begin with `vlk_`.
    #[error("it does not begin with vlk_ as every api_key of this server does")]
    Prefix,
    /// The text has another length.
    #[error("it is {0} bytes long where an api_key has 36")]
    Length(usize),
    /// A character outside `0-9A-Za-z` follows the prefix.
    #[error("it holds a character other than letters and digits after vlk_")]
    Alphabet,
    /// The last six characters do not fit the rest.
    #[error("its check characters do not fit: a character is mistyped, or its case was changed")]
    Check,
}

impl KeyId {
    /// The length of every key id, in bytes.
    pub const LENGTH: usize = BODY + CHECK;

    /// Draws a fresh key id.
    pub fn new(chance: &dyn Chance) -> Self {
        let mut id = [0; Self::LENGTH];
        id[..PREFIX.len()].copy_from_slice(PREFIX.as_bytes());
        let mut random = [0; RANDOM * 8];
        chance.fill(&mut random);
        for (place, eight) in id[PREFIX.len()..].iter_mut().zip(random.as_chunks().0) {
            *place = digit_from(u64::from_le_bytes(*eight));
        }
        let check = check_of(&id[..BODY]);
        id[BODY..].copy_from_slice(&check);
        Self(id)
    }

    /// Reads a key id, filtering length, alphabet and check characters.
    ///
    /// # Errors
    /// [`KeyIdError`] says which of them does not fit.
    pub fn parse(text: &str) -> Result<Self, KeyIdError> {
        let bytes = text.as_bytes();
        if bytes.starts_with(b"vls_") {
            return Err(KeyIdError::Secret);
        }
        if !bytes.starts_with(PREFIX.as_bytes()) {
            return Err(KeyIdError::Prefix);
        }
        let id: [u8; Self::LENGTH] = bytes
            .try_into()
            .map_err(|_| KeyIdError::Length(bytes.len()))?;
        if !id[PREFIX.len()..].iter().all(u8::is_ascii_alphanumeric) {
            return Err(KeyIdError::Alphabet);
        }
        if id[BODY..] != check_of(&id[..BODY]) {
            return Err(KeyIdError::Check);
        }
        Ok(Self(id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a key id holds ASCII only")
    }
}

/// Maps 64 random bits to a base62 digit. A digit is at most 62 / 2^64 likelier than another,
/// and, unlike drawing again on an odd value, this cannot loop on a stuck source.
fn digit_from(bits: u64) -> u8 {
    let index = (u128::from(bits) * 62) >> 64;
    BASE62[usize::try_from(index).expect("an index below 62 fits")]
}

/// Six base62 digits of the CRC-32 of the body, the most significant first.
fn check_of(body: &[u8]) -> [u8; CHECK] {
    let mut rest = crc32(body);
    let mut digits = [BASE62[0]; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[usize::try_from(rest % 62).expect("a remainder below 62 fits")];
        rest /= 62;
    }
    digits
}

/// CRC-32 as in ISO-HDLC (the one of zip and PNG).
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            #[expect(clippy::cast_possible_truncation, reason = "the index stays below 256")]
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 8 {
                value = (value >> 1) ^ (0xEDB8_8320 * (value & 1));
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc: u32, byte| {
        TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8)
    })
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.as_str())
    }
}

impl FromStr for KeyId {
    type Err = KeyIdError;

    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn the_check_is_the_crc_of_zip_files() {
        // The check value that the catalogue of CRC algorithms gives for CRC-32/ISO-HDLC.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
