//! The compressed codes of a space: how they are made and how they lie in memory.

use crate::{
    RowSet, SearchError,
    sections::{SectionReader, SectionWriter},
    vectors::{SpaceInfo, rotation::Rotation, scan},
};

/// Rows whose bits are woven together, so that one instruction looks at one word of each.
pub(crate) const WEAVE: usize = 8;
/// Middle of the sixteen levels of a four-bit code.
pub(crate) const MIDDLE: f32 = 7.5;
/// Step between levels in standard deviations of a dimension; best for a normal distribution
/// (Max, "Quantizing for minimum distortion", 1960).
const STEP: f32 = 0.3352;

/// The codes of every row of a space.
#[derive(Debug)]
pub(crate) struct Codes {
    /// Dimensions after padding to a multiple of 64.
    pub(crate) padded: usize,
    /// The middle of all vectors, before padding and rotation.
    pub(crate) mean: Vec<f32>,
    pub(crate) rotation: Rotation,
    /// One bit a dimension: for each eight rows, for each 64 dimensions, a word of each row.
    pub(crate) signs: Vec<[u64; WEAVE]>,
    /// Bits set in each row's signs, for each eight rows.
    pub(crate) ones: Vec<[f32; WEAVE]>,
    /// Four bits a dimension: for each row, for each 64 dimensions, 32 bytes, each with a
    /// dimension of the first half below and one of the second half above.
    pub(crate) nibbles: Vec<u8>,
    /// For each eight rows.
    pub(crate) scales: Vec<Scales>,
}

/// Numbers that turn sums over the codes of eight rows into inner products: first the inner
/// product of the middle with each row's way from it, then what the sum over signs and what the
/// sum over four-bit codes is multiplied with.
pub(crate) type Scales = [[f32; WEAVE]; 3];

/// The code of one row.
#[derive(Debug)]
pub(crate) struct RowCode {
    pub(crate) signs: Vec<u64>,
    pub(crate) nibbles: Vec<u8>,
    /// This row's part of [`Scales`].
    pub(crate) scales: [f32; 3],
}

/// Dimensions as the codes count them.
pub(crate) const fn padded(dimensions: usize) -> usize {
    dimensions.next_multiple_of(64)
}

impl RowCode {
    /// Encodes a vector of length 1, or nothing for a row without one.
    #[inline(always)]
    pub(crate) fn of(vector: Option<&[f32]>, mean: &[f32], rotation: &Rotation) -> Self {
        let padded = padded(mean.len());
        let mut code = Self {
            signs: vec![0; padded / 64],
            nibbles: vec![0; padded / 2],
            scales: [0.0; 3],
        };
        let Some(vector) = vector else {
            return code;
        };
        let mut way: Vec<f32> = vector
            .iter()
            .zip(mean)
            .map(|(value, mean)| value - mean)
            .collect();
        let offset = way.iter().zip(mean).map(|(way, mean)| way * mean).sum();
        way.resize(padded, 0.0);
        rotation.turn(&mut way);
        let square: f32 = way.iter().map(|value| value * value).sum();
        let spread = (square / padded as f32).sqrt();
        if spread < f32::MIN_POSITIVE {
            code.scales[0] = offset;
            return code;
        }
        let (mut sign_sum, mut nibble_sum) = (0.0, 0.0);
        for (at, value) in way.iter().enumerate() {
            let level = (value / (spread * STEP) + MIDDLE).round().clamp(0.0, 15.0);
            // The half-way point belongs to the upper level, as the sign bit has it.
            let level = if *value < 0.0 {
                level.min(7.0)
            } else {
                level.max(8.0)
            };
            sign_sum += value.abs();
            nibble_sum += (level - MIDDLE) * value;
            code.signs[at / 64] |= u64::from(*value >= 0.0) << (at % 64);
            code.nibbles[at / 64 * 32 + at % 32] |= (level as u8) << (at % 64 / 32 * 4);
        }
        code.scales = [offset, square / sign_sum, square / nibble_sum];
        code
    }
}

impl Codes {
    pub(crate) fn read(
        from: &mut SectionReader,
        info: &SpaceInfo,
        rows: u32,
    ) -> Result<(Self, RowSet), SearchError> {
        let hash: Vec<[u8; 32]> = from.get_len("rows_hash", 1)?;
        if hash[0] != info.rows_hash {
            return Err(from.damaged("it belongs to other vectors"));
        }
        let (count, padded) = (rows as usize, padded(info.dimensions));
        let words = padded / 64;
        let signs: Vec<[u64; WEAVE]> = from.get_len("signs", count.div_ceil(WEAVE) * words)?;
        let without: Vec<u32> = from.get("absent")?;
        let mut absent = RowSet::none(rows);
        absent.insert_all(&without);
        let codes = Self {
            padded,
            mean: from.get_len("mean", info.dimensions)?,
            rotation: Rotation::new(padded),
            ones: scan::count_ones(&signs, words),
            signs,
            nibbles: from.get_len("nibbles", count * padded / 2)?,
            scales: from.get_len("scales", count.div_ceil(WEAVE))?,
        };
        Ok((codes, absent.turned()))
    }
}

/// Collects the codes of rows that come one after the other, and writes all but the nibbles.
#[derive(Debug)]
pub(crate) struct CodeWriter {
    words: usize,
    rows: usize,
    signs: Vec<[u64; WEAVE]>,
    scales: Vec<Scales>,
}

impl CodeWriter {
    pub(crate) fn new(dimensions: usize) -> Self {
        Self {
            words: padded(dimensions) / 64,
            rows: 0,
            signs: Vec::new(),
            scales: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, code: &RowCode) {
        let (group, lane) = (self.rows / WEAVE, self.rows % WEAVE);
        if lane == 0 {
            self.signs.resize((group + 1) * self.words, [0; WEAVE]);
            self.scales.push([[0.0; WEAVE]; 3]);
        }
        for (word, bits) in code.signs.iter().enumerate() {
            self.signs[group * self.words + word][lane] = *bits;
        }
        for (scales, scale) in self.scales[group].iter_mut().zip(code.scales) {
            scales[lane] = scale;
        }
        self.rows += 1;
    }

    pub(crate) fn write(&self, out: &mut SectionWriter) -> Result<(), SearchError> {
        out.put("signs", &self.signs)?;
        out.put("scales", &self.scales)
    }
}
