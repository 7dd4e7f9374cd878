//! Where in one picture another may lie: both at a glance, through a few hundred windows.
//!
//! Steps of Gauss and Newton find the way only from nearby. A part cut out of a corner, or a
//! picture in a screenshot, is further off than that; so all windows of some sizes and places are
//! looked through first, eight cells to a side.

use std::sync::OnceLock;

use pulp::{Simd, WithSimd};

use super::align::Lay;
use super::plane::{Plane, QUARTER, SIDE, Square};
use crate::wide::widely;

/// Sizes of a window along one axis, and how far its places are apart, both in shares of a side.
const SIZES: [(f32, f32); 5] = [(1.0, 1.0), (0.9, 0.1), (0.8, 0.1), (0.7, 0.15), (0.6, 0.2)];
/// Windows along one axis.
const ALONG: usize = 1 + 3 + 5 + 5 + 5;
/// Windows this near to each other lead to the same lay.
const APART: f32 = 0.12;

/// Cells of a picture at a glance.
const CELLS: usize = QUARTER * QUARTER;
/// Edges of the eight stretches of a window.
const EDGES: usize = QUARTER + 1;

/// Every window along one axis: scale, shift, and where its stretches meet, as a cell and the
/// part of the way through it.
struct Axis {
    lays: [(f32, f32); ALONG],
    edges: [[(usize, f32); EDGES]; ALONG],
}

fn axis() -> &'static Axis {
    static AXIS: OnceLock<Axis> = OnceLock::new();
    AXIS.get_or_init(|| {
        let sizes = SIZES.into_iter().flat_map(|(size, step)| {
            let places = ((1.0 - size) / step).round() as i32;
            (-places..=places).map(move |place| (size, place as f32 * step))
        });
        let mut lays = [(1.0, 0.0); ALONG];
        for (lay, found) in lays.iter_mut().zip(sizes) {
            *lay = found;
        }
        let edge = |(scale, shift): (f32, f32), at: usize| {
            let first = (1.0 + shift - scale) / 2.0;
            let place = (first + scale * at as f32 / QUARTER as f32) * SIDE as f32;
            let place = place.clamp(0.0, SIDE as f32);
            let before = (place as usize).min(SIDE - 1);
            (before, place - before as f32)
        };
        Axis {
            lays,
            edges: lays.map(|lay| std::array::from_fn(|at| edge(lay, at))),
        }
    })
}

/// Windows side by side: all across at one place down, and some that stand for nothing, so that the
/// widest registers are filled.
const FILLED: usize = ALONG.next_multiple_of(16);
/// A number for each of them.
type Abreast = [f32; FILLED];

/// What a picture shows through every window, eight by eight cells each, about a middle of nought.
pub(crate) struct Windows {
    /// For each place down the cells of all windows across.
    shown: Vec<[Abreast; CELLS]>,
    /// What brings the squares of a window to add up to one; nought where nothing varies.
    factors: [Abreast; ALONG],
}

impl Windows {
    pub(crate) fn new(plane: &Plane) -> Self {
        let edges = &axis().edges;
        let mut windows = Self {
            shown: vec![[[0.0; FILLED]; CELLS]; ALONG],
            factors: [[0.0; FILLED]; ALONG],
        };
        // Sums from one edge on, so that any stretch is one difference: first along the lines, all
        // lines at once, then down, all windows at once.
        let across = &widely(
            #[inline(always)]
            || across(plane, edges),
        );
        let each = windows.shown.iter_mut().zip(&mut windows.factors);
        for ((cells, factor), edges) in each.zip(edges) {
            pulp::Arch::new().dispatch(Down {
                across,
                edges,
                cells,
                factor,
            });
        }
        windows
    }

    /// The windows through which this looks much like the whole of another picture: how well
    /// they agree, and how the other would lie over this one. The least that counts is above nought.
    pub(crate) fn seen(&self, other: &Square<QUARTER>, at_least: f32) -> Vec<(f32, Lay)> {
        debug_assert!(at_least > 0.0, "what stands for nothing would be seen");
        let lays = &axis().lays;
        let mut whole = [0.0; CELLS];
        whole.copy_from_slice(other.cells());
        let whole = &normal(whole);
        let mut agreements = [[0.0; FILLED]; ALONG];
        for (agreement, cells) in agreements.iter_mut().zip(&self.shown) {
            pulp::Arch::new().dispatch(Agreement {
                cells,
                whole,
                found: agreement,
            });
        }
        let found = agreements.as_flattened().iter();
        let found = found.zip(self.factors.as_flattened()).enumerate();
        found
            .map(|(at, (product, factor))| (at, product * factor))
            .filter(|(_, found)| *found >= at_least)
            .map(|(at, found)| {
                let ((x, left), (y, top)) = (lays[at % FILLED], lays[at / FILLED]);
                let lay = Lay {
                    scale: [x, y],
                    shift: [left, top],
                };
                (found, lay)
            })
            .collect()
    }
}

