//! What an index of `lamina-search` does not keep and tiles need: mean colour and content
//! version. A file beside the index, 11 bytes a picture.
//!
//! `LAMPICS3`, then the number that the dataset's tags and labels had before the index was made, as
//! little-endian `i64`; then for each row 3 bytes R, G, B and 8 bytes of the content hash. BLAKE3
//! of everything before stands at the end.

use std::path::Path;

use lamina_model::{ClusterId, ClusterLevel, DuplicateTier, Issue, Media, MediaId};

use lamina_vision::ModelId;

use crate::{Said, space::comparable};

/// The name of the file.
const FILE: &str = "pictures.lamina";
const MAGIC: &[u8; 8] = b"LAMPICS3";
const BYTES: usize = 11;
const HASH: usize = 32;

/// Facts of one picture beside the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Beside {
    /// Mean colour in sRGB.
    pub rgb: [u8; 3],
    /// The first bytes of the content hash.
    pub version: [u8; 8],
}

/// Writes the file, one entry a row.
pub(crate) fn write(folder: &Path, marks_version: i64, rows: &[Beside]) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(MAGIC.len() + 8 + rows.len() * BYTES + HASH);
    bytes.extend(MAGIC);
    bytes.extend(marks_version.to_le_bytes());
    for row in rows {
        bytes.extend(row.rgb);
        bytes.extend(row.version);
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    let file = fs_err::File::create(folder.join(FILE))?;
    std::io::Write::write_all(&mut &file, &bytes)?;
    file.sync_all()
}

/// The name of the file that says which model made the vectors of an index.
const MODEL_FILE: &str = "model";

/// Writes down which model made the vectors.
pub(crate) fn write_model(folder: &Path, model: &ModelId) -> std::io::Result<()> {
    fs_err::write(folder.join(MODEL_FILE), model.as_str())
}

/// Whether the vectors may be held against those of that model.
pub(crate) fn is_comparable(folder: &Path, model: &ModelId) -> bool {
    let made_by = fs_err::read_to_string(folder.join(MODEL_FILE));
    made_by.is_ok_and(|name| comparable(&name, model.as_str()))
}

/// Reads the file of an index with so many rows; nothing where it is damaged.
pub(crate) fn read(folder: &Path, rows: u32) -> std::io::Result<Option<(i64, Vec<Beside>)>> {
    let bytes = fs_err::read(folder.join(FILE))?;
    let Some((body, hash)) = bytes.split_last_chunk::<HASH>() else {
        return Ok(None);
    };
    let after = body.strip_prefix(MAGIC);
    let Some((version, records)) = after.and_then(<[u8]>::split_first_chunk::<8>) else {
        return Ok(None);
    };
    let right = blake3::hash(body) == *hash && records.len() == rows as usize * BYTES;
    let rows = || records.chunks_exact(BYTES).map(entry).collect();
    Ok(right.then(|| (i64::from_le_bytes(*version), rows())))
}

fn entry(bytes: &[u8]) -> Beside {
    Beside {
        rgb: std::array::from_fn(|at| bytes[at]),
        version: std::array::from_fn(|at| bytes[3 + at]),
    }
}

/// A picture and everything that comparing the set said about it.
#[derive(Debug, Clone)]
pub struct MediaDetails {
    /// The picture by itself.
    pub media: Media,
    /// What may be wrong with it.
    pub issues: Vec<Issue>,
    /// How much it adds to the set, 0–1; nothing before it was compared.
    pub uniqueness: Option<f32>,
    /// Its cluster at each level, the finest first; nothing before it was compared.
    pub clusters: Option<[ClusterId; ClusterLevel::COUNT]>,
    /// Its copies, if it has any.
    pub copies: Option<Copies>,
    /// What the model takes it for, with shares, 0–1, the greatest first; at most five.
    pub predicted: Vec<(String, f32)>,
    /// What people and files say of it.
    pub said: Said,
}

/// The copies that a picture is one of, those of copies included: of the file beside it that
/// holds the same bytes, and of the larger picture that both were made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Copies {
    /// The id of the first of the groups that they are in.
    pub group_id: String,
    /// How they are the same: the loosest tier among them.
    pub tier: DuplicateTier,
    /// The one to keep of all.
    pub keep: MediaId,
    /// The others.
    pub others: Vec<MediaId>,
}

#[cfg(test)]
mod tests {
    use super::{Beside, read, write};

    #[test]
    fn reads_what_it_wrote_and_refuses_what_it_did_not() {
        let folder = tempfile::tempdir().unwrap();
        let rows = [
            Beside::default(),
            Beside {
                rgb: [1, 2, 255],
                version: [9; 8],
            },
        ];
        write(folder.path(), 77, &rows).unwrap();
        assert_eq!(
            read(folder.path(), 2).unwrap().unwrap(),
            (77, rows.to_vec())
        );
        assert_eq!(read(folder.path(), 3).unwrap(), None);
        let file = folder.path().join(super::FILE);
        let mut bytes = fs_err::read(&file).unwrap();
        bytes[10] ^= 1;
        fs_err::write(&file, &bytes).unwrap();
        assert_eq!(read(folder.path(), 2).unwrap(), None);
        fs_err::write(&file, b"short").unwrap();
        assert_eq!(read(folder.path(), 2).unwrap(), None);
    }
}
