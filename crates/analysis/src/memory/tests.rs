//! Going on, in sets of more than one block.

use std::io;

use lamina_model::{DuplicateTier, Measures, Signature};

use super::{Memory, Writer};
use crate::closer::{Closer, Parts, Promise};
use crate::duplicates::{Alike, Laid, Laying, Looked, Pair, Pairs};
use crate::likeness::align::Lay;
use crate::likeness::{Effort, Likeness};
use crate::{Compared, Facts, Matrix, Settings, Unwatched, analyse_after};

const COLUMNS: usize = 40;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn signed(&mut self) -> f32 {
        self.next() as f32 / (1_u64 << 30) as f32 - 1.0
    }
}

/// One of many pictures around a hundred subjects; some are copies of each other.
fn picture(number: u32) -> (Facts, (Signature, Vec<f32>)) {
    let subject = u64::from(number % 100);
    let (mut middle, mut own) = (Dice(subject + 7), Dice(u64::from(number) * 977 + 3));
    let near = if number.is_multiple_of(5) { 0.1 } else { 0.8 };
    let vector: Vec<f32> = (0..COLUMNS)
        .map(|_| middle.signed() + near * own.signed())
        .collect();
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    let mut hash = [0; 32];
    hash.fill_with(|| own.next() as u8);
    let grid: Vec<u8> = (0..64).map(|_| (middle.next() % 256) as u8).collect();
    let noise = Dice(u64::from(number));
    let signature = Signature::new(std::array::from_fn(|at| {
        let coarse = grid[at / 128 * 8 + at % 32 / 4];
        coarse / 2 + (Dice(noise.0 + at as u64).next() % 6) as u8
    }));
    let facts = Facts {
        content_hash: hash,
        pixel_hash: hash,
        perceptual_hash: middle.next() << 33 | (own.next() % 64),
        measures: Measures {
            luma_mean: 110.0,
            luma_spread: 40.0,
            luma_p05: 20.0,
            luma_p50: 110.0,
            luma_p95: 200.0,
            luma_entropy_bits: 7.0,
            sharpness: 2.0,
            sharpness_best: 2.5,
            mean_rgb: [110; 3],
        },
        width_px: 640,
        height_px: 480,
        size_bytes: 50_000,
        modified_us: 0,
        order: number,
    };
    let vector = vector.iter().map(|value| value / length);
    (facts, (signature, vector.collect()))
}

fn compared(
    before: Option<&Memory>,
    numbers: impl Iterator<Item = u32>,
    exact_up_to: usize,
) -> (Compared, Memory) {
    let (facts, seen): (Vec<_>, Vec<_>) = numbers.map(picture).unzip();
    let (signatures, vectors): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
    let settings = Settings {
        alike_at_most: 9,
        near_hashes_at_most: 9,
        exact_up_to,
        ..Settings::default()
    };
    let vectors = Matrix::from_rows(&vectors).unwrap();
    let (before, watch) = (before.cloned(), &Unwatched);
    let mut bytes = Vec::new();
    let compared = analyse_after(
        before,
        &vectors,
        &facts,
        &signatures,
        &settings,
        watch,
        &mut bytes,
    );
    (compared.unwrap(), Memory::from_bytes(&bytes).unwrap())
}

#[test]
fn the_findings_are_those_of_all_at_once_across_blocks() {
    let (first, memory) = compared(None, 0..1150, usize::MAX);
    assert!(first.findings.groups.len() > 20);
    let numbers = || (0..1200).filter(|number| number % 60 != 1);
    let (again, _) = compared(Some(&memory), numbers(), usize::MAX);
    let (anew, _) = compared(None, numbers(), usize::MAX);
    assert!(again.findings == anew.findings);
    assert!(
        again.work.pictures_compared < 400,
        "{}",
        again.work.pictures_compared
    );
    assert!(
        10 * again.work.pairs_laid < 3 * anew.work.pairs_laid,
        "{} of {}",
        again.work.pairs_laid,
        anew.work.pairs_laid
    );
}

