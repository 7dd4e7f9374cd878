//! What an index of `lamina-search` does not keep and tiles need: mean colour, content version,
//! place among copies. A file beside the index, 20 bytes a picture.
//!
//! `LAMPICS2`, then the number that the dataset's tags and labels had before the index was made, as
//! `i64`; then for each row: 3 bytes R, G, B; 1 byte tier (0 for none, else its place in
//! [`DuplicateTier::ALL`] + 1); 8 bytes of the content hash; the likeness to the copy to keep as
//! `f32`; the place among the copies as `u32`, 0 for the one to keep; all little-endian. BLAKE3 of
//! everything before stands at the end.

use std::path::Path;

use lamina_model::{ClusterId, ClusterLevel, DuplicateTier, IssueKind, Media, MediaId};

/// The name of the file.
const FILE: &str = "pictures.lamina";
const MAGIC: &[u8; 8] = b"LAMPICS2";
const BYTES: usize = 20;
const HASH: usize = 32;

/// Facts of one picture beside the index.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Beside {
    /// Mean colour in sRGB.
    pub rgb: [u8; 3],
    /// The first bytes of the content hash.
    pub version: [u8; 8],
    /// How it is the same as the copy to keep, how much it is like it, and its place among the
    /// copies, 0 for the one to keep; nothing for a picture without copies.
    pub copy: Option<Placed>,
}

/// A picture's place in its group of copies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placed {
    pub tier: DuplicateTier,
    pub likeness: f32,
    pub place: u32,
}

/// Writes the file, one entry a row.
pub(crate) fn write(folder: &Path, marks_version: i64, rows: &[Beside]) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(MAGIC.len() + 8 + rows.len() * BYTES + HASH);
    bytes.extend(MAGIC);
    bytes.extend(marks_version.to_le_bytes());
    for row in rows {
        bytes.extend(row.rgb);
        let tier = row.copy.and_then(|copy| {
            DuplicateTier::ALL
                .iter()
                .position(|tier| *tier == copy.tier)
        });
        bytes.push(tier.map_or(0, |at| u8::try_from(at + 1).unwrap_or(u8::MAX)));
        bytes.extend(row.version);
        bytes.extend(row.copy.map_or(0.0, |copy| copy.likeness).to_le_bytes());
        bytes.extend(row.copy.map_or(0, |copy| copy.place).to_le_bytes());
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    let file = fs_err::File::create(folder.join(FILE))?;
    std::io::Write::write_all(&mut &file, &bytes)?;
    file.sync_all()
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
    let part = |from: usize| -> [u8; 4] { std::array::from_fn(|at| bytes[from + at]) };
    let tier = usize::from(bytes[3])
        .checked_sub(1)
        .and_then(|at| DuplicateTier::ALL.get(at));
    Beside {
        rgb: [bytes[0], bytes[1], bytes[2]],
        version: std::array::from_fn(|at| bytes[4 + at]),
        copy: tier.map(|tier| Placed {
            tier: *tier,
            likeness: f32::from_le_bytes(part(12)),
            place: u32::from_le_bytes(part(16)),
        }),
    }
}

/// A picture and everything that comparing the set said about it.
#[derive(Debug, Clone)]
pub struct MediaDetails {
    /// The picture by itself.
    pub media: Media,
    /// What may be wrong with it, and how sure that is, 0–1.
    pub issues: Vec<(IssueKind, f32)>,
    /// How much it adds to the set, 0–1; nothing before it was compared.
    pub uniqueness: Option<f32>,
    /// Its cluster at each level, the finest first; nothing before it was compared.
    pub clusters: Option<[ClusterId; ClusterLevel::COUNT]>,
    /// Its copies, if it has any.
    pub copies: Option<Copies>,
}

/// The copies that a picture is one of.
#[derive(Debug, Clone, PartialEq)]
pub struct Copies {
    /// The group's own id.
    pub group_id: String,
    /// How they are the same: the loosest tier among them.
    pub tier: DuplicateTier,
    /// The copy to keep.
    pub keep: MediaId,
    /// The others.
    pub others: Vec<MediaId>,
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier;

    use super::{Beside, Placed, read, write};

    #[test]
    fn reads_what_it_wrote_and_refuses_what_it_did_not() {
        let folder = tempfile::tempdir().unwrap();
        let rows = [
            Beside::default(),
            Beside {
                rgb: [1, 2, 255],
                version: [9; 8],
                copy: Some(Placed {
                    tier: DuplicateTier::Mirrored,
                    likeness: 0.75,
                    place: 70_000,
                }),
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
