//! The perceptual hash: 64 bits that change little when a picture is scaled or re-encoded.
//!
//! The 32 × 32 luma signature is put through a cosine transform; of its 8 × 8 lowest frequencies
//! each gives one bit: whether it is above their median. The first, the mean of the picture, says
//! nothing of the kind and always gives 0. Two random pictures differ in about 31 bits, copies
//! re-encoded or scaled in at most a few. Turned and mirrored copies are not found by it.

use std::f32::consts::PI;
use std::sync::LazyLock;

use lamina_model::Signature;

const SIDE: usize = Signature::SIDE;
const LOW: usize = 8;

/// Coefficients smaller than this are rounding, as in a picture of one colour.
const SILENCE: f32 = 1.0;

/// Rows of the cosine transform (DCT-II) for the lowest frequencies.
#[expect(clippy::cast_precision_loss, reason = "numbers below 32")]
static COSINES: LazyLock<[[f32; SIDE]; LOW]> = LazyLock::new(|| {
    std::array::from_fn(|frequency| {
        std::array::from_fn(|x| (PI / SIDE as f32 * (x as f32 + 0.5) * frequency as f32).cos())
    })
});

/// The hash of a signature.
pub(crate) fn hash(signature: &Signature) -> u64 {
    let frequencies = low_frequencies(signature.as_bytes());
    let mut sorted = frequencies;
    sorted[0] = 0.0;
    sorted[1..].sort_by(f32::total_cmp);
    let median = sorted[1 + (sorted.len() - 1) / 2];
    let mut hash = 0;
    for (bit, value) in frequencies.iter().enumerate().skip(1) {
        if value - median > SILENCE {
            hash |= 1 << bit;
        }
    }
    hash
}

fn low_frequencies(luma: &[u8; Signature::LEN]) -> [f32; LOW * LOW] {
    let mut by_row = [[0.0_f32; LOW]; SIDE];
    for (row, out) in luma.chunks_exact(SIDE).zip(&mut by_row) {
        for (value, cosines) in out.iter_mut().zip(COSINES.iter()) {
            *value = row
                .iter()
                .zip(cosines)
                .map(|(luma, cosine)| f32::from(*luma) * cosine)
                .sum();
        }
    }
    std::array::from_fn(|index| {
        let (vertical, horizontal) = (index / LOW, index % LOW);
        by_row
            .iter()
            .zip(&COSINES[vertical])
            .map(|(row, cosine)| row[horizontal] * cosine)
            .sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(luma: impl Fn(usize, usize) -> u8) -> Signature {
        Signature::new(std::array::from_fn(|i| luma(i % SIDE, i / SIDE)))
    }

    #[test]
    fn flat_pictures_hash_alike_whatever_their_grey() {
        assert_eq!(hash(&signature(|_, _| 3)), hash(&signature(|_, _| 250)));
    }

    #[test]
    fn more_light_moves_few_bits_another_picture_many() {
        let base = |x: usize, y: usize| u8::try_from(40 + (x * y) % 97 + x * 3).unwrap();
        let one = hash(&signature(base));
        let lighter = hash(&signature(|x, y| base(x, y) + 20));
        let other = hash(&signature(|x, y| base(31 - x, 31 - y)));
        assert!((one ^ lighter).count_ones() <= 2);
        assert!((one ^ other).count_ones() >= 12);
    }
}
