//! Where the cells of a picture fall in another, and what that shows there; some cells side by side.

use super::Warp;
use crate::likeness::plane::Square;

/// Cells that are worked on side by side.
pub(crate) const TOGETHER: usize = 32;
/// A number for each of them.
pub(crate) type Cells = [f32; TOGETHER];

/// Cells along the edge of a part that show what lies around it as well.
const MIXED: f32 = 1.25;

/// From here on single precision holds whole numbers alone, one after the other by their bits.
const ROUND: f32 = (1 << 23) as f32;

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
                // Rounded down by its bits: the compiler takes casts, which never overflow, one by
                // one.
                let nearest = place + ROUND;
                let is_above = i32::from(nearest - ROUND > place);
                let before = (nearest.to_bits() - ROUND.to_bits()).cast_signed() - is_above;
                let before = before.min(last as i32 - 1);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::likeness::warp::Place;

    const N: usize = 64;

    #[test]
    fn cells_side_by_side_fall_where_each_does_by_itself() {
        let mut state = 5_u32;
        let mut dice = |most: f32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * most
        };
        let square = Square::<N>::from_cells((0..N * N).map(|_| 128.0 + dice(100.0)).collect());
        let unit = |at: usize| (at as f32 - (N - 1) as f32 / 2.0) / (N as f32 / 2.0);
        let mut counts = [0, 0];
        for _ in 0..40 {
            let warp = Warp {
                across: [0.9 + dice(0.4), dice(0.2), dice(0.4)],
                down: [dice(0.2), 0.9 + dice(0.4), dice(0.4)],
                aside: [dice(0.1), dice(0.1), 1.0],
            };
            for line in 0..N * N / TOGETHER {
                let places = Places::<N>::of(&warp, warp.scale(), line);
                let values = places.values(&square);
                for (at, found) in values.iter().enumerate() {
                    let cell = line * TOGETHER + at;
                    let from = [unit(cell % N), unit(cell / N)];
                    let to = warp.place(from[0], from[1]);
                    let is_inside = (0..2).all(|axis| is_inside(from[axis], to[axis], &warp));
                    counts[usize::from(is_inside)] += 1;
                    let inside = if is_inside { 1.0 } else { 0.0 };
                    assert!(
                        (places.inside[at] - inside).abs() < f32::EPSILON,
                        "{warp:?}"
                    );
                    let value = inside * Place::<N>::new(to[0], to[1]).value(&square);
                    assert!((found - value).abs() < 1e-3, "{warp:?} at {cell}");
                }
            }
        }
        assert!(counts.iter().all(|count| *count > 10_000), "{counts:?}");
    }

    fn is_inside(from: f32, to: f32, warp: &Warp) -> bool {
        let (half, scale) = (N as f32 / 2.0, warp.scale());
        let (of_other, of_one) = ((1.0 - from.abs()) * half * scale, (1.0 - to.abs()) * half);
        let is_edge_of_one = of_one < of_other;
        if is_edge_of_one {
            of_one >= MIXED.min((of_other - of_one) * scale.min(1.0)).max(0.0)
                && of_other >= of_one - of_other
        } else {
            of_one >= 0.0 && of_other >= MIXED.min(of_one - of_other)
        }
    }
}
