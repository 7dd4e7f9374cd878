//! Copies: which pictures are the same, in which way, and which one to keep.
//!
//! Exact tiers are equality of hashes. For the near tiers, vectors and perceptual hashes propose
//! pairs, and [`crate::likeness`] decides on each; of drawings on even ground, such as pages and
//! screens, [`crate::closer`] looks once more at the most promising.
//!
//! Near copies do not chain. Pictures choose in the order in which they would be kept, each
//! taking the copies of itself that nobody took before: every member of a group is a copy of the
//! one to keep, not of another member. And where two copies of one picture are plainly different
//! from each other, as two parts of a large picture may be, they stand in two groups that keep
//! the same picture. So a group depends on its members and on those who might have taken them,
//! never on the order of the files or on pictures that are copies of nothing.
//!
//! A copy may so be left alone: a framed and a mirrored copy of one photograph are no copies of
//! each other, and where the framed one, being larger, takes the photograph, the mirrored one has
//! nobody. It then stands in a group of its own with the picture that it is most like, whoever took
//! that. In that group it is the one to keep, whatever its size: the other goes for the sake of
//! the one that took it, and what is no copy of that must not go as well. So a picture may be a
//! copy of several that are kept, but what is kept is never a near copy of anything.

mod laying;
mod pairs;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use lamina_model::DuplicateTier;
use rayon::prelude::*;

pub(crate) use self::laying::Laid;
use self::laying::{Desk, Pairs, look_closer};
use self::pairs::Proposed;
pub(crate) use self::pairs::{Looked, Pair};
use crate::closer::Parts;
use crate::likeness::{Effort, Likeness};
use crate::memory::Recall;
use crate::neighbours::{Depth, Lists};
use crate::progress::Stage;
use crate::set::{Distinct, Set};
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
/// Members of a group that a new one is laid beside at most, where they were not proposed to each
/// other, so that a group of thousands does not take the square of their number.
const BESIDE_AT_MOST: usize = 8;

/// Pairs worth comparing, by index into `distinct`, in order, each once. `alike` are the lists of
/// vectors, `hashes` those of hashes, each with how much of them counts.
pub(crate) fn proposals(alike: (&Lists, &Depth), hashes: (&Lists, &Depth)) -> Vec<Pair> {
    let mut proposed = Proposed::default();
    let effort = |expected| {
        if expected {
            Effort::More
        } else {
            Effort::Usual
        }
    };
    for at in 0..alike.0.len() {
        let mut propose = |other, effort| proposed.push(Pair::new(at as u32, other, effort));
        for (rank, (other, cosine)) in alike.0.alike(at, alike.1).enumerate() {
            let expected = cosine >= EXPECTED && rank < EXPECTED_OF;
            propose(other, effort(expected));
        }
        let nearest = alike.0.of(at).take(alike.1.nearest.min(NEAREST_OF));
        let nearest = nearest.take_while(|(_, cosine)| *cosine >= NEAREST);
        for (rank, (other, _)) in nearest.enumerate() {
            propose(other, effort(rank < NEAREST_EXPECTED_OF));
        }
        for (other, _) in hashes.0.alike(at, hashes.1) {
            propose(other, Effort::Usual);
        }
    }
    proposed.into_pairs()
}

