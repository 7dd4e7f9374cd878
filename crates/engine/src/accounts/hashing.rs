//! Password hashing with a bound: so many at a time, so many waiting, never on async threads.

use std::sync::{Arc, Mutex, PoisonError};

use lamina_auth::{Password, PasswordCost, PasswordMatch, PasswordMemory};
use tokio::sync::{Semaphore, TryAcquireError};

use crate::Error;

/// Hashes passwords. Each hash at work holds the memory that its cost says; the others wait, and
/// beyond a number of waiting ones new ones are sent away, so that a flood of sign-ins neither
/// fills the memory nor holds up other requests.
#[derive(Debug)]
pub(crate) struct HashPool {
    cost: PasswordCost,
    at_work: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
    /// The memory of those that are not at work, to be used again. A flood on two processors, every
    /// hash in memory of its own, was seen to leave 600 MiB behind.
    memories: Arc<Mutex<Vec<PasswordMemory>>>,
}

/// More at a time would hold memory and gain little: each can do some fifty a second.
const MOST_WORKERS: usize = 4;
/// How many may wait for each that is at work.
const IN_LINE_PER_WORKER: usize = 16;

impl HashPool {
    /// A pool that works on `workers` passwords at a time.
    pub(crate) fn new(cost: PasswordCost, workers: usize) -> Self {
        let workers = workers.clamp(1, MOST_WORKERS);
        Self {
            cost,
            at_work: Arc::new(Semaphore::new(workers)),
            in_line: Arc::new(Semaphore::new(workers * IN_LINE_PER_WORKER)),
            memories: Arc::default(),
        }
    }

    /// Checks a password against a stored hash; against nobody's when there is none, which takes
    /// the same time and is always wrong.
    ///
    /// # Errors
    /// [`Error::Busy`] when the line is full; [`Error::Internal`] for a damaged stored hash.
    pub(crate) async fn verify(
        &self,
        stored: Option<String>,
        password: Password,
    ) -> Result<PasswordMatch, Error> {
        let cost = self.cost;
        self.work(move |memory| {
            if let Some(stored) = stored {
                return cost.verify_in(memory, &stored, &password);
            }
            cost.verify_nobody(memory, &password);
            Ok(PasswordMatch::Wrong)
        })
        .await?
        .map_err(Error::internal)
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Error::Busy`] when the line is full.
    pub(crate) async fn hash(
        &self,
        password: Password,
        chance: Arc<dyn lamina_model::Chance>,
    ) -> Result<String, Error> {
        let cost = self.cost;
        self.work(move |memory| cost.hash_in(memory, &password, chance.as_ref()))
            .await
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut PasswordMemory) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = Arc::clone(&self.in_line)
            .try_acquire_owned()
            .map_err(|cause| match cause {
                TryAcquireError::NoPermits => Error::Busy {
                    why: "too many people are signing in just now; try again in a few seconds"
                        .to_owned(),
                    retry_after_s: 5,
                },
                TryAcquireError::Closed => Error::internal(cause),
            })?;
        let turn = Arc::clone(&self.at_work)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let memories = Arc::clone(&self.memories);
        // The permits go along: a caller who hangs up does not make room while the hash runs on.
        tokio::task::spawn_blocking(move || {
            let free = || memories.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = free().pop().unwrap_or_default();
            let done = job(&mut memory);
            free().push(memory);
            drop((turn, place));
            done
        })
        .await
        .map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use lamina_auth::{Password, PasswordCost, PasswordMatch};

    use super::HashPool;

    const CHEAP: PasswordCost = PasswordCost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    #[tokio::test]
    async fn a_right_password_is_told_from_a_wrong_one_and_from_nobodys() {
        let pool = HashPool::new(CHEAP, 1);
        let chance = std::sync::Arc::new(lamina_testkit::CountingChance::new());
        let right = Password::new("four words in a row").unwrap();
        let stored = pool.hash(right.clone(), chance).await.unwrap();
        assert_eq!(
            pool.verify(Some(stored.clone()), right.clone())
                .await
                .unwrap(),
            PasswordMatch::Right
        );
        let wrong = Password::new("").unwrap();
        assert_eq!(
            pool.verify(Some(stored), wrong).await.unwrap(),
            PasswordMatch::Wrong
        );
        assert_eq!(
            pool.verify(None, right).await.unwrap(),
            PasswordMatch::Wrong
        );
    }

    #[tokio::test]
    async fn beyond_a_full_line_people_are_told_to_come_back() {
        let pool = HashPool::new(CHEAP, 1);
        let line = pool.in_line.try_acquire_many(16).unwrap();
        let password = Password::new("four words in a row").unwrap();
        let refused = pool.verify(None, password.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "busy");
        drop(line);
        assert!(pool.verify(None, password).await.is_ok());
    }
}
