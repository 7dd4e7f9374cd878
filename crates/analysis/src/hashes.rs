//! Perceptual hashes: pictures that look alike at first glance, whatever their vectors say.
//!
//! The hash is the sign of the lowest frequencies of the signature (the 8 × 8 first coefficients
//! of its cosine transform against their median: Zauner 2010, "Implementation and benchmarking
//! of perceptual image hash functions"), as `lamina-vision` takes it. Mirroring
//! and turning a picture only changes signs and places of coefficients: the hashes of all eight
//! lays come for the price of one. Near hashes are found by multi-index hashing (Norouzi,
//! Punjani, Fleet 2012, "Fast search in Hamming space with multi-index hashing").

use rayon::prelude::*;

use crate::likeness::frame;
use crate::likeness::plane::{Plane, SIDE, Turn};
use crate::neighbours::Best;
use crate::progress::Stage;
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
/// Near hashes kept for one picture.
const AT_MOST: usize = 64;
/// A picture whose luma varies less than this has no look to be hashed.
const FLAT: u8 = 6;

/// The hashes of one picture.
struct Looks {
    /// As it is.
    plain: u64,
    /// All eight lays, `plain` first.
    laid: [u64; 8],
}

impl Looks {
    fn of(plane: &Plane) -> Self {
        let low = low_frequencies(plane);
        let laid = Turn::ALL.map(|turn| hash(&turn.lay_frequencies(&low)));
        Self {
            plain: laid[0],
            laid,
        }
    }

    /// The same, where the plain hash is known.
    fn known(plane: &Plane, plain: u64) -> Self {
        let mut looks = Self::of(plane);
        looks.plain = plain;
        looks.laid[0] = plain;
        looks
    }
}

/// For each picture those with a near hash, under any of the eight lays, with or without the
/// even frame around them; lowest distance first and not more than a fixed number.
pub(crate) fn near(facts: &[&Facts], stage: &Stage<'_>) -> Result<Vec<Vec<u32>>, AnalysisError> {
    let looks: Vec<Vec<Looks>> = facts.par_iter().map(|facts| looks(facts)).collect();
    let mut entries = Vec::new();
    for (row, looks) in looks.iter().enumerate() {
        entries.extend(looks.iter().map(|look| (look.plain, row as u32)));
    }
    let index = Index::new(&entries, MANY);
    let stage = stage.of(facts.len().div_ceil(64) as u64);
    let found: Result<Vec<_>, _> = looks
        .par_chunks(64)
        .enumerate()
        .map(|(chunk, some)| {
            stage.advance(1)?;
            Ok(some
                .iter()
                .enumerate()
                .map(|(at, looks)| index.near_to((chunk * 64 + at) as u32, looks))
                .collect::<Vec<_>>())
        })
        .collect();
    Ok(found?.into_iter().flatten().collect())
}

fn looks(facts: &Facts) -> Vec<Looks> {
    let luma = facts.signature.as_bytes();
    let least = luma.iter().min().copied().unwrap_or(0);
    let most = luma.iter().max().copied().unwrap_or(0);
    if most - least < FLAT {
        return Vec::new();
    }
    let plane = Plane::of(&facts.signature);
    let mut looks = vec![Looks::known(&plane, facts.perceptual_hash)];
    if let Some(inside) = frame::content(&plane) {
        looks.push(Looks::of(&plane.seen_through(&inside)));
    }
    looks
}

/// Hashes by each of their parts.
struct Index {
    parts: Vec<Part>,
    /// All 16-bit numbers with at most as many bits set as a part may differ in.
    flips: Vec<u16>,
    /// Hashes that differ in no more bits than this are near: those that by all parts together
    /// cannot be missed.
    radius: u32,
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
}

impl Index {
    fn new(entries: &[(u64, u32)], many: usize) -> Self {
        let most = if entries.len() > many {
            FLIPS_OF_MANY
        } else {
            FLIPS
        };
        let flips = (0..=u16::MAX).filter(|bits| bits.count_ones() <= most);
        Self {
            parts: (0..PARTS).map(|at| Part::new(entries, at)).collect(),
            flips: flips.collect(),
            radius: (most + 1) * PARTS as u32 - 1,
        }
    }

    fn near_to(&self, row: u32, looks: &[Looks]) -> Vec<u32> {
        let mut best = Best::new(AT_MOST, -(self.radius as f32));
        for hash in looks.iter().flat_map(|look| look.laid) {
            for (at, known) in self.parts.iter().enumerate() {
                for flip in &self.flips {
                    let value = part(hash, at) ^ usize::from(*flip);
                    let bucket = known.starts[value] as usize..known.starts[value + 1] as usize;
                    let near = known.hashes[bucket.clone()].iter().zip(bucket);
                    for (their_hash, slot) in near {
                        let distance = (hash ^ their_hash).count_ones();
                        if distance <= self.radius && known.rows[slot] != row {
                            best.offer_best(known.rows[slot], -(distance as f32));
                        }
                    }
                }
            }
        }
        best.into_sorted().into_iter().map(|(row, _)| row).collect()
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
        Plane::of(&lamina_model::Signature::new(luma))
    }

    #[test]
    fn hashes_of_all_lays_come_from_the_frequencies_of_one() {
        for seed in 1..20 {
            let plane = plane(seed);
            let looks = Looks::of(&plane);
            for (turn, laid) in Turn::ALL.iter().zip(looks.laid) {
                let drawn = Looks::of(&turn.lay(&plane)).plain;
                // The median may fall between two coefficients that rounding lets change places.
                assert!((drawn ^ laid).count_ones() <= 2, "{seed} {turn:?}");
            }
        }
    }

    #[test]
    fn the_index_finds_what_plain_comparison_finds() {
        let mut state = 1_u64;
        let mut entries = Vec::new();
        for row in 0..400 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(12345);
            let base = state ^ state >> 29;
            entries.push((base, 2 * row));
            // A near one: some bits of it turned over.
            let flips = (0..row % 14).fold(0, |bits, at| bits | 1 << (at * 5 % 64));
            entries.push((base ^ flips, 2 * row + 1));
        }
        for (many, radius) in [(entries.len(), 11), (entries.len() - 1, 7)] {
            let index = Index::new(&entries, many);
            for (hash, row) in &entries {
                let looks = Looks {
                    plain: *hash,
                    laid: [*hash; 8],
                };
                let mut found = index.near_to(*row, &[looks]);
                found.sort_unstable();
                let near = entries
                    .iter()
                    .filter(|(other, _)| (hash ^ other).count_ones() <= radius);
                let wanted: Vec<u32> = near.map(|(_, other)| *other).filter(|o| o != row).collect();
                assert_eq!(found, wanted, "{many}");
            }
        }
    }
}