/// What the stretches of all windows across show of the lines down to each.
#[inline(always)]
fn across(plane: &Plane, edges: &[[(usize, f32); EDGES]; ALONG]) -> Vec<[Abreast; QUARTER]> {
    let lines = plane.lines();
    let mut sums = [[0.0; SIDE]; SIDE + 1];
    for x in 0..SIDE {
        for y in 0..SIDE {
            sums[x + 1][y] = sums[x][y] + lines[y][x];
        }
    }
    let mut found = vec![[[0.0; FILLED]; QUARTER]; SIDE + 1];
    let mut from = edges.map(|edges| between(&sums, edges[0]));
    for x in 0..QUARTER {
        let mut stretches = [[0.0; SIDE]; ALONG];
        for window in 0..ALONG {
            let to = between(&sums, edges[window][x + 1]);
            for y in 0..SIDE {
                stretches[window][y] = to[y] - from[window][y];
            }
            from[window] = to;
        }
        let mut above = [0.0; ALONG];
        for y in 0..SIDE {
            let here = found[y + 1][x][..ALONG].iter_mut().enumerate();
            for (window, here) in here {
                above[window] += stretches[window][y];
                *here = above[window];
            }
        }
    }
    found
}

/// The sums up to an edge.
#[inline(always)]
fn between(sums: &[[f32; SIDE]; SIDE + 1], (before, part): (usize, f32)) -> [f32; SIDE] {
    // Never more, which the compiler does not know.
    let before = before.min(SIDE - 1);
    let (above, below) = (&sums[before], &sums[before + 1]);
    let mut found = [0.0; SIDE];
    for at in 0..SIDE {
        found[at] = above[at] + (below[at] - above[at]) * part;
    }
    found
}

/// The stretches down of all windows across at one place, from sums downwards, brought to a middle of
/// nought. Each window has a lane of its own, so that all processors find the same. It is written
/// out because the compiler would go along the cells of one window, which takes three times as long.
struct Down<'a> {
    across: &'a [[Abreast; QUARTER]],
    edges: &'a [(usize, f32); EDGES],
    cells: &'a mut [Abreast; CELLS],
    factor: &'a mut Abreast,
}

impl Down<'_> {
    /// The sums of some windows up to an edge, in one stretch across.
    #[inline(always)]
    fn upto<S: Simd>(
        &self,
        simd: S,
        x: usize,
        (before, part): (usize, f32),
        lanes: usize,
    ) -> S::f32s {
        let above = S::as_simd_f32s(&self.across[before][x]).0[lanes];
        let below = S::as_simd_f32s(&self.across[before + 1][x]).0[lanes];
        let way = simd.mul_f32s(simd.sub_f32s(below, above), simd.splat_f32s(part));
        simd.add_f32s(above, way)
    }
}

impl WithSimd for Down<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for lanes in 0..ALONG.div_ceil(S::F32_LANES) {
            let nought = simd.splat_f32s(0.0);
            let (mut sum, mut squares) = (nought, nought);
            for x in 0..QUARTER {
                let mut from = self.upto(simd, x, self.edges[0], lanes);
                for y in 0..QUARTER {
                    let to = self.upto(simd, x, self.edges[y + 1], lanes);
                    let cell = simd.sub_f32s(to, from);
                    S::as_mut_simd_f32s(&mut self.cells[y * QUARTER + x]).0[lanes] = cell;
                    sum = simd.add_f32s(sum, cell);
                    from = to;
                }
            }
            let middle = simd.mul_f32s(sum, simd.splat_f32s(1.0 / CELLS as f32));
            for cell in self.cells.iter_mut() {
                let cell = &mut S::as_mut_simd_f32s(cell).0[lanes];
                *cell = simd.sub_f32s(*cell, middle);
                squares = simd.add_f32s(squares, simd.mul_f32s(*cell, *cell));
            }
            S::as_mut_simd_f32s(self.factor).0[lanes] = squares;
        }
        for factor in self.factor {
            *factor = factor_of(*factor);
        }
    }
}

/// What brings squares that add up to this to add up to one; nought where nothing varies.
#[inline(always)]
fn factor_of(squares: f32) -> f32 {
    if squares > f32::EPSILON {
        1.0 / squares.sqrt()
    } else {
        0.0
    }
}

/// How the windows across at one place agree with the whole of another picture, but for their
/// factors.
struct Agreement<'a> {
    cells: &'a [Abreast; CELLS],
    whole: &'a [f32; CELLS],
    found: &'a mut Abreast,
}

