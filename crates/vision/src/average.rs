//! Making rows smaller by a whole factor, as they come: each pixel of the result is the mean of
//! a square.

#![expect(
    clippy::inline_always,
    reason = "what `widely` runs is compiled for a processor only where it is inlined"
)]

use crate::wide::widely;

/// Averages squares of `factor` × `factor` pixels; at the right and lower edge what is left of
/// them.
#[derive(Debug)]
pub(crate) struct Averager {
    width: usize,
    channels: usize,
    factor: usize,
    /// Sums down the columns, of at most 8 bytes each; those of a square are of at most 64 bytes
    /// together, which fits as well.
    sums: Vec<u16>,
    rows: usize,
}

impl Averager {
    /// For rows of `width` pixels of 1, 3 or 4 bytes; `factor` is 2, 4 or 8.
    pub(crate) fn new(width: usize, channels: usize, factor: usize) -> Self {
        assert!(
            matches!((channels, factor), (1 | 3 | 4, 2 | 4 | 8)),
            "{channels} bytes a pixel, averaged by {factor}"
        );
        Self {
            width,
            channels,
            factor,
            sums: vec![0; width * channels],
            rows: 0,
        }
    }

    /// Takes a row; `true` when squares are full and ask to be flushed.
    pub(crate) fn add(&mut self, row: &[u8]) -> bool {
        debug_assert_eq!(
            row.len(),
            self.sums.len(),
            "sums of the rows before would be left"
        );
        let (sums, first) = (&mut self.sums, self.rows == 0);
        widely(
            #[inline(always)]
            || {
                for (sum, value) in sums.iter_mut().zip(row) {
                    let before = if first { 0 } else { *sum };
                    *sum = before + u16::from(*value);
                }
            },
        );
        self.rows += 1;
        self.rows == self.factor
    }

    /// Appends the means of the rows taken since the last flush, if there were any.
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) {
        if self.rows == 0 {
            return;
        }
        let block = self.factor * self.channels;
        let squares = if self.rows == self.factor {
            self.sums.len() / block
        } else {
            0
        };
        let from = out.len();
        out.resize(from + squares * self.channels, 0);
        let (whole, rest) = self.sums.split_at(squares * block);
        widely(
            #[inline(always)]
            || means_of_squares(whole, self.channels, self.factor, &mut out[from..]),
        );
        for block in rest.chunks(block) {
            self.flush_rest(block, out);
        }
        self.rows = 0;
    }

    /// The mean of the part of a square.
    #[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
    fn flush_rest(&self, block: &[u16], out: &mut Vec<u8>) {
        let count = (block.len() / self.channels * self.rows) as u32;
        for channel in 0..self.channels {
            let column = block[channel..].iter().step_by(self.channels);
            let sum: u32 = column.map(|sum| u32::from(*sum)).sum();
            out.push(((sum + count / 2) / count) as u8);
        }
    }

    /// Bytes of one averaged row.
    pub(crate) fn row_bytes(&self) -> usize {
        self.width.div_ceil(self.factor) * self.channels
    }
}

/// The means of whole squares of `factor` × `factor` pixels, of which `sums` has the sums of the
/// columns.
#[inline(always)]
fn means_of_squares(sums: &[u16], channels: usize, factor: usize, out: &mut [u8]) {
    match (channels, factor) {
        (1, 2) => means::<1, 2>(sums, out),
        (1, 4) => means::<1, 4>(sums, out),
        (1, 8) => means::<1, 8>(sums, out),
        (3, 2) => means::<3, 2>(sums, out),
        (3, 4) => means::<3, 4>(sums, out),
        (3, 8) => means::<3, 8>(sums, out),
        (4, 2) => means::<4, 2>(sums, out),
        (4, 4) => means::<4, 4>(sums, out),
        (4, 8) => means::<4, 8>(sums, out),
        _ => unreachable!("an averager is made for no other pixels and factors"),
    }
}

