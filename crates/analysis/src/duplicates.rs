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
//! never on the order of the files or on pictures that are copies of nothing; but for drawings with
//! more look-alikes than are looked at ([`family`]).
//!
//! A copy may so be left alone: the left and the right three quarters of one photograph are no copies
//! of each other, and where the left one, being larger, takes the photograph, the right one has
//! nobody. It then stands in a group of its own with the picture that it is most like, whoever took
//! that. In that group it is the one to keep, whatever its size: the other goes for the sake of
//! the one that took it, and what is no copy of that must not go as well. So a picture may be a
//! copy of several that are kept, but what is kept is never a near copy of anything.

mod family;
mod laying;
mod pairs;
mod proposals;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use lamina_model::DuplicateTier;
use rayon::prelude::*;

use self::family::Family;
pub(crate) use self::laying::Laid;
use self::laying::{Desk, Material, look_closer};
pub(crate) use self::pairs::{Alike, Laying, Looked, Pair, Pairs};
pub(crate) use self::proposals::proposals;
use crate::likeness::{Effort, Likeness};
use crate::memory::Remembered;
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

/// Pairs, or up to twice as many, for which each of their pictures is made ready once.
const AT_A_DESK: usize = 64;
/// Members of a group that a new one is laid beside at most, where they were not proposed to each
/// other, so that a group of thousands does not take the square of their number.
const BESIDE_AT_MOST: usize = 8;

fn sorted(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// Near copies, and what was seen on the way to them.
pub(crate) struct NearCopies {
    pub(crate) copies: Vec<Copies>,
    /// Pictures go by their index into `distinct`.
    pub(crate) laying: Laying,
    /// How many pairs were laid over each other now.
    pub(crate) laid: usize,
}

/// Compares the proposed pairs and puts the copies together. Pairs that were compared before are
/// not compared again.
pub(crate) fn near(
    pictures: Distinct<'_>,
    proposals: Pairs,
    settings: &Settings,
    before: Option<Remembered<'_, Laying>>,
    stage: &Stage<'_>,
) -> Result<NearCopies, AnalysisError> {
    let least = settings.least_likeness - SLACK;
    let laying = stage.part(0, 700);
    let laying = laying.of(proposals.len() as u64);
    let material = Material::new(pictures, before);
    let compared: Result<Vec<_>, AnalysisError> = proposals
        .some_at_a_time(AT_A_DESK)
        .into_par_iter()
        .map(|places| {
            let some: Vec<Pair> = proposals.at(places).collect();
            laying.advance(some.len() as u64)?;
            let mut desk = Desk::new(&material);
            let laid = some
                .iter()
                .map(|pair| desk.laid(pair.both(), pair.effort()));
            let mut looked = Looked::default();
            looked.take(laid, least);
            Ok(looked)
        })
        .collect();
    let mut looked = Looked::all(proposals, compared?);
    stage.let_go();
    let looking = stage.part(700, 1000);
    look_closer(
        &material,
        &mut looked.drawings,
        settings.least_likeness,
        &looking,
    )?;
    let seen = Seen {
        material: &material,
        looked: &looked,
        beside: RefCell::default(),
        least,
    };
    let copies = stars(pictures, &seen, &Partners::new(&looked, pictures, settings));
    let beside = seen.beside.into_inner();
    looked.add(beside, least);
    Ok(NearCopies {
        copies,
        laid: material.count.load(Ordering::Relaxed),
        laying: Laying {
            pairs: looked,
            parts: material.into_parts(),
        },
    })
}

/// For each picture where it is told that another is a copy of it. Among look-alikes that is said of
/// more pairs than there are pictures, so no more than the place of each is held.
struct Partners<'a> {
    looked: &'a Looked,
    /// Where those of each picture begin, and the end of the last.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl<'a> Partners<'a> {
    fn new(looked: &'a Looked, pictures: Distinct<'_>, settings: &Settings) -> Self {
        let family = Family::new(looked, settings.least_likeness);
        let is_copy = |laid: &Laid| {
            let copy = laid.copy();
            copy.is_some_and(|found| found.value >= settings.least_likeness)
                && (!laid.is_unseen() || family.vouches_for(laid.pair))
        };
        let both = || {
            let all = (0..looked.telling()).map(|at| (at, looked.told(at)));
            let copies = all.filter(|(_, laid)| is_copy(laid));
            copies.flat_map(|(at, laid)| [(laid.pair.0, at), (laid.pair.1, at)])
        };
        let mut starts = vec![0_u32; pictures.len() as usize + 1];
        for (picture, _) in both() {
            starts[picture as usize + 1] += 1;
        }
        for picture in 0..pictures.len() as usize {
            starts[picture + 1] += starts[picture];
        }
        let mut next = starts.clone();
        let mut places = vec![0; starts[pictures.len() as usize] as usize];
        for (picture, at) in both() {
            let slot = &mut next[picture as usize];
            places[*slot as usize] = at as u32;
            *slot += 1;
        }
        Self {
            looked,
            starts,
            places,
        }
    }

    fn places_of(&self, picture: u32) -> &[u32] {
        let picture = picture as usize;
        &self.places[self.starts[picture] as usize..self.starts[picture + 1] as usize]
    }

    /// The copies of a picture, the most alike first.
    fn of(&self, picture: u32) -> Vec<(u32, Likeness)> {
        let places = self.places_of(picture).iter();
        let copies = places.filter_map(|at| {
            let laid = self.looked.told(*at as usize);
            let other = if laid.pair.0 == picture {
                laid.pair.1
            } else {
                laid.pair.0
            };
            Some((other, laid.copy()?))
        });
        let mut copies: Vec<(u32, Likeness)> = copies.collect();
        copies.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then(a.0.cmp(&b.0)));
        copies
    }
}

/// What is known of pairs.
struct Seen<'a, 'p> {
    material: &'a Material<'p>,
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
            .or_insert_with(|| Desk::new(self.material).laid(pair, Effort::Usual));
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
fn stars(pictures: Distinct<'_>, seen: &Seen<'_, '_>, partners: &Partners<'_>) -> Vec<Copies> {
    let mut order: Vec<u32> = (0..pictures.len())
        .filter(|at| !partners.places_of(*at).is_empty())
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
        let mut wanted = partners.of(keep);
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
