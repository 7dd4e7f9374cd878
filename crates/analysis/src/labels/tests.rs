use super::*;
use crate::Unwatched;
use crate::neighbours::dot;

const COLUMNS: usize = 24;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn signed(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f32 / (1_u64 << 30) as f32 - 1.0
    }
}

/// A vector around the middle of a class.
fn around(class: u32, own: u64, spread: f32) -> Vec<f32> {
    let (mut middle, mut own) = (Dice(u64::from(class) + 5), Dice(own + 1_000));
    let row: Vec<f32> = (0..COLUMNS)
        .map(|_| middle.signed() + spread * own.signed())
        .collect();
    let length = dot(&row, &row).sqrt();
    row.iter().map(|value| value / length).collect()
}

/// So many pictures of each class, in turn.
fn classes(count: u32, each: u32, spread: f32) -> (Vec<Vec<f32>>, Vec<Option<u32>>) {
    let rows = 0..count * each;
    rows.map(|row| {
        let class = row % count;
        (around(class, u64::from(row), spread), Some(class))
    })
    .unzip()
}

fn judged(rows: &[Vec<f32>], labels: &[Option<u32>]) -> LabelFindings {
    let vectors = Matrix::from_rows(rows).unwrap();
    judge_labels(&vectors, labels, &Settings::default(), &Unwatched).unwrap()
}

fn doubted(found: &LabelFindings) -> Vec<u32> {
    let sure = found.mislabels.iter().filter(|told| told.confidence >= 0.5);
    sure.map(|told| told.row).collect()
}

#[test]
fn of_three_labels_in_a_hundred_set_wrong_the_surest_found_are_those_and_the_right_one_is_told() {
    let (rows, right) = classes(10, 60, 0.9);
    let mut labels = right.clone();
    let wrong: Vec<u32> = (0..18).map(|at| at * 33 + 5).collect();
    for row in &wrong {
        let label = &mut labels[*row as usize];
        *label = label.map(|label| (label + 1 + row % 9) % 10);
    }
    let found = judged(&rows, &labels);
    let surest = &found.mislabels[..wrong.len()];
    let hits = surest.iter().filter(|told| wrong.contains(&told.row));
    assert!(hits.clone().count() >= 17, "{surest:?}");
    for told in hits {
        assert_eq!(Some(told.suggested), right[told.row as usize]);
        assert!(told.confidence >= 0.5, "{told:?}");
    }
}

#[test]
fn right_labels_are_not_doubted() {
    let (rows, labels) = classes(6, 30, 0.5);
    assert_eq!(doubted(&judged(&rows, &labels)), []);
}

#[test]
fn in_a_set_too_large_to_draw_from_whole_no_class_is_passed_over() {
    // Two classes in turn: every second row of the set would be of one class alone.
    let (rows, labels) = classes(2, 16_500, 0.3);
    assert_eq!(doubted(&judged(&rows, &labels)), [0_u32; 0]);
}

#[test]
fn six_pictures_of_a_class_among_thirty_three_thousand_are_not_doubted_but_a_wrong_one_there_is() {
    let (mut rows, mut labels) = classes(2, 16_500, 0.9);
    for at in 0..6 {
        rows.push(around(7, 50_000 + at, 0.9));
        labels.push(Some(7));
    }
    // And one of the first class, labelled as the small one.
    rows.push(around(0, 60_000, 0.9));
    labels.push(Some(7));
    let found = judged(&rows, &labels);
    let small: Vec<u32> = (33_000..33_007).collect();
    let mut told = doubted(&found);
    told.retain(|row| small.contains(row));
    assert_eq!(told, [33_006]);
    let all = doubted(&found).len();
    assert!(all < 5, "{all}");
}

