//! What indexing found.

use std::collections::BTreeMap;

use lamina_model::Report;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is in a dataset: `found = indexed + rejected + ignored`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Report)]
pub(crate) struct ReportJson {
    /// The dataset.
    pub dataset_id: Uuid,
    /// Files seen in the source.
    pub found: u64,
    /// Pictures in the index.
    pub indexed: u64,
    /// Files that claim to be pictures and could not be indexed.
    pub rejected: u64,
    /// Files left alone.
    pub ignored: u64,
    /// Rejected files by reason.
    pub rejected_by_reason: BTreeMap<&'static str, RejectedJson>,
    /// Ignored files by reason.
    pub ignored_by_reason: BTreeMap<&'static str, u64>,
    /// Groups of exact copies (same bytes or same pixels).
    pub exact_duplicate_groups: u64,
    /// Pictures that are an exact copy of one that is kept.
    pub exact_duplicates: u64,
    /// Groups of near copies.
    pub near_duplicate_groups: u64,
    /// Pictures that are a near copy of one that is kept.
    pub near_duplicates: u64,
    /// Blurry pictures.
    pub blur: u64,
    /// Pictures too dark.
    pub dark: u64,
    /// Pictures too bright.
    pub bright: u64,
    /// Pictures unlike all others.
    pub outliers: u64,
    /// Pictures with an issue that counts, by kind: every kind, those above too.
    pub issues: BTreeMap<&'static str, u64>,
    /// Clusters at each level.
    pub clusters: Vec<ClusterCountJson>,
    /// Labels, captions and boxes in annotation files, whatever became of them.
    pub annotation_rows: u64,
    /// Those of them that were not taken.
    pub annotation_rows_left_out: u64,
    /// Files new, changed or gone since the run before.
    pub changed: u64,
    /// Wall time by stage, in seconds.
    pub seconds_by_stage: BTreeMap<&'static str, f64>,
    /// Seconds that the workers spent inside the indexing stage, added up over all of them.
    pub worker_seconds: WorkerSecondsJson,
}

/// Seconds that the workers spent, added up over all of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkerSeconds)]
pub(crate) struct WorkerSecondsJson {
    /// Reading files.
    pub read: f64,
    /// Decoding, measuring, hashing and making thumbnails.
    pub look: f64,
    /// Turning pictures into vectors.
    pub embed: f64,
}

/// To the millisecond.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Files rejected for one reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RejectedCount)]
pub(crate) struct RejectedJson {
    /// How many.
    pub count: u64,
    /// The reason as a sentence.
    pub reason: &'static str,
    /// The first few names.
    pub examples: Vec<String>,
}

/// Clusters of one level.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClusterCount)]
pub(crate) struct ClusterCountJson {
    /// The level, 0 (finest) to 4 (coarsest).
    pub level: u8,
    /// How many clusters it has.
    pub clusters: u64,
    /// Pictures of the largest.
    pub largest: u64,
}

impl From<&Report> for ReportJson {
    fn from(report: &Report) -> Self {
        Self {
            dataset_id: report.dataset_id.as_uuid(),
            found: report.found,
            indexed: report.indexed,
            rejected: report.rejected,
            ignored: report.ignored,
            rejected_by_reason: report
                .rejected_by_reason
                .iter()
                .map(|(reason, counted)| {
                    let told = RejectedJson {
                        count: counted.count,
                        reason: reason.sentence(),
                        examples: counted.examples.clone(),
                    };
                    (reason.as_str(), told)
                })
                .collect(),
            ignored_by_reason: report
                .ignored_by_reason
                .iter()
                .map(|(reason, count)| (reason.as_str(), *count))
                .collect(),
            exact_duplicate_groups: report.exact_duplicate_groups,
            exact_duplicates: report.exact_duplicates,
            near_duplicate_groups: report.near_duplicate_groups,
            near_duplicates: report.near_duplicates,
            blur: report.blur,
            dark: report.dark,
            bright: report.bright,
            outliers: report.outliers,
            issues: report
                .issues
                .iter()
                .map(|(kind, count)| (kind.as_str(), *count))
                .collect(),
            annotation_rows: report.annotation_rows,
            annotation_rows_left_out: report.annotation_rows_left_out,
            clusters: report
                .clusters
                .iter()
                .map(|level| ClusterCountJson {
                    level: level.level,
                    clusters: level.clusters,
                    largest: level.largest,
                })
                .collect(),
            changed: report.changed,
            seconds_by_stage: report
                .seconds_by_stage
                .0
                .iter()
                .map(|(phase, seconds)| (phase.as_str(), rounded(*seconds)))
                .collect(),
            worker_seconds: WorkerSecondsJson {
                read: rounded(report.worker_seconds.read),
                look: rounded(report.worker_seconds.look),
                embed: rounded(report.worker_seconds.embed),
            },
        }
    }
}
