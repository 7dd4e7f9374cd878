//! From evidence to a likeness.
//!
//! Each thing that may differ is measured against the most a person would let pass; these
//! losses are put together as the root of the sum of their squares, and a loss of 1 is a
//! likeness of 0.96. The limits were set on photographs changed in eighty-two ways and on
//! thirteen families of different pictures that look alike (`cargo xtask eval --hard`).

mod photographs;

pub(crate) use photographs::{negative, relit, warped};

use lamina_model::DuplicateTier;

use super::align::Lay;
use super::evidence::{Evidence, weigh};
use super::plane::Turn;
use super::ready::Glance;
use super::{Likeness, better};
use crate::Facts;

/// Two pictures, and what is known of them before they are laid over each other.
#[derive(Clone, Copy)]
pub(crate) struct Both<'a> {
    pub(crate) facts: [&'a Facts; 2],
    /// Share of the ground of one luma in the one of the two that has less, 0–1.
    pub(crate) ground: f32,
}

/// How much is drawn in two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drawing {
    /// Enough to tell them from any others.
    Rich,
    /// Something; others may well have much the same.
    Sparse,
    /// Next to nothing.
    Poor,
}

impl Drawing {
    /// Tiles in which something is drawn, of 64.
    const RICH: u32 = 40;
    const SPARSE: u32 = 14;
    /// Least standard deviation of fine detail that is a drawing, luma steps, in signatures as
    /// they are and in softened ones.
    const DETAIL: f32 = 0.7;
    const DETAIL_SOFT: f32 = 0.35;

    fn of(evidence: &Evidence, least_detail: f32) -> Self {
        if evidence.tiles < Self::SPARSE || evidence.detail_spread < least_detail {
            Self::Poor
        } else if evidence.tiles < Self::RICH {
            Self::Sparse
        } else {
            Self::Rich
        }
    }
}

/// The likeness that some losses leave, if it is any.
pub(crate) fn likeness(tier: DuplicateTier, losses: &[f32]) -> Option<Likeness> {
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
    stretch_signed(one, other, turn).abs()
}

fn stretch_signed(one: &Facts, other: &Facts, turn: Turn) -> f32 {
    let ratio = |facts: &Facts| facts.width_px.max(1) as f32 / facts.height_px.max(1) as f32;
    let theirs = if turn.swaps_sides() {
        1.0 / ratio(other)
    } else {
        ratio(other)
    };
    (ratio(one) / theirs).ln()
}

/// Whether both are drawn on even ground.
pub(crate) fn is_graphic(both: Both<'_>) -> bool {
    is_ground_of_graphic(both.ground)
}

/// Whether so large a share of ground is that of a drawing on even ground.
pub(crate) fn is_ground_of_graphic(ground: f32) -> bool {
    ground >= GRAPHIC
}

/// How far the mean colours are apart in the channel that differs most, 0–255.
pub(crate) fn tint(one: &Facts, other: &Facts) -> f32 {
    let channels = one.measures.mean_rgb.iter().zip(&other.measures.mean_rgb);
    channels
        .map(|(a, b)| f32::from(a.abs_diff(*b)))
        .fold(0.0, f32::max)
}

/// Red over green and blue over green.
fn colour(facts: &Facts) -> [f32; 2] {
    let [red, green, blue] = facts.measures.mean_rgb.map(f32::from);
    [red - green, blue - green]
}

fn hue(one: &Facts, other: &Facts) -> f32 {
    let ([a, b], [c, d]) = (colour(one), colour(other));
    (a - c).abs().max((b - d).abs()).max((a - b - c + d).abs())
}

/// How far the colours of what is drawn on so large a share of ground are apart, as a loss: goods
/// of one make in two colours are two goods.
fn ink(hue: f32, ground: f32) -> f32 {
    hue / (1.0 - ground).max(0.05) / 25.0
}

/// The same of two drawings, of which the one may be grey in the same light. Mean colours are whole
/// steps: one may be of rounding alone.
pub(crate) fn ink_between([one, other]: [&Facts; 2], ground: f32, gain: f32) -> f32 {
    let lighter =
        (one.measures.luma_mean - other.measures.luma_mean).abs() / (1.0 - ground).max(0.05);
    let same_light = (gain - 1.0).abs() <= 0.05 && lighter <= 6.0;
    if same_light && (is_grey(one) || is_grey(other)) {
        0.0
    } else {
        ink((hue(one, other) - 1.0).max(0.0), ground)
    }
}

