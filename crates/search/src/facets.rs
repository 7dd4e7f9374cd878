//! How many of the rows in a set have each label, tag, issue, folder, format, size and date.

use lamina_model::{Band, ImageFormat, IssueKind, SourcePath, TagId, Timestamp};

use roaring::RoaringBitmap;

use crate::{
    GenerationIndex, Overlay, RowSet,
    columns::{Columns, IssueColumn},
    dates,
};

/// How many names at most a facet lists; the most frequent ones are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FacetLimits {
    /// Labels.
    pub labels: usize,
    /// Folders.
    pub folders: usize,
}

impl Default for FacetLimits {
    fn default() -> Self {
        Self {
            labels: 1000,
            folders: 1000,
        }
    }
}

/// Counts of the rows in a set. Names without any row are left out; names stand in the order
/// of their counts, the highest first, then of their spelling.
#[derive(Debug, Clone, PartialEq)]
pub struct Facets {
    /// Rows in the set.
    pub total: u64,
    /// Rows by label. A row with several labels counts under each.
    pub labels: Vec<(String, u64)>,
    /// How many labels have rows, listed or not.
    pub label_count: u64,
    /// Rows without a label.
    pub unlabelled: u64,
    /// Rows by tag, in the order of the tags' ids; tags without rows are listed too.
    pub tags: Vec<(TagId, u64)>,
    /// Rows without a tag.
    pub untagged: u64,
    /// Rows by issue that counts ([`Band::COUNTS`]), for every kind.
    pub issues: Vec<(IssueKind, u64)>,
    /// Rows that have a duplicate anywhere in the generation.
    pub duplicates: u64,
    /// Rows by folder.
    pub folders: Vec<(SourcePath, u64)>,
    /// How many folders have rows, listed or not.
    pub folder_count: u64,
    /// Rows by format.
    pub formats: Vec<(ImageFormat, u64)>,
    /// Rows by width × height in pixels, each bucket twice as wide as the one before.
    pub areas: Vec<Bucket<u64>>,
    /// Rows by bytes of the file, each bucket twice as wide as the one before.
    pub sizes: Vec<Bucket<u64>>,
    /// Rows by when they were first indexed: days, months or years, as fits.
    pub created: Vec<Bucket<Timestamp>>,
    /// Rows by when their files last changed: days, months or years, as fits.
    pub modified: Vec<Bucket<Timestamp>>,
}

/// How many rows have a value from `from` on and below `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket<T> {
    /// The least value inside.
    pub from: T,
    /// The first value above.
    pub to: T,
    /// Rows inside; never 0.
    pub count: u64,
}

impl GenerationIndex {
    /// All facets of a set of rows.
    pub fn facets(&self, rows: &RowSet, overlay: &Overlay, limits: FacetLimits) -> Facets {
        let columns = &self.columns;
        let counts = self.counts(rows);
        let total = u64::from(rows.len());
        let bitmap = rows.to_bitmap();
        let mut formats: Vec<_> = ImageFormat::ALL
            .into_iter()
            .zip(&counts.formats)
            .filter(|(_, count)| **count > 0)
            .map(|(format, count)| (format, u64::from(*count)))
            .collect();
        formats.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let (labels, label_count) = self.label_counts(rows, overlay, &counts.labels, limits.labels);
        Facets {
            total,
            label_count,
            labels,
            unlabelled: if overlay.labels.is_empty() {
                counts.unlabelled()
            } else {
                let mut without = self.unlabelled(overlay);
                without.keep(rows);
                u64::from(without.len())
            },
            tags: overlay
                .tags
                .iter()
                .map(|(tag, tagged)| (*tag, bitmap.intersection_len(tagged)))
                .collect(),
            untagged: total - bitmap.intersection_len(&overlay.tagged()),
            issues: IssueKind::ALL
                .into_iter()
                .zip(&self.counting_issues)
                .map(|(kind, with)| (kind, bitmap.intersection_len(with)))
                .collect(),
            duplicates: counts.duplicates(),
            folder_count: some(&counts.folders),
            folders: most(&counts.folders, limits.folders)
                .map(|(folder, count)| (SourcePath::from_bytes(columns.folders.of(folder)), count))
                .collect(),
            formats,
            areas: doubling(&counts.areas),
            sizes: doubling(&counts.sizes),
            created: dates::histogram(&self.facets.created_days, &counts.created),
            modified: dates::histogram(&self.facets.modified_days, &counts.modified),
        }
    }
}

impl GenerationIndex {
    /// The labels with the most rows, and how many have any. `written` counts what the index says.
    fn label_counts(
        &self,
        rows: &RowSet,
        overlay: &Overlay,
        written: &[u32],
        limit: usize,
    ) -> (Vec<(String, u64)>, u64) {
        let names = &self.columns.labels;
        let shown = |label: usize| names.shown(label).into_owned();
        if overlay.labels.is_empty() {
            let labels = most(written, limit).map(|(label, count)| (shown(label), count));
            return (labels.collect(), some(written));
        }
        let mut counts = written.to_vec();
        let mut new = Vec::new();
        for label in overlay.labels.keys() {
            let mut bearers = self.labelled(label, overlay);
            bearers.keep(rows);
            match names.find(label.as_bytes()) {
                Some(at) => counts[at] = bearers.len(),
                None if bearers.is_empty() => {}
                None => new.push((label.clone(), u64::from(bearers.len()))),
            }
        }
        let label_count = some(&counts) + u64::try_from(new.len()).unwrap_or(u64::MAX);
        let mut labels: Vec<(String, u64)> = most(&counts, limit)
            .map(|(label, count)| (shown(label), count))
            .chain(new)
            .collect();
        labels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        labels.truncate(limit);
        (labels, label_count)
    }
}

/// For each kind the rows that have an issue that counts.
pub(crate) fn counting_issues(columns: &Columns) -> Vec<RoaringBitmap> {
    let counting = |issue: &IssueColumn| {
        let found = issue.rows.iter().zip(&issue.confidence);
        let counting = found.filter(|(_, sure)| Band::COUNTS.holds(**sure));
        counting.map(|(row, _)| *row).collect()
    };
    columns.issues.iter().map(counting).collect()
}

fn some(counts: &[u32]) -> u64 {
    counts.iter().map(|count| u64::from(*count > 0)).sum()
}

/// The groups with the most rows, which stand in the order of their spelling.
fn most(counts: &[u32], limit: usize) -> impl Iterator<Item = (usize, u64)> {
    let mut groups: Vec<(std::cmp::Reverse<u32>, usize)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(group, count)| (std::cmp::Reverse(*count), group))
        .collect();
    if groups.len() > limit {
        groups.select_nth_unstable(limit);
        groups.truncate(limit);
    }
    groups.sort_unstable();
    groups
        .into_iter()
        .map(|(count, group)| (group, u64::from(count.0)))
}

/// Buckets from counts by powers of two.
fn doubling(counts: &[u32]) -> Vec<Bucket<u64>> {
    let power = |bits: usize| {
        let bits = u32::try_from(bits).unwrap_or(u64::BITS);
        1_u64.checked_shl(bits).unwrap_or(u64::MAX)
    };
    counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(bits, count)| Bucket {
            from: bits.checked_sub(1).map_or(0, power),
            to: power(bits),
            count: u64::from(*count),
        })
        .collect()
}
