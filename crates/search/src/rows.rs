//! Sets of rows, one bit a row.
//!
//! A query touches its set from every facet and cluster, so the set is a flat run of bits: a
//! million rows are 125 kB and stay in the nearest caches. What is kept for long (labels, tags)
//! is a compressed `RoaringBitmap` instead and is turned into bits when asked for.

use roaring::RoaringBitmap;

/// Some of the rows of one generation.
#[derive(Clone, PartialEq, Eq)]
pub struct RowSet {
    words: Vec<u64>,
    rows: u32,
}

impl RowSet {
    /// No row of `rows`.
    pub fn none(rows: u32) -> Self {
        Self {
            words: vec![0; (rows as usize).div_ceil(64)],
            rows,
        }
    }

    /// Every row of `rows`.
    pub fn all(rows: u32) -> Self {
        let mut set = Self {
            words: vec![u64::MAX; (rows as usize).div_ceil(64)],
            rows,
        };
        set.trim();
        set
    }

    /// The rows for which `holds` says yes.
    pub fn where_each(rows: u32, mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut set = Self::none(rows);
        for (at, word) in set.words.iter_mut().enumerate() {
            let base = at * 64;
            let end = (rows as usize - base).min(64);
            let mut bits = 0;
            for bit in 0..end {
                bits |= u64::from(holds(base + bit)) << bit;
            }
            *word = bits;
        }
        set
    }

    /// The rows of a compressed set; those past the end are left out.
    pub fn from_bitmap(rows: u32, bitmap: &RoaringBitmap) -> Self {
        let mut set = Self::none(rows);
        set.add_bitmap(bitmap);
        set
    }

    /// The same rows in compressed form.
    pub fn to_bitmap(&self) -> RoaringBitmap {
        RoaringBitmap::from_lsb0_bytes(0, bytemuck::cast_slice(&self.words))
    }

    /// How many rows there are to choose from.
    pub fn universe(&self) -> u32 {
        self.rows
    }

    /// How many rows are in the set.
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// How many of these rows, each below the end, are in the set.
    pub(crate) fn count_in(&self, rows: &[u32]) -> u32 {
        let bit = |row: &u32| self.words[*row as usize / 64] >> (row % 64) & 1;
        rows.iter().map(|row| u32::from(bit(row) == 1)).sum()
    }

    /// Whether no row is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether every row is in the set.
    pub fn is_all(&self) -> bool {
        self.len() == self.rows
    }

    /// Whether a row is in the set.
    pub fn contains(&self, row: u32) -> bool {
        self.words
            .get(row as usize / 64)
            .is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Adds a row; one past the end is left out.
    pub fn insert(&mut self, row: u32) {
        if row < self.rows {
            self.words[row as usize / 64] |= 1 << (row % 64);
        }
    }

    /// Adds rows; those past the end are left out.
    pub(crate) fn insert_all(&mut self, rows: &[u32]) {
        for row in rows {
            self.insert(*row);
        }
    }

    /// Adds the rows of a compressed set; those past the end are left out.
    pub fn add_bitmap(&mut self, bitmap: &RoaringBitmap) {
        for row in bitmap {
            self.insert(row);
        }
    }

    /// Keeps the rows that the other set has as well.
    pub fn keep(&mut self, other: &Self) {
        self.zip(other, |mine, theirs| mine & theirs);
    }

    /// Adds the rows of the other set.
    pub fn add(&mut self, other: &Self) {
        self.zip(other, |mine, theirs| mine | theirs);
    }

    /// Takes out the rows of the other set.
    pub fn remove(&mut self, other: &Self) {
        self.zip(other, |mine, theirs| mine & !theirs);
    }

    /// All other rows.
    #[must_use]
    pub fn turned(mut self) -> Self {
        for word in &mut self.words {
            *word = !*word;
        }
        self.trim();
        self
    }

    /// The rows in ascending order.
    pub fn iter(&self) -> Rows<'_> {
        self.from_row(0)
    }

