//! Blurred, dark and bright pictures, by what their measures say.

use lamina_model::IssueKind;

use crate::analysed;
use crate::pictures::{Drawing, Picture};

/// The kinds of issue found in a picture with these sharpnesses.
fn issues(drawing: &Drawing, sharpness: f32, sharpness_best: f32) -> Vec<IssueKind> {
    let mut picture = Picture::new("it", drawing, 1);
    (
        picture.facts.measures.sharpness,
        picture.facts.measures.sharpness_best,
    ) = (sharpness, sharpness_best);
    let findings = analysed(&[picture]);
    let sure = findings
        .issues
        .iter()
        .filter(|issue| issue.confidence >= 0.5);
    sure.map(|issue| issue.kind).collect()
}

fn photograph() -> Drawing {
    Drawing::photograph(1)
}

#[test]
fn a_photograph_as_it_should_be_has_no_issue() {
    assert_eq!(issues(&photograph(), 2.0, 2.7), []);
}

#[test]
fn a_picture_soft_everywhere_is_blurred() {
    assert_eq!(issues(&photograph(), 0.5, 0.8), [IssueKind::Blur]);
}

#[test]
fn a_sharp_subject_before_a_soft_ground_is_not_blurred() {
    assert_eq!(issues(&photograph(), 0.7, 2.2), []);
}

#[test]
fn where_there_is_nothing_to_be_sharp_nothing_is_blurred() {
    let gradient = Drawing::new(|x, _| 60.0 + 120.0 * x);
    assert_eq!(issues(&gradient, 0.03, 0.03), []);
    assert_eq!(issues(&Drawing::plain(128.0), 0.0, 0.0), []);
}

#[test]
fn hardly_anything_to_be_made_out_is_dark_or_bright() {
    assert_eq!(
        issues(&photograph().mapped(|luma| luma * 0.1), 1.0, 1.5),
        [IssueKind::Dark]
    );
    let washed = photograph().mapped(|luma| 255.0 - (255.0 - luma) * 0.07);
    assert_eq!(issues(&washed, 1.0, 1.5), [IssueKind::Bright]);
}

#[test]
fn an_object_on_black_and_a_drawing_on_white_are_neither() {
    let mut on_black = Drawing::plain(4.0);
    on_black.rectangle([0.2, 0.2, 0.75, 0.75], 180.0);
    assert_eq!(issues(&on_black, 2.0, 3.0), []);
    let mut on_white = Drawing::plain(252.0);
    on_white.rectangle([0.4, 0.4, 0.6, 0.5], 30.0);
    assert_eq!(issues(&on_white, 2.0, 3.0), []);
}
