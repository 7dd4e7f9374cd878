//! Perceptual hashes: pictures that look alike at first glance, whatever their vectors say.
//!
//! The hash is the sign of the lowest frequencies of the signature (the 8 × 8 first coefficients
//! of its cosine transform against their median: Zauner 2010, "Implementation and benchmarking
//! of perceptual image hash functions"), as `lamina-vision` takes it. Mirroring
//! and turning a picture only changes signs and places of coefficients: the hashes of all eight
//! lays come for the price of one. Near hashes are found by multi-index hashing (Norouzi,
//! Punjani, Fleet 2012, "Fast search in Hamming space with multi-index hashing").

use lamina_model::Signature;
use rayon::prelude::*;

use crate::likeness::frame;
use crate::likeness::plane::{Plane, SIDE, Turn};
use crate::memory::Remembered;
use crate::neighbours::{Depth, Known, Lists, Near, recalled};
use crate::progress::Stage;
use crate::set::Distinct;
use crate::{AnalysisError, Facts};

/// Frequencies taken in each direction.
const LOW: usize = 8;
/// Parts of a hash, each looked up on its own.
const PARTS: usize = 4;
/// Bits in which one of the parts may differ …
const FLIPS: u32 = 2;
/// … and in a set of more hashes than this, where chance alone brings more hashes so near than
/// pictures do, and looking for them would take the square of the set.
const FLIPS_OF_MANY: u32 = 1;
const MANY: usize = 200_000;
/// Hashes up to which looking at each is faster than looking up parts.
const FEW: usize = 1_024;
/// A picture whose luma varies less than this has no look to be hashed.
const FLAT: u8 = 6;

/// The hashes of one picture under all eight lays, as it is first.
pub(crate) type Look = [u64; 8];

fn look(plane: &Plane) -> Look {
    let low = low_frequencies(plane);
    Turn::ALL.map(|turn| hash(&turn.lay_frequencies(&low)))
}

/// The hashes of all pictures: of each as it is and, where it has an even frame, without that.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Looks {
    /// Where those of each picture begin, and the end of the last.
    pub(crate) starts: Vec<u32>,
    pub(crate) laid: Vec<Look>,
}

impl Looks {
    fn new(set: Distinct<'_>, before: Option<&Remembered<'_, Hashed>>) -> Self {
        let all: Vec<Vec<Look>> = (0..set.len())
            .into_par_iter()
            .map(|at| {
                let known = before.and_then(|before| Some((before, before.recall.was(at)?)));
                known.map_or_else(
                    || looks(set.facts(at), &set.signature(at)),
                    |(before, was)| before.what.looks.of(was as usize).to_vec(),
                )
            })
            .collect();
        let mut looks = Self {
            starts: vec![0],
            laid: Vec::with_capacity(all.len()),
        };
        for some in all {
            looks.laid.extend(some);
            looks.starts.push(looks.laid.len() as u32);
        }
        looks
    }

