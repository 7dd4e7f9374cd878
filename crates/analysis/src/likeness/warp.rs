//! Laying one picture over another that was turned a little, slanted, or seen from aside.
//!
//! A [`Lay`] moves and scales along the sides. What a hand, a scanner or a camera before a print
//! does takes eight numbers: a projective map. They are found by the same steps of Gauss and
//! Newton, each cell weighed by how well it fits, so that what was painted over, a frame, or black
//! corners do not pull: iteratively reweighted least squares with the weights of "Statistical
//! methods for tomographic image reconstruction" (Bulletin of the International Statistical
//! Institute, 1987).

use super::align::Lay;
use super::plane::Square;

mod places;
mod steps;

pub(crate) use places::Places;
pub(crate) use steps::{Fit, refine};

/// How the other picture lies over the one: place `(x, y)` of the other, measured from the middle
/// in half widths, shows what the one has at `(across, down) / aside`, each a product with
/// `(x, y, 1)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Warp {
    across: [f32; 3],
    down: [f32; 3],
    aside: [f32; 3],
}

/// How far a side leans, in shares of itself, that is slanted.
const SLANTED: f32 = 0.025;
/// Cells from the edge of the one from which on nothing of it mixes into those of the other.
const CLEAR: f32 = 2.0;
/// Luma steps by which what is even may differ: skies and walls differ by more.
const EVEN: f32 = 2.0;

impl Warp {
    pub(crate) fn of(lay: &Lay) -> Self {
        Self {
            across: [lay.scale[0], 0.0, lay.shift[0]],
            down: [0.0, lay.scale[1], lay.shift[1]],
            aside: [0.0, 0.0, 1.0],
        }
    }

    /// What of it moves and scales along the sides.
    pub(crate) fn lay(&self) -> Lay {
        Lay {
            scale: [self.across[0], self.down[1]],
            shift: [self.across[2], self.down[2]],
        }
    }

    /// Where a place of the other lies in the one.
    pub(crate) fn place(&self, x: f32, y: f32) -> [f32; 2] {
        let with = |row: &[f32; 3]| row[0] * x + row[1] * y + row[2];
        let aside = with(&self.aside);
        [with(&self.across) / aside, with(&self.down) / aside]
    }

    /// The one over the other instead of the other over the one.
    pub(crate) fn inverse(&self) -> Option<Self> {
        let rows = [self.across, self.down, self.aside];
        let minor = |r: usize, c: usize| {
            let (r0, r1) = ((r + 1) % 3, (r + 2) % 3);
            let (c0, c1) = ((c + 1) % 3, (c + 2) % 3);
            rows[r0][c0] * rows[r1][c1] - rows[r0][c1] * rows[r1][c0]
        };
        // The transposed minors, up to a factor that the last one takes away.
        let whole = minor(2, 2);
        if whole.abs() < 1e-3 {
            return None;
        }
        let row = |r: usize| std::array::from_fn(|c| minor(c, r) / whole);
        Some(Self {
            across: row(0),
            down: row(1),
            aside: row(2),
        })
    }

    /// The same where what one shows beyond the other is even counts as nothing: black corners, a
    /// frame, the strip at the side of a picture that was moved. Two views of one scene show more of
    /// it there.
    pub(crate) fn shared_but_for_even<const N: usize>(
        &self,
        one: &Square<N>,
        other: &Square<N>,
    ) -> (f32, f32) {
        let (of_one, of_other) = self.shared();
        let one_is_even = self.inverse().is_some_and(|back| back.is_even_beyond(one));
        (
            if one_is_even { 1.0 } else { of_one },
            if self.is_even_beyond(other) {
                1.0
            } else {
                of_other
            },
        )
    }

    /// Whether the other shows one luma wherever it is clear of the one, if it is anywhere.
    fn is_even_beyond<const N: usize>(&self, other: &Square<N>) -> bool {
        let half = N as f32 / 2.0;
        let clear = 1.0 + CLEAR / half * self.scale();
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        for (at, luma) in other.cells().iter().enumerate() {
            let unit = |at: usize| (at as f32 - (N - 1) as f32 / 2.0) / half;
            let [x, y] = self.place(unit(at % N), unit(at / N));
            if x.abs().max(y.abs()) > clear {
                (least, most) = (least.min(*luma), most.max(*luma));
            }
        }
        most - least <= EVEN
    }

