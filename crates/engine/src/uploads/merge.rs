//! Putting files where they belong without ever overwriting one.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, ErrorKind, Read},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use lamina_model::DatasetId;

use super::finished;
use crate::place::kept;

/// Begins the names of files that are not whole yet.
pub(super) const PART_PREFIX: &str = ".lamina-part-";
/// Begins the names of folders with the files of one request; a number follows.
const BATCH_PREFIX: &str = ".lamina-batch-";

/// Tells the unfinished files of this process apart.
static NEXT_PART: AtomicU64 = AtomicU64::new(0);

/// A new file to write in, at the top of `folder`. The folders that its name leads through are
/// made once the file is whole.
pub(super) fn begin_part(folder: &Path) -> io::Result<(File, PathBuf)> {
    unfinished(folder, |part| {
        let mut options = fs_err::OpenOptions::new();
        let file = options.write(true).create_new(true).open(part)?;
        Ok(file.into_parts().0)
    })
}

/// A new folder at the top of `folder` for files that are to be kept together or not at all.
pub(super) fn begin_draft(folder: &Path) -> io::Result<PathBuf> {
    unfinished(folder, |draft| fs_err::create_dir(draft)).map(|((), draft)| draft)
}

/// Makes something that is not whole yet, under a name that nothing else has.
fn unfinished<T>(folder: &Path, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(T, PathBuf)> {
    loop {
        let number = NEXT_PART.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{PART_PREFIX}{}-{number}", std::process::id()));
        match make(&path) {
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            other => return other.map(|made| (made, path)),
        }
    }
}

/// The number of the last batch of each transaction, by its folder, as far as this process has
/// kept one in it.
pub(super) type LastBatches = BTreeMap<PathBuf, u64>;

/// Makes a draft the next batch of a transaction: all of its files at once, or none where this is
/// not come to. One caller at a time.
pub(super) fn keep_draft(
    draft: &Path,
    transaction: &Path,
    last: &mut LastBatches,
) -> io::Result<()> {
    // A transaction may have a batch for each of its files: they are listed once, not for each.
    let before = match last.remove(transaction) {
        Some(number) => number,
        None => batches(transaction)?.last().copied().unwrap_or(0),
    };
    fs_err::rename(draft, batch(transaction, before + 1))?;
    last.insert(transaction.to_owned(), before + 1);
    Ok(())
}

fn batch(transaction: &Path, number: u64) -> PathBuf {
    transaction.join(format!("{BATCH_PREFIX}{number}"))
}

/// The numbers of the batches of a transaction, in order.
fn batches(transaction: &Path) -> io::Result<Vec<u64>> {
    let number = |name: &OsStr| {
        name.to_str()?
            .strip_prefix(BATCH_PREFIX)?
            .parse::<u64>()
            .ok()
    };
    let mut numbers = Vec::new();
    for entry in fs_err::read_dir(transaction)? {
        numbers.extend(number(&entry?.file_name()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Takes away what was never finished.
pub(super) fn clear_parts(folder: &Path) -> io::Result<()> {
    let entries = match fs_err::read_dir(folder) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        if entry
            .file_name()
            .as_bytes()
            .starts_with(PART_PREFIX.as_bytes())
        {
            // Its sender may still be writing, or taking it away just now.
            let gone = if entry.file_type()?.is_dir() {
                put_aside(&entry.path())
            } else {
                fs_err::remove_file(entry.path())
            };
            match gone {
                Err(cause) if cause.kind() == ErrorKind::NotFound => {}
                other => other?,
            }
        }
    }
    Ok(())
}

/// Takes away a folder in which somebody may be making files: first out of their way.
fn put_aside(draft: &Path) -> io::Result<()> {
    let (Some(transaction), Some(name)) = (draft.parent(), draft.file_name()) else {
        return Ok(());
    };
    let aside = transaction.with_file_name(name);
    fs_err::rename(draft, &aside)?;
    match fs_err::remove_dir_all(&aside) {
        // A file that was begun before the move, and is no part of anything any more.
        Err(cause) if cause.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
        other => other,
    }
}

/// Moves the whole file `from` to `name` below `folder`, or to that name with a number where
/// another file has it. A file with the same bytes stands for both. Gives where it is.
pub(super) fn place(from: &Path, folder: &Path, name: &Path) -> io::Result<PathBuf> {
    let mut target = folder.to_owned();
    let mut parts = name.components().peekable();
    while let Some(part) = parts.next() {
        let part = part.as_os_str();
        let is_file = parts.peek().is_none();
        target = if is_file {
            return place_as(from, &target, part);
        } else {
            folder_as(&target, part)?
        };
    }
    Err(io::Error::new(
        ErrorKind::InvalidInput,
        "a file without a name",
    ))
}

/// The folder of that name, made where it is not; a file of that name is walked around.
fn folder_as(within: &Path, name: &OsStr) -> io::Result<PathBuf> {
    for number in 1.. {
        let folder = within.join(numbered(name, number));
        match fs_err::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                if folder.is_dir() {
                    return Ok(folder);
                }
            }
            Err(cause) => return Err(cause),
        }
    }
    unreachable!("numbers do not end")
}

fn place_as(from: &Path, within: &Path, name: &OsStr) -> io::Result<PathBuf> {
    for number in 1.. {
        let target = within.join(numbered(name, number));
        match link_or_rename(from, &target) {
            Ok(()) => {
                return Ok(target);
            }
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                if target.is_file() && same_bytes(from, &target)? {
                    fs_err::remove_file(from)?;
                    return Ok(target);
                }
            }
            Err(cause) => return Err(cause),
        }
    }
    unreachable!("numbers do not end")
}

/// Moves a file. Unlike a rename, a hard link never replaces what is there; file systems without
/// links are looked at first, which is as good while one process moves files at a time.
fn link_or_rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs_err::hard_link(from, to) {
        Ok(()) => fs_err::remove_file(from),
        Err(cause)
            if matches!(
                cause.kind(),
                ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) && !to.exists() =>
        {
            fs_err::rename(from, to)
        }
        Err(cause) => Err(cause),
    }
}

