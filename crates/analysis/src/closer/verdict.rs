//! From the fine detail of two drawings to what they are to each other.

use lamina_model::DuplicateTier;

use super::detail::Tiles;
use super::settle::Settled;
use super::{Closer, Told};
use crate::Facts;
use crate::likeness::align::Lay;
use crate::likeness::plane::Turn;
use crate::likeness::{combined, ink_between, stretch_of, tint};

/// Telling tiles, of 256, below which too little is drawn to be told apart by it; and agreement of
/// fine detail that copies have with so many of them, more and more: of different drawings of one
/// family the most alike reach 0.98, 0.97, 0.93 and 0.92.
const POOR: u32 = 50;
const NEEDED: [(u32, f32); 4] = [(POOR, 0.985), (70, 0.977), (85, 0.945), (110, 0.928)];
/// Telling tiles from which on a mark may be told from the drawing under it.
const RICH: u32 = 80;
/// What is painted over, as by a stamp, takes so much of the telling tiles, in a rectangle of so
/// much of the frame, and leaves the rest as it was.
const PAINTED: f32 = 0.25;
const PAINTED_AREA: f32 = 0.2;
const ELSEWHERE: f32 = 0.965;
/// Share of few telling tiles from which on so many of them are redrawn that they are of another.
const REDRAWN: f32 = 0.35;
/// By how much the other tiles agree better than all do, where it is for the redrawn alone that two
/// do not agree; what was printed and scanned agrees a little less everywhere.
const ALONE: f32 = 0.06;

/// How far letters are replaced, and share of what differs that is exchanged, from which on two are
/// drawings with other words: class diagrams of one maker differ in nothing but six letters. Of
/// copies some with a stamp and some that were pointed at with thick strokes are replaced as far, and
/// less is exchanged. Where the rest agrees less than this, nobody knows whether one was laid as it should
/// be.
const REPLACED: f32 = 1.8;
const EXCHANGED: f32 = 0.7;
const IN_PLACE: f32 = 0.94;

