//! Two signatures laid over each other, cell by cell: what the one shows where each cell of the
//! other falls.

use super::align::{Contrast, Lay, Moments};
use super::evidence::Detailed;
use super::plane::{Plane, SIDE};
use super::tone::Curve;
use super::warp::{Places, Warp};
use crate::wide::widely;

/// A number for each cell of the other, row by row.
pub(crate) type Cells = [[f32; SIDE]; SIDE];

/// What both show in the cells of the other that fall inside the one; nought in all others.
pub(crate) struct Overlap {
    /// 1 for those inside, 0 for the others.
    pub(crate) inside: Box<Cells>,
    /// Luma of the one there, and of the other.
    pub(crate) seen: Box<Cells>,
    pub(crate) there: Box<Cells>,
    /// Fine detail of the one there, and of the other.
    pub(crate) fine_seen: Box<Cells>,
    pub(crate) fine_there: Box<Cells>,
}

/// Cells that the other has.
pub(crate) const CELLS: usize = SIDE * SIDE;

fn nought() -> Box<Cells> {
    Box::new([[0.0; SIDE]; SIDE])
}

impl Overlap {
    pub(crate) fn laid(one: &Detailed, other: &Detailed, lay: &Lay) -> Self {
        let grid = lay.grid();
        let mask = grid.x.mask();
        let mut inside = nought();
        for y in grid.y.inside.clone() {
            inside[y] = mask;
        }
        let [seen, fine_seen] = [&one.all, &one.fine].map(|plane| plane.seen_under(&grid));
        Self {
            seen: masked(&inside, &seen),
            there: masked(&inside, &other.all),
            fine_seen: masked(&inside, &fine_seen),
            fine_there: masked(&inside, &other.fine),
            inside,
        }
    }

    pub(crate) fn warped(one: &Detailed, other: &Detailed, warp: &Warp) -> Self {
        let (mut inside, mut seen, mut fine_seen) = (nought(), nought(), nought());
        let scale = warp.scale();
        widely(
            #[inline(always)]
            || {
                for y in 0..SIDE {
                    let places = Places::<SIDE>::of(warp, scale, y);
                    inside[y] = places.inside;
                    seen[y] = places.values(&one.all);
                    fine_seen[y] = places.values(&one.fine);
                }
            },
        );
        Self {
            there: masked(&inside, &other.all),
            fine_there: masked(&inside, &other.fine),
            inside,
            seen,
            fine_seen,
        }
    }

    /// Luma of the one and of the other in each cell inside.
    pub(crate) fn lumas(&self) -> impl Iterator<Item = (f32, f32)> {
        let cells = self.inside.as_flattened().iter();
        let lumas = self
            .seen
            .as_flattened()
            .iter()
            .zip(self.there.as_flattened());
        cells
            .zip(lumas)
            .filter(|(inside, _)| **inside > 0.0)
            .map(|(_, (seen, there))| (*seen, *there))
    }

    /// The same with the luma of the one brought to that of the other by a curve.
    pub(crate) fn toned(&self, curve: &Curve) -> Self {
        self.brought(|luma| curve.at(luma))
    }

    /// The same with the negative of the one.
    pub(crate) fn negative(&self) -> Self {
        self.brought(|luma| (255.0 - luma, -1.0))
    }

    /// The same with the luma of the one brought to another, which comes with the slope there.
    fn brought(&self, light: impl Fn(f32) -> (f32, f32)) -> Self {
        let (mut seen, mut fine_seen) = (self.seen.clone(), self.fine_seen.clone());
        let cells = seen.as_flattened_mut().iter_mut();
        let fine = fine_seen.as_flattened_mut().iter_mut();
        for ((seen, fine), inside) in cells.zip(fine).zip(self.inside.as_flattened()) {
            if *inside > 0.0 {
                let (luma, slope) = light(*seen);
                *seen = luma;
                *fine *= slope;
            }
        }
        Self {
            inside: self.inside.clone(),
            seen,
            there: self.there.clone(),
            fine_seen,
            fine_there: self.fine_there.clone(),
        }
    }

    /// Gain and offset that bring the one to the other. Nothing comes back when little is covered
    /// or the one is flat there.
    pub(crate) fn contrast(&self) -> Option<Contrast> {
        let mut moments = Moments::default();
        widely(
            #[inline(always)]
            || {
                for y in 0..SIDE {
                    moments.add_line(&self.inside[y], &self.seen[y], &self.there[y]);
                }
            },
        );
        moments.contrast(CELLS)
    }
}

