//! A drawing made ready to be laid over others, from coarse to fine.

use std::cell::OnceCell;

use super::slide::Profiles;
use crate::Closeup;
use crate::likeness::plane::{Square, Turn};

/// Longest side, pixels, of what a closeup was made from below which its words cannot be told, by
/// themselves.
const LEGIBLE: u32 = 160;
/// By how much the longest sides of two may differ that are as legible as each other.
const AS_LEGIBLE: f32 = 1.1;

/// One drawing.
#[derive(Clone)]
pub(crate) struct Drawing {
    pub(super) coarse: Level<64>,
    pub(super) middle: Level<128>,
    pub(super) fine: Level<{ Closeup::SIDE }>,
    longest_px: u32,
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
            longest_px: closeup.longest_px(),
            profiles: OnceCell::new(),
        }
    }

    /// Whether the words of two can be told apart: they are large enough in both, or as large in the
    /// one as in the other. A copy made small has none left.
    pub(super) fn are_legible(&self, other: &Self) -> bool {
        let (less, more) = (
            self.longest_px.min(other.longest_px),
            self.longest_px.max(other.longest_px),
        );
        less >= LEGIBLE || more as f32 <= less as f32 * AS_LEGIBLE
    }

    pub(super) fn laid(&self, turn: Turn) -> Self {
        Self {
            coarse: self.coarse.laid(turn),
            middle: self.middle.laid(turn),
            fine: self.fine.laid(turn),
            longest_px: self.longest_px,
            profiles: OnceCell::new(),
        }
    }

    /// How much ink its lines and columns have.
    pub(super) fn profiles(&self) -> &Profiles {
        self.profiles
            .get_or_init(|| Profiles::of(&self.coarse.soft))
    }
}
