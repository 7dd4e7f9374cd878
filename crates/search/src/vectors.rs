//! Vectors of the pictures of a generation, and who is nearest to what.
//!
//! A space is one kind of vector: what pictures look like, or what they mean in words. On the
//! disk a space is two files. `NAME.rows` has every vector at full precision, row by row, and is
//! read a row at a time. `NAME.codes` has the same vectors centred, turned by a fixed rotation
//! and cut down to one bit and to four bits a dimension; it is read into memory. A question
//! looks at every row's bits, at the four-bit codes of those that may be near, and at the exact
//! vectors of the few that are left.
//!
//! The one-bit code and its unbiased estimate of an inner product are those of Gao and Long,
//! "`RaBitQ`: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for Approximate
//! Nearest Neighbor Search" (SIGMOD 2024).

#![expect(
    clippy::inline_always,
    reason = "code is compiled for a processor only where it is inlined into `on_best`"
)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "codes round on purpose, and numbers are kept in range before they are cast"
)]

mod codes;
mod direction;
mod exact;
mod likest;
mod nearest;
mod rotation;
mod scan;
mod writer;

use std::path::Path;

use crate::{
    RowSet, SearchError,
    lists::Texts,
    sections::{SectionReader, SectionWriter},
};

use codes::Codes;
use exact::ExactRows;

pub(crate) use likest::Likest;
pub use nearest::{AnchorVector, Nearest};
pub(crate) use writer::VectorWriter;

/// Dimensions of a vector at most.
pub(crate) const MOST_DIMENSIONS: usize = 8192;

/// What the index file says of a space, so that files of different indexes are never mixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SpaceInfo {
    pub(crate) name: String,
    pub(crate) dimensions: usize,
    /// BLAKE3 of the whole file of exact vectors.
    pub(crate) rows_hash: [u8; 32],
}

impl SpaceInfo {
    pub(crate) fn write_all(spaces: &[Self], out: &mut SectionWriter) -> Result<(), SearchError> {
        let names: Texts = spaces.iter().map(|space| space.name.as_bytes()).collect();
        names.write(out, "space")?;
        let dimensions: Vec<u64> = spaces.iter().map(|space| space.dimensions as u64).collect();
        out.put("space.dims", &dimensions)?;
        let hashes: Vec<[u8; 32]> = spaces.iter().map(|space| space.rows_hash).collect();
        out.put("space.rows_hash", &hashes)
    }

    pub(crate) fn read_all(from: &mut SectionReader) -> Result<Vec<Self>, SearchError> {
        let names = Texts::read(from, "space")?;
        let dimensions: Vec<u64> = from.get_len("space.dims", names.len())?;
        let hashes: Vec<[u8; 32]> = from.get_len("space.rows_hash", names.len())?;
        let parts = dimensions.into_iter().zip(hashes).enumerate();
        parts
            .map(|(at, (dimensions, rows_hash))| {
                let dimensions = usize::try_from(dimensions).unwrap_or(usize::MAX);
                if dimensions == 0 || dimensions > MOST_DIMENSIONS {
                    return Err(from.damaged("vectors of that many dimensions are never written"));
                }
                Ok(Self {
                    name: names.shown(at).into_owned(),
                    dimensions,
                    rows_hash,
                })
            })
            .collect()
    }
}

/// The vectors of one space, open for questions.
#[derive(Debug)]
pub(crate) struct VectorSpace {
    info: SpaceInfo,
    exact: ExactRows,
    codes: Codes,
    /// The rows that have a vector.
    present: RowSet,
}

impl VectorSpace {
    pub(crate) fn open(folder: &Path, info: SpaceInfo, rows: u32) -> Result<Self, SearchError> {
        let exact = ExactRows::open(&rows_file(folder, &info.name), info.dimensions, rows)?;
        let mut from = SectionReader::open(&codes_file(folder, &info.name))?;
        let (codes, present) = Codes::read(&mut from, &info, rows)?;
        Ok(Self {
            info,
            exact,
            codes,
            present,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.info.name
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.info.dimensions
    }

    pub(crate) fn verify(&self) -> Result<(), SearchError> {
        self.exact.verify(&self.info.rows_hash)
    }
}

fn rows_file(folder: &Path, space: &str) -> std::path::PathBuf {
    folder.join(format!("{space}.rows"))
}

fn codes_file(folder: &Path, space: &str) -> std::path::PathBuf {
    folder.join(format!("{space}.codes"))
}
