//! Numbers read off the pixels: light, spread, sharpness.
//!
//! Light and colour are measured on the thumbnail (longest side at most 320 pixels).
//!
//! **Sharpness** is measured on luma with the longest side at most [`WORKING_SIDE`] pixels, so
//! that pictures of all resolutions can be compared (smaller ones are measured as they are:
//! scaling up would make them soft). It compares differences between neighbours, `d1`, with
//! differences over four pixels, `d4`: where everything is smooth, differences grow in step with
//! the distance, and `16 · mean(d1²) / mean(d4²)` is 1; an edge as sharp as pixels allow gives 4,
//! noise gives 16. Being a ratio it does not depend on contrast, unlike the variance of the
//! Laplacian, which calls low-contrast pictures blurred. A floor under it keeps what compression
//! leaves in flat parts from counting as detail. Every fourth row is looked at, with its
//! neighbours to the right and below: that loses nothing that could be measured.
//!
//! `sharpness` is that ratio over the whole frame, `sharpness_best` its mean over the sharpest
//! quarter of the tiles that have any contrast: a portrait before a soft background has a low
//! first and a high second number, a shaken picture has two low ones. Noise, as of a lens at night
//! or a small sensor, is as large over one pixel as over four: what it adds to both is read off the
//! flattest tiles and taken away first from `sharpness_best`. On two sets of 1,020
//! photographs at 640 × 480, 20 of each blurred with a sigma of 4 to 8 pixels, the blurred ones
//! had a `sharpness_best` of at most 1.04 and 1.06; of the others one in a thousand had less than
//! 1.08 (F1 of the best threshold 0.98 and 1.00, median of sharp pictures 3.0; the variance of
//! the Laplacian reached 0.93 and 0.95).

#![expect(
    clippy::inline_always,
    reason = "what `widely` runs is compiled for a processor only where it is inlined"
)]

use lamina_model::Measures;

use crate::resize::Size;
use crate::wide::widely;

/// Longest side of the luma that sharpness is measured on.
pub(crate) const WORKING_SIDE: u32 = 640;

/// Side of a tile in pixels of the working picture.
const TILE: usize = 64;

/// Mean squared difference over four pixels below which a tile shows nothing to be sharp.
const CONTRAST: f32 = 36.0;

/// Added under the ratio: the squared differences that compression leaves in flat parts.
const NOISE: f32 = 0.5;

/// Squared differences over four pixels, in those over one, up to which a tile shows noise and
/// little else: of smooth ground they are up to 16 times as large, of sharp edges 4 times.
const FLAT: f32 = 2.0;

/// Tiles of a hundred that must be flat at least, and two in any case, to say what noise there is.
const FLAT_OF_100: usize = 3;

/// Squared differences of noise, least and most: less makes no difference, and what is more may
/// be sand or leaves as well.
const NOISY: [f32; 2] = [2.0, 40.0];

/// Sharpness below anything seen, which is left where too much was taken for noise.
const TOO_SOFT: f32 = 0.5;

/// Of this many rows the first is compared with its neighbours; of the others only the second is
/// read at all.
const ROW_STEP: usize = 4;
/// Rows of these that are read.
const ROWS_READ: usize = 2;

/// Measures a picture: its thumbnail as RGB and as luma, and luma at the working size.
pub(crate) fn measure(thumbnail: &[u8], grey: &[u8], working: &SampledLuma) -> Measures {
    let histogram = histogram(grey);
    let light = Light::of(&histogram);
    let sharp = widely(
        #[inline(always)]
        || sharpness(working),
    );
    Measures {
        luma_mean: light.mean,
        luma_spread: light.spread,
        luma_p05: light.percentile(&histogram, 0.05),
        luma_p50: light.percentile(&histogram, 0.50),
        luma_p95: light.percentile(&histogram, 0.95),
        luma_entropy_bits: light.entropy,
        sharpness: sharp.whole,
        sharpness_best: sharp.best,
        mean_rgb: widely(
            #[inline(always)]
            || mean_rgb(thumbnail),
        ),
    }
}

/// Luma of one pixel by Rec. 601.
#[inline(always)]
pub(crate) const fn luma(r: u8, g: u8, b: u8) -> u8 {
    // At most 256 · 255 + 128, which fits: twice as many lanes as of 32 bits.
    ((77 * r as u16 + 150 * g as u16 + 29 * b as u16 + 128) >> 8) as u8
}

/// Luma of rows of RGB.
pub(crate) fn to_luma(rgb: &[u8]) -> Vec<u8> {
    let mut out = vec![0; rgb.len() / 3];
    widely(
        #[inline(always)]
        || luma_row(rgb, &mut out),
    );
    out
}

