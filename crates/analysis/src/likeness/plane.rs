//! Signatures as planes of numbers: turned, halved, softened, sampled between the cells.

use lamina_model::Signature;

use super::align::{Grid, Lay};

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
    /// All eight, `NONE` first.
    pub(crate) const ALL: [Self; 8] = [
        Self::NONE,
        Self::new(false, true, false),
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

    /// Softened by the binomial kernel 1-2-1 in both directions, edges repeated. Sampling
    /// between the cells of a plane is true only when its finest detail is gone.
    pub(crate) fn softened(&self) -> Self {
        let blend = |before: f32, here: f32, after: f32| 0.25 * before + 0.5 * here + 0.25 * after;
        let mut across = vec![0.0; N * N];
        for (to, from) in across.chunks_exact_mut(N).zip(self.cells.chunks_exact(N)) {
            for x in 0..N {
                to[x] = blend(from[x.saturating_sub(1)], from[x], from[(x + 1).min(N - 1)]);
            }
        }
        let mut cells = vec![0.0; N * N];
        for y in 0..N {
            let (before, after) = (y.saturating_sub(1) * N, (y + 1).min(N - 1) * N);
            for x in 0..N {
                cells[y * N + x] = blend(across[before + x], across[y * N + x], across[after + x]);
            }
        }
        Self { cells }
    }

    /// Each cell the mean of those up to so many cells off in both directions, edges repeated.
    pub(crate) fn averaged(&self, radius: usize) -> Self {
        // Numbered from as many cells before the edge.
        let inside = |at: usize| at.saturating_sub(radius).min(N - 1);
        let wide = 2 * radius + 1;
        let mut across = vec![0.0; N * N];
        for (to, from) in across.chunks_exact_mut(N).zip(self.cells.chunks_exact(N)) {
            let mut sum: f32 = (0..wide).map(|at| from[inside(at)]).sum();
            for (x, to) in to.iter_mut().enumerate() {
                *to = sum;
                sum += from[inside(x + wide)] - from[inside(x)];
            }
        }
        let line = |at: usize| &across[inside(at) * N..][..N];
        let mut sums = [0.0; N];
        for at in 0..wide {
            for (sum, cell) in sums.iter_mut().zip(line(at)) {
                *sum += cell;
            }
        }
        let share = 1.0 / (wide * wide) as f32;
        let mut cells = Vec::with_capacity(N * N);
        for y in 0..N {
            cells.extend(sums.iter().map(|sum| sum * share));
            for (sum, (more, less)) in sums.iter_mut().zip(line(y + wide).iter().zip(line(y))) {
                *sum += more - less;
            }
        }
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
        let mut cells = Vec::with_capacity(N * N);
        for y in 0..N {
            let y = y.clamp(grid.y.inside.start, grid.y.inside.end - 1);
            for x in 0..N {
                let x = x.clamp(grid.x.inside.start, grid.x.inside.end - 1);
                cells.push(self.sample(&grid, x, y));
            }
        }
        Self { cells }
    }

    /// The value where a cell falls that lies inside.
    #[inline]
    pub(crate) fn sample(&self, grid: &Grid<N>, x: usize, y: usize) -> f32 {
        let at = grid.y.before[y] * N + grid.x.before[x];
        let (part_x, part_y) = (grid.x.part[x], grid.y.part[y]);
        let (above, below) = (&self.cells[at..at + 2], &self.cells[at + N..at + N + 2]);
        let upper = above[0] + (above[1] - above[0]) * part_x;
        let lower = below[0] + (below[1] - below[0]) * part_x;
        upper + (lower - upper) * part_y
    }
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
