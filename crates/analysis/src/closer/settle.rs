//! Laying one drawing over another, from coarse to fine.

use std::borrow::Cow;

use super::detail::{Seen, Tiles};
use super::drawing::Level;
use super::{Drawing, Start, Told};
use crate::likeness::align::refine;
use crate::likeness::plane::Turn;
use crate::likeness::warp::{self, Warp};

/// Agreement of coarse detail below which nothing is found, and from which on no other start is
/// tried.
const FOUND: f32 = 0.45;
const FOUND_WELL: f32 = 0.9;
/// Agreement of coarse detail from which on nothing is slanted, and promise from which on it may
/// be the slant alone that is missing.
const UPRIGHT: f32 = 0.97;
const MAY_BE_SLANTED: f32 = 0.6;
/// Agreement of middling detail below which two pictures that nobody took for copies are none.
const MAY_BE: f32 = 0.88;
/// Promise of a start, less than that of the best, from which on it is not tried.
const WORSE: f32 = 0.3;
/// How far a side leans, in shares of itself, that is seen at the far end of a line of words.
const SLANTED: f32 = 0.003;
/// Cells by which a lay is improved at most from one square to the next finer one: what goes
/// further has lost its way among lines of words.
const FAR: f32 = 3.0;

/// Two drawings laid over each other.
pub(super) struct Settled {
    pub(super) turn: Turn,
    pub(super) warp: Warp,
    /// The share of the one and of the other that both show, 0–1.
    pub(super) shared: (f32, f32),
    /// What is drawn in both.
    pub(super) tiles: Tiles,
}

/// Nothing comes back where they do not agree anywhere, or cannot be told apart.
pub(super) fn settle(
    one: &Drawing,
    other: &Drawing,
    starts: &[Start],
    told: Told,
) -> Option<Settled> {
    if !one.are_legible(other) {
        return None;
    }
    let (agreement, start, theirs) = coarsely(one, other, starts)?;
    let mut warp = Warp::of(&start.lay);
    let mut is_slanted = false;
    if agreement < UPRIGHT
        && start.promise >= MAY_BE_SLANTED
        && let Some(fit) = warp::refine(&one.coarse.soft, &theirs.coarse.soft, warp, 3)
        && fit.warp.slant() > SLANTED
        && Seen::warped(&one.coarse, &theirs.coarse, &fit.warp).agreement() > agreement
    {
        (warp, is_slanted) = (fit.warp, true);
    }
    warp = finer(&one.middle, &theirs.middle, warp, is_slanted);
    let agreement = seen(&one.middle, &theirs.middle, &warp, is_slanted).agreement();
    if agreement < MAY_BE && told == Told::Others {
        return None;
    }
    warp = finer(&one.fine, &theirs.fine, warp, is_slanted);
    Some(Settled {
        turn: start.turn,
        warp,
        shared: warp.shared_but_for_even(&one.coarse.soft, &theirs.coarse.soft),
        tiles: seen(&one.fine, &theirs.fine, &warp, is_slanted).tiles(),
    })
}

/// The start from which coarse detail agrees best, improved, and the other drawing turned so.
fn coarsely<'a>(
    one: &Drawing,
    other: &'a Drawing,
    starts: &[Start],
) -> Option<(f32, Start, Cow<'a, Drawing>)> {
    let mut best: Option<(f32, Start)> = None;
    let most = starts.first()?.promise;
    let slid = || {
        let lay = one.profiles().lay(other.profiles())?;
        Some(Start {
            promise: most,
            turn: Turn::NONE,
            lay,
        })
    };
    // Only where nothing else was found well.
    let slid = std::iter::once_with(slid).flatten();
    let likely = starts.iter().filter(|start| start.promise > most - WORSE);
    for start in likely.copied().chain(slid) {
        let turned;
        let theirs = if start.turn == Turn::NONE {
            &other.coarse
        } else {
            turned = other.coarse.laid(start.turn);
            &turned
        };
        let lay = refine(&one.coarse.soft, &theirs.soft, start.lay, 6).unwrap_or(start.lay);
        let agreement = Seen::laid(&one.coarse, theirs, &lay).agreement();
        if best.is_none_or(|(known, _)| agreement > known) {
            best = Some((agreement, Start { lay, ..start }));
        }
        if agreement >= FOUND_WELL {
            break;
        }
    }
    let (agreement, start) = best.filter(|(agreement, _)| *agreement >= FOUND)?;
    let theirs = if start.turn == Turn::NONE {
        Cow::Borrowed(other)
    } else {
        Cow::Owned(other.laid(start.turn))
    };
    Some((agreement, start, theirs))
}

fn seen<'a, const N: usize>(
    one: &Level<N>,
    other: &'a Level<N>,
    warp: &Warp,
    is_slanted: bool,
) -> Seen<'a, N> {
    if is_slanted {
        Seen::warped(one, other, warp)
    } else {
        Seen::laid(one, other, &warp.lay())
    }
}

/// A warp improved on finer squares.
fn finer<const N: usize>(one: &Level<N>, other: &Level<N>, warp: Warp, is_slanted: bool) -> Warp {
    let (one, other) = (&one.soft, &other.soft);
    let found = if is_slanted {
        warp::refine(one, other, warp, 1).map(|fit| fit.warp)
    } else {
        refine(one, other, warp.lay(), 2).map(|lay| Warp::of(&lay))
    };
    found
        .filter(|found| found.lay().apart(&warp.lay()) * N as f32 / 2.0 < FAR)
        .unwrap_or(warp)
}
