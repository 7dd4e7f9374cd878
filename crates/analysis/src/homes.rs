//! Where each picture of a set belongs, once its copies are known.

use crate::duplicates::{Copies, Exact};
use crate::neighbours::Scored;
use crate::set::Set;

/// Where each picture belongs, by place.
pub(crate) struct Homes {
    /// Among the distinct pictures, the one it is an exact copy of, or itself.
    pub(crate) distinct_at: Vec<u32>,
    /// Among the kept pictures, the one it is any copy of, or itself.
    pub(crate) kept_at: Vec<u32>,
    /// Whether it is a copy, exact or near, of one that is kept.
    pub(crate) is_copy: Vec<bool>,
    /// Whether it has an exact copy.
    pub(crate) has_equal: Vec<bool>,
}

impl Homes {
    pub(crate) fn new(set: &Set<'_>, exact: &Exact, near: &[Copies]) -> Self {
        let mut homes = Self {
            distinct_at: vec![u32::MAX; set.len()],
            kept_at: vec![u32::MAX; set.len()],
            is_copy: vec![false; set.len()],
            has_equal: vec![false; set.len()],
        };
        for (at, place) in exact.distinct.iter().enumerate() {
            homes.distinct_at[*place as usize] = at as u32;
        }
        for (other, _) in near.iter().flat_map(|copies| &copies.others) {
            homes.is_copy[*other as usize] = true;
        }
        let mut count = 0;
        for place in &exact.distinct {
            if !homes.is_copy[*place as usize] {
                homes.kept_at[*place as usize] = count;
                count += 1;
            }
        }
        for copies in near {
            for (other, _) in &copies.others {
                homes.kept_at[*other as usize] = homes.kept_at[copies.keep as usize];
            }
        }
        // Equal pixels first: those to keep of equal bytes are found through them.
        for copies in exact.copies.iter().rev() {
            homes.has_equal[copies.keep as usize] = true;
            for (other, _) in &copies.others {
                let (other, keep) = (*other as usize, copies.keep as usize);
                homes.distinct_at[other] = homes.distinct_at[keep];
                homes.kept_at[other] = homes.kept_at[keep];
                homes.has_equal[other] = true;
                homes.is_copy[other] = true;
            }
        }
        homes
    }
}

/// The pictures that are copies of no other, numbered anew.
pub(crate) struct Kept {
    pub(crate) places: Vec<u32>,
    /// Their nearest neighbours among themselves, as far as known.
    pub(crate) nearest: Vec<Vec<(u32, f32)>>,
}

impl Kept {
    pub(crate) fn new(exact: &Exact, homes: &Homes, nearest: &Scored) -> Self {
        let distinct = exact.distinct.iter().copied().enumerate();
        let kept = distinct.filter(|(_, place)| !homes.is_copy[*place as usize]);
        let (at, places): (Vec<usize>, Vec<u32>) = kept.unzip();
        let among_kept = |at: &usize| {
            let place = |other: u32| exact.distinct[other as usize] as usize;
            let all = nearest.of(*at);
            all.map(|(other, cosine)| (place(other), cosine))
                .filter(|(place, _)| !homes.is_copy[*place])
                .map(|(place, cosine)| (homes.kept_at[place], cosine))
                .collect()
        };
        Self {
            nearest: at.iter().map(among_kept).collect(),
            places,
        }
    }
}
