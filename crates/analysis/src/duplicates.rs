//! Copies: which pictures are the same, in which way, and which one to keep.
//!
//! Exact tiers are equality of hashes. For the near tiers, vectors and perceptual hashes propose
//! pairs, and [`crate::likeness`] decides on each.
//!
//! Near copies do not chain. Pictures choose in the order in which they would be kept, each
//! taking the copies of itself that nobody took before: every member of a group is a copy of the
//! one to keep, not of another member. And where two copies of one picture are plainly different
//! from each other, as two parts of a large picture may be, they stand in two groups that keep
//! the same picture. So a group depends on its members and on those who might have taken them,
//! never on the order of the files or on pictures that are copies of nothing.

use std::collections::BTreeMap;

use lamina_model::DuplicateTier;
use rayon::prelude::*;

use crate::likeness::{Effort, Glance, Likeness, compare};
use crate::progress::Stage;
use crate::set::Set;
use crate::{AnalysisError, Settings};

/// Two members of a group must be at least this much less alike than members and keeper must.
const SLACK: f32 = 0.04;

/// Copies of one picture in one tier; places instead of rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Copies {
    pub(crate) tier: DuplicateTier,
    pub(crate) keep: u32,
    pub(crate) others: Vec<(u32, f32)>,
}

/// Copies that are exact, and one place for each set of pictures with equal pixels.
pub(crate) struct Exact {
    pub(crate) copies: Vec<Copies>,
    /// The ones to keep, by place.
    pub(crate) distinct: Vec<u32>,
}

/// Finds the files equal byte for byte, and among one of each those equal pixel for pixel.
pub(crate) fn exact(set: &Set<'_>) -> Exact {
    let all: Vec<u32> = (0..set.len() as u32).collect();
    let mut copies = Vec::new();
    let files = equal(set, &all, DuplicateTier::SameBytes, &mut copies);
    let mut distinct = equal(set, &files, DuplicateTier::SamePixels, &mut copies);
    distinct.sort_unstable();
    Exact { copies, distinct }
}

/// Groups the places of equal hash; what comes back is the one to keep of each.
fn equal(set: &Set<'_>, places: &[u32], tier: DuplicateTier, copies: &mut Vec<Copies>) -> Vec<u32> {
    let mut by_hash: BTreeMap<&[u8; 32], Vec<u32>> = BTreeMap::new();
    for place in places {
        let facts = set.facts[*place as usize];
        let hash = if tier == DuplicateTier::SameBytes {
            &facts.content_hash
        } else {
            &facts.pixel_hash
        };
        by_hash.entry(hash).or_default().push(*place);
    }
    let mut kept = Vec::with_capacity(by_hash.len());
    for mut group in by_hash.into_values() {
        group.sort_by(|a, b| set.keep_order(*a, *b));
        kept.push(group[0]);
        if group.len() > 1 {
            copies.push(Copies {
                tier,
                keep: group[0],
                others: group[1..].iter().map(|place| (*place, 1.0)).collect(),
            });
        }
    }
    kept
}

/// Cosine from which on a copy is to be expected …
const EXPECTED: f32 = 0.9;
/// … by so many of the pictures most alike. In a set of look-alikes every picture has dozens at
/// such a cosine, and looking harder costs seven times as much.
const EXPECTED_OF: usize = 16;
/// Members of a group that a new one is laid beside at most, where they were not proposed to each
/// other, so that a group of thousands does not take the square of their number.
const BESIDE_AT_MOST: usize = 8;

/// Pairs worth comparing, by index into `distinct`: each once, the lower first.
pub(crate) fn proposals(alike: &[Vec<(u32, f32)>], hashes: &[Vec<u32>]) -> Vec<(u32, u32, Effort)> {
    let mut pairs = Vec::new();
    for (at, others) in alike.iter().enumerate() {
        pairs.extend(others.iter().enumerate().map(|(rank, (other, cosine))| {
            let expected = *cosine >= EXPECTED && rank < EXPECTED_OF;
            (sorted(at as u32, *other), !expected)
        }));
    }
    for (at, others) in hashes.iter().enumerate() {
        pairs.extend(others.iter().map(|other| (sorted(at as u32, *other), true)));
    }
    pairs.sort_unstable();
    // Of two proposals of one pair, the one that expects more comes first and stays.
    pairs.dedup_by_key(|(pair, _)| *pair);
    let effort = |usual| if usual { Effort::Usual } else { Effort::More };
    pairs
        .into_iter()
        .map(|((a, b), usual)| (a, b, effort(usual)))
        .collect()
}

