//! Edits through which a photograph is still known.
//!
//! Of two photographs that are not the same, however much alike, fine detail hardly agrees, and
//! tile by tile next to nothing does; so light, or much of the frame, may be let go where the rest
//! is as it was. Of pages, forms, screens and frames at night that is not so: they are left out.
//! Each limit was set where no pair of different pictures came near, of 13,800 on photographs of
//! other seeds, and those of [`Leeway`] of 283,000; framed ones come nearest, to a sixth.

use lamina_model::DuplicateTier;

use super::{Before, Both, Case, Drawing, Evidence, Likeness, Turn, likeness, tier};
use crate::likeness::better;
use crate::likeness::overlap::Overlap;
use crate::likeness::tone::Curve;

/// Least standard deviation of fine detail of a photograph, luma steps: ramps of light have none.
const DETAIL: f32 = 1.0;
/// Correlation of fine detail below which no other light makes one picture of two.
const RELIT_DETAIL: f32 = 0.35;
/// Telling tiles off the rim that are as they were that tell one photograph from any other.
const TOLD_INSIDE: u32 = 16;
const TOLD_INSIDE_WARPED: u32 = 14;

impl Case<'_> {
    /// Whether this is about photographs with enough in them.
    pub(super) fn is_photograph(&self) -> bool {
        !self.is_graphic()
            && Drawing::of(self.evidence, DETAIL) == Drawing::Rich
            && self.evidence.gain > 0.2
    }

    /// The same frame of the same photograph, lit unevenly or written over.
    pub(super) fn photograph(&self) -> Option<Likeness> {
        if !self.is_photograph() {
            return None;
        }
        let kind = tier(self.turn, DuplicateTier::Edited);
        let lit = likeness(kind, &self.lit_unevenly());
        let elsewhere = self.evidence.elsewhere;
        // Mirrored views of one scene agree in places; fine detail tells them apart.
        let is_told = elsewhere.inside >= TOLD_INSIDE
            && elsewhere.inside_share >= 0.55
            && (self.turn == Turn::NONE || self.evidence.detail >= 0.6);
        let written = is_told.then(|| likeness(kind, &self.written_over()));
        better(lit, written.flatten())
    }

    /// Light that falls off towards the corners or one side: all detail is there, and only what is
    /// slow has changed.
    fn lit_unevenly(&self) -> Vec<f32> {
        vec![
            self.evidence.redrawn / 0.2,
            (1.0 - self.evidence.detail_by_tile) / 0.08,
            (1.0 - self.evidence.correlation) / 0.6,
            self.stretched.min(0.8),
            0.5,
            self.turned(),
        ]
    }

    /// Another light altogether, in which the one was brought to that of the other first.
    fn in_light_of(&self, brought: &Evidence) -> [f32; 6] {
        [
            brought.redrawn / 0.14,
            (1.0 - brought.detail) / 0.35,
            (1.0 - brought.correlation) / 0.5,
            self.stretched.min(0.8),
            0.6,
            self.turned(),
        ]
    }

    /// A watermark over all, large words, a scribble: tiles here and there are as they were.
    fn written_over(&self) -> Vec<f32> {
        let elsewhere = self.evidence.elsewhere;
        vec![
            self.evidence.redrawn_tiles / 0.8,
            elsewhere.redrawn / 0.09,
            (1.0 - elsewhere.correlation) / 0.07,
            elsewhere.gain.max(0.01).ln() / 0.2,
            elsewhere.lift / 10.0,
            self.stretched / 0.4,
            self.turned(),
        ]
    }
}

/// How much may be off where a photograph is known by its detail.
#[derive(Clone, Copy)]
pub(super) struct Leeway {
    /// What is redrawn, and what of the fine detail is not as it was, each tile in a light of its own.
    redrawn: f32,
    detail: f32,
    /// What the one shows beyond the other, and the other beyond the one: the more and the less.
    cut: f32,
    beyond: f32,
    /// Contrast and brightness, and mean colour.
    tone: f32,
    tint: f32,
    /// A loss that is there whatever is found.
    least: f32,
}

impl Leeway {
    /// In whatever light, where nothing, or no more than that a frame was taken off, is known
    /// beforehand …
    const PART: Self = Self {
        redrawn: 0.14,
        detail: 0.12,
        cut: 0.35,
        beyond: 0.04,
        tone: f32::INFINITY,
        tint: f32::INFINITY,
        least: 0.3,
    };
    /// … where its frame was taken off and it was turned …
    const UNFRAMED_TURNED: Self = Self {
        tone: 8.0,
        tint: 80.0,
        ..Self::PART
    };
    /// … and where a copy is expected.
    const EXPECTED: Self = Self {
        redrawn: 0.16,
        detail: 0.25,
        ..Self::PART
    };
    /// Mirrored as well, in another light it is a view of its own …
    const MIRRORED: Self = Self {
        redrawn: 0.09,
        detail: 0.15,
        cut: 0.6,
        beyond: 0.06,
        tone: 2.0,
        tint: 60.0,
        least: 0.0,
    };
    /// … and so it is where it was turned or slanted, and shows less.
    const MIRRORED_WARPED: Self = Self {
        redrawn: 0.12,
        cut: 0.15,
        beyond: 0.04,
        tone: 4.0,
        ..Self::MIRRORED
    };

