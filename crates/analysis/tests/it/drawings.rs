//! Pages and screens: copies of them, and others of the same make.

use lamina_analysis::{Facts, Findings, Matrix, Settings, Unwatched, analyse};
use lamina_model::DuplicateTier;

use crate::pictures::{Dice, Drawing, Picture};
use crate::{analysed, holds};

/// A screen of one program: the same bars and the same list at the side, other words in it.
fn screen(seed: u64) -> Drawing {
    let mut screen = Drawing::plain(248.0);
    screen.rectangle([0.0, 0.0, 1.0, 0.07], 50.0);
    screen.rectangle([0.0, 0.07, 0.2, 1.0], 228.0);
    screen.write(&mut Dice::new(7), [0.02, 0.12, 0.15, 0.6]);
    let mut dice = Dice::new(seed);
    for line in 0..16 {
        let y = 0.13 + 0.053 * line as f32;
        // Every screen says as much in each line as any other.
        screen.write(&mut dice, [0.24, y, 0.74, y + 0.01]);
    }
    screen
}

/// One drawing and what was made of it among many of its kind; all vectors are those of one
/// subject.
fn among(kind: impl Fn(u64) -> Drawing, change: impl Fn(&Drawing) -> Drawing) -> Findings {
    let changed = change(&kind(1)).noisy(2.0, 5);
    let mut pictures = vec![
        Picture::new("original", &kind(1), 4),
        Picture::new("changed", &changed, 4),
    ];
    let others = (2..16).map(|seed| Picture::new(&format!("other {seed}"), &kind(seed), 4));
    pictures.extend(others);
    analysed(&pictures)
}

#[test]
fn screens_of_one_program_that_differ_in_words_are_no_copies() {
    let screens: Vec<Picture> = (0..16)
        .map(|seed| Picture::new(&format!("screen {seed}"), &screen(seed), 4))
        .collect();
    assert_eq!(analysed(&screens).groups, []);
}

#[test]
fn pages_that_differ_in_words_are_no_copies() {
    let pages: Vec<Picture> = (0..16)
        .map(|seed| Picture::new(&format!("page {seed}"), &Drawing::page(seed), 4))
        .collect();
    assert_eq!(analysed(&pages).groups, []);
}

/// A page of which a few lines are others for each seed.
fn form(seed: u64) -> Drawing {
    let mut form = Drawing::page(1);
    form.rectangle([0.1, 0.44, 0.9, 0.58], 252.0);
    form.write(&mut Dice::new(seed), [0.14, 0.45, 0.8, 0.57]);
    form
}

#[test]
fn dozens_of_pages_that_differ_in_a_few_lines_are_no_copies() {
    let forms = (0..44).map(|seed| Picture::new(&format!("form {seed}"), &form(seed), 4));
    assert_eq!(analysed(&forms.collect::<Vec<_>>()).groups, []);
}

#[test]
fn dozens_of_copies_are_found_among_dozens_of_pages_that_differ_in_a_few_lines() {
    let copies = (0..40_u64).map(|at| {
        let copy = form(1).noisy(2.0, at);
        Picture::new(&format!("copy {at}"), &copy, 4)
    });
    let others = (2..44).map(|seed| Picture::new(&format!("form {seed}"), &form(seed), 4));
    let groups = analysed(&copies.chain(others).collect::<Vec<_>>()).groups;
    let members: usize = groups.iter().map(|group| group.others.len() + 1).sum();
    assert_eq!((groups.len(), members), (1, 40), "{groups:?}");
}

#[test]
fn pages_in_bars_or_frames_are_told_by_what_is_inside() {
    let in_bars = |seed| {
        let mut page = Drawing::page(seed);
        page.rectangle([0.0, 0.0, 1.0, 0.2], 0.0);
        page.rectangle([0.0, 0.8, 1.0, 1.0], 0.0);
        page
    };
    let framed = |seed| Drawing::page(seed).framed(0.07, 20.0);
    is_found_among("page in bars", in_bars, ("coded anew", &Clone::clone));
    is_found_among("page in a frame", framed, ("coded anew", &Clone::clone));
}