#[test]
fn within_neighbourhoods_the_findings_are_those_of_an_analysis_with_the_same_landmarks() {
    let (_, first) = compared(None, 0..1150, 0);
    let landmarks = || {
        let (_, mut landmarks) = compared(None, 0..0, usize::MAX);
        let mut neighbourhoods = first.neighbours.neighbourhoods.clone().unwrap();
        neighbourhoods.homes.clear();
        landmarks.neighbours.neighbourhoods = Some(neighbourhoods);
        landmarks.made_by = first.made_by;
        landmarks
    };
    let mut memory = first.clone();
    for (from, to) in [(0, 1200), (40, 1200), (40, 1500)] {
        let (again, remembered) = compared(Some(&memory), from..to, 0);
        let (anew, _) = compared(Some(&landmarks()), from..to, 0);
        assert!(again.findings == anew.findings, "{from} to {to}");
        assert_eq!(anew.work.pictures_compared, u64::from(to - from));
        assert!(
            again.work.pictures_compared < 600,
            "{}",
            again.work.pictures_compared
        );
        memory = remembered;
    }
    // A set that has outgrown its landmarks has others.
    let (grown, memory) = compared(Some(&memory), 0..2400, 0);
    assert_eq!(grown.work.pictures_compared, 2400);
    let neighbourhoods = memory.neighbours.neighbourhoods;
    assert_eq!(neighbourhoods.unwrap().chosen_for, 2400);
}

/// Takes so many bytes and no more.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_cannot_be_remembered_costs_no_finding_and_is_told() {
    let (facts, seen): (Vec<_>, Vec<_>) = (0..600).map(picture).unzip();
    let (signatures, vectors): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
    let vectors = Matrix::from_rows(&vectors).unwrap();
    let compared = |remember: &mut dyn io::Write| {
        let settings = Settings::default();
        let watch = &Unwatched;
        analyse_after(
            None,
            &vectors,
            &facts,
            &signatures,
            &settings,
            watch,
            remember,
        )
        .unwrap()
    };
    let mut bytes = Vec::new();
    let whole = compared(&mut bytes);
    whole.remembered.unwrap();
    for room in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        let told = compared(&mut Full(room));
        assert!(told.findings == whole.findings, "{room}");
        let fault = told.remembered.unwrap_err();
        assert_eq!(fault.kind(), io::ErrorKind::StorageFull, "{room}");
    }
    compared(&mut Full(bytes.len())).remembered.unwrap();
}

#[test]
fn all_that_was_seen_of_pairs_and_drawings_is_read_as_it_was_written() {
    let (_, mut memory) = compared(None, 0..90, 0);
    let likeness = |tier, value| Some(Likeness { tier, value });
    let same = Closer::Same(likeness(DuplicateTier::Edited, 0.97).unwrap());
    let turned = likeness(DuplicateTier::Mirrored, 0.91);
    let pair = |one, other, effort| Pair::new(one, other, effort);
    let alike = [
        (
            pair(3, 4, Effort::Usual),
            likeness(DuplicateTier::SamePicture, 0.99),
        ),
        (pair(4, 9, Effort::More), turned),
    ];
    let alike = alike.map(|(pair, likeness)| Alike {
        pair,
        likeness: likeness.unwrap(),
    });
    let drawing = |other, effort, likeness, closer| Laid {
        likeness,
        closer,
        promise: Some(Promise {
            laid: other as u8,
            profile: 255,
        }),
        ..Laid::apart(pair(3, other, effort))
    };
    let drawings = vec![
        drawing(5, Effort::More, turned, None),
        drawing(6, Effort::Usual, None, Some(Closer::Different)),
        drawing(7, Effort::More, None, Some(Closer::Nothing)),
        drawing(8, Effort::Usual, turned, Some(same)),
    ];
    let mut apart = Pairs::with_room(2);
    apart.push(pair(0, 1, Effort::More));
    apart.push(pair(2, u32::MAX >> 1, Effort::Usual));
    let part = |scale| Lay {
        scale: [scale, 0.5],
        shift: [-3.0, 4.0],
    };
    let parts = |bare, content| Parts {
        ground: 0.5,
        ground_inside: 0.25,
        profile: std::array::from_fn(|at| at as i8 - 4),
        bare,
        content,
    };
    memory.laying = Laying {
        pairs: Looked {
            drawings,
            alike: alike.to_vec(),
            apart,
        },
        parts: [
            (1, parts(None, None)),
            (7, parts(Some(part(1.5)), None)),
            (9, parts(Some(part(0.75)), Some(part(1.0)))),
        ]
        .into(),
    };
    assert!(
        memory
            .hashed
            .near
            .each()
            .any(|near| !near.held().is_empty())
    );
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, &memory.made_by, &memory.keys);
    writer.neighbours(&memory.neighbours);
    writer.hashed(&memory.hashed);
    writer.laying(&memory.laying);
    writer.finish(memory.work).unwrap();
    assert_eq!(Memory::from_bytes(&bytes), Some(memory));
}
