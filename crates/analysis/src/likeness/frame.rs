//! The even frame around a picture, if it has one: a border, or the bars of another format.

use super::align::Lay;
use super::plane::{Plane, SIDE};

/// Cells of one line of a frame differ by no more than this, luma steps.
const EVEN: f32 = 5.0;
/// A frame takes at most this share of a side.
const WIDEST: f32 = 0.5;
/// Opposite sides of a frame differ by no more than this, cells.
const UNEVEN: f32 = 1.5;

/// Where the content lies inside the frame: the lay of a picture without the frame over this
/// one. Nothing comes back when opposite sides have no frame of about one width.
pub(crate) fn content(plane: &Plane) -> Option<Lay> {
    let across = Bars::of(plane, Side::Left, Side::Right)?;
    let down = Bars::of(plane, Side::Top, Side::Bottom)?;
    let found = across.total() > 0.0 || down.total() > 0.0;
    found.then(|| Lay {
        scale: [1.0 - across.total(), 1.0 - down.total()],
        shift: [across.shift(), down.shift()],
    })
}

/// Widths of two opposite bars, cells.
struct Bars(f32, f32);

impl Bars {
    /// Nothing when the two are no pair.
    fn of(plane: &Plane, one: Side, other: Side) -> Option<Self> {
        let bars = Self(width(plane, one), width(plane, other));
        if bars.0.min(bars.1) == 0.0 {
            return Some(Self(0.0, 0.0));
        }
        let fits = (bars.0 - bars.1).abs() <= UNEVEN && bars.total() <= WIDEST;
        fits.then_some(bars)
    }

    /// Share of the side that both take.
    fn total(&self) -> f32 {
        (self.0 + self.1) / SIDE as f32
    }

    fn shift(&self) -> f32 {
        (self.0 - self.1) / SIDE as f32
    }
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

/// Width of the bar on one side: the lines that are even and of one luma, and what the two after
/// them, in which bar and content mix, have of it.
fn width(plane: &Plane, side: Side) -> f32 {
    let cell = |line: usize, along: usize| match side {
        Side::Left => plane.cells()[along * SIDE + line],
        Side::Right => plane.cells()[along * SIDE + SIDE - 1 - line],
        Side::Top => plane.cells()[line * SIDE + along],
        Side::Bottom => plane.cells()[(SIDE - 1 - line) * SIDE + along],
    };
    let colour = cell(0, SIDE / 2);
    let off = |line: usize, along: usize| (cell(line, along) - colour).abs();
    let even = (0..SIDE)
        .take_while(|line| (0..SIDE).all(|along| off(*line, along) <= EVEN))
        .count();
    if even == 0 || even + 2 >= SIDE {
        return even as f32;
    }
    let content = |line: usize| (0..SIDE).map(|along| off(line, along)).sum::<f32>();
    let whole = content(even + 2).max(f32::EPSILON);
    let mixed = (even..even + 2).map(|line| (1.0 - content(line) / whole).max(0.0));
    even as f32 + mixed.sum::<f32>()
}