fn is_grey(facts: &Facts) -> bool {
    colour(facts).iter().all(|apart| apart.abs() <= 1.0)
}

/// Pictures without any detail are the same only if nothing at all tells them apart.
pub(super) fn flat(one: &Glance<'_>, other: &Glance<'_>) -> Option<Likeness> {
    let range = |glance: &Glance<'_>| {
        let luma = glance.signature.as_bytes();
        luma.iter().max().copied().unwrap_or(0) - luma.iter().min().copied().unwrap_or(0)
    };
    let apart = one
        .signature
        .as_bytes()
        .iter()
        .zip(other.signature.as_bytes())
        .map(|(a, b)| a.abs_diff(*b))
        .max()?;
    let range = range(one).max(range(other));
    let (one, other) = (one.facts, other.facts);
    let same_size = (one.width_px, one.height_px) == (other.width_px, other.height_px);
    let same = range <= 4 && apart <= 1 && tint(one, other) <= 1.0;
    (same && same_size).then_some(Likeness {
        tier: DuplicateTier::SamePicture,
        value: 0.99,
    })
}

/// Share of ground of one luma from which on pictures are graphics. Of photographs one in eight
/// has so much; of pages, forms, charts, screens, goods on white and night frames nearly all.
const GRAPHIC: f32 = 0.34;
/// Share of ground from which on pictures are drawn on paper: of photographs one in a hundred.
const PAPER: f32 = 0.6;
/// Telling tiles left as they were that tell one photograph from any other.
const TOLD_ELSEWHERE: u32 = 20;
/// So many of them must lie off the rim: what two pictures share may be the frame around them.
const TOLD_INSIDE: u32 = 12;

/// Two pictures, one turned and laid over the other, and what was seen.
struct Case<'a> {
    evidence: &'a Evidence,
    turn: Turn,
    /// How far contrast and brightness are off; 1 is just to be seen.
    tone: f32,
    /// How far the mean colours are apart, 0–255.
    tint: f32,
    /// How far they are apart in what makes a colour no grey, 0–255.
    hue: f32,
    /// Whether one of the two has no colour.
    greyed: bool,
    /// How far the ratio of the sides is off, natural logarithm.
    stretched: f32,
    /// Share of ground in the one of the two that has less.
    ground: f32,
}

impl<'a> Case<'a> {
    fn new(both: Both<'_>, turn: Turn, evidence: &'a Evidence) -> Self {
        let [one, other] = both.facts;
        let contrast = (evidence.gain.max(0.01).ln() / 0.05).abs();
        Self {
            evidence,
            turn,
            tone: contrast.max(evidence.lift.abs() / 4.0),
            tint: tint(one, other),
            hue: hue(one, other),
            greyed: is_grey(one) || is_grey(other),
            stretched: stretch(one, other, turn),
            ground: both.ground,
        }
    }

    /// Whether both are drawn on even ground, as pages, forms and screens of a program are: what
    /// many of them share is the ground, the lines and the bars.
    fn is_graphic(&self) -> bool {
        self.ground >= GRAPHIC
    }

    /// Whether what is left of a picture that was painted over tells it from any other; of a
    /// graphic, only where that is next to all.
    fn is_told_elsewhere(&self) -> bool {
        let evidence = self.evidence;
        let is_small = evidence.redrawn_tiles <= 0.15 && evidence.elsewhere.tiles >= 50;
        evidence.redrawn_tiles > 0.0
            && (is_small || !self.is_graphic())
            && evidence.elsewhere.tiles >= TOLD_ELSEWHERE
            && evidence.elsewhere.inside >= TOLD_INSIDE
            && evidence.elsewhere.inside_share >= 0.5
    }

    /// How far the colours of what is drawn on even ground are apart, as a loss. Grey of the same
    /// light is an edit.
    fn ink(&self) -> f32 {
        self.ink_of(self.hue)
    }

    fn ink_of(&self, hue: f32) -> f32 {
        let greyed = self.greyed && self.tone < 0.3;
        if self.is_graphic() && !greyed {
            ink(hue, self.ground)
        } else {
            0.0
        }
    }

