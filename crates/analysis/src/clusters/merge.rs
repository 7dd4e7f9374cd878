//! Merging clusters that are each other's nearest.
//!
//! A round looks again only at what the last one changed: a cluster that was not united with
//! another, nor has one such among those near it, still has the partner it had. Vectors of small
//! clusters are not summed up beforehand, for there are as many such clusters as pictures.
//!
//! There is always a next pair, as long as any cluster knows another: what two clusters are to each
//! other is the same to the last bit from either side, of equally alike ones the lower comes first,
//! and a cluster that another one is nearest to hears of it, although it may know nothing of that
//! one: of look-alikes in their hundreds most know a few, and these a few others.

use std::borrow::Cow;
use std::cmp::Ordering;

use rayon::prelude::*;

use super::Members;
use super::chains::Chains;
use crate::AnalysisError;
use crate::neighbours::{Holders, Rows, Scored, dot, dot_with};
use crate::progress::Stage;

/// Clusters that a cluster is compared with.
const COMPARED: usize = 24;
/// Members up to which a cluster's sum is not kept: a sum takes twice as much as a vector, and
/// there are so many small clusters that theirs would be more than all vectors.
const FEW: usize = 6;
/// Clusters that are compared at a time: what was found of these waits until all of them are.
const AT_A_TIME: usize = 4096;

/// Clusters in the making. A cluster goes by the lowest index of its members.
pub(super) struct Merging<'a> {
    rows: Rows<'a>,
    /// Members of each cluster; none for those merged into another.
    members: Chains,
    /// Sum of the vectors of the members, for clusters of more than a few that are left.
    sums: Vec<Option<Vec<f32>>>,
    /// Clusters worth comparing with, and the mean cosine where it is known.
    near: Vec<Vec<(u32, f32)>>,
    /// The most alike of them, with the mean cosine.
    best: Vec<Option<(u32, f32)>>,
    /// Whether a cluster has changed since it was last compared.
    changed: Vec<bool>,
    /// Where a cluster merged into another has gone.
    gone_to: Vec<u32>,
}

impl<'a> Merging<'a> {
    pub(super) fn new(rows: Rows<'a>, nearest: &Scored) -> Self {
        let holders = Holders::new(rows.len(), |at| nearest.of(at));
        let near = (0..rows.len()).into_par_iter().map(|at| {
            let both = nearest.of(at).chain(holders.of(at).iter().copied());
            let mut near: Vec<(u32, f32)> = both.collect();
            // Two that have each other say the same of it.
            near.sort_unstable_by_key(|(other, _)| *other);
            near.dedup_by_key(|(other, _)| *other);
            most_alike_first(&mut near);
            near.shrink_to_fit();
            near
        });
        let near: Vec<Vec<(u32, f32)>> = near.collect();
        Self {
            rows,
            members: Chains::of_one(rows.len()),
            sums: vec![None; rows.len()],
            best: near.iter().map(|near| near.first().copied()).collect(),
            near,
            changed: vec![false; rows.len()],
            gone_to: (0..rows.len() as u32).collect(),
        }
    }

    /// Makes one cluster of some, whatever their vectors say.
    pub(super) fn join(&mut self, group: &[u32]) {
        for other in group.iter().skip(1) {
            let (a, b) = (self.standing(group[0]), self.standing(*other));
            if a != b {
                self.unite(a.min(b), a.max(b));
            }
        }
    }

    /// Merges until no two clusters have this mean cosine, nor are there more than so many.
    pub(super) fn merge_down_to(
        &mut self,
        least: f32,
        most_clusters: usize,
        stage: &Stage<'_>,
    ) -> Result<(), AnalysisError> {
        loop {
            stage.advance(0)?;
            let alive = self.alive();
            self.find_partners(&alive);
            let mut pairs: Vec<(f32, u32, u32)> = alive
                .iter()
                .filter_map(|at| {
                    self.best[*at as usize].map(|(other, cosine)| (cosine, *at, other))
                })
                .filter(|(_, at, other)| at < other)
                .filter(|(_, at, other)| {
                    let theirs = self.best[*other as usize];
                    theirs.is_some_and(|(back, _)| back == *at)
                })
                .collect();
            let surplus = alive.len().saturating_sub(most_clusters);
            pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let wanted = pairs.partition_point(|(cosine, ..)| *cosine >= least);
            let take = wanted.max(surplus.min(pairs.len().div_ceil(4)));
            if take == 0 {
                return Ok(());
            }
            for (_, a, b) in &pairs[..take] {
                self.unite(*a, *b);
            }
        }
    }

    /// The clusters as they are, by lowest member.
    pub(super) fn clusters(&self) -> Vec<Members> {
        let clusters = self.alive().into_par_iter().map(|at| {
            let mean = self.sum(at);
            let members = self.members.of(at);
            let representative = members
                .map(|member| (member, dot_with(&mean, self.rows.row(member as usize))))
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
                .map_or(at, |(member, _)| member);
            Members {
                members: self.members.of(at).collect(),
                representative,
            }
        });
        clusters.collect()
    }

