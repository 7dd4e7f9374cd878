//! What a likeness question looks for, ready to be held against codes and exact vectors.

use super::{VectorSpace, codes::MIDDLE, exact, nearest::AnchorVector, writer::unit};
use crate::SearchError;

/// One direction in all the forms that the stages of a search need.
#[derive(Debug)]
pub(crate) struct Direction {
    /// Rounded as the exact vectors are, so that a vector finds itself at distance 0.
    pub(crate) exact: Vec<f32>,
    /// Inner product with the middle of the space.
    pub(crate) base: f32,
    /// Length of the way from the middle.
    pub(crate) length: f32,
    /// The way from the middle, rotated, in four bits: for each 64 dimensions a word of each bit.
    pub(crate) planes: Vec<[u64; 4]>,
    /// Sum of the four-bit numbers, and their step.
    pub(crate) plane_sum: f32,
    pub(crate) plane_step: f32,
    /// The way from the middle, rotated, in eight bits, laid out as nibbles are; step and sum.
    pub(crate) bytes: Vec<i16>,
    pub(crate) byte_sum: f32,
    pub(crate) byte_step: f32,
}

impl Direction {
    /// The sum of the anchors, each scaled to length 1 and multiplied with its weight.
    pub(crate) fn of(
        space: &VectorSpace,
        anchors: &[AnchorVector<'_>],
    ) -> Result<Self, SearchError> {
        let mut sum = vec![0.0_f32; space.dimensions()];
        for anchor in anchors {
            if anchor.vector.len() != sum.len() {
                return Err(SearchError::Dimensions {
                    space: space.name().to_owned(),
                    given: anchor.vector.len(),
                    expected: sum.len(),
                });
            }
            let values = exact::quantised(anchor.vector).ok_or(SearchError::NoDirection)?;
            for (sum, value) in sum.iter_mut().zip(unit(&values)) {
                *sum += anchor.weight * value;
            }
        }
        if sum.iter().all(|value| value.abs() < 1e-6) {
            return Err(SearchError::NoDirection);
        }
        let values = exact::quantised(&sum).ok_or(SearchError::NoDirection)?;
        Ok(Self::prepared(space, &values))
    }

    fn prepared(space: &VectorSpace, values: &[i16]) -> Self {
        let codes = &space.codes;
        let vector: Vec<f32> = unit(values).collect();
        let base = vector.iter().zip(&codes.mean).map(|(a, b)| a * b).sum();
        let mut way: Vec<f32> = vector.iter().zip(&codes.mean).map(|(a, b)| a - b).collect();
        way.resize(codes.padded, 0.0);
        codes.rotation.turn(&mut way);
        let length = way.iter().map(|value| value * value).sum::<f32>().sqrt();
        let most = way
            .iter()
            .fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
        let (plane_step, byte_step) = (most / MIDDLE, most / 127.0);
        let mut planes = vec![[0; 4]; codes.padded / 64];
        let mut plane_sum = 0.0;
        let mut bytes = vec![0; codes.padded];
        for (at, value) in way.iter().enumerate() {
            let level = (value / plane_step + MIDDLE).round().clamp(0.0, 15.0);
            plane_sum += level;
            for (plane, bits) in planes[at / 64].iter_mut().enumerate() {
                *bits |= u64::from(level as u8 >> plane & 1) << (at % 64);
            }
            bytes[at] = (value / byte_step).round() as i16;
        }
        Self {
            exact: values.iter().map(|value| f32::from(*value)).collect(),
            base,
            length,
            planes,
            plane_sum,
            plane_step,
            byte_sum: bytes.iter().map(|value| f32::from(*value)).sum(),
            bytes,
            byte_step,
        }
    }
}
