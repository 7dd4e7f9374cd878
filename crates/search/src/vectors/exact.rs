//! Vectors on the disk, for the last word on a distance: 16-bit numbers and a checksum a row.
//!
//! Only the direction of a vector matters, so each row is scaled to use all of its 16 bits; what
//! rounding moves is some millionths of a cosine. Rows are read with positioned reads rather
//! than mapped: a few hundred a question cost some hundred microseconds, and a file that is cut
//! off under our feet is an error, not a crash.

use std::path::{Path, PathBuf};

use fs_err::{File, os::unix::fs::FileExt};

use crate::{SearchError, sections::damaged};

const CHECK: usize = 4;
const LANES: usize = 16;

/// Bytes of one row on the disk.
pub(crate) const fn stride(dimensions: usize) -> usize {
    dimensions * size_of::<i16>() + CHECK
}

/// A vector as 16-bit numbers, the greatest at the end of the range. Nothing where a vector has
/// no direction or is not finite.
pub(crate) fn quantised(vector: &[f32]) -> Option<Vec<i16>> {
    let most = vector
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    let finite = vector.iter().all(|value| value.is_finite());
    if most < f32::MIN_POSITIVE || !finite {
        return None;
    }
    let scale = f32::from(i16::MAX) / most;
    Some(vector.iter().map(|value| rounded(value * scale)).collect())
}

fn rounded(value: f32) -> i16 {
    value.round() as i16
}

/// What stands after a row: the CRC-32 (ISO 3309) of its number and its values.
pub(crate) fn check(row: u32, values: &[u8]) -> [u8; CHECK] {
    let mut check = crc32fast::Hasher::new();
    check.update(&row.to_le_bytes());
    check.update(values);
    check.finalize().to_le_bytes()
}

/// A file of exact vectors.
#[derive(Debug)]
pub(crate) struct ExactRows {
    file: File,
    path: PathBuf,
    dimensions: usize,
    rows: u32,
}

impl ExactRows {
    pub(crate) fn open(path: &Path, dimensions: usize, rows: u32) -> Result<Self, SearchError> {
        let file = File::open(path)?;
        let (length, expected) = (
            file.metadata()?.len(),
            u64::from(rows) * stride(dimensions) as u64,
        );
        if length != expected {
            let what = format!("it has {length} bytes where {expected} belong");
            return Err(damaged(path, &what));
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            dimensions,
            rows,
        })
    }

    /// Reads one row into `into`, which is as long as a row on the disk, and checks it.
    pub(crate) fn read<'a>(
        &self,
        row: u32,
        into: &'a mut RowBuffer,
    ) -> Result<&'a [i16], SearchError> {
        let length = stride(self.dimensions);
        into.values.resize(length.div_ceil(size_of::<i16>()), 0);
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut into.values);
        self.file
            .read_exact_at(&mut bytes[..length], u64::from(row) * length as u64)?;
        let (values, stored) = bytes[..length].split_at(length - CHECK);
        if check(row, values) != stored {
            let what = format!("the vector of row {row} has a wrong checksum");
            return Err(damaged(&self.path, &what));
        }
        Ok(&into.values[..self.dimensions])
    }

    /// Reads everything and compares with the hash in the index.
    pub(crate) fn verify(&self, rows_hash: &[u8; 32]) -> Result<(), SearchError> {
        let mut hash = blake3::Hasher::new();
        let mut piece = vec![0; stride(self.dimensions) * 256];
        let length = u64::from(self.rows) * stride(self.dimensions) as u64;
        let mut at = 0;
        while at < length {
            let here = usize::try_from(length - at)
                .unwrap_or(usize::MAX)
                .min(piece.len());
            self.file.read_exact_at(&mut piece[..here], at)?;
            hash.update(&piece[..here]);
            at += here as u64;
        }
        if hash.finalize().as_bytes() == rows_hash {
            Ok(())
        } else {
            Err(damaged(&self.path, "it has a wrong checksum"))
        }
    }
}

/// Room for one row, used again for the next.
#[derive(Debug, Default)]
pub(crate) struct RowBuffer {
    values: Vec<i16>,
}

/// Cosine distance, 0–2; exactly 0 between equal vectors.
///
/// Sums run in a fixed number of lanes, so that the answer is the same on every machine.
#[inline(always)]
pub(crate) fn distance(a: &[f32], b: &[i16]) -> f32 {
    let (mut dot, mut aa, mut bb) = ([0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES]);
    let (a_parts, b_parts) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_parts.remainder().iter().zip(b_parts.remainder());
    for (a, b) in a_parts.zip(b_parts) {
        for lane in 0..LANES {
            let b = f32::from(b[lane]);
            dot[lane] += a[lane] * b;
            aa[lane] += a[lane] * a[lane];
            bb[lane] += b * b;
        }
    }
    for (lane, (a, b)) in rest.enumerate() {
        let b = f32::from(*b);
        dot[lane] += a * b;
        aa[lane] += a * a;
        bb[lane] += b * b;
    }
    let sum = |lanes: [f32; LANES]| lanes.iter().map(|lane| f64::from(*lane)).sum::<f64>();
    let lengths = (sum(aa) * sum(bb)).sqrt();
    if lengths == 0.0 {
        return 1.0;
    }
    (1.0 - sum(dot) / lengths).clamp(0.0, 2.0) as f32
}
