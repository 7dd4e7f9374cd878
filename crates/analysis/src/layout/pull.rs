//! Laying out a few thousand rows by pulling neighbours together and pushing others apart.

use rayon::prelude::*;

use crate::AnalysisError;
use crate::neighbours::{Best, dot, products};
use crate::progress::Stage;

/// Neighbours that a row is pulled to.
const NEAREST: usize = 12;
/// Rounds of pulling and pushing.
const ROUNDS: usize = 250;
/// Others that a row is pushed from with each pull.
const PUSHES: usize = 4;
/// Width of the map while it is laid out.
pub(super) const WIDTH: f32 = 20.0;
/// The curve of attraction for a least distance of 0.1 (`McInnes` and others 2018, section 4).
const A: f32 = 1.577;
const B: f32 = 0.895;
/// The longest step of one pull or push.
const STEP: f32 = 4.0;
/// Rounds of finding a principal component; the two largest part quickly in such sets.
const TURNS: usize = 40;

/// Rows that differ by less are equal.
const LEAST_SPREAD: f32 = 1e-4;

/// A place for each row.
pub(super) fn lay_out(
    rows: &[f32],
    columns: usize,
    stage: &Stage<'_>,
) -> Result<Vec<[f32; 2]>, AnalysisError> {
    let count = rows.len() / columns;
    let mut places = principal(rows, columns);
    if count <= 3 {
        return Ok(places);
    }
    let pulls = pulls(rows, columns);
    let most = pulls.iter().map(|pull| pull.weight).fold(0.0, f32::max);
    let stage = stage.of(ROUNDS as u64);
    let mut drawn = 0;
    for round in 0..ROUNDS {
        stage.advance(1)?;
        let rate = 1.0 - round as f32 / ROUNDS as f32;
        for pull in &pulls {
            // The weaker a bond, the seldomer it pulls.
            let every = most / pull.weight;
            let times = |round: usize| (round as f32 / every) as usize;
            let due = times(round) != times(round + 1);
            if !due {
                continue;
            }
            let (one, other) = (pull.one as usize, pull.other as usize);
            let step = attraction(places[one], places[other]);
            shift(&mut places[one], step, rate);
            shift(&mut places[other], [-step[0], -step[1]], rate);
            for _ in 0..PUSHES {
                drawn += 1;
                let other = (mix(drawn) % count as u64) as usize;
                if other != one {
                    let step = repulsion(places[one], places[other], drawn);
                    shift(&mut places[one], step, rate);
                }
            }
        }
    }
    Ok(places)
}

/// A bond between two rows.
struct Pull {
    one: u32,
    other: u32,
    weight: f32,
}

/// Each row with its nearest, weighted so that every row has bonds of like strength.
fn pulls(rows: &[f32], columns: usize) -> Vec<Pull> {
    let count = rows.len() / columns;
    let near: Vec<Vec<(u32, f32)>> = rows
        .par_chunks(columns * 256)
        .enumerate()
        .flat_map_iter(|(block, some)| {
            let cosines = products(some, rows, columns);
            let lines: Vec<_> = cosines
                .chunks_exact(count)
                .enumerate()
                .map(|(at, line)| nearest(line, block * 256 + at))
                .collect();
            lines
        })
        .collect();
    let mut weights = std::collections::BTreeMap::<(u32, u32), f32>::new();
    for (row, near) in near.iter().enumerate() {
        for ((other, _), weight) in near.iter().zip(strengths(near)) {
            let row = row as u32;
            let key = (row.min(*other), row.max(*other));
            let both = weights.entry(key).or_default();
            // Either bond is enough (the fuzzy union of the paper).
            *both = *both + weight - *both * weight;
        }
    }
    weights
        .into_iter()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|((one, other), weight)| Pull { one, other, weight })
        .collect()
}

fn nearest(cosines: &[f32], own: usize) -> Vec<(u32, f32)> {
    let mut best = Best::new(NEAREST, f32::NEG_INFINITY);
    for (at, cosine) in cosines.iter().enumerate() {
        if at != own && *cosine >= best.bar() {
            best.offer(at as u32, *cosine);
        }
    }
    best.into_sorted()
}

