//! The row most like all of some, while a space is being written.

use std::path::Path;

use super::{
    exact::{ExactRows, RowBuffer},
    rows_file,
    writer::unit,
};
use crate::SearchError;

/// Rows up to which each is read once and held; more are read twice.
const HELD: usize = 256;

/// Reads rows that were written.
#[derive(Debug)]
pub(crate) struct Likest {
    exact: ExactRows,
    dimensions: usize,
    buffer: RowBuffer,
}

impl Likest {
    /// `rows` are all that are in the file.
    pub(super) fn open(
        folder: &Path,
        name: &str,
        dimensions: usize,
        rows: u32,
    ) -> Result<Self, SearchError> {
        Ok(Self {
            exact: ExactRows::open(&rows_file(folder, name), dimensions, rows)?,
            dimensions,
            buffer: RowBuffer::default(),
        })
    }

    /// Of some rows the one most like the mean of them all, the first of equally like ones; nothing
    /// where none of them has a vector.
    pub(crate) fn of(&mut self, rows: &[u32]) -> Result<Option<u32>, SearchError> {
        let mut sum = vec![0.0_f32; self.dimensions];
        let mut held = Vec::new();
        for row in rows {
            let vector = self.read(*row)?;
            for (sum, value) in sum.iter_mut().zip(&vector) {
                *sum += value;
            }
            if rows.len() <= HELD {
                held.push(vector);
            }
        }
        let mut best: Option<(u32, f32)> = None;
        for (at, row) in rows.iter().enumerate() {
            let read;
            let vector = match held.get(at) {
                Some(vector) => vector,
                None => {
                    read = self.read(*row)?;
                    &read
                }
            };
            let is_there = vector.iter().any(|value| *value != 0.0);
            let like = sum.iter().zip(vector).map(|(a, b)| a * b).sum::<f32>();
            if is_there && best.is_none_or(|(_, most)| like > most) {
                best = Some((*row, like));
            }
        }
        Ok(best.map(|(row, _)| row))
    }

    /// A row, scaled to length 1; zeros where it has no vector.
    fn read(&mut self, row: u32) -> Result<Vec<f32>, SearchError> {
        let values = self.exact.read(row, &mut self.buffer)?;
        Ok(unit(values).collect())
    }
}
