//! Photographs changed in ways through which only a photograph is still known.

use crate::pictures::{Dice, Drawing, Picture, SIDE};
use crate::{analysed, holds};

/// A photograph among others of its kind, and what became of it: whether the two are told.
fn is_found(change: impl Fn(&Drawing) -> Drawing) -> bool {
    let photographs: Vec<Drawing> = (300..308).map(Drawing::photograph).collect();
    let mut pictures: Vec<Picture> = (0..)
        .zip(&photographs)
        .map(|(at, scene)| Picture::new(&format!("photograph {at}"), scene, 9))
        .collect();
    pictures.push(Picture::new("copy", &change(&photographs[3]), 9));
    let groups = analysed(&pictures).groups;
    assert!(groups.len() <= 1, "{groups:?}");
    groups.iter().any(|group| holds(group, 3, 8))
}

#[test]
fn a_photograph_turned_by_a_few_degrees_is_found() {
    for degrees in [-5.0_f32, 2.0, 3.0, 5.0] {
        let turned = |scene: &Drawing, beyond: Option<f32>| scene.moved(beyond, turned_by(degrees));
        assert!(
            is_found(|scene| turned(scene, Some(0.0))),
            "{degrees} black"
        );
        assert!(is_found(|scene| turned(scene, None)), "{degrees}");
    }
}

/// Places of a drawing that was turned by some degrees.
fn turned_by(degrees: f32) -> impl Fn(f32, f32) -> [f32; 2] {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    move |x, y| [cosine * x - sine * y, sine * x + cosine * y]
}

#[test]
fn a_photograph_changed_in_two_mild_ways_at_once_is_found() {
    let lit = |scene: &Drawing, gain: f32| scene.mapped(|luma| (gain * luma).min(255.0));
    for gain in [0.65, 1.3] {
        let turned = |scene: &Drawing| lit(&scene.moved(None, turned_by(3.0)), gain);
        assert!(is_found(turned), "turned, light times {gain}");
        let framed = |scene: &Drawing| lit(scene, gain).framed(0.06, 250.0);
        assert!(is_found(framed), "framed, light times {gain}");
    }
    let mirrored = |scene: &Drawing| scene.turned(1);
    for (turn, share, luma) in [(1, 0.05, 0.0), (1, 0.08, 250.0), (4, 0.06, 250.0)] {
        let framed = |scene: &Drawing| scene.turned(turn).framed(share, luma);
        assert!(is_found(framed), "turn {turn}, framed {share} in {luma}");
    }
    assert!(is_found(
        |scene| mirrored(scene).moved(Some(0.0), turned_by(2.0))
    ));
}

/// Stones of many lumas side by side, fourteen along a side.
fn stones(seed: u64) -> impl Fn(f32, f32) -> f32 {
    const ALONG: usize = 14;
    let mut dice = Dice::new(seed);
    let stones: Vec<[f32; 3]> = (0..ALONG * ALONG)
        .map(|at| {
            let (across, down) = (dice.between(0.1, 0.9), dice.between(0.1, 0.9));
            let place = |at: usize, within: f32| (at as f32 + within) / ALONG as f32;
            let (x, y) = (place(at % ALONG, across), place(at / ALONG, down));
            [x, y, dice.between(80.0, 200.0)]
        })
        .collect();
    let near = |at: f32| {
        let at = (at * ALONG as f32) as usize;
        at.saturating_sub(2)..(at + 3).min(ALONG)
    };
    move |x, y| {
        let (mut nearest, mut next, mut luma) = (f32::INFINITY, f32::INFINITY, 0.0);
        for at in near(y).flat_map(|down| near(x).map(move |across| down * ALONG + across)) {
            let [left, top, of_stone] = stones[at];
            let away = (x - left).hypot(y - top);
            if away < nearest {
                (next, nearest, luma) = (nearest, away, of_stone);
            } else {
                next = next.min(away);
            }
        }
        if next - nearest < 0.008 { 30.0 } else { luma }
    }
}

#[test]
fn a_part_of_a_fine_pattern_is_found_however_much_was_cut_off() {
    let patterns = (0..4).map(|at| (format!("stones {at}"), Drawing::new(stones(at))));
    let whole: Vec<Picture> = patterns
        .map(|(name, pattern)| Picture::new(&name, &pattern, 5))
        .collect();
    for cut in [0.06, 0.1, 0.13, 0.16, 0.2] {
        let pattern = stones(2);
        let part = Drawing::new(|x, y| {
            let within = |at: f32| 0.4 * cut + (1.0 - cut) * at;
            pattern(within(x), within(y))
        });
        let mut pictures = whole.clone();
        pictures.push(Picture::new("part", &part, 5));
        let groups = analysed(&pictures).groups;
        assert!(
            groups.len() == 1 && holds(&groups[0], 2, 4),
            "{cut}: {groups:?}"
        );
    }
}

#[test]
fn a_photograph_seen_from_aside_is_found() {
    assert!(is_found(|scene| {
        scene.moved(None, |x, y| {
            let aside = 1.0 + 0.06 * x - 0.04 * y;
            [0.93 * x / aside, 0.92 * y / aside]
        })
    }));
}

#[test]
fn a_photograph_whose_light_was_changed_by_a_curve_is_found() {
    assert!(is_found(|scene| {
        scene.mapped(|luma| 255.0 * (luma / 255.0).powf(2.4))
    }));
    assert!(is_found(|scene| scene.mapped(|luma| 70.0 + 0.6 * luma)));
}

#[test]
fn a_photograph_whose_light_falls_off_towards_the_corners_is_found() {
    assert!(is_found(|scene| {
        let mut dark = scene.clone();
        for (at, luma) in dark.0.iter_mut().enumerate() {
            let unit = |at: usize| (2 * at) as f32 / SIDE as f32 - 1.0;
            let (x, y) = (unit(at % SIDE), unit(at / SIDE));
            *luma *= 1.0 - 0.42 * (x * x + y * y);
        }
        dark
    }));
}

#[test]
fn a_photograph_cut_and_lit_anew_at_once_is_found() {
    let cut = |scene: &Drawing| scene.window([0.05, 0.06, 0.95, 0.96]);
    for (added, gain) in [(15.0, 1.1), (30.0, 1.0)] {
        let lit = |scene: &Drawing| cut(scene).mapped(|luma| added + gain * luma);
        assert!(is_found(lit), "{added} + {gain} x");
    }
}

#[test]
fn the_negative_of_a_photograph_is_found_and_that_of_a_page_is_not() {
    assert!(is_found(|scene| scene.mapped(|luma| 255.0 - luma)));
    let page = |at: f32| {
        let mut page = Drawing::plain(245.0);
        for line in 0..9 {
            let (x, y) = (0.08 + 0.02 * at, 0.08 + 0.1 * line as f32);
            page.rectangle([x, y, x + 0.5 + 0.04 * line as f32, y + 0.04], 20.0);
        }
        page
    };
    let dark = page(0.0).mapped(|luma| 255.0 - luma);
    let pages = [
        Picture::new("page", &page(0.0), 4),
        Picture::new("dark", &dark, 4),
    ];
    assert_eq!(analysed(&pages).groups, []);
}

#[test]
fn a_photograph_written_over_in_many_places_is_found() {
    assert!(is_found(|scene| {
        let mut written = scene.clone();
        for at in 0..9 {
            let (x, y) = (0.04 + 0.33 * (at % 3) as f32, 0.05 + 0.33 * (at / 3) as f32);
            written.rectangle([x, y, x + 0.16, y + 0.05], 255.0);
        }
        written
    }));
}
