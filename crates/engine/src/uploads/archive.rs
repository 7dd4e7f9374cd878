//! Unpacking a zip, tar or tar.gz that somebody sent, and nothing outside of its folder.

use std::{
    fs::File,
    io::{self, BufReader, ErrorKind, Read, Seek},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use super::{
    merge::{begin_part, place},
    names::checked_file_name,
};

/// Why not all was unpacked.
#[derive(Debug)]
pub(super) enum Unusable {
    /// The disk failed.
    Disk(io::Error),
    /// The archive is at fault; a sentence.
    Archive(String),
}

impl From<io::Error> for Unusable {
    fn from(cause: io::Error) -> Self {
        Self::Disk(cause)
    }
}

/// How much more than itself an archive may hold. Pictures hardly shrink; text shrinks tenfold.
const MOST_EXPANSION: u64 = 200;
/// What any archive may hold, however small it is.
const ALWAYS_ALLOWED_BYTES: u64 = 1 << 30;

/// Unpacks `archive` into `folder`, and gives the number of files. No file may have more than
/// `most_bytes`. Where it cannot be unpacked to its end, what came before stays there.
pub(super) fn unpack(archive: &Path, folder: &Path, most_bytes: u64) -> Result<u64, Unusable> {
    let mut file = fs_err::File::open(archive)?.into_parts().0;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref().take(512).read_to_end(&mut head)?;
    file.rewind()?;
    let mut room = Room {
        folder,
        most_bytes,
        left: ALWAYS_ALLOWED_BYTES.max(size.saturating_mul(MOST_EXPANSION)),
        files: 0,
    };
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        read_zip(file, &mut room)?;
    } else if head.starts_with(&[0x1f, 0x8b]) {
        read_tar(MultiGzDecoder::new(BufReader::new(file)), &mut room)?;
    } else if head.get(257..262) == Some(b"ustar") {
        read_tar(BufReader::new(file), &mut room)?;
    } else {
        return Err(Unusable::Archive(
            "the archive is neither a zip nor a tar nor a tar.gz; send one of those".to_owned(),
        ));
    }
    if room.files == 0 {
        return Err(Unusable::Archive("the archive holds no file".to_owned()));
    }
    Ok(room.files)
}

/// Where unpacked files go, and how much may still come.
struct Room<'a> {
    folder: &'a Path,
    most_bytes: u64,
    left: u64,
    files: u64,
}

impl Room<'_> {
    fn keep(&mut self, name: &[u8], mut content: impl Read) -> Result<(), Unusable> {
        let name = checked_file_name(name).map_err(|why| {
            Unusable::Archive(format!("a file of the archive cannot be taken: {why}"))
        })?;
        let (mut file, part) = begin_part(self.folder)?;
        self.copy(&name, &mut content, &mut file)?;
        drop(file);
        place(&part, self.folder, &name)?;
        self.files += 1;
        Ok(())
    }

    fn copy(
        &mut self,
        name: &Path,
        content: &mut impl Read,
        file: &mut File,
    ) -> Result<(), Unusable> {
        let most = self.most_bytes.min(self.left);
        let mut bounded = content.take(most + 1);
        let mut buffer = vec![0; 128 << 10];
        let mut copied = 0;
        loop {
            // What cannot be read is the archive's fault, what cannot be written the disk's.
            let read = match bounded.read(&mut buffer) {
                Err(cause) if cause.kind() == ErrorKind::Interrupted => continue,
                other => other.map_err(|cause| damaged(name, &cause))?,
            };
            if read == 0 {
                break;
            }
            io::Write::write_all(file, &buffer[..read])?;
            copied += read as u64;
        }
        if copied > most {
            return Err(Unusable::Archive(format!(
                "{} is too large: a file may have {} bytes here, and an archive no more than \
                 {MOST_EXPANSION} times its own size",
                name.display(),
                self.most_bytes
            )));
        }
        self.left -= copied;
        Ok(())
    }
}

fn damaged(name: &Path, cause: &dyn std::fmt::Display) -> Unusable {
    Unusable::Archive(format!(
        "the archive is damaged at {}: {cause}; make it anew and send it again",
        name.display()
    ))
}

fn read_zip(file: File, room: &mut Room<'_>) -> Result<(), Unusable> {
    let unreadable = |cause: zip::result::ZipError| {
        Unusable::Archive(format!("the zip cannot be read: {cause}; make it anew"))
    };
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(unreadable)?;
        if !entry.is_file() || entry.is_symlink() {
            continue;
        }
        // Names are bytes; those of old programs are in a code page of their own.
        let raw = entry.name_raw().to_vec();
        let name = match String::from_utf8(raw) {
            Ok(name) => name,
            Err(_) => entry.name().map_err(unreadable)?.into_owned(),
        };
        room.keep(name.as_bytes(), entry)?;
    }
    Ok(())
}

fn read_tar(reader: impl Read, room: &mut Room<'_>) -> Result<(), Unusable> {
    let whole = PathBuf::from("its beginning");
    let mut archive = tar::Archive::new(reader);
    let entries = archive.entries().map_err(|cause| damaged(&whole, &cause))?;
    let mut before = whole;
    for entry in entries {
        let entry = entry.map_err(|cause| damaged(&before, &cause))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path_bytes().into_owned();
        // `tar -c .` begins every name so.
        let name = name.strip_prefix(b"./").unwrap_or(&name).to_vec();
        before = PathBuf::from(String::from_utf8_lossy(&name).into_owned());
        room.keep(&name, entry)?;
    }
    Ok(())
}
