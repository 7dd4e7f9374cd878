//! How much each picture adds to the set.
//!
//! Pictures are picked one after the other, each time the one farthest from all picked before
//! (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance"): the first k
//! picks cover the set at most twice as coarsely as the best k there are. The cosine distance at
//! which a picture is picked is its uniqueness.
//!
//! Done for every picture, that costs the square of their number. So only the first picks look
//! at all pictures; by then what is farther than the nearest neighbours no longer matters, and
//! the rest goes by the lists of nearest neighbours in time that grows like n log n.
//!
//! Looking at all pictures reads all vectors. The next picks are as a rule among those that are
//! farthest now, so some of those are compared with all at once, and picked as far as they go.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use crate::AnalysisError;
use crate::neighbours::{Holders, Products, Rows, dot_with};
use crate::progress::Stage;

/// Picks that look at all pictures of a set of up to so many …
const THOROUGH: usize = 256;
const THOROUGH_UP_TO: usize = 20_000;
/// … and the least there are of a larger one, in which each reads so much the more.
const LEAST_THOROUGH: usize = 32;
/// Pictures that are compared with all at once.
const AHEAD: usize = 16;
/// What the last of the pictures that are no copies has at least.
const LEAST: f32 = 1e-4;

/// For each row 0–1; sorted from high to low they are the order of picking.
pub(crate) fn scores(
    rows: Rows<'_>,
    nearest: &[Vec<(u32, f32)>],
    stage: &Stage<'_>,
) -> Result<Vec<f32>, AnalysisError> {
    let count = rows.len();
    if count == 0 || rows.columns() == 0 {
        return Ok(vec![1.0; count]);
    }
    let affordable = THOROUGH * THOROUGH_UP_TO / count;
    let picks = affordable.clamp(LEAST_THOROUGH, THOROUGH).min(count);
    let stage = stage.of(picks as u64 + 1);
    let mut scores = vec![f32::NAN; count];
    let mut distances = vec![f32::INFINITY; count];
    let mut bar = 1.0_f32;
    let mut next = farthest_from_mean(rows);
    let mut ahead = Ahead::default();
    for pick in 0..picks {
        stage.advance(1)?;
        let at = ahead.place(next).unwrap_or_else(|| {
            let some = farthest(&distances, next, AHEAD.min(picks - pick));
            ahead = Ahead::new(rows, some);
            0
        });
        bar = bar.min(distances[next]);
        scores[next] = bar.max(LEAST);
        ahead.bring_nearer(rows, &mut distances, at);
        // Whatever was picked is no longer waited for.
        distances[next] = f32::NEG_INFINITY;
        let Some(further) = (0..count)
            .filter(|at| scores[*at].is_nan())
            .max_by(|a, b| distances[*a].total_cmp(&distances[*b]).then(b.cmp(a)))
        else {
            break;
        };
        next = further;
    }
    by_neighbours(&mut scores, &mut distances, bar, nearest);
    stage.advance(1)?;
    Ok(scores)
}

/// Rows that may be picked soon, compared with all.
#[derive(Default)]
struct Ahead {
    rows: Vec<u32>,
    cosines: Products,
}

impl Ahead {
    fn new(all: Rows<'_>, rows: Vec<u32>) -> Self {
        Self {
            cosines: all.products_with(&rows),
            rows,
        }
    }

    fn place(&self, row: usize) -> Option<usize> {
        self.rows.iter().position(|known| *known as usize == row)
    }

    /// Says to all rows how far they are from one of these.
    fn bring_nearer(&self, all: Rows<'_>, distances: &mut [f32], at: usize) {
        let each = distances.par_iter_mut().enumerate().with_min_len(4096);
        each.for_each(|(row, distance)| {
            *distance = distance.min(1.0 - self.cosines.of(all.number(row), at));
        });
    }
}

/// The next pick, and others that are farthest now.
fn farthest(distances: &[f32], next: usize, count: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..distances.len() as u32).collect();
    let first = |at: u32| at as usize == next;
    let further = |a: &u32, b: &u32| {
        let (one, other) = (distances[*a as usize], distances[*b as usize]);
        let next = first(*b).cmp(&first(*a));
        next.then(other.total_cmp(&one)).then(a.cmp(b))
    };
    if count < order.len() {
        order.select_nth_unstable_by(count, further);
        order.truncate(count);
    }
    order.sort_unstable_by(further);
    order
}

/// Somewhere at the rim of the set: the row least like the mean of all.
fn farthest_from_mean(rows: Rows<'_>) -> usize {
    let mut mean = vec![0.0; rows.columns()];
    for at in 0..rows.len() {
        rows.add_to(&mut mean, at);
    }
    (0..rows.len())
        .map(|at| (at, dot_with(&mean, rows.row(at))))
        .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
        .map_or(0, |(at, _)| at)
}

#[derive(PartialEq)]
struct Waiting {
    distance: f32,
    at: u32,
}

impl Eq for Waiting {}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance
            .total_cmp(&other.distance)
            .then(other.at.cmp(&self.at))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Picks the rest; a pick now brings nearer only those who have it, or whom it has, as one of
/// their nearest neighbours.
fn by_neighbours(
    scores: &mut [f32],
    distances: &mut [f32],
    mut bar: f32,
    nearest: &[Vec<(u32, f32)>],
) {
    let holders = Holders::new(nearest.len(), |at| nearest[at].iter().copied());
    let mut waiting: BinaryHeap<Waiting> = (0..scores.len())
        .filter(|at| scores[*at].is_nan())
        .map(|at| Waiting {
            distance: distances[at],
            at: at as u32,
        })
        .collect();
    while let Some(Waiting { distance, at }) = waiting.pop() {
        let at = at as usize;
        if !scores[at].is_nan() || distance > distances[at] {
            continue;
        }
        bar = bar.min(distance);
        scores[at] = bar.max(LEAST);
        for (other, cosine) in nearest[at].iter().chain(holders.of(at)) {
            let distance = 1.0 - cosine;
            if scores[*other as usize].is_nan() && distance < distances[*other as usize] {
                distances[*other as usize] = distance;
                waiting.push(Waiting {
                    distance,
                    at: *other,
                });
            }
        }
    }
}
