//! Files for what is not held in memory while a set is compared.

use std::{
    io::{self, Write},
    path::Path,
};

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

/// A file that may be done without. The first failure takes away what was written, so that a disk
/// that it filled has room again while others write on; from then on it takes nothing.
#[derive(Debug)]
pub(super) struct Draft(io::Result<File>);

impl Draft {
    /// To be written to the file, if there is one.
    pub(super) const fn new(file: io::Result<File>) -> Self {
        Self(file)
    }

    /// The file with all that was written, or why it is not there.
    pub(super) fn into_file(self) -> io::Result<File> {
        self.0
    }

    fn with(&mut self, work: impl FnOnce(&mut File) -> io::Result<usize>) -> io::Result<usize> {
        let file = match &mut self.0 {
            Ok(file) => file,
            Err(before) => return Err(before.kind().into()),
        };
        let done = work(file);
        match done {
            Err(cause) if cause.kind() != io::ErrorKind::Interrupted => {
                let kind = cause.kind();
                self.0 = Err(cause);
                Err(kind.into())
            }
            done => done,
        }
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(|file| file.flush().map(|()| 0)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

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

    #[test]
    fn a_draft_that_fails_gives_back_its_room_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::new(unnamed(&folder.path().join("draft")));
        draft.write_all(b"all of it").unwrap();
        draft.flush().unwrap();
        assert_eq!(draft.into_file().unwrap().metadata().unwrap().len(), 9);

        // As a full disk does, a file that may only be read takes nothing.
        let place = folder.path().join("closed");
        fs_err::write(&place, b"").unwrap();
        let mut draft = Draft::new(File::open(&place));
        draft.write_all(b"more").unwrap_err();
        assert!(draft.0.is_err(), "it holds no file any more");
        draft.write_all(b"still more").unwrap_err();
        let why = draft.into_file().unwrap_err().to_string();
        assert!(why.contains("closed"), "{why}");

        let mut none = Draft::new(unnamed(&place));
        none.write_all(b"anything").unwrap_err();
        assert_eq!(
            none.into_file().unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
    }
}
