//! Copies, and pictures that only look like copies.

use lamina_analysis::{Findings, Group};
use lamina_model::DuplicateTier;

use crate::pictures::{Dice, Drawing, Picture, SIDE};
use crate::{analysed, holds};

/// A photograph and one other picture, with eight more photographs beside them.
fn beside_others(one: Picture, other: Picture) -> Findings {
    let mut pictures = vec![one, other];
    pictures.extend(
        (100..108)
            .map(|seed| Picture::new(&format!("other {seed}"), &Drawing::photograph(seed), seed)),
    );
    analysed(&pictures)
}

/// The tier and the likeness of the only group, which must hold the first two pictures.
fn told_as(change: impl Fn(&Drawing) -> Drawing, seed: u64) -> (DuplicateTier, f32) {
    let scene = Drawing::photograph(seed);
    let changed = change(&scene).noisy(2.0, seed + 1);
    let findings = beside_others(
        Picture::new("a", &scene, seed),
        Picture::new("b", &changed, seed),
    );
    assert_eq!(
        findings.groups.len(),
        1,
        "seed {seed}: {:?}",
        findings.groups
    );
    let group = &findings.groups[0];
    assert!(holds(group, 0, 1), "{group:?}");
    (group.tier, group.others[0].1)
}

#[test]
fn files_equal_byte_for_byte_and_pixel_for_pixel_are_groups_of_their_own() {
    let scene = Drawing::photograph(1);
    let original = Picture::new("original", &scene, 1);
    let copy = original.clone();
    let mut relabelled = Picture::new("other metadata", &scene, 1);
    relabelled.facts.pixel_hash = original.facts.pixel_hash;
    relabelled.facts.size_bytes += 100;
    let recoded = Picture::new("recoded", &scene.noisy(2.0, 5), 1);
    let findings = analysed(&[original, copy, relabelled, recoded]);
    let told: Vec<_> = findings
        .groups
        .iter()
        .map(|g| (g.tier, g.keep, g.others.len()))
        .collect();
    // Larger is kept: 2 stands for all with its pixels; of the first two the first path.
    assert_eq!(
        told,
        [
            (DuplicateTier::SameBytes, 0, 1),
            (DuplicateTier::SamePixels, 2, 1),
            (DuplicateTier::SamePicture, 2, 1),
        ]
    );
    assert_eq!(findings.groups[0].others, [(1, 1.0)]);
    assert_eq!(findings.groups[1].others, [(0, 1.0)]);
    assert_eq!(findings.groups[2].others[0].0, 3);
    assert!(findings.groups[2].others[0].1 < 1.0);
}

#[test]
fn the_copy_to_keep_has_most_pixels_then_most_bytes_then_is_oldest_then_first() {
    let scene = Drawing::photograph(2);
    let base = Picture::new("base", &scene, 2);
    let with = |name: &str, change: &dyn Fn(&mut Picture)| {
        let mut picture = Picture::new(name, &scene, 2);
        change(&mut picture);
        picture
    };
    let newer = with("newer", &|p| p.facts.modified_us += 1);
    let fuller = with("fuller", &|p| p.facts.size_bytes += 1);
    let larger = with("larger", &|p| {
        (p.facts.width_px, p.facts.height_px) = (1280, 960);
    });
    let keep = |pictures: &[Picture]| analysed(pictures).groups[0].keep;
    assert_eq!(keep(&[newer.clone(), base.clone()]), 1);
    assert_eq!(keep(&[base.clone(), newer, fuller.clone()]), 2);
    assert_eq!(keep(&[base.clone(), fuller, larger]), 2);
    assert_eq!(keep(&[base.clone(), with("twin", &|_| ())]), 0);
}

#[test]
fn recoded_and_scaled_copies_are_the_same_picture() {
    for seed in 10..14 {
        let (tier, likeness) = told_as(Clone::clone, seed);
        assert_eq!(tier, DuplicateTier::SamePicture);
        assert!((0.99..1.0).contains(&likeness), "{likeness}");
    }
}

/// Something done to a picture.
type Edit<'a> = &'a dyn Fn(&Drawing) -> Drawing;

