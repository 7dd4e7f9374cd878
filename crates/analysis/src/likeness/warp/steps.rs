//! The steps by which a warp is found.

use super::{Place, Warp};
use crate::likeness::align::solve;
use crate::likeness::plane::Square;
use crate::wide::{LANES, add_products, widely};

/// Eight numbers of a warp, gain and offset.
const UNKNOWNS: usize = 10;
/// Longest step that is taken in any number.
const STRIDE: f32 = 0.12;
/// What counts as next to no step.
const STILL: f32 = 1e-3;
/// A cell that is off by this many times the usual counts a quarter.
const OFF: f32 = 2.0;
/// Luma steps that are always usual.
const USUAL: f32 = 1.0;

/// A cell under the present warp.
struct Seen {
    at: usize,
    x: f32,
    y: f32,
    value: f32,
    /// Slopes of the one there, for half a width.
    across: f32,
    down: f32,
    there: f32,
    weight: f32,
}

/// A warp, and how well it fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    pub(crate) warp: Warp,
    /// Share of what varies that it explains, cells that do not fit left aside, 0–1.
    pub(crate) share: f32,
}

/// Improves a warp by at most so many steps. Nothing comes back when the steps run away, or little
/// is covered.
pub(crate) fn refine<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    start: Warp,
    steps: usize,
) -> Option<Fit> {
    let (mut warp, mut share) = (start, 0.0);
    let mut weights = vec![1.0; N * N];
    for _ in 0..steps {
        let mut seen = seen(one, other, &warp, &weights);
        if seen.len() * 4 < N * N {
            return None;
        }
        let (gain, offset) = contrast(&seen)?;
        share = explained(&seen, gain, offset);
        weigh(&mut seen, gain, offset);
        for cell in &seen {
            weights[cell.at] = cell.weight;
        }
        let change = solve(normal_equations(&seen, gain, offset, &warp))?;
        warp = warp.moved(&change);
        if !warp.is_sane() {
            return None;
        }
        if change[..8].iter().all(|step| step.abs() < STILL) {
            break;
        }
    }
    Some(Fit { warp, share })
}

/// Share of what varies in the other that the one explains, each cell by its weight.
fn explained(seen: &[Seen], gain: f32, offset: f32) -> f32 {
    let (mut count, mut sum, mut squared, mut left) = (0.0_f32, 0.0, 0.0, 0.0);
    for cell in seen {
        let there = cell.there - 128.0;
        count += cell.weight;
        sum += cell.weight * there;
        squared += cell.weight * there * there;
        left += cell.weight * (cell.there - gain * cell.value - offset).powi(2);
    }
    1.0 - left / (squared - sum * sum / count).max(1.0)
}

impl Warp {
    fn moved(&self, change: &[f32; UNKNOWNS]) -> Self {
        let mut warp = *self;
        let step = |value: f32| value.clamp(-STRIDE, STRIDE);
        for at in 0..3 {
            warp.across[at] += step(change[at]);
            warp.down[at] += step(change[3 + at]);
        }
        for at in 0..2 {
            warp.aside[at] += step(change[6 + at]);
        }
        warp
    }
}

fn seen<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    warp: &Warp,
    weights: &[f32],
) -> Vec<Seen> {
    let half = N as f32 / 2.0;
    let unit = |at: usize| (at as f32 - (N - 1) as f32 / 2.0) / half;
    let cells = warp.places::<N>().map(|(at, place): (usize, Place<N>)| {
        let [value, across, down] = place.value_and_slopes(one);
        Seen {
            at,
            x: unit(at % N),
            y: unit(at / N),
            value,
            across: across * half,
            down: down * half,
            there: other.cells()[at],
            weight: weights[at],
        }
    });
    cells.collect()
}

/// Gain and offset that bring the one to the other, each cell by its weight. Nothing where the one
/// is flat, or the other is its negative.
fn contrast(seen: &[Seen]) -> Option<(f32, f32)> {
    let (mut count, mut a, mut b, mut aa, mut ab) = (0.0_f32, 0.0, 0.0, 0.0, 0.0);
    for cell in seen {
        let (weight, value, there) = (cell.weight, cell.value - 128.0, cell.there - 128.0);
        count += weight;
        a += weight * value;
        b += weight * there;
        aa += weight * value * value;
        ab += weight * value * there;
    }
    let spread = aa - a * a / count;
    if spread.is_nan() || spread <= count * 1e-3 {
        return None;
    }
    let gain = (ab - a * b / count) / spread;
    (gain > 0.05).then(|| (gain, (b - gain * a) / count + 128.0 - gain * 128.0))
}

/// Weighs each cell by how well it fits.
fn weigh(seen: &mut [Seen], gain: f32, offset: f32) {
    let off = |cell: &Seen| cell.there - gain * cell.value - offset;
    let sum = seen
        .iter()
        .map(|cell| cell.weight * off(cell).abs())
        .sum::<f32>();
    let count = seen.iter().map(|cell| cell.weight).sum::<f32>();
    let limit = OFF * (sum / count.max(1.0)).max(USUAL);
    for cell in seen {
        let share = off(cell) / limit;
        cell.weight = (1.0 + share * share).powi(-2);
    }
}