#[inline(always)]
fn luma_row(rgb: &[u8], out: &mut [u8]) {
    for (pixel, luma_out) in rgb.as_chunks::<3>().0.iter().zip(out) {
        *luma_out = luma(pixel[0], pixel[1], pixel[2]);
    }
}

/// Luma in those rows of a picture that sharpness reads: every fourth and the one after it.
#[derive(Debug)]
pub(crate) struct SampledLuma {
    width: usize,
    height: usize,
    rows: Vec<u8>,
}

impl SampledLuma {
    pub(crate) fn of_rgb(rgb: &[u8], size: Size) -> Self {
        let mut luma = Self::black(size);
        let width = luma.width;
        widely(
            #[inline(always)]
            || {
                for (from, to) in sampled(rgb, 3 * width).zip(luma.rows.chunks_exact_mut(width)) {
                    luma_row(from, to);
                }
            },
        );
        luma
    }

    pub(crate) fn of_luma(grey: &[u8], size: Size) -> Self {
        let mut luma = Self::black(size);
        let width = luma.width;
        for (from, to) in sampled(grey, width).zip(luma.rows.chunks_exact_mut(width)) {
            to.copy_from_slice(from);
        }
        luma
    }

    fn black((width, height): Size) -> Self {
        let (width, height) = (width as usize, height as usize);
        let rows = height / ROW_STEP * ROWS_READ + (height % ROW_STEP).min(ROWS_READ);
        Self {
            width,
            height,
            rows: vec![0; rows * width],
        }
    }

    /// A row of the picture; it has to be one that is read.
    #[inline(always)]
    fn row(&self, y: usize) -> &[u8] {
        debug_assert!(y % ROW_STEP < ROWS_READ, "row {y} is not read");
        let at = y / ROW_STEP * ROWS_READ + y % ROW_STEP;
        &self.rows[at * self.width..][..self.width]
    }
}

/// The rows that are read.
#[inline(always)]
fn sampled(pixels: &[u8], row_bytes: usize) -> impl Iterator<Item = &[u8]> {
    let rows = pixels.chunks_exact(row_bytes).enumerate();
    rows.filter(|(y, _)| y % ROW_STEP < ROWS_READ)
        .map(|(_, row)| row)
}

fn histogram(grey: &[u8]) -> [u32; 256] {
    // Four tables, so that runs of one value do not wait for each other.
    let mut tables = [[0_u32; 256]; 4];
    let (fours, rest) = grey.as_chunks::<4>();
    for four in fours {
        for (table, value) in tables.iter_mut().zip(four) {
            table[usize::from(*value)] += 1;
        }
    }
    for value in rest {
        tables[0][usize::from(*value)] += 1;
    }
    std::array::from_fn(|value| tables.iter().map(|table| table[value]).sum())
}

struct Light {
    count: f64,
    mean: f32,
    spread: f32,
    entropy: f32,
}

impl Light {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "values of 0 to 255"
    )]
    fn of(histogram: &[u32; 256]) -> Self {
        let count: f64 = histogram
            .iter()
            .map(|n| f64::from(*n))
            .sum::<f64>()
            .max(1.0);
        let moment = |power: i32| {
            histogram
                .iter()
                .enumerate()
                .map(|(value, n)| f64::from(*n) * (value as f64).powi(power))
                .sum::<f64>()
                / count
        };
        let mean = moment(1);
        let spread = (moment(2) - mean * mean).max(0.0).sqrt();
        let entropy: f64 = histogram
            .iter()
            .filter(|n| **n > 0)
            .map(|n| f64::from(*n) / count)
            .map(|share| -share * share.log2())
            .sum();
        Self {
            count,
            mean: mean as f32,
            spread: spread as f32,
            entropy: entropy.max(0.0) as f32,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "values of 0 to 255")]
    fn percentile(&self, histogram: &[u32; 256], share: f64) -> f32 {
        let wanted = self.count * share;
        let mut below = 0.0;
        for (value, n) in histogram.iter().enumerate() {
            below += f64::from(*n);
            if below >= wanted && below > 0.0 {
                return value as f32;
            }
        }
        255.0
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
fn mean_rgb(rgb: &[u8]) -> [u8; 3] {
    // Lanes that vectors of any width divide, each of one channel; 256 bytes at most fit 16 bits.
    const LANES: usize = 96;
    let mut sums = [0_u64; 3];
    let mut add = |lanes: &[u16; LANES]| {
        for (lane, sum) in lanes.iter().enumerate() {
            sums[lane % 3] += u64::from(*sum);
        }
    };
    let (blocks, rest) = rgb.as_chunks::<LANES>();
    for few in blocks.chunks(256) {
        let mut lanes = [0_u16; LANES];
        for block in few {
            for (lane, value) in lanes.iter_mut().zip(block) {
                *lane += u16::from(*value);
            }
        }
        add(&lanes);
    }
    let mut lanes = [0; LANES];
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane = u16::from(*value);
    }
    add(&lanes);
    let count = (rgb.len() as u64 / 3).max(1);
    sums.map(|sum| ((sum + count / 2) / count) as u8)
}