    /// Where the corners of the other lie in the one, around it.
    fn corners(&self) -> [[f32; 2]; 4] {
        [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(x, y)| self.place(x, y))
    }

    /// The share of the one and the share of the other that both show, 0–1, about.
    pub(crate) fn shared(&self) -> (f32, f32) {
        let corners = self.corners();
        let whole = area(&corners).max(f32::EPSILON);
        let both = area(&cut_to_square(&corners));
        (both / 4.0, both / whole)
    }

    /// How much of the one as much as one cell of the other shows: under 1 where the other is a
    /// part of the one.
    pub(crate) fn scale(&self) -> f32 {
        (area(&self.corners()) / 4.0).sqrt()
    }

    /// Whether it is more than moved and scaled: turned by more than a degree or so, or slanted.
    pub(crate) fn is_slanted(&self) -> bool {
        self.slant() > SLANTED
    }

    /// How far a side leans, in shares of itself.
    pub(crate) fn slant(&self) -> f32 {
        let [a, b, c, d] = self.corners();
        let across = (b[1] - a[1]).abs().max((c[1] - d[1]).abs());
        let down = (d[0] - a[0]).abs().max((c[0] - b[0]).abs());
        across.max(down) / (2.0 * self.scale())
    }

    /// Whether it keeps to what is done to pictures by hand: neither folded over nor turned by
    /// much, not much larger or smaller.
    pub(crate) fn is_sane(&self) -> bool {
        let corners = self.corners();
        let side =
            |a: usize, b: usize| [corners[b][0] - corners[a][0], corners[b][1] - corners[a][1]];
        // Along the sides of the other, the one must go by about as much in the same direction.
        let along = |[x, y]: [f32; 2]| (0.9..4.4).contains(&x) && y.abs() < 0.36 * x;
        let turned = |[x, y]: [f32; 2]| [y, x];
        let aside = self.aside[0].abs() + self.aside[1].abs();
        along(side(0, 1))
            && along(side(3, 2))
            && along(turned(side(0, 3)))
            && along(turned(side(1, 2)))
            && aside < 0.5
    }
}

/// A place between the cells of a square.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<const N: usize> {
    before: usize,
    part: [f32; 2],
}

impl<const N: usize> Place<N> {
    /// From the middle in half widths; what lies outside is brought to the rim.
    pub(crate) fn new(x: f32, y: f32) -> Self {
        let cell = |unit: f32| {
            let place = unit * N as f32 / 2.0 + (N - 1) as f32 / 2.0;
            let place = place.clamp(0.0, (N - 1) as f32);
            let before = (place as usize).min(N - 2);
            (before, place - before as f32)
        };
        let ((x, part_x), (y, part_y)) = (cell(x), cell(y));
        Self {
            before: y * N + x,
            part: [part_x, part_y],
        }
    }

    pub(crate) fn value(&self, square: &Square<N>) -> f32 {
        let cells = &square.cells()[self.before..self.before + N + 2];
        let [part_x, part_y] = self.part;
        let upper = cells[0] + (cells[1] - cells[0]) * part_x;
        let lower = cells[N] + (cells[N + 1] - cells[N]) * part_x;
        upper + (lower - upper) * part_y
    }
}

/// The area of a polygon.
fn area(corners: &[[f32; 2]]) -> f32 {
    let next = corners.iter().cycle().skip(1);
    let twice: f32 = corners
        .iter()
        .zip(next)
        .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
        .sum();
    twice.abs() / 2.0
}

/// What of a polygon lies within the square from −1 to 1 (Sutherland and Hodgman 1974, "Reentrant
/// polygon clipping").
fn cut_to_square(corners: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut kept = corners.to_vec();
    for (axis, sign) in [(0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)] {
        let over = |corner: &[f32; 2]| sign * corner[axis] - 1.0;
        let mut cut = Vec::with_capacity(kept.len() + 1);
        for (at, corner) in kept.iter().enumerate() {
            let before = &kept[(at + kept.len() - 1) % kept.len()];
            let (was, is) = (over(before), over(corner));
            if (was > 0.0) != (is > 0.0) {
                let part = was / (was - is);
                cut.push([
                    before[0] + part * (corner[0] - before[0]),
                    before[1] + part * (corner[1] - before[1]),
                ]);
            }
            if is <= 0.0 {
                cut.push(*corner);
            }
        }
        kept = cut;
    }
    kept
}

#[cfg(test)]
mod tests;
