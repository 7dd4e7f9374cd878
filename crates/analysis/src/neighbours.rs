//! Who is near whom: the most alike rows of every row, by cosine.
//!
//! Exact: blocks of rows are multiplied with blocks of rows, and of each product only the best
//! is kept, so memory grows with the number of rows, never with its square. Measured on one
//! core at 1280 columns: 10,000 rows 2 s, 40,000 rows 31 s, growing with the square. Above
//! [`crate::Settings::exact_up_to`] rows are compared within neighbourhoods only (`partition`):
//! 10,000 rows 0.7 s, 100,000 rows 16 s.

mod best;
mod exact;
mod partition;
#[cfg(test)]
mod tests;

pub(crate) use best::Best;

use crate::progress::Stage;
use crate::{AnalysisError, Matrix};

/// Some rows of a matrix, numbered anew.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    matrix: &'a Matrix,
    chosen: &'a [u32],
}

impl<'a> Rows<'a> {
    pub(crate) fn new(matrix: &'a Matrix, chosen: &'a [u32]) -> Self {
        Self { matrix, chosen }
    }

    pub(crate) fn len(self) -> usize {
        self.chosen.len()
    }

    pub(crate) fn columns(self) -> usize {
        self.matrix.columns()
    }

    pub(crate) fn row(self, at: usize) -> &'a [f32] {
        self.matrix.row(self.chosen[at] as usize)
    }

    /// The rows of a range, one after the other.
    fn gathered(self, range: std::ops::Range<usize>) -> Vec<f32> {
        let mut values = Vec::with_capacity(range.len() * self.columns());
        for at in range {
            values.extend_from_slice(self.row(at));
        }
        values
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    /// So many nearest rows of each row, however far they are.
    pub(crate) nearest: usize,
    /// And those of at least this cosine …
    pub(crate) alike_from: f32,
    /// … but no more than so many.
    pub(crate) alike_at_most: usize,
    /// Rows from which on an index is used instead of comparing all with all.
    pub(crate) exact_up_to: usize,
}

/// What is answered: for each row other rows with their cosine, the most alike first, equally
/// alike ones by number.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Neighbours {
    pub(crate) nearest: Vec<Vec<(u32, f32)>>,
    pub(crate) alike: Vec<Vec<(u32, f32)>>,
}

/// Finds the neighbours of all rows.
pub(crate) fn find(
    rows: Rows<'_>,
    question: &Question,
    stage: &Stage<'_>,
) -> Result<Neighbours, AnalysisError> {
    if rows.columns() == 0 {
        return Ok(Neighbours {
            nearest: vec![Vec::new(); rows.len()],
            alike: vec![Vec::new(); rows.len()],
        });
    }
    if rows.len() <= question.exact_up_to {
        exact::find(rows, question, stage)
    } else {
        partition::find(rows, question, stage)
    }
}

/// The products of each row of one block with each row of another, row by row.
pub(crate) fn products(one: &[f32], other: &[f32], columns: usize) -> Vec<f32> {
    use ndarray::{Array2, ArrayView2, linalg::general_mat_mul};
    let view = |values| {
        ArrayView2::from_shape((<[f32]>::len(values) / columns, columns), values)
            .expect("blocks hold whole rows")
    };
    let (one, other) = (view(one), view(other));
    let mut found = Array2::<f32>::zeros((one.nrows(), other.nrows()));
    general_mat_mul(1.0, &one, &other.t(), 0.0, &mut found);
    found.into_raw_vec_and_offset().0
}

/// The product of two rows.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    // So many sums at a time that none waits for the one before it.
    const SUMS: usize = 32;
    let mut sums = [0.0_f32; SUMS];
    let (a_whole, a_rest) = a.as_chunks::<SUMS>();
    let (b_whole, b_rest) = b.as_chunks::<SUMS>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..SUMS {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}