#[test]
fn brighter_cropped_framed_and_written_on_copies_are_edited() {
    let edits: [(&str, Edit<'_>); 7] = [
        ("brighter", &|d| d.mapped(|luma| luma * 1.25)),
        ("fainter", &|d| {
            d.mapped(|luma| 128.0 + (luma - 128.0) * 0.7)
        }),
        ("cropped at a corner", &|d| d.window([0.0, 0.0, 0.95, 0.95])),
        ("cropped all round", &|d| d.window([0.04, 0.04, 0.96, 0.96])),
        ("framed in white", &|d| d.framed(0.06, 255.0)),
        ("framed in black", &|d| d.framed(0.09, 0.0)),
        ("written on", &|d| {
            let mut d = d.clone();
            d.rectangle([0.7, 0.88, 0.98, 0.97], 20.0);
            d
        }),
    ];
    for (name, edit) in edits {
        for seed in 20..23 {
            let (tier, likeness) = told_as(edit, seed);
            assert_eq!(tier, DuplicateTier::Edited, "{name}, {seed}");
            assert!(
                (0.96..1.0).contains(&likeness),
                "{name}, {seed}: {likeness}"
            );
        }
    }
}

#[test]
fn parts_of_a_picture_wherever_they_were_cut_out_are_edited_copies() {
    for window in [
        [0.0, 0.1, 0.9, 1.0],
        [0.1, 0.0, 0.9, 0.8],
        [0.25, 0.25, 1.0, 1.0],
        [0.0, 0.0, 0.7, 1.0],
        [0.0, 0.2, 1.0, 1.0],
    ] {
        for seed in 20..23 {
            let scene = Drawing::photograph(seed);
            let part = scene.window(window).noisy(2.0, seed);
            let part = as_part("part", &part, window, seed);
            let whole = Picture::new("whole", &scene, seed);
            let groups = beside_others(whole, part).groups;
            are_together(
                &groups,
                DuplicateTier::Edited,
                &format!("{window:?}, {seed}"),
            );
        }
    }
}

/// The first two pictures are copies of this tier, and nothing else is told.
fn are_together(groups: &[Group], tier: DuplicateTier, of: &str) {
    assert_eq!(groups.len(), 1, "{of}: {groups:?}");
    assert!(holds(&groups[0], 0, 1), "{of}: {groups:?}");
    assert_eq!(groups[0].tier, tier, "{of}");
}

/// A picture of as many pixels as such a window of 640 × 480 has.
fn as_part(name: &str, part: &Drawing, window: [f32; 4], seed: u64) -> Picture {
    let side = |from: f32, to: f32, pixels: f32| ((to - from) * pixels).round() as u32;
    let [left, top, right, bottom] = window;
    Picture::new(name, part, seed).sized(side(left, right, 640.0), side(top, bottom, 480.0))
}

#[test]
fn parts_that_were_mirrored_are_mirrored_copies_and_mirrored_views_are_none() {
    for window in [
        [0.0, 0.0, 0.8, 0.8],
        [0.2, 0.1, 1.0, 0.9],
        [0.25, 0.2, 1.0, 1.0],
        [0.15, 0.0, 1.0, 1.0],
    ] {
        for seed in 20..23 {
            let scene = Drawing::photograph(seed);
            let part = scene.window(window).turned(1).noisy(2.0, seed);
            let (whole, part) = (
                Picture::new("whole", &scene, seed),
                as_part("part", &part, window, seed),
            );
            // Whichever of the two comes first.
            for (one, other) in [(&whole, &part), (&part, &whole)] {
                let groups = beside_others(one.clone(), other.clone()).groups;
                are_together(
                    &groups,
                    DuplicateTier::Mirrored,
                    &format!("{window:?}, {seed}"),
                );
            }
        }
    }
    for seed in 40..50 {
        let scene = Drawing::photograph(seed);
        let one = scene.window([0.0, 0.0, 0.7, 0.7]);
        let other = scene.window([0.2, 0.15, 0.9, 0.85]).turned(1);
        let findings = beside_others(
            Picture::new("a", &one, seed),
            Picture::new("b", &other, seed),
        );
        assert_eq!(findings.groups, [], "{seed}");
    }
}

/// A scene with a bar of words over or below it.
fn captioned(scene: &Drawing, top: f32, bottom: f32) -> Drawing {
    let mut drawing = scene.clone();
    drawing.rectangle([0.0, top, 1.0, bottom], 250.0);
    for word in 0..6 {
        let left = 0.1 + 0.14 * word as f32;
        let middle = f32::midpoint(top, bottom);
        drawing.rectangle([left, middle - 0.02, left + 0.1, middle + 0.02], 20.0);
    }
    drawing
}

#[test]
fn a_fifth_painted_over_leaves_a_copy() {
    let edits: [(&str, Edit<'_>); 3] = [
        ("words over the foot", &|d| captioned(d, 0.77, 1.0)),
        ("words over the head", &|d| captioned(d, 0.0, 0.2)),
        ("a black bar over the foot", &|d| {
            let mut d = d.clone();
            d.rectangle([0.0, 0.77, 1.0, 1.0], 0.0);
            d
        }),
    ];
    for (name, edit) in edits {
        for seed in 20..24 {
            let (tier, likeness) = told_as(edit, seed);
            assert_eq!(tier, DuplicateTier::Edited, "{name}, {seed}");
            assert!(likeness >= 0.96, "{name}, {seed}: {likeness}");
        }
    }
}

#[test]
fn what_two_pictures_share_is_not_the_frame_around_them() {
    // The foot is wider than the other sides, as of an instant picture.
    no_groups_among("framed", |seed| {
        let scene = Drawing::photograph(seed);
        let mut card = Drawing::new(|x, y| {
            let at = |share: f32| ((share * SIDE as f32) as usize).min(SIDE - 1);
            scene.0[at((y - 0.06) / 0.74) * SIDE + at((x - 0.06) / 0.88)]
        });
        for side in [
            [0.0, 0.0, 0.06, 1.0],
            [0.94, 0.0, 1.0, 1.0],
            [0.0, 0.0, 1.0, 0.06],
            [0.0, 0.8, 1.0, 1.0],
        ] {
            card.rectangle(side, 250.0);
        }
        card
    });
}

#[test]
fn all_seven_mirrored_and_turned_copies_are_found_without_help_from_vectors() {
    for lay in 1..8 {
        let scene = Drawing::photograph(30);
        let turned = scene.turned(lay).noisy(2.0, 3);
        let findings = beside_others(
            Picture::new("a", &scene, 30),
            Picture::new("b", &turned, 31),
        );
        assert_eq!(findings.groups.len(), 1, "{lay}: {:?}", findings.groups);
        assert_eq!(findings.groups[0].tier, DuplicateTier::Mirrored, "{lay}");
        assert!(findings.groups[0].others[0].1 >= 0.96, "{lay}");
    }
}

#[test]
fn overlapping_views_of_one_scene_are_no_copies() {
    for seed in 40..50 {
        let scene = Drawing::photograph(seed);
        let one = scene.window([0.0, 0.0, 0.7, 0.7]);
        let other = scene.window([0.2, 0.15, 0.9, 0.85]);
        let findings = beside_others(
            Picture::new("a", &one, seed),
            Picture::new("b", &other, seed),
        );
        assert_eq!(findings.groups, [], "{seed}");
    }
}

#[test]
fn ever_smaller_parts_of_one_picture_do_not_chain() {
    let scene = Drawing::photograph(50);
    let parts: Vec<Picture> = (0..8)
        .map(|step| {
            let part = scene.window([0.0, 0.0, 0.94_f32.powi(step), 0.94_f32.powi(step)]);
            Picture::new(&format!("part {step}"), &part, 50)
        })
        .collect();
    let findings = analysed(&parts);
    assert!(
        findings.groups.iter().any(|group| holds(group, 0, 1)),
        "{:?}",
        findings.groups
    );
    assert!(
        !findings.groups.iter().any(|group| holds(group, 0, 7)),
        "{:?}",
        findings.groups
    );
    let others = findings.groups.iter().flat_map(|group| &group.others);
    for (other, _) in others {
        let mut kept = findings.groups.iter().map(|group| group.keep);
        assert!(!kept.any(|keep| keep == *other), "{other} stays and goes");
    }
}

#[test]
fn two_parts_of_one_picture_that_differ_stand_in_two_groups() {
    let scene = Drawing::photograph(51);
    // Plainly so: of two nearly alike it is the order in which they are compared that decides.
    let whole = Picture::new("whole", &scene, 51).sized(1000, 1000);
    let left = Picture::new("left", &scene.window([0.0, 0.0, 0.86, 0.86]), 51).sized(860, 860);
    let right = Picture::new("right", &scene.window([0.14, 0.14, 1.0, 1.0]), 51).sized(860, 860);
    let findings = analysed(&[whole, left, right]);
    assert!(
        findings.groups.iter().all(|group| group.keep == 0),
        "{:?}",
        findings.groups
    );
    assert!(
        !findings.groups.iter().any(|group| holds(group, 1, 2)),
        "{:?}",
        findings.groups
    );
    assert_eq!(findings.groups.len(), 2, "{:?}", findings.groups);
}

/// Pictures that a model finds nearly equal, since they are of one kind. Which of them are nearest
/// to which is chance, and so is which pairs are looked at hard: in another lot they are others.
fn no_groups_among(kind: &str, draw: impl Fn(u64) -> Drawing) {
    for lot in 0..LOTS {
        let named = |seed| format!("{kind} {lot} {seed}");
        let pictures: Vec<Picture> = (0..40)
            .map(|seed| Picture::new(&named(seed), &draw(seed), 7))
            .collect();
        assert_eq!(analysed(&pictures).groups, [], "{kind}, lot {lot}");
    }
}

const LOTS: u32 = 4;

#[test]
fn flat_colours_are_told_apart() {
    no_groups_among("flat", |seed| Drawing::plain(5.0 + 6.0 * seed as f32));
}

#[test]
fn flat_pictures_that_look_the_same_are_the_same() {
    // As two transparent pictures with different colours hidden under the transparency.
    let clear = Drawing::plain(255.0);
    let findings = analysed(&[Picture::new("a", &clear, 1), Picture::new("b", &clear, 1)]);
    assert_eq!(findings.groups.len(), 1);
    assert_eq!(findings.groups[0].tier, DuplicateTier::SamePicture);
}

#[test]
fn text_pages_are_told_apart() {
    no_groups_among("text", |seed| {
        let mut dice = Dice::new(seed);
        let mut page = Drawing::plain(250.0);
        for line in 0..30 {
            let top = 0.06 + line as f32 * 0.03;
            let mut left = 0.08;
            while left < 0.88 {
                let word = dice.between(0.02, 0.09);
                page.rectangle([left, top, (left + word).min(0.92), top + 0.014], 40.0);
                left += word + 0.015;
            }
        }
        page
    });
}

#[test]
fn goods_on_white_are_told_apart() {
    no_groups_among("goods", |seed| {
        let mut dice = Dice::new(seed);
        let mut shot = Drawing::plain(255.0);
        let (wide, high) = (dice.between(0.1, 0.25), dice.between(0.2, 0.4));
        let goods = dice.between(40.0, 200.0);
        shot.rectangle([0.5 - wide, 0.5 - high, 0.5 + wide, 0.5 + high], goods);
        // A label to be seen: boxes of one shape without are one box in another light.
        let darker = if goods > 120.0 { -1.0 } else { 1.0 };
        let label = dice.between(-0.1, 0.1);
        shot.rectangle(
            [0.5 - wide, 0.45 + label, 0.5 + wide, 0.55 + label],
            goods + darker * dice.between(25.0, 80.0),
        );
        shot
    });
}

/// Goods on white as a shop shows them: one drawing, its colour, and how light that is.
fn in_colour(name: &str, colour: [f32; 3]) -> Picture {
    let luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
    let mut shot = Drawing::plain(255.0);
    shot.rectangle([0.35, 0.3, 0.65, 0.85], luma);
    shot.rectangle([0.44, 0.12, 0.56, 0.3], luma);
    shot.rectangle([0.35, 0.5, 0.65, 0.62], f32::midpoint(luma, 255.0));
    let mut picture = Picture::new(name, &shot, 7);
    let share = 1.0 - (shot.0.iter().sum::<f32>() / shot.0.len() as f32 - luma) / (255.0 - luma);
    picture.facts.measures.mean_rgb =
        colour.map(|value| (share * value + (1.0 - share) * 255.0).round() as u8);
    picture
}

#[test]
fn goods_of_one_make_in_several_colours_are_told_apart_and_a_grey_copy_is_found() {
    let colours = [
        [210.0, 60.0, 50.0],
        [60.0, 160.0, 70.0],
        [70.0, 90.0, 200.0],
        [220.0, 190.0, 60.0],
        [150.0, 60.0, 160.0],
    ];
    let mut pictures: Vec<Picture> = (0..)
        .zip(colours)
        .map(|(at, colour)| in_colour(&format!("colour {at}"), colour))
        .collect();
    assert_eq!(analysed(&pictures).groups, []);
    let [red, green, blue] = colours[0];
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    pictures.push(in_colour("grey", [luma; 3]));
    let groups = analysed(&pictures).groups;
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert!(holds(&groups[0], 0, 5), "{groups:?}");
}

/// A form on white, drawn in one colour: lines, boxes and a stamp, a tenth of the paper.
fn drawn_form(name: &str, colour: [f32; 3]) -> Picture {
    let luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
    let mut form = Drawing::plain(255.0);
    for line in 0..6 {
        let top = 0.12 + 0.13 * line as f32;
        form.rectangle([0.1, top, 0.9, top + 0.012], luma);
    }
    form.rectangle([0.65, 0.78, 0.85, 0.9], luma);
    let drawn = form.0.iter().filter(|cell| **cell < 255.0).count() as f32;
    let share = drawn / form.0.len() as f32;
    let mut picture = Picture::new(name, &form, 7);
    picture.facts.measures.mean_rgb =
        colour.map(|value| (share * value + (1.0 - share) * 255.0).round() as u8);
    picture
}

#[test]
fn one_form_printed_in_several_colours_is_told_apart_however_little_of_it_is_drawn() {
    // Of about one luma, so that nothing but the colour tells them apart, and that by few steps
    // of the mean: a tenth is drawn.
    let colours = [
        [230.0, 60.0, 60.0],
        [60.0, 140.0, 60.0],
        [90.0, 90.0, 255.0],
        [110.0, 110.0, 110.0],
    ];
    let mut pictures: Vec<Picture> = (0..)
        .zip(colours)
        .map(|(at, colour)| drawn_form(&format!("colour {at}"), colour))
        .collect();
    let groups = analysed(&pictures[..3]).groups;
    assert_eq!(groups, [], "three colours");
    // The same ink again, the mean rounded the other way.
    let mut again = drawn_form("again", colours[0]);
    again.facts.measures.mean_rgb[1] += 1;
    pictures.truncate(1);
    pictures.push(again);
    let groups = analysed(&pictures).groups;
    assert_eq!(groups.len(), 1, "{groups:?}");
}

#[test]
fn a_copy_that_the_one_to_keep_is_no_copy_of_stands_with_the_picture_it_was_made_of() {
    // One side of a photograph, made larger, the whole of it, and the other side.
    let scene = Drawing::photograph(77);
    let left = scene.window([0.0, 0.0, 0.75, 1.0]);
    let left = Picture::new("left", &left, 61).sized(700, 700);
    let whole = Picture::new("whole", &scene, 61);
    let right = scene.window([0.28, 0.0, 1.0, 1.0]);
    let right = Picture::new("right", &right, 61).sized(461, 480);
    let findings = analysed(&[left, whole, right]);
    let told = |a: u32, b: u32| {
        let groups = findings.groups.iter();
        groups.filter(|group| holds(group, a, b)).count()
    };
    assert_eq!((told(0, 1), told(1, 2)), (1, 1), "{:?}", findings.groups);
    assert_eq!(told(0, 2), 0, "groups do not chain: {:?}", findings.groups);
    // The photograph goes for the larger side; what has nobody else stays.
    let kept: Vec<u32> = findings.groups.iter().map(|group| group.keep).collect();
    assert_eq!(kept, [0, 2]);
}

#[test]
fn night_frames_are_told_apart() {
    no_groups_among("night", |seed| {
        let mut dice = Dice::new(seed);
        let mut night = Drawing::plain(6.0);
        for _ in 0..10 {
            let (x, y) = (dice.unit() * 0.97, dice.between(0.3, 0.97));
            night.rectangle([x, y, x + 0.02, y + 0.02], dice.between(60.0, 220.0));
        }
        night.noisy(3.0, seed)
    });
}

#[test]
fn screens_of_one_program_are_told_apart() {
    no_groups_among("screen", |seed| {
        let mut dice = Dice::new(seed);
        let mut screen = Drawing::plain(245.0);
        screen.rectangle([0.0, 0.0, 1.0, 0.06], 60.0);
        screen.rectangle([0.0, 0.06, 0.18, 1.0], 225.0);
        for row in 0..14 {
            let top = 0.1 + row as f32 * 0.06;
            screen.rectangle([0.02, top, 0.14, top + 0.02], 80.0);
            screen.rectangle([0.2, top, 0.2 + dice.between(0.1, 0.7), top + 0.025], 70.0);
        }
        screen
    });
}

#[test]
fn copies_in_sets_of_look_alikes_are_still_found() {
    let page = |seed| {
        let mut dice = Dice::new(seed);
        let mut page = Drawing::plain(250.0);
        for line in 0..30 {
            let top = 0.06 + line as f32 * 0.03;
            page.rectangle([0.08, top, dice.between(0.2, 0.92), top + 0.014], 40.0);
        }
        page
    };
    let mut pictures: Vec<Picture> = (0..20)
        .map(|seed| Picture::new(&format!("page {seed}"), &page(seed), 7))
        .collect();
    pictures.push(Picture::new("copy", &page(4).noisy(2.0, 9), 7));
    let findings = analysed(&pictures);
    assert_eq!(findings.groups.len(), 1, "{:?}", findings.groups);
    assert!(holds(&findings.groups[0], 4, 20));
}
