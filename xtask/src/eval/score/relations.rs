//! Which pictures the program says are the same, out of the groups it tells.
//!
//! A group of equal files or equal pixels stands in the other groups by the one to keep, so each member stands for all
//! that equal it. Members of one group are told to be the same; those of two groups with the same one to keep only
//! through it. A picture may be a copy of two that are not copies of each other.

use std::collections::BTreeMap;

use crate::eval::told::Group;

/// Groups, taken apart.
#[derive(Debug, Default)]
pub(in crate::eval) struct Relations {
    /// Pairs told to be the same, with the tier.
    pub(in crate::eval) pairs: BTreeMap<(String, String), String>,
    /// For a member that is not to be kept, the ones to keep, the tiers and the likenesses.
    keep: BTreeMap<String, Vec<(String, String, f64)>>,
}

/// How two pictures are the same.
#[derive(Debug, PartialEq)]
pub(in crate::eval) struct Found<'a> {
    pub(in crate::eval) tier: &'a str,
    pub(in crate::eval) likeness: f64,
}

fn is_exact(group: &Group) -> bool {
    matches!(group.tier.as_str(), "same_bytes" | "same_pixels")
}

impl Relations {
    pub(in crate::eval) fn of(groups: &[Group]) -> Self {
        let mut relations = Self::default();
        for group in groups {
            for (other, likeness) in group.members[1..].iter().zip(&group.likeness) {
                let keep = (group.members[0].clone(), group.tier.clone(), *likeness);
                relations.keep.entry(other.clone()).or_default().push(keep);
            }
        }
        let mut equals: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for other in relations.keep.keys() {
            let root = relations.equal_root(other);
            if root != other {
                equals.entry(root).or_default().push(other);
            }
        }
        let all_of = |member: &'_ str| -> Vec<String> {
            let equal = equals.get(member).into_iter().flatten();
            std::iter::once(member)
                .chain(equal.copied())
                .map(str::to_owned)
                .collect()
        };
        let mut pairs = BTreeMap::new();
        for group in groups {
            let members: Vec<Vec<String>> = if is_exact(group) {
                group.members.iter().map(|m| vec![m.clone()]).collect()
            } else {
                group.members.iter().map(|member| all_of(member)).collect()
            };
            for (at, some) in members.iter().enumerate() {
                for (one, other) in members[at + 1..]
                    .iter()
                    .flatten()
                    .flat_map(|other| some.iter().map(move |one| (one, other)))
                {
                    let pair = (one.min(other).clone(), one.max(other).clone());
                    pairs.entry(pair).or_insert_with(|| group.tier.clone());
                }
            }
        }
        relations.pairs = pairs;
        relations
    }

    /// The picture that one equals, itself where there is none.
    fn equal_root<'a>(&'a self, mut path: &'a str) -> &'a str {
        let exact = |path: &str| {
            let mut keeps = self.keep.get(path)?.iter();
            keeps.find(|(_, tier, _)| matches!(tier.as_str(), "same_bytes" | "same_pixels"))
        };
        while let Some((keep, ..)) = exact(path) {
            path = keep;
        }
        path
    }

    /// Whether two pictures are told to be the same, with each other or both with one that is kept.
    pub(in crate::eval) fn between(&self, copy: &str, base: &str) -> Option<Found<'_>> {
        let of = |path: &str| self.keep.get(path).map_or(&[][..], Vec::as_slice);
        for (one, other) in [(copy, base), (base, copy)] {
            if let Some((_, tier, likeness)) = of(one).iter().find(|(keep, ..)| keep == other) {
                let likeness = *likeness;
                return Some(Found { tier, likeness });
            }
        }
        let top = |path: &str| {
            let mut at = path;
            while let Some((keep, ..)) = of(at).first() {
                at = keep;
            }
            at.to_owned()
        };
        if top(copy) != top(base) {
            return None;
        }
        let mut loosest = ("", 1.0_f64);
        for start in [copy, base] {
            let mut at = start;
            while let Some((keep, tier, likeness)) = of(at).first() {
                if loosest.0.is_empty() || *likeness < loosest.1 {
                    loosest = (tier, *likeness);
                }
                at = keep;
            }
        }
        let pair = if copy < base {
            (copy, base)
        } else {
            (base, copy)
        };
        let direct = self.pairs.get(&(pair.0.to_owned(), pair.1.to_owned()));
        Some(Found {
            tier: direct.map_or(loosest.0, String::as_str),
            likeness: loosest.1,
        })
    }
}
