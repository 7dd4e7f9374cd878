//! The same tables as Parquet, row by row.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use parquet::{
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
    record::{Field, Row},
};

use super::{
    columns::{Cell, Columns},
    taker::{Halt, Taker},
};

/// Reads a table.
pub(super) fn read(path: &Path, taker: &mut Taker<'_, '_>) -> Result<(), Halt> {
    rows(
        path,
        &|head| Columns::of(head),
        &mut |columns, number, row| columns.take(taker, number, &cells(row)),
    )
}

/// Takes the rows of a table one by one, each with its number from 1; `begin` makes of the names
/// of its columns what every row is read with, or says what is wrong with them.
///
/// # Errors
/// What `take` says; [`Halt::Unreadable`] where the file is no table, or a damaged one.
pub(super) fn rows<H>(
    path: &Path,
    begin: &dyn Fn(&[String]) -> Result<H, String>,
    take: &mut dyn FnMut(&H, u64, Row) -> Result<(), Halt>,
) -> Result<(), Halt> {
    // A damaged file may upset the reader in ways that it does not tell as errors.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let table = open(path).map_err(|cause| Halt::unreadable(0, &cause))?;
        let head = begin(&names(&table)).map_err(|note| Halt::Unreadable { line: 0, note })?;
        let rows = table
            .get_row_iter(None)
            .map_err(|cause| Halt::unreadable(0, &cause))?;
        for (row, number) in rows.zip(1..) {
            let row = row.map_err(|cause| Halt::unreadable(number, &cause))?;
            take(&head, number, row)?;
        }
        Ok(())
    }));
    read.unwrap_or_else(|_| {
        Err(Halt::Unreadable {
            line: 0,
            note: "cannot be read: the file is damaged".to_owned(),
        })
    })
}

/// The names of the columns of a table; none where the file is no table.
pub(super) fn columns_of(path: &Path) -> Vec<String> {
    let read = catch_unwind(|| open(path).map(|table| names(&table)));
    read.ok().and_then(Result::ok).unwrap_or_default()
}

fn open(path: &Path) -> Result<SerializedFileReader<std::fs::File>, ParquetError> {
    let file = fs_err::File::open(path)?;
    SerializedFileReader::new(file.into_parts().0)
}

fn names(table: &SerializedFileReader<std::fs::File>) -> Vec<String> {
    let schema = table.metadata().file_metadata().schema();
    let fields = schema.get_fields().iter();
    fields.map(|field| field.name().to_owned()).collect()
}

fn cells(row: Row) -> Vec<Cell> {
    let columns = row.into_columns().into_iter();
    columns.map(|(_, field)| cell(&field)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a side of a box in pixels")]
fn cell(field: &Field) -> Cell {
    match field {
        Field::Null => Cell::Empty,
        Field::Str(text) => Cell::Text(text.clone()),
        Field::Bytes(bytes) => Cell::Text(String::from_utf8_lossy(bytes.data()).into_owned()),
        Field::Bool(value) => Cell::Text(value.to_string()),
        Field::Float(value) => Cell::Number(f64::from(*value)),
        Field::Double(value) => Cell::Number(*value),
        Field::Byte(value) => Cell::Number(f64::from(*value)),
        Field::Short(value) => Cell::Number(f64::from(*value)),
        Field::Int(value) => Cell::Number(f64::from(*value)),
        Field::Long(value) => Cell::Number(*value as f64),
        Field::UByte(value) => Cell::Number(f64::from(*value)),
        Field::UShort(value) => Cell::Number(f64::from(*value)),
        Field::UInt(value) => Cell::Number(f64::from(*value)),
        Field::ULong(value) => Cell::Number(*value as f64),
        Field::ListInternal(list) => Cell::List(
            list.elements()
                .iter()
                .filter_map(|one| match cell(one) {
                    Cell::Text(text) => Some(text),
                    Cell::Number(number) => Some(number.to_string()),
                    Cell::Empty | Cell::List(_) => None,
                })
                .collect(),
        ),
        other => Cell::Text(other.to_string()),
    }
}
