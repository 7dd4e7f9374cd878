//! Where a cropped drawing lies over the whole: line by line, then column by column.
//!
//! Lines of words are so alike that steps from a lay that is off by one line end among the wrong
//! ones. But how much ink each line has, from top to bottom, and each column, from left to right,
//! is a pattern of its own: slid along each other, at each likely scale, two of them fit in one
//! place.

use crate::likeness::align::Lay;
use crate::likeness::plane::Square;

/// Cells along each side of what profiles are taken of.
const SIDE: usize = 64;
/// Scales tried: from one over the last to the last, each so much more than the one before.
const STEP: f32 = 1.015;
const STEPS: i32 = 16;
/// By how much, in half widths, the smaller may reach beyond the larger.
const BEYOND: f32 = 0.02;
/// Steps of a cell: lines of words may be two cells high.
const FINE: f32 = 0.5;
/// Cells over which a profile is averaged to take what is large away.
const LARGE: usize = 3;

/// How much ink the lines of a drawing have, without what is large.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    across: Vec<f32>,
    down: Vec<f32>,
}

impl Profiles {
    pub(super) fn of(square: &Square<SIDE>) -> Self {
        let (mut across, mut down) = (vec![0.0; SIDE], vec![0.0; SIDE]);
        for (row, sum) in square.cells().chunks_exact(SIDE).zip(&mut down) {
            *sum = row.iter().sum::<f32>() / SIDE as f32;
            for (column, cell) in across.iter_mut().zip(row) {
                *column += cell / SIDE as f32;
            }
        }
        Self {
            across: fine(&across),
            down: fine(&down),
        }
    }

    /// How another drawing lies over this one, by their profiles.
    pub(super) fn lay(&self, other: &Self) -> Option<Lay> {
        let (x, y) = (
            slid(&self.across, &other.across)?,
            slid(&self.down, &other.down)?,
        );
        Some(Lay {
            scale: [x.0, y.0],
            shift: [x.1, y.1],
        })
    }
}

fn fine(profile: &[f32]) -> Vec<f32> {
    let mean = |at: usize| {
        let (from, to) = (at.saturating_sub(LARGE), (at + LARGE + 1).min(SIDE));
        profile[from..to].iter().sum::<f32>() / (to - from) as f32
    };
    (0..SIDE).map(|at| profile[at] - mean(at)).collect()
}

/// The scale and the shift, in half widths, under which two profiles agree best.
fn slid(one: &[f32], other: &[f32]) -> Option<(f32, f32)> {
    let half = SIDE as f32 / 2.0;
    let mut best: Option<(f32, f32, f32)> = None;
    for step in -STEPS..=STEPS {
        let scale = STEP.powi(step);
        let furthest = ((1.0 - scale).abs() + BEYOND) * half / FINE;
        for cells in -(furthest as i32)..=furthest as i32 {
            let shift = cells as f32 * FINE / half;
            let score = agreement(one, other, scale, shift);
            if best.is_none_or(|(known, ..)| score > known) {
                best = Some((score, scale, shift));
            }
        }
    }
    best.filter(|(score, ..)| *score > 0.0)
        .map(|(_, scale, shift)| (scale, shift))
}

/// Correlation of what lies over each other, 0 where nothing does.
fn agreement(one: &[f32], other: &[f32], scale: f32, shift: f32) -> f32 {
    let half = SIDE as f32 / 2.0;
    let last = (SIDE - 1) as f32;
    let (mut aa, mut bb, mut ab) = (0.0_f32, 0.0_f32, 0.0_f32);
    let mut place = (scale * (-last / SIDE as f32) + shift) * half + last / 2.0;
    for there in other {
        if (0.0..last).contains(&place) {
            let before = place as usize;
            let seen = one[before] + (one[before + 1] - one[before]) * (place - before as f32);
            aa += seen * seen;
            bb += there * there;
            ab += seen * there;
        }
        place += scale;
    }
    if aa * bb > f32::EPSILON {
        ab / (aa * bb).sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of ink of all widths, seen from here to there.
    fn seen(from: f32, to: f32) -> Profiles {
        let ink = |place: f32| {
            let line = (place * 24.0).floor();
            let share = ((line * 12.9898).sin() * 43758.547).fract().abs();
            if (place * 24.0 - line) < 0.5 {
                200.0 * share
            } else {
                250.0
            }
        };
        let cells = (0..SIDE * SIDE).map(|at| {
            let place = |at: usize| from + (to - from) * (at as f32 + 0.5) / SIDE as f32;
            ink(place(at / SIDE)) + 0.3 * ink(1.0 + place(at % SIDE))
        });
        Profiles::of(&Square::from_cells(cells.collect()))
    }

    #[test]
    fn a_part_is_found_in_the_whole_and_the_whole_around_a_part() {
        let (whole, part) = (seen(0.0, 1.0), seen(0.05, 0.99));
        let found = whole.lay(&part).unwrap();
        let lay = Lay {
            scale: [0.94; 2],
            shift: [0.04; 2],
        };
        assert!(found.apart(&lay) < 0.02, "{found:?}");
        let found = part.lay(&whole).unwrap();
        assert!(found.apart(&lay.inverse()) < 0.02, "{found:?}");
    }
}
