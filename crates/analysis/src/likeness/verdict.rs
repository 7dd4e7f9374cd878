//! From evidence to a likeness.
//!
//! Each thing that may differ is measured against the most a person would let pass; these
//! losses are put together as the root of the sum of their squares, and a loss of 1 is a
//! likeness of 0.96. The limits were set on photographs changed in forty ways and on sets in
//! which different pictures look alike (text pages, charts, screens of one program, goods on
//! white, night frames): there is at least a factor of two between the two sides.

use lamina_model::DuplicateTier;

use super::Likeness;
use super::align::Lay;
use super::evidence::Evidence;
use super::plane::Turn;
use crate::Facts;

/// Tiles that a picture must have to be judged by its drawing alone.
const RICH: u32 = 24;

fn likeness(tier: DuplicateTier, losses: &[f32]) -> Option<Likeness> {
    let loss = losses.iter().map(|loss| loss * loss).sum::<f32>().sqrt();
    let value = 1.0 - 0.04 * loss;
    (loss.is_finite() && value > 0.9).then_some(Likeness {
        tier,
        // 1 is said of equal pixels only.
        value: value.min(0.9995),
    })
}

fn tier(turn: Turn, otherwise: DuplicateTier) -> DuplicateTier {
    if turn == Turn::NONE {
        otherwise
    } else {
        DuplicateTier::Mirrored
    }
}

/// The shapes of two pictures, one turned: how far the ratio of the sides is off, 0 for equal.
fn stretch(one: &Facts, other: &Facts, turn: Turn) -> f32 {
    let ratio = |facts: &Facts| facts.width_px.max(1) as f32 / facts.height_px.max(1) as f32;
    let theirs = if turn.swaps_sides() {
        1.0 / ratio(other)
    } else {
        ratio(other)
    };
    (ratio(one) / theirs).ln().abs()
}

/// How far the mean colours are apart in the channel that differs most, 0–255.
fn tint(one: &Facts, other: &Facts) -> f32 {
    let channels = one.measures.mean_rgb.iter().zip(&other.measures.mean_rgb);
    channels
        .map(|(a, b)| f32::from(a.abs_diff(*b)))
        .fold(0.0, f32::max)
}

/// Pictures without any detail are the same only if nothing at all tells them apart.
pub(crate) fn flat(one: &Facts, other: &Facts) -> Option<Likeness> {
    let range = |facts: &Facts| {
        let luma = facts.signature.as_bytes();
        luma.iter().max().copied().unwrap_or(0) - luma.iter().min().copied().unwrap_or(0)
    };
    let apart = one
        .signature
        .as_bytes()
        .iter()
        .zip(other.signature.as_bytes())
        .map(|(a, b)| a.abs_diff(*b))
        .max()?;
    let same_size = (one.width_px, one.height_px) == (other.width_px, other.height_px);
    let same = range(one).max(range(other)) <= 4 && apart <= 1 && tint(one, other) <= 1.0;
    (same && same_size).then_some(Likeness {
        tier: DuplicateTier::SamePicture,
        value: 0.99,
    })
}

/// Whether so little is drawn that other pictures may well have the same drawing.
fn is_poor(evidence: &Evidence) -> bool {
    evidence.tiles < RICH || evidence.detail_spread < 0.7
}

/// Both show the whole of the same frame.
pub(crate) fn same_frame(
    [one, other]: [&Facts; 2],
    turn: Turn,
    evidence: &Evidence,
) -> Option<Likeness> {
    if evidence.gain <= 0.2 {
        return None;
    }
    let mirrored = if turn == Turn::NONE { 0.0 } else { 0.4 };
    let stretched = stretch(one, other, turn);
    let tone = (evidence.gain.ln() / 0.05)
        .abs()
        .max(evidence.lift.abs() / 4.0);
    let tint = tint(one, other);
    if is_poor(evidence) {
        return same_frame_poor(turn, mirrored, stretched, tint, evidence);
    }
    let redrawn = evidence.redrawn / 0.14;
    let detail = (1.0 - evidence.detail) / 0.6;
    let same = tone < 1.0 && tint < 8.0 && evidence.differing < 0.08 && stretched < 0.03;
    let kind = if same {
        DuplicateTier::SamePicture
    } else {
        DuplicateTier::Edited
    };
    likeness(
        tier(turn, kind),
        &[
            redrawn,
            detail,
            evidence.differing / 0.8,
            (tone / 20.0).min(0.8),
            (tint / 120.0).min(0.8),
            (stretched / 1.0).min(0.8),
            mirrored,
        ],
    )
}

/// Little is drawn: goods on white, gradients, night. Brightness and colour must agree as well.
fn same_frame_poor(
    turn: Turn,
    mirrored: f32,
    stretched: f32,
    tint: f32,
    evidence: &Evidence,
) -> Option<Likeness> {
    let noise = 0.7 + 0.01 * evidence.spread;
    likeness(
        tier(turn, DuplicateTier::SamePicture),
        &[
            evidence.rest / noise,
            evidence.lift.abs() / 2.0,
            (1.0 - evidence.correlation) / 0.06,
            tint / 5.0,
            stretched / 0.1,
            mirrored,
        ],
    )
}

/// Whether one may show a part of the other, roughly.
pub(crate) fn frames_may_agree(lay: &Lay) -> bool {
    let (of_one, of_other) = lay.shared();
    of_one.min(of_other) > 0.5 && of_one.max(of_other) > 0.9
}

/// One shows a part of the other, or has a frame around it.
pub(crate) fn other_frame(
    [one, other]: [&Facts; 2],
    turn: Turn,
    lay: &Lay,
    evidence: &Evidence,
) -> Option<Likeness> {
    let (of_one, of_other) = lay.shared();
    let (less, more) = (of_one.min(of_other), of_one.max(of_other));
    if evidence.gain <= 0.5 || is_poor(evidence) {
        return None;
    }
    let mirrored = if turn == Turn::NONE { 0.0 } else { 0.4 };
    let tone = (evidence.gain.ln() / 0.05)
        .abs()
        .max(evidence.lift.abs() / 4.0);
    let tint = tint(one, other);
    let faded = if turn == Turn::NONE { 60.0 } else { 30.0 };
    likeness(
        tier(turn, DuplicateTier::Edited),
        &[
            evidence.redrawn / 0.07,
            (1.0 - evidence.detail) / 0.2,
            evidence.differing / 0.4,
            (1.0 - less) / 0.4,
            // Neither lies within the other: two views of one scene.
            (1.0 - more) / 0.06,
            tone / 8.0,
            tint / faded,
            mirrored,
        ],
    )
}
