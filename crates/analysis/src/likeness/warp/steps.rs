//! The steps by which a warp is found.

use super::Warp;
use super::places::{Cells, Places, TOGETHER};
use crate::likeness::align::solve;
use crate::likeness::plane::Square;
use crate::wide::{LANES, Lanes, add_products, widely};

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

/// Some cells under the present warp, side by side.
struct Seen {
    x: Cells,
    y: Cells,
    /// Where they fall in the one, and by what that was divided.
    to: [Cells; 2],
    aside: Cells,
    value: Cells,
    /// Slopes of the one there, for half a width.
    across: Cells,
    down: Cells,
    there: Cells,
    /// 1 where they fall inside, 0 elsewhere.
    inside: Cells,
    /// Nought where they do not fall inside.
    weight: Cells,
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
    let mut weights = vec![[1.0; TOGETHER]; N * N / TOGETHER];
    for _ in 0..steps {
        let change = widely(
            #[inline(always)]
            || {
                let mut seen = seen(one, other, &warp, &weights);
                let inside = sum(seen.iter().map(|cells| cells.inside));
                if inside * 4.0 < (N * N) as f32 {
                    return None;
                }
                let light = contrast(&seen)?;
                share = explained(&seen, light);
                weigh(&mut seen, light, &mut weights);
                Some(normal_equations(&seen, light))
            },
        );
        let change = solve(change?)?;
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

/// Gain and offset that bring the one to the other.
type Light = (f32, f32);

/// All of some numbers added up.
#[inline(always)]
fn sum(cells: impl Iterator<Item = Cells>) -> f32 {
    let mut sums = [0.0; LANES];
    for cells in cells {
        add(&mut sums, &cells);
    }
    sums.iter().sum()
}

#[inline(always)]
fn add(to: &mut Lanes, cells: &Cells) {
    for cells in cells.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            to[lane] += cells[lane];
        }
    }
}

/// Share of what varies in the other that the one explains, each cell by its weight.
#[inline(always)]
fn explained(seen: &[Seen], (gain, offset): Light) -> f32 {
    let [mut count, mut all, mut squared, mut left] = [[0.0; LANES]; 4];
    for cells in seen {
        let (mut weighed, mut twice, mut off) = ([0.0; TOGETHER], [0.0; TOGETHER], [0.0; TOGETHER]);
        for at in 0..TOGETHER {
            let (weight, there) = (cells.weight[at], cells.there[at] - 128.0);
            weighed[at] = weight * there;
            twice[at] = weight * there * there;
            let rest = cells.there[at] - gain * cells.value[at] - offset;
            off[at] = weight * rest * rest;
        }
        add(&mut count, &cells.weight);
        add(&mut all, &weighed);
        add(&mut squared, &twice);
        add(&mut left, &off);
    }
    let [count, all, squared, left] =
        [count, all, squared, left].map(|sums| sums.iter().sum::<f32>());
    let varies = squared - all * all / count;
    1.0 - left / varies.max(1.0)
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

#[inline(always)]
fn seen<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    warp: &Warp,
    weights: &[Cells],
) -> Vec<Seen> {
    let half = N as f32 / 2.0;
    let theirs = other.cells().as_chunks::<TOGETHER>().0.iter();
    let scale = warp.scale();
    let seen = theirs
        .zip(weights)
        .enumerate()
        .map(|(at, (there, weights))| {
            let places = Places::<N>::of(warp, scale, at);
            let [value, across, down] = places.values_and_slopes(one);
            let inside = places.inside;
            Seen {
                value,
                across: across.map(|slope| slope * half),
                down: down.map(|slope| slope * half),
                there: *there,
                weight: std::array::from_fn(|at| inside[at] * weights[at]),
                inside,
                x: places.x,
                y: places.y,
                to: places.to,
                aside: places.aside,
            }
        });
    seen.collect()
}

/// Gain and offset, each cell by its weight. Nothing where the one is flat, or the other is its
/// negative.
#[inline(always)]
fn contrast(seen: &[Seen]) -> Option<Light> {
    let [mut count, mut a, mut b, mut aa, mut ab] = [[0.0; LANES]; 5];
    for cells in seen {
        let [mut one, mut other, mut squared, mut crossed] = [[0.0; TOGETHER]; 4];
        for at in 0..TOGETHER {
            let (value, there) = (cells.value[at] - 128.0, cells.there[at] - 128.0);
            one[at] = cells.weight[at] * value;
            other[at] = cells.weight[at] * there;
            squared[at] = one[at] * value;
            crossed[at] = one[at] * there;
        }
        add(&mut count, &cells.weight);
        add(&mut a, &one);
        add(&mut b, &other);
        add(&mut aa, &squared);
        add(&mut ab, &crossed);
    }
    let [count, a, b, aa, ab] = [count, a, b, aa, ab].map(|sums| sums.iter().sum::<f32>());
    let spread = aa - a * a / count;
    if spread.is_nan() || spread <= count * 1e-3 {
        return None;
    }
    let gain = (ab - a * b / count) / spread;
    (gain > 0.05).then(|| (gain, (b - gain * a) / count + 128.0 - gain * 128.0))
}

