//! What a model said of the last few things that it was asked about. Somebody leafing through
//! pages asks for the same each time, and the model takes longer than all else of such a request.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// How many answers are kept.
const MOST: usize = 64;

/// The latest answers, the one asked for last at the end.
#[derive(Debug)]
pub(crate) struct Latest<K, V>(Mutex<VecDeque<(K, Arc<V>)>>);

impl<K, V> Default for Latest<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V> Latest<K, V> {
    pub(super) fn find<Q: PartialEq + ?Sized>(&self, key: &Q) -> Option<Arc<V>>
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = known.iter().position(|(of, _)| of.borrow() == key)?;
        let entry = known.remove(at)?;
        let value = Arc::clone(&entry.1);
        known.push_back(entry);
        Some(value)
    }

    pub(super) fn remember(&self, key: K, value: &Arc<V>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(of, _)| *of != key);
        known.push_back((key, Arc::clone(value)));
        while known.len() > MOST {
            known.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Latest, MOST};

    #[test]
    fn what_was_asked_for_last_is_kept_the_longest() {
        let latest = Latest::<usize, usize>::default();
        for key in 0..MOST {
            latest.remember(key, &Arc::new(key * 2));
        }
        assert_eq!(latest.find(&0).as_deref(), Some(&0));
        latest.remember(MOST, &Arc::new(7));
        assert_eq!(latest.find(&1), None);
        assert_eq!(latest.find(&0).as_deref(), Some(&0));
        assert_eq!(latest.find(&MOST).as_deref(), Some(&7));
    }

    #[test]
    fn a_newer_answer_takes_the_place_of_the_older() {
        let latest = Latest::<&str, u8>::default();
        latest.remember("a", &Arc::new(1));
        latest.remember("a", &Arc::new(2));
        assert_eq!(latest.find("a").as_deref(), Some(&2));
    }
}