/// `a.jpg`, `a (2).jpg`, `a (3).jpg` and so on; cut where that would be too long for a name.
fn numbered(name: &OsStr, number: u32) -> OsString {
    if number == 1 {
        return name.to_owned();
    }
    let bytes = name.as_bytes();
    let dot = bytes
        .iter()
        .rposition(|byte| *byte == b'.')
        .filter(|at| *at > 0);
    let (stem, extension) = bytes.split_at(dot.unwrap_or(bytes.len()));
    let mark = format!(" ({number})");
    let room = 255_usize.saturating_sub(mark.len() + extension.len());
    let mut end = stem.len().min(room);
    // Never within a character, where the name is text.
    while end > 0 && end < stem.len() && stem[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    OsString::from_vec([&stem[..end], mark.as_bytes(), extension].concat())
}

fn same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (fs_err::File::open(one)?, fs_err::File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let read = one.read(&mut left)?;
        if read == 0 {
            return Ok(true);
        }
        other.read_exact(&mut right[..read])?;
        if left[..read] != right[..read] {
            return Ok(false);
        }
    }
}

/// Makes every finished transaction of a dataset part of its files, in the order of their
/// numbers, and of each its batches in the order of theirs. May be stopped at any file and begun
/// again.
pub(crate) fn merge_finished(uploads: &Path, dataset: DatasetId) -> io::Result<()> {
    let files = kept(uploads, dataset);
    fs_err::create_dir_all(&files)?;
    let folder = finished(uploads, dataset);
    let Ok(entries) = fs_err::read_dir(&folder) else {
        return Ok(());
    };
    let mut numbers = Vec::new();
    for entry in entries {
        if let Some(number) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u64>().ok())
        {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    for number in numbers {
        let transaction = folder.join(number.to_string());
        for number in batches(&transaction)? {
            let batch = batch(&transaction, number);
            merge(&batch, Path::new(""), &files)?;
            fs_err::remove_dir(&batch)?;
        }
        // Files that an earlier version kept lie in no batch.
        merge(&transaction, Path::new(""), &files)?;
        fs_err::remove_dir(&transaction)?;
    }
    Ok(())
}

/// Moves all files of `from`/`relative`, and takes away its folders as they empty.
fn merge(from: &Path, relative: &Path, files: &Path) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in fs_err::read_dir(from.join(relative))? {
        let entry = entry?;
        entries.push((entry.file_name(), entry.file_type()?));
    }
    entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    for (name, kind) in entries {
        let inner = relative.join(name);
        if kind.is_dir() {
            merge(from, &inner, files)?;
            fs_err::remove_dir(from.join(&inner))?;
        } else {
            place(&from.join(&inner), files, &inner)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
