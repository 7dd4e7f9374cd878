//! Merging clusters that are each other's nearest.

use rayon::prelude::*;

use super::Members;
use crate::AnalysisError;
use crate::neighbours::{Rows, dot};
use crate::progress::Stage;

/// Clusters that a cluster is compared with.
const COMPARED: usize = 24;

/// Clusters in the making. A cluster goes by the lowest index of its members.
pub(super) struct Merging<'a> {
    rows: Rows<'a>,
    /// Members of each cluster; empty for those merged into another.
    members: Vec<Vec<u32>>,
    /// Sum of the vectors of the members, for clusters of more than one that are left.
    sums: Vec<Option<Vec<f32>>>,
    /// Clusters worth comparing with.
    near: Vec<Vec<u32>>,
    /// Where a cluster merged into another has gone.
    gone_to: Vec<u32>,
}

/// What a cluster may be merged with.
struct Partners {
    near: Vec<u32>,
    best: Option<(u32, f32)>,
}

impl<'a> Merging<'a> {
    pub(super) fn new(rows: Rows<'a>, nearest: &[Vec<(u32, f32)>]) -> Self {
        let mut near: Vec<Vec<u32>> = nearest
            .iter()
            .map(|some| some.iter().map(|(other, _)| *other).collect())
            .collect();
        for (at, some) in nearest.iter().enumerate() {
            for (other, _) in some {
                near[*other as usize].push(at as u32);
            }
        }
        for some in &mut near {
            some.sort_unstable();
            some.dedup();
        }
        Self {
            rows,
            members: (0..rows.len() as u32).map(|at| vec![at]).collect(),
            sums: vec![None; rows.len()],
            near,
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
            let alive: Vec<u32> = (0..self.members.len() as u32)
                .filter(|at| !self.members[*at as usize].is_empty())
                .collect();
            let best = self.best_partners(&alive);
            let mut pairs: Vec<(f32, u32, u32)> = alive
                .iter()
                .zip(&best)
                .filter_map(|(at, best)| best.map(|(other, cosine)| (cosine, *at, other)))
                .filter(|(_, at, other)| at < other)
                .filter(|(_, at, other)| {
                    let theirs = alive.binary_search(other).ok().and_then(|at| best[at]);
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
        self.members
            .par_iter()
            .enumerate()
            .filter(|(_, members)| !members.is_empty())
            .map(|(at, members)| {
                let mean = self.sum(at as u32);
                let representative = members
                    .iter()
                    .map(|member| (*member, dot(mean, self.rows.row(*member as usize))))
                    .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
                    .map_or(members[0], |(member, _)| member);
                Members {
                    members: members.clone(),
                    representative,
                }
            })
            .collect()
    }

    fn sum(&self, at: u32) -> &[f32] {
        let sum = self.sums[at as usize].as_deref();
        sum.unwrap_or_else(|| self.rows.row(at as usize))
    }

    /// The cluster in which one that is gone has ended.
    fn standing(&self, mut at: u32) -> u32 {
        while self.gone_to[at as usize] != at {
            at = self.gone_to[at as usize];
        }
        at
    }

    /// For each cluster the most alike of those near it, with the mean cosine; of equally alike
    /// ones the lowest.
    fn best_partners(&mut self, alive: &[u32]) -> Vec<Option<(u32, f32)>> {
        let found: Vec<Partners> = alive
            .par_iter()
            .map(|at| {
                let mut near: Vec<u32> = self.near[*at as usize]
                    .iter()
                    .map(|other| self.standing(*other))
                    .filter(|other| other != at)
                    .collect();
                near.sort_unstable();
                near.dedup();
                let mut scored: Vec<(u32, f32)> = near
                    .into_iter()
                    .map(|other| (other, self.mean_cosine(*at, other)))
                    .collect();
                scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                scored.truncate(COMPARED);
                Partners {
                    best: scored.first().copied(),
                    near: scored.into_iter().map(|(other, _)| other).collect(),
                }
            })
            .collect();
        alive
            .iter()
            .zip(found)
            .map(|(at, partners)| {
                self.near[*at as usize] = partners.near;
                partners.best
            })
            .collect()
    }

    fn mean_cosine(&self, a: u32, b: u32) -> f32 {
        let pairs = self.members[a as usize].len() * self.members[b as usize].len();
        dot(self.sum(a), self.sum(b)) / pairs as f32
    }

    fn unite(&mut self, into: u32, from: u32) {
        let members = std::mem::take(&mut self.members[from as usize]);
        self.members[into as usize].extend(members);
        let near = std::mem::take(&mut self.near[from as usize]);
        self.near[into as usize].extend(near);
        self.gone_to[from as usize] = into;
        let mut sum = match self.sums[into as usize].take() {
            Some(sum) => sum,
            None => self.rows.row(into as usize).to_vec(),
        };
        for (sum, value) in sum.iter_mut().zip(self.sum(from)) {
            *sum += value;
        }
        self.sums[into as usize] = Some(sum);
        self.sums[from as usize] = None;
    }
}
