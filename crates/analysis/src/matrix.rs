//! The vectors of a set, one row a picture.

use half::{f16, slice::HalfFloatSliceExt, vec::HalfFloatVecExt};
use rayon::prelude::*;

use crate::AnalysisError;

/// Rows of equal length, one after the other in memory, in numbers of 16 bits: vectors are most of
/// what an analysis holds, and rounding moves a cosine by some hundred-thousandths. What is reckoned with
/// them is reckoned in 32 bits.
///
/// Rows are expected to have length 1 (L2), so that a dot product is a cosine. A row of zeros
/// stands for a picture without a vector: its cosine to everything is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f16>,
}

impl Matrix {
    /// Takes the values row by row.
    ///
    /// # Errors
    /// [`AnalysisError::Ragged`] when `values` is no whole number of rows of `columns`.
    pub fn from_vec(columns: usize, values: Vec<f16>) -> Result<Self, AnalysisError> {
        let whole = if columns == 0 {
            values.is_empty()
        } else {
            values.len().is_multiple_of(columns)
        };
        if !whole {
            return Err(AnalysisError::Ragged {
                values: values.len(),
                columns,
            });
        }
        Ok(Self {
            rows: values.len().checked_div(columns).unwrap_or(0),
            columns,
            values,
        })
    }

    /// Rounds values given row by row.
    ///
    /// # Errors
    /// As [`Matrix::from_vec`].
    pub fn rounded(columns: usize, values: &[f32]) -> Result<Self, AnalysisError> {
        Self::from_vec(columns, Vec::from_f32_slice(values))
    }

    /// Rounds rows given one by one.
    ///
    /// # Errors
    /// [`AnalysisError::Ragged`] when the rows differ in length.
    pub fn from_rows<R: AsRef<[f32]>>(rows: &[R]) -> Result<Self, AnalysisError> {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        let mut values = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            if row.as_ref().len() != columns {
                return Err(AnalysisError::Ragged {
                    values: row.as_ref().len(),
                    columns,
                });
            }
            values.extend(row.as_ref().iter().copied().map(f16::from_f32));
        }
        Ok(Self {
            rows: rows.len(),
            columns,
            values,
        })
    }

    /// A matrix of so many empty rows: an index without vectors, told apart by hashes alone.
    pub fn without_vectors(rows: usize) -> Self {
        Self {
            rows,
            columns: 0,
            values: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Values in each row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All rows, so many at a time, each block in one piece.
    pub(crate) fn blocks(&self, rows: usize) -> impl IndexedParallelIterator<Item = &[f16]> {
        self.values.par_chunks((rows * self.columns).max(1))
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, row: usize) -> &[f16] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// Whether a row has a direction: it is not all zeros.
    ///
    /// # Panics
    /// When there is no such row.
    pub(crate) fn has_direction(&self, row: usize) -> bool {
        self.row(row).iter().any(|value| *value != f16::ZERO)
    }
}

/// Some rows one after the other, in numbers that can be reckoned with.
pub(crate) fn widened<'a>(rows: impl ExactSizeIterator<Item = &'a [f16]>) -> Vec<f32> {
    let mut values = Vec::new();
    let count = rows.len();
    for row in rows {
        let from = values.len();
        // Known with the first row only.
        if from == 0 {
            values.reserve_exact(count * row.len());
        }
        values.resize(from + row.len(), 0.0);
        row.convert_to_f32_slice(&mut values[from..]);
    }
    values
}
