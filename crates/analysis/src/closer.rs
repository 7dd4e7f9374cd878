//! Pages, screens, charts and other drawings on even ground, looked at closely.
//!
//! Ten invoices in one program are one picture to a signature: what tells them apart are words of
//! a few pixels. And to vectors they are so near to each other that the copy of one of them is not
//! among the nearest. So of the pairs that were laid over each other the most promising are laid
//! once more, as closeups of 256 by 256 cells, and compared by their fine detail.
//!
//! Photographs are never looked at so, nor what is drawn with next to no detail: there a closeup
//! shows no more than a signature.

mod choice;
mod detail;
mod drawing;
mod parts;
mod settle;
mod slide;
mod starts;
mod verdict;

pub(crate) use self::choice::{Promise, chosen};
pub(crate) use self::drawing::Drawing;
pub(crate) use self::parts::{Parts, Profile, likeness as likeness_of_profiles};
pub(crate) use self::starts::{Start, starts};

use crate::likeness::{Likeness, Prepared};

/// What a closer look said of two pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Closer {
    /// They are copies.
    Same(Likeness),
    /// They are not, whatever signatures say.
    Different,
    /// No more than was known.
    Nothing,
}

impl Closer {
    /// How they are copies, if they are.
    pub(crate) const fn same(self) -> Option<Likeness> {
        match self {
            Self::Same(likeness) => Some(likeness),
            Self::Different | Self::Nothing => None,
        }
    }
}

/// Share of ground from which on a picture may be a drawing; one of two must be a drawing for sure
/// ([`Prepared::is_graphic`]). A frame or a mark over a page takes some of its ground.
const GROUND: f32 = 0.28;

/// Whether two pictures are looked at closely at all.
pub(crate) fn are_drawings(one: &Prepared<'_>, other: &Prepared<'_>) -> bool {
    one.ground().min(other.ground()) >= GROUND && (one.is_graphic() || other.is_graphic())
}

/// Looks at two drawings closely, from where they may lie over each other. `told` is what
/// signatures say.
pub(crate) fn look(
    [one, other]: [(&Prepared<'_>, &Drawing); 2],
    starts: &[Start],
    told: Option<Likeness>,
) -> Closer {
    let Some(settled) = settle::settle(one.1, other.1, starts, told.is_some()) else {
        return Closer::Nothing;
    };
    let facts = [one.0.facts(), other.0.facts()];
    let ground = one.0.ground().min(other.0.ground());
    verdict::verdict(&settled, (facts, ground), told)
}
