//! Pairs of pictures, before and after they are laid over each other.
//!
//! Among look-alikes there are sixty for each picture, and most of them turn out to have nothing in
//! common: so a pair takes four bytes until there is something to say of it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Laid;
use crate::closer::Parts;
use crate::likeness::{Effort, Likeness};

/// Two pictures, the lower first, and how hard to look. In the order of the pairs; of two that
/// differ in effort alone, the one with more comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    lower: u32,
    /// The higher one twice, and one more where the effort is the usual.
    higher: u32,
}

impl Pair {
    /// Two different pictures, of fewer than 2³¹.
    pub(crate) fn new(one: u32, other: u32, effort: Effort) -> Self {
        let (lower, higher) = (one.min(other), one.max(other));
        debug_assert!(higher < 1 << 31, "picture {higher}");
        let usual = u32::from(effort == Effort::Usual);
        Self {
            lower,
            higher: higher << 1 | usual,
        }
    }

    /// The two, the lower first.
    pub(crate) const fn both(self) -> (u32, u32) {
        (self.lower, self.higher >> 1)
    }

    pub(crate) const fn effort(self) -> Effort {
        if self.higher & 1 == 1 {
            Effort::Usual
        } else {
            Effort::More
        }
    }
}

/// Many pairs in order, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pairs {
    /// Where those of each lower picture begin, and the end of the last.
    pub(crate) starts: Vec<u32>,
    /// What they say of the higher ones.
    pub(crate) higher: Vec<u32>,
}

impl Pairs {
    /// None, with room for so many: what is not written takes no memory.
    pub(crate) fn with_room(pairs: usize) -> Self {
        Self {
            starts: vec![0],
            higher: Vec::with_capacity(pairs),
        }
    }

    /// Adds one that comes after all others.
    pub(crate) fn push(&mut self, pair: Pair) {
        let end = self.higher.len() as u32;
        self.higher.push(pair.higher);
        // Whoever had none until here has none; where the last one has the same lower picture, only
        // the end of its pairs is another.
        self.starts.resize(pair.lower as usize + 1, end);
        self.starts.push(end + 1);
    }

    pub(crate) const fn len(&self) -> usize {
        self.higher.len()
    }

    /// The places of some pairs at a time, one after the other: where it can be, of whole lower
    /// pictures, and never of more than twice as many pairs. Where vectors or hashes are equal in
    /// their thousands, all name the same few, and these stand in thousands of pairs.
    pub(crate) fn some_at_a_time(&self, some: usize) -> Vec<Range<u32>> {
        let some = u32::try_from(some).unwrap_or(u32::MAX >> 1);
        let mut ranges = Vec::new();
        let mut from = 0;
        for end in self.starts.iter().skip(1).copied() {
            while end - from > 2 * some {
                ranges.push(from..from + some);
                from += some;
            }
            if end - from >= some {
                ranges.push(from..end);
                from = end;
            }
        }
        let end = self.len() as u32;
        if from < end {
            ranges.push(from..end);
        }
        ranges
    }

    /// The pairs at some places.
    pub(crate) fn at(&self, places: Range<u32>) -> impl Iterator<Item = Pair> + '_ {
        let upto = self.starts.partition_point(|start| *start <= places.start);
        let mut lower = upto.saturating_sub(1);
        places.map(move |at| {
            while self.starts[lower + 1] <= at {
                lower += 1;
            }
            Pair {
                lower: lower as u32,
                higher: self.higher[at as usize],
            }
        })
    }

    /// Each of them.
    pub(crate) fn each(&self) -> impl Iterator<Item = Pair> + '_ {
        self.at(0..self.len() as u32)
    }

    /// That of two pictures, the lower first.
    pub(crate) fn of(&self, pair: (u32, u32)) -> Option<Pair> {
        let (lower, higher) = pair;
        let known = self.higher_of(lower);
        let at = known.binary_search_by_key(&higher, |known| known >> 1);
        Some(Pair {
            lower,
            higher: known[at.ok()?],
        })
    }

    fn higher_of(&self, lower: u32) -> &[u32] {
        let ends = self.starts.get(lower as usize..).unwrap_or_default();
        match ends {
            [from, to, ..] => &self.higher[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// Leaves out those for which this is not so.
    fn retain(&mut self, mut stays: impl FnMut(Pair) -> bool) {
        let mut kept = 0;
        let mut from = 0;
        for lower in 1..self.starts.len() {
            let to = self.starts[lower];
            for at in from..to {
                let higher = self.higher[at as usize];
                let lower = lower as u32 - 1;
                if stays(Pair { lower, higher }) {
                    self.higher[kept as usize] = higher;
                    kept += 1;
                }
            }
            from = to;
            self.starts[lower] = kept;
        }
        self.higher.truncate(kept as usize);
        self.higher.shrink_to_fit();
    }

    /// The same and some that were not among them.
    fn with(&self, mut more: Vec<Pair>) -> Self {
        more.sort_unstable();
        let mut both = Self::with_room(self.len() + more.len());
        let mut more = more.into_iter().peekable();
        for pair in self.each() {
            while let Some(before) = more.next_if(|more| *more < pair) {
                both.push(before);
            }
            both.push(pair);
        }
        for pair in more {
            both.push(pair);
        }
        both
    }
}

/// What laying pictures over each other showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Laying {
    /// Every pair that mattered.
    pub(crate) pairs: Looked,
    /// Where the content of drawings lies, by number of the picture.
    pub(crate) parts: BTreeMap<u32, Parts>,
}

/// Two pictures that are copies, or nearly so, of which a closer look would tell no more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alike {
    pub(crate) pair: Pair,
    pub(crate) likeness: Likeness,
}