struct Sharpness {
    whole: f32,
    best: f32,
}

/// Squared differences summed over a tile or a picture.
#[derive(Debug, Clone, Copy, Default)]
struct Differences {
    near: u64,
    far: u64,
    count: u64,
}

impl Differences {
    fn add(&mut self, other: Self) {
        self.near += other.near;
        self.far += other.far;
        self.count += other.count;
    }

    #[expect(clippy::cast_precision_loss, reason = "sums of a picture's squares")]
    fn mean(self) -> Mean {
        let count = self.count.max(1) as f32;
        Mean {
            near: self.near as f32 / count,
            far: self.far as f32 / count,
        }
    }
}

/// Mean squared differences over one pixel, and over four.
#[derive(Debug, Clone, Copy)]
struct Mean {
    near: f32,
    far: f32,
}

impl Mean {
    fn ratio(self) -> f32 {
        16.0 * self.near / (self.far + 16.0 * NOISE)
    }

    fn without(self, noise: f32) -> Self {
        Self {
            near: (self.near - noise).max(0.0),
            far: self.far - noise,
        }
    }
}

#[inline(always)]
fn sharpness(luma: &SampledLuma) -> Sharpness {
    let mut whole = Differences::default();
    let mut tiles = Vec::new();
    for top in (0..luma.height).step_by(TILE) {
        for left in (0..luma.width).step_by(TILE) {
            let tile = differences(luma, left, top);
            whole.add(tile);
            if tile.count > 0 {
                tiles.push(tile.mean());
            }
        }
    }
    let whole = whole.mean().ratio();
    let best = sharpest(&tiles, noise(&tiles)).filter(|best| *best >= TOO_SOFT);
    let best = best.or_else(|| sharpest(&tiles, 0.0)).unwrap_or(whole);
    Sharpness { whole, best }
}

/// The squared differences that noise alone makes, by the flattest tiles; 0 where they say nothing.
fn noise(tiles: &[Mean]) -> f32 {
    let flat = tiles.iter().filter(|tile| tile.far < FLAT * tile.near);
    let mut flat: Vec<f32> = flat.map(|tile| tile.near).collect();
    if flat.len() < 2.max((FLAT_OF_100 * tiles.len()).div_ceil(100)) {
        return 0.0;
    }
    flat.sort_by(f32::total_cmp);
    let [least, most] = NOISY;
    let middle = flat[flat.len() / 2].min(most);
    if middle < least { 0.0 } else { middle }
}

/// Mean sharpness of the sharpest quarter of the tiles that show anything beside noise; nothing
/// where none does.
#[expect(clippy::cast_precision_loss, reason = "few tiles")]
fn sharpest(tiles: &[Mean], noise: f32) -> Option<f32> {
    let tiles = tiles.iter().map(|tile| tile.without(noise));
    let shown = tiles.filter(|tile| tile.far >= CONTRAST.max(noise));
    let mut ratios: Vec<f32> = shown.map(Mean::ratio).collect();
    ratios.sort_by(|a, b| b.total_cmp(a));
    let best = &ratios[..ratios.len().div_ceil(4)];
    (!best.is_empty()).then(|| best.iter().sum::<f32>() / best.len() as f32)
}

/// Differences to the right and downwards inside one tile. Tiles begin at multiples of
/// [`ROW_STEP`].
#[inline(always)]
fn differences(luma: &SampledLuma, left: usize, top: usize) -> Differences {
    let right = (left + TILE).min(luma.width.saturating_sub(4));
    let bottom = (top + TILE).min(luma.height.saturating_sub(4));
    let mut sums = Differences::default();
    if left >= right {
        return sums;
    }
    let columns = right - left;
    for y in (top..bottom).step_by(ROW_STEP) {
        let row = |dy: usize, dx: usize| &luma.row(y + dy)[left + dx..][..columns];
        let here = row(0, 0);
        sums.near += squares(here, row(0, 1)) + squares(here, row(1, 0));
        sums.far += squares(here, row(0, 4)) + squares(here, row(4, 0));
        sums.count += 2 * columns as u64;
    }
    sums
}

