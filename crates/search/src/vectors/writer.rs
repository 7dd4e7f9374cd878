//! Writes the two files of a space: exact vectors as they come, codes when all have come, for
//! the codes are relative to the middle of all.

use std::{
    io::{BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use fs_err::File;
use rayon::prelude::*;

use super::{
    Likest, MOST_DIMENSIONS, SpaceInfo,
    codes::{CodeWriter, RowCode, padded},
    codes_file, exact,
    rotation::Rotation,
    rows_file,
};
use crate::{SearchError, sections::SectionWriter};

/// Rows that are encoded together; at 1280 dimensions some 10 MB.
const BLOCK: usize = 2048;

/// A space that is being written.
#[derive(Debug)]
pub(crate) struct VectorWriter {
    folder: PathBuf,
    name: String,
    dimensions: usize,
    file: BufWriter<File>,
    hash: blake3::Hasher,
    rows: u32,
    absent: Vec<u32>,
    sum: Vec<f64>,
}

impl VectorWriter {
    pub(crate) fn create(
        folder: &Path,
        name: &str,
        dimensions: usize,
    ) -> Result<Self, SearchError> {
        if dimensions == 0 || dimensions > MOST_DIMENSIONS {
            return Err(SearchError::TooMany {
                what: "dimensions",
                most: MOST_DIMENSIONS as u64,
            });
        }
        let named = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !named {
            return Err(SearchError::NoSuchSpace {
                space: name.to_owned(),
            });
        }
        let file = File::create(rows_file(folder, name))?;
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            dimensions,
            file: BufWriter::with_capacity(1 << 20, file),
            hash: blake3::Hasher::new(),
            rows: 0,
            absent: Vec::new(),
            sum: vec![0.0; dimensions],
        })
    }

    /// Adds the next row. A vector without direction counts as none.
    pub(crate) fn push(&mut self, vector: Option<&[f32]>) -> Result<(), SearchError> {
        if let Some(given) = vector
            .map(<[f32]>::len)
            .filter(|given| *given != self.dimensions)
        {
            return Err(SearchError::Dimensions {
                space: self.name.clone(),
                given,
                expected: self.dimensions,
            });
        }
        let values = vector.and_then(exact::quantised).unwrap_or_else(|| {
            self.absent.push(self.rows);
            vec![0; self.dimensions]
        });
        for (sum, value) in self.sum.iter_mut().zip(unit(&values)) {
            *sum += f64::from(value);
        }
        let bytes: &[u8] = bytemuck::cast_slice(&values);
        let check = exact::check(self.rows, bytes);
        for part in [bytes, &check[..]] {
            self.file.write_all(part)?;
            self.hash.update(part);
        }
        self.rows += 1;
        Ok(())
    }

    /// To look into the rows that came so far.
    pub(crate) fn likest(&mut self) -> Result<Likest, SearchError> {
        self.file.flush()?;
        Likest::open(&self.folder, &self.name, self.dimensions, self.rows)
    }

    /// Reads the rows back, block by block, and writes their codes.
    pub(crate) fn finish(mut self) -> Result<SpaceInfo, SearchError> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        let info = SpaceInfo {
            name: self.name.clone(),
            dimensions: self.dimensions,
            rows_hash: *self.hash.finalize().as_bytes(),
        };
        let mean = self.mean();
        let mut codes = CodeWriter::new(self.dimensions);
        let mut out = SectionWriter::create(&codes_file(&self.folder, &self.name))?;
        out.put("rows_hash", &[info.rows_hash])?;
        out.put("mean", &mean)?;
        out.put("absent", &self.absent)?;
        out.stream("nibbles", |nibbles| {
            let rotation = Rotation::new(padded(self.dimensions));
            let mut rows =
                BufReader::with_capacity(1 << 20, File::open(rows_file(&self.folder, &self.name))?);
            let stride = exact::stride(self.dimensions);
            let mut left = self.rows as usize;
            while left > 0 {
                let here = left.min(BLOCK);
                let mut block = vec![0; here * stride];
                rows.read_exact(&mut block)?;
                let encoded: Vec<RowCode> = block
                    .par_chunks_exact(stride)
                    .map(|row| encode(row, &mean, &rotation))
                    .collect();
                for code in &encoded {
                    nibbles.write(&code.nibbles)?;
                    codes.push(code);
                }
                left -= here;
            }
            Ok(())
        })?;
        codes.write(&mut out)?;
        out.finish()?;
        Ok(info)
    }

    /// The middle of the vectors that are there.
    fn mean(&self) -> Vec<f32> {
        let there = f64::from(self.rows) - self.absent.len() as f64;
        let there = there.max(1.0);
        self.sum.iter().map(|sum| (sum / there) as f32).collect()
    }
}

fn encode(row: &[u8], mean: &[f32], rotation: &Rotation) -> RowCode {
    let values: Vec<i16> = bytemuck::pod_collect_to_vec(&row[..mean.len() * size_of::<i16>()]);
    let there = values.iter().any(|value| *value != 0);
    let vector: Vec<f32> = unit(&values).collect();
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || RowCode::of(there.then_some(&vector[..]), mean, rotation),
    )
}

/// The values scaled to length 1; zeros stay zeros.
pub(crate) fn unit(values: &[i16]) -> impl Iterator<Item = f32> {
    let square: f64 = values.iter().map(|value| f64::from(*value).powi(2)).sum();
    let scale = if square > 0.0 {
        (1.0 / square.sqrt()) as f32
    } else {
        0.0
    };
    values.iter().map(move |value| f32::from(*value) * scale)
}
