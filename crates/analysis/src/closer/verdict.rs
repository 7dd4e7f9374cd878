//! From the fine detail of two drawings to what they are to each other.

use lamina_model::DuplicateTier;

use super::Closer;
use super::detail::Tiles;
use super::settle::Settled;
use crate::Facts;
use crate::likeness::align::Lay;
use crate::likeness::plane::Turn;
use crate::likeness::{Likeness, combined, ink_between, stretch_of, tint};

/// Telling tiles, of 256, below which too little is drawn to be told apart by it; and agreement of
/// fine detail that copies have with so many of them, more and more: of different drawings of one
/// family the most alike reach 0.98, 0.95 and 0.91.
const POOR: u32 = 50;
const NEEDED: [(u32, f32); 3] = [(POOR, 0.99), (80, 0.972), (110, 0.925)];
/// Telling tiles from which on a mark may be told from the drawing under it.
const RICH: u32 = 80;
/// What is painted over, as by a stamp, takes so much of the telling tiles, in a rectangle of so
/// much of the frame, and leaves the rest as it was.
const PAINTED: f32 = 0.25;
const PAINTED_AREA: f32 = 0.2;
const ELSEWHERE: f32 = 0.965;
/// Likeness from which on signatures know better: soft copies have little fine detail left.
const SURE: f32 = 0.98;

pub(super) fn verdict(
    settled: &Settled,
    (facts, ground): ([&Facts; 2], f32),
    told: Option<Likeness>,
) -> Closer {
    let tiles = &settled.tiles;
    if tiles.telling < POOR {
        return Closer::Nothing;
    }
    let needed = needed(tiles.telling);
    let painted = tiles.redrawn as f32 / tiles.telling as f32;
    let is_marked = painted <= PAINTED
        && tiles.redrawn_area <= PAINTED_AREA
        && tiles.telling - tiles.redrawn >= RICH
        && tiles.elsewhere >= ELSEWHERE;
    let drawn = if tiles.agreement >= needed {
        vec![
            (1.0 - tiles.agreement) / (1.0 - needed),
            painted / if tiles.telling < RICH { 0.08 } else { 0.2 },
        ]
    } else if is_marked {
        vec![
            painted / 0.35,
            tiles.redrawn_area / 0.35,
            (1.0 - tiles.elsewhere) / (1.0 - ELSEWHERE) * 0.7,
        ]
    } else {
        return other_than(tiles, told);
    };
    let (of_one, of_other) = settled.shared;
    let (less, more) = (of_one.min(of_other), of_one.max(of_other));
    let lay = settled.warp.lay();
    let stretched = stretch_of(facts, settled.turn, &lay);
    let (ink, tint) = (
        ink_between(facts, ground, tiles.gain),
        tint(facts[0], facts[1]),
    );
    let mut losses = drawn;
    losses.extend([
        (1.0 - less) / 0.65,
        (1.0 - more) / 0.06,
        // The whole may be squeezed; of two drawings of which parts are fitted to each other, the
        // one is drawn wider.
        if lay.apart(&Lay::SAME) < 0.03 {
            stretched.min(0.8)
        } else {
            stretched / 0.1
        },
        ink,
        (tint / 120.0).min(0.8),
        if settled.turn == Turn::NONE { 0.0 } else { 0.4 },
    ]);
    let is_untouched =
        ink < 0.2 && less > 0.98 && stretched < 0.03 && tint < 5.0 && tiles.is_untouched();
    let tier = match settled.turn {
        Turn::NONE if is_untouched => DuplicateTier::SamePicture,
        Turn::NONE => DuplicateTier::Edited,
        _ => DuplicateTier::Mirrored,
    };
    combined(tier, &losses).map_or(Closer::Nothing, Closer::Same)
}

/// Agreement that copies have with so many telling tiles.
fn needed(telling: u32) -> f32 {
    let [_, .., last] = NEEDED;
    let pair = NEEDED.windows(2).find(|pair| telling < pair[1].0);
    pair.map_or(last.1, |pair| {
        let (from, to) = (pair[0], pair[1]);
        let share = (telling - from.0) as f32 / (to.0 - from.0) as f32;
        from.1 + (to.1 - from.1) * share
    })
}

impl Tiles {
    fn is_untouched(&self) -> bool {
        self.redrawn == 0 && self.agreement >= 0.97 && (0.9..=1.1).contains(&self.gain)
    }
}

/// They do not agree: either they are different drawings, or the one is too soft, or was not laid
/// as it should be.
fn other_than(tiles: &Tiles, told: Option<Likeness>) -> Closer {
    let is_as_sharp = (0.5..=2.0).contains(&tiles.gain);
    let is_spread = tiles.redrawn_area > PAINTED_AREA;
    if is_as_sharp && is_spread && told.is_some_and(|told| told.value < SURE) {
        Closer::Different
    } else {
        Closer::Nothing
    }
}