#[inline(always)]
fn squares(a: &[u8], b: &[u8]) -> u64 {
    // Most rows of a tile are whole: with their length known the compiler needs no loop.
    let sum = match (a.first_chunk::<TILE>(), b.first_chunk::<TILE>()) {
        (Some(a), Some(b)) => sum_of_squares(a, b),
        _ => sum_of_squares(a, b),
    };
    u64::from(sum)
}

#[inline(always)]
fn sum_of_squares(a: &[u8], b: &[u8]) -> u32 {
    // At most 64 squares of at most 255: fits 32 bits.
    a.iter()
        .zip(b)
        .map(|(a, b)| {
            let difference = i16::from(*a) - i16::from(*b);
            i32::from(difference) * i32::from(difference)
        })
        .sum::<i32>()
        .unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_up_in_lanes_is_what_is_added_up_one_by_one() {
        let mut state = 1_u32;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for pixels in [1, 2, 31, 32, 33, 1000, 256 * 32, 256 * 32 + 1, 30_000] {
            let rgb: Vec<u8> = (0..pixels * 3).map(|_| byte()).collect();
            let mean = |channel: usize| {
                let values = rgb.iter().skip(channel).step_by(3);
                let sum: usize = values.map(|value| usize::from(*value)).sum();
                u8::try_from((sum + pixels / 2) / pixels).unwrap()
            };
            assert_eq!(mean_rgb(&rgb), [mean(0), mean(1), mean(2)], "{pixels}");
            let grey = to_luma(&rgb);
            let counts = histogram(&grey);
            let mut plain = [0; 256];
            for value in &grey {
                plain[usize::from(*value)] += 1;
            }
            assert_eq!(counts, plain);
            for (pixel, grey) in rgb.chunks_exact(3).zip(&grey) {
                assert_eq!(*grey, luma(pixel[0], pixel[1], pixel[2]));
            }
        }
        assert_eq!(mean_rgb(&vec![255; 3 * 70_000]), [255; 3]);
    }

    /// Squares of the differences between pixels of a tile and those so far to the right or below.
    fn plain_squares(luma: &[u8], size: [usize; 2], [left, top]: [usize; 2], far: usize) -> u64 {
        let [width, height] = size;
        let mut sum = 0;
        for y in (top..(top + TILE).min(height.saturating_sub(4))).step_by(ROW_STEP) {
            for x in left..(left + TILE).min(width.saturating_sub(4)) {
                let here = luma[y * width + x];
                let right = luma[y * width + x + far];
                let below = luma[(y + far) * width + x];
                for other in [right, below] {
                    sum += u64::from(here.abs_diff(other)).pow(2);
                }
            }
        }
        sum
    }

    #[test]
    fn differences_of_whole_tiles_and_of_those_at_the_edge_are_what_the_formula_says() {
        let mut state = 7_u32;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Black and white are as far apart as pixels can be.
            [0, 255, (state >> 24) as u8][(state >> 16) as usize % 3]
        };
        // Tiles of 63, 64 and 1 column or row, of which four pixels are only compared with.
        for size in [
            [67_u32, 67],
            [68, 68],
            [69, 69],
            [132, 70],
            [200, 9],
            [5, 5],
            [4, 9],
            [9, 3],
        ] {
            let luma: Vec<u8> = (0..size[0] * size[1]).map(|_| byte()).collect();
            let sampled = SampledLuma::of_luma(&luma, size.into());
            let size = size.map(|side| side as usize);
            let [width, height] = size;
            let mut whole = Differences::default();
            for top in (0..height).step_by(TILE) {
                for left in (0..width).step_by(TILE) {
                    let told = differences(&sampled, left, top);
                    let place = [left, top];
                    assert_eq!(told.near, plain_squares(&luma, size, place, 1), "{size:?}");
                    assert_eq!(told.far, plain_squares(&luma, size, place, 4), "{size:?}");
                    whole.add(told);
                }
            }
            let rows = height.saturating_sub(4).div_ceil(ROW_STEP);
            let compared = 2 * rows * width.saturating_sub(4);
            assert_eq!(whole.count, compared as u64, "{size:?}");
        }
        let (black, white) = ([0_u8; TILE], [255_u8; TILE]);
        for length in [1_usize, 63, 64] {
            let sum = length as u64 * 255 * 255;
            assert_eq!(squares(&black[..length], &white[..length]), sum);
            assert_eq!(squares(&white[..length], &black[..length]), sum);
        }
    }

    #[test]
    fn luma_of_white_is_white() {
        assert_eq!(luma(255, 255, 255), 255);
        assert_eq!(luma(0, 0, 0), 0);
    }
}