impl Alike {
    pub(super) fn laid(self) -> Laid {
        Laid {
            likeness: Some(self.likeness),
            ..Laid::apart(self.pair)
        }
    }
}

/// Pairs that were laid over each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Looked {
    /// Those of drawings of which a closer look may tell more, in order.
    pub(crate) drawings: Vec<Laid>,
    /// Those of the others that are alike, in order. Among look-alikes there are dozens for each
    /// picture.
    pub(crate) alike: Vec<Alike>,
    /// Those that are nowhere near being copies.
    pub(crate) apart: Pairs,
}

impl Looked {
    /// Takes those of which there is something to say: all others are as far apart as those that have
    /// nothing in common. `least` is how alike they are at least that do not promise more.
    pub(super) fn take(&mut self, laid: impl Iterator<Item = Laid>, least: f32) {
        for laid in laid {
            if laid.promise.is_some() {
                self.drawings.push(laid);
                continue;
            }
            let likeness = laid.likeness.filter(|found| found.value >= least);
            if let Some(likeness) = likeness {
                let pair = laid.named();
                self.alike.push(Alike { pair, likeness });
            }
        }
    }

    /// `some` are those of `pairs` of which there is something to say, both in order.
    pub(super) fn all(mut pairs: Pairs, some: Vec<Self>) -> Self {
        let mut all = Self {
            drawings: Vec::with_capacity(some.iter().map(|some| some.drawings.len()).sum()),
            alike: Vec::with_capacity(some.iter().map(|some| some.alike.len()).sum()),
            apart: Pairs::default(),
        };
        for some in some {
            all.drawings.extend(some.drawings);
            all.alike.extend(some.alike);
        }
        let mut drawn = all.drawings.iter().map(|laid| laid.pair).peekable();
        let mut alike = all.alike.iter().map(|alike| alike.pair.both()).peekable();
        pairs.retain(|pair| {
            let pair = pair.both();
            drawn.next_if_eq(&pair).is_none() && alike.next_if_eq(&pair).is_none()
        });
        all.apart = pairs;
        all
    }

    /// What is known of two pictures, the lower first; nothing where nobody looked.
    pub(crate) fn of(&self, pair: (u32, u32)) -> Option<Laid> {
        let drawn = self.drawings.binary_search_by_key(&pair, |laid| laid.pair);
        if let Ok(at) = drawn {
            return Some(self.drawings[at]);
        }
        let alike = self
            .alike
            .binary_search_by_key(&pair, |alike| alike.pair.both());
        match alike {
            Ok(at) => Some(self.alike[at].laid()),
            Err(_) => self.apart.of(pair).map(Laid::apart),
        }
    }

    /// How many there are of which there is something to say.
    pub(super) const fn telling(&self) -> usize {
        self.drawings.len() + self.alike.len()
    }

    /// One of them.
    pub(super) fn told(&self, at: usize) -> Laid {
        match at.checked_sub(self.drawings.len()) {
            Some(at) => self.alike[at].laid(),
            None => self.drawings[at],
        }
    }

