//! Whether two pictures are the same, how, and how sure that is: told from their signatures.
//!
//! Vectors and hashes only say where to look. Here the two pictures are laid over each other,
//! turned, mirrored, moved and scaled, and compared tile by tile. What counts is whether the
//! same things are drawn in the same places, not how bright or how large they are.

pub(crate) mod align;
pub(crate) mod evidence;
pub(crate) mod frame;
pub(crate) mod plane;
mod verdict;

use lamina_model::DuplicateTier;

use self::align::{Lay, refine};
use self::evidence::weigh;
use self::plane::{HALF, Plane, Square, Turn, correlation};
use crate::Facts;

/// How two pictures are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Likeness {
    /// In which way they would be the same.
    pub(crate) tier: DuplicateTier,
    /// 0.96 is the least at which a person would call them the same picture; below 1 always.
    pub(crate) value: f32,
}

/// A picture made ready to be compared with many others.
pub(crate) struct Subject<'a> {
    facts: &'a Facts,
    raw: Plane,
    soft: Plane,
    half: Square<HALF>,
    /// The half without its slow changes, for choosing turns.
    relief: Square<HALF>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        let raw = Plane::of(&facts.signature);
        let half = raw.halved().softened();
        Self {
            facts,
            soft: raw.softened(),
            relief: half.minus(&half.softened().softened().softened()),
            half,
            raw,
        }
    }

    fn laid(&self, turn: Turn) -> Self {
        Self {
            facts: self.facts,
            raw: turn.lay(&self.raw),
            soft: turn.lay(&self.soft),
            half: turn.lay(&self.half),
            relief: turn.lay(&self.relief),
        }
    }
}

/// Compares two pictures. Nothing comes back when they have nothing in common.
pub(crate) fn compare(one: &Subject<'_>, other: &Subject<'_>) -> Option<Likeness> {
    let mut best = verdict::flat(one.facts, other.facts);
    for turn in likely_turns(one, other) {
        let turned;
        let laid = if turn == Turn::NONE {
            other
        } else {
            turned = other.laid(turn);
            &turned
        };
        let found = compare_laid(one, laid, turn);
        if found.is_some_and(|found| best.is_none_or(|best| found.value > best.value + 1e-6)) {
            best = found;
        }
        // Nothing that follows can be better than the plain picture again.
        if best.is_some_and(|best| best.value >= 0.98) {
            break;
        }
    }
    best
}

/// As it is, and the two turns under which the reliefs agree best, the best of them first.
fn likely_turns(one: &Subject<'_>, other: &Subject<'_>) -> Vec<Turn> {
    let mut turns: Vec<(f32, usize)> = Turn::ALL
        .iter()
        .enumerate()
        .map(|(at, turn)| {
            let laid = turn.lay(&other.relief);
            (correlation(one.relief.cells(), laid.cells()), at)
        })
        .collect();
    turns.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut likely: Vec<Turn> = turns.iter().take(2).map(|(_, at)| Turn::ALL[*at]).collect();
    if !likely.contains(&Turn::NONE) {
        likely.push(Turn::NONE);
    }
    likely
}

fn compare_laid(one: &Subject<'_>, other: &Subject<'_>, turn: Turn) -> Option<Likeness> {
    let mut best = weigh(&one.raw, &other.raw, &Lay::SAME)
        .and_then(|evidence| verdict::same_frame(one.facts, other.facts, turn, &evidence));
    if best.is_some_and(|best| best.value >= 0.96) {
        return best;
    }
    for start in starts(one, other) {
        let found = refine(&one.half, &other.half, start, 8)
            .and_then(|lay| refine(&one.soft, &other.soft, lay, 8))
            .and_then(|lay| {
                let evidence = weigh(&one.soft, &other.soft, &lay)?;
                verdict::other_frame(one.facts, other.facts, turn, &lay, &evidence)
            });
        if found.is_some_and(|found| best.is_none_or(|best| found.value > best.value)) {
            best = found;
        }
        if best.is_some_and(|best| best.value >= 0.96) {
            break;
        }
    }
    best
}

/// Lays from which to look for the true one.
fn starts(one: &Subject<'_>, other: &Subject<'_>) -> Vec<Lay> {
    let mut starts = vec![Lay::SAME, Lay::scaled(0.9), Lay::scaled(1.1)];
    // Inside a frame, the other shows the one smaller.
    if let Some(inside) = frame::content(&other.raw) {
        starts.push(inside.inverse());
    }
    if let Some(inside) = frame::content(&one.raw) {
        starts.push(inside);
    }
    starts
}
