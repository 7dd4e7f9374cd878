//! What may be chosen about an analysis.

use lamina_model::ClusterLevel;

/// The cuts and sizes used. [`Settings::default`] is what the product uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Least likeness of a near copy, 0–1.
    pub least_likeness: f32,
    /// Findings less sure than this are not told, 0–1.
    pub least_confidence: f32,
    /// Neighbours looked at for each picture by outliers, clusters and uniqueness; the first eight of
    /// them are compared as possible copies from a cosine of 0.4 on.
    pub neighbours: usize,
    /// Cosine from which on two pictures are compared as possible copies.
    pub alike_from: f32,
    /// Possible copies compared for one picture, beyond which the least alike are passed over.
    pub alike_at_most: usize,
    /// Pictures with a near perceptual hash compared with one picture, beyond which those whose
    /// hashes differ most are passed over.
    pub near_hashes_at_most: usize,
    /// Pictures up to which all are compared with all; above, only within neighbourhoods.
    pub exact_up_to: usize,
    /// Mean cosine that two clusters of each level must not have, the finest level first.
    pub cluster_likeness: [f32; ClusterLevel::COUNT],
    /// Clusters of each level beyond which merging goes on in spite of that.
    pub most_clusters: [usize; ClusterLevel::COUNT],
    /// Labels that are told apart by their pictures, those with most pictures first; the memory
    /// for it grows with them, by about 20 kB each at 1,280 columns.
    pub most_classes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            least_likeness: 0.96,
            least_confidence: 0.1,
            neighbours: 16,
            alike_from: 0.8,
            alike_at_most: 64,
            near_hashes_at_most: 64,
            exact_up_to: 30_000,
            cluster_likeness: [0.85, 0.7, 0.55, 0.42, 0.3],
            most_clusters: [usize::MAX; ClusterLevel::COUNT],
            most_classes: 4_096,
        }
    }
}