#[test]
fn of_one_page_in_dozens_of_copies_all_are_found() {
    let copies = (0..40_u64).map(|at| {
        let copy = Drawing::page(1).noisy(2.0, at);
        Picture::new(&format!("copy {at}"), &copy, 4)
    });
    let others = (2..8).map(|seed| Picture::new(&format!("other {seed}"), &Drawing::page(seed), 4));
    let pictures: Vec<Picture> = copies.chain(others).collect();
    let groups = analysed(&pictures).groups;
    let members: usize = groups.iter().map(|group| group.others.len() + 1).sum();
    assert_eq!((groups.len(), members), (1, 40), "{groups:?}");
}

/// Something done to a drawing.
type Edit<'a> = (&'a str, &'a dyn Fn(&Drawing) -> Drawing);

/// That a copy made so is found among others of its kind, and nothing else.
fn is_found_among(kind: &str, draw: impl Fn(u64) -> Drawing, (name, edit): Edit<'_>) {
    let groups = among(draw, edit).groups;
    assert_eq!(groups.len(), 1, "a {kind} {name}: {groups:?}");
    assert!(holds(&groups[0], 0, 1), "a {kind} {name}: {groups:?}");
    assert_eq!(groups[0].others.len(), 1, "a {kind} {name}: {groups:?}");
}

#[test]
fn copies_are_found_among_others_of_their_kind() {
    let edits: [Edit<'_>; 6] = [
        ("coded anew", &Clone::clone),
        ("darker", &|d| d.mapped(|luma| luma * 0.7)),
        ("fainter", &|d| d.mapped(|luma| 90.0 + luma * 0.6)),
        ("on a larger sheet", &|d| d.framed(0.07, 250.0)),
        ("aslant, as scanned", &|d| {
            d.moved(Some(250.0), |x, y| [x - 0.012 * y, y + 0.012 * x])
        }),
        ("with a stamp on it", &|d| {
            let mut stamped = d.clone();
            stamped.rectangle([0.5, 0.5, 0.7, 0.62], 100.0);
            stamped
        }),
    ];
    for edit in edits {
        is_found_among("page", Drawing::page, edit);
        is_found_among("screen", screen, edit);
    }
    let of_pages: [Edit<'_>; 3] = [
        ("in a frame", &|d| d.framed(0.05, 30.0)),
        ("cut at its margins", &|d| {
            d.window([0.03, 0.05, 0.97, 0.96])
        }),
        ("cropped", &|d| d.window([0.0, 0.05, 0.95, 1.0])),
    ];
    for edit in of_pages {
        is_found_among("page", Drawing::page, edit);
    }
}

#[test]
fn without_a_closer_look_at_hand_signatures_must_do() {
    let of = |at: u32| Picture::new(&format!("{at}"), &Drawing::page(1), 4);
    let signatures: Vec<_> = (0..2).map(|at| of(at).signature).collect();
    let facts: Vec<_> = (0..2)
        .map(|order| Facts {
            order,
            ..of(order).facts
        })
        .collect();
    let vectors = Matrix::without_vectors(2);
    let findings = analyse(
        &vectors,
        &facts,
        &signatures,
        &Settings::default(),
        &Unwatched,
    )
    .unwrap();
    assert_eq!(findings.groups[0].tier, DuplicateTier::SamePicture);
}

#[test]
fn a_page_coded_anew_is_the_same_picture_and_one_upside_down_is_turned() {
    let tier = |findings: Findings| findings.groups[0].tier;
    assert_eq!(
        tier(among(Drawing::page, Clone::clone)),
        DuplicateTier::SamePicture
    );
    let turned = among(Drawing::page, |page| page.turned(3));
    assert_eq!(tier(turned), DuplicateTier::Mirrored);
}