    /// The rows from `first` on, in ascending order.
    pub fn from_row(&self, first: u32) -> Rows<'_> {
        let at = first as usize / 64;
        let word = self.words.get(at).copied().unwrap_or(0);
        Rows {
            words: &self.words,
            at,
            word: word & (u64::MAX << (first % 64)),
        }
    }

    /// The rows without the first `skip`, in ascending order.
    pub fn from_nth(&self, mut skip: usize) -> Rows<'_> {
        for (at, word) in self.words.iter().enumerate() {
            let here = word.count_ones() as usize;
            if skip < here {
                let mut rows = Rows {
                    words: &self.words,
                    at,
                    word: *word,
                };
                rows.by_ref().take(skip).for_each(drop);
                return rows;
            }
            skip -= here;
        }
        Rows {
            words: &[],
            at: 0,
            word: 0,
        }
    }

    /// Calls `each` with every row in ascending order. Quicker than [`RowSet::iter`] where
    /// every row is visited.
    #[inline]
    pub fn for_each(&self, mut each: impl FnMut(usize)) {
        for (at, word) in self.words.iter().enumerate() {
            let base = at * 64;
            if *word == u64::MAX {
                for row in base..base + 64 {
                    each(row);
                }
                continue;
            }
            let mut left = *word;
            while left != 0 {
                each(base + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }

    /// The bits of the eight rows from `8 * group` on, the first lowest; 0 past the end.
    #[inline]
    pub(crate) fn eight(&self, group: usize) -> u8 {
        let word = self.words.get(group / 8).copied().unwrap_or(0);
        word.to_le_bytes()[group % 8]
    }

    fn zip(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        debug_assert_eq!(self.rows, other.rows, "sets of different generations");
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine = combine(*mine, *theirs);
        }
    }

    /// Clears the bits past the last row.
    fn trim(&mut self) {
        if let (Some(last), rest @ 1..) = (self.words.last_mut(), self.rows % 64) {
            *last &= u64::MAX >> (64 - rest);
        }
    }
}

impl std::fmt::Debug for RowSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RowSet({} of {} rows)", self.len(), self.rows)
    }
}

impl<'a> IntoIterator for &'a RowSet {
    type Item = u32;
    type IntoIter = Rows<'a>;

    fn into_iter(self) -> Rows<'a> {
        self.iter()
    }
}

/// The rows of a [`RowSet`] in ascending order.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    words: &'a [u64],
    at: usize,
    word: u64,
}

impl Iterator for Rows<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.word == 0 {
            self.at += 1;
            self.word = *self.words.get(self.at)?;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        u32::try_from(self.at * 64).ok().map(|base| base + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::RowSet;

    #[test]
    fn the_rest_of_the_last_word_never_shows() {
        for rows in [0, 1, 63, 64, 65, 130] {
            assert_eq!(RowSet::all(rows).len(), rows);
            assert_eq!(RowSet::none(rows).turned().iter().count(), rows as usize);
            assert!(RowSet::all(rows).turned().is_empty());
        }
    }

    #[test]
    fn walks_from_the_middle() {
        let set = RowSet::where_each(200, |row| row % 67 == 0);
        assert_eq!(set.from_row(1).collect::<Vec<_>>(), [67, 134]);
        assert_eq!(set.from_row(134).collect::<Vec<_>>(), [134]);
        assert_eq!(set.from_row(1000).count(), 0);
        assert_eq!(set.from_nth(1).collect::<Vec<_>>(), [67, 134]);
        assert_eq!(set.from_nth(3).count(), 0);
    }

    #[test]
    fn both_walks_agree_and_bitmaps_round_trip() {
        let set = RowSet::where_each(300, |row| row < 128 || row % 3 == 0);
        let mut seen = Vec::new();
        set.for_each(|row| seen.push(u32::try_from(row).unwrap()));
        assert_eq!(seen, set.iter().collect::<Vec<_>>());
        assert_eq!(RowSet::from_bitmap(300, &set.to_bitmap()), set);
    }
}
