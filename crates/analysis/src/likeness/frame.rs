//! The even frame around a picture, if it has one: a border, or the bars of another format.

use super::align::Lay;
use super::plane::{Plane, SIDE};

/// Cells of one line of a frame differ by no more than this, luma steps.
const EVEN: f32 = 5.0;
/// A frame is at most this many cells wide on one side.
const WIDEST: usize = SIDE / 4;

/// Where the content lies inside the frame: the lay of a picture without the frame over this
/// one. Nothing comes back when opposite sides have no frame of about one width.
pub(crate) fn content(plane: &Plane) -> Option<Lay> {
    let (left, right) = (depth(plane, Side::Left), depth(plane, Side::Right));
    let (top, bottom) = (depth(plane, Side::Top), depth(plane, Side::Bottom));
    let across = pair(left, right)?;
    let down = pair(top, bottom)?;
    if across == 0.0 && down == 0.0 {
        return None;
    }
    Some(Lay {
        scale: [1.0 - across, 1.0 - down],
        shift: [0.0; 2],
    })
}

/// Share of the side that two opposite bars take together; nothing when they are uneven.
fn pair(one: usize, other: usize) -> Option<f32> {
    if one.abs_diff(other) > 1 || one.max(other) > WIDEST {
        return None;
    }
    if one.min(other) == 0 {
        return Some(0.0);
    }
    // The line after the bar is partly bar: half a cell on each side is the best guess.
    Some((one + other + 1) as f32 / SIDE as f32)
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

/// How many lines from this side on are even and of one luma.
fn depth(plane: &Plane, side: Side) -> usize {
    let cell = |line: usize, along: usize| match side {
        Side::Left => plane.cells()[along * SIDE + line],
        Side::Right => plane.cells()[along * SIDE + SIDE - 1 - line],
        Side::Top => plane.cells()[line * SIDE + along],
        Side::Bottom => plane.cells()[(SIDE - 1 - line) * SIDE + along],
    };
    let colour = cell(0, SIDE / 2);
    (0..SIDE)
        .take_while(|line| (0..SIDE).all(|along| (cell(*line, along) - colour).abs() <= EVEN))
        .count()
}
