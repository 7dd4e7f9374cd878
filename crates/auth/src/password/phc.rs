//! The PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

use super::{PasswordCost, StoredHashError};

pub(super) struct Stored {
    pub(super) cost: PasswordCost,
    pub(super) salt: Vec<u8>,
    pub(super) hash: [u8; 32],
}

impl Stored {
    pub(super) fn to_text(&self) -> String {
        format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            self.cost.memory_kib,
            self.cost.passes,
            self.cost.lanes,
            BASE64_STANDARD_NO_PAD.encode(&self.salt),
            BASE64_STANDARD_NO_PAD.encode(self.hash),
        )
    }

    pub(super) fn parse(text: &str) -> Result<Self, StoredHashError> {
        let fields: Vec<&str> = text.split('$').collect();
        let ["", "argon2id", "v=19", costs, salt, hash] = fields[..] else {
            return Err(StoredHashError);
        };
        let salt = BASE64_STANDARD_NO_PAD
            .decode(salt)
            .map_err(|_| StoredHashError)?;
        let hash = BASE64_STANDARD_NO_PAD
            .decode(hash)
            .map_err(|_| StoredHashError)?
            .try_into()
            .map_err(|_| StoredHashError)?;
        if !(8..=64).contains(&salt.len()) {
            return Err(StoredHashError);
        }
        Ok(Self {
            cost: parse_cost(costs)?,
            salt,
            hash,
        })
    }
}

/// Reads `m=…,t=…,p=…`, within bounds: a damaged row must not ask for a machine's memory.
fn parse_cost(text: &str) -> Result<PasswordCost, StoredHashError> {
    let fields: Vec<&str> = text.split(',').collect();
    let [memory, passes, lanes] = fields[..] else {
        return Err(StoredHashError);
    };
    let number = |field: &str, name: &str| -> Result<u32, StoredHashError> {
        field
            .strip_prefix(name)
            .and_then(|digits| digits.parse().ok())
            .ok_or(StoredHashError)
    };
    let cost = PasswordCost {
        memory_kib: number(memory, "m=")?,
        passes: number(passes, "t=")?,
        lanes: number(lanes, "p=")?,
    };
    let sane = (1..=16).contains(&cost.lanes)
        && (1..=32).contains(&cost.passes)
        && (8 * cost.lanes..=1_048_576).contains(&cost.memory_kib);
    if sane { Ok(cost) } else { Err(StoredHashError) }
}
