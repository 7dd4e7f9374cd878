//! What an analysis says.

use std::io;

use lamina_model::{ClusterLevel, DuplicateTier, IssueKind};

/// Everything found. Rows are the rows of the matrix given to [`crate::analyse()`].
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// Groups of copies: the exact tiers first, then by the path of the picture to keep.
    pub groups: Vec<Group>,
    /// What may be wrong with pictures, by kind and then by path; confidences under 0.5 are
    /// told as well, down to [`crate::Settings::least_confidence`].
    pub issues: Vec<Finding>,
    /// For each row its cluster at each level, the finest first: an index into `cluster_keys`
    /// of that level.
    pub clusters: Vec<[u32; ClusterLevel::COUNT]>,
    /// The clusters of each level, the largest first.
    pub cluster_keys: [Vec<Cluster>; ClusterLevel::COUNT],
    /// For each row how much it adds to the set, 0 (a copy of another) to 1. Sorted from high to
    /// low, the first k rows are the best k to keep.
    pub uniqueness: Vec<f32>,
    /// For each row the cosine distance to its nearest neighbour, 0–2; 2 where there is none.
    pub nearest_distance: Vec<f32>,
}

/// What [`crate::analyse_after()`] comes back with.
#[derive(Debug)]
pub struct Compared {
    /// What was found.
    pub findings: Findings,
    /// What it took.
    pub work: Work,
    /// Whether all that is to be remembered was written. If not, what was is no memory.
    pub remembered: io::Result<()>,
}

/// What an analysis did that another one may spare itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Pictures that were compared with all others, or all of their neighbourhoods: those that were
    /// not remembered, and those of whose neighbours no longer enough was.
    pub pictures_compared: u64,
    /// Pairs of pictures that were laid over each other.
    pub pairs_laid: u64,
}

/// Pictures that are the same in one way, and the one to keep.
///
/// `SameBytes` groups hold the files that are equal byte for byte. A `SamePixels` group holds
/// one file, the one to keep, of each set of equal bytes. A near group holds one file, the one
/// to keep, of each set of equal pixels. So a picture is in `others` of at most one exact group.
/// It may be a near copy of several that are kept, where these are no copies of each other; what
/// is kept in a near group is in `others` of none. The same picture may be kept in several
/// groups: one for each tier in which it has copies, and more where these are plainly different.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// How each of the others is the same as the one to keep.
    pub tier: DuplicateTier,
    /// The copy to keep: most pixels, then most bytes, then oldest, then first path. But where a
    /// near copy is kept elsewhere in no stead but its own, the one that has only it.
    pub keep: u32,
    /// The other members with their likeness to the one to keep: 1 for the exact tiers, at
    /// least 0.96 and less than 1 for the others; the most like first.
    pub others: Vec<(u32, f32)>,
}

/// A picture and what may be wrong with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// The picture.
    pub row: u32,
    /// What may be wrong.
    pub kind: IssueKind,
    /// How sure the finding is, 0–1. From 0.5 on it counts.
    pub confidence: f32,
}

/// One cluster of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    /// Stays the same while the cluster stays much the same: the smallest content hash among
    /// its members (a min-wise hash: Broder 1997, "On the resemblance and containment of
    /// documents"). Different for each cluster of a level. When pictures are added, it changes
    /// only if one of the new members has a smaller hash than all the old ones.
    pub key: [u8; 32],
    /// The most representative member: the one most like the mean of the cluster.
    pub representative: u32,
    /// Number of members.
    pub size: u32,
}
