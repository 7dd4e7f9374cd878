//! Going on from what an analysis remembered.

use lamina_analysis::{Compared, Matrix, Memory, Settings, Unwatched, analyse_after};
use proptest::prelude::*;

use crate::pictures::{Dice, Drawing, Larger, Picture};

/// Pictures of which a set may have any: subjects that look alike, with copies of all kinds.
fn universe(seed: u64) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for subject in 0..6 {
        let scene = Drawing::photograph(seed * 100 + subject);
        let mut add = |what: &str, drawing: &Drawing| {
            let name = format!("{seed} {subject} {what}");
            pictures.push(Picture::new(&name, drawing, subject / 3));
        };
        add("original", &scene);
        add("recoded", &scene.noisy(2.0, subject));
        add("coarse", &scene.noisy(5.0, subject + 50));
        add("mirrored", &scene.turned(1));
        add("part", &scene.window([0.0, 0.0, 0.93, 0.93]));
        add("framed", &scene.framed(0.05, 240.0));
        if subject == 0 {
            // A file with the same pixels, and one with the same bytes, each the one to keep.
            let mut equal = pictures[0].clone();
            equal.facts.content_hash[0] ^= 1;
            equal.facts.size_bytes *= 2;
            pictures.push(equal.clone());
            equal.facts.modified_us -= 1;
            pictures.push(equal);
        }
    }
    // Of one page in so many copies the most promising pairs are others with every copy.
    let page = Drawing::page(seed);
    for copy in 0..9 {
        let lean = 0.003 * copy as f32;
        let slanted = page.moved(Some(252.0), |x, y| [x - lean * y, y + lean * x]);
        let cut = slanted.window([0.004 * copy as f32, 0.0, 1.0, 1.0]);
        let name = format!("{seed} page {copy}");
        pictures.push(Picture::new(&name, &cut.noisy(2.0, copy), 9));
    }
    pictures
}

/// So few of everything that lists overflow.
fn few() -> Settings {
    Settings {
        neighbours: 3,
        alike_at_most: 4,
        near_hashes_at_most: 3,
        ..Settings::default()
    }
}

/// What is found, and what is remembered of it, as bytes and read again.
struct Told {
    compared: Compared,
    bytes: Vec<u8>,
    memory: Memory,
}

/// What is remembered, without the work that it took, two numbers and their count, and the hash.
fn known(told: &Told) -> &[u8] {
    &told.bytes[..told.bytes.len() - 3 * 8 - 32]
}

fn compared(before: Option<&Memory>, pictures: &[&Picture], settings: &Settings) -> Told {
    let facts: Vec<_> = pictures
        .iter()
        .zip(0..)
        .map(|(picture, order)| {
            let mut facts = picture.facts.clone();
            facts.order = order;
            facts
        })
        .collect();
    let rows: Vec<_> = pictures.iter().map(|picture| &picture.vector[..]).collect();
    let vectors = Matrix::from_rows(&rows).unwrap();
    let closeups = Larger(pictures.to_vec());
    let (before, watch) = (before.cloned(), &Unwatched);
    let mut bytes = Vec::new();
    let compared = analyse_after(
        before, &vectors, &facts, &closeups, settings, watch, &mut bytes,
    )
    .unwrap();
    compared.remembered.as_ref().unwrap();
    Told {
        compared,
        memory: Memory::from_bytes(&bytes).unwrap(),
        bytes,
    }
}

/// Some of all, in an order of paths that is another each time.
fn some(all: &[Picture], step: u64) -> Vec<&Picture> {
    let mut dice = Dice::new(step);
    let share = dice.unit();
    let mut chosen: Vec<&Picture> = all.iter().filter(|_| dice.unit() < share).collect();
    chosen.sort_by_cached_key(|_| dice.next());
    chosen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_added_and_taken_away_the_findings_are_those_of_all_at_once(
        seed in 0_u64..1000,
        steps in prop::collection::vec(any::<u64>(), 2..8),
    ) {
        let all = universe(seed);
        let mut memory: Option<Memory> = None;
        for step in steps {
            let pictures = some(&all, step);
            let again = compared(memory.as_ref(), &pictures, &few());
            let anew = compared(None, &pictures, &few());
            prop_assert_eq!(&again.compared.findings, &anew.compared.findings);
            prop_assert_eq!(again.memory.pictures(), anew.memory.pictures());
            memory = Some(again.memory);
        }
    }

    #[test]
    fn in_a_set_too_large_to_compare_all_the_groups_are_those_of_all_at_once(
        seed in 0_u64..1000,
        order in any::<u64>(),
    ) {
        let all = universe(seed);
        let mut dice = Dice::new(order);
        let mut pictures: Vec<&Picture> = all.iter().collect();
        pictures.sort_by_cached_key(|_| dice.next());
        let large = Settings { exact_up_to: 8, ..Settings::default() };
        let mut memory = None;
        for count in [6, 20, 24, 25, pictures.len()] {
            let again = compared(memory.as_ref(), &pictures[..count], &large);
            let anew = compared(None, &pictures[..count], &large);
            let groups = |told: &Told| told.compared.findings.groups.clone();
            prop_assert_eq!(groups(&again), groups(&anew), "{}", count);
            memory = Some(again.memory);
        }
    }
}