fn sorted(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// Compares the proposed pairs and puts the copies together.
pub(crate) fn near(
    set: &Set<'_>,
    distinct: &[u32],
    proposals: &[(u32, u32, Effort)],
    settings: &Settings,
    stage: &Stage<'_>,
) -> Result<Vec<Copies>, AnalysisError> {
    let stage = stage.of(proposals.len() as u64);
    let glances: Vec<Glance<'_>> = distinct
        .par_iter()
        .map(|place| Glance::new(set.facts[*place as usize]))
        .collect();
    let likenesses: Result<Vec<_>, AnalysisError> = proposals
        .par_chunks(64)
        .map(|pairs| {
            stage.advance(pairs.len() as u64)?;
            Ok(pairs
                .iter()
                .filter_map(|(a, b, effort)| {
                    let likeness = compare(&glances[*a as usize], &glances[*b as usize], *effort)?;
                    Some((*a, *b, likeness))
                })
                .filter(|(_, _, likeness)| likeness.value >= settings.least_likeness - SLACK)
                .collect::<Vec<_>>())
        })
        .collect();
    let alike: Vec<(u32, u32, Likeness)> = likenesses?.into_iter().flatten().collect();
    let mut partners: Vec<Vec<(u32, Likeness)>> = vec![Vec::new(); distinct.len()];
    for (a, b, likeness) in &alike {
        if likeness.value >= settings.least_likeness {
            partners[*a as usize].push((*b, *likeness));
            partners[*b as usize].push((*a, *likeness));
        }
    }
    let seen = Seen {
        glances: &glances,
        proposals,
        alike: &alike,
        least: settings.least_likeness - SLACK,
    };
    Ok(stars(set, distinct, &seen, partners))
}

/// What is known of pairs.
struct Seen<'a> {
    glances: &'a [Glance<'a>],
    /// The pairs compared, in order.
    proposals: &'a [(u32, u32, Effort)],
    /// Those of them that are alike enough to stand together, in the same order.
    alike: &'a [(u32, u32, Likeness)],
    /// How alike that is.
    least: f32,
}

impl Seen<'_> {
    /// Whether two pictures are alike enough to stand together; nothing where nobody looked.
    fn known(&self, a: u32, b: u32) -> Option<bool> {
        let pair = sorted(a, b);
        let looked = self
            .proposals
            .binary_search_by_key(&pair, |(a, b, _)| (*a, *b));
        looked.ok()?;
        let found = self.alike.binary_search_by_key(&pair, |(a, b, _)| (*a, *b));
        Some(found.is_ok())
    }

    fn look(&self, a: u32, b: u32) -> bool {
        let (a, b) = sorted(a, b);
        let [a, b] = [a, b].map(|at| &self.glances[at as usize]);
        compare(a, b, Effort::Usual).is_some_and(|found| found.value >= self.least)
    }

    /// Whether a picture may stand with all of these.
    fn agrees(&self, other: u32, members: &[(u32, f32)]) -> bool {
        let mut beside = Vec::new();
        for (member, _) in members {
            match self.known(*member, other) {
                Some(false) => return false,
                Some(true) => {}
                None => beside.push(*member),
            }
        }
        let mut beside = beside.into_iter().take(BESIDE_AT_MOST);
        beside.all(|member| self.look(member, other))
    }
}

/// Lets each picture, in the order of keeping, take its copies.
fn stars(
    set: &Set<'_>,
    distinct: &[u32],
    seen: &Seen<'_>,
    mut partners: Vec<Vec<(u32, Likeness)>>,
) -> Vec<Copies> {
    let mut order: Vec<u32> = (0..distinct.len() as u32)
        .filter(|at| !partners[*at as usize].is_empty())
        .collect();
    order.sort_by(|a, b| set.keep_order(distinct[*a as usize], distinct[*b as usize]));
    let mut taken = vec![false; distinct.len()];
    let mut copies = Vec::new();
    for keep in order {
        if taken[keep as usize] {
            continue;
        }
        taken[keep as usize] = true;
        let mut wanted = std::mem::take(&mut partners[keep as usize]);
        wanted.retain(|(other, _)| !taken[*other as usize]);
        wanted.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then(a.0.cmp(&b.0)));
        for (other, _) in &wanted {
            taken[*other as usize] = true;
        }
        copies.extend(agreeing(seen, wanted).into_iter().map(|(tier, members)| {
            Copies {
                tier,
                keep: distinct[keep as usize],
                others: members
                    .into_iter()
                    .map(|(other, value)| (distinct[other as usize], value))
                    .collect(),
            }
        }));
    }
    copies
}

/// Copies of one picture, divided by tier and further so that no two that stand together are
/// plainly different. Each goes with the first that it agrees with.
fn agreeing(
    seen: &Seen<'_>,
    wanted: Vec<(u32, Likeness)>,
) -> Vec<(DuplicateTier, Vec<(u32, f32)>)> {
    let mut groups: Vec<(DuplicateTier, Vec<(u32, f32)>)> = Vec::new();
    for (other, likeness) in wanted {
        let home = groups
            .iter_mut()
            .find(|(tier, members)| *tier == likeness.tier && seen.agrees(other, members));
        let member = (other, likeness.value);
        match home {
            Some((_, members)) => members.push(member),
            None => groups.push((likeness.tier, vec![member])),
        }
    }
    groups
}