    /// Those that were not merged into another, in order.
    fn alive(&self) -> Vec<u32> {
        let all = 0..self.gone_to.len() as u32;
        all.filter(|at| self.gone_to[*at as usize] == *at).collect()
    }

    /// The sum of the vectors of a cluster's members.
    fn sum(&self, at: u32) -> Cow<'_, [f32]> {
        if let Some(sum) = &self.sums[at as usize] {
            return Cow::Borrowed(sum);
        }
        let mut sum = vec![0.0; self.rows.columns()];
        for member in self.members.of(at) {
            self.rows.add_to(&mut sum, member as usize);
        }
        Cow::Owned(sum)
    }

    /// The cluster in which one that is gone has ended.
    fn standing(&self, mut at: u32) -> u32 {
        while self.gone_to[at as usize] != at {
            at = self.gone_to[at as usize];
        }
        at
    }

    /// Finds for each cluster the most alike of those near it; of equally alike ones the lowest. What
    /// is found of one hangs on nothing that is found of another.
    fn find_partners(&mut self, alive: &[u32]) {
        for some in alive.chunks(AT_A_TIME) {
            let found = some.par_iter().map(|at| self.compared(*at));
            let found: Vec<Option<Vec<(u32, f32)>>> = found.collect();
            for (at, near) in some.iter().zip(found) {
                if let Some(near) = near {
                    self.best[*at as usize] = near.first().copied();
                    self.near[*at as usize] = near;
                }
            }
        }
        self.offer(alive);
        for at in alive {
            self.changed[*at as usize] = false;
        }
    }

    /// Tells each cluster of those that it is nearest to, where one is more alike than its partner.
    fn offer(&mut self, alive: &[u32]) {
        for at in alive {
            let Some((partner, cosine)) = self.best[*at as usize] else {
                continue;
            };
            let offered = (*at, cosine);
            let theirs = &mut self.best[partner as usize];
            if theirs.is_none_or(|theirs| order(offered, theirs).is_lt()) {
                *theirs = Some(offered);
                self.near[partner as usize].insert(0, offered);
            }
        }
    }

    /// The clusters near one, the most alike first; nothing where all are as they were.
    fn compared(&self, at: u32) -> Option<Vec<(u32, f32)>> {
        let near = &self.near[at as usize];
        let unknown = f32::NAN;
        let is_known = |other: u32| {
            let (mine, theirs) = (self.changed[at as usize], self.changed[other as usize]);
            !mine && !theirs && self.gone_to[other as usize] == other
        };
        if near.iter().all(|(other, _)| is_known(*other)) && !self.changed[at as usize] {
            return None;
        }
        let mut near: Vec<(u32, f32)> = near
            .iter()
            .map(|(other, cosine)| {
                let known = is_known(*other);
                (self.standing(*other), if known { *cosine } else { unknown })
            })
            .filter(|(other, _)| *other != at)
            .collect();
        near.sort_unstable_by_key(|(other, _)| *other);
        near.dedup_by_key(|(other, _)| *other);
        let mine = std::cell::OnceCell::new();
        for (other, cosine) in &mut near {
            if cosine.is_nan() {
                let mine = mine.get_or_init(|| self.sum(at));
                *cosine = self.mean_cosine(mine, at, *other);
            }
        }
        most_alike_first(&mut near);
        Some(near)
    }

    /// `sum` is that of the first.
    fn mean_cosine(&self, sum: &[f32], a: u32, b: u32) -> f32 {
        let pairs = self.members.count(a) * self.members.count(b);
        dot(sum, &self.sum(b)) / pairs as f32
    }

    fn unite(&mut self, into: u32, from: u32) {
        let sum = self.united(into, from);
        self.members.append(into, from);
        let near = std::mem::take(&mut self.near[from as usize]);
        self.near[into as usize].extend(near);
        self.gone_to[from as usize] = into;
        self.changed[into as usize] = true;
        self.sums[into as usize] = sum;
        self.sums[from as usize] = None;
    }

    /// The sum of the vectors of two clusters, where it is worth keeping.
    fn united(&mut self, into: u32, from: u32) -> Option<Vec<f32>> {
        if self.members.count(into) + self.members.count(from) <= FEW {
            return None;
        }
        let kept = self.sums[into as usize].take();
        let mut sum = kept.unwrap_or_else(|| self.sum(into).into_owned());
        add(&mut sum, &self.sum(from));
        Some(sum)
    }
}

/// The more alike first, of equally alike ones the lower.
fn order(a: (u32, f32), b: (u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// In order, and no more than are compared.
fn most_alike_first(near: &mut Vec<(u32, f32)>) {
    near.sort_unstable_by(|a, b| order(*a, *b));
    near.truncate(COMPARED);
}

fn add(sum: &mut [f32], row: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += value;
    }
}
