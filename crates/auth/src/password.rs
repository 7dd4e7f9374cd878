//! Passwords: their rules, their hash, and the check at sign-in.
//!
//! Argon2id at the floor that OWASP names (19 MiB, two passes, one lane). The rules are those
//! of NIST SP 800-63B: a least length, a list of what everybody tries, the whole text
//! counted, no rules about kinds of characters, no expiry. Text is brought to Unicode NFKC
//! first, so that the same password typed on another keyboard is the same password; spaces,
//! case and control characters stay. A hash takes tens of milliseconds and the memory above:
//! whoever calls bounds how many run at once.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use lamina_model::Chance;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::random;

mod phc;
mod weak;

/// The longest password, in UTF-8 bytes, before and after normalisation. Longer ones are
/// refused, never cut.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// A typed password in its normal form. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// What a new password must fulfil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    min_chars: usize,
}

/// Words that the password of one person must not be made of.
#[derive(Debug, Clone, Copy, Default)]
pub struct PasswordContext<'a> {
    /// The e-mail address the person signs in with.
    pub email: &'a str,
    /// The person's name.
    pub name: &'a str,
}

/// How much work a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// Why a password is refused. The password itself is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Longer than [`MAX_PASSWORD_BYTES`].
    #[error("the password is longer than {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
    /// Too few characters.
    #[error(
        "the password has {chars} characters and must have at least {min_chars}; a few unrelated words are good"
    )]
    TooShort {
        /// How many it has.
        chars: usize,
        /// How many it must have.
        min_chars: usize,
    },
    /// Made of what everybody tries first.
    #[error(
        "the password is made of common words, repetitions or keyboard rows; take a few unrelated words"
    )]
    Common,
    /// Made of the person's or the product's name.
    #[error(
        "the password is made of your address, your name or this product's name; take a few unrelated words"
    )]
    Personal,
    /// The operator asked for less than eight characters.
    #[error("the least password length cannot be set below 8 characters; {0} was asked for")]
    PolicyTooWeak(usize),
}

/// A stored hash that is no Argon2id hash, or asks for absurd work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored password hash is not a usable argon2id hash; reset the password")]
pub struct StoredHashError;

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordMatch {
    /// Another password.
    Wrong,
    /// The right one.
    Right,
    /// The right one, hashed at another cost than today's: hash it again and store that.
    RightButOutdated,
}

impl Password {
    /// Takes a password as typed, and brings it to its normal form.
    ///
    /// # Errors
    /// [`PasswordError::TooLong`].
    pub fn new(typed: &str) -> Result<Self, PasswordError> {
        if typed.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordError::TooLong);
        }
        // NFKC can lengthen a text elevenfold at most, so this bounds the memory too.
        let normal = Zeroizing::new(typed.nfkc().collect::<String>());
        if normal.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordError::TooLong);
        }
        Ok(Self(normal))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

impl Default for PasswordPolicy {
    /// Fifteen characters.
    fn default() -> Self {
        Self { min_chars: 15 }
    }
}

impl PasswordPolicy {
    /// A policy with another least length.
    ///
    /// # Errors
    /// [`PasswordError::PolicyTooWeak`] below eight.
    pub fn with_min_chars(min_chars: usize) -> Result<Self, PasswordError> {
        if min_chars < 8 {
            return Err(PasswordError::PolicyTooWeak(min_chars));
        }
        Ok(Self { min_chars })
    }

    /// Checks a new password. Not asked at sign-in, so old passwords go on working.
    ///
    /// # Errors
    /// [`PasswordError`] says what to change.
    pub fn check(
        &self,
        password: &Password,
        context: &PasswordContext<'_>,
    ) -> Result<(), PasswordError> {
        let chars = password.0.chars().count();
        if chars < self.min_chars {
            return Err(PasswordError::TooShort {
                chars,
                min_chars: self.min_chars,
            });
        }
        if weak::is_common(&password.0, &[]) {
            return Err(PasswordError::Common);
        }
        if is_ones_own(&password.0, context)
            || weak::is_common(&password.0, &weak::words_of(context))
        {
            return Err(PasswordError::Personal);
        }
        Ok(())
    }
}

/// Whether a password is the person's whole address or name.
fn is_ones_own(password: &str, context: &PasswordContext<'_>) -> bool {
    let plain = password.trim().to_lowercase();
    !plain.is_empty()
        && [context.email, context.name]
            .iter()
            .any(|own| own.trim().to_lowercase() == plain)
}

impl Default for PasswordCost {
    /// 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}

/// The memory of one hash at work, kept for the next one. A server whose hashes run on ever other
/// threads would else end up with that much memory for each of them: allocators keep what a thread
/// freed for that thread.
#[derive(Default)]
pub struct PasswordMemory(Vec<Block>);

impl fmt::Debug for PasswordMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordMemory({} KiB)", self.0.len())
    }
}

impl PasswordCost {
    /// Hashes a password for storage, as a PHC string that carries its own cost and salt.
    pub fn hash(&self, password: &Password, chance: &dyn Chance) -> String {
        self.hash_in(&mut PasswordMemory::default(), password, chance)
    }

    /// The same in memory that is there already.
    pub fn hash_in(
        &self,
        memory: &mut PasswordMemory,
        password: &Password,
        chance: &dyn Chance,
    ) -> String {
        let salt = random::bytes::<16>(chance);
        let hash = self.run(memory, password, &*salt);
        phc::Stored {
            cost: *self,
            salt: salt.to_vec(),
            hash: *hash,
        }
        .to_text()
    }

    /// Checks a password against a stored hash. The whole password counts, an empty one too.
    ///
    /// # Errors
    /// [`StoredHashError`] when the stored text is damaged.
    pub fn verify(
        &self,
        stored: &str,
        password: &Password,
    ) -> Result<PasswordMatch, StoredHashError> {
        self.verify_in(&mut PasswordMemory::default(), stored, password)
    }

    /// The same in memory that is there already.
    ///
    /// # Errors
    /// [`StoredHashError`] when the stored text is damaged.
    pub fn verify_in(
        &self,
        memory: &mut PasswordMemory,
        stored: &str,
        password: &Password,
    ) -> Result<PasswordMatch, StoredHashError> {
        let stored = phc::Stored::parse(stored)?;
        let hash = stored.cost.run(memory, password, &stored.salt);
        Ok(if !bool::from(hash.ct_eq(&stored.hash)) {
            PasswordMatch::Wrong
        } else if stored.cost == *self {
            PasswordMatch::Right
        } else {
            PasswordMatch::RightButOutdated
        })
    }

    /// Does the work of a check and throws it away: for a name nobody has, so that time does
    /// not tell who has an account.
    pub fn verify_nobody(&self, memory: &mut PasswordMemory, password: &Password) {
        std::hint::black_box(self.run(memory, password, b"nobody has this."));
    }

    fn run(
        self,
        memory: &mut PasswordMemory,
        password: &Password,
        salt: &[u8],
    ) -> Zeroizing<[u8; 32]> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .expect("a cost is checked when it is read, and the others are constants");
        let blocks = params.block_count();
        if memory.0.len() < blocks {
            memory.0.resize_with(blocks, Block::default);
        }
        let mut hash = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                password.0.as_bytes(),
                salt,
                &mut *hash,
                &mut memory.0[..blocks],
            )
            .expect("lengths of salt, password and hash are within Argon2's limits");
        hash
    }
}
