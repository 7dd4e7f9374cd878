//! Two signatures laid over each other, cell by cell: what the one shows where each cell of the
//! other falls.

use super::align::{Contrast, Lay, Moments};
use super::evidence::Detailed;
use super::plane::{Plane, SIDE};
use super::tone::Curve;
use super::warp::Warp;
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
pub(crate) const OF: usize = SIDE * SIDE;

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
        for (at, place) in warp.places::<SIDE>() {
            let (x, y) = (at % SIDE, at / SIDE);
            inside[y][x] = 1.0;
            seen[y][x] = place.value(&one.all);
            fine_seen[y][x] = place.value(&one.fine);
        }
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
        moments.contrast(OF)
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
