//! Signatures as planes of numbers: turned, halved, softened, sampled between the cells.

use lamina_model::Signature;

use super::align::{Grid, Lay};
use crate::wide::widely;

/// Cells along each side of a [`Plane`].
pub(crate) const SIDE: usize = Signature::SIDE;
/// Cells along each side of a plane halved once.
pub(crate) const HALF: usize = SIDE / 2;
/// Cells along each side of a plane halved twice.
pub(crate) const QUARTER: usize = SIDE / 4;

/// A square of `N` × `N` luma values, row by row.
#[derive(Clone)]
pub(crate) struct Square<const N: usize> {
    cells: Vec<f32>,
}

/// A signature as numbers.
pub(crate) type Plane = Square<SIDE>;

/// The eight ways to lay a square picture: turned by quarter turns, mirrored or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Rows and columns change places first.
    transpose: bool,
    /// Then left and right change places.
    across: bool,
    /// Then top and bottom change places.
    over: bool,
}

impl Turn {
    /// As it is.
    pub(crate) const NONE: Self = Self::new(false, false, false);
    /// Left and right change places.
    pub(crate) const MIRRORED: Self = Self::new(false, true, false);
    /// All eight, `NONE` first.
    pub(crate) const ALL: [Self; 8] = [
        Self::NONE,
        Self::MIRRORED,
        Self::new(false, false, true),
        Self::new(false, true, true),
        Self::new(true, false, false),
        Self::new(true, true, false),
        Self::new(true, false, true),
        Self::new(true, true, true),
    ];

    const fn new(transpose: bool, across: bool, over: bool) -> Self {
        Self {
            transpose,
            across,
            over,
        }
    }

    /// Whether the picture's sides change places.
    pub(crate) const fn swaps_sides(self) -> bool {
        self.transpose
    }

    /// What this does to the cosine transform of a square, given its lowest frequencies, eight
    /// by eight: mirroring changes the sign of the odd ones.
    pub(crate) fn lay_frequencies(self, low: &[f32; 64]) -> [f32; 64] {
        std::array::from_fn(|at| {
            let (v, u) = (at / 8, at % 8);
            let value = if self.transpose {
                low[u * 8 + v]
            } else {
                low[at]
            };
            let odd = (self.across && u % 2 == 1) != (self.over && v % 2 == 1);
            if odd { -value } else { value }
        })
    }

    /// Lays a part of a picture this way, said as its lay over the whole.
    pub(crate) fn lay_part(self, part: &Lay) -> Lay {
        let swapped = |[x, y]: [f32; 2]| if self.transpose { [y, x] } else { [x, y] };
        let [x, y] = swapped(part.shift);
        Lay {
            scale: swapped(part.scale),
            shift: [
                if self.across { -x } else { x },
                if self.over { -y } else { y },
            ],
        }
    }

    /// Lays a square of any numbers this way.
    pub(crate) fn lay<const N: usize>(self, square: &Square<N>) -> Square<N> {
        let mut cells = vec![0.0; N * N];
        for (y, row) in cells.chunks_exact_mut(N).enumerate() {
            let from_y = if self.over { N - 1 - y } else { y };
            for (x, cell) in row.iter_mut().enumerate() {
                let from_x = if self.across { N - 1 - x } else { x };
                *cell = if self.transpose {
                    square.cells[from_x * N + from_y]
                } else {
                    square.cells[from_y * N + from_x]
                };
            }
        }
        Square { cells }
    }
}

impl Plane {
    /// The luma values of a signature.
    pub(crate) fn of_signature(signature: &Signature) -> Self {
        Self::of(signature.as_bytes())
    }

    /// Each two by two cells made one.
    pub(crate) fn halved(&self) -> Square<HALF> {
        self.shrunk()
    }

    /// Each four by four cells made one.
    pub(crate) fn quartered(&self) -> Square<QUARTER> {
        self.shrunk()
    }

    /// Share of the cells that are of the most common luma, two steps more or less, 0–1: the
    /// ground on which something is drawn.
    pub(crate) fn ground(&self) -> f32 {
        const AROUND: usize = 2;
        let mut counts = [0_u16; 256 + 2 * AROUND];
        for cell in &self.cells {
            counts[(cell.clamp(0.0, 255.0) as usize) + AROUND] += 1;
        }
        let near = counts.windows(2 * AROUND + 1);
        let most = near.map(|near| near.iter().sum::<u16>()).max();
        f32::from(most.unwrap_or(0)) / (SIDE * SIDE) as f32
    }
}

impl<const N: usize> Square<N> {
    /// Luma values, row by row.
    pub(crate) fn of(luma: &[u8]) -> Self {
        Self::from_cells(luma.iter().map(|luma| f32::from(*luma)).collect())
    }

    /// Numbers, row by row.
    pub(crate) fn from_cells(cells: Vec<f32>) -> Self {
        debug_assert_eq!(cells.len(), N * N, "cells of a square");
        Self { cells }
    }

