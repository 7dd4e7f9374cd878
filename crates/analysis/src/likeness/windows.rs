//! Where in one picture another may lie: both at a glance, through a few hundred windows.
//!
//! Steps of Gauss and Newton find the way only from nearby. A part cut out of a corner, or a
//! picture in a screenshot, is further off than that; so all windows of some sizes and places are
//! looked through first, eight cells to a side.

use std::sync::OnceLock;

use super::align::Lay;
use super::plane::{Plane, QUARTER, SIDE, Square};
use crate::wide::{LANES, add_products, widely};

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

/// What a picture shows through every window, eight by eight cells each, at one middle and one
/// contrast.
pub(crate) struct Windows {
    shown: Vec<[f32; CELLS]>,
}

impl Windows {
    pub(crate) fn new(plane: &Plane) -> Self {
        widely(
            #[inline(always)]
            || Self::through(plane, &axis().edges),
        )
    }

    #[inline(always)]
    fn through(plane: &Plane, edges: &[[(usize, f32); EDGES]; ALONG]) -> Self {
        // Sums from one edge on, so that any stretch is one difference: first along the lines,
        // then down, eight columns at a time.
        let mut across = vec![[[0.0; QUARTER]; SIDE + 1]; ALONG];
        for (y, line) in plane.cells().chunks_exact(SIDE).enumerate() {
            let mut sums = [0.0; SIDE + 1];
            for (at, value) in line.iter().enumerate() {
                sums[at + 1] = sums[at] + value;
            }
            let upto = |(before, part): (usize, f32)| {
                sums[before] + (sums[before + 1] - sums[before]) * part
            };
            for (window, edges) in across.iter_mut().zip(edges) {
                let above = window[y];
                for (x, sum) in window[y + 1].iter_mut().enumerate() {
                    *sum = above[x] + upto(edges[x + 1]) - upto(edges[x]);
                }
            }
        }
        let mut shown = Vec::with_capacity(ALONG * ALONG);
        for sums in &across {
            for edges in edges {
                shown.push(normal(down(sums, edges)));
            }
        }
        Self { shown }
    }

    /// The windows through which this looks much like the whole of another picture: how well
    /// they agree, and how the other would lie over this one.
    pub(crate) fn seen(&self, other: &Square<QUARTER>, at_least: f32) -> Vec<(f32, Lay)> {
        let lays = &axis().lays;
        let mut whole = [0.0; CELLS];
        whole.copy_from_slice(other.cells());
        let mut agreements = vec![0.0; self.shown.len()];
        widely(
            #[inline(always)]
            || {
                let whole = normal(whole);
                for (agreement, shown) in agreements.iter_mut().zip(&self.shown) {
                    *agreement = product(shown, &whole);
                }
            },
        );
        let found = agreements.into_iter().enumerate();
        found
            .filter(|(_, found)| *found >= at_least)
            .map(|(at, found)| {
                let ((x, left), (y, top)) = (lays[at / ALONG], lays[at % ALONG]);
                let lay = Lay {
                    scale: [x, y],
                    shift: [left, top],
                };
                (found, lay)
            })
            .collect()
    }
}

/// The stretches of a window, line by line, from sums downwards.
#[inline(always)]
fn down(sums: &[[f32; QUARTER]; SIDE + 1], edges: &[(usize, f32); EDGES]) -> [f32; CELLS] {
    let upto = |(before, part): (usize, f32)| -> [f32; QUARTER] {
        let (above, below) = (&sums[before], &sums[before + 1]);
        std::array::from_fn(|x| above[x] + (below[x] - above[x]) * part)
    };
    let mut cells = [0.0; CELLS];
    let mut from = upto(edges[0]);
    for (line, edge) in cells.chunks_exact_mut(QUARTER).zip(&edges[1..]) {
        let to = upto(*edge);
        for x in 0..QUARTER {
            line[x] = to[x] - from[x];
        }
        from = to;
    }
    cells
}

/// The same cells about a middle of nought, with squares that add up to one; all nought where
/// nothing varies.
#[inline(always)]
fn normal(mut cells: [f32; CELLS]) -> [f32; CELLS] {
    let mut sums = [0.0; LANES];
    for some in cells.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            sums[lane] += some[lane];
        }
    }
    let middle = sums.iter().sum::<f32>() / CELLS as f32;
    for cell in &mut cells {
        *cell -= middle;
    }
    let squares = product(&cells, &cells);
    let factor = if squares > f32::EPSILON {
        1.0 / squares.sqrt()
    } else {
        0.0
    };
    cells.map(|cell| cell * factor)
}

#[inline(always)]
fn product(a: &[f32; CELLS], b: &[f32; CELLS]) -> f32 {
    let mut sums = [0.0; LANES];
    add_products(&mut sums, a, b);
    sums.iter().sum()
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
}
