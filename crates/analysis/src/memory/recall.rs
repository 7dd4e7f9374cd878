//! Numbers of today for what was numbered before.

use super::Key;

/// Stands for a row that there is not.
const NONE: u32 = u32::MAX;

/// The pictures of before beside those of today. Both are in the order of their keys, so of two
/// pictures that stay the lower stays the lower.
pub(crate) struct Recall {
    /// What each row of today was.
    was: Vec<u32>,
    /// What each row of before is now.
    now: Vec<u32>,
    /// How many rows of today lie before each of before, and before the end.
    behind: Vec<u32>,
}

impl Recall {
    /// Both in order.
    pub(crate) fn new(before: &[Key], today: &[Key]) -> Self {
        let mut recall = Self {
            was: vec![NONE; today.len()],
            now: vec![NONE; before.len()],
            behind: Vec::with_capacity(before.len() + 1),
        };
        let mut at = 0;
        for (old, key) in before.iter().enumerate() {
            while today.get(at).is_some_and(|now| now < key) {
                at += 1;
            }
            recall.behind.push(at as u32);
            if today.get(at) == Some(key) {
                recall.was[at] = old as u32;
                recall.now[old] = at as u32;
            }
        }
        recall.behind.push(today.len() as u32);
        recall
    }

    /// What a row of today was.
    pub(crate) fn was(&self, row: u32) -> Option<u32> {
        Some(self.was[row as usize]).filter(|was| *was != NONE)
    }

    /// What each row of today was.
    pub(crate) fn were(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        (0..self.was.len() as u32).map(|row| self.was(row))
    }

    /// What a row of before is now.
    pub(crate) fn now(&self, was: u32) -> Option<u32> {
        Some(self.now[was as usize]).filter(|now| *now != NONE)
    }

    /// How many rows of today lie before a row of before, or all for the number behind the last.
    pub(crate) fn behind(&self, was: u32) -> u32 {
        self.behind[was as usize]
    }
}

/// Something that is remembered, in the numbers of before. Whoever is given it lets go of it as
/// soon as it was read.
pub(crate) struct Remembered<'a, T> {
    pub(crate) what: T,
    pub(crate) recall: &'a Recall,
}
