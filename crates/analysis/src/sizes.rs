//! Pictures of an odd size for their set, or of an odd shape.
//!
//! A size is odd beyond the outer fences of the set (Tukey 1977, "Exploratory Data Analysis"):
//! over the upper quartile by three times what lies between the quartiles, or under the lower one
//! by three times their ratio, for in a mixed set three times the difference would lie below
//! nothing. A shape is odd by itself.

use crate::Facts;
use crate::quality::logistic;

/// Sets with fewer different pictures have no usual size.
const LEAST_SET: usize = 24;
/// How far out the fences stand, in times of what lies between the quartiles.
const OUT: f32 = 3.0;
/// The least ratio of the quartiles assumed, so that in a set of one size neither half
/// of it nor double is odd.
const LEAST_RATIO: f32 = 1.3;
/// The shorter side over the longer below which a shape is odd, as in `CleanVision`.
const SHAPE: f32 = 0.35;

/// For each picture how sure its size is odd, 0–1.
pub(crate) fn odd_sizes(facts: &[&Facts]) -> Vec<f32> {
    if facts.len() < LEAST_SET {
        return vec![0.0; facts.len()];
    }
    let side = |facts: &&Facts| (facts.pixels() as f32).sqrt().max(1.0);
    let mut sorted: Vec<f32> = facts.iter().map(side).collect();
    sorted.sort_by(f32::total_cmp);
    let (low, high) = (sorted[sorted.len() / 4], sorted[sorted.len() * 3 / 4]);
    let ratio = (high / low).max(LEAST_RATIO);
    let least = low / ratio.powf(OUT);
    let most = (high + OUT * (high - low)).max(high * LEAST_RATIO.powf(OUT));
    let beyond = |side: f32| (least / side).max(side / most).ln();
    facts
        .iter()
        .map(|facts| logistic(beyond(side(facts)) / 0.1))
        .collect()
}

/// How sure the shape of a picture is odd, 0–1.
pub(crate) fn odd_shape(facts: &Facts) -> f32 {
    let (width, height) = (facts.width_px.max(1) as f32, facts.height_px.max(1) as f32);
    let shape = width.min(height) / width.max(height);
    logistic((SHAPE - shape) / 0.03)
}
