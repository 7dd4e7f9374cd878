//! From the fine detail of two drawings to what they are to each other.

use lamina_model::DuplicateTier;

use super::Closer;
use super::detail::Tiles;
use super::settle::Settled;
use crate::Facts;
use crate::likeness::align::Lay;
use crate::likeness::plane::Turn;
use crate::likeness::{combined, ink_between, stretch_of, tint};

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

pub(super) fn verdict(settled: &Settled, facts: [&Facts; 2], ground: f32, is_told: bool) -> Closer {
    let tiles = &settled.tiles;
    if tiles.telling < POOR {
        return Closer::Nothing;
    }
    let Some(drawn) = tiles.losses() else {
        return tiles.other_than(is_told);
    };
    let (of_one, of_other) = settled.shared;
    let (less, more) = (of_one.min(of_other), of_one.max(of_other));
    let lay = settled.warp.lay();
    let stretched = stretch_of(facts, settled.turn, &lay);
    let ink = ink_between(facts, ground, tiles.gain);
    let tint = tint(facts[0], facts[1]);
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
    let is_whole = less > 0.98 && stretched < 0.03;
    let tier = match settled.turn {
        Turn::NONE if is_whole && ink < 0.2 && tint < 5.0 && tiles.is_untouched() => {
            DuplicateTier::SamePicture
        }
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
    /// What is drawn in the one and not in the other, as losses; nothing where that is too much.
    fn losses(&self) -> Option<Vec<f32>> {
        let needed = needed(self.telling);
        let painted = self.redrawn as f32 / self.telling as f32;
        if self.agreement >= needed {
            return Some(vec![
                (1.0 - self.agreement) / (1.0 - needed),
                painted / if self.telling < RICH { 0.08 } else { 0.2 },
            ]);
        }
        let is_marked = painted <= PAINTED
            && self.redrawn_area <= PAINTED_AREA
            && self.telling - self.redrawn >= RICH
            && self.elsewhere >= ELSEWHERE;
        is_marked.then(|| {
            vec![
                painted / 0.35,
                self.redrawn_area / 0.35,
                (1.0 - self.elsewhere) / (1.0 - ELSEWHERE) * 0.7,
            ]
        })
    }

    fn is_untouched(&self) -> bool {
        self.redrawn == 0 && self.agreement >= 0.97 && (0.9..=1.1).contains(&self.gain)
    }

    /// They do not agree: either they are different drawings, or the one is too soft, or was not
    /// laid as it should be.
    fn other_than(&self, is_told: bool) -> Closer {
        let is_as_sharp = (0.5..=2.0).contains(&self.gain);
        let is_much = self.redrawn_area > PAINTED_AREA || self.telling >= RICH;
        if is_told && is_as_sharp && is_much {
            Closer::Different
        } else {
            Closer::Nothing
        }
    }
}
