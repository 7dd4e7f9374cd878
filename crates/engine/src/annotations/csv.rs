//! Tables as text (RFC 4180), with a comma, semicolon or tab between values.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use lamina_model::AnnotationFault;

use super::{
    columns::{Cell, Columns},
    taker::{Halt, Taker},
    text::Text,
};

/// The longest row in bytes: a quotation mark that is never closed must not swallow a large file.
const LONGEST_ROW: usize = 64 << 10;

/// Reads a table.
pub(super) fn read(path: &Path, taker: &mut Taker<'_, '_>) -> Result<(), Halt> {
    let file = fs_err::File::open(path).map_err(|cause| Halt::unreadable(0, &cause))?;
    let text = Text::of(file).map_err(|cause| Halt::unreadable(0, &cause))?;
    let mut rows = Rows::new(text);
    let unusable = |line, note| Halt::Unreadable { line, note };
    let head = match rows.next()? {
        Some(Ok(row)) => row,
        Some(Err((line, why))) => return Err(unusable(line, why)),
        None => return Err(unusable(0, "the file is empty".to_owned())),
    };
    let columns = Columns::of(&head.values).map_err(|why| unusable(1, why))?;
    while let Some(row) = rows.next()? {
        match row {
            Ok(row) => {
                let cells: Vec<Cell> = row.values.into_iter().map(Cell::Text).collect();
                columns.take(taker, row.line, &cells)?;
            }
            Err((line, why)) => taker.lose(line, AnnotationFault::Malformed, why)?,
        }
    }
    Ok(())
}

/// A row and the line on which it begins.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    line: u64,
    values: Vec<String>,
}

/// A row, or the line of one that is none and why.
type MaybeRow = Result<Row, (u64, String)>;

/// The rows of a table, one at a time.
struct Rows<R: Read> {
    text: BufReader<R>,
    line: u64,
    between: Option<u8>,
    /// Lines that were read in search of a closing quotation mark that did not come.
    again: VecDeque<Line>,
}

#[derive(Debug)]
struct Line {
    number: u64,
    bytes: Vec<u8>,
    is_whole: bool,
}

impl<R: Read> Rows<R> {
    fn new(text: R) -> Self {
        Self {
            text: BufReader::with_capacity(64 << 10, text),
            line: 0,
            between: None,
            again: VecDeque::new(),
        }
    }

    /// The next row, or what is wrong with it; nothing at the end. Empty lines are passed over.
    fn next(&mut self) -> Result<Option<MaybeRow>, Halt> {
        loop {
            let Some(first) = self.next_line()? else {
                return Ok(None);
            };
            let number = first.number;
            if !first.is_whole {
                let why = format!("the row has more than {LONGEST_ROW} bytes");
                return Ok(Some(Err((number, why))));
            }
            let between = *self
                .between
                .get_or_insert_with(|| most_frequent(&first.bytes));
            let mut state = State::Before;
            state.pass(&first.bytes, between);
            let mut bytes = first.bytes;
            // Inside quotation marks a row goes on over line breaks.
            let mut taken = Vec::new();
            let whole = loop {
                if state != State::Quoted {
                    break true;
                }
                let next = match self.next_line()? {
                    Some(line) if line.is_whole && bytes.len() <= LONGEST_ROW => line,
                    other => {
                        taken.extend(other);
                        break false;
                    }
                };
                state.pass(&next.bytes, between);
                bytes.extend_from_slice(&next.bytes);
                taken.push(next);
            };
            if !whole {
                for line in taken.into_iter().rev() {
                    self.again.push_front(line);
                }
                let why = "a quotation mark is opened and never closed".to_owned();
                return Ok(Some(Err((number, why))));
            }
            while bytes
                .last()
                .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
            {
                bytes.pop();
            }
            if bytes.is_empty() {
                continue;
            }
            let Ok(text) = String::from_utf8(bytes) else {
                let why = "the row is no text in UTF-8; save the file as UTF-8 or UTF-16";
                return Ok(Some(Err((number, why.to_owned()))));
            };
            return Ok(Some(Ok(Row {
                line: number,
                values: values(&text, char::from(between)),
            })));
        }
    }