    /// That of a part laid along the sides, if any is given.
    pub(super) fn of(turn: Turn, before: Before) -> Option<Self> {
        match (turn, before) {
            (Turn::NONE, Before::Expected) => Some(Self::EXPECTED),
            (Turn::NONE, _) => Some(Self::PART),
            (_, Before::Unframed) => Some(Self::UNFRAMED_TURNED),
            (Turn::MIRRORED, Before::Expected) => Some(Self::MIRRORED),
            _ => None,
        }
    }
}

/// A part of a photograph: what is drawn in it is as it was, tile by tile, and so is the fine detail.
/// `shared` is the share of the one and of the other that both show, the lesser first.
pub(super) fn known_by_detail(
    case: &Case<'_>,
    shared: (f32, f32),
    leeway: &Leeway,
) -> Option<Likeness> {
    if !case.is_photograph() {
        return None;
    }
    let losses = [
        case.evidence.redrawn / leeway.redrawn,
        (1.0 - case.evidence.detail_by_tile) / leeway.detail,
        (1.0 - shared.0) / leeway.cut,
        (1.0 - shared.1) / leeway.beyond,
        case.tone / leeway.tone,
        case.tint / leeway.tint,
        leeway.least,
        case.turned(),
    ];
    likeness(tier(case.turn, DuplicateTier::Edited), &losses)
}

/// The same frame, the light of which a curve brings over: gamma, equalised, posterised, faded.
pub(crate) fn relit(
    both: Both<'_>,
    turn: Turn,
    evidence: &Evidence,
    overlap: &Overlap,
) -> Option<Likeness> {
    let case = Case::new(both, turn, evidence);
    if !case.is_photograph() || evidence.detail < RELIT_DETAIL {
        return None;
    }
    let toned = super::weigh(&overlap.toned(&Curve::between(overlap)?))?;
    likeness(tier(turn, DuplicateTier::Edited), &case.in_light_of(&toned))
}

/// The same frame in the negative, as it lies. `evidence` is of the negative of the one.
pub(crate) fn negative(both: Both<'_>, evidence: &Evidence) -> Option<Likeness> {
    let case = Case::new(both, Turn::NONE, evidence);
    let losses = case.is_photograph().then(|| case.in_light_of(evidence));
    likeness(DuplicateTier::Edited, &losses?)
}

/// One over the other, turned a little, slanted or seen from aside; with a frame around, or written
/// over at once. `shared` is the share of the one and of the other that both show.
///
/// Slanted and in another light at once it may be another view of the scene: then nearly all of what
/// is drawn must be as it was.
pub(crate) fn warped(
    both: Both<'_>,
    turn: Turn,
    evidence: &Evidence,
    shared: (f32, f32),
    is_slanted: bool,
) -> Option<Likeness> {
    let case = Case::new(both, turn, evidence);
    if !case.is_photograph() || !(0.5..2.0).contains(&evidence.gain) {
        return None;
    }
    let (of_one, of_other) = shared;
    let (less, more) = (of_one.min(of_other), of_one.max(of_other));
    if turn != Turn::NONE {
        return known_by_detail(&case, (less, more), &Leeway::MIRRORED_WARPED);
    }
    let shown = [(1.0 - less) / 0.42, (1.0 - more) / 0.08, 0.4];
    let light = if is_slanted { 2.5 } else { 1.0 };
    let whole = [
        evidence.redrawn / 0.09,
        (1.0 - evidence.detail) / 0.25,
        evidence.differing / 0.6,
        light * case.tone / 6.0,
        (light * light * case.tint / 120.0).min(0.8),
    ];
    let elsewhere = evidence.elsewhere;
    let is_told = elsewhere.inside >= TOLD_INSIDE_WARPED
        && elsewhere.inside_share >= 0.5
        && evidence.redrawn_tiles <= 0.55
        && (0.8..1.25).contains(&elsewhere.gain);
    let painted = [
        evidence.redrawn_tiles / 0.7,
        elsewhere.redrawn / 0.07,
        (1.0 - elsewhere.correlation) / 0.05,
        light * elsewhere.gain.max(0.01).ln() / 0.25,
        light * elsewhere.lift / 15.0,
    ];
    let with = |losses: &[f32]| likeness(DuplicateTier::Edited, &[losses, &shown].concat());
    let painted = is_told.then(|| with(&painted)).flatten();
    let lit = known_by_detail(&case, (less, more), &Leeway::EXPECTED);
    better(better(with(&whole), painted), lit)
}
