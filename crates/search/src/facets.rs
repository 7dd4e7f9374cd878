//! How many of the rows in a set have each label, tag, issue, folder, format, size and date.

use lamina_model::{Band, ImageFormat, IssueKind, SourcePath, TagId, Timestamp};

use crate::{GenerationIndex, Overlay, RowSet, dates};

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
        let total = u64::from(rows.len());
        let (labels, unlabelled) = self.count_labels(rows);
        let folders = count(rows, columns.folders.len(), |row| {
            columns.folder_of[row] as usize
        });
        let formats = count(rows, ImageFormat::ALL.len(), |row| {
            usize::from(columns.format[row])
        });
        let mut formats: Vec<_> = ImageFormat::ALL
            .into_iter()
            .zip(formats)
            .filter(|(_, count)| *count > 0)
            .map(|(format, count)| (format, u64::from(count)))
            .collect();
        formats.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Facets {
            total,
            label_count: some(&labels),
            labels: most(&labels, limits.labels)
                .map(|(label, count)| (columns.labels.shown(label).into_owned(), count))
                .collect(),
            unlabelled,
            tags: overlay
                .tags
                .iter()
                .map(|(tag, tagged)| (*tag, in_set(rows, tagged.iter())))
                .collect(),
            untagged: total - in_set(rows, overlay.tagged().iter()),
            issues: self.count_issues(rows),
            duplicates: tally(rows, |row| columns.likeness[row] >= 0.0),
            folder_count: some(&folders),
            folders: most(&folders, limits.folders)
                .map(|(folder, count)| (SourcePath::from_bytes(columns.folders.of(folder)), count))
                .collect(),
            formats,
            areas: doubling(rows, |row| self.area_px(row)),
            sizes: doubling(rows, |row| columns.size_bytes[row]),
            created: dates::histogram(rows, &self.created_day),
            modified: dates::histogram(rows, &self.modified_day),
        }
    }

    /// Rows of the set by label, and those without any.
    fn count_labels(&self, rows: &RowSet) -> (Vec<u32>, u64) {
        let labels_of = &self.columns.labels_of;
        let mut counts = vec![0; self.columns.labels.len()];
        let mut without = 0;
        rows.for_each(|row| {
            let labels = labels_of.of(row);
            without += u64::from(labels.is_empty());
            for label in labels {
                counts[*label as usize] += 1;
            }
        });
        (counts, without)
    }

    fn count_issues(&self, rows: &RowSet) -> Vec<(IssueKind, u64)> {
        IssueKind::ALL
            .into_iter()
            .zip(&self.columns.issues)
            .map(|(kind, issue)| {
                let counting = issue.rows.iter().zip(&issue.confidence);
                let counting = counting.filter(|(_, sure)| Band::COUNTS.holds(**sure));
                (kind, in_set(rows, counting.map(|(row, _)| *row)))
            })
            .collect()
    }
}

/// Rows of the set by a number below `groups`.
pub(crate) fn count(rows: &RowSet, groups: usize, group: impl Fn(usize) -> usize) -> Vec<u32> {
    let mut counts = vec![0; groups];
    rows.for_each(|row| counts[group(row)] += 1);
    counts
}

fn tally(rows: &RowSet, holds: impl Fn(usize) -> bool) -> u64 {
    let mut count = 0;
    rows.for_each(|row| count += u64::from(holds(row)));
    count
}

fn in_set(rows: &RowSet, some: impl Iterator<Item = u32>) -> u64 {
    some.map(|row| u64::from(rows.contains(row))).sum()
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

fn doubling(rows: &RowSet, value: impl Fn(usize) -> u64) -> Vec<Bucket<u64>> {
    let counts = count(rows, 65, |row| {
        (u64::BITS - value(row).leading_zeros()) as usize
    });
    counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(bits, count)| Bucket {
            from: bits.checked_sub(1).map_or(0, |power| 1 << power),
            to: 1_u64
                .checked_shl(u32::try_from(bits).unwrap_or(64))
                .unwrap_or(u64::MAX),
            count: u64::from(*count),
        })
        .collect()
}
