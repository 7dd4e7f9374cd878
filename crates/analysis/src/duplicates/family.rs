//! Drawings of which more look alike than are looked at closely.
//!
//! Of dozens of copies of one drawing not every pair is looked at, nor of hundreds of drawings of one
//! maker that signatures take for copies. What was seen of some of them speaks for the others.

use std::collections::BTreeMap;

use super::{Laid, Looked};
use crate::closer::Closer;

/// What closer looks found of each drawing.
#[derive(Default)]
struct Relatives {
    /// Its copies, in order.
    copies: Vec<u32>,
    /// Whether another that signatures call its copy is none.
    has_others: bool,
}

/// What closer looks found.
pub(super) struct Family(BTreeMap<u32, Relatives>);

impl Family {
    /// Copies are at least so alike.
    pub(super) fn new(looked: &Looked, least_likeness: f32) -> Self {
        let mut family: BTreeMap<u32, Relatives> = BTreeMap::new();
        let is_copy = |laid: &Laid| {
            let copy = laid.copy();
            copy.is_some_and(|found| found.value >= least_likeness)
        };
        for laid in &looked.drawings {
            let (one, other) = laid.pair;
            for (at, with) in [(one, other), (other, one)] {
                match laid.closer {
                    Some(Closer::Same(_)) if is_copy(laid) => {
                        family.entry(at).or_default().copies.push(with);
                    }
                    Some(Closer::Different) => family.entry(at).or_default().has_others = true,
                    Some(Closer::Same(_) | Closer::Nothing) | None => {}
                }
            }
        }
        for relatives in family.values_mut() {
            relatives.copies.sort_unstable();
        }
        Self(family)
    }

    /// Whether two that nobody looked at may be what signatures say: neither has one that looks as
    /// much like it and is no copy, or a third one is a copy of both.
    pub(super) fn vouches_for(&self, (one, other): (u32, u32)) -> bool {
        let [one, other] = [one, other].map(|at| self.0.get(&at));
        let has_others = |of: Option<&Relatives>| of.is_some_and(|of| of.has_others);
        if !has_others(one) && !has_others(other) {
            return true;
        }
        let (Some(one), Some(other)) = (one, other) else {
            return false;
        };
        let is_theirs = |copy: &u32| other.copies.binary_search(copy).is_ok();
        one.copies.iter().any(is_theirs)
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier;

    use super::*;
    use crate::duplicates::Pair;
    use crate::likeness::{Effort, Likeness};

    fn looked_at(pair: (u32, u32), value: f32) -> Laid {
        let same = Closer::Same(Likeness {
            tier: DuplicateTier::Edited,
            value,
        });
        Laid {
            closer: Some(if value > 0.0 { same } else { Closer::Different }),
            ..Laid::apart(Pair::new(pair.0, pair.1, Effort::Usual))
        }
    }

    #[test]
    fn a_third_copy_vouches_where_others_look_as_much_alike() {
        let copies = [(0, 1), (1, 2), (4, 5)].map(|pair| looked_at(pair, 0.99));
        let others = [(0, 3), (2, 3), (3, 6)].map(|pair| looked_at(pair, 0.0));
        let less = [(2, 8), (6, 8)].map(|pair| looked_at(pair, 0.92));
        let looked = Looked {
            drawings: copies.into_iter().chain(others).chain(less).collect(),
            ..Looked::default()
        };
        let family = Family::new(&looked, 0.96);
        assert!(family.vouches_for((0, 2)), "1 is a copy of both");
        assert!(!family.vouches_for((0, 6)), "3 is a copy of neither");
        assert!(!family.vouches_for((2, 6)), "8 is too little like either");
        assert!(!family.vouches_for((0, 4)));
        assert!(!family.vouches_for((3, 9)));
        assert!(family.vouches_for((4, 7)), "nothing speaks against it");
        assert!(family.vouches_for((7, 8)));
    }
}
