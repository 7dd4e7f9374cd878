//! Sealing stored secrets anew under the first key of the ring.

use lamina_auth::{KeyRing, SealPlace, Sealed};

use crate::{Engine, Error};

const BATCH: usize = 100;

impl Engine {
    /// Takes another ring into use and seals every stored secret under its first key; gives how
    /// many. Each secret is done whole or not at all, so it can be stopped and called again.
    ///
    /// # Errors
    /// [`Error::Internal`] when a secret does not open with any key of the ring: then no key may
    /// be taken out of it.
    pub async fn seal_anew(&self, ring: KeyRing) -> Result<u64, Error> {
        let accounts = self.accounts()?;
        accounts.set_ring(ring);
        let ring = accounts.ring();
        let mut done = 0;
        loop {
            let batch = self
                .store()
                .secrets_to_rewrap(ring.sealing_key_id(), BATCH)
                .await?;
            if batch.is_empty() {
                accounts.known_keys.forget_all();
                return Ok(done);
            }
            for stored in batch {
                let place = SealPlace {
                    key_id: super::keys::parse_key_id(&stored.key_id)?,
                    user_id: stored.user_id,
                    secret_number: stored.number,
                };
                let before = Sealed {
                    ring_key_id: stored.ring_key_id.clone(),
                    bytes: stored.sealed.clone(),
                };
                let after = ring
                    .rewrap(&before, &place, self.chance())
                    .map_err(Error::internal)?;
                if let Some(after) = after
                    && self
                        .store()
                        .rewrap_secret(&stored, &after.ring_key_id, &after.bytes)
                        .await?
                {
                    done += 1;
                }
            }
        }
    }
}
