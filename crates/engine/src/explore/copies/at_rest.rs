//! The groups of an index, in a file beside it. Does not know what a group is good for.
//!
//! `LAMCOPY1`, the number of groups as `u32`; then for each group 1 byte tier (its place in
//! [`DuplicateTier::ALL`]), the number of members as `u32`, and for each member, the one to keep
//! first, its row as `u32` and its likeness to the one to keep as `f32`; all little-endian.
//! BLAKE3 of everything before stands at the end.

use std::path::Path;

use lamina_model::DuplicateTier;

use super::Group;

/// The name of the file.
const FILE: &str = "copies.lamina";
const MAGIC: &[u8; 8] = b"LAMCOPY1";
const HASH: usize = 32;

/// Writes the file.
pub(crate) fn write(folder: &Path, groups: &[Group]) -> std::io::Result<()> {
    let members: usize = groups.iter().map(|group| group.members.len()).sum();
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + groups.len() * 5 + members * 8 + HASH);
    let length = |of: usize| u32::try_from(of).unwrap_or(u32::MAX).to_le_bytes();
    bytes.extend(MAGIC);
    bytes.extend(length(groups.len()));
    for group in groups {
        bytes.push(u8::try_from(super::tier_number(group.tier)).unwrap_or(u8::MAX));
        bytes.extend(length(group.members.len()));
        for (row, likeness) in &group.members {
            bytes.extend(row.to_le_bytes());
            bytes.extend(likeness.to_le_bytes());
        }
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    let file = fs_err::File::create(folder.join(FILE))?;
    std::io::Write::write_all(&mut &file, &bytes)?;
    file.sync_all()
}

/// Reads the file of an index with so many rows; nothing where it is damaged.
pub(crate) fn read(folder: &Path, rows: u32) -> std::io::Result<Option<Vec<Group>>> {
    let bytes = fs_err::read(folder.join(FILE))?;
    let Some((body, hash)) = bytes.split_last_chunk::<HASH>() else {
        return Ok(None);
    };
    if blake3::hash(body) != *hash {
        return Ok(None);
    }
    Ok(body.strip_prefix(MAGIC).and_then(|rest| groups(rest, rows)))
}

fn groups(mut rest: &[u8], rows: u32) -> Option<Vec<Group>> {
    let count = number(&mut rest)?;
    let mut groups = Vec::new();
    for _ in 0..count {
        let tier = usize::from(take::<1>(&mut rest)?[0]);
        let tier = *DuplicateTier::ALL.get(tier)?;
        let length = number(&mut rest)?;
        let mut members = Vec::new();
        for _ in 0..length {
            let row = number(&mut rest).filter(|row| *row < rows)?;
            members.push((row, f32::from_le_bytes(take(&mut rest)?)));
        }
        groups.push(Group { tier, members });
    }
    rest.is_empty().then_some(groups)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    take(rest).map(u32::from_le_bytes)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier;

    use super::{super::Group, read, write};

    #[test]
    fn reads_what_it_wrote_and_refuses_what_it_did_not() {
        let folder = tempfile::tempdir().unwrap();
        let group = |tier, members: &[(u32, f32)]| Group {
            tier,
            members: members.to_vec(),
        };
        let groups = [
            group(DuplicateTier::SameBytes, &[(3, 1.0), (0, 1.0)]),
            group(DuplicateTier::Mirrored, &[(3, 1.0), (7, 0.975), (1, 0.97)]),
        ];
        write(folder.path(), &groups).unwrap();
        assert_eq!(read(folder.path(), 8).unwrap().unwrap(), groups);
        assert_eq!(read(folder.path(), 7).unwrap(), None, "a row that is none");
        let file = folder.path().join(super::FILE);
        let whole = fs_err::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs_err::write(&file, bytes).unwrap();
            assert_eq!(read(folder.path(), 8).unwrap(), None, "byte {at}");
            fs_err::write(&file, &whole[..at]).unwrap();
            assert_eq!(read(folder.path(), 8).unwrap(), None, "{at} bytes");
        }
    }
}
