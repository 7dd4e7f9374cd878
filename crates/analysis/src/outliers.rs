//! Pictures unlike all others.
//!
//! The mean distance of a picture to its few nearest neighbours (Ramaswamy, Rastogi, Shim 2000,
//! "Efficient algorithms for mining outliers from large data sets"), told as a robust score: by
//! how many deviations it exceeds the median of the set, the deviation taken from the upper half
//! of the set only, for distances have a long tail on that side.

/// Sets with fewer different pictures have no outliers: there is nothing to stand apart from.
const LEAST_SET: usize = 24;
/// Neighbours whose mean distance counts.
pub(crate) const NEAREST: usize = 4;
/// Deviations over the median at which the confidence is 0.5.
const CUT: f32 = 3.0;
/// The least deviation assumed, so that a set of near copies does not make outliers of
/// everything else.
const LEAST_DEVIATION: f32 = 0.04;

/// For each picture how sure it is an outlier, 0–1.
pub(crate) fn confidences(nearest: &[Vec<(u32, f32)>]) -> Vec<f32> {
    // What has no neighbour left but copies is certainly not alone.
    let distances: Vec<f32> = nearest
        .iter()
        .map(|neighbours| {
            let near = &neighbours[..neighbours.len().min(NEAREST)];
            near.iter().map(|(_, cosine)| 1.0 - cosine).sum::<f32>() / near.len().max(1) as f32
        })
        .collect();
    if distances.len() < LEAST_SET {
        return vec![0.0; nearest.len()];
    }
    let mut sorted = distances.clone();
    sorted.sort_by(f32::total_cmp);
    let median = sorted[sorted.len() / 2];
    // Of a normal distribution, 84 % lie below one deviation over the middle.
    let deviation = (sorted[sorted.len() * 84 / 100] - median).max(LEAST_DEVIATION);
    distances
        .iter()
        .map(|distance| 1.0 / (1.0 + (-1.6 * ((distance - median) / deviation - CUT)).exp()))
        .collect()
}