    /// What being turned takes from a likeness.
    fn turned(&self) -> f32 {
        if self.turn == Turn::NONE { 0.0 } else { 0.4 }
    }

    /// Nothing was done but coding and scaling. Of photographs coded at qualities from 20 and
    /// scaled down to 80 pixels, what is left unexplained is at most 1.2 luma steps; a faint
    /// watermark leaves 3.7 and more, and colours taken away move the mean by 3 and more.
    fn is_untouched(&self) -> bool {
        let evidence = self.evidence;
        self.tone < 0.5
            && self.tint < 5.0
            && self.stretched < 0.03
            && evidence.rest < 2.0
            && evidence.differing < 0.08
            && evidence.redrawn < 0.04
            && evidence.redrawn_tiles < 0.04
    }

    /// Changes pass for an edit where a rich drawing agrees; of what is drawn on paper, not in
    /// another ink.
    fn rich(&self) -> Vec<f32> {
        let redrawn = if self.is_graphic() { 0.05 } else { 0.14 };
        let ink = if self.ground >= PAPER {
            self.ink()
        } else {
            0.0
        };
        vec![
            ink,
            self.evidence.redrawn / redrawn,
            (1.0 - self.evidence.detail) / 0.6,
            self.evidence.differing / 0.8,
            (self.tone / 20.0).min(0.8),
            (self.tint / 120.0).min(0.8),
            self.stretched.min(0.8),
            self.turned(),
        ]
    }

    /// A part is painted over, as by a caption or a stamp, and the rest is just as it was.
    fn painted_over(&self) -> Vec<f32> {
        let elsewhere = self.evidence.elsewhere;
        vec![
            self.evidence.redrawn_tiles / 0.6,
            self.evidence.redrawn_area / 1.6,
            elsewhere.redrawn / 0.06,
            (1.0 - elsewhere.correlation) / 0.04,
            elsewhere.gain.max(0.01).ln() / 0.15,
            elsewhere.lift / 8.0,
            self.stretched / 0.1,
            self.turned(),
        ]
    }

    /// Where the drawing is sparse, light and colour must agree much better.
    fn sparse(&self) -> Vec<f32> {
        let mut losses = self.rich();
        // Unless it is the very same drawing.
        let doubt = (self.evidence.rest / 1.5).min(1.0);
        losses.extend([
            self.evidence.rest / 2.5,
            self.evidence.redrawn / 0.07,
            doubt * (self.tone / 6.0).min(2.0),
            doubt * (self.tint / 10.0).min(2.0),
            self.ink(),
        ]);
        losses
    }

    /// Where nearly nothing is drawn, there must be no difference but that of coding.
    fn poor(&self) -> Vec<f32> {
        let noise = 0.7 + 0.01 * self.evidence.spread;
        vec![
            self.evidence.rest / noise,
            self.evidence.lift.abs() / 2.0,
            (1.0 - self.evidence.correlation) / 0.06,
            self.tint / 5.0,
            // Mean colours are whole steps: one may be of rounding alone.
            self.ink_of((self.hue - 1.0).max(0.0)),
            self.stretched / 0.1,
            self.turned(),
        ]
    }
}

/// Both show the whole of the same frame.
pub(crate) fn same_frame(both: Both<'_>, turn: Turn, evidence: &Evidence) -> Option<Likeness> {
    let case = Case::new(both, turn, evidence);
    let losses = match Drawing::of(evidence, Drawing::DETAIL) {
        _ if evidence.gain <= 0.2 => vec![f32::INFINITY],
        Drawing::Rich => case.rich(),
        Drawing::Sparse => case.sparse(),
        Drawing::Poor => case.poor(),
    };
    let kind = if case.is_untouched() {
        DuplicateTier::SamePicture
    } else {
        DuplicateTier::Edited
    };
    let whole = likeness(tier(turn, kind), &losses);
    let painted = (turn == Turn::NONE && case.is_told_elsewhere())
        .then(|| likeness(DuplicateTier::Edited, &case.painted_over()))
        .flatten();
    better(better(whole, painted), case.photograph())
}

/// Whether one may show a part of the other, roughly.
pub(crate) fn frames_may_agree(lay: &Lay) -> bool {
    let (of_one, of_other) = lay.shared();
    of_one.min(of_other) > 0.42 && of_one.max(of_other) > 0.9
}