    fn of(&self, at: usize) -> &[Look] {
        &self.laid[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The hashes of some pictures as they are, with the picture of each.
    fn plain(&self, rows: impl Iterator<Item = u32>) -> Vec<(u64, u32)> {
        rows.flat_map(|row| self.of(row as usize).iter().map(move |look| (look[0], row)))
            .collect()
    }
}

/// What is found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hashed {
    pub(crate) looks: Looks,
    /// Bits in which hashes may differ and are near.
    pub(crate) radius: u32,
    /// For each picture those with a near hash, under any of the eight lays, with or without the
    /// even frame around them; the score is the number of bits that differ, below zero.
    pub(crate) near: Lists,
}

/// How many near hashes are asked for.
pub(crate) fn depth(at_most: usize, radius: u32) -> Depth {
    Depth {
        nearest: 0,
        alike_from: -(radius as f32),
        alike_at_most: at_most,
    }
}

/// Finds the pictures with a near hash of each, not more than so many.
pub(crate) fn near(
    set: Distinct<'_>,
    at_most: usize,
    before: Option<Remembered<'_, Hashed>>,
    stage: &Stage<'_>,
) -> Result<Hashed, AnalysisError> {
    let looks = Looks::new(set, before.as_ref());
    let flips = if looks.laid.len() > MANY {
        FLIPS_OF_MANY
    } else {
        FLIPS
    };
    let radius = (flips + 1) * PARTS as u32 - 1;
    let asked = depth(at_most, radius);
    let held = asked.with_reserve();
    let before = before.filter(|before| before.what.radius == radius);
    let is_remembered = before.is_some();
    let before = before.map(|Remembered { what, recall }| Remembered {
        what: what.near,
        recall,
    });
    let (known, lists) = recalled(set.len() as usize, &asked, before);
    let rows = |wanted: fn(Known) -> bool| {
        let all = (0..).zip(&known).filter(move |(_, known)| wanted(**known));
        all.map(|(row, _)| row)
    };
    let anew = Index::new(looks.plain(rows(|known| known == Known::Not)), flips);
    // Where all are new, or none asks, one index is enough.
    let asks = rows(|known| known != Known::Wholly).count() > 0;
    let all = (asks && is_remembered).then(|| Index::new(looks.plain(rows(|_| true)), flips));
    let stage = stage.of(u64::from(set.len()).div_ceil(64));
    let found: Result<Vec<_>, _> = lists
        .into_par_iter()
        .enumerate()
        .map(|(row, mut near)| {
            if row % 64 == 0 {
                stage.advance(1)?;
            }
            let index = match &all {
                Some(all) if known[row] != Known::Wholly => all,
                _ => &anew,
            };
            index.offer_near(row as u32, looks.of(row), &mut near, &held);
            Ok(near)
        })
        .collect();
    Ok(Hashed {
        near: Lists::new(found?, &held),
        radius,
        looks,
    })
}

/// The hashes of one picture.
pub(crate) fn looks(facts: &Facts, signature: &Signature) -> Vec<Look> {
    let luma = signature.as_bytes();
    let least = luma.iter().min().copied().unwrap_or(0);
    let most = luma.iter().max().copied().unwrap_or(0);
    if most - least < FLAT {
        return Vec::new();
    }
    let plane = Plane::of_signature(signature);
    let mut whole = look(&plane);
    whole[0] = facts.perceptual_hash;
    let inside = frame::content(&plane).map(|inside| look(&plane.seen_through(&inside)));
    std::iter::once(whole).chain(inside).collect()
}

/// Hashes to be looked through.
struct Index {
    found_by: FoundBy,
    /// Hashes that differ in no more bits than this are near: those that by all parts together
    /// cannot be missed.
    radius: u32,
}

enum FoundBy {
    /// Each is looked at: the row of each with it.
    Turn(Vec<(u64, u32)>),
    /// Hashes by each of their parts, and all 16-bit numbers with at most as many bits set as a
    /// part may differ in.
    Parts(Vec<Part>, Vec<u16>),
}

/// Hashes in the order of the value of one part. They stand here themselves, four times over all
/// parts, for to fetch each from elsewhere would take longer than everything else.
struct Part {
    /// Where the hashes of each value begin.
    starts: Vec<u32>,
    hashes: Vec<u64>,
    /// The row of each.
    rows: Vec<u32>,
}

fn part(hash: u64, part: usize) -> usize {
    usize::from((hash >> (16 * part)) as u16)
}

impl Part {
    fn new(entries: &[(u64, u32)], at: usize) -> Self {
        let mut starts = vec![0_u32; (1 << 16) + 1];
        for (hash, _) in entries {
            starts[part(*hash, at) + 1] += 1;
        }
        for value in 0..1 << 16 {
            starts[value + 1] += starts[value];
        }
        let mut next = starts.clone();
        let (mut hashes, mut rows) = (vec![0; entries.len()], vec![0; entries.len()]);
        for (hash, row) in entries {
            let slot = &mut next[part(*hash, at)];
            hashes[*slot as usize] = *hash;
            rows[*slot as usize] = *row;
            *slot += 1;
        }
        Self {
            starts,
            hashes,
            rows,
        }
    }

    /// The hashes that have this value, and the row of each.
    fn each(&self, value: usize, mut told: impl FnMut(u64, u32)) {
        let bucket = self.starts[value] as usize..self.starts[value + 1] as usize;
        for (hash, row) in self.hashes[bucket.clone()].iter().zip(&self.rows[bucket]) {
            told(*hash, *row);
        }
    }
}

impl Index {
    fn new(entries: Vec<(u64, u32)>, flips: u32) -> Self {
        let found_by = if entries.len() <= FEW {
            FoundBy::Turn(entries)
        } else {
            let parts = (0..PARTS).map(|at| Part::new(&entries, at)).collect();
            let values = (0..=u16::MAX).filter(|bits| bits.count_ones() <= flips);
            FoundBy::Parts(parts, values.collect())
        };
        Self {
            found_by,
            radius: (flips + 1) * PARTS as u32 - 1,
        }
    }

