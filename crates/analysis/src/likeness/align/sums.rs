//! One pass over two squares, one laid over the other: everything that a step of Gauss and Newton
//! asks of them.
//!
//! Contrast and brightness are solved along with the lay, but what they leave unexplained follows
//! from the same sums, so that nothing is sampled twice; each line of the one is sampled across
//! once, and what comes after goes along whole lines. Comparing is most of the work in sets of
//! look-alikes.

use super::{Grid, Normal, UNKNOWNS, unit};
use crate::likeness::plane::Square;
use crate::wide::{LANES, Lanes, add_products, widely};

/// What is known of every cell of a line: slopes across (times the place across), down and across,
/// the value of the one, the value of the other, and 1 where the cell lies inside.
const KINDS: usize = 6;
const ACROSS_AT: usize = 0;
const DOWN: usize = 1;
const ACROSS: usize = 2;
const SEEN: usize = 3;
const THERE: usize = 4;
const INSIDE: usize = 5;

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
        widely(
            #[inline(always)]
            || Self::added_up(one, other, grid, middles),
        )
    }

    #[inline(always)]
    fn added_up<const N: usize>(
        one: &Square<N>,
        other: &Square<N>,
        grid: &Grid<N>,
        middles: [f32; 2],
    ) -> Self {
        // On the heap: of 256 by 256 cells it is half a megabyte.
        let mut across = vec![Across::NOTHING; N];
        for (to, line) in across.iter_mut().zip(one.lines()) {
            to.sample(line, grid, middles[0]);
        }
        let places: [f32; N] = std::array::from_fn(unit::<N>);
        let inside = grid.x.mask();
        let mut plain = [[[0.0; LANES]; KINDS]; KINDS];
        let mut down_at = [[0.0; LANES]; KINDS];
        let mut down_at_twice = [0.0; LANES];
        for y in grid.y.inside.clone() {
            // No further than the last but one, which tells the compiler that nothing lies outside.
            let at = grid.y.before[y].min(N - 2);
            let both = [&across[at], &across[at + 1]];
            let there = &other.lines()[y];
            let lines = lines(both, grid.y.part[y], there, middles[1], &inside, &places);
            let place = unit::<N>(y);
            for a in 0..KINDS {
                for b in a..KINDS {
                    let mut found = [0.0; LANES];
                    add_products(&mut found, &lines[a], &lines[b]);
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

/// What a line of the one shows where the cells fall across, and its slopes there.
#[derive(Clone)]
struct Across<const N: usize> {
    seen: [f32; N],
    step: [f32; N],
}

impl<const N: usize> Across<N> {
    const NOTHING: Self = Self {
        seen: [0.0; N],
        step: [0.0; N],
    };

    /// Samples a line, its middle taken off.
    #[inline(always)]
    fn sample(&mut self, line: &[f32; N], grid: &Grid<N>, middle: f32) {
        for x in 0..N {
            let at = grid.x.before[x].min(N - 2);
            let step = line[at + 1] - line[at];
            self.seen[x] = line[at] - middle + step * grid.x.part[x];
            self.step[x] = step;
        }
    }
}

/// What is known of the cells of a line, so far between two lines of the one; nought of those
/// outside.
#[inline(always)]
fn lines<const N: usize>(
    [above, below]: [&Across<N>; 2],
    part: f32,
    there: &[f32; N],
    middle: f32,
    inside: &[f32; N],
    places: &[f32; N],
) -> [[f32; N]; KINDS] {
    let mut lines = [[0.0; N]; KINDS];
    for x in 0..N {
        let down = below.seen[x] - above.seen[x];
        let step = inside[x] * (above.step[x] + (below.step[x] - above.step[x]) * part);
        lines[ACROSS][x] = step;
        lines[ACROSS_AT][x] = step * places[x];
        lines[SEEN][x] = inside[x] * (above.seen[x] + down * part);
        lines[DOWN][x] = inside[x] * down;
        lines[THERE][x] = inside[x] * (there[x] - middle);
    }
    lines[INSIDE] = *inside;
    lines
}

#[inline(always)]
fn add(to: &mut Lanes, found: &Lanes, times: f32) {
    for lane in 0..LANES {
        to[lane] += times * found[lane];
    }
}

#[cfg(test)]
mod tests {
    use super::super::Lay;
    use super::*;

    const N: usize = 32;

    fn noise(seed: u32) -> Square<N> {
        let mut state = seed;
        let cells = (0..N * N).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as f32
        });
        Square::from_cells(cells.collect())
    }

    /// Lays under which lines of the one are passed over, used twice, and begin and end inside.
    fn lays() -> [Lay; 4] {
        [
            ([1.0, 1.0], [0.0, 0.0]),
            ([0.7, 0.6], [0.2, -0.3]),
            ([1.3, 1.7], [-0.1, 0.2]),
            ([0.95, 1.05], [0.3, 0.4]),
        ]
        .map(|(scale, shift)| Lay { scale, shift })
    }

    #[test]
    fn whole_lines_add_up_to_what_cells_one_by_one_add_up_to() {
        let (one, other) = (noise(3), noise(4));
        for lay in lays() {
            let grid: Grid<N> = lay.grid();
            let sums = Sums::of(&one, &other, &grid, [100.0, 120.0]);
            let mut plain = [[0.0_f64; KINDS]; KINDS];
            let (mut down_at, mut down_at_twice) = ([0.0_f64; KINDS], 0.0);
            for y in grid.y.inside.clone() {
                for x in grid.x.inside.clone() {
                    let (left, top) = (grid.x.before[x], grid.y.before[y]);
                    let cell = |right: usize, under: usize| {
                        f64::from(one.lines()[top + under][left + right])
                    };
                    let part = f64::from(grid.x.part[x]);
                    let across = |under| cell(0, under) + (cell(1, under) - cell(0, under)) * part;
                    let step = |under| cell(1, under) - cell(0, under);
                    let between =
                        |of: [f64; 2]| of[0] + (of[1] - of[0]) * f64::from(grid.y.part[y]);
                    let slope = between([step(0), step(1)]);
                    let kinds = [
                        slope * f64::from(unit::<N>(x)),
                        across(1) - across(0),
                        slope,
                        between([across(0), across(1)]) - 100.0,
                        f64::from(other.lines()[y][x]) - 120.0,
                        1.0,
                    ];
                    let place = f64::from(unit::<N>(y));
                    for (a, value) in kinds.iter().enumerate() {
                        for (b, other) in kinds.iter().enumerate() {
                            plain[a][b] += value * other;
                        }
                        down_at[a] += place * kinds[DOWN] * value;
                    }
                    down_at_twice += (place * kinds[DOWN]).powi(2);
                }
            }
            let found = sums.plain.iter().flatten().chain(&sums.down_at);
            let expected = plain.iter().flatten().chain(&down_at);
            let last = (&sums.down_at_twice, &down_at_twice);
            for (found, expected) in found.zip(expected).chain([last]) {
                let off = (f64::from(*found) - expected).abs();
                assert!(
                    off <= 1e-4 * expected.abs() + 20.0,
                    "{lay:?}: {found}, {expected}"
                );
            }
        }
    }

    #[test]
    fn sums_are_the_same_with_wide_instructions_and_without() {
        let (one, other) = (noise(5), noise(6));
        for lay in lays() {
            let grid: Grid<N> = lay.grid();
            let wide = Sums::of(&one, &other, &grid, [100.0, 120.0]);
            let plain = Sums::added_up(&one, &other, &grid, [100.0, 120.0]);
            let bits = |sums: &Sums| {
                let all = sums.plain.iter().flatten().chain(&sums.down_at);
                let all = all.chain([&sums.down_at_twice]);
                all.map(|sum| sum.to_bits()).collect::<Vec<_>>()
            };
            assert_eq!(bits(&wide), bits(&plain), "{lay:?}");
        }
    }
}
