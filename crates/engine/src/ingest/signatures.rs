//! Signatures as comparing asks for them: a few times each, and many times those of look-alikes.
//!
//! A kilobyte for each picture is more than all else that is known of it while all are compared. So
//! they lie in a file of their own, which the system keeps in memory as far as there is room.

use std::{io, path::Path};

use fs_err::{File, os::unix::fs::FileExt};
use lamina_model::Signature;

/// The signatures of a set, by row, in a file that has no name: it is gone with whoever holds it.
#[derive(Debug)]
pub(super) struct SignatureFile(File);

impl SignatureFile {
    /// An empty file in this folder, which is made where there is none. The name is needed for a
    /// moment, and must be nobody else's.
    pub(super) fn create(folder: &Path, name: &str) -> io::Result<Self> {
        fs_err::create_dir_all(folder)?;
        let place = folder.join(name);
        let file = fs_err::OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&place)?;
        fs_err::remove_file(&place)?;
        Ok(Self(file))
    }

    /// Writes the signature of a row.
    pub(super) fn write(&self, row: usize, signature: &Signature) -> io::Result<()> {
        self.0.write_all_at(signature.as_bytes(), offset(row))
    }

    /// Reads that of a row; those that were not written have no content, or an error.
    pub(super) fn read(&self, row: usize) -> io::Result<Signature> {
        let mut luma = [0; Signature::LEN];
        self.0.read_exact_at(&mut luma, offset(row))?;
        Ok(Signature::new(luma))
    }
}

fn offset(row: usize) -> u64 {
    row as u64 * Signature::LEN as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_read_as_it_was_written_and_nothing_lies_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("indexes");
        let file = SignatureFile::create(&place, "comparing").unwrap();
        let of = |row: u8| {
            let mut luma = [row; Signature::LEN];
            luma[usize::from(row) * 300] = 200;
            Signature::new(luma)
        };
        for row in [3, 0, 1] {
            file.write(usize::from(row), &of(row)).unwrap();
        }
        for row in [0, 1, 3] {
            assert_eq!(file.read(usize::from(row)).unwrap(), of(row));
        }
        assert!(file.read(4).is_err());
        assert_eq!(fs_err::read_dir(&place).unwrap().count(), 0);
        // The same name is free again.
        SignatureFile::create(&place, "comparing").unwrap();
    }
}
