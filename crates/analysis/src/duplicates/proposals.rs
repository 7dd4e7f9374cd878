//! Which pairs are worth laying over each other.

use std::ops::Range;

use rayon::prelude::*;

use super::{Pair, Pairs};
use crate::likeness::Effort;
use crate::neighbours::{Depth, Lists};

/// Cosine from which on a copy is to be expected …
const EXPECTED: f32 = 0.8;
/// … by so many of the pictures most alike. In a set of look-alikes every picture has dozens at
/// such a cosine. Of photographs with one or two copies each, 99 in 100 of those at such a cosine
/// are among the first six.
const EXPECTED_OF: usize = 8;
/// Cosine from which on the few pictures nearest to one are compared, though not as alike as
/// others, and how many; and by how many of these a copy is to be expected. Words, frames and
/// quarter turns move a vector far: one copy in four is below 0.8, and half of those are here.
const NEAREST: f32 = 0.5;
const NEAREST_OF: usize = 4;
const NEAREST_EXPECTED_OF: usize = 2;
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
        let nearest = alike.1.nearest.min(NEAREST_OF);
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
    let effort = |expected| {
        if expected {
            Effort::More
        } else {
            Effort::Usual
        }
    };
    for at in lower.start..alike.0.len() as u32 {
        let mut propose = |other: u32, effort| {
            if lower.contains(&at.min(other)) {
                pairs.push(Pair::new(at, other, effort));
            }
        };
        let row = at as usize;
        for (rank, (other, cosine)) in alike.0.alike(row, alike.1).enumerate() {
            let expected = cosine >= EXPECTED && rank < EXPECTED_OF;
            propose(other, effort(expected));
        }
        let nearest = alike.0.of(row).take(alike.1.nearest.min(NEAREST_OF));
        let nearest = nearest.take_while(|(_, cosine)| *cosine >= NEAREST);
        for (rank, (other, _)) in nearest.enumerate() {
            propose(other, effort(rank < NEAREST_EXPECTED_OF));
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
        // In a ring of pictures the next ten are alike, and the first four of these expected.
        for count in [1, 2, 5, 100, 101] {
            let ring = |at: u32, step: u32| (at + step) % count;
            let steps = || 1..=10.min(count.saturating_sub(1));
            let cosine = |step: u32| if step <= 4 { 0.9 } else { 0.7 } - step as f32 / 1000.0;
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
            let (of_vectors, of_hashes) = (depth(0, 0.6), depth(0, -7.0));
            let proposed = proposals(
                (&lists(&alike, &of_vectors), &of_vectors),
                (&lists(&hashes, &of_hashes), &of_hashes),
            );
            let mut wanted = std::collections::BTreeMap::new();
            for (at, (near, by_hash)) in (0..).zip(alike.iter().zip(&hashes)) {
                let near = near
                    .iter()
                    .map(|(other, cosine)| (*other, *cosine >= EXPECTED));
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
}
