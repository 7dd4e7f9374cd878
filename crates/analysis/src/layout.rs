//! Where each picture lies on a map: two dimensions that keep like beside like.
//!
//! Up to 2048 rows, evenly picked, are laid out by pulling each to its nearest neighbours and
//! pushing it from others, beginning at their two principal components (UMAP: `McInnes`, Healy,
//! Melville 2018, arXiv:1802.03426). Every other row goes among the few of them that it is most
//! alike, a little aside so that equal rows do not hide each other. That takes time in proportion
//! to the rows and memory for the positions alone, and the same rows in the same order give the
//! same map. Distances on it mean something near by, and little far away.

mod pull;

use rayon::prelude::*;

use crate::matrix::widened;
use crate::neighbours::{Best, products};
use crate::progress::Progress;
use crate::{AnalysisError, Matrix, Watch};

/// Rows laid out by themselves.
const LANDMARKS: usize = 2048;
/// Landmarks that say where another row goes.
const AMONG: usize = 4;
/// Rows of a block: as for neighbours.
const BLOCK: usize = 512;
/// How far aside of that place a row may lie, as a share of how far its landmarks are apart.
const ASIDE: f32 = 0.35;
/// The same for rows whose landmarks are all in one place, as a share of the map.
const LEAST_ASIDE: f32 = 0.002;

/// A place for every row, both numbers 0–1; nothing for rows of zeros.
///
/// # Errors
/// [`AnalysisError::Cancelled`] when the watcher asks to stop.
pub fn layout(vectors: &Matrix, watch: &dyn Watch) -> Result<Vec<Option<[f32; 2]>>, AnalysisError> {
    let progress = Progress::new(watch);
    let present: Vec<usize> = (0..vectors.rows())
        .filter(|row| vectors.has_direction(*row))
        .collect();
    let mut places = vec![None; vectors.rows()];
    if present.is_empty() {
        return Ok(places);
    }
    let landmarks = evenly(&present, LANDMARKS);
    let rows = gathered(vectors, &landmarks);
    let columns = vectors.columns();
    let laid = pull::lay_out(&rows, columns, &progress.stage(0, 400))?;
    let rest = progress.stage(400, 1000);
    let stage = rest.of(present.len().div_ceil(BLOCK) as u64);
    let found: Vec<Vec<[f32; 2]>> = present
        .par_chunks(BLOCK)
        .map(|block| {
            stage.advance(1)?;
            let cosines = products(&gathered(vectors, block), &rows, columns);
            let lines = cosines.chunks_exact(landmarks.len());
            Ok(block
                .iter()
                .zip(lines)
                .map(|(row, line)| match landmarks.binary_search(row) {
                    Ok(at) => laid[at],
                    Err(_) => among(line, &laid, *row as u64),
                })
                .collect())
        })
        .collect::<Result<_, AnalysisError>>()?;
    for (row, place) in present.into_iter().zip(found.into_iter().flatten()) {
        places[row] = Some(place);
    }
    fit(&mut places);
    Ok(places)
}

/// So many of the rows, the same distance apart.
fn evenly(rows: &[usize], most: usize) -> Vec<usize> {
    let count = rows.len().min(most);
    (0..count).map(|at| rows[at * rows.len() / count]).collect()
}

fn gathered(vectors: &Matrix, rows: &[usize]) -> Vec<f32> {
    widened(rows.iter().map(|row| vectors.row(*row)))
}

/// The place of a row among its landmarks, the nearer the more.
fn among(cosines: &[f32], laid: &[[f32; 2]], row: u64) -> [f32; 2] {
    let mut best = Best::new(AMONG, f32::NEG_INFINITY);
    for (at, cosine) in cosines.iter().enumerate() {
        if *cosine >= best.bar() {
            best.offer(at as u32, *cosine);
        }
    }
    let best = best.into_sorted();
    let nearest = best[0].1;
    let mut place = [0.0; 2];
    let mut sum = 0.0;
    for (at, cosine) in &best {
        let weight = (-(nearest - cosine) / 0.05).exp();
        let there = laid[*at as usize];
        place[0] += weight * there[0];
        place[1] += weight * there[1];
        sum += weight;
    }
    place = [place[0] / sum, place[1] / sum];
    let apart = best
        .iter()
        .map(|(at, _)| {
            let there = laid[*at as usize];
            (there[0] - place[0]).hypot(there[1] - place[1])
        })
        .sum::<f32>()
        / best.len() as f32;
    // A disk evenly filled.
    let [angle, reach] = pull::draw(row);
    let radius = (apart * ASIDE).max(pull::WIDTH * LEAST_ASIDE) * reach.sqrt();
    let angle = angle * std::f32::consts::TAU;
    [
        place[0] + radius * angle.cos(),
        place[1] + radius * angle.sin(),
    ]
}

/// Brings all places into the unit square without changing its shape.
fn fit(places: &mut [Option<[f32; 2]>]) {
    let mut least = [f32::INFINITY; 2];
    let mut most = [f32::NEG_INFINITY; 2];
    for place in places.iter().flatten() {
        for axis in 0..2 {
            least[axis] = least[axis].min(place[axis]);
            most[axis] = most[axis].max(place[axis]);
        }
    }
    let span = (most[0] - least[0]).max(most[1] - least[1]).max(1e-4);
    for place in places.iter_mut().flatten() {
        for axis in 0..2 {
            let middle = f32::midpoint(least[axis], most[axis]);
            place[axis] = (0.5 + (place[axis] - middle) / span).clamp(0.0, 1.0);
        }
    }
}
