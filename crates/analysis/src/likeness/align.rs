//! Laying one picture over another: by how much must it be moved and scaled?
//!
//! Least squares over the move, the scale in both directions, and a change of contrast and
//! brightness, by Gauss–Newton steps (Lucas and Kanade 1981, "An iterative image registration
//! technique"; with gain and offset solved along, as in Evangelidis and Psarakis 2008,
//! "Parametric image alignment using enhanced correlation coefficient maximization").

use super::plane::Square;

/// How the other picture lies over the one: place `p` of the other, measured from the middle in
/// half widths (−1 to 1), shows what the one has at `scale · p + shift`.
///
/// A scale under 1 means that the other is a part of the one; over 1 that the one is a part of
/// the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lay {
    pub(crate) scale: [f32; 2],
    pub(crate) shift: [f32; 2],
}

impl Lay {
    /// Exactly over each other.
    pub(crate) const SAME: Self = Self {
        scale: [1.0; 2],
        shift: [0.0; 2],
    };

    /// Scaled about the middle.
    pub(crate) const fn scaled(scale: f32) -> Self {
        Self {
            scale: [scale; 2],
            shift: [0.0; 2],
        }
    }

    /// The one over the other instead of the other over the one.
    pub(crate) fn inverse(&self) -> Self {
        Self {
            scale: [1.0 / self.scale[0], 1.0 / self.scale[1]],
            shift: [
                -self.shift[0] / self.scale[0],
                -self.shift[1] / self.scale[1],
            ],
        }
    }

    /// The share of the one and the share of the other that both show, 0–1.
    pub(crate) fn shared(&self) -> (f32, f32) {
        let (mut of_one, mut of_other) = (1.0, 1.0);
        for (scale, shift) in self.scale.iter().zip(&self.shift) {
            let both = ((shift + scale).min(1.0) - (shift - scale).max(-1.0)).max(0.0);
            of_one *= both / 2.0;
            of_other *= both / (2.0 * scale);
        }
        (of_one, of_other)
    }

    /// Where a cell of an `N`-square falls, in cells.
    pub(crate) fn place<const N: usize>(&self, x: usize, y: usize) -> (f32, f32) {
        let half = N as f32 / 2.0;
        let middle = (N as f32 - 1.0) / 2.0;
        let unit = |at: usize| (at as f32 - middle) / half;
        (
            (self.scale[0] * unit(x) + self.shift[0]) * half + middle,
            (self.scale[1] * unit(y) + self.shift[1]) * half + middle,
        )
    }

    fn is_sane(&self) -> bool {
        self.scale.iter().all(|s| (0.6..=1.7).contains(s))
            && self.shift.iter().all(|t| t.abs() <= 0.5)
    }
}

/// Parameters of one step: two scales, two shifts, gain, offset.
const UNKNOWNS: usize = 6;
type Normal = [[f32; UNKNOWNS + 1]; UNKNOWNS];

/// Improves a lay by at most so many steps. Nothing comes back when the steps run away.
pub(crate) fn refine<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    start: Lay,
    steps: usize,
) -> Option<Lay> {
    let mut lay = start;
    for _ in 0..steps {
        let (gain, offset) = contrast(one, other, &lay)?;
        let change = solve(normal_equations(one, other, &lay, gain, offset)?)?;
        for axis in 0..2 {
            lay.scale[axis] += change[axis];
            lay.shift[axis] += change[2 + axis];
        }
        if !lay.is_sane() {
            return None;
        }
        if change[..4].iter().all(|c| c.abs() < 5e-4) {
            break;
        }
    }
    Some(lay)
}

/// Gain and offset that bring the one to the other under a lay, by least squares.
pub(crate) fn contrast<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    lay: &Lay,
) -> Option<(f32, f32)> {
    let (mut count, mut a, mut b, mut aa, mut ab) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for y in 0..N {
        for x in 0..N {
            let (from_x, from_y) = lay.place::<N>(x, y);
            if let Some(sample) = one.sample(from_x, from_y) {
                let value = other.cells()[y * N + x];
                count += 1.0;
                a += sample.value;
                b += value;
                aa += sample.value * sample.value;
                ab += sample.value * value;
            }
        }
    }
    let spread = aa - a * a / count.max(1.0);
    if count < (N * N) as f32 * 0.3 || spread <= count * 1e-3 {
        return None;
    }
    let gain = (ab - a * b / count) / spread;
    Some((gain, (b - gain * a) / count))
}

fn normal_equations<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    lay: &Lay,
    gain: f32,
    offset: f32,
) -> Option<Normal> {
    let half = N as f32 / 2.0;
    let middle = (N as f32 - 1.0) / 2.0;
    let mut normal: Normal = [[0.0; UNKNOWNS + 1]; UNKNOWNS];
    let mut count = 0;
    for y in 0..N {
        for x in 0..N {
            let (from_x, from_y) = lay.place::<N>(x, y);
            let Some(sample) = one.sample(from_x, from_y) else {
                continue;
            };
            count += 1;
            let (slope_x, slope_y) = (gain * sample.slope_x * half, gain * sample.slope_y * half);
            let (unit_x, unit_y) = ((x as f32 - middle) / half, (y as f32 - middle) / half);
            let line = [
                slope_x * unit_x,
                slope_y * unit_y,
                slope_x,
                slope_y,
                sample.value,
                1.0,
                other.cells()[y * N + x] - gain * sample.value - offset,
            ];
            for (row, equation) in normal.iter_mut().enumerate() {
                for column in row..=UNKNOWNS {
                    equation[column] += line[row] * line[column];
                }
            }
        }
    }
    if count * 10 < N * N * 3 {
        return None;
    }
    let upper = normal;
    for (row, equation) in normal.iter_mut().enumerate() {
        for (column, value) in equation[..row].iter_mut().enumerate() {
            *value = upper[column][row];
        }
    }
    // A little of Levenberg's damping keeps flat directions from running away.
    for (row, equation) in normal.iter_mut().enumerate() {
        equation[row] *= 1.001;
        equation[row] += 1e-3;
    }
    Some(normal)
}

/// Gaussian elimination with pivoting.
fn solve(mut normal: Normal) -> Option<[f32; UNKNOWNS]> {
    for column in 0..UNKNOWNS {
        let pivot = (column..UNKNOWNS).max_by(|a, b| {
            normal[*a][column]
                .abs()
                .total_cmp(&normal[*b][column].abs())
        })?;
        normal.swap(column, pivot);
        if normal[column][column].abs() < 1e-9 {
            return None;
        }
        let pivot = normal[column];
        for equation in &mut normal[column + 1..] {
            let factor = equation[column] / pivot[column];
            for (value, above) in equation.iter_mut().zip(&pivot) {
                *value -= factor * above;
            }
        }
    }
    let mut found = [0.0; UNKNOWNS];
    for row in (0..UNKNOWNS).rev() {
        let known: f32 = (row + 1..UNKNOWNS)
            .map(|column| normal[row][column] * found[column])
            .sum();
        found[row] = (normal[row][UNKNOWNS] - known) / normal[row][row];
    }
    found.iter().all(|value| value.is_finite()).then_some(found)
}