    /// Softened so many times; for a part of a time, as far on the way there.
    pub(crate) fn softened_by(&self, times: f32) -> Self {
        let mut soft = self.clone();
        for _ in 0..times as usize {
            soft = soft.softened();
        }
        let part = times.fract();
        if part > 0.0 {
            let softer = soft.softened();
            for (cell, softer) in soft.cells.iter_mut().zip(softer.cells) {
                *cell += (softer - *cell) * part;
            }
        }
        soft
    }

    /// Blocks of cells made one each; `M` divides `N`.
    pub(crate) fn shrunk<const M: usize>(&self) -> Square<M> {
        let block = N / M;
        let mut cells = vec![0.0; M * M];
        for (y, line) in self.cells.chunks_exact(N).enumerate() {
            let into = &mut cells[y / block * M..][..M];
            for (sum, some) in into.iter_mut().zip(line.chunks_exact(block)) {
                *sum += some.iter().sum::<f32>();
            }
        }
        let share = 1.0 / (block * block) as f32;
        for cell in &mut cells {
            *cell *= share;
        }
        Square { cells }
    }

    /// The values, row by row.
    pub(crate) fn cells(&self) -> &[f32] {
        &self.cells
    }

    /// The rows.
    pub(crate) fn lines(&self) -> &[[f32; N]] {
        self.cells.as_chunks().0
    }

    /// Softened by the binomial kernel 1-2-1 in both directions, edges repeated. Sampling
    /// between the cells of a plane is true only when its finest detail is gone.
    pub(crate) fn softened(&self) -> Self {
        let (mut across, mut cells) = (vec![0.0; N * N], vec![0.0; N * N]);
        widely(
            #[inline(always)]
            || {
                let lines = across.as_chunks_mut::<N>().0.iter_mut();
                for (to, from) in lines.zip(self.lines()) {
                    to[0] = blend(from[0], from[0], from[1]);
                    for x in 1..N - 1 {
                        to[x] = blend(from[x - 1], from[x], from[x + 1]);
                    }
                    to[N - 1] = blend(from[N - 2], from[N - 1], from[N - 1]);
                }
                let across = across.as_chunks::<N>().0;
                for (y, to) in cells.as_chunks_mut::<N>().0.iter_mut().enumerate() {
                    let before = &across[y.saturating_sub(1)];
                    let after = &across[(y + 1).min(N - 1)];
                    for x in 0..N {
                        to[x] = blend(before[x], across[y][x], after[x]);
                    }
                }
            },
        );
        Self { cells }
    }

    /// Each cell the mean of those up to so many cells off in both directions, edges repeated.
    pub(crate) fn averaged(&self, radius: usize) -> Self {
        let wide = 2 * radius + 1;
        let share = 1.0 / (wide * wide) as f32;
        let (mut across, mut cells) = (vec![0.0; N * N], vec![0.0; N * N]);
        let mut line = vec![0.0; N + 2 * radius];
        widely(
            #[inline(always)]
            || {
                let lines = across.as_chunks_mut::<N>().0.iter_mut();
                for (to, from) in lines.zip(self.lines()) {
                    line[..radius].fill(from[0]);
                    line[radius..radius + N].copy_from_slice(from);
                    line[radius + N..].fill(from[N - 1]);
                    for there in line.windows(N) {
                        add(to, there);
                    }
                }
                let across = across.as_chunks::<N>().0;
                for (y, to) in cells.as_chunks_mut::<N>().0.iter_mut().enumerate() {
                    for at in y..y + wide {
                        add(to, &across[at.saturating_sub(radius).min(N - 1)]);
                    }
                    for cell in to {
                        *cell *= share;
                    }
                }
            },
        );
        Self { cells }
    }

    /// What this has more than another.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        Self {
            cells: self
                .cells
                .iter()
                .zip(&other.cells)
                .map(|(mine, theirs)| mine - theirs)
                .collect(),
        }
    }

    /// What another picture that lies over this one so would show; at the rim what is nearest.
    pub(crate) fn seen_through(&self, lay: &Lay) -> Self {
        let grid = lay.grid();
        self.seen_under(&Grid {
            x: grid.x.clamped(),
            y: grid.y.clamped(),
        })
    }

    /// The value where each cell falls; of those that do not fall inside it means nothing.
    pub(crate) fn seen_under(&self, grid: &Grid<N>) -> Self {
        let (mut across, mut cells) = (vec![0.0; N * N], vec![0.0; N * N]);
        widely(
            #[inline(always)]
            || {
                let lines = across.as_chunks_mut::<N>().0.iter_mut();
                for (to, from) in lines.zip(self.lines()) {
                    let places = grid.x.before.iter().zip(&grid.x.part);
                    for (to, (before, part)) in to.iter_mut().zip(places) {
                        // Never more, which the compiler does not know.
                        let at = (*before).min(N - 2);
                        *to = from[at] + (from[at + 1] - from[at]) * part;
                    }
                }
                let across = across.as_chunks::<N>().0;
                for (y, to) in cells.as_chunks_mut::<N>().0.iter_mut().enumerate() {
                    let (at, part) = (grid.y.before[y].min(N - 2), grid.y.part[y]);
                    let between = across[at].iter().zip(&across[at + 1]);
                    for (to, (above, below)) in to.iter_mut().zip(between) {
                        *to = above + (below - above) * part;
                    }
                }
            },
        );
        Self { cells }
    }
}