#[test]
fn one_more_picture_is_compared_with_the_others_and_they_not_with_each_other() {
    let all = universe(4);
    let mut pictures: Vec<&Picture> = all.iter().collect();
    let last = pictures.pop().unwrap();
    let first = compared(None, &pictures, &Settings::default());
    assert_eq!(
        first.compared.work.pictures_compared,
        first.memory.pictures() as u64
    );
    let laid = first.compared.work.pairs_laid;
    assert!(laid > 100, "{laid}");

    let before = Some(&first.memory);
    let same = compared(before, &pictures, &Settings::default());
    assert_eq!(
        (
            same.compared.work.pictures_compared,
            same.compared.work.pairs_laid
        ),
        (0, 0)
    );
    assert_eq!(same.compared.findings, first.compared.findings);
    assert!(known(&same) == known(&first), "remembered otherwise");

    pictures.push(last);
    let more = compared(before, &pictures, &Settings::default());
    let anew = compared(None, &pictures, &Settings::default()).compared;
    assert_eq!(more.compared.findings, anew.findings);
    assert!(!more.compared.findings.groups.is_empty());
    assert_eq!(more.compared.work.pictures_compared, 1);
    assert!(more.compared.work.pairs_laid > 0);
    // It may push others out of a list, by which they are looked at less hard.
    let new = anew.work.pairs_laid - laid;
    assert!(
        more.compared.work.pairs_laid <= new + 6,
        "{} of {new}",
        more.compared.work.pairs_laid
    );

    // What was taken away leaves nothing to be laid, only lists that may be too short.
    let fewer = compared(Some(&more.memory), &pictures[3..], &Settings::default()).compared;
    let anew = compared(None, &pictures[3..], &Settings::default()).compared;
    assert_eq!(fewer.findings, anew.findings);
    assert!(fewer.work.pairs_laid <= 6, "{}", fewer.work.pairs_laid);
}

#[test]
fn a_memory_made_with_other_settings_is_as_good_as_none() {
    let all = universe(5);
    let pictures: Vec<&Picture> = all.iter().take(14).collect();
    let anew = compared(None, &pictures, &Settings::default());
    let stricter = Settings {
        least_likeness: 0.99,
        ..Settings::default()
    };
    for settings in [few(), stricter] {
        let other = compared(None, &pictures, &settings).memory;
        let again = compared(Some(&other), &pictures, &Settings::default());
        assert_eq!(again.compared.findings, anew.compared.findings);
        assert!(known(&again) == known(&anew), "remembered otherwise");
        assert_eq!(
            again.compared.work.pictures_compared,
            again.memory.pictures() as u64
        );
    }
}

#[test]
fn bytes_that_are_no_memory_are_none() {
    let all = universe(6);
    let pictures: Vec<&Picture> = all.iter().take(9).collect();
    let bytes = compared(None, &pictures, &few()).bytes;
    for end in (0..bytes.len()).step_by(97) {
        assert_eq!(Memory::from_bytes(&bytes[..end]), None, "the first {end}");
    }
    for at in (0..bytes.len()).step_by(41) {
        let mut altered = bytes.clone();
        altered[at] ^= 4;
        assert_eq!(Memory::from_bytes(&altered), None, "altered at {at}");
    }
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert_eq!(Memory::from_bytes(&longer), None);
}

#[test]
fn a_memory_of_another_make_is_none_though_it_is_whole() {
    let all = universe(6);
    let pictures: Vec<&Picture> = all.iter().take(9).collect();
    let bytes = compared(None, &pictures, &few()).bytes;
    let content = &bytes[..bytes.len() - 32];
    let sealed = |content: &[u8]| [content, blake3::hash(content).as_bytes()].concat();
    assert!(Memory::from_bytes(&sealed(content)).is_some());
    for at in 0..8 {
        let mut other = content.to_vec();
        other[at] ^= 1;
        assert_eq!(Memory::from_bytes(&sealed(&other)), None, "made by {at}");
    }
    for end in (8..content.len()).step_by(61) {
        let cut = sealed(&content[..end]);
        assert_eq!(Memory::from_bytes(&cut), None, "the first {end}");
    }
    let longer = sealed(&[content, &[0]].concat());
    assert_eq!(Memory::from_bytes(&longer), None);
    // Whatever numbers stand in it, reading them is no fault.
    for at in (8..content.len()).step_by(41) {
        let mut other = content.to_vec();
        other[at] ^= 0xff;
        drop(Memory::from_bytes(&sealed(&other)));
    }
}
