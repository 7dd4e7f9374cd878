//! Numbers of today for what was numbered before.

use super::{Key, Memory};
use crate::neighbours::{ASSIGNED, NOWHERE, Neighbourhoods};

/// Stands for a row that there is not.
const NONE: u32 = u32::MAX;

/// A memory beside the pictures of today. Both are in the order of their keys, so of two pictures
/// that stay the lower stays the lower.
pub(crate) struct Recall<'a> {
    pub(crate) memory: &'a Memory,
    /// What each row of today was.
    was: Vec<u32>,
    /// What each row of before is now.
    now: Vec<u32>,
    /// How many rows of today lie before each of before, and before the end.
    behind: Vec<u32>,
}

impl<'a> Recall<'a> {
    /// `keys` are those of today, in order.
    pub(crate) fn new(memory: &'a Memory, keys: &[Key]) -> Self {
        let mut recall = Self {
            memory,
            was: vec![NONE; keys.len()],
            now: vec![NONE; memory.keys.len()],
            behind: Vec::with_capacity(memory.keys.len() + 1),
        };
        let mut at = 0;
        for (old, key) in memory.keys.iter().enumerate() {
            while keys.get(at).is_some_and(|now| now < key) {
                at += 1;
            }
            recall.behind.push(at as u32);
            if keys.get(at) == Some(key) {
                recall.was[at] = old as u32;
                recall.now[old] = at as u32;
            }
        }
        recall.behind.push(keys.len() as u32);
        recall
    }

    /// What a row of today was.
    pub(crate) fn was(&self, row: u32) -> Option<u32> {
        Some(self.was[row as usize]).filter(|was| *was != NONE)
    }

    /// What a row of before is now.
    pub(crate) fn now(&self, was: u32) -> Option<u32> {
        Some(self.now[was as usize]).filter(|now| *now != NONE)
    }

    /// How many rows of today lie before a row of before, or all for the number behind the last.
    pub(crate) fn behind(&self, was: u32) -> u32 {
        self.behind[was as usize]
    }

    /// The neighbourhoods that rows were compared within, if so they were.
    pub(crate) const fn neighbourhoods(&self) -> Option<&'a Neighbourhoods> {
        self.memory.neighbourhoods.as_ref()
    }

    /// The same with the rows of today; new ones have no home.
    pub(crate) fn moved_neighbourhoods(&self) -> Option<Neighbourhoods> {
        let before = self.neighbourhoods()?;
        let homes = self.was.iter().map(|was| match *was {
            NONE => [NOWHERE; ASSIGNED],
            was => before.homes[was as usize],
        });
        Some(Neighbourhoods {
            chosen_for: before.chosen_for,
            landmarks: before.landmarks.clone(),
            homes: homes.collect(),
        })
    }
}
