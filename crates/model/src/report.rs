//! What indexing found, as told to people and to scripts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{DatasetId, IgnoreReason, IssueKind, Phase, RejectReason};

/// Files rejected for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedCount {
    /// How many.
    pub count: u64,
    /// The first few names, as people read them.
    pub examples: Vec<String>,
}

/// Clusters of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterCount {
    /// The level, 0 (finest) to 4 (coarsest).
    pub level: u8,
    /// How many clusters it has.
    pub clusters: u64,
    /// Pictures of the largest.
    pub largest: u64,
}

/// Seconds of wall time spent in each phase.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageSeconds(pub BTreeMap<Phase, f64>);

/// Seconds that the workers of one run spent, added up over all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerSeconds {
    /// Reading files.
    pub read: f64,
    /// Decoding, measuring, hashing and making thumbnails.
    pub look: f64,
    /// Turning pictures into vectors.
    pub embed: f64,
}

/// What is in a dataset. `found = indexed + rejected + ignored` holds in every report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// Files seen in the source.
    pub found: u64,
    /// Pictures in the index.
    pub indexed: u64,
    /// Files that claim to be pictures and could not be indexed.
    pub rejected: u64,
    /// Files left alone.
    pub ignored: u64,
    /// Rejected files by reason.
    pub rejected_by_reason: BTreeMap<RejectReason, RejectedCount>,
    /// Ignored files by reason.
    pub ignored_by_reason: BTreeMap<IgnoreReason, u64>,
    /// Groups of exact copies (same bytes or same pixels).
    pub exact_duplicate_groups: u64,
    /// Pictures that are an exact copy of one that is kept.
    pub exact_duplicates: u64,
    /// Groups of near copies.
    pub near_duplicate_groups: u64,
    /// Pictures that are a near copy of one that is kept.
    pub near_duplicates: u64,
    /// Pictures with a blur issue of confidence 0.5 or more; likewise the next three.
    pub blur: u64,
    /// Pictures too dark.
    pub dark: u64,
    /// Pictures too bright.
    pub bright: u64,
    /// Pictures unlike all others.
    pub outliers: u64,
    /// Pictures with an issue that counts, by kind: every kind, those above too. Reports of
    /// earlier versions have none.
    #[serde(default)]
    pub issues: BTreeMap<IssueKind, u64>,
    /// Clusters at each level.
    pub clusters: Vec<ClusterCount>,
    /// Labels, captions and boxes in annotation files, whatever became of them.
    #[serde(default)]
    pub annotation_rows: u64,
    /// Those of them that were not taken.
    #[serde(default)]
    pub annotation_rows_left_out: u64,
    /// Files new, changed or gone since the run before: what this run worked on.
    pub changed: u64,
    /// Wall time by stage.
    pub seconds_by_stage: StageSeconds,
    /// Worker time inside the indexing stage.
    pub worker_seconds: WorkerSeconds,
}
