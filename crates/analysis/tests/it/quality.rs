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
fn a_steep_gradient_is_not_blurred() {
    for [across, down] in [[230.0, 0.0], [0.0, -230.0], [110.0, 120.0]] {
        let corner = (0.0_f32 - across).max(0.0) + (0.0_f32 - down).max(0.0) + 10.0;
        let gradient = Drawing::new(|x, y| corner + across * x + down * y);
        assert_eq!(issues(&gradient, 0.1, 0.2), [], "{across}, {down}");
    }
}

#[test]
fn a_picture_soft_in_fog_or_at_dusk_is_blurred_and_a_sharp_one_is_not() {
    for ground in [205.0, 110.0, 40.0] {
        let faint = photograph().mapped(|luma| ground + 0.3 * (luma - 110.0));
        assert_eq!(issues(&faint, 0.5, 0.6), [IssueKind::Blur], "{ground}");
        assert_eq!(issues(&faint, 1.7, 2.4), [], "{ground}");
    }
}

#[test]
fn where_next_to_nothing_is_left_of_the_contrast_no_softness_is_told() {
    let haze = photograph().mapped(|luma| 170.0 + 0.1 * luma);
    assert_eq!(issues(&haze, 0.5, 0.6), []);
}

#[test]
fn too_dark_or_too_bright_to_judge_is_told_as_such_alone() {
    let night = photograph().mapped(|luma| luma * 0.2);
    assert_eq!(issues(&night, 0.4, 0.5), [IssueKind::Dark]);
    let washed = photograph().mapped(|luma| 255.0 - (255.0 - luma) * 0.15);
    assert_eq!(issues(&washed, 0.4, 0.5), [IssueKind::Bright]);
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

/// A set of photographs of these sizes, and the rows that have an issue of a kind.
fn with_issue(sizes: &[[u32; 2]], kind: IssueKind) -> Vec<u32> {
    let pictures: Vec<Picture> = (0..)
        .zip(sizes)
        .map(|(at, [width, height])| {
            let mut picture = Picture::new(&format!("{at}"), &Drawing::photograph(at), at);
            (picture.facts.width_px, picture.facts.height_px) = (*width, *height);
            picture
        })
        .collect();
    let mut found: Vec<u32> = analysed(&pictures)
        .issues
        .iter()
        .filter(|issue| issue.kind == kind && issue.confidence >= 0.5)
        .map(|issue| issue.row)
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn one_colour_is_low_information_and_a_page_of_text_is_not() {
    let of = |drawing: &Drawing, entropy: f32| {
        let mut picture = Picture::new("it", drawing, 1);
        picture.facts.measures.luma_entropy_bits = entropy;
        analysed(&[picture])
            .issues
            .iter()
            .any(|issue| issue.kind == IssueKind::LowInformation && issue.confidence >= 0.5)
    };
    assert!(of(&Drawing::plain(90.0), 0.0));
    // Two colours that meet once.
    let mut halves = Drawing::plain(90.0);
    halves.rectangle([0.0, 0.0, 1.0, 0.4], 140.0);
    assert!(of(&halves, 0.97));
    let mut text = Drawing::plain(250.0);
    for line in 0..20 {
        for word in 0..12 {
            let (x, y) = (word as f32 / 12.0, line as f32 / 20.0);
            text.rectangle([x + 0.01, y + 0.015, x + 0.06, y + 0.03], 20.0);
        }
    }
    assert!(!of(&text, 0.7));
    // Text along the edges alone, with an empty page inside.
    let mut edges = Drawing::plain(250.0);
    for word in 0..12 {
        let along = word as f32 / 12.0;
        for across in [0.01, 0.97] {
            edges.rectangle([along + 0.01, across, along + 0.06, across + 0.02], 20.0);
            edges.rectangle([across, along + 0.01, across + 0.02, along + 0.06], 20.0);
        }
    }
    assert!(!of(&edges, 0.3));
    assert!(!of(&photograph(), 6.5));
}

#[test]
fn a_size_far_from_those_of_the_set_is_odd_and_half_the_usual_is_not() {
    let mut sizes = vec![[640, 480]; 40];
    sizes.extend([[320, 240], [1280, 960], [64, 48], [6000, 4000]]);
    assert_eq!(with_issue(&sizes, IssueKind::OddSize), [42, 43]);
}

#[test]
fn in_a_set_of_many_sizes_only_the_tiny_and_the_huge_are_odd() {
    let mut sizes: Vec<[u32; 2]> = (0..40).map(|at| [600 + 60 * at, 450 + 45 * at]).collect();
    sizes.extend([[24, 18], [20_000, 15_000]]);
    assert_eq!(with_issue(&sizes, IssueKind::OddSize), [40, 41]);
}

#[test]
fn a_handful_of_pictures_has_no_usual_size() {
    let sizes = [[640, 480], [640, 480], [20, 20], [8000, 8000]];
    assert_eq!(with_issue(&sizes, IssueKind::OddSize), []);
}

#[test]
fn a_strip_is_an_odd_shape_and_a_wide_screen_is_not() {
    let sizes = [
        [640, 480],
        [1920, 800],
        [480, 900],
        [2000, 400],
        [300, 1200],
        [900, 900],
    ];
    assert_eq!(with_issue(&sizes, IssueKind::OddAspectRatio), [3, 4]);
}