/// The same for pixels of `C` bytes and a factor of `F`: with both known the compiler puts many
/// pixels at a time in the places of a vector, in a sixth of the time.
#[inline(always)]
fn means<const C: usize, const F: usize>(sums: &[u16], out: &mut [u8]) {
    const AT_ONCE: usize = 32;
    let mut many = out.chunks_exact_mut(C * AT_ONCE);
    let mut sums = sums.chunks_exact(C * F * AT_ONCE);
    for (out, sums) in many.by_ref().zip(sums.by_ref()) {
        for pixel in 0..AT_ONCE {
            for channel in 0..C {
                out[pixel * C + channel] = mean::<C, F>(&sums[pixel * C * F + channel..]);
            }
        }
    }
    let few = many.into_remainder().chunks_exact_mut(C);
    for (out, sums) in few.zip(sums.remainder().chunks_exact(C * F)) {
        for (channel, out) in out.iter_mut().enumerate() {
            *out = mean::<C, F>(&sums[channel..]);
        }
    }
}

/// The mean of one channel of a square.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
fn mean<const C: usize, const F: usize>(sums: &[u16]) -> u8 {
    let count = F * F;
    let sum: u16 = (0..F).map(|column| sums[column * C]).sum();
    ((sum + count as u16 / 2) / count as u16) as u8
}

/// Whole pictures: rows of `width` pixels of 1, 3 or 4 bytes each, averaged; `factor` is 2, 4 or 8.
pub(crate) fn average(pixels: &[u8], width: usize, channels: usize, factor: usize) -> Vec<u8> {
    let mut averager = Averager::new(width, channels, factor);
    let rows = pixels.len() / (width * channels);
    let mut out = Vec::with_capacity(averager.row_bytes() * rows.div_ceil(factor));
    for row in pixels.chunks_exact(width * channels) {
        if averager.add(row) {
            averager.flush(&mut out);
        }
    }
    averager.flush(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_mean_also_at_ragged_edges() {
        // 3 × 3 pixels of three channels; the second is the first plus 100, the third plus 50.
        let pixels: Vec<u8> = [10, 20, 30, 20, 30, 40, 60, 70, 80]
            .into_iter()
            .flat_map(|v| [v, v + 100, v + 50])
            .collect();
        let got = average(&pixels, 3, 3, 2);
        assert_eq!(got, [20, 120, 70, 35, 135, 85, 65, 165, 115, 80, 180, 130]);
    }

    #[test]
    fn squares_added_up_in_vectors_have_the_mean_of_those_added_up_one_by_one() {
        let mut state = 1_u32;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // White beside white is the largest sum there is.
            [255, (state >> 24) as u8][(state >> 16) as usize % 2]
        };
        let kinds = [1, 3, 4].map(|channels| [2, 4, 8].map(|factor| (channels, factor)));
        for (channels, factor) in kinds.into_iter().flatten() {
            // At the largest factor 256 pixels are as many squares as are added up at a time.
            for [width, height] in [
                [1, 1],
                [7, 9],
                [8, 8],
                [65, 17],
                [200, 3],
                [256, 8],
                [530, 17],
            ] {
                let pixels: Vec<u8> = (0..width * height * channels).map(|_| byte()).collect();
                let mut plain = Vec::new();
                for top in (0..height).step_by(factor) {
                    for left in (0..width).step_by(factor) {
                        for channel in 0..channels {
                            let rows = top..(top + factor).min(height);
                            let square = rows.flat_map(|y| {
                                let columns = left..(left + factor).min(width);
                                columns.map(move |x| (y * width + x) * channels + channel)
                            });
                            let (mut sum, mut count) = (0, 0);
                            for at in square {
                                sum += u32::from(pixels[at]);
                                count += 1;
                            }
                            plain.push(u8::try_from((sum + count / 2) / count).unwrap());
                        }
                    }
                }
                let got = average(&pixels, width, channels, factor);
                assert_eq!(got, plain, "{width} x {height}, {channels}, {factor}");
            }
        }
    }

    #[test]
    fn white_stays_white_at_the_largest_factor() {
        assert_eq!(average(&[255; 24 * 9], 24, 1, 8), [255; 6]);
        assert_eq!(average(&[255; 512 * 8 * 3], 512, 3, 8), [255; 64 * 3]);
    }
}
