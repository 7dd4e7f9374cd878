//! Five nested ways to divide the set, from small groups of look-alikes to a few large themes.
//!
//! Clusters grow by average linkage: two clusters are merged when each is the other's nearest,
//! by the mean cosine between their members (reciprocal merging: Sumengen et al. 2021, "Scaling
//! hierarchical agglomerative clustering to billion-sized datasets"). A level ends when no two
//! clusters are as alike as the level asks; the next goes on from there, so every cluster lies
//! inside one of the next level. What a level asks is fixed, so that adding pictures leaves
//! clusters as they are where nothing was added.
//!
//! Pictures with equal vectors, such as blank pages in their thousands, are one cluster from the
//! beginning: each is as near to the first of them as to any other, and one by one each would have
//! to be compared anew with a first that has grown.
//!
//! The mean cosine between members of two clusters is the product of their mean vectors, so a
//! cluster is its mean vector, and only clusters that hold near neighbours of each other are
//! compared: the cost grows with n log n once the neighbours are known.

mod chains;
mod merge;

use half::slice::HalfFloatSliceExt;
use lamina_model::ClusterLevel;
use rayon::prelude::*;

use self::merge::Merging;
use crate::neighbours::{Rows, Scored};
use crate::progress::Stage;
use crate::set::Set;
use crate::{AnalysisError, Cluster, Settings};

/// A cluster of one level, of indexes into the distinct pictures.
struct Members {
    members: Vec<u32>,
    representative: u32,
}

/// For each place its cluster at each level, and the clusters, both with places for rows.
pub(crate) struct Clustering {
    pub(crate) of: Vec<[u32; ClusterLevel::COUNT]>,
    pub(crate) levels: [Vec<Cluster>; ClusterLevel::COUNT],
}

/// What is to be divided.
pub(crate) struct Divided<'a> {
    pub(crate) set: &'a Set<'a>,
    /// The places compared with each other.
    pub(crate) distinct: &'a [u32],
    /// Their vectors.
    pub(crate) rows: Rows<'a>,
    /// Groups of indexes into `distinct` that are copies and never parted.
    pub(crate) together: &'a [Vec<u32>],
    /// For every place the index into `distinct` that it goes with.
    pub(crate) home: &'a [u32],
}

/// Divides the set by the nearest neighbours of what is compared, and lets these go.
pub(crate) fn divide(
    divided: &Divided<'_>,
    nearest: Scored,
    settings: &Settings,
    stage: &Stage<'_>,
) -> Result<Clustering, AnalysisError> {
    let mut merging = Merging::new(divided.rows, &nearest);
    for group in divided.together {
        merging.join(group);
    }
    for group in equal(divided.rows, &nearest).chunk_by(|a, b| a.1 == b.1) {
        let group: Vec<u32> = group.iter().map(|(at, _)| *at).collect();
        merging.join(&group);
    }
    drop(nearest);
    let mut of = vec![[0; ClusterLevel::COUNT]; divided.set.len()];
    let mut levels: [Vec<Cluster>; ClusterLevel::COUNT] = Default::default();
    let stage = stage.of(ClusterLevel::COUNT as u64);
    for (level, least) in settings.cluster_likeness.iter().enumerate() {
        stage.advance(1)?;
        merging.merge_down_to(*least, settings.most_clusters[level], &stage)?;
        let (described, belongs) = describe(divided, &merging.clusters());
        for (place, cluster) in belongs.into_iter().enumerate() {
            of[place][level] = cluster;
        }
        levels[level] = described;
    }
    Ok(Clustering { of, levels })
}

/// Pictures that may have the vector of another, with the bits of it, those of one vector together
/// and in order.
fn equal<'a>(rows: Rows<'a>, nearest: &Scored) -> Vec<(u32, &'a [u16])> {
    /// Cosine of equal vectors at least, whose length is 1 but for rounding.
    const EQUAL: f32 = 0.99;
    let bits = |at: u32| (at, rows.row(at as usize).reinterpret_cast());
    let has_near = |at: &u32| {
        let first = nearest.of(*at as usize).next();
        first.is_some_and(|(_, cosine)| cosine >= EQUAL)
    };
    let mut some: Vec<_> = (0..rows.len() as u32).filter(has_near).map(bits).collect();
    some.par_sort_unstable_by(|a, b| a.1.cmp(b.1).then(a.0.cmp(&b.0)));
    some
}

/// Names and counts the clusters, the largest first.
fn describe(divided: &Divided<'_>, clusters: &[Members]) -> (Vec<Cluster>, Vec<u32>) {
    let Divided {
        set,
        distinct,
        home,
        ..
    } = divided;
    let mut cluster_of = vec![0; distinct.len()];
    let mut described: Vec<Cluster> = clusters
        .iter()
        .enumerate()
        .map(|(at, cluster)| {
            for member in &cluster.members {
                cluster_of[*member as usize] = at;
            }
            Cluster {
                key: [u8::MAX; 32],
                representative: distinct[cluster.representative as usize],
                size: 0,
            }
        })
        .collect();
    for (place, at) in home.iter().enumerate() {
        let cluster = &mut described[cluster_of[*at as usize]];
        cluster.size += 1;
        cluster.key = cluster.key.min(set.facts[place].content_hash);
    }
    let mut order: Vec<usize> = (0..described.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&described[*a], &described[*b]);
        b.size.cmp(&a.size).then(a.key.cmp(&b.key))
    });
    let mut rank = vec![0; order.len()];
    for (at, cluster) in order.iter().enumerate() {
        rank[*cluster] = at as u32;
    }
    let belongs = home
        .iter()
        .map(|at| rank[cluster_of[*at as usize]])
        .collect();
    (order.into_iter().map(|at| described[at]).collect(), belongs)
}
