//! Starting, watching and stopping an analysis.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lamina_analysis::{AnalysisError, Facts, Matrix, Settings, Unwatched, Watch, analyse};
use lamina_model::{DuplicateTier, Signature};

use crate::pictures::{Drawing, Picture};

fn pictures(count: u64) -> Vec<Picture> {
    (0..count)
        .map(|at| Picture::new(&at.to_string(), &Drawing::photograph(at), at))
        .collect()
}

fn inputs(pictures: &[Picture]) -> (Matrix, Vec<Facts>, Vec<Signature>) {
    let rows: Vec<_> = pictures.iter().map(|picture| &picture.vector[..]).collect();
    let facts = pictures.iter().zip(0..).map(|(picture, order)| {
        let mut facts = picture.facts.clone();
        facts.order = order;
        facts
    });
    let signatures = pictures.iter().map(|picture| picture.signature.clone());
    (
        Matrix::from_rows(&rows).unwrap(),
        facts.collect(),
        signatures.collect(),
    )
}

/// Stops after so many questions.
struct Impatient {
    asked: AtomicUsize,
    patience: usize,
    steps: Mutex<Vec<(u64, u64)>>,
}

impl Impatient {
    fn after(patience: usize) -> Self {
        Self {
            asked: AtomicUsize::new(0),
            patience,
            steps: Mutex::new(Vec::new()),
        }
    }
}

impl Watch for Impatient {
    fn step(&self, done: u64, total: u64) {
        self.steps.lock().unwrap().push((done, total));
    }

    fn cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.patience
    }
}

#[test]
fn counts_up_to_the_end() {
    let (vectors, facts, signatures) = inputs(&pictures(30));
    let watch = Impatient::after(usize::MAX);
    analyse(&vectors, &facts, &signatures, &Settings::default(), &watch).unwrap();
    let steps = watch.steps.into_inner().unwrap();
    let total = steps[0].1;
    assert!(steps.iter().all(|step| step.1 == total));
    assert!(steps.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(steps.last().unwrap().0, total);
}

#[test]
fn stops_whenever_it_is_told_to() {
    let (vectors, facts, signatures) = inputs(&pictures(30));
    let questions = Impatient::after(usize::MAX);
    analyse(
        &vectors,
        &facts,
        &signatures,
        &Settings::default(),
        &questions,
    )
    .unwrap();
    let questions = questions.asked.into_inner();
    assert!(questions > 10);
    for patience in [0, 1, 5, questions / 2, questions - 1] {
        let stopped = analyse(
            &vectors,
            &facts,
            &signatures,
            &Settings::default(),
            &Impatient::after(patience),
        );
        assert_eq!(
            stopped,
            Err(AnalysisError::Cancelled),
            "after {patience} of {questions}"
        );
    }
}

#[test]
fn refuses_vectors_that_belong_to_other_pictures() {
    let (vectors, mut facts, signatures) = inputs(&pictures(3));
    facts.pop();
    let refused = analyse(
        &vectors,
        &facts,
        &signatures,
        &Settings::default(),
        &Unwatched,
    );
    assert_eq!(
        refused,
        Err(AnalysisError::RowCount {
            vectors: 3,
            facts: 2
        })
    );
    assert_eq!(
        Matrix::rounded(4, &[0.0; 7]),
        Err(AnalysisError::Ragged {
            values: 7,
            columns: 4
        })
    );
}

#[test]
fn works_without_vectors_by_hashes_alone() {
    let mut pictures = pictures(9);
    let copy = Drawing::photograph(2).turned(5).noisy(2.0, 1);
    pictures.push(Picture::new("copy", &copy, 2));
    let (_, facts, signatures) = inputs(&pictures);
    let findings = analyse(
        &Matrix::without_vectors(10),
        &facts,
        &signatures,
        &Settings::default(),
        &Unwatched,
    )
    .unwrap();
    assert_eq!(findings.groups.len(), 1);
    assert_eq!(findings.groups[0].tier, DuplicateTier::Mirrored);
    assert_eq!(findings.uniqueness[9], 0.0);
    assert_eq!(findings.uniqueness[0], 1.0);
    assert_eq!(findings.clusters[9], findings.clusters[2]);
}

#[test]
fn an_empty_set_has_no_findings() {
    let findings = analyse(
        &Matrix::without_vectors(0),
        &[],
        &Vec::new(),
        &Settings::default(),
        &Unwatched,
    )
    .unwrap();
    assert_eq!(findings.groups, []);
    assert!(findings.cluster_keys.iter().all(Vec::is_empty));
}
