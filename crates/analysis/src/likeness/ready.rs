//! Pictures made ready to be compared: to be glanced at, to be looked at closely, and to be laid
//! over several others in turn.

use std::borrow::Cow;
use std::cell::OnceCell;

use lamina_model::Signature;

use super::align::Lay;
use super::evidence::Detailed;
use super::frame;
use super::plane::{HALF, Plane, QUARTER, SIDE, Square, Turn};
use super::windows::Windows;
use crate::Facts;

/// Scale up to which a part is softened further than the whole, and the least there is.
const SMALLER: f32 = 0.97;
const SMALLEST: f32 = 0.45;

/// A picture made ready to be glanced at.
pub(crate) struct Glance<'a> {
    pub(super) facts: &'a Facts,
    pub(super) signature: Signature,
    pub(super) quarter: Square<QUARTER>,
    /// Share of ground, 0–1.
    pub(super) ground: f32,
    /// What is inside the even frame around it, if there is one.
    pub(super) bare: Option<Bare>,
}

/// What is inside the even frame around a picture.
pub(super) struct Bare {
    /// The part of it that has nothing of the frame mixed in.
    pub(super) clean: Lay,
    /// What of the whole content that is.
    pub(super) part: Lay,
}

impl Bare {
    /// Cells beside the frame in which both are mixed.
    const MIXED: f32 = 1.5;

    fn new(inside: Lay) -> Self {
        let rim = 2.0 * Self::MIXED / SIDE as f32;
        // Sides without a bar have nothing mixed in.
        let clean = inside
            .scale
            .map(|scale| if scale < 1.0 { scale - rim } else { scale });
        Self {
            clean: Lay {
                scale: clean,
                shift: inside.shift,
            },
            part: Lay {
                scale: [clean[0] / inside.scale[0], clean[1] / inside.scale[1]],
                shift: [0.0; 2],
            },
        }
    }
}

impl<'a> Glance<'a> {
    pub(crate) fn new(facts: &'a Facts, signature: Signature) -> Self {
        let plane = Plane::of_signature(&signature);
        Self {
            facts,
            signature,
            quarter: plane.quartered(),
            ground: plane.ground(),
            bare: frame::content(&plane).map(Bare::new),
        }
    }
}

/// A picture made ready to be looked at closely.
pub(crate) struct Subject {
    pub(crate) raw: Detailed,
    pub(crate) soft: Detailed,
    pub(crate) half: Square<HALF>,
    pub(super) quarter: Square<QUARTER>,
}

impl Subject {
    pub(crate) fn new(signature: &Signature, seen: &Lay) -> Self {
        let whole = Plane::of_signature(signature);
        let raw = if *seen == Lay::SAME {
            whole
        } else {
            whole.seen_through(seen)
        };
        Self {
            half: raw.halved().softened(),
            quarter: raw.quartered(),
            soft: Detailed::new(raw.softened()),
            raw: Detailed::new(raw),
        }
    }

    /// As soft as another looks over which this one lies at a scale, and with detail as fine as that
    /// has. In variances, cells of the other squared: a cell is an average over one (1/12), was
    /// softened once (1/2), and what falls between cells is blended (1/6 in the mean): 3/4 in all. Of
    /// this one, softened n times, each is (1/12 + n/2) times the scale squared.
    pub(super) fn at_scale(&self, scale: f32) -> Cow<'_, Detailed> {
        if scale > SMALLER {
            return Cow::Borrowed(&self.soft);
        }
        let per_cell = scale.max(SMALLEST).powi(-2);
        let softenings = 1.5 * per_cell - 1.0 / 6.0;
        let all = self.soft.all.softened_by(softenings - 1.0);
        let fine = all.minus(&all.softened_by(2.0 * per_cell));
        Cow::Owned(Detailed { all, fine })
    }

    pub(super) fn laid(&self, turn: Turn) -> Self {
        Self {
            raw: self.raw.laid(turn),
            soft: self.soft.laid(turn),
            half: turn.lay(&self.half),
            quarter: turn.lay(&self.quarter),
        }
    }
}

/// A picture made ready to be laid over several others, one after the other.
pub(crate) struct Prepared<'a> {
    pub(super) glance: Glance<'a>,
    subject: OnceCell<Subject>,
    /// What is inside its frame.
    bare: OnceCell<Subject>,
    windows: OnceCell<Windows>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(glance: Glance<'a>) -> Self {
        Self {
            glance,
            subject: OnceCell::new(),
            bare: OnceCell::new(),
            windows: OnceCell::new(),
        }
    }

    pub(crate) fn facts(&self) -> &'a Facts {
        self.glance.facts
    }

    /// What it is glanced at by.
    pub(crate) fn glance(&self) -> &Glance<'a> {
        &self.glance
    }

    /// Share of even ground, 0–1.
    pub(crate) fn ground(&self) -> f32 {
        self.glance.ground
    }

    /// Whether an even frame is around it.
    pub(crate) fn is_framed(&self) -> bool {
        self.glance.bare.is_some()
    }

    pub(crate) fn subject(&self) -> &Subject {
        let subject = || Subject::new(&self.glance.signature, &Lay::SAME);
        self.subject.get_or_init(subject)
    }

    /// What is inside the even frame around it, if there is one.
    pub(super) fn bare(&self) -> Option<(&Bare, &Subject)> {
        let bare = self.glance.bare.as_ref()?;
        let subject = || Subject::new(&self.glance.signature, &bare.clean);
        Some((bare, self.bare.get_or_init(subject)))
    }

    pub(super) fn windows(&self) -> &Windows {
        let windows = || Windows::new(&self.subject().raw.all);
        self.windows.get_or_init(windows)
    }

    /// Lets go of what is seen through windows: 158 KB, where the rest takes 17, and as
    /// much again within a frame.
    pub(crate) fn close_windows(&mut self) {
        self.windows.take();
    }
}
