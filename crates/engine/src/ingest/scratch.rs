//! Files for what is not held in memory while a set is compared.

use std::{io, path::Path};

use fs_err::File;

/// An empty file that has no name: it is gone with whoever holds it, however that ends. `place` is
/// needed for a moment, and must be nobody else's; its folder is made where there is none.
pub(super) fn unnamed(place: &Path) -> io::Result<File> {
    if let Some(folder) = place.parent() {
        fs_err::create_dir_all(folder)?;
    }
    let file = fs_err::OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(place)?;
    fs_err::remove_file(place)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, Write};

    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_lies_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("indexes/of a dataset/signatures");
        let mut file = unnamed(&place).unwrap();
        file.write_all(b"what was seen").unwrap();
        file.rewind().unwrap();
        let mut read = String::new();
        file.read_to_string(&mut read).unwrap();
        assert_eq!(read, "what was seen");
        let beside = fs_err::read_dir(place.parent().unwrap()).unwrap();
        assert_eq!(beside.count(), 0);
        // The same name is free again.
        unnamed(&place).unwrap();
    }
}