/// What is known beforehand of two pictures that do not show the same frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing.
    Nothing,
    /// Their vectors are those of copies.
    Expected,
    /// A frame was taken off; what is left may be next to nothing.
    Unframed,
}

/// How far a lay stretches the pixels of the other one way more than the other way, natural
/// logarithm: cutting and scaling alone stretch nothing.
pub(crate) fn stretch_of([one, other]: [&Facts; 2], turn: Turn, lay: &Lay) -> f32 {
    let shapes = stretch_signed(one, other, turn);
    (shapes + (lay.scale[0] / lay.scale[1]).ln()).abs()
}

/// One shows a part of the other, or has a frame around it. `stretched` is what
/// [`stretch_of`] says.
pub(crate) fn other_frame(
    both: Both<'_>,
    turn: Turn,
    lay: &Lay,
    stretched: f32,
    evidence: &Evidence,
    before: Before,
) -> Option<Likeness> {
    let (of_one, of_other) = lay.shared();
    let (less, more) = (of_one.min(of_other), of_one.max(of_other));
    if evidence.gain <= 0.5 {
        return None;
    }
    let case = Case::new(both, turn, evidence);
    // Cropped, turned and recoloured at once is another view of the scene rather than a copy, unless
    // detail says otherwise. As it lies a photograph is known by what is drawn in it: with twice the
    // detail, in softened planes, that makes a rich drawing.
    let is_photograph = turn == Turn::NONE && case.is_photograph();
    let (light, faded) = match turn {
        Turn::NONE if is_photograph => (12.0, 100.0),
        Turn::NONE => (8.0, 60.0),
        _ => (8.0, 12.0),
    };
    let drawing = Drawing::of(evidence, Drawing::DETAIL_SOFT);
    // Cropped and mirrored at once, two views of one scene are easily taken for each other.
    let (redrawn, cut) = match turn {
        Turn::NONE if !case.is_graphic() => (0.07, 0.65),
        Turn::NONE => (0.04, 0.65),
        _ => (0.045, 0.4),
    };
    let is_plain = case.is_graphic() || drawing != Drawing::Rich;
    let shown = [
        stretched / if is_plain { 0.1 } else { 0.4 },
        (1.0 - less) / cut,
        // Neither lies within the other: two views of one scene.
        (1.0 - more) / 0.06,
    ];
    let mut losses = vec![
        evidence.redrawn / redrawn,
        (1.0 - evidence.detail) / 0.2,
        evidence.differing / 0.4,
        shown[0],
        shown[1],
        shown[2],
        case.tone / light,
        case.tint / faded,
        case.turned(),
        case.ink(),
    ];
    let mut painted = None;
    match (drawing, before) {
        (Drawing::Rich, _) => {
            // Of two goods of one shape the one may be drawn larger, and darker.
            if case.is_graphic() {
                losses.push(evidence.rest / 8.0);
            }
            // Of two views of one scene a part agrees as well: nothing else may have changed.
            // What was painted over moves the mean colour as well, by as much as its share: a
            // graphic in other colours is another one.
            let tint = if is_photograph { 60.0 } else { 30.0 };
            let is_small = evidence.redrawn_tiles <= 0.2 && case.tint < tint && case.tone < 1.0;
            if is_small && case.is_told_elsewhere() && turn == Turn::NONE {
                let losses: Vec<f32> = case.painted_over().into_iter().chain(shown).collect();
                painted = likeness(DuplicateTier::Edited, &losses);
            }
        }
        (Drawing::Poor, _) | (Drawing::Sparse, Before::Unframed) => return None,
        (Drawing::Sparse, Before::Nothing | Before::Expected) => {
            let expected = before == Before::Expected && turn == Turn::NONE;
            let rest = if expected { 2.6 } else { 2.0 };
            let doubt = (evidence.rest / 0.8).min(1.0);
            losses.extend([
                evidence.rest / rest,
                doubt * case.tint / 6.0,
                doubt * case.tone / 3.0,
            ]);
        }
    }
    let by_detail = photographs::Leeway::of(turn, before)
        .and_then(|leeway| photographs::known_by_detail(&case, (less, more), &leeway));
    let whole = likeness(tier(turn, DuplicateTier::Edited), &losses);
    better(better(whole, painted), by_detail)
}
