//! Pages, screens, charts and other drawings on even ground, looked at closely.
//!
//! Ten invoices in one program are one picture to a signature: what tells them apart are words of
//! a few pixels. And to vectors they are so near to each other that the copy of one of them is not
//! among the nearest. So of the pairs that were laid over each other the most promising are laid
//! once more, as closeups of 256 by 256 cells, and compared by their fine detail.
//!
//! Photographs are not looked at so, but for a few with an even sky or wall ([`are_drawings`]); and
//! of what is drawn with next to no detail a closeup shows no more than a signature.

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
pub(crate) use self::parts::{Parts, Profile, likeness_of_profiles};
pub(crate) use self::starts::{Start, starts};

use crate::likeness::{Likeness, Prepared, is_ground_of_graphic};

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

/// Likeness from which on signatures are nearly sure, so that only what differs clearly speaks
/// against them: soft copies have little fine detail left. Surer they never are: two class diagrams
/// of one maker are at 0.999 where one word of six differs.
const NEARLY_SURE: f32 = 0.98;

/// What signatures say of two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// That they are no copies.
    Others,
    /// That they are copies.
    Copies,
    /// That they are, nearly for sure.
    NearlySure,
}

impl Told {
    pub(crate) fn of(likeness: Option<Likeness>, least_likeness: f32) -> Self {
        match likeness {
            Some(told) if told.value >= NEARLY_SURE.max(least_likeness) => Self::NearlySure,
            Some(told) if told.value >= least_likeness => Self::Copies,
            _ => Self::Others,
        }
    }
}

/// Share of ground in a signature from which on a picture may be a drawing; one of two must be a
/// drawing for sure ([`is_ground_of_graphic`]), within its frame if it has one. A frame or a mark
/// over a page takes some of its ground, a frame the more.
const GROUND: f32 = 0.28;
const FRAMED_GROUND: f32 = 0.2;
/// Ground in a closeup over that in a signature. Ink that is finer than a cell takes ground from
/// the signature, so of drawings there is more, by a twentieth and up to twice; of skies and walls,
/// in whose noise a closeup has less, as much at most.
const FINER: f32 = 1.03;
const AS_FINE: f32 = 1.0;

/// Whether two pictures may be drawings, by their signatures.
pub(crate) fn may_be_drawings(one: &Prepared<'_>, other: &Prepared<'_>) -> bool {
    let least = |one: &Prepared<'_>| {
        if one.is_framed() {
            FRAMED_GROUND
        } else {
            GROUND
        }
    };
    let may_be = |one: &Prepared<'_>| one.ground() >= least(one);
    let is_likely = |one: &Prepared<'_>| is_ground_of_graphic(one.ground()) || one.is_framed();
    may_be(one) && may_be(other) && (is_likely(one) || is_likely(other))
}

/// Whether they are, so that they are looked at closely at all. Two with more bar than paper are
/// not known as drawings: the ground of a bar is as much in a closeup.
pub(crate) fn are_drawings(one: (&Prepared<'_>, &Parts), other: (&Prepared<'_>, &Parts)) -> bool {
    let finer = [one, other].map(|(ready, parts)| parts.ground / ready.ground());
    is_ground_of_graphic(one.1.ground_inside.max(other.1.ground_inside))
        && finer[0].max(finer[1]) >= FINER
        && finer[0].min(finer[1]) >= AS_FINE
}

/// Looks at two drawings closely, from where they may lie over each other.
pub(crate) fn look(
    [one, other]: [(&Prepared<'_>, &Drawing); 2],
    starts: &[Start],
    told: Told,
) -> Closer {
    let Some(settled) = settle::settle(one.1, other.1, starts, told) else {
        return Closer::Nothing;
    };
    let facts = [one.0.facts(), other.0.facts()];
    let ground = one.0.ground().min(other.0.ground());
    verdict::verdict(&settled, facts, ground, told)
}
