//! A small memory of what the database said a moment ago.
//!
//! Entries live for seconds, so that what another process changed is seen soon; what this
//! process changes is forgotten at once. An answer that was on its way while something was
//! forgotten is not kept: it may be older than the change.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use lamina_model::Timestamp;

#[derive(Debug)]
pub(super) struct Recall<K, V> {
    life_s: i64,
    capacity: usize,
    changes: AtomicU64,
    entries: RwLock<HashMap<K, (Timestamp, Arc<V>)>>,
}

impl<K: Eq + Hash, V> Recall<K, V> {
    pub(super) fn new(life_s: i64, capacity: usize) -> Self {
        Self {
            life_s,
            capacity,
            changes: AtomicU64::new(0),
            entries: RwLock::new(HashMap::new()),
        }
    }

    /// What is remembered under a key, if it is fresh.
    pub(super) fn get<Q>(&self, key: &Q, now: Timestamp) -> Option<Arc<V>>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = entries.get(key)?;
        // A clock set back makes entries stale, not immortal.
        let fresh = *at <= now && now < at.plus_seconds(self.life_s);
        fresh.then(|| Arc::clone(value))
    }

    /// The number of changes so far; ask before asking the database.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Remembers what the database said, unless something was forgotten since `asked_at`.
    pub(super) fn put(&self, key: K, value: Arc<V>, now: Timestamp, asked_at: u64) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if self.changes() != asked_at {
            return;
        }
        if entries.len() >= self.capacity {
            entries.retain(|_, (at, _)| now < at.plus_seconds(self.life_s));
            if entries.len() >= self.capacity {
                entries.clear();
            }
        }
        entries.insert(key, (now, value));
    }

    /// Forgets everything. Cheap to fill again, and so nothing that hangs on a change is missed.
    pub(super) fn forget_all(&self) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        self.changes.fetch_add(1, Ordering::SeqCst);
        entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lamina_model::Timestamp;

    use super::Recall;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn entries_live_for_a_while_and_end_with_any_change() {
        let recall = Recall::<String, u8>::new(2, 10);
        recall.put("a".to_owned(), Arc::new(1), at(100), recall.changes());
        assert_eq!(recall.get("a", at(101)).as_deref(), Some(&1));
        assert_eq!(recall.get("a", at(102)), None);
        assert_eq!(recall.get("a", at(99)), None);
        recall.forget_all();
        assert_eq!(recall.get("a", at(101)), None);
    }

    #[test]
    fn an_answer_older_than_a_change_is_not_kept() {
        let recall = Recall::<String, u8>::new(2, 10);
        let asked = recall.changes();
        recall.forget_all();
        recall.put("a".to_owned(), Arc::new(1), at(100), asked);
        assert_eq!(recall.get("a", at(100)), None);
    }

    #[test]
    fn it_never_grows_beyond_its_capacity() {
        let recall = Recall::<u32, u8>::new(2, 4);
        for key in 0..100 {
            recall.put(key, Arc::new(0), at(100), recall.changes());
        }
        assert!(recall.entries.read().unwrap().len() <= 4);
    }
}