/// Weighs each cell by how well it fits; of those that do not fall inside the weights stay.
#[inline(always)]
fn weigh(seen: &mut [Seen], (gain, offset): Light, weights: &mut [Cells]) {
    let off = |cells: &Seen, at: usize| cells.there[at] - gain * cells.value[at] - offset;
    let all = sum(seen
        .iter()
        .map(|cells| std::array::from_fn(|at| cells.weight[at] * off(cells, at).abs())));
    let count = sum(seen.iter().map(|cells| cells.weight));
    let limit = OFF * (all / count.max(1.0)).max(USUAL);
    for (cells, weights) in seen.iter_mut().zip(weights) {
        for (at, weight) in weights.iter_mut().enumerate() {
            let share = off(cells, at) / limit;
            let root = 1.0 + share * share;
            let found = 1.0 / (root * root);
            cells.weight[at] = cells.inside[at] * found;
            *weight = if cells.inside[at] > 0.0 {
                found
            } else {
                *weight
            };
        }
    }
}

#[inline(always)]
fn normal_equations(seen: &[Seen], light: Light) -> [[f32; UNKNOWNS + 1]; UNKNOWNS] {
    let mut normal = added_up(seen, light);
    // A little of Levenberg's damping keeps flat directions from running away, and what is seen
    // from aside from being found where a move does as well.
    for (at, equation) in normal.iter_mut().enumerate() {
        equation[at] *= if (6..8).contains(&at) { 1.05 } else { 1.002 };
        equation[at] += 1e-2;
    }
    normal
}

#[inline(always)]
fn added_up(seen: &[Seen], light: Light) -> [[f32; UNKNOWNS + 1]; UNKNOWNS] {
    let mut sums = [[[0.0; LANES]; UNKNOWNS + 1]; UNKNOWNS];
    for cells in seen {
        let rows = changes(cells, light);
        for (a, sums) in sums.iter_mut().enumerate() {
            let mut weighed = [0.0; TOGETHER];
            for at in 0..TOGETHER {
                weighed[at] = cells.weight[at] * rows[a][at];
            }
            for (b, sum) in sums.iter_mut().enumerate().skip(a) {
                add_products(sum, &weighed, &rows[b]);
            }
        }
    }
    let mut normal = [[0.0; UNKNOWNS + 1]; UNKNOWNS];
    for a in 0..UNKNOWNS {
        for b in a..=UNKNOWNS {
            let sum = sums[a][b].iter().sum();
            normal[a][b] = sum;
            if b < UNKNOWNS {
                normal[b][a] = sum;
            }
        }
    }
    normal
}

/// What each unknown changes of some cells, and last what is left of them unexplained.
#[expect(
    clippy::needless_range_loop,
    reason = "a lane is the second index, and all rows are written"
)]
#[inline(always)]
fn changes(cells: &Seen, (gain, offset): Light) -> [Cells; UNKNOWNS + 1] {
    let mut rows = [[0.0; TOGETHER]; UNKNOWNS + 1];
    for at in 0..TOGETHER {
        let (x, y) = (cells.x[at], cells.y[at]);
        let step = gain / cells.aside[at];
        let (across, down) = (step * cells.across[at], step * cells.down[at]);
        let away = -(across * cells.to[0][at] + down * cells.to[1][at]);
        rows[0][at] = across * x;
        rows[1][at] = across * y;
        rows[2][at] = across;
        rows[3][at] = down * x;
        rows[4][at] = down * y;
        rows[5][at] = down;
        rows[6][at] = away * x;
        rows[7][at] = away * y;
        rows[8][at] = cells.value[at] - 128.0;
        rows[9][at] = 1.0;
        rows[10][at] = cells.there[at] - gain * cells.value[at] - offset;
    }
    rows
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
        for count in [1, 3] {
            let mut some = |middle: f32, wide: f32| -> Cells {
                std::array::from_fn(|_| middle + wide * dice())
            };
            let seen: Vec<Seen> = std::iter::repeat_with(|| Seen {
                x: some(0.0, 2.0),
                y: some(0.0, 2.0),
                to: [some(0.0, 2.0), some(0.0, 2.0)],
                aside: some(1.0, 0.1),
                value: some(128.0, 100.0),
                across: some(0.0, 60.0),
                down: some(0.0, 60.0),
                there: some(128.0, 100.0),
                inside: [1.0; TOGETHER],
                weight: some(0.5, 1.0),
            })
            .take(count)
            .collect();
            let light = (0.9, 4.0);
            let mut expected = [[0.0_f64; UNKNOWNS + 1]; UNKNOWNS];
            for cells in &seen {
                let rows = changes(cells, light);
                for at in 0..TOGETHER {
                    let row = rows.map(|row| f64::from(row[at]));
                    for (sums, value) in expected.iter_mut().zip(row) {
                        for (sum, other) in sums.iter_mut().zip(row) {
                            *sum += f64::from(cells.weight[at]) * value * other;
                        }
                    }
                }
            }
            let found = added_up(&seen, light);
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
