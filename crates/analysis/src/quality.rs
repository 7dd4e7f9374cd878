//! Pictures that show nothing well: blurred, too dark, too bright, or next to nothing at all.
//!
//! Each confidence is a logistic curve over one number, with 0.5 at the cut. Measures are those
//! of `lamina-vision`: light as seen, after colour profiles and transparency.

use lamina_model::{IssueKind, Signature};

use crate::Facts;
use crate::likeness::{detail, detail_off_the_edges};

/// How sure it is that something is wrong with a picture, for each kind judged on it alone. The
/// signature is asked for where measures leave it open.
pub(crate) fn confidences(
    facts: &Facts,
    signature: &dyn Fn() -> Signature,
) -> [(IssueKind, f32); 4] {
    [
        (IssueKind::Blur, blur(facts, signature)),
        (IssueKind::Dark, dark(facts)),
        (IssueKind::Bright, bright(facts)),
        (IssueKind::LowInformation, low_information(facts, signature)),
    ]
}

/// 0.5 at zero, 0.88 two steps above.
pub(crate) fn logistic(steps: f32) -> f32 {
    1.0 / (1.0 + (-steps).exp())
}

/// Sharpness of the sharpest tiles below which a picture counts as blurred. Of 9,400 pictures of the
/// set of 10,000, 100 of them blurred by a standard deviation of 4 to 8 pixels, 99 of these lie below
/// it, and 9 others, which are enlarged parts of photographs and soft to the eye as well. At 1.075
/// those were 5, but of pictures softened in other ways a tenth fewer were told; at 1.10 they are
/// 14, at 1.12 29. The sharpness of the whole frame tells the two apart less well.
const SHARP: f32 = 1.09;

/// Fine detail of the signature away from its edges, luma steps, below which nothing says that
/// there is anything to be sharp: an even sky, a gradient, one colour.
const DETAIL: f32 = 0.8;

/// Spread of luma (standard deviation, steps) from which on sharpness can be told. Photographs
/// faded to three tenths of their contrast, as in fog or at night, have 12; at a fifth, 8, what
/// coding left of one in four is soft though it was sharp. Of 630 soft ones 604 are told at half
/// the contrast, 456 at three tenths and 216 at a fifth; of 210 sharp ones 6 are called blurred at
/// three tenths and 21 at a fifth.
const SPREAD: f32 = 9.0;

/// Even the sharpest parts are soft, though there is something to be seen, and light to see it
/// by. So neither a shallow depth of field nor an empty picture counts.
fn blur(facts: &Facts, signature: &dyn Fn() -> Signature) -> f32 {
    let measures = &facts.measures;
    let soft = (SHARP - measures.sharpness_best) / 0.015;
    let contrast = measures.luma_spread - SPREAD;
    // What is far from soft need not be looked at.
    if soft.min(contrast) < -5.0 {
        return 0.0;
    }
    let drawn = (detail_off_the_edges(&signature()) - DETAIL) / 0.1;
    let lit = -darkness(facts).max(brightness(facts));
    logistic(soft.min(contrast).min(drawn).min(lit))
}

/// Even the lightest twentieth of the picture is dark, and there is little contrast. So an
/// object on black and a street at night are not: something in them is to be seen.
fn dark(facts: &Facts) -> f32 {
    logistic(darkness(facts))
}

/// Steps of [`logistic`] by which a picture is dark.
fn darkness(facts: &Facts) -> f32 {
    let measures = &facts.measures;
    let black = (56.0 - measures.luma_p95) / 6.0;
    let faint = (16.0 - measures.luma_spread) / 1.5;
    black.min(faint)
}

/// Even the darkest twentieth is bright, and there is next to no contrast. So a drawing or a
/// logo on white is not: something in it is to be seen.
fn bright(facts: &Facts) -> f32 {
    logistic(brightness(facts))
}

/// Steps of [`logistic`] by which a picture is bright.
fn brightness(facts: &Facts) -> f32 {
    let measures = &facts.measures;
    let white = (measures.luma_p05 - 212.0) / 5.0;
    let faint = (13.0 - measures.luma_spread) / 1.5;
    white.min(faint)
}

/// Entropy of the luma histogram, bits, below which there is little to learn from a picture.
///
/// `CleanVision` takes 3 bits over the histograms of three channels set side by side, which for a
/// grey picture are log2 3 more than over one.
const ENTROPY_BITS: f32 = 1.4;

/// Detail of the whole signature, luma steps, from which on something is to be read in spite of few
/// shades, as on a page of text.
const READABLE: f32 = 4.0;

/// One colour, or next to it: few shades, and nothing drawn with them.
fn low_information(facts: &Facts, signature: &dyn Fn() -> Signature) -> f32 {
    let few = (ENTROPY_BITS - facts.measures.luma_entropy_bits) / 0.15;
    if few < -5.0 {
        return 0.0;
    }
    let plain = (READABLE - detail(&signature())) / 0.5;
    logistic(few.min(plain))
}
