//! File names, ready to be searched: as people see them, ASCII letters in lower case.

use lamina_model::TextMatch;
use memchr::memmem;

use crate::{SearchError, columns::Columns, lists::Texts, rows::RowSet};

/// Every file name with a NUL after it, which no file name holds, so that one search through
/// all of them never finds a text that begins in one name and ends in the next.
#[derive(Debug)]
pub(crate) struct FoldedNames(Texts);

impl FoldedNames {
    pub(crate) fn of(names: &Texts) -> Result<Self, SearchError> {
        let mut folded = Texts::default();
        let mut name = Vec::new();
        for raw in names.iter() {
            name.clear();
            name.extend_from_slice(String::from_utf8_lossy(raw).as_bytes());
            name.make_ascii_lowercase();
            name.push(0);
            folded.push(&name)?;
        }
        Ok(Self(folded))
    }

    /// The folded name of a row.
    #[inline]
    pub(crate) fn name(&self, row: usize) -> &[u8] {
        let name = self.0.of(row);
        &name[..name.len() - 1]
    }

    /// The rows whose file names are meant.
    pub(crate) fn matching(&self, columns: &Columns, text: &TextMatch) -> RowSet {
        let rows = columns.rows();
        match text {
            TextMatch::OneOf(names) => {
                let mut found = RowSet::none(rows);
                for name in names {
                    self.rows_named(columns, name)
                        .iter()
                        .filter(|row| columns.names.shown(**row as usize) == name.as_str())
                        .for_each(|row| found.insert(*row));
                }
                found
            }
            TextMatch::StartsWith(head) => {
                let head = head.to_ascii_lowercase();
                RowSet::where_each(rows, |row| self.name(row).starts_with(head.as_bytes()))
            }
            TextMatch::EndsWith(tail) => {
                let tail = tail.to_ascii_lowercase();
                RowSet::where_each(rows, |row| self.name(row).ends_with(tail.as_bytes()))
            }
            TextMatch::Contains(part) => self.containing(rows, &part.to_ascii_lowercase()),
        }
    }

    /// The rows, in path order, that bear this file name in whatever case of ASCII letters.
    pub(crate) fn rows_named<'a>(&self, columns: &'a Columns, name: &str) -> &'a [u32] {
        let wanted = name.to_ascii_lowercase();
        let by_name = &columns.by_name;
        let first = by_name.partition_point(|row| self.name(*row as usize) < wanted.as_bytes());
        let many =
            by_name[first..].partition_point(|row| self.name(*row as usize) == wanted.as_bytes());
        &by_name[first..first + many]
    }

    /// The rows whose folded names hold a folded text.
    pub(crate) fn containing(&self, rows: u32, part: &str) -> RowSet {
        if part.is_empty() {
            return RowSet::all(rows);
        }
        if part.contains('\0') {
            let finder = memmem::Finder::new(part);
            return RowSet::where_each(rows, |row| finder.find(self.name(row)).is_some());
        }
        let mut found = RowSet::none(rows);
        let mut row = 0;
        for at in memmem::find_iter(self.0.bytes(), part) {
            while self.0.end(row) <= at {
                row += 1;
            }
            found.insert(u32::try_from(row).unwrap_or(u32::MAX));
        }
        found
    }
}
