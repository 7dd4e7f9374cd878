//! Where one drawing may lie over another: turned or not, whole over whole, or part over part.

use super::Parts;
use crate::likeness::align::{Lay, contrast, refine};
use crate::likeness::plane::Turn;
use crate::likeness::{Prepared, likely_turns};

/// How many are looked at closely.
const AT_MOST: usize = 3;
/// Lays that differ by less are one.
const APART: f32 = 0.03;

/// A way in which one drawing may lie over another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Start {
    /// Correlation of the fine detail of signatures, −1 to 1.
    pub(crate) promise: f32,
    pub(crate) turn: Turn,
    pub(crate) lay: Lay,
}

/// The most promising ways, the best first.
pub(crate) fn starts(one: (&Prepared<'_>, &Parts), other: (&Prepared<'_>, &Parts)) -> Vec<Start> {
    let (my_subject, their_subject) = (one.0.subject(), other.0.subject());
    let mine = &my_subject.raw.fine;
    let mut found: Vec<Start> = Vec::new();
    let turns = likely_turns(one.0.glance(), other.0.glance());
    let upright = turns.first().map_or(0.0, |(glance, _)| *glance);
    // What was turned agrees better turned, even at a glance.
    for (_, turn) in turns.into_iter().filter(|(glance, _)| *glance >= upright) {
        let theirs = turn.lay(&their_subject.raw.fine);
        // What was cut off moves what is large as well as every word.
        let their_half = turn.lay(&their_subject.half);
        let moved = refine(&my_subject.half, &their_half, Lay::SAME, 8);
        let moved = moved.and_then(|lay| {
            let theirs = turn.lay(&their_subject.soft.all);
            refine(&my_subject.soft.all, &theirs, lay, 3)
        });
        let lays = one.1.over(other.1, turn).into_iter().flatten();
        found.extend(lays.chain(moved).map(|lay| Start {
            promise: contrast(mine, &theirs, &lay.grid()).map_or(-1.0, |both| both.correlation),
            turn,
            lay,
        }));
    }
    found.sort_by(|a, b| b.promise.total_cmp(&a.promise));
    let mut best: Vec<Start> = Vec::new();
    for start in found {
        let is_like =
            |known: &Start| known.turn == start.turn && known.lay.apart(&start.lay) < APART;
        if best.len() < AT_MOST && !best.iter().any(is_like) {
            best.push(start);
        }
    }
    best
}

impl Parts {
    /// How another drawing, turned so, may lie over this one: the whole over the whole, without
    /// frames, content over content.
    fn over(&self, other: &Self, turn: Turn) -> [Option<Lay>; 5] {
        let whole = Some(Lay::SAME);
        let [bare, content] = [other.bare, other.content].map(|part| Some(turn.lay_part(&part?)));
        let pairs = [
            (whole, whole),
            (self.bare, whole),
            (whole, bare),
            (self.bare, bare),
            (self.content, content),
        ];
        pairs.map(|(mine, theirs)| {
            let lay = mine?.through(&theirs?);
            lay.is_sane().then_some(lay)
        })
    }
}
