//! Laying one picture over another: by how much must it be moved and scaled?
//!
//! Least squares over the move, the scale in both directions, and a change of contrast and
//! brightness, by Gauss–Newton steps (Lucas and Kanade 1981, "An iterative image registration
//! technique"; with gain and offset solved along, as in Evangelidis and Psarakis 2008,
//! "Parametric image alignment using enhanced correlation coefficient maximization").

mod moments;
mod sums;

use std::ops::Range;

pub(crate) use self::moments::Moments;
use self::sums::Sums;
use super::plane::Square;
use crate::wide::widely;

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

    /// The one over the other instead of the other over the one.
    pub(crate) fn inverse(&self) -> Self {
        let [x, y] = self.scale;
        Self {
            scale: [1.0 / x, 1.0 / y],
            shift: [-self.shift[0] / x, -self.shift[1] / y],
        }
    }

    /// The whole of another picture over the whole of this one, where these are parts that lie
    /// exactly over each other: this one's, and the other's.
    pub(crate) fn through(&self, other: &Self) -> Self {
        let scale = [0, 1].map(|axis| self.scale[axis] / other.scale[axis]);
        Self {
            scale,
            shift: [0, 1].map(|axis| self.shift[axis] - scale[axis] * other.shift[axis]),
        }
    }

    /// What is left of this lay when another is taken as the whole.
    pub(crate) fn since(&self, other: &Self) -> Self {
        let ([x, y], [known_x, known_y]) = (self.scale, other.scale);
        Self {
            scale: [x / known_x, y / known_y],
            shift: [
                self.shift[0] - other.shift[0],
                self.shift[1] - other.shift[1],
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

    /// Where the cells of an `N`-square of the other fall on one of the one.
    pub(crate) fn grid<const N: usize>(&self) -> Grid<N> {
        Grid {
            x: Axis::new(self.scale[0], self.shift[0]),
            y: Axis::new(self.scale[1], self.shift[1]),
        }
    }

    /// How far two lays are apart.
    pub(crate) fn apart(&self, other: &Self) -> f32 {
        let pairs = |one: [f32; 2], other: [f32; 2]| {
            (one[0] - other[0]).abs().max((one[1] - other[1]).abs())
        };
        pairs(self.scale, other.scale).max(pairs(self.shift, other.shift))
    }

    pub(crate) fn is_sane(&self) -> bool {
        self.scale.iter().all(|s| (0.5..=2.0).contains(s))
            && self.shift.iter().all(|t| t.abs() <= 1.0)
    }
}

/// Cells along the edge of a part that show what lies around it as well.
const MIXED: f32 = 1.25;

/// Places between cells, along one side. Cell `i` has its centre at `i`; a square reaches half a
/// cell beyond the outermost centres, where the outermost cells are repeated.
pub(crate) struct Axis<const N: usize> {
    /// The cells that fall inside, and the first that does not any more.
    pub(crate) inside: Range<usize>,
    /// The cell before the place.
    pub(crate) before: [usize; N],
    /// The part of the way from there to the next.
    pub(crate) part: [f32; N],
}

/// Places between the cells of a square.
pub(crate) struct Grid<const N: usize> {
    pub(crate) x: Axis<N>,
    pub(crate) y: Axis<N>,
}

impl<const N: usize> Axis<N> {
    fn new(scale: f32, shift: f32) -> Self {
        let half = N as f32 / 2.0;
        let last = (N - 1) as f32;
        let mut axis = Self {
            inside: N..N,
            before: [0; N],
            part: [0.0; N],
        };
        // Where the one ends within the other, or the other within the one, what lies around
        // mixes into the cells at that edge.
        let [low, high] = [shift - scale, shift + scale].map(|edge| edge * half + half - 0.5);
        let mixed = |beyond: f32| beyond.clamp(0.0, MIXED);
        let before = if low < -0.5 {
            mixed((-0.5 - low) / scale) * scale - 0.5
        } else {
            low + mixed(low + 0.5)
        };
        let behind = if high > last + 0.5 {
            last + 0.5 - mixed((high - last - 0.5) / scale) * scale
        } else {
            high - mixed(last + 0.5 - high)
        };
        for at in 0..N {
            let place = (scale * unit::<N>(at) + shift) * half + last / 2.0;
            if place < before || place > behind {
                continue;
            }
            axis.inside = axis.inside.start.min(at)..at + 1;
            let place = place.clamp(0.0, last);
            axis.before[at] = (place as usize).min(N - 2);
            axis.part[at] = place - axis.before[at] as f32;
        }
        axis
    }

    /// 1 for the cells that fall inside, 0 for the others.
    pub(crate) fn mask(&self) -> [f32; N] {
        std::array::from_fn(|at| f32::from(u8::from(self.inside.contains(&at))))
    }

    /// The same axis with the places of those cells that do not fall inside brought to the nearest
    /// that does.
    pub(crate) fn clamped(&self) -> Self {
        let nearest = |at: usize| at.clamp(self.inside.start, self.inside.end - 1);
        Self {
            inside: self.inside.clone(),
            before: std::array::from_fn(|at| self.before[nearest(at)]),
            part: std::array::from_fn(|at| self.part[nearest(at)]),
        }
    }
}

/// The place of a cell measured from the middle in half widths.
pub(crate) fn unit<const N: usize>(at: usize) -> f32 {
    (at as f32 - (N - 1) as f32 / 2.0) * 2.0 / N as f32
}

/// Longest step that is taken: slopes say nothing of what lies further off.
const STRIDE: f32 = 0.1;

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
    let middles = [one, other].map(|square| square.cells().iter().sum::<f32>() / (N * N) as f32);
    let mut lay = start;
    for _ in 0..steps {
        let sums = Sums::of(one, other, &lay.grid(), middles);
        let change = solve(sums.normal_equations(N, middles[0])?)?;
        for axis in 0..2 {
            lay.scale[axis] += change[axis].clamp(-STRIDE, STRIDE);
            lay.shift[axis] += change[2 + axis].clamp(-STRIDE, STRIDE);
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

/// Gain and offset that bring the one to the other under a lay, by least squares; and how well
/// they then agree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contrast {
    pub(crate) gain: f32,
    pub(crate) offset: f32,
    /// Correlation of luma, −1 to 1.
    pub(crate) correlation: f32,
}

/// Nothing comes back when little is covered or the one is flat there.
pub(crate) fn contrast<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    grid: &Grid<N>,
) -> Option<Contrast> {
    let seen = one.seen_under(grid);
    let mask = grid.x.mask();
    let mut moments = Moments::default();
    widely(
        #[inline(always)]
        || {
            for y in grid.y.inside.clone() {
                moments.add_line(&mask, &seen.lines()[y], &other.lines()[y]);
            }
        },
    );
    moments.contrast(N * N)
}

/// Gaussian elimination with pivoting; `COLUMNS` is one more than there are unknowns.
pub(crate) fn solve<const UNKNOWNS: usize, const COLUMNS: usize>(
    mut normal: [[f32; COLUMNS]; UNKNOWNS],
) -> Option<[f32; UNKNOWNS]> {
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

#[cfg(test)]
mod tests {
    use lamina_model::Signature;

    use super::super::plane::{Plane, SIDE, Turn};
    use super::*;

    /// A smooth picture seen through a lay.
    fn seen(lay: &Lay) -> Plane {
        let luma = |x: f32, y: f32| {
            128.0
                + 50.0 * (5.0 * x + 1.0).sin() * (4.0 * y).cos()
                + 40.0 * (3.0 * x - 6.0 * y).sin()
        };
        Plane::of_signature(&Signature::new(std::array::from_fn(|at| {
            let (x, y) = (unit::<SIDE>(at % SIDE), unit::<SIDE>(at / SIDE));
            luma(
                lay.scale[0] * x + lay.shift[0],
                lay.scale[1] * y + lay.shift[1],
            ) as u8
        })))
    }

    #[test]
    fn finds_by_how_much_a_picture_was_moved_and_scaled() {
        let one = seen(&Lay::SAME);
        for (scale, shift) in [
            ([1.0, 1.0], [0.0, 0.0]),
            ([0.95, 0.95], [0.05, -0.05]),
            ([0.9, 0.92], [0.1, 0.0]),
            ([1.08, 1.05], [-0.03, 0.04]),
        ] {
            let lay = Lay { scale, shift };
            let found = refine(&one, &seen(&lay), Lay::SAME, 20).unwrap();
            assert!(found.apart(&lay) < 0.02, "{found:?} for {lay:?}");
        }
    }

    #[test]
    fn tells_how_much_of_each_both_show() {
        let part = Lay {
            scale: [0.9, 0.8],
            shift: [0.1, 0.0],
        };
        let (of_one, of_other) = part.shared();
        assert!((of_one - 0.72).abs() < 1e-6 && (of_other - 1.0).abs() < 1e-6);
        let (of_one, of_other) = part.inverse().shared();
        assert!((of_one - 1.0).abs() < 1e-6 && (of_other - 0.72).abs() < 1e-6);
    }

    #[test]
    fn parts_that_lie_over_each_other_say_how_the_wholes_do() {
        let lay = |scale, shift| Lay { scale, shift };
        let part = lay([0.5, 0.8], [0.1, -0.2]);
        assert!(part.through(&part).apart(&Lay::SAME) < 1e-6);
        assert!(part.through(&Lay::SAME).apart(&part) < 1e-6);
        assert!(Lay::SAME.through(&part).apart(&part.inverse()) < 1e-6);
        // A place of the other's part and the same place of the one's are one place.
        let other = lay([0.9, 0.6], [-0.05, 0.3]);
        let whole = part.through(&other);
        for place in [-1.0, 0.3, 1.0] {
            for axis in 0..2 {
                let there = other.scale[axis] * place + other.shift[axis];
                let seen = whole.scale[axis] * there + whole.shift[axis];
                assert!((seen - part.scale[axis] * place - part.shift[axis]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_part_is_turned_as_the_picture_is() {
        // A rectangle of ink, and where it lies.
        let [left, top, right, bottom] = [2_usize, 4, 12, 30];
        let inked = |at: usize| {
            let is_ink =
                (left..right).contains(&(at % SIDE)) && (top..bottom).contains(&(at / SIDE));
            f32::from(u8::from(is_ink))
        };
        let square = Square::<SIDE>::from_cells((0..SIDE * SIDE).map(inked).collect());
        let axis = |from: usize, to: usize| {
            let half = SIDE as f32 / 2.0;
            (
                (to - from) as f32 / 2.0 / half,
                (from + to) as f32 / 2.0 / half - 1.0,
            )
        };
        let part = |[left, top, right, bottom]: [usize; 4]| {
            let (x, y) = (axis(left, right), axis(top, bottom));
            Lay {
                scale: [x.0, y.0],
                shift: [x.1, y.1],
            }
        };
        for turn in Turn::ALL {
            let turned = turn.lay(&square);
            let ink: Vec<usize> = (0..SIDE * SIDE)
                .filter(|at| turned.cells()[*at] > 0.5)
                .collect();
            let ends = |place: fn(usize) -> usize| {
                let places = || ink.iter().map(|at| place(*at));
                (places().min().unwrap(), places().max().unwrap() + 1)
            };
            let (x, y) = (ends(|at| at % SIDE), ends(|at| at / SIDE));
            let found = turn.lay_part(&part([left, top, right, bottom]));
            assert!(found.apart(&part([x.0, y.0, x.1, y.1])) < 1e-6, "{turn:?}");
        }
    }
}
