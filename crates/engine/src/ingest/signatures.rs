//! Signatures as comparing asks for them: a few times each, and many times those of look-alikes.
//!
//! A kilobyte for each picture is more than all else that is known of it while all are compared. So
//! they lie in a file of their own, which the system keeps in memory as far as there is room.

use std::io;

use fs_err::{File, os::unix::fs::FileExt};
use lamina_model::Signature;

/// The signatures of a set, by row.
#[derive(Debug)]
pub(super) struct SignatureFile(File);

impl SignatureFile {
    /// In an empty file that is read and written.
    pub(super) const fn new(file: File) -> Self {
        Self(file)
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
    use crate::ingest::scratch;

    #[test]
    fn each_row_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = scratch::unnamed(&folder.path().join("signatures")).unwrap();
        let file = SignatureFile::new(file);
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
    }
}
