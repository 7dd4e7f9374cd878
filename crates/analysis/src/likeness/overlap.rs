//! Two squares laid over each other, cell by cell: what the one shows where each cell of the
//! other falls.

use super::align::{Contrast, Lay};
use super::evidence::Detailed;
use super::tone::Curve;
use super::warp::Warp;

/// One cell of the other that falls inside the one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// Its number in the other.
    pub(crate) at: usize,
    /// Luma of the one there, and of the other.
    pub(crate) seen: f32,
    pub(crate) there: f32,
    /// Fine detail of the one there, and of the other.
    pub(crate) fine_seen: f32,
    pub(crate) fine_there: f32,
}

/// All cells of the other that fall inside the one.
pub(crate) struct Overlap {
    pub(crate) cells: Vec<Cell>,
    /// Cells that the other has.
    pub(crate) of: usize,
}

impl Overlap {
    pub(crate) fn laid<const N: usize>(one: &Detailed<N>, other: &Detailed<N>, lay: &Lay) -> Self {
        let grid = lay.grid();
        let mut cells = Vec::with_capacity(N * N);
        for y in grid.y.inside.clone() {
            for x in grid.x.inside.clone() {
                let at = y * N + x;
                cells.push(Cell {
                    at,
                    seen: one.all.sample(&grid, x, y),
                    there: other.all.cells()[at],
                    fine_seen: one.fine.sample(&grid, x, y),
                    fine_there: other.fine.cells()[at],
                });
            }
        }
        Self { cells, of: N * N }
    }

    pub(crate) fn warped<const N: usize>(
        one: &Detailed<N>,
        other: &Detailed<N>,
        warp: &Warp,
    ) -> Self {
        let places = warp.places::<N>();
        let cells = places.map(|(at, place)| Cell {
            at,
            seen: place.value(&one.all),
            there: other.all.cells()[at],
            fine_seen: place.value(&one.fine),
            fine_there: other.fine.cells()[at],
        });
        Self {
            cells: cells.collect(),
            of: N * N,
        }
    }

    /// The same with the luma of the one brought to that of the other by a curve.
    pub(crate) fn toned(&self, curve: &Curve) -> Self {
        self.brought(|luma| curve.at(luma))
    }

    /// The same with the negative of the one.
    pub(crate) fn negative(&self) -> Self {
        self.brought(|luma| (255.0 - luma, -1.0))
    }

    /// The same with the luma of the one brought to another, which comes with the slope there.
    fn brought(&self, light: impl Fn(f32) -> (f32, f32)) -> Self {
        let cells = self.cells.iter().map(|cell| {
            let (seen, slope) = light(cell.seen);
            Cell {
                seen,
                fine_seen: slope * cell.fine_seen,
                ..*cell
            }
        });
        Self {
            cells: cells.collect(),
            of: self.of,
        }
    }

    /// Gain and offset that bring the one to the other. Nothing comes back when little is covered
    /// or the one is flat there.
    pub(crate) fn contrast(&self) -> Option<Contrast> {
        let count = self.cells.len() as f32;
        let (mut a, mut b) = (0.0_f32, 0.0_f32);
        let (mut aa, mut ab, mut bb) = (0.0_f32, 0.0_f32, 0.0_f32);
        for Cell { seen, there, .. } in &self.cells {
            a += seen;
            b += there;
            aa += seen * seen;
            ab += seen * there;
            bb += there * there;
        }
        let spread = aa - a * a / count.max(1.0);
        if self.cells.len() * 4 < self.of || spread <= count * 1e-3 {
            return None;
        }
        let crossed = ab - a * b / count;
        let gain = crossed / spread;
        Some(Contrast {
            gain,
            offset: (b - gain * a) / count,
            correlation: crossed / (spread * (bb - b * b / count).max(f32::EPSILON)).sqrt(),
        })
    }
}
