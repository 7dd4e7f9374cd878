//! What an analysis says of sets of pictures made by the tests.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    clippy::unwrap_used,
    reason = "the pictures drawn here are small, some values exact, and a test may panic"
)]

mod clusters;
mod drawings;
mod duplicates;
mod laws;
mod map;
mod memory;
mod photographs;
mod pictures;
mod quality;
mod running;

use lamina_analysis::{Findings, Group, Matrix, Settings, Unwatched, analyse};
use pictures::{Larger, Picture};

/// Analyses pictures, whose paths are in the order given.
fn analysed(pictures: &[Picture]) -> Findings {
    let mut facts: Vec<_> = pictures
        .iter()
        .map(|picture| picture.facts.clone())
        .collect();
    for (order, facts) in facts.iter_mut().enumerate() {
        facts.order = order as u32;
    }
    let vectors: Vec<_> = pictures.iter().map(|picture| &picture.vector[..]).collect();
    let vectors = Matrix::from_rows(&vectors).unwrap();
    let closeups = Larger(pictures.iter().collect());
    let settings = Settings::default();
    analyse(&vectors, &facts, &closeups, &settings, &Unwatched).unwrap()
}

/// Whether a group holds both rows.
fn holds(group: &Group, a: u32, b: u32) -> bool {
    let member = |row: u32| group.keep == row || group.others.iter().any(|other| other.0 == row);
    member(a) && member(b)
}
