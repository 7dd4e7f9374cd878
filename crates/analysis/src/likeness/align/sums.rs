//! One pass over two squares, one laid over the other: everything that a step of Gauss and Newton
//! asks of them.
//!
//! Contrast and brightness are solved along with the lay, but what they leave unexplained follows
//! from the same sums, so that nothing is sampled twice; and the cells of a line are taken four at
//! a time. Two such steps cost what one cost that sampled cell by cell, first for the contrast and
//! then for the slopes. Comparing is most of the work in sets of look-alikes.

use super::{Grid, Normal, UNKNOWNS, unit};
use crate::likeness::plane::Square;

/// What is known of every cell of a line: slopes across (times the place across), down and across,
/// the value of the one, the value of the other, and 1 where the cell lies inside.
const KINDS: usize = 6;
const ACROSS_AT: usize = 0;
const DOWN: usize = 1;
const ACROSS: usize = 2;
const SEEN: usize = 3;
const THERE: usize = 4;
const INSIDE: usize = 5;

/// Cells taken at a time.
const LANES: usize = 4;
type Lanes = [f32; LANES];

/// Sums of products over all cells that lie inside.
pub(super) struct Sums {
    /// Of each kind with each, once.
    plain: [[f32; KINDS]; KINDS],
    /// Of the slope down with each, times the place down; the last is of that twice.
    down_at: [f32; KINDS],
    down_at_twice: f32,
}

impl Sums {
    /// Sums them up. Values are taken from these middles, for large sums round off.
    pub(super) fn of<const N: usize>(
        one: &Square<N>,
        other: &Square<N>,
        grid: &Grid<N>,
        middles: [f32; 2],
    ) -> Self {
        let inside: [f32; N] =
            std::array::from_fn(|x| f32::from(u8::from(grid.x.inside.contains(&x))));
        let mut plain = [[[0.0; LANES]; KINDS]; KINDS];
        let mut down_at = [[0.0; LANES]; KINDS];
        let mut down_at_twice = [0.0; LANES];
        for y in grid.y.inside.clone() {
            let lines = lines(one, other, grid, y, middles, &inside);
            let place = unit::<N>(y);
            for a in 0..KINDS {
                for b in a..KINDS {
                    let found = product(&lines[a], &lines[b]);
                    add(&mut plain[a][b], &found, 1.0);
                    if a == DOWN || b == DOWN {
                        add(&mut down_at[if a == DOWN { b } else { a }], &found, place);
                    }
                    if a == DOWN && b == DOWN {
                        add(&mut down_at_twice, &found, place * place);
                    }
                }
            }
        }
        let whole = |lanes: Lanes| lanes.iter().sum::<f32>();
        let mut sums = Self {
            plain: plain.map(|row| row.map(whole)),
            down_at: down_at.map(whole),
            down_at_twice: whole(down_at_twice),
        };
        for a in 0..KINDS {
            for b in 0..a {
                sums.plain[a][b] = sums.plain[b][a];
            }
        }
        sums
    }

    /// The equations of one step: two scales, two shifts, gain, offset, and what is unexplained.
    /// Nothing comes back when little is covered or the one is flat there.
    pub(super) fn normal_equations(&self, side: usize, middle: f32) -> Option<Normal> {
        let count = self.plain[INSIDE][INSIDE];
        let (seen, there) = (self.plain[SEEN][INSIDE], self.plain[THERE][INSIDE]);
        let spread = self.plain[SEEN][SEEN] - seen * seen / count.max(1.0);
        if count < (side * side) as f32 * 0.25 || spread <= count * 1e-3 {
            return None;
        }
        let gain = (self.plain[SEEN][THERE] - seen * there / count) / spread;
        let offset = (there - gain * seen) / count;
        let step = gain * side as f32 / 2.0;
        let mut normal: Normal = [[0.0; UNKNOWNS + 1]; UNKNOWNS];
        let scale = |unknown: usize| if unknown < 4 { step } else { 1.0 };
        for (row, equation) in normal.iter_mut().enumerate() {
            for (column, value) in equation[..UNKNOWNS].iter_mut().enumerate() {
                *value = scale(row) * scale(column) * self.of_unknowns(row, column, middle);
            }
            // Gain and offset leave nothing of themselves unexplained.
            if row < 4 {
                let left = self.of_unknown(row, THERE)
                    - gain * self.of_unknown(row, SEEN)
                    - offset * self.of_unknown(row, INSIDE);
                equation[UNKNOWNS] = step * left;
            }
        }
        // A little of Levenberg's damping keeps flat directions from running away.
        for (row, equation) in normal.iter_mut().enumerate() {
            equation[row] *= 1.001;
            equation[row] += 1e-3;
        }
        Some(normal)
    }