    /// Offers a picture with these looks all that are near it.
    fn offer_near(&self, row: u32, looks: &[Look], near: &mut Near, depth: &Depth) {
        let mut offer = |hash: u64, theirs: u64, their_row: u32| {
            let distance = (hash ^ theirs).count_ones();
            if distance <= self.radius && their_row != row {
                near.offer_best(their_row, -(distance as f32), depth);
            }
        };
        for hash in looks.iter().flatten() {
            match &self.found_by {
                FoundBy::Turn(entries) => {
                    for (theirs, their_row) in entries {
                        offer(*hash, *theirs, *their_row);
                    }
                }
                FoundBy::Parts(parts, flips) => {
                    for (at, known) in parts.iter().enumerate() {
                        for flip in flips {
                            known.each(
                                part(*hash, at) ^ usize::from(*flip),
                                |theirs, their_row| {
                                    offer(*hash, theirs, their_row);
                                },
                            );
                        }
                    }
                }
            }
        }
    }
}

/// The lowest frequencies of the cosine transform, line by line.
fn low_frequencies(plane: &Plane) -> [f32; LOW * LOW] {
    use std::sync::OnceLock;
    static WAVES: OnceLock<Vec<f32>> = OnceLock::new();
    let waves = WAVES.get_or_init(|| {
        (0..LOW * SIDE)
            .map(|at| {
                let (wave, place) = ((at / SIDE) as f32, (at % SIDE) as f32);
                (std::f32::consts::PI * (2.0 * place + 1.0) * wave / (2 * SIDE) as f32).cos()
            })
            .collect()
    });
    let dot = |line: &[f32], wave: &[f32]| line.iter().zip(wave).map(|(a, b)| a * b).sum::<f32>();
    // Across first: one line of the plane gives one value for each frequency.
    let mut across = vec![0.0; LOW * SIDE];
    for (y, line) in plane.cells().chunks_exact(SIDE).enumerate() {
        for (u, wave) in waves.chunks_exact(SIDE).enumerate() {
            across[u * SIDE + y] = dot(line, wave);
        }
    }
    let mut low = [0.0; LOW * LOW];
    for (v, wave) in waves.chunks_exact(SIDE).enumerate() {
        for u in 0..LOW {
            low[v * LOW + u] = dot(&across[u * SIDE..(u + 1) * SIDE], wave);
        }
    }
    low
}

/// One bit for each frequency but the constant one: above the median or not.
fn hash(low: &[f32; LOW * LOW]) -> u64 {
    let mut sorted: Vec<f32> = low[1..].to_vec();
    sorted.sort_by(f32::total_cmp);
    let median = sorted[sorted.len() / 2];
    (1..LOW * LOW).fold(0, |bits, at| bits | (u64::from(low[at] > median) << at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(seed: u64) -> Plane {
        let mut state = seed;
        let luma = std::array::from_fn(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(99);
            (state >> 56) as u8
        });
        Plane::of_signature(&Signature::new(luma))
    }

    #[test]
    fn hashes_of_all_lays_come_from_the_frequencies_of_one() {
        for seed in 1..20 {
            let plane = plane(seed);
            for (turn, laid) in Turn::ALL.iter().zip(look(&plane)) {
                let drawn = look(&turn.lay(&plane))[0];
                // The median may fall between two coefficients that rounding lets change places.
                assert!((drawn ^ laid).count_ones() <= 2, "{seed} {turn:?}");
            }
        }
    }

    #[test]
    fn the_index_finds_what_plain_comparison_finds() {
        let mut state = 1_u64;
        let mut entries = Vec::new();
        for row in 0..700 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(12345);
            let base = state ^ state >> 29;
            entries.push((base, 2 * row));
            // A near one: some bits of it turned over.
            let flips = (0..row % 14).fold(0, |bits, at| bits | 1 << (at * 5 % 64));
            entries.push((base ^ flips, 2 * row + 1));
        }
        let some = || entries[..FEW - 100].to_vec();
        for (known, flips, radius) in [
            (entries.clone(), 2, 11),
            (entries.clone(), 1, 7),
            (some(), 2, 11),
        ] {
            let index = Index::new(known.clone(), flips);
            let depth = depth(known.len(), radius);
            for (hash, row) in &known {
                let mut near = Near::new();
                index.offer_near(*row, &[[*hash; 8]], &mut near, &depth);
                let mut found: Vec<u32> = near.held().iter().map(|held| held.0).collect();
                found.sort_unstable();
                let near = known
                    .iter()
                    .filter(|(other, _)| (hash ^ other).count_ones() <= radius);
                let wanted: Vec<u32> = near.map(|(_, other)| *other).filter(|o| o != row).collect();
                assert_eq!(found, wanted, "{flips} of {}", known.len());
            }
        }
    }
}
