//! A drawing made ready to be laid over others, from coarse to fine.

use std::cell::OnceCell;

use super::slide::Profiles;
use crate::Closeup;
use crate::likeness::plane::{Square, Turn};

/// Longest side, pixels, of what a closeup was made from below which its words cannot be told.
const LEGIBLE: u32 = 160;

/// One drawing.
#[derive(Clone)]
pub(crate) struct Drawing {
    pub(super) coarse: Level<64>,
    pub(super) middle: Level<128>,
    pub(super) fine: Level<{ Closeup::SIDE }>,
    pub(super) is_legible: bool,
    profiles: OnceCell<Profiles>,
}

/// A square of it, softened.
#[derive(Clone)]
pub(super) struct Level<const N: usize> {
    pub(super) soft: Square<N>,
    detail: OnceCell<Square<N>>,
}

impl<const N: usize> Level<N> {
    pub(super) fn new(soft: Square<N>) -> Self {
        Self {
            soft,
            detail: OnceCell::new(),
        }
    }

    /// What softening widely takes away.
    pub(super) fn detail(&self) -> &Square<N> {
        self.detail.get_or_init(|| detail(&self.soft))
    }

    pub(super) fn laid(&self, turn: Turn) -> Self {
        Self::new(turn.lay(&self.soft))
    }
}

/// What softening widely takes away.
pub(super) fn detail<const N: usize>(square: &Square<N>) -> Square<N> {
    let radius = radius::<N>();
    square.minus(&square.averaged(radius).averaged(radius))
}

/// Cells up to which it is averaged, twice, to take what is fine away.
pub(super) const fn radius<const N: usize>() -> usize {
    if N > 128 { 3 } else { 2 }
}

impl Drawing {
    pub(crate) fn new(closeup: &Closeup) -> Self {
        let whole = Square::<{ Closeup::SIDE }>::of(closeup.luma());
        Self {
            coarse: Level::new(whole.shrunk::<64>().softened()),
            middle: Level::new(whole.shrunk::<128>().softened()),
            fine: Level::new(whole.softened()),
            is_legible: closeup.longest_px() >= LEGIBLE,
            profiles: OnceCell::new(),
        }
    }

    pub(super) fn laid(&self, turn: Turn) -> Self {
        Self {
            coarse: self.coarse.laid(turn),
            middle: self.middle.laid(turn),
            fine: self.fine.laid(turn),
            is_legible: self.is_legible,
            profiles: OnceCell::new(),
        }
    }

    /// How much ink its lines and columns have.
    pub(super) fn profiles(&self) -> &Profiles {
        self.profiles
            .get_or_init(|| Profiles::of(&self.coarse.soft))
    }
}
