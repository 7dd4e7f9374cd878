//! Who is near whom: the most alike rows of every row, by cosine.
//!
//! Exact: blocks of rows are multiplied with blocks of rows, and of each product only the best
//! is kept, so memory grows with the number of rows, never with its square. Measured on one
//! core at 1280 columns: 10,000 rows 2 s, 40,000 rows 31 s, growing with the square. Above
//! [`crate::Settings::exact_up_to`] rows are compared within neighbourhoods only (`partition`):
//! 10,000 rows 0.7 s, 100,000 rows 16 s.

mod best;
mod exact;
mod lists;
mod near;
mod partition;
#[cfg(test)]
mod tests;

pub(crate) use best::Best;
pub(crate) use lists::{Holders, Lists, Scored};
pub(crate) use near::{Depth, Horizon, Near};
pub(crate) use partition::Neighbourhoods;

use half::{f16, slice::HalfFloatSliceExt};
use rayon::prelude::*;

use crate::matrix::widened;
use crate::memory::Remembered;
use crate::progress::Stage;
use crate::{AnalysisError, Matrix};

/// Rows of a block: large enough for a product to run at the speed of the core, small enough
/// for two blocks and their product to stay in a cache.
const BLOCK: usize = 512;

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

    pub(crate) fn row(self, at: usize) -> &'a [f16] {
        self.matrix.row(self.chosen[at] as usize)
    }

    /// Adds a row to a sum of rows.
    pub(crate) fn add_to(self, sum: &mut [f32], at: usize) {
        const PIECE: usize = 256;
        let mut wide = [0.0; PIECE];
        for (sum, row) in sum.chunks_mut(PIECE).zip(self.row(at).chunks(PIECE)) {
            let wide = &mut wide[..row.len()];
            row.convert_to_f32_slice(wide);
            for (sum, value) in sum.iter_mut().zip(wide) {
                *sum += *value;
            }
        }
    }

    /// The number that a row has in the matrix.
    pub(crate) fn number(self, at: usize) -> usize {
        self.chosen[at] as usize
    }

    /// The products of all rows of the matrix with some of these: in the order of the matrix, so
    /// that nothing need be gathered. Rows that were not chosen are multiplied as well, which is
    /// worth it unless they are most.
    pub(crate) fn products_with(self, some: &[u32]) -> Products {
        let some = self.gathered(some);
        let columns = self.columns();
        let blocks = self.matrix.blocks(BLOCK);
        Products {
            columns: some.len() / columns,
            blocks: blocks
                .map(|rows| products(&rows.to_f32_vec(), &some, columns))
                .collect(),
        }
    }

    /// The values of some rows, one row after the other.
    fn gathered(self, some: &[u32]) -> Vec<f32> {
        widened(some.iter().map(|at| self.row(*at as usize)))
    }
}

/// Products of all rows of a matrix with some.
#[derive(Default)]
pub(crate) struct Products {
    columns: usize,
    blocks: Vec<Vec<f32>>,
}

impl Products {
    /// The product of the row of this number in the matrix with one of the some.
    pub(crate) fn of(&self, number: usize, one: usize) -> f32 {
        self.blocks[number / BLOCK][number % BLOCK * self.columns + one]
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    /// How many rows near to each.
    pub(crate) depth: Depth,
    /// Rows from which on an index is used instead of comparing all with all.
    pub(crate) exact_up_to: usize,
}

/// What is known of a row before anything is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing, to nobody.
    Not,
    /// Others know it; what it knew of others no longer suffices.
    ToOthers,
    /// Its list lacks only what nobody knows.
    Wholly,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Neighbours {
    /// For each row other rows with their cosine, the most alike first, equally alike ones by
    /// number.
    pub(crate) lists: Lists,
    /// The neighbourhoods, if rows were compared within those only.
    pub(crate) neighbourhoods: Option<Neighbourhoods>,
}

/// Finds the neighbours of all rows, and says how many rows were compared with all others, or all
/// of their neighbourhoods. What was found before is taken as it is, as far as it goes.
pub(crate) fn find(
    rows: Rows<'_>,
    question: &Question,
    before: Option<Remembered<'_, Neighbours>>,
    stage: &Stage<'_>,
) -> Result<(Neighbours, usize), AnalysisError> {
    let held = question.depth.with_reserve();
    if rows.columns() == 0 {
        let none = Neighbours {
            lists: Lists::new(vec![Near::new(); rows.len()], &held),
            neighbourhoods: None,
        };
        return Ok((none, 0));
    }
    let exact = rows.len() <= question.exact_up_to;
    // Lists of neighbourhoods lack what lists of all have.
    let before = before.filter(|before| match &before.what.neighbourhoods {
        None => exact,
        Some(neighbourhoods) => !exact && neighbourhoods.serves(rows.len()),
    });
    let (lists, neighbourhoods) = before.map_or((None, None), |Remembered { what, recall }| {
        let lists = what.lists;
        let moved = what.neighbourhoods.map(|before| before.moved(recall));
        (
            Some(Remembered {
                what: lists,
                recall,
            }),
            moved,
        )
    });
    let (known, lists) = recalled(rows.len(), &question.depth, lists);
    let asked = known.iter().filter(|known| **known != Known::Wholly);
    let asked = asked.count();
    let (lists, neighbourhoods) = if exact {
        (exact::find(rows, &held, lists, &known, stage)?, None)
    } else {
        let (lists, found) = partition::find(rows, &held, lists, &known, neighbourhoods, stage)?;
        (lists, Some(found))
    };
    let found = Neighbours {
        lists: Lists::new(lists, &held),
        neighbourhoods,
    };
    Ok((found, asked))
}

/// How well each row is known, and the list with which each begins.
pub(crate) fn recalled(
    rows: usize,
    asked: &Depth,
    before: Option<Remembered<'_, Lists>>,
) -> (Vec<Known>, Vec<Near>) {
    let one = |row: u32| {
        let known = before.as_ref();
        let known = known.and_then(|before| Some((before, before.recall.was(row)?)));
        let Some((Remembered { what, recall }, was)) = known else {
            return (Known::Not, Near::new());
        };
        let near = what.recalled(was, recall);
        if near.suffices(asked) {
            (Known::Wholly, near)
        } else {
            (Known::ToOthers, Near::new())
        }
    };
    (0..rows as u32).map(one).unzip()
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

/// The product of a row and one as it lies in a matrix.
pub(crate) fn dot_with(a: &[f32], b: &[f16]) -> f32 {
    const PIECE: usize = 256;
    let mut wide = [0.0; PIECE];
    let pieces = a.chunks(PIECE).zip(b.chunks(PIECE));
    let products = pieces.map(|(a, b)| {
        let wide = &mut wide[..b.len()];
        b.convert_to_f32_slice(wide);
        dot(a, wide)
    });
    products.sum()
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
