//! Which pairs of drawings are worth a closer look.

use std::cmp::Reverse;

use crate::duplicates::Laid;

/// How much a closer look at two drawings promises, in 255ths; nought where there is none to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Promise {
    /// By fine detail of signatures, laid over each other.
    pub(crate) laid: u8,
    /// By the profiles of what is drawn: a frame or a margin moves all of a signature.
    pub(crate) profile: u8,
}

/// So many of the most promising of each drawing, in either way.
const OF_EACH: usize = 2;
/// Likeness from which on signatures are sure enough.
const SURE: f32 = 0.98;

/// The places, in order, of the pairs that are: those that may be copies and are not known for
/// sure. `count` is that of all pictures.
pub(crate) fn chosen(pairs: &[Laid], count: usize, least_likeness: f32) -> Vec<usize> {
    let value = |laid: &Laid| laid.likeness.map_or(0.0, |found| found.value);
    let is_open = |laid: &Laid| laid.promise != Promise::default() && value(laid) < SURE;
    let open: Vec<usize> = (0..pairs.len()).filter(|at| is_open(&pairs[*at])).collect();
    let told = open.iter().copied();
    let told = told.filter(|at| value(&pairs[*at]) >= least_likeness);
    let mut chosen: Vec<usize> = told.collect();
    for promise in [
        |laid: &Laid| laid.promise.laid,
        |laid: &Laid| laid.promise.profile,
    ] {
        let mut order = open.clone();
        order.sort_by_key(|at| (Reverse(promise(&pairs[*at])), *at));
        let mut taken = vec![0_usize; count];
        chosen.extend(order.into_iter().filter(|at| {
            let laid = &pairs[*at];
            let ends = [laid.pair.0 as usize, laid.pair.1 as usize];
            let is_among = ends.iter().any(|end| taken[*end] < OF_EACH);
            for end in ends {
                taken[end] += 1;
            }
            is_among && promise(laid) > 0
        }));
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier;

    use super::*;
    use crate::likeness::{Effort, Likeness};

    fn laid(pair: (u32, u32), laid: u8, profile: u8, value: f32) -> Laid {
        Laid {
            pair,
            effort: Effort::Usual,
            likeness: (value > 0.0).then_some(Likeness {
                tier: DuplicateTier::Edited,
                value,
            }),
            promise: Promise { laid, profile },
            closer: None,
        }
    }

    #[test]
    fn the_most_promising_of_each_drawing_are_chosen_in_either_way() {
        let pairs = [
            laid((0, 1), 9, 0, 0.0),
            laid((0, 2), 8, 0, 0.0),
            laid((1, 2), 7, 0, 0.0),
            laid((0, 3), 6, 0, 0.0),
            laid((1, 3), 5, 0, 0.0),
            laid((2, 3), 4, 1, 0.0),
        ];
        // Each of the others is among the two best of one of its drawings; the last by its profile.
        assert_eq!(chosen(&pairs, 4, 0.96), [0, 1, 2, 3, 4, 5]);
        let mut pairs = pairs;
        pairs[5].promise.profile = 0;
        assert_eq!(chosen(&pairs, 4, 0.96), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_signatures_call_copies_is_looked_at_unless_they_are_sure() {
        let pairs = [
            laid((0, 1), 9, 0, 0.99),
            laid((0, 2), 8, 0, 0.0),
            laid((0, 3), 7, 0, 0.0),
            laid((2, 3), 6, 0, 0.0),
            laid((2, 4), 5, 0, 0.0),
            laid((3, 4), 5, 0, 0.0),
            laid((0, 4), 1, 0, 0.965),
        ];
        assert_eq!(chosen(&pairs, 5, 0.96), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn photographs_promise_nothing() {
        assert_eq!(chosen(&[laid((0, 1), 0, 0, 0.97)], 2, 0.96), [0_usize; 0]);
    }
}
