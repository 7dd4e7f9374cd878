//! The inner loops: estimates of inner products from codes. Written plainly, in shapes that
//! compile to wide instructions, and compiled once for each generation of processors.

use super::{
    codes::{Codes, MIDDLE, WEAVE},
    direction::Direction,
};

#[cfg(target_arch = "x86_64")]
pulp::simd_type! {
    /// Processors that count the bits of eight words at once.
    struct Wide {
        avx: "avx",
        avx2: "avx2",
        bmi1: "bmi1",
        bmi2: "bmi2",
        fma: "fma",
        popcnt: "popcnt",
        avx512f: "avx512f",
        avx512bw: "avx512bw",
        avx512cd: "avx512cd",
        avx512dq: "avx512dq",
        avx512vl: "avx512vl",
        avx512vpopcntdq: "avx512vpopcntdq",
    }
}

/// Runs `work`, which must be inlined, compiled for the best processor there is.
#[inline(always)]
pub(crate) fn on_best<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = Wide::try_new() {
        return wide.vectorize(work);
    }
    pulp::Arch::new().dispatch(work)
}

/// Estimated inner products of the direction with eight rows at once, from their signs.
#[inline(always)]
pub(crate) fn estimate_signs(codes: &Codes, direction: &Direction, group: usize) -> [f32; WEAVE] {
    let words = direction.planes.len();
    let block = &codes.signs[group * words..(group + 1) * words];
    let mut counts = [[0_u64; WEAVE]; 4];
    for (signs, planes) in block.iter().zip(&direction.planes) {
        // Does nothing but keep the compiler from taking eight words of one row at once, which
        // lie apart, instead of one word of eight rows, which lie together.
        std::hint::black_box(());
        for (counts, plane) in counts.iter_mut().zip(planes) {
            for lane in 0..WEAVE {
                counts[lane] += u64::from((signs[lane] & plane).count_ones());
            }
        }
    }
    let constant = MIDDLE * codes.padded as f32 - direction.plane_sum;
    let [offset, sign, _] = &codes.scales[group];
    let ones = &codes.ones[group];
    let mut estimates = [0.0; WEAVE];
    for lane in 0..WEAVE {
        let sum = counts[0][lane] + 2 * counts[1][lane] + 4 * counts[2][lane] + 8 * counts[3][lane];
        let signed = 2.0 * (sum as i32 as f32) - 2.0 * MIDDLE * ones[lane] + constant;
        let product = sign[lane] * direction.plane_step * signed;
        estimates[lane] = direction.base + offset[lane] + product;
    }
    estimates
}

/// Estimated inner product of the direction with one row, from its four-bit code.
#[inline(always)]
pub(crate) fn estimate_nibbles(codes: &Codes, direction: &Direction, row: usize) -> f32 {
    let half = codes.padded / 2;
    let code = &codes.nibbles[row * half..(row + 1) * half];
    let mut total = 0_i32;
    // Sixteen products of at most 15 × 127 fit 16 bits.
    for (code, bytes) in code.chunks(32 * 8).zip(direction.bytes.chunks(64 * 8)) {
        let mut sums = [0_i16; 32];
        for (code, bytes) in code.chunks_exact(32).zip(bytes.chunks_exact(64)) {
            for lane in 0..32 {
                sums[lane] += i16::from(code[lane] & 15) * bytes[lane];
                sums[lane] += i16::from(code[lane] >> 4) * bytes[lane + 32];
            }
        }
        total += sums.iter().map(|sum| i32::from(*sum)).sum::<i32>();
    }
    let [offset, _, nibble] = &codes.scales[row / WEAVE];
    let sum = direction.byte_step * (total as f32 - MIDDLE * direction.byte_sum);
    direction.base + offset[row % WEAVE] + nibble[row % WEAVE] * sum
}

/// Bits set in each row's signs.
pub(crate) fn count_ones(signs: &[[u64; WEAVE]], words: usize) -> Vec<[f32; WEAVE]> {
    on_best(
        #[inline(always)]
        || {
            let blocks = signs.chunks_exact(words);
            blocks
                .map(|block| {
                    let mut counts = [0.0; WEAVE];
                    for signs in block {
                        for lane in 0..WEAVE {
                            counts[lane] += signs[lane].count_ones() as f32;
                        }
                    }
                    counts
                })
                .collect()
        },
    )
}