impl WithSimd for Agreement<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Several sums at once, for each waits for the one before.
        const SUMS: usize = 4;
        for lanes in 0..ALONG.div_ceil(S::F32_LANES) {
            let mut sums = [simd.splat_f32s(0.0); SUMS];
            let some = self.cells.as_chunks::<SUMS>().0.iter();
            for (cells, whole) in some.zip(self.whole.as_chunks::<SUMS>().0) {
                for (sum, (cell, whole)) in sums.iter_mut().zip(cells.iter().zip(whole)) {
                    let cell = S::as_simd_f32s(cell).0[lanes];
                    let product = simd.mul_f32s(cell, simd.splat_f32s(*whole));
                    *sum = simd.add_f32s(*sum, product);
                }
            }
            let [a, b, c, d] = sums;
            let sum = simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d));
            S::as_mut_simd_f32s(self.found).0[lanes] = sum;
        }
    }
}

/// The same cells about a middle of nought, with squares that add up to one; all nought where
/// nothing varies.
fn normal(cells: [f32; CELLS]) -> [f32; CELLS] {
    let middle = cells.iter().sum::<f32>() / CELLS as f32;
    let cells = cells.map(|cell| cell - middle);
    let factor = factor_of(cells.iter().map(|cell| cell * cell).sum());
    cells.map(|cell| cell * factor)
}

/// The best few of some lays, none near to a better one.
pub(crate) fn apart(mut found: Vec<(f32, Lay)>, at_most: usize) -> Vec<(f32, Lay)> {
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<(f32, Lay)> = Vec::with_capacity(at_most);
    for (agreement, lay) in found {
        if kept.len() == at_most {
            break;
        }
        if kept.iter().all(|(_, before)| before.apart(&lay) > APART) {
            kept.push((agreement, lay));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use lamina_model::Signature;

    use super::*;

    #[test]
    fn a_part_is_seen_where_it_was_cut_out() {
        let luma = |x: f32, y: f32| {
            128.0
                + 60.0 * (5.0 * x + 1.0).sin() * (4.0 * y).cos()
                + 50.0 * (3.0 * x - 7.0 * y).sin()
        };
        let drawn = |lay: &Lay| {
            let unit = |at: usize| (at as f32 + 0.5) * 2.0 / SIDE as f32 - 1.0;
            Plane::of_signature(&Signature::new(std::array::from_fn(|at| {
                let x = lay.scale[0] * unit(at % SIDE) + lay.shift[0];
                luma(x, lay.scale[1] * unit(at / SIDE) + lay.shift[1]) as u8
            })))
        };
        let windows = Windows::new(&drawn(&Lay::SAME));
        for (scale, shift) in [
            ([1.0, 1.0], [0.0, 0.0]),
            ([0.7, 0.7], [0.3, -0.15]),
            ([1.0, 0.8], [0.0, 0.2]),
            ([0.6, 0.6], [0.0, 0.4]),
        ] {
            let lay = Lay { scale, shift };
            let found = windows.seen(&drawn(&lay).quartered(), 0.7);
            let best = apart(found, 1);
            assert!(
                best[0].1.apart(&lay) < 0.11 && best[0].0 > 0.97,
                "{best:?} for {lay:?}"
            );
        }
    }

    #[test]
    fn what_is_seen_through_each_window_is_what_lies_there() {
        let mut state = 3_u32;
        let cells = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as f32
        });
        let plane = Plane::from_cells(cells.take(SIDE * SIDE).collect());
        let windows = Windows::new(&plane);
        let share = |(scale, shift): (f32, f32), stretch: usize, cell: usize| {
            let edge = |at: usize| {
                let first = (1.0 + shift - scale) / 2.0;
                (first + scale * at as f32 / QUARTER as f32) * SIDE as f32
            };
            let (from, to) = (edge(stretch), edge(stretch + 1));
            (to.min((cell + 1) as f32) - from.max(cell as f32)).max(0.0)
        };
        let lays = axis().lays;
        for (across, down) in lays.iter().flat_map(|x| lays.iter().map(move |y| (*x, *y))) {
            let there = (0..CELLS).map(|at| {
                let seen = (0..SIDE * SIDE).map(|cell| {
                    let area = share(across, at % QUARTER, cell % SIDE)
                        * share(down, at / QUARTER, cell / SIDE);
                    area * plane.cells()[cell]
                });
                seen.sum::<f32>()
            });
            let there = Square::from_cells(there.collect());
            let lay = Lay {
                scale: [across.0, down.0],
                shift: [across.1, down.1],
            };
            let found = windows.seen(&there, 0.999);
            assert_eq!(found.len(), 1, "{lay:?}: {found:?}");
            assert!(found[0].1.apart(&lay) < f32::EPSILON, "{lay:?}: {found:?}");
        }
    }
}
