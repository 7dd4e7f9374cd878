//! Rows of a set counted by every column that facets are made of.

use lamina_model::ImageFormat;

use crate::{GenerationIndex, RowSet, columns::Columns, dates::days_of, lists::Lists};

/// Buckets by powers of two: 0, 1, 2–3, 4–7 and so on.
const POWERS: usize = 65;
/// Bits of [`FacetKey::marks`].
const UNLABELLED: u8 = 1;
const HAS_DUPLICATE: u8 = 2;

/// All that facets ask of a row, side by side, so that counting reads memory once.
#[derive(Debug, Clone, Copy)]
struct FacetKey {
    folder: u32,
    /// Position of the day among the days that occur.
    created: u32,
    modified: u32,
    format: u8,
    area: u8,
    size: u8,
    marks: u8,
}

/// What counting goes by.
#[derive(Debug)]
pub(crate) struct FacetColumns {
    keys: Vec<FacetKey>,
    /// The days that occur, in ascending order, in days since 1970.
    pub(crate) created_days: Vec<i32>,
    pub(crate) modified_days: Vec<i32>,
    /// For each label the rows that bear it.
    pub(crate) rows_of_label: Lists,
    /// Counts of all rows.
    totals: Counts,
}

/// Counts, by the numbers that the columns use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    pub(crate) labels: Vec<u32>,
    pub(crate) folders: Vec<u32>,
    pub(crate) formats: Vec<u32>,
    pub(crate) areas: Vec<u32>,
    pub(crate) sizes: Vec<u32>,
    pub(crate) created: Vec<u32>,
    pub(crate) modified: Vec<u32>,
    /// By all four combinations of marks.
    marks: Vec<u32>,
}

impl FacetColumns {
    pub(crate) fn of(columns: &Columns) -> Self {
        let (created_days, created) = days_of(&columns.created_us);
        let (modified_days, modified) = days_of(&columns.modified_us);
        let key = |row: usize| FacetKey {
            folder: columns.folder_of[row],
            created: created[row],
            modified: modified[row],
            format: columns.format[row],
            area: power_of(columns.area_px(row)),
            size: power_of(columns.size_bytes[row]),
            marks: u8::from(columns.labels_of.of(row).is_empty()) * UNLABELLED
                + u8::from(columns.likeness[row] >= 0.0) * HAS_DUPLICATE,
        };
        let mut these = Self {
            keys: (0..columns.ids.len()).map(key).collect(),
            created_days,
            modified_days,
            rows_of_label: columns.labels_of.turned(columns.labels.len()),
            totals: Counts::default(),
        };
        let all = RowSet::all(columns.rows());
        these.totals = Counts {
            labels: these.count_labels(&all),
            ..these.count_keys(&all, columns.folders.len())
        };
        these
    }

    fn count_keys(&self, rows: &RowSet, folders: usize) -> Counts {
        let mut counts = Counts {
            labels: Vec::new(),
            folders: vec![0; folders],
            formats: vec![0; ImageFormat::ALL.len()],
            areas: vec![0; POWERS],
            sizes: vec![0; POWERS],
            created: vec![0; self.created_days.len()],
            modified: vec![0; self.modified_days.len()],
            marks: vec![0; usize::from(UNLABELLED + HAS_DUPLICATE) + 1],
        };
        rows.for_each(|row| {
            let key = &self.keys[row];
            counts.folders[key.folder as usize] += 1;
            counts.formats[usize::from(key.format)] += 1;
            counts.areas[usize::from(key.area)] += 1;
            counts.sizes[usize::from(key.size)] += 1;
            counts.created[key.created as usize] += 1;
            counts.modified[key.modified as usize] += 1;
            counts.marks[usize::from(key.marks)] += 1;
        });
        counts
    }

    /// Looks at every bearer of every label: no branch to guess, and few labels a row.
    fn count_labels(&self, rows: &RowSet) -> Vec<u32> {
        let labels = 0..self.rows_of_label.len();
        labels
            .map(|label| rows.count_in(self.rows_of_label.of(label)))
            .collect()
    }
}

impl Counts {
    pub(crate) fn unlabelled(&self) -> u64 {
        self.marked(UNLABELLED)
    }

    pub(crate) fn duplicates(&self) -> u64 {
        self.marked(HAS_DUPLICATE)
    }

    fn marked(&self, mark: u8) -> u64 {
        let with = (0..)
            .zip(&self.marks)
            .filter(|(marks, _)| marks & mark != 0);
        with.map(|(_, count)| u64::from(*count)).sum()
    }

    /// What is left of these counts without the rows that others count; labels stay.
    fn without(mut self, others: &Self) -> Self {
        let pairs = [
            (&mut self.folders, &others.folders),
            (&mut self.formats, &others.formats),
            (&mut self.areas, &others.areas),
            (&mut self.sizes, &others.sizes),
            (&mut self.created, &others.created),
            (&mut self.modified, &others.modified),
            (&mut self.marks, &others.marks),
        ];
        for (mine, theirs) in pairs {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine -= theirs;
            }
        }
        self
    }
}

impl GenerationIndex {
    /// Counts the rows of a set, or the rows that it lacks where those are fewer: the counts of
    /// all rows are known.
    pub(crate) fn counts(&self, rows: &RowSet) -> Counts {
        let (facets, folders) = (&self.facets, self.columns.folders.len());
        let (all, some) = (self.rows(), rows.len());
        if some == all {
            return facets.totals.clone();
        }
        let counts = if some > all / 2 {
            let lacking = facets.count_keys(&rows.clone().turned(), folders);
            facets.totals.clone().without(&lacking)
        } else {
            facets.count_keys(rows, folders)
        };
        let labels = if some < all / 8 {
            let mut labels = vec![0; self.columns.labels.len()];
            rows.for_each(|row| {
                for label in self.columns.labels_of.of(row) {
                    labels[*label as usize] += 1;
                }
            });
            labels
        } else {
            facets.count_labels(rows)
        };
        Counts { labels, ..counts }
    }
}

/// Bits of a number: 0 for 0, 1 for 1, 2 for 2–3, 3 for 4–7.
fn power_of(number: u64) -> u8 {
    (u64::BITS - number.leading_zeros()).to_le_bytes()[0]
}
