//! Putting the numbers of a run together.

use std::collections::{BTreeMap, HashSet};

use lamina_analysis::Findings;
use lamina_model::{AnnotationFile, ClusterCount, DatasetId, Issue, IssueKind, Report};
use lamina_store::Store;

use super::Tally;

/// Names told for each reason of rejection.
const EXAMPLES: usize = 5;
/// From this confidence on, an issue counts.
const COUNTS_FROM: f32 = 0.5;

/// Pictures with an issue that counts, by kind.
pub(super) type IssueCounts = BTreeMap<IssueKind, u64>;

/// Of what comparing found, and of what labels and splits say beside.
pub(super) fn issue_counts(findings: &Findings, beside: &[Issue]) -> IssueCounts {
    let mut counts: IssueCounts = IssueKind::ALL.map(|kind| (kind, 0)).into();
    let compared = findings.issues.iter();
    let compared = compared.map(|found| (found.kind, found.confidence));
    let beside = beside.iter().map(|found| (found.kind, found.confidence));
    for (kind, confidence) in compared.chain(beside) {
        if confidence >= COUNTS_FROM {
            *counts.entry(kind).or_default() += 1;
        }
    }
    counts
}

pub(super) async fn build(
    store: &Store,
    dataset: DatasetId,
    findings: &Findings,
    issues: IssueCounts,
    tally: Tally,
) -> Result<Report, lamina_store::Error> {
    let counts = store.dataset_counts(dataset).await?;
    let files = store.annotation_files(dataset).await?;
    let of = |kind: IssueKind| issues.get(&kind).copied().unwrap_or(0);
    let copies = |exact: bool| {
        let groups = findings
            .groups
            .iter()
            .filter(|group| group.tier.is_exact() == exact);
        let rows: HashSet<u32> = groups
            .clone()
            .flat_map(|group| group.others.iter().map(|(row, _)| *row))
            .collect();
        (groups.count() as u64, rows.len() as u64)
    };
    let (exact_duplicate_groups, exact_duplicates) = copies(true);
    let (near_duplicate_groups, near_duplicates) = copies(false);
    Ok(Report {
        dataset_id: dataset,
        found: counts.found(),
        indexed: counts.indexed,
        rejected: counts.rejected,
        ignored: counts.ignored,
        rejected_by_reason: store.rejected_by_reason(dataset, EXAMPLES).await?,
        ignored_by_reason: store.ignored_by_reason(dataset).await?,
        exact_duplicate_groups,
        exact_duplicates,
        near_duplicate_groups,
        near_duplicates,
        blur: of(IssueKind::Blur),
        dark: of(IssueKind::Dark),
        bright: of(IssueKind::Bright),
        outliers: of(IssueKind::Outliers),
        annotation_rows: files.iter().map(|file| file.rows).sum(),
        annotation_rows_left_out: files.iter().map(AnnotationFile::left_out).sum(),
        issues,
        clusters: clusters(findings),
        changed: tally.changed,
        seconds_by_stage: tally.seconds,
        worker_seconds: tally.workers,
    })
}

fn clusters(findings: &Findings) -> Vec<ClusterCount> {
    (0..)
        .zip(&findings.cluster_keys)
        .map(|(level, clusters)| ClusterCount {
            level,
            clusters: clusters.len() as u64,
            largest: clusters
                .iter()
                .map(|cluster| u64::from(cluster.size))
                .max()
                .unwrap_or(0),
        })
        .collect()
}