    /// What an unknown's column gives with a kind.
    fn of_unknown(&self, unknown: usize, kind: usize) -> f32 {
        match unknown {
            0 => self.plain[ACROSS_AT][kind],
            1 => self.down_at[kind],
            2 => self.plain[ACROSS][kind],
            3 => self.plain[DOWN][kind],
            4 => self.plain[SEEN][kind],
            _ => self.plain[INSIDE][kind],
        }
    }

    /// What the columns of two unknowns give; the gain's is of values as they are.
    fn of_unknowns(&self, row: usize, column: usize, middle: f32) -> f32 {
        let (row, column) = (row.min(column), row.max(column));
        let with = |kind: usize| self.of_unknown(row, kind);
        match (row, column) {
            (1, 1) => self.down_at_twice,
            (_, 0) => with(ACROSS_AT),
            (0, 1) => self.down_at[ACROSS_AT],
            (_, 1) => unreachable!("the lower comes first"),
            (_, 2) => with(ACROSS),
            (_, 3) => with(DOWN),
            (4, 4) => {
                let inside = self.plain[INSIDE][INSIDE];
                let seen = self.plain[SEEN][INSIDE];
                self.plain[SEEN][SEEN] + middle * (2.0 * seen + middle * inside)
            }
            (_, 4) => with(SEEN) + middle * with(INSIDE),
            (4, _) => self.plain[SEEN][INSIDE] + middle * self.plain[INSIDE][INSIDE],
            _ => with(INSIDE),
        }
    }
}

/// What is known of the cells of a line; nought of those outside.
fn lines<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    grid: &Grid<N>,
    y: usize,
    middles: [f32; 2],
    inside: &[f32; N],
) -> [[f32; N]; KINDS] {
    let at = grid.y.before[y] * N;
    let (above, below) = (&one.cells()[at..at + N], &one.cells()[at + N..at + 2 * N]);
    // First between the two lines, then across.
    let (mut blended, mut steps) = ([0.0; N], [0.0; N]);
    for x in 0..N {
        steps[x] = below[x] - above[x];
        blended[x] = above[x] + steps[x] * grid.y.part[y] - middles[0];
    }
    let there = &other.cells()[y * N..(y + 1) * N];
    let mut lines = [[0.0; N]; KINDS];
    for (x, (before, part)) in grid.x.before.iter().zip(&grid.x.part).enumerate() {
        let step = blended[before + 1] - blended[*before];
        lines[ACROSS][x] = inside[x] * step;
        lines[ACROSS_AT][x] = inside[x] * step * unit::<N>(x);
        lines[SEEN][x] = inside[x] * (blended[*before] + step * part);
        let step = steps[before + 1] - steps[*before];
        lines[DOWN][x] = inside[x] * (steps[*before] + step * part);
        lines[THERE][x] = inside[x] * (there[x] - middles[1]);
    }
    lines[INSIDE] = *inside;
    lines
}

#[inline]
fn product<const N: usize>(a: &[f32; N], b: &[f32; N]) -> Lanes {
    let mut sums = [0.0; LANES];
    let (a, b) = (a.as_chunks::<LANES>().0, b.as_chunks::<LANES>().0);
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums
}

#[inline]
fn add(to: &mut Lanes, found: &Lanes, times: f32) {
    for lane in 0..LANES {
        to[lane] += times * found[lane];
    }
}
