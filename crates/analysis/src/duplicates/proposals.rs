//! Which pairs are worth laying over each other.

use std::ops::Range;

use rayon::prelude::*;

use super::{Pair, Pairs};
use crate::likeness::Effort;
use crate::neighbours::{Depth, Lists};

/// How many of the pictures nearest to one are expected to be copies of it. In a set of look-alikes
/// every picture has dozens at a cosine of 0.8 and more. Of 800 photographs changed in two to four mild
/// ways each 635 were found with two expected, 649 with four, 663 with eight and 676 with sixteen; the
/// analysis of 10,000 took 7.8 s, 8.8 s, 9.2 s and 14.2 s on two cores.
const EXPECTED_OF: usize = 8;
/// Cosine from which on they are. Words, frames and quarter turns, or a little of several changes, move
/// a vector far.
const EXPECTED: f32 = 0.4;
/// Proposals are sorted in so many parts, by the lower picture: both pictures of a pair propose it as
/// a rule, and so only those of one part stand there twice.
const PARTS: u32 = 16;

/// Pairs worth comparing, by index into the distinct pictures, in order, each once and with the most
/// effort that is worth it. `alike` are the lists of vectors, `hashes` those of hashes, each with
/// how much of them counts.
pub(crate) fn proposals(alike: (&Lists, &Depth), hashes: (&Lists, &Depth)) -> Pairs {
    let count = alike.0.len() as u32;
    // As many at most, so that it need not be moved: what is not written takes no memory.
    let most = (0..alike.0.len()).map(|at| {
        let nearest = alike.1.nearest.min(EXPECTED_OF);
        let by_hash = hashes.0.alike(at, hashes.1).count();
        alike.0.alike(at, alike.1).count() + nearest + by_hash
    });
    let mut all = Pairs::with_room(most.sum());
    for part in 0..PARTS {
        let start = |part: u32| (u64::from(count) * u64::from(part) / u64::from(PARTS)) as u32;
        let mut pairs = proposed(start(part)..start(part + 1), alike, hashes);
        pairs.par_sort_unstable();
        pairs.dedup_by_key(|pair| pair.both());
        for pair in pairs {
            all.push(pair);
        }
    }
    all
}

/// The pairs of which the lower picture is one of these, some of them several times.
fn proposed(lower: Range<u32>, alike: (&Lists, &Depth), hashes: (&Lists, &Depth)) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for at in lower.start..alike.0.len() as u32 {
        let mut propose = |other: u32, effort| {
            if lower.contains(&at.min(other)) {
                pairs.push(Pair::new(at, other, effort));
            }
        };
        let row = at as usize;
        let nearest = alike.0.of(row).take(alike.1.nearest.min(EXPECTED_OF));
        for (other, _) in nearest.take_while(|(_, cosine)| *cosine >= EXPECTED) {
            propose(other, Effort::More);
        }
        for (other, _) in alike.0.alike(row, alike.1) {
            propose(other, Effort::Usual);
        }
        for (other, _) in hashes.0.alike(row, hashes.1) {
            propose(other, Effort::Usual);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighbours::Near;

    /// The lists of rows that have these others at these scores.
    fn lists(of: &[Vec<(u32, f32)>], depth: &Depth) -> Lists {
        let near = of.iter().map(|others| {
            let mut near = Near::new();
            for (other, score) in others {
                near.offer(*other, *score, depth);
            }
            near
        });
        Lists::new(near.collect(), depth)
    }

    fn depth(nearest: usize, alike_from: f32) -> Depth {
        Depth {
            nearest,
            alike_from,
            alike_at_most: 20,
        }
    }

    #[test]
    fn a_pair_is_proposed_once_with_the_most_effort_whoever_proposes_it() {
        // In a ring of pictures the next twelve are near, the first ten of these as alike as is asked
        // for, and the first eight expected to be copies.
        for count in [1, 2, 5, 100, 101] {
            let ring = |at: u32, step: u32| (at + step) % count;
            let steps = || 1..=12.min(count.saturating_sub(1));
            let cosine = |step: u32| if step <= 10 { 0.9 } else { 0.7 } - step as f32 / 1000.0;
            let alike: Vec<Vec<_>> = (0..count)
                .map(|at| steps().map(|step| (ring(at, step), cosine(step))).collect())
                .collect();
            // By hash the pictures opposite, and the next ones again.
            let hashes: Vec<Vec<_>> = (0..count)
                .map(|at| [1, count / 2].map(|step| (ring(at, step), -3.0)).to_vec())
                .map(|near| near.into_iter().collect::<Vec<_>>())
                .collect();
            let hashes: Vec<Vec<_>> = (0..)
                .zip(hashes)
                .map(|(at, near)| near.into_iter().filter(|(other, _)| *other != at).collect())
                .collect();
            let (of_vectors, of_hashes) = (depth(12, 0.8), depth(0, -7.0));
            let proposed = proposals(
                (&lists(&alike, &of_vectors), &of_vectors),
                (&lists(&hashes, &of_hashes), &of_hashes),
            );
            let mut wanted = std::collections::BTreeMap::new();
            for (at, (near, by_hash)) in (0..).zip(alike.iter().zip(&hashes)) {
                let near = near.iter().take(10).enumerate();
                let near = near.map(|(rank, (other, _))| (*other, rank < EXPECTED_OF));
                for (other, expected) in
                    near.chain(by_hash.iter().map(|(other, _)| (*other, false)))
                {
                    *wanted
                        .entry((at.min(other), at.max(other)))
                        .or_insert(false) |= expected;
                }
            }
            let found = proposed.each();
            let found = found.map(|pair| (pair.both(), pair.effort() == Effort::More));
            assert!(found.eq(wanted), "{count}");
        }
    }

    #[test]
    fn those_nearest_are_expected_as_long_as_they_are_somewhat_alike() {
        let depth = depth(16, 0.8);
        let near: Vec<_> = (1..).zip([0.7, EXPECTED, 0.39]).collect();
        let none = lists(&[vec![], vec![], vec![], vec![]], &depth);
        let lists = lists(&[near, vec![], vec![], vec![]], &depth);
        let found = proposals((&lists, &depth), (&none, &depth));
        let found: Vec<_> = found.each().collect();
        assert_eq!(found, [1, 2].map(|other| Pair::new(0, other, Effort::More)));
    }
}