    /// Adds pairs that were not among these.
    pub(super) fn add(&mut self, laid: BTreeMap<(u32, u32), Laid>, least: f32) {
        let before = self.telling();
        let all: Vec<Pair> = laid.values().map(Laid::named).collect();
        self.take(laid.into_values(), least);
        if self.telling() > before {
            self.drawings.sort_unstable_by_key(|laid| laid.pair);
            self.alike.sort_unstable_by_key(|alike| alike.pair);
        }
        let says_nothing = |pair: &Pair| {
            let pair = pair.both();
            let drawn = self.drawings.binary_search_by_key(&pair, |laid| laid.pair);
            let alike = self
                .alike
                .binary_search_by_key(&pair, |alike| alike.pair.both());
            drawn.is_err() && alike.is_err()
        };
        let apart: Vec<Pair> = all.into_iter().filter(says_nothing).collect();
        if !apart.is_empty() {
            self.apart = self.apart.with(apart);
        }
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier;

    use super::*;
    use crate::closer::Promise;

    fn told(one: u32, other: u32, value: f32) -> Laid {
        let likeness = Likeness {
            tier: DuplicateTier::Edited,
            value,
        };
        Laid {
            likeness: Some(likeness),
            ..Laid::apart(Pair::new(one, other, Effort::Usual))
        }
    }

    fn promising(one: u32, other: u32) -> Laid {
        let promise = Promise {
            laid: 9,
            profile: 30,
        };
        Laid {
            promise: Some(promise),
            ..Laid::apart(Pair::new(one, other, Effort::Usual))
        }
    }

    #[test]
    fn pairs_are_what_a_plain_list_of_them_is_whatever_is_left_out_or_added() {
        let mut state = 5_u32;
        let mut draw = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for round in 0..60 {
            let (count, pictures) = (draw(40), 2 + draw(30));
            let mut plain = BTreeMap::new();
            for _ in 0..count {
                let one = draw(pictures);
                let other = (one + 1 + draw(pictures - 1)) % pictures;
                let effort = [Effort::More, Effort::Usual][draw(2) as usize];
                plain.insert(
                    (one.min(other), one.max(other)),
                    Pair::new(one, other, effort),
                );
            }
            let mut pairs = Pairs::with_room(0);
            for pair in plain.values() {
                pairs.push(*pair);
            }
            assert!(pairs.each().eq(plain.values().copied()), "{round}");
            let parts = pairs.some_at_a_time(7);
            let together = parts.into_iter().flat_map(|part| pairs.at(part));
            assert!(together.eq(plain.values().copied()), "{round}");

            let (out, stay): (Vec<Pair>, Vec<Pair>) =
                plain.values().partition(|pair| pair.both().1 % 3 == 0);
            pairs.retain(|pair| pair.both().1 % 3 != 0);
            assert!(pairs.each().eq(stay.iter().copied()), "{round}");
            for pair in &out {
                assert_eq!(pairs.of(pair.both()), None);
            }
            let whole = pairs.with(out.into_iter().rev().collect());
            assert!(whole.each().eq(plain.values().copied()), "{round}");
            for pair in plain.values() {
                assert_eq!(whole.of(pair.both()), Some(*pair));
            }
        }
    }

    #[test]
    fn no_more_than_twice_as_many_pairs_come_at_a_time_whoever_they_are_of() {
        for of_each in [
            &[1000, 3, 3, 0, 4][..],
            &[9; 40],
            &[10, 11, 20, 21],
            &[0, 1],
        ] {
            let mut pairs = Pairs::default();
            for (lower, count) in (0..).zip(of_each) {
                for other in 0..*count {
                    pairs.push(Pair::new(lower, 100 + other, Effort::Usual));
                }
            }
            let parts = pairs.some_at_a_time(10);
            let sizes: Vec<usize> = parts.iter().map(ExactSizeIterator::len).collect();
            let (last, others) = sizes.split_last().unwrap();
            assert!(
                others.iter().all(|size| (10..=20).contains(size)),
                "{sizes:?}"
            );
            assert!((1..=20).contains(last), "{sizes:?}");
            let together = parts.into_iter().flat_map(|part| pairs.at(part));
            assert!(together.eq(pairs.each()));
            assert_eq!(sizes.iter().sum::<usize>(), pairs.len());
        }
        assert_eq!(Pairs::default().some_at_a_time(10), []);
    }

    #[test]
    fn what_was_seen_of_a_pair_is_found_whether_there_was_anything_to_say_or_not() {
        let last = u32::MAX >> 1;
        let mut proposed = Pairs::default();
        for (one, other) in [(0, 1), (0, 7), (2, 9), (3, 4), (3, last)] {
            proposed.push(Pair::new(one, other, Effort::More));
        }
        let desks = [
            vec![told(0, 1, 0.5), told(0, 7, 0.97), promising(2, 9)],
            vec![told(3, 4, 0.93)],
        ];
        let some = desks.map(|laid| {
            let mut some = Looked::default();
            some.take(laid.into_iter(), 0.92);
            some
        });
        let mut looked = Looked::all(proposed, some.into());
        let beside = [
            told(2, 3, 0.99),
            told(1, 2, 0.91),
            Laid::apart(Pair::new(0, 5, Effort::Usual)),
            promising(0, 2),
        ];
        looked.add(beside.map(|laid| (laid.pair, laid)).into(), 0.92);
        let value = |pair| {
            looked
                .of(pair)
                .map(|laid| laid.likeness.map(|found| found.value))
        };
        for (pair, alike) in [((0, 7), 0.97), ((2, 3), 0.99), ((3, 4), 0.93)] {
            assert_eq!(value(pair), Some(Some(alike)), "{pair:?}");
        }
        for pair in [(0, 2), (2, 9)] {
            assert!(looked.of(pair).unwrap().promise.is_some(), "{pair:?}");
        }
        for pair in [(0, 1), (0, 5), (1, 2), (3, last)] {
            assert_eq!(value(pair), Some(None), "{pair:?}");
        }
        assert_eq!(looked.of((0, 1)).unwrap().effort, Effort::More);
        assert_eq!(looked.of((0, 5)).unwrap().effort, Effort::Usual);
        for pair in [(0, 3), (1, 3), (4, last)] {
            assert_eq!(looked.of(pair), None, "{pair:?}");
        }
        let mut telling: Vec<(u32, u32)> = (0..looked.telling())
            .map(|at| looked.told(at).pair)
            .collect();
        telling.sort_unstable();
        assert_eq!(telling, [(0, 2), (0, 7), (2, 3), (2, 9), (3, 4)]);
    }
}