pub(super) fn verdict(settled: &Settled, facts: [&Facts; 2], ground: f32, told: Told) -> Closer {
    let tiles = &settled.tiles;
    if tiles.telling < POOR {
        return Closer::Nothing;
    }
    let Some(drawn) = tiles.losses() else {
        return tiles.other_than(told);
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
        if self.have_other_words() {
            return None;
        }
        let needed = needed(self.telling);
        let painted = self.redrawn_share();
        if self.agreement >= needed {
            return Some(vec![
                (1.0 - self.agreement) / (1.0 - needed),
                painted / if self.telling < RICH { 0.08 } else { 0.2 },
            ]);
        }
        let is_marked = self.may_be_marked() && self.telling - self.redrawn >= RICH;
        is_marked.then(|| {
            vec![
                painted / 0.35,
                self.redrawn_area / 0.35,
                (1.0 - self.elsewhere) / (1.0 - ELSEWHERE) * 0.7,
            ]
        })
    }

    /// Whether a few letters are others, however well all else agrees.
    fn have_other_words(&self) -> bool {
        self.is_as_sharp()
            && self.elsewhere >= IN_PLACE
            && self.letters.replaced >= REPLACED
            && self.letters.exchanged >= EXCHANGED
    }

    fn is_as_sharp(&self) -> bool {
        (0.5..=2.0).contains(&self.gain)
    }

    fn redrawn_share(&self) -> f32 {
        self.redrawn as f32 / self.telling as f32
    }

    /// Whether what differs lies together, is little and no other words, and the rest agrees.
    fn may_be_marked(&self) -> bool {
        self.redrawn_share() <= PAINTED
            && 2 * self.reworded <= self.redrawn
            && self.redrawn_area <= PAINTED_AREA
            && self.elsewhere >= ELSEWHERE
    }

    fn is_untouched(&self) -> bool {
        self.redrawn == 0 && self.agreement >= 0.97 && (0.9..=1.1).contains(&self.gain)
    }

    /// They do not agree, or have other words: either they are different drawings, or the one is too
    /// soft, or was not laid as it should be.
    fn other_than(&self, told: Told) -> Closer {
        let is_much = self.redrawn_area > PAINTED_AREA
            || self.telling >= RICH
            || self.redrawn_share() > REDRAWN;
        if self.have_other_words() && told != Told::Others {
            return Closer::Different;
        }
        let is_clear = match told {
            Told::Others => false,
            Told::Copies => true,
            // Where nothing agrees at all, they were not laid as they should be.
            Told::NearlySure => self.elsewhere - self.agreement > ALONE,
        };
        // Of few tiles, what a mark leaves is too little to tell either way.
        if is_clear && self.is_as_sharp() && is_much && !self.may_be_marked() {
            Closer::Different
        } else {
            Closer::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closer::detail::Letters;

    fn tiles(telling: u32, redrawn: u32, redrawn_area: f32, agreements: (f32, f32)) -> Tiles {
        Tiles {
            telling,
            redrawn,
            reworded: 0,
            letters: Letters::default(),
            redrawn_area,
            agreement: agreements.0,
            elsewhere: agreements.1,
            gain: 1.0,
        }
    }

    #[test]
    fn the_more_surely_two_are_told_copies_the_clearer_it_must_be_that_they_are_not() {
        let (form, scan) = (
            tiles(171, 25, 0.22, (0.894, 0.991)),
            Tiles {
                letters: Letters {
                    replaced: 2.4,
                    exchanged: 0.9,
                },
                ..tiles(185, 13, 0.81, (0.898, 0.912))
            },
        );
        assert_eq!(form.other_than(Told::Copies), Closer::Different);
        assert_eq!(form.other_than(Told::NearlySure), Closer::Different);
        assert_eq!(scan.other_than(Told::Copies), Closer::Different);
        assert_eq!(scan.other_than(Told::NearlySure), Closer::Nothing);
        assert_eq!(form.other_than(Told::Others), Closer::Nothing);
    }

    #[test]
    fn of_few_tiles_a_mark_in_some_tells_nothing_and_other_words_in_most_do() {
        let marked = tiles(81, 13, 0.08, (0.934, 0.984));
        assert_eq!(marked.other_than(Told::Copies), Closer::Nothing);
        let reworded = tiles(62, 26, 0.19, (0.717, 0.979));
        assert_eq!(reworded.other_than(Told::Copies), Closer::Different);
    }

    #[test]
    fn a_word_in_place_of_another_is_no_mark() {
        let marked = tiles(182, 24, 0.09, (0.878, 0.997));
        assert!(marked.losses().is_some());
        assert_eq!(marked.other_than(Told::Copies), Closer::Nothing);
        let reworded = Tiles {
            reworded: 18,
            ..marked
        };
        assert!(reworded.losses().is_none());
        assert_eq!(reworded.other_than(Told::NearlySure), Closer::Different);
    }

    #[test]
    fn a_few_letters_in_place_of_others_make_another_drawing_however_well_the_rest_agrees() {
        let found = |replaced: f32, exchanged: f32| Tiles {
            letters: Letters {
                replaced,
                exchanged,
            },
            ..tiles(196, 3, 0.02, (0.992, 0.996))
        };
        assert!(found(1.0, 0.9).losses().is_some());
        assert!(found(3.0, 0.5).losses().is_some(), "drawn over");
        let others = found(3.0, 0.9);
        assert!(others.losses().is_none());
        assert_eq!(others.other_than(Told::NearlySure), Closer::Different);
        assert_eq!(others.other_than(Told::Copies), Closer::Different);
        assert_eq!(others.other_than(Told::Others), Closer::Nothing);
        // Of one that is far softer nobody can tell.
        let softer = Tiles {
            gain: 0.3,
            ..others
        };
        assert!(softer.losses().is_some());
    }

    #[test]
    fn copies_agree_the_better_the_less_is_drawn() {
        let needed: Vec<f32> = (POOR..=256).map(needed).collect();
        assert!(needed.is_sorted_by(|one, next| one >= next));
        assert_eq!((needed[0], needed[256 - POOR as usize]), (0.985, 0.928));
        assert!(tiles(60, 0, 0.0, (0.97, 0.97)).losses().is_none());
        assert!(tiles(150, 0, 0.0, (0.97, 0.97)).losses().is_some());
    }
}
