//! Signatures as planes of numbers: turned, halved, softened, sampled between the cells.

use lamina_model::Signature;

use super::align::Lay;

/// Cells along each side of a [`Plane`].
pub(crate) const SIDE: usize = Signature::SIDE;
/// Cells along each side of a plane halved once.
pub(crate) const HALF: usize = SIDE / 2;

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
    pub(crate) fn of(signature: &Signature) -> Self {
        Self {
            cells: signature
                .as_bytes()
                .iter()
                .map(|luma| f32::from(*luma))
                .collect(),
        }
    }

    /// Each two by two cells made one.
    pub(crate) fn halved(&self) -> Square<HALF> {
        let mut cells = Vec::with_capacity(HALF * HALF);
        for rows in self.cells.chunks_exact(2 * SIDE) {
            let (upper, lower) = rows.split_at(SIDE);
            cells.extend(
                upper
                    .chunks_exact(2)
                    .zip(lower.chunks_exact(2))
                    .map(|(u, l)| (u[0] + u[1] + l[0] + l[1]) * 0.25),
            );
        }
        Square { cells }
    }
}

impl<const N: usize> Square<N> {
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

    /// What another picture that lies over this one so would show.
    pub(crate) fn seen_through(&self, lay: &Lay) -> Self {
        let mut cells = Vec::with_capacity(N * N);
        for y in 0..N {
            for x in 0..N {
                let (from_x, from_y) = lay.place::<N>(x, y);
                let last = N as f32 - 0.5;
                cells.push(
                    self.sample(from_x.clamp(-0.5, last), from_y.clamp(-0.5, last))
                        .map_or(0.0, |sample| sample.value),
                );
            }
        }
        Self { cells }
    }

    /// Value and slopes at a place between the cells, if it lies inside the square. Cell `i` has
    /// its centre at `i`; the square reaches half a cell beyond the outermost centres, where the
    /// outermost cells are repeated.
    pub(crate) fn sample(&self, x: f32, y: f32) -> Option<Sample> {
        let last = (N - 1) as f32;
        let reach = -0.5..=last + 0.5;
        if !reach.contains(&x) || !reach.contains(&y) {
            return None;
        }
        let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the square just above"
        )]
        let (left, top) = ((x as usize).min(N - 2), (y as usize).min(N - 2));
        let (part_x, part_y) = (x - left as f32, y - top as f32);
        let at = top * N + left;
        let (above, below) = (&self.cells[at..at + 2], &self.cells[at + N..at + N + 2]);
        let (step_above, step_below) = (above[1] - above[0], below[1] - below[0]);
        let upper = above[0] + step_above * part_x;
        let lower = below[0] + step_below * part_x;
        Some(Sample {
            value: upper + (lower - upper) * part_y,
            slope_x: step_above + (step_below - step_above) * part_y,
            slope_y: lower - upper,
        })
    }
}

/// What a square says at one place.
pub(crate) struct Sample {
    pub(crate) value: f32,
    pub(crate) slope_x: f32,
    pub(crate) slope_y: f32,
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