/// Adds one line to another.
#[inline(always)]
fn add<const N: usize>(to: &mut [f32; N], there: &[f32]) {
    for (sum, cell) in to.iter_mut().zip(there) {
        *sum += cell;
    }
}

/// The binomial kernel 1-2-1.
#[inline(always)]
fn blend(before: f32, here: f32, after: f32) -> f32 {
    0.25 * before + 0.5 * here + 0.25 * after
}

/// The correlation of two lists of equal length, −1 to 1; 0 when either is constant.
pub(crate) fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let count = a.len() as f32;
    let (mean_a, mean_b) = (a.iter().sum::<f32>() / count, b.iter().sum::<f32>() / count);
    let (mut aa, mut bb, mut ab) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    if aa > f32::EPSILON && bb > f32::EPSILON {
        ab / (aa * bb).sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: usize = 16;

    fn noise() -> Square<N> {
        let mut state = 5_u32;
        let cells = (0..N * N).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as f32
        });
        Square::from_cells(cells.collect())
    }

    /// Each cell found from those around it one by one.
    fn one_by_one(of: impl Fn(&dyn Fn(isize, isize) -> f32) -> f32) -> Vec<f32> {
        let square = noise();
        let inside = |at: isize| at.clamp(0, N.cast_signed() - 1).cast_unsigned();
        let cells = (0..N * N).map(|at| {
            let (x, y) = ((at % N).cast_signed(), (at / N).cast_signed());
            of(&|right, below| square.lines()[inside(y + below)][inside(x + right)])
        });
        cells.collect()
    }

    fn assert_near(found: &Square<N>, expected: &[f32]) {
        for (at, (found, expected)) in found.cells().iter().zip(expected).enumerate() {
            assert!((found - expected).abs() < 0.01, "{at}: {found}, {expected}");
        }
    }

    #[test]
    fn whole_lines_at_a_time_give_what_cells_one_by_one_give() {
        let softened = one_by_one(|cell| {
            let line = |y| 0.25 * cell(-1, y) + 0.5 * cell(0, y) + 0.25 * cell(1, y);
            0.25 * line(-1) + 0.5 * line(0) + 0.25 * line(1)
        });
        assert_near(&noise().softened(), &softened);
        let twice = noise().softened().softened();
        assert_near(&noise().softened_by(2.0), twice.cells());
        let halfway: Vec<f32> = softened
            .iter()
            .zip(twice.cells())
            .map(|(once, twice)| f32::midpoint(*once, *twice))
            .collect();
        assert_near(&noise().softened_by(1.5), &halfway);
        for radius in [1_usize, 3] {
            let reach = -radius.cast_signed()..=radius.cast_signed();
            let averaged = one_by_one(|cell| {
                let places = reach
                    .clone()
                    .flat_map(|x| reach.clone().map(move |y| (x, y)));
                let count = (2 * radius + 1).pow(2) as f32;
                places.map(|(x, y)| cell(x, y)).sum::<f32>() / count
            });
            assert_near(&noise().averaged(radius), &averaged);
        }
    }

    #[test]
    fn what_falls_between_cells_is_seen_as_far_between_them() {
        let square = noise();
        let lay = Lay {
            scale: [0.83, 1.21],
            shift: [-0.11, 0.07],
        };
        let grid: Grid<N> = lay.grid();
        let seen = square.seen_under(&grid);
        let clamped = square.seen_through(&lay);
        for y in grid.y.inside.clone() {
            for x in grid.x.inside.clone() {
                let (left, top) = (grid.x.before[x], grid.y.before[y]);
                let across =
                    |line: &[f32; N]| line[left] + (line[left + 1] - line[left]) * grid.x.part[x];
                let [above, below] = [top, top + 1].map(|at| across(&square.lines()[at]));
                let expected = above + (below - above) * grid.y.part[y];
                assert!((seen.lines()[y][x] - expected).abs() < 1e-3);
                assert!((clamped.lines()[y][x] - expected).abs() < 1e-3);
            }
        }
        // At the rim, what is nearest.
        let first = grid.y.inside.start;
        assert!(first > 0);
        let rim = clamped.lines()[0].iter().zip(&clamped.lines()[first]);
        assert!(rim.map(|(a, b)| (a - b).abs()).all(|off| off < 1e-6));
    }
}
