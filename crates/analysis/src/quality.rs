//! Pictures that show nothing well: blurred, too dark, too bright.
//!
//! Each confidence is a logistic curve over one number, with 0.5 at the cut. Measures are those
//! of `lamina-vision`: light as seen, after colour profiles and transparency.

use lamina_model::IssueKind;

use crate::Facts;

/// How sure it is that something is wrong with a picture, for each kind judged on it alone.
pub(crate) fn confidences(facts: &Facts) -> [(IssueKind, f32); 3] {
    [
        (IssueKind::Blur, blur(facts)),
        (IssueKind::Dark, dark(facts)),
        (IssueKind::Bright, bright(facts)),
    ]
}

/// 0.5 at zero, 0.88 two steps above.
fn logistic(steps: f32) -> f32 {
    1.0 / (1.0 + (-steps).exp())
}

/// The sharpest tiles are soft. What has no contrast at all (fog, one colour) cannot be called
/// blurred, for nothing shows that it should be sharp.
fn blur(facts: &Facts) -> f32 {
    let measures = &facts.measures;
    if measures.luma_spread < 3.0 {
        return 0.0;
    }
    logistic((1.5 - measures.sharpness_best) / 0.1)
}

/// Even the lightest twentieth of the picture is dark. So an object on black and a street at
/// night are not: something in them is to be seen.
fn dark(facts: &Facts) -> f32 {
    logistic((50.0 - facts.measures.luma_p95) / 6.0)
}

/// Even the darkest twentieth is bright, and there is next to no contrast. So a drawing or a
/// logo on white is not: something in it is to be seen.
fn bright(facts: &Facts) -> f32 {
    let measures = &facts.measures;
    let washed = (measures.luma_p05 - 222.0) / 4.0;
    let faint = (14.0 - measures.luma_spread) / 2.0;
    logistic(washed.min(faint))
}
