//! The vectors of a set, one row a picture.

use rayon::prelude::*;

use crate::AnalysisError;

/// Rows of equal length, one after the other in memory.
///
/// Rows are expected to have length 1 (L2), so that a dot product is a cosine. A row of zeros
/// stands for a picture without a vector: its cosine to everything is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// Takes the values row by row.
    ///
    /// # Errors
    /// [`AnalysisError::Ragged`] when `values` is no whole number of rows of `columns`.
    pub fn from_vec(columns: usize, values: Vec<f32>) -> Result<Self, AnalysisError> {
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

    /// Copies rows given one by one.
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
            values.extend_from_slice(row.as_ref());
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
    pub(crate) fn blocks(&self, rows: usize) -> impl IndexedParallelIterator<Item = &[f32]> {
        self.values.par_chunks((rows * self.columns).max(1))
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }
}