fn sorted(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// Near copies, and what was seen on the way to them.
pub(crate) struct NearCopies {
    pub(crate) copies: Vec<Copies>,
    /// Every pair that mattered.
    pub(crate) pairs: Looked,
    /// How many of them were laid over each other now.
    pub(crate) laid: usize,
    /// Where the content of drawings lies, by index into `distinct`.
    pub(crate) parts: BTreeMap<u32, Parts>,
}

/// Compares the proposed pairs and puts the copies together. Pairs that were compared before are
/// not compared again.
pub(crate) fn near(
    pictures: Distinct<'_>,
    proposals: Vec<Pair>,
    settings: &Settings,
    before: Option<&Recall<'_>>,
    stage: &Stage<'_>,
) -> Result<NearCopies, AnalysisError> {
    let laying = stage.part(0, 700);
    let laying = laying.of(proposals.len() as u64);
    let pairs = Pairs::new(pictures, before);
    let compared: Result<Vec<_>, AnalysisError> = proposals
        .par_chunks(64)
        .map(|some| {
            laying.advance(some.len() as u64)?;
            let mut desk = Desk::new(&pairs);
            let laid = some
                .iter()
                .map(|pair| desk.laid(pair.both(), pair.effort()));
            Ok(laid.filter(Laid::says_something).collect::<Vec<_>>())
        })
        .collect();
    let mut looked = Looked::new(proposals, compared?);
    let looking = stage.part(700, 1000);
    look_closer(&pairs, &mut looked.alike, settings.least_likeness, &looking)?;
    let mut partners: Vec<Vec<(u32, Likeness)>> = vec![Vec::new(); pictures.len() as usize];
    for laid in &looked.alike {
        let likeness = laid.copy();
        if let Some(likeness) = likeness.filter(|found| found.value >= settings.least_likeness) {
            let (a, b) = laid.pair;
            partners[a as usize].push((b, likeness));
            partners[b as usize].push((a, likeness));
        }
    }
    let seen = Seen {
        pairs: &pairs,
        looked: &looked,
        beside: RefCell::default(),
        least: settings.least_likeness - SLACK,
    };
    let copies = stars(pictures, &seen, partners);
    let beside = seen.beside.into_inner();
    looked.add(beside);
    Ok(NearCopies {
        copies,
        pairs: looked,
        laid: pairs.count.load(Ordering::Relaxed),
        parts: pairs.known_parts(),
    })
}

/// What is known of pairs.
struct Seen<'a, 'p> {
    pairs: &'a Pairs<'p>,
    /// The pairs that were proposed.
    looked: &'a Looked,
    /// Others that were looked at beside.
    beside: RefCell<BTreeMap<(u32, u32), Laid>>,
    /// How alike two are that may stand together.
    least: f32,
}

impl Seen<'_, '_> {
    fn is_alike(&self, laid: &Laid) -> bool {
        laid.alike().is_some_and(|found| found.value >= self.least)
    }

    /// Whether two pictures are alike enough to stand together; nothing where nobody looked.
    fn known(&self, a: u32, b: u32) -> Option<bool> {
        let looked = self.looked.of(sorted(a, b))?;
        Some(self.is_alike(&looked))
    }

    fn look(&self, a: u32, b: u32) -> bool {
        let pair = sorted(a, b);
        let mut beside = self.beside.borrow_mut();
        let laid = beside
            .entry(pair)
            .or_insert_with(|| Desk::new(self.pairs).laid(pair, Effort::Usual));
        self.is_alike(laid)
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
    pictures: Distinct<'_>,
    seen: &Seen<'_, '_>,
    mut partners: Vec<Vec<(u32, Likeness)>>,
) -> Vec<Copies> {
    let mut order: Vec<u32> = (0..pictures.len())
        .filter(|at| !partners[*at as usize].is_empty())
        .collect();
    let distinct = pictures.places;
    let first = |a: &u32, b: &u32| {
        pictures
            .set
            .keep_order(distinct[*a as usize], distinct[*b as usize])
    };
    order.sort_by(first);
    let mut taken = vec![false; distinct.len()];
    let mut copies = Vec::new();
    for keep in order {
        if taken[keep as usize] {
            continue;
        }
        taken[keep as usize] = true;
        let mut wanted = std::mem::take(&mut partners[keep as usize]);
        wanted.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then(a.0.cmp(&b.0)));
        let nearest = wanted[0];
        wanted.retain(|(other, _)| !taken[*other as usize]);
        if wanted.is_empty() {
            // Whoever comes before this one and was not taken would have taken it: so this is a
            // copy of others, which stay in their groups.
            wanted.push(nearest);
        }
        for (other, _) in &wanted {
            taken[*other as usize] = true;
        }
        copies.extend(groups_of(distinct, seen, keep, wanted));
    }
    copies
}

/// The groups in which some copies of a picture stand, by place.
fn groups_of(
    distinct: &[u32],
    seen: &Seen<'_, '_>,
    keep: u32,
    wanted: Vec<(u32, Likeness)>,
) -> impl Iterator<Item = Copies> {
    let keep = distinct[keep as usize];
    let groups = agreeing(seen, wanted).into_iter();
    groups.map(move |(tier, members)| {
        let others = members.into_iter();
        let others = others.map(|(other, value)| (distinct[other as usize], value));
        Copies {
            tier,
            keep,
            others: others.collect(),
        }
    })
}

/// Copies of one picture, divided by tier and further so that no two that stand together are
/// plainly different. Each goes with the first that it agrees with.
fn agreeing(
    seen: &Seen<'_, '_>,
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
