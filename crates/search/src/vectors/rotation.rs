//! A fixed rotation that spreads every vector evenly over its dimensions, so that one bit a
//! dimension says as much as it can.
//!
//! Three rounds of: turn some signs, then a Walsh–Hadamard transform of the longest power of
//! two at the front, then the same at the back. Each step keeps lengths and angles. The signs
//! come from a fixed generator (`SplitMix64`), for the rotation is part of the format.

const ROUNDS: usize = 3;
const SEED: u64 = 0x6c61_6d69_6e61_3031;

/// A rotation of vectors of one length, a multiple of 64.
#[derive(Debug)]
pub(crate) struct Rotation {
    dimensions: usize,
    /// Of each round and half round: 1 or -1 for each dimension.
    signs: Vec<f32>,
}

impl Rotation {
    pub(crate) fn new(dimensions: usize) -> Self {
        let mut state = SEED;
        let mut signs = Vec::with_capacity(dimensions * ROUNDS * 2);
        while signs.len() < dimensions * ROUNDS * 2 {
            let bits = split_mix(&mut state);
            signs.extend((0..64).map(|bit| if bits >> bit & 1 == 1 { 1.0 } else { -1.0 }));
        }
        Self { dimensions, signs }
    }

    /// Turns a vector in place.
    #[inline(always)]
    pub(crate) fn turn(&self, vector: &mut [f32]) {
        let power = 1 << self.dimensions.ilog2();
        let scale = 1.0 / f32::sqrt(power as f32);
        for signs in self.signs.chunks_exact(self.dimensions * 2) {
            let (front, back) = signs.split_at(self.dimensions);
            flip(vector, front);
            hadamard(&mut vector[..power], scale);
            if power < self.dimensions {
                flip(vector, back);
                hadamard(&mut vector[self.dimensions - power..], scale);
            }
        }
    }
}

#[inline(always)]
fn flip(vector: &mut [f32], signs: &[f32]) {
    for (value, sign) in vector.iter_mut().zip(signs) {
        *value *= sign;
    }
}

#[inline(always)]
fn hadamard(vector: &mut [f32], scale: f32) {
    let mut half = 1;
    while half < vector.len() {
        for pair in vector.chunks_exact_mut(half * 2) {
            let (left, right) = pair.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    for value in vector {
        *value *= scale;
    }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::Rotation;

    #[test]
    fn keeps_lengths_and_angles() {
        for dimensions in [64, 192, 384, 1280] {
            let rotation = Rotation::new(dimensions);
            let mut a: Vec<f32> = (0..dimensions).map(|at| (at % 7) as f32 - 3.0).collect();
            let mut b: Vec<f32> = (0..dimensions).map(|at| (at % 5) as f32).collect();
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let before = [dot(&a, &a), dot(&a, &b), dot(&b, &b)];
            rotation.turn(&mut a);
            rotation.turn(&mut b);
            for (before, after) in before.iter().zip([dot(&a, &a), dot(&a, &b), dot(&b, &b)]) {
                assert!(
                    (before - after).abs() < 1e-3 * before.abs().max(1.0),
                    "{before} {after}"
                );
            }
        }
    }

    #[test]
    fn spreads_a_single_dimension_over_all() {
        let mut spike = vec![0.0; 1280];
        spike[3] = 1.0;
        Rotation::new(1280).turn(&mut spike);
        let most = spike
            .iter()
            .fold(0.0_f32, |most, value| most.max(value.abs()));
        assert!(most < 6.0 / f32::sqrt(1280.0), "{most}");
    }
}