/// What a plane shows in the cells inside.
fn masked(inside: &Cells, plane: &Plane) -> Box<Cells> {
    let mut cells = nought();
    for (to, (mask, from)) in cells.iter_mut().zip(inside.iter().zip(plane.lines())) {
        for x in 0..SIDE {
            to[x] = mask[x] * from[x];
        }
    }
    cells
}

#[cfg(test)]
impl Overlap {
    /// All cells inside, each of them made by its place: luma of the one and of the other, and
    /// their fine detail.
    pub(crate) fn whole(cell: impl Fn(usize, usize) -> [f32; 4]) -> Self {
        let of = |kind: usize| {
            let line = |y: usize| std::array::from_fn(|x| cell(x, y)[kind]);
            Box::new(std::array::from_fn(line))
        };
        Self {
            inside: Box::new([[1.0; SIDE]; SIDE]),
            seen: of(0),
            there: of(1),
            fine_seen: of(2),
            fine_there: of(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::Signature;

    use super::super::evidence::weigh;
    use super::*;

    fn noise(seed: u32) -> Detailed {
        let mut state = seed;
        let luma = std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        Detailed::new(Plane::of_signature(&Signature::new(luma)))
    }

    /// Half of a picture over the whole of another, so that most cells lie outside.
    fn part() -> (Overlap, usize) {
        let lay = Lay {
            scale: [1.6, 1.0],
            shift: [0.1, 0.0],
        };
        let grid = lay.grid::<SIDE>();
        let inside = grid.x.inside.len() * grid.y.inside.len();
        assert!((CELLS / 2..CELLS * 7 / 10).contains(&inside), "{inside}");
        (Overlap::laid(&noise(1), &noise(2), &lay), inside)
    }

    fn assert_says_what_is_inside(overlap: &Overlap, inside: usize) {
        let lumas: Vec<(f32, f32)> = overlap.lumas().collect();
        assert_eq!(lumas.len(), inside);
        let count = inside as f64;
        let mean = |of: fn(&(f32, f32)) -> f32| {
            lumas.iter().map(|luma| f64::from(of(luma))).sum::<f64>() / count
        };
        let [one, other] = [mean(|luma| luma.0), mean(|luma| luma.1)];
        let moment = |of: &dyn Fn(f64, f64) -> f64| {
            let moved = |luma: &(f32, f32)| (f64::from(luma.0) - one, f64::from(luma.1) - other);
            lumas.iter().map(moved).map(|(a, b)| of(a, b)).sum::<f64>() / count
        };
        let (aa, ab) = (moment(&|a, _| a * a), moment(&|a, b| a * b));
        let bb = moment(&|_, b| b * b);
        let gain = ab / aa;
        let evidence = weigh(overlap).unwrap();
        let near = |found: f32, expected: f64| (f64::from(found) - expected).abs() < 2e-3;
        assert!(near(evidence.cover, count / CELLS as f64), "{evidence:?}");
        assert!(near(evidence.gain, gain), "{evidence:?}, {gain}");
        assert!(
            near(evidence.correlation, ab / (aa * bb).sqrt()),
            "{evidence:?}"
        );
        let left = moment(&|a, b| (b - gain * a).powi(2)).sqrt();
        assert!(
            (f64::from(evidence.rest) - left).abs() < 0.05,
            "{evidence:?}, {left}"
        );
    }

    #[test]
    fn what_lies_outside_says_nothing() {
        let (overlap, inside) = part();
        assert_says_what_is_inside(&overlap, inside);
        assert_says_what_is_inside(&overlap.negative(), inside);
        assert_says_what_is_inside(&overlap.brought(|luma| (0.5 * luma + 40.0, 0.5)), inside);
    }

    #[test]
    fn the_negative_of_a_picture_is_told_by_what_lies_inside() {
        let (overlap, _) = part();
        let (plain, negative) = (
            weigh(&overlap).unwrap(),
            weigh(&overlap.negative()).unwrap(),
        );
        assert!((plain.correlation + negative.correlation).abs() < 1e-4);
        assert!((plain.detail + negative.detail).abs() < 1e-4);
        assert!((plain.rest - negative.rest).abs() < 0.05);
    }
}