fn normal_equations(
    seen: &[Seen],
    gain: f32,
    offset: f32,
    warp: &Warp,
) -> [[f32; UNKNOWNS + 1]; UNKNOWNS] {
    let mut normal = [[0.0; UNKNOWNS + 1]; UNKNOWNS];
    widely(
        #[inline(always)]
        || add_up(seen, gain, offset, warp, &mut normal),
    );
    // A little of Levenberg's damping keeps flat directions from running away, and what is seen
    // from aside from being found where a move does as well.
    for (at, equation) in normal.iter_mut().enumerate() {
        equation[at] *= if (6..8).contains(&at) { 1.05 } else { 1.002 };
        equation[at] += 1e-2;
    }
    normal
}

/// Cells that are added up together.
const TOGETHER: usize = 4 * LANES;
/// Of some cells, what each unknown changes, and last what is left.
type Rows = [[f32; TOGETHER]; UNKNOWNS + 1];

#[inline(always)]
fn add_up(
    seen: &[Seen],
    gain: f32,
    offset: f32,
    warp: &Warp,
    normal: &mut [[f32; UNKNOWNS + 1]; UNKNOWNS],
) {
    let mut sums = [[[0.0; LANES]; UNKNOWNS + 1]; UNKNOWNS];
    for cells in seen.chunks(TOGETHER) {
        let (mut rows, mut weights): (Rows, _) = ([[0.0; TOGETHER]; UNKNOWNS + 1], [0.0; TOGETHER]);
        for (at, cell) in cells.iter().enumerate() {
            for (row, value) in rows.iter_mut().zip(changes(cell, gain, offset, warp)) {
                row[at] = value;
            }
            weights[at] = cell.weight;
        }
        for (a, sums) in sums.iter_mut().enumerate() {
            let mut weighed = [0.0; TOGETHER];
            for at in 0..TOGETHER {
                weighed[at] = weights[at] * rows[a][at];
            }
            for (b, sum) in sums.iter_mut().enumerate().skip(a) {
                add_products(sum, &weighed, &rows[b]);
            }
        }
    }
    for a in 0..UNKNOWNS {
        for b in a..=UNKNOWNS {
            let sum = sums[a][b].iter().sum();
            normal[a][b] = sum;
            if b < UNKNOWNS {
                normal[b][a] = sum;
            }
        }
    }
}

/// What each unknown changes of a cell, and last what is left of it unexplained.
#[inline(always)]
fn changes(cell: &Seen, gain: f32, offset: f32, warp: &Warp) -> [f32; UNKNOWNS + 1] {
    let (x, y) = (cell.x, cell.y);
    let aside = warp.aside[0] * x + warp.aside[1] * y + 1.0;
    let (across, down) = (gain * cell.across / aside, gain * cell.down / aside);
    let [to_x, to_y] = warp.place(x, y);
    let away = -(across * to_x + down * to_y);
    [
        across * x,
        across * y,
        across,
        down * x,
        down * y,
        down,
        away * x,
        away * y,
        cell.value - 128.0,
        1.0,
        cell.there - gain * cell.value - offset,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_added_up_together_give_what_they_give_one_by_one() {
        let mut state = 9_u32;
        let mut dice = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let warp = Warp {
            across: [1.02, 0.03, -0.05],
            down: [-0.04, 0.97, 0.02],
            aside: [0.03, -0.02, 1.0],
        };
        // Fewer than are added up together, as many, and some left over.
        for count in [1, TOGETHER, 3 * TOGETHER + 5] {
            let cells = (0..count).map(|at| Seen {
                at,
                x: 2.0 * dice(),
                y: 2.0 * dice(),
                value: 128.0 + 100.0 * dice(),
                across: 60.0 * dice(),
                down: 60.0 * dice(),
                there: 128.0 + 100.0 * dice(),
                weight: 0.5 + dice(),
            });
            let cells: Vec<Seen> = cells.collect();
            let (mut found, mut expected) = (
                [[0.0; UNKNOWNS + 1]; UNKNOWNS],
                [[0.0_f64; UNKNOWNS + 1]; UNKNOWNS],
            );
            add_up(&cells, 0.9, 4.0, &warp, &mut found);
            for cell in &cells {
                let row = changes(cell, 0.9, 4.0, &warp).map(f64::from);
                for (sums, value) in expected.iter_mut().zip(row) {
                    for (sum, other) in sums.iter_mut().zip(row) {
                        *sum += f64::from(cell.weight) * value * other;
                    }
                }
            }
            for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
                let off = (f64::from(*found) - expected).abs();
                assert!(
                    off <= 1e-3 * expected.abs().max(100.0),
                    "{found}, {expected}"
                );
            }
        }
    }
}