#[test]
fn of_more_classes_than_may_be_told_apart_the_largest_are_and_the_others_left_alone() {
    let (mut rows, mut labels) = classes(3, 20, 0.4);
    for at in 0..8 {
        rows.push(around(7, 700 + at, 0.4));
        labels.push(Some(7));
    }
    // One of the small class among a large one, and one of a large class in the small one.
    rows[0] = around(7, 800, 0.4);
    rows[60] = around(1, 801, 0.4);
    // And one of a large class in another.
    rows[4] = around(2, 802, 0.4);
    let judged_up_to = |most_classes| {
        let vectors = Matrix::from_rows(&rows).unwrap();
        let settings = Settings {
            most_classes,
            ..Settings::default()
        };
        judge_labels(&vectors, &labels, &settings, &Unwatched).unwrap()
    };
    let all = judged_up_to(4);
    for row in [0, 4, 60] {
        assert!(doubted(&all).contains(&row), "{row}");
    }
    let largest = judged_up_to(3);
    assert!(largest.mislabels.iter().all(|told| told.row < 60));
    assert!(largest.mislabels.iter().all(|told| told.suggested != 7));
    assert!(doubted(&largest).contains(&4));
}

#[test]
fn a_single_class_is_never_doubted() {
    let (mut rows, labels) = classes(1, 40, 0.3);
    rows[3] = around(9, 3, 0.3);
    assert_eq!(judged(&rows, &labels).mislabels, []);
}

#[test]
fn a_class_of_four_is_neither_doubted_nor_suggested() {
    let (mut rows, mut labels) = classes(2, 20, 0.3);
    for at in 0..4 {
        rows.push(around(7, 500 + at, 0.3));
        labels.push(Some(7));
    }
    // It would be doubted, and be suggested for this one.
    rows[40] = around(0, 999, 0.3);
    rows[0] = around(7, 998, 0.3);
    let found = judged(&rows, &labels);
    assert!(found.mislabels.iter().all(|told| told.row < 40));
    assert!(found.mislabels.iter().all(|told| told.suggested != 7));
}

#[test]
fn pictures_without_label_or_vector_are_neither_judged_nor_heard() {
    let (mut rows, mut labels) = classes(3, 20, 0.4);
    let before = judged(&rows, &labels);
    for at in 0..30 {
        rows.push(around(1, 700 + at, 0.4));
        labels.push(None);
        rows.push(vec![0.0; COLUMNS]);
        labels.push(Some(2));
    }
    assert_eq!(judged(&rows, &labels), before);
}

fn apart(found: &LabelFindings) -> Vec<u32> {
    let sure = found.class_outliers.iter();
    sure.filter(|told| told.confidence >= 0.5)
        .map(|told| told.row)
        .collect()
}

#[test]
fn a_picture_unlike_its_class_that_no_other_class_claims_stands_apart_from_it() {
    let (mut rows, labels) = classes(2, 40, 0.3);
    rows[10] = around(9, 4_000, 0.3);
    let found = judged(&rows, &labels);
    assert_eq!(apart(&found), [10]);
    assert_eq!(doubted(&found), []);
}

#[test]
fn a_picture_that_another_class_claims_is_mislabelled_and_no_outlier_of_its_class() {
    let (mut rows, labels) = classes(2, 40, 0.3);
    rows[10] = around(1, 4_000, 0.3);
    let found = judged(&rows, &labels);
    assert_eq!(doubted(&found), [10]);
    assert_eq!(apart(&found), []);
}

#[test]
fn in_a_single_class_outliers_are_told_all_the_same() {
    let (mut rows, labels) = classes(1, 40, 0.3);
    rows[3] = around(9, 3, 0.3);
    assert_eq!(apart(&judged(&rows, &labels)), [3]);
}

#[test]
fn every_picture_needs_an_entry() {
    let vectors = Matrix::from_rows(&[vec![1.0], vec![1.0]]).unwrap();
    let found = judge_labels(&vectors, &[None], &Settings::default(), &Unwatched);
    let wanted = AnalysisError::RowCount {
        vectors: 2,
        facts: 1,
    };
    assert_eq!(found, Err(wanted));
}
