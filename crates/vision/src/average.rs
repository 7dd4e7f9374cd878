//! Making rows smaller by a whole factor, as they come: each pixel of the result is the mean of
//! a square.

/// Averages squares of `factor` × `factor` pixels; at the right and lower edge what is left of
/// them.
#[derive(Debug)]
pub(crate) struct Averager {
    width: usize,
    channels: usize,
    factor: usize,
    /// Sums down the columns: at most 8 bytes each, which fits, and which the compiler adds
    /// sixteen at a time.
    sums: Vec<u16>,
    rows: usize,
}

impl Averager {
    /// For rows of `width` pixels of `channels` bytes; `factor` is at most 8.
    pub(crate) fn new(width: usize, channels: usize, factor: usize) -> Self {
        debug_assert!((1..=8).contains(&factor));
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
        for (sum, value) in self.sums.iter_mut().zip(row) {
            *sum += u16::from(*value);
        }
        self.rows += 1;
        self.rows == self.factor
    }

    /// Appends the means of the rows taken since the last flush, if there were any.
    #[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) {
        if self.rows == 0 {
            return;
        }
        for block in self.sums.chunks(self.factor * self.channels) {
            let count = (block.len() / self.channels * self.rows) as u32;
            for channel in 0..self.channels {
                let column = block[channel..].iter().step_by(self.channels);
                let sum: u32 = column.map(|sum| u32::from(*sum)).sum();
                out.push(((sum + count / 2) / count) as u8);
            }
        }
        self.sums.fill(0);
        self.rows = 0;
    }

    /// Bytes of one averaged row.
    pub(crate) fn row_bytes(&self) -> usize {
        self.width.div_ceil(self.factor) * self.channels
    }
}

/// Whole pictures: rows of `width` pixels of `channels` bytes each, averaged.
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
        // 3 × 3 pixels of two channels; the second is the first plus 100.
        let pixels: Vec<u8> = [10, 20, 30, 20, 30, 40, 60, 70, 80]
            .into_iter()
            .flat_map(|v| [v, v + 100])
            .collect();
        let got = average(&pixels, 3, 2, 2);
        assert_eq!(got, [20, 120, 35, 135, 65, 165, 80, 180]);
    }

    #[test]
    fn white_stays_white_at_the_largest_factor() {
        assert_eq!(average(&[255; 24 * 9], 24, 1, 8), [255; 6]);
    }
}
