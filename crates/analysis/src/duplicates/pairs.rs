//! Pairs of pictures, before and after they are laid over each other.
//!
//! Among look-alikes there are sixty for each picture, and most of them turn out to have nothing in
//! common: so a pair takes eight bytes until there is something to say of it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Laid;
use crate::likeness::Effort;

/// Two pictures, the lower first, and how hard to look. In the order of the pairs; of two that
/// differ in effort alone, the one with more comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair(u64);

impl Pair {
    /// Two different pictures, of fewer than 2³¹.
    pub(crate) fn new(one: u32, other: u32, effort: Effort) -> Self {
        let (low, high) = (one.min(other), one.max(other));
        debug_assert!(high < 1 << 31, "picture {high}");
        let usual = u64::from(effort == Effort::Usual);
        Self(u64::from(low) << 32 | u64::from(high) << 1 | usual)
    }

    /// The two, the lower first.
    pub(crate) const fn both(self) -> (u32, u32) {
        ((self.0 >> 32) as u32, (self.0 as u32) >> 1)
    }

    pub(crate) const fn effort(self) -> Effort {
        if self.0 & 1 == 1 {
            Effort::Usual
        } else {
            Effort::More
        }
    }

    /// As a number, to be kept.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    /// From such a number.
    pub(crate) const fn of_number(number: u64) -> Self {
        Self(number)
    }
}

/// Pairs as they are proposed, some of them several times.
#[derive(Default)]
pub(super) struct Proposed {
    pairs: Vec<Pair>,
    /// The length at which those that stand there twice are taken out again.
    full: usize,
}

impl Proposed {
    /// Fewer than that are not worth sorting.
    const FEW: usize = 1 << 20;

    pub(super) fn push(&mut self, pair: Pair) {
        if self.pairs.len() >= self.full.max(Self::FEW) {
            self.tidy();
            self.full = 2 * self.pairs.len();
        }
        self.pairs.push(pair);
    }

    /// All pairs, each once, with the most effort that was proposed for it.
    pub(super) fn into_pairs(mut self) -> Vec<Pair> {
        self.tidy();
        self.pairs
    }

    fn tidy(&mut self) {
        self.pairs.par_sort_unstable();
        self.pairs.dedup_by_key(|pair| pair.both());
    }
}

/// Pairs that were laid over each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Looked {
    /// Those of which there is something to say, in order.
    pub(crate) alike: Vec<Laid>,
    /// Those that have nothing in common, in order.
    pub(crate) apart: Vec<Pair>,
}

impl Looked {
    /// `laid` are those of `pairs` of which there is something to say, both in order.
    pub(super) fn new(mut pairs: Vec<Pair>, laid: Vec<Vec<Laid>>) -> Self {
        let mut alike = Vec::with_capacity(laid.iter().map(Vec::len).sum());
        alike.extend(laid.into_iter().flatten());
        let mut told = alike.iter().map(|laid: &Laid| laid.pair).peekable();
        pairs.retain(|pair| told.next_if_eq(&pair.both()).is_none());
        pairs.shrink_to_fit();
        Self {
            alike,
            apart: pairs,
        }
    }

    /// What is known of two pictures, the lower first; nothing where nobody looked.
    pub(crate) fn of(&self, pair: (u32, u32)) -> Option<Laid> {
        if let Ok(at) = self.alike.binary_search_by_key(&pair, |laid| laid.pair) {
            return Some(self.alike[at]);
        }
        let at = self.apart.binary_search_by_key(&pair, |pair| pair.both());
        Some(Laid::apart(self.apart[at.ok()?]))
    }

    /// Adds pairs that were not among these.
    pub(super) fn add(&mut self, laid: BTreeMap<(u32, u32), Laid>) {
        for laid in laid.into_values() {
            if laid.says_something() {
                self.alike.push(laid);
            } else {
                let (one, other) = laid.pair;
                self.apart.push(Pair::new(one, other, laid.effort));
            }
        }
        self.alike.sort_unstable_by_key(|laid| laid.pair);
        self.apart.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier;

    use super::*;
    use crate::likeness::Likeness;

    fn told(one: u32, other: u32) -> Laid {
        let likeness = Likeness {
            tier: DuplicateTier::Edited,
            value: 0.97,
        };
        Laid {
            likeness: Some(likeness),
            ..Laid::apart(Pair::new(one, other, Effort::Usual))
        }
    }

    #[test]
    fn a_pair_is_each_proposed_once_with_the_most_effort_however_many_there_are() {
        let mut proposed = Proposed::default();
        let many = Proposed::FEW as u32 / 2;
        for round in 0..5 {
            for at in (0..many).rev() {
                let effort = if round == 3 && at % 3 == 0 {
                    Effort::More
                } else {
                    Effort::Usual
                };
                proposed.push(Pair::new(at + 1 + at % 7, at, effort));
            }
            assert!(proposed.pairs.len() <= 2 * Proposed::FEW, "{round}");
        }
        let pairs = proposed.into_pairs();
        assert_eq!(pairs.len(), many as usize);
        for (at, pair) in (0..).zip(&pairs) {
            assert_eq!(pair.both(), (at, at + 1 + at % 7));
            assert_eq!(pair.effort() == Effort::More, at % 3 == 0, "{at}");
        }
    }

    #[test]
    fn what_was_seen_of_a_pair_is_found_whether_there_was_anything_to_say_or_not() {
        let last = u32::MAX >> 1;
        let pairs = [(0, 1), (0, 7), (3, 4), (3, last)];
        let proposed = pairs.map(|(one, other)| Pair::new(one, other, Effort::More));
        let mut looked = Looked::new(proposed.to_vec(), vec![vec![told(0, 7)], vec![told(3, 4)]]);
        let beside = [told(2, 3), Laid::apart(Pair::new(0, 5, Effort::Usual))];
        looked.add(beside.map(|laid| (laid.pair, laid)).into());
        let says = |pair| looked.of(pair).map(|laid| laid.says_something());
        for pair in [(0, 7), (2, 3), (3, 4)] {
            assert_eq!(says(pair), Some(true), "{pair:?}");
        }
        for pair in [(0, 1), (0, 5), (3, last)] {
            assert_eq!(says(pair), Some(false), "{pair:?}");
        }
        assert_eq!(looked.of((0, 1)).unwrap().effort, Effort::More);
        assert_eq!(looked.of((0, 5)).unwrap().effort, Effort::Usual);
        for pair in [(0, 2), (1, 3), (4, last)] {
            assert_eq!(says(pair), None, "{pair:?}");
        }
    }
}
