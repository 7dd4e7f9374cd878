//! Where the cells of a picture fall in another, and what that shows there; some cells side by side.

use super::Warp;
use crate::likeness::plane::Square;

/// Cells that are worked on side by side.
pub(crate) const TOGETHER: usize = 32;
/// A number for each of them.
pub(crate) type Cells = [f32; TOGETHER];

/// Cells along the edge of a part that show what lies around it as well.
const MIXED: f32 = 1.25;

/// Where some cells of an `N`-square of the other fall in one of the one.
pub(crate) struct Places<const N: usize> {
    /// Where they lie in the other, measured from the middle in half widths.
    pub(super) x: Cells,
    pub(super) y: Cells,
    /// Where they fall in the one, across and down, and by what that was divided.
    pub(super) to: [Cells; 2],
    pub(super) aside: Cells,
    /// 1 for those that fall inside, 0 for the others. Along an edge where the one ends, or the
    /// other within the one, what lies around mixes into the cells.
    pub(crate) inside: Cells,
    /// The cell of the one above and to the left, and the part of the way from there to the next
    /// across and down; what lies outside is brought to the rim.
    before: [u32; TOGETHER],
    part: [Cells; 2],
}

impl<const N: usize> Places<N> {
    /// The places of as many cells after so many times as many, line by line. `scale` is that of
    /// the warp.
    #[inline(always)]
    pub(crate) fn of(warp: &Warp, scale: f32, times: usize) -> Self {
        const {
            assert!(
                (N * N).is_multiple_of(TOGETHER) && N >= 2,
                "a rest would be left out"
            );
        };
        let half = N as f32 / 2.0;
        let last = (N - 1) as f32;
        let nought = [0.0; TOGETHER];
        let mut places = Self {
            x: nought,
            y: nought,
            to: [nought; 2],
            aside: nought,
            inside: nought,
            before: [0; TOGETHER],
            part: [nought; 2],
        };
        for at in 0..TOGETHER {
            let cell = times * TOGETHER + at;
            places.x[at] = ((cell % N) as f32 - last / 2.0) / half;
            places.y[at] = ((cell / N) as f32 - last / 2.0) / half;
        }
        for at in 0..TOGETHER {
            let (x, y) = (places.x[at], places.y[at]);
            let with = |row: &[f32; 3]| row[0] * x + row[1] * y + row[2];
            let aside = with(&warp.aside);
            let to = [with(&warp.across) / aside, with(&warp.down) / aside];
            let is_inside = |from: f32, to: f32| {
                // How far the cell is from the nearer edge of each, in cells of the one.
                let of_other = (1.0 - from.abs()) * half * scale;
                let of_one = (1.0 - to.abs()) * half;
                let beyond = of_one - of_other;
                (of_one >= MIXED.min(-beyond * scale.min(1.0)).max(0.0))
                    & (of_other >= MIXED.min(beyond))
            };
            let is_inside = is_inside(x, to[0]) & is_inside(y, to[1]);
            let cell = |unit: f32| {
                let place = (unit * half + last / 2.0).max(0.0).min(last);
                let before = (place as i32).min(last as i32 - 1);
                (before, place - before as f32)
            };
            let ((left, part_x), (above, part_y)) = (cell(to[0]), cell(to[1]));
            places.to[0][at] = to[0];
            places.to[1][at] = to[1];
            places.aside[at] = aside;
            places.inside[at] = if is_inside { 1.0 } else { 0.0 };
            places.before[at] = (above * (last as i32 + 1) + left) as u32;
            places.part[0][at] = part_x;
            places.part[1][at] = part_y;
        }
        places
    }

    /// The value of the one where each falls; nought of those that do not fall inside.
    #[inline(always)]
    pub(crate) fn values(&self, square: &Square<N>) -> Cells {
        self.values_and_slopes(square)[0]
    }

    /// The same, and the slopes across and down, a cell.
    #[inline(always)]
    pub(super) fn values_and_slopes(&self, square: &Square<N>) -> [Cells; 3] {
        let cells = &square.cells()[..N * N];
        let mut corners = [[0.0; TOGETHER]; 4];
        for (at, before) in self.before.iter().enumerate() {
            // Never more, which the compiler does not know.
            let before = (*before as usize).min(N * N - N - 2);
            corners[0][at] = cells[before];
            corners[1][at] = cells[before + 1];
            corners[2][at] = cells[before + N];
            corners[3][at] = cells[before + N + 1];
        }
        let mut found = [[0.0; TOGETHER]; 3];
        for at in 0..TOGETHER {
            let (part_x, part_y) = (self.part[0][at], self.part[1][at]);
            let above = corners[1][at] - corners[0][at];
            let below = corners[3][at] - corners[2][at];
            let upper = corners[0][at] + above * part_x;
            let lower = corners[2][at] + below * part_x;
            let down = lower - upper;
            let inside = self.inside[at];
            found[0][at] = inside * (upper + down * part_y);
            found[1][at] = inside * (above + (below - above) * part_y);
            found[2][at] = inside * down;
        }
        found
    }
}