    fn next_line(&mut self) -> Result<Option<Line>, Halt> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let most = LONGEST_ROW as u64;
        let mut part = |line: u64| {
            let mut bytes = Vec::new();
            let read = self.text.by_ref().take(most).read_until(b'\n', &mut bytes);
            read.map_err(|cause| Halt::unreadable(line, &cause))?;
            Ok::<_, Halt>(bytes)
        };
        let bytes = part(self.line)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        let is_whole = bytes.ends_with(b"\n") || (bytes.len() as u64) < most;
        let mut ended = is_whole;
        while !ended {
            // The rest of a line that is too long is passed over.
            let rest = part(self.line)?;
            ended = rest.is_empty() || rest.ends_with(b"\n");
        }
        Ok(Some(Line {
            number: self.line,
            bytes,
            is_whole,
        }))
    }
}

/// Where a byte of a row stands: a quotation mark opens only where a value begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    Quoted,
    /// Behind a quotation mark inside others: the end, or half of one that is meant.
    Half,
}

impl State {
    fn pass(&mut self, bytes: &[u8], between: u8) {
        for byte in bytes {
            *self = match (*self, *byte) {
                (Self::Quoted, b'"') => Self::Half,
                (Self::Quoted, _) | (Self::Before | Self::Half, b'"') => Self::Quoted,
                (_, byte) if byte == between => Self::Before,
                _ => Self::Inside,
            };
        }
    }
}

/// What stands between the names of the columns.
fn most_frequent(head: &[u8]) -> u8 {
    let count = |byte: u8| head.split(|one| *one == byte).count();
    let mut best = b',';
    for byte in [b';', b'\t'] {
        if count(byte) > count(best) {
            best = byte;
        }
    }
    best
}

fn values(row: &str, between: char) -> Vec<String> {
    let mut all = Vec::new();
    let mut value = String::new();
    let mut chars = row.chars().peekable();
    let mut quoted = false;
    let mut begun = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                value.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if !begun => {
                quoted = true;
                begun = true;
            }
            c if c == between && !quoted => {
                all.push(std::mem::take(&mut value));
                begun = false;
            }
            c => {
                value.push(c);
                begun = true;
            }
        }
    }
    all.push(value);
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::export::quoted;

    fn rows(text: &[u8]) -> Vec<MaybeRow> {
        let mut rows = Rows::new(text);
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            all.push(row);
        }
        all
    }

    #[expect(clippy::unnecessary_wraps, reason = "compared with what may be wrong")]
    fn row(line: u64, values: &[&str]) -> MaybeRow {
        Ok(Row {
            line,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        })
    }

    #[test]
    fn quotation_marks_line_breaks_and_separators_are_read_as_programs_write_them() {
        let text =
            b"filename,label\r\n\"a, \"\"b\"\".jpg\",x\n\n\"c\nd\",\"\"\nlast,5\" wide\n\"e,\nf,g";
        let read = rows(text);
        assert_eq!(read[0], row(1, &["filename", "label"]));
        assert_eq!(read[1], row(2, &["a, \"b\".jpg", "x"]));
        assert_eq!(read[2], row(4, &["c\nd", ""]));
        assert_eq!(read[3], row(6, &["last", "5\" wide"]));
        assert!(
            matches!(&read[4], Err((7, why)) if why.contains("never closed")),
            "{read:?}"
        );
        assert_eq!(read[5], row(8, &["f", "g"]), "what follows is not lost");
        assert_eq!(
            rows(b"filename;label\na,b;c"),
            [row(1, &["filename", "label"]), row(2, &["a,b", "c"])]
        );
        assert_eq!(rows(b"a\tb"), [row(1, &["a", "b"])]);
    }

    #[test]
    fn a_row_that_is_too_long_or_no_text_costs_only_itself() {
        let long = [
            b"a,b\n".to_vec(),
            vec![b'x'; 3 * LONGEST_ROW],
            b"\nc,d\n\xff,e\nf,g".to_vec(),
        ];
        let read = rows(&long.concat());
        assert!(matches!(&read[1], Err((2, why)) if why.contains("bytes")));
        assert_eq!(read[2], row(3, &["c", "d"]));
        assert!(matches!(&read[3], Err((4, why)) if why.contains("UTF-8")));
        assert_eq!(read[4], row(5, &["f", "g"]));
    }

    proptest! {
        #[test]
        fn values_are_read_back_as_exports_write_them(
            values in prop::collection::vec("[a,\"\n é]{0,6}", 2..5),
        ) {
            let line: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            let text = format!("{}\r\n", line.join(","));
            let mut rows = Rows::new(text.as_bytes());
            rows.between = Some(b',');
            let read = rows.next().unwrap();
            prop_assert_eq!(read.unwrap().unwrap().values, values);
        }
    }
}
