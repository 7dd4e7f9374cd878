//! Which pairs of drawings are worth a closer look.

use std::cmp::Reverse;

use super::NEARLY_SURE;
use crate::duplicates::Laid;

/// How much a closer look at two drawings promises, in 255ths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Promise {
    /// By fine detail of signatures, laid over each other.
    pub(crate) laid: u8,
    /// By the profiles of what is drawn: a frame or a margin moves all of a signature. What was
    /// turned has another.
    pub(crate) profile: u8,
}

/// So many of the most promising of each drawing, in either way.
const OF_EACH: usize = 2;
/// So many of those of each drawing that signatures call copies.
const OF_TOLD: usize = 32;

/// The places, in order, of the pairs that are: those that may be copies. `count` is that of all
/// pictures.
pub(crate) fn chosen(pairs: &[Laid], count: usize, least_likeness: f32) -> Vec<usize> {
    let open: Vec<usize> = (0..pairs.len()).filter(|at| pairs[*at].is_open()).collect();
    let told = open.iter().copied();
    let told = told.filter(|at| pairs[*at].told() >= least_likeness);
    let mut told: Vec<usize> = told.collect();
    told.sort_by(|a, b| pairs[*b].told().total_cmp(&pairs[*a].told()).then(a.cmp(b)));
    let mut chosen: Vec<usize> = best_of_each(&told, pairs, count, OF_TOLD).collect();
    for promise in [
        |promise: Promise| promise.laid,
        |promise: Promise| promise.profile,
    ] {
        let promise = |at: &usize| pairs[*at].promise.map_or(0, promise);
        let mut order: Vec<usize> = open.iter().copied().filter(|at| promise(at) > 0).collect();
        order.sort_by_key(|at| (Reverse(promise(at)), *at));
        chosen.extend(best_of_each(&order, pairs, count, OF_EACH));
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Those that are among the first so many of one of their two pictures.
fn best_of_each(
    order: &[usize],
    pairs: &[Laid],
    count: usize,
    of_each: usize,
) -> impl Iterator<Item = usize> {
    let mut taken = vec![0_usize; count];
    order.iter().copied().filter(move |at| {
        let (one, other) = pairs[*at].pair;
        let ends = [one as usize, other as usize];
        let is_among = ends.iter().any(|end| taken[*end] < of_each);
        for end in ends {
            taken[end] += 1;
        }
        is_among
    })
}

impl Laid {
    /// What signatures say, 0 for nothing in common.
    fn told(&self) -> f32 {
        self.likeness.map_or(0.0, |found| found.value)
    }

    /// Whether it may stand though nobody looked: of dozens of copies of one drawing not all pairs are
    /// looked at.
    pub(crate) fn is_nearly_sure(&self) -> bool {
        self.told() >= NEARLY_SURE
    }

    /// Whether a closer look may tell more of it.
    pub(crate) fn is_open(&self) -> bool {
        self.promise.is_some()
    }
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
            promise: Some(Promise { laid, profile }),
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
        pairs[5].promise = Some(Promise {
            laid: 4,
            profile: 0,
        });
        assert_eq!(chosen(&pairs, 4, 0.96), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_signatures_call_copies_is_looked_at_however_sure_they_are() {
        let pairs = [
            laid((0, 1), 0, 0, 0.999),
            laid((0, 2), 8, 0, 0.0),
            laid((0, 3), 7, 0, 0.0),
            laid((2, 3), 6, 0, 0.0),
            laid((2, 4), 5, 0, 0.0),
            laid((3, 4), 5, 0, 0.0),
            laid((0, 4), 1, 0, 0.965),
            laid((1, 4), 0, 0, 0.989),
        ];
        assert_eq!(chosen(&pairs, 5, 0.96), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn photographs_promise_nothing() {
        let mut pair = laid((0, 1), 9, 9, 0.97);
        pair.promise = None;
        assert_eq!(chosen(&[pair], 2, 0.96), [0_usize; 0]);
    }
}