/// How strong the bonds of a row are, 0–1: as wide as makes their sum log₂ of their number.
fn strengths(near: &[(u32, f32)]) -> Vec<f32> {
    let distances: Vec<f32> = near.iter().map(|(_, cosine)| 1.0 - cosine).collect();
    let least = distances.first().copied().unwrap_or(0.0);
    let wanted = (near.len() as f32).log2();
    let bond = |distance: f32, width: f32| (-(distance - least).max(0.0) / width).exp();
    let (mut narrow, mut wide) = (1e-6_f32, 4.0_f32);
    for _ in 0..32 {
        let width = f32::midpoint(narrow, wide);
        let sum: f32 = distances.iter().map(|one| bond(*one, width)).sum();
        if sum > wanted {
            wide = width;
        } else {
            narrow = width;
        }
    }
    let width = f32::midpoint(narrow, wide);
    distances.iter().map(|one| bond(*one, width)).collect()
}

fn attraction(one: [f32; 2], other: [f32; 2]) -> [f32; 2] {
    let (x, y) = (one[0] - other[0], one[1] - other[1]);
    let squared = x * x + y * y;
    if squared <= 0.0 {
        return [0.0; 2];
    }
    let pull = -2.0 * A * B * squared.powf(B - 1.0) / (1.0 + A * squared.powf(B));
    [clamped(pull * x), clamped(pull * y)]
}

fn repulsion(one: [f32; 2], other: [f32; 2], drawn: u64) -> [f32; 2] {
    let (x, y) = (one[0] - other[0], one[1] - other[1]);
    let squared = x * x + y * y;
    if squared <= 0.0 {
        // Equal places part in some direction.
        let [a, b] = draw(drawn);
        return [a - 0.5, b - 0.5];
    }
    let push = 2.0 * B / ((0.001 + squared) * (1.0 + A * squared.powf(B)));
    [clamped(push * x), clamped(push * y)]
}

fn clamped(step: f32) -> f32 {
    step.clamp(-STEP, STEP)
}

fn shift(place: &mut [f32; 2], step: [f32; 2], rate: f32) {
    place[0] += step[0] * rate;
    place[1] += step[1] * rate;
}

/// The two principal components of the rows, scaled to the width of the map.
fn principal(rows: &[f32], columns: usize) -> Vec<[f32; 2]> {
    let count = rows.len() / columns;
    let mut mean = vec![0.0_f32; columns];
    for row in rows.chunks_exact(columns) {
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += value / count as f32;
        }
    }
    let centred: Vec<f32> = rows
        .chunks_exact(columns)
        .flat_map(|row| row.iter().zip(&mean).map(|(value, mean)| value - mean))
        .collect();
    let mut found: Vec<Vec<f32>> = Vec::new();
    for axis in 0..2 {
        let mut direction: Vec<f32> = (0..columns)
            .map(|at| draw((at * 2 + axis) as u64)[0] - 0.5)
            .collect();
        for _ in 0..TURNS {
            for before in &found {
                let part = dot(&direction, before);
                for (value, other) in direction.iter_mut().zip(before) {
                    *value -= part * other;
                }
            }
            let length = dot(&direction, &direction).sqrt().max(f32::MIN_POSITIVE);
            for value in &mut direction {
                *value /= length;
            }
            let mut next = vec![0.0_f32; columns];
            for row in centred.chunks_exact(columns) {
                let along = dot(row, &direction);
                for (sum, value) in next.iter_mut().zip(row) {
                    *sum += along * value;
                }
            }
            if dot(&next, &next) > 0.0 {
                direction = next;
            }
        }
        let length = dot(&direction, &direction).sqrt().max(f32::MIN_POSITIVE);
        for value in &mut direction {
            *value /= length;
        }
        found.push(direction);
    }
    let mut places: Vec<[f32; 2]> = centred
        .chunks_exact(columns)
        .map(|row| [dot(row, &found[0]), dot(row, &found[1])])
        .collect();
    let widest = places
        .iter()
        .flatten()
        .fold(LEAST_SPREAD, |most, value| most.max(value.abs()));
    for place in &mut places {
        place[0] *= WIDTH / 2.0 / widest;
        place[1] *= WIDTH / 2.0 / widest;
    }
    places
}

/// Two numbers of 0–1 that belong to a seed.
pub(super) fn draw(seed: u64) -> [f32; 2] {
    let bits = mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15));
    let part = |bits: u64| (bits & 0xff_ffff) as f32 / 16_777_216.0;
    [part(bits), part(bits >> 32)]
}

/// Spreads a seed over all bits (`SplitMix64`: Steele, Lea, Flood 2014).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
