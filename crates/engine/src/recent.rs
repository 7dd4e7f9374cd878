//! What the database said a moment ago about a dataset, for those who ask again and again.
//!
//! Scripts read one dataset many times a second, and asking the database costs ten times as much
//! as all the rest of such a request. An answer counts only while this process has written nothing
//! since, whatever it was, so no verb has to think of it; and for a second at most, so that what
//! another process wrote is seen soon. Who may not see a dataset is always answered by the
//! database: what is hidden and what is not there must take the same time.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock},
};

use lamina_model::{Dataset, DatasetId, DatasetRole, MediaId, Timestamp, UserId};

/// How long another process's writes may go unseen, in microseconds.
const LIFE_US: i64 = 1_000_000;
/// Most answers kept of each kind; some kilobytes each.
const CAPACITY: usize = 4096;

/// What is remembered.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    /// A dataset and the role that somebody has in it.
    pub(crate) access: Answers<(DatasetId, Option<UserId>), Access>,
    /// What is shown beside a dataset.
    pub(crate) beside: Answers<DatasetId, Beside>,
}

/// A dataset, and the role under which it was shared with whoever asked.
#[derive(Debug)]
pub(crate) struct Access {
    /// The dataset.
    pub(crate) dataset: Arc<Dataset>,
    /// The role; nothing when it was not shared with them.
    pub(crate) member: Option<DatasetRole>,
}

/// What is shown beside a dataset, to whom it may be shown.
#[derive(Debug)]
pub(crate) struct Beside {
    /// The address of whoever made it.
    pub(crate) owner: Option<String>,
    /// Its first pictures.
    pub(crate) previews: Vec<MediaId>,
}

/// When something was asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The time.
    pub(crate) at: Timestamp,
    /// How often this process had written by then.
    pub(crate) writes: u64,
}

/// Answers of one kind.
pub(crate) struct Answers<K, V>(RwLock<HashMap<K, (Asked, Arc<V>)>>);

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(RwLock::new(HashMap::new()))
    }
}

impl<K, V> fmt::Debug for Answers<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answers")
    }
}

impl<K: Eq + Hash, V> Answers<K, V> {
    /// The answer that still counts for who asks now.
    pub(crate) fn get(&self, key: &K, now: Asked) -> Option<Arc<V>> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (asked, value) = answers.get(key)?;
        counts(*asked, now).then(|| Arc::clone(value))
    }

    /// Remembers an answer to what was asked before the database was.
    pub(crate) fn put(&self, key: K, value: Arc<V>, asked: Asked) {
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= CAPACITY {
            answers.retain(|_, (other, _)| counts(*other, asked));
            if answers.len() >= CAPACITY {
                answers.clear();
            }
        }
        answers.insert(key, (asked, value));
    }
}

fn counts(asked: Asked, now: Asked) -> bool {
    let age_us = now.at.as_micros().saturating_sub(asked.at.as_micros());
    // A clock set back makes an answer stale, not immortal.
    asked.writes == now.writes && (0..LIFE_US).contains(&age_us)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lamina_model::Timestamp;

    use super::{Answers, Asked, CAPACITY};

    fn asked(at_ms: i64, writes: u64) -> Asked {
        Asked {
            at: Timestamp::from_micros(at_ms * 1000),
            writes,
        }
    }

    #[test]
    fn an_answer_counts_for_a_second_and_until_the_next_write() {
        let answers = Answers::default();
        answers.put("a", Arc::new(1), asked(5000, 7));
        assert_eq!(answers.get(&"a", asked(5999, 7)).as_deref(), Some(&1));
        for later in [asked(6000, 7), asked(5000, 8), asked(4999, 7)] {
            assert_eq!(answers.get(&"a", later), None, "{later:?}");
        }
        assert_eq!(answers.get(&"b", asked(5000, 7)), None);
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let answers = Answers::default();
        for key in 0..3 * CAPACITY {
            answers.put(key, Arc::new(()), asked(0, 0));
        }
        assert!(answers.0.read().unwrap().len() <= CAPACITY);
    }
}
