//! The names of clusters, in a file beside the index. Does not know how they come about.
//!
//! `LAMNAME1`, the number of clusters as `u32`; then for each, in the order of their ids, the 16
//! bytes of its id, the number of words as `u32`, and for each word its length as `u32` and its
//! bytes in UTF-8; all little-endian. BLAKE3 of everything before stands at the end.

use std::path::Path;

use lamina_model::ClusterId;
use uuid::Uuid;

use super::Names;

/// The name of the file.
const FILE: &str = "names.lamina";
const MAGIC: &[u8; 8] = b"LAMNAME1";
const HASH: usize = 32;

/// Writes the file.
pub(crate) fn write(folder: &Path, names: &Names) -> std::io::Result<()> {
    let length = |of: usize| u32::try_from(of).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(length(names.len()));
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_unstable_by_key(|(id, _)| **id);
    for (id, words) in sorted {
        bytes.extend(id.as_uuid().as_bytes());
        bytes.extend(length(words.len()));
        for word in words {
            bytes.extend(length(word.len()));
            bytes.extend(word.as_bytes());
        }
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    let file = fs_err::File::create(folder.join(FILE))?;
    std::io::Write::write_all(&mut &file, &bytes)?;
    file.sync_all()
}

/// Reads the file; nothing where there is none or it is damaged.
pub(crate) fn read(folder: &Path) -> std::io::Result<Option<Names>> {
    let bytes = match fs_err::read(folder.join(FILE)) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let Some((body, hash)) = bytes.split_last_chunk::<HASH>() else {
        return Ok(None);
    };
    if blake3::hash(body) != *hash {
        return Ok(None);
    }
    Ok(body.strip_prefix(MAGIC).and_then(names))
}

fn names(mut rest: &[u8]) -> Option<Names> {
    let count = number(&mut rest)?;
    let mut names = Names::new();
    for _ in 0..count {
        let (id, after) = rest.split_first_chunk::<16>()?;
        rest = after;
        let words = number(&mut rest)?;
        let words = (0..words).map(|_| word(&mut rest)).collect::<Option<_>>()?;
        names.insert(ClusterId::from_uuid(Uuid::from_bytes(*id)), words);
    }
    rest.is_empty().then_some(names)
}

fn word(rest: &mut &[u8]) -> Option<String> {
    let length = number(rest)? as usize;
    let (word, after) = rest.split_at_checked(length)?;
    *rest = after;
    String::from_utf8(word.to_vec()).ok()
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (bytes, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote_and_refuses_what_it_did_not() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), None);
        let id = |number| ClusterId::from_uuid(Uuid::from_u128(number));
        let named = [
            (id(7), vec!["Hündin".to_owned(), "dog".to_owned()]),
            (id(3), vec!["cat".to_owned()]),
        ];
        let names: Names = named.into_iter().collect();
        write(folder.path(), &names).unwrap();
        assert_eq!(read(folder.path()).unwrap(), Some(names));
        let file = folder.path().join(FILE);
        let mut bytes = fs_err::read(&file).unwrap();
        bytes[30] ^= 1;
        fs_err::write(&file, &bytes).unwrap();
        assert_eq!(read(folder.path()).unwrap(), None);
        fs_err::write(&file, b"short").unwrap();
        assert_eq!(read(folder.path()).unwrap(), None);
    }
}
