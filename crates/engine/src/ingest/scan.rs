//! Walking a source folder: every file once, in the order of its path's bytes.
//!
//! Says what each entry is from its name and its place alone; nothing is opened here.

use std::{
    cmp::Ordering,
    collections::HashSet,
    fs::{FileType, Metadata},
    io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use lamina_model::{FileStamp, IgnoreReason, RejectReason, SourcePath, Timestamp};

use crate::SourceRoots;

/// A file that the walk came upon. A folder that is not walked stands for all that is in it; its
/// path ends in a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is, relative to the source.
    pub path: SourcePath,
    /// What the file system says of it.
    pub stamp: FileStamp,
    /// What the name and the place say of it.
    pub verdict: Verdict,
}

/// What the walk can say about a file without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Worth looking into.
    Look,
    /// To be left alone.
    Ignore(IgnoreReason),
    /// Cannot be looked into.
    Reject(RejectReason, String),
}

/// Walks a folder. An iterator, so that a set of any size needs memory only for the names of the
/// folders it stands in, and 16 bytes for each file behind it.
#[derive(Debug)]
pub struct Walk {
    root: PathBuf,
    skip: Vec<(u64, u64)>,
    /// Where links may lead, with links resolved; anywhere when there is none.
    fence: Option<Vec<PathBuf>>,
    /// Device and inode of everything met so far in places that are not left alone.
    seen: HashSet<(u64, u64)>,
    stack: Vec<Level>,
}

/// One folder being walked: its entries still to come, the next one last.
#[derive(Debug)]
struct Level {
    entries: Vec<Entry>,
    relative: Vec<u8>,
    inherited: Option<IgnoreReason>,
}

#[derive(Debug)]
struct Entry {
    name: Vec<u8>,
    is_link: bool,
    /// What the entry leads to; the error where a link leads nowhere.
    target: Result<Metadata, io::ErrorKind>,
}

impl Entry {
    fn is_folder(&self) -> bool {
        self.target.as_ref().is_ok_and(Metadata::is_dir)
    }

    /// Byte order of whole paths: a folder sorts as if its name ended in a slash.
    fn compare(&self, other: &Self) -> Ordering {
        let key = |entry: &Self| {
            let mut name = entry.name.clone();
            if entry.is_folder() {
                name.push(b'/');
            }
            name
        };
        key(self).cmp(&key(other))
    }
}

impl Walk {
    /// Begins a walk of `root`. Folders named in `skip` (Lamina's own data) are passed over in
    /// silence, wherever and by whatever name they are met. Links that lead out of `roots` are
    /// taken for dead.
    ///
    /// # Errors
    /// When `root` cannot be listed.
    pub fn begin(root: &Path, skip: &[PathBuf], roots: &SourceRoots) -> io::Result<Self> {
        let identity = |path: &PathBuf| fs_err::metadata(path).ok().map(|m| (m.dev(), m.ino()));
        let fence = match roots {
            SourceRoots::Anywhere => None,
            SourceRoots::Below(roots) => Some(resolved(roots)),
        };
        let mut walk = Self {
            fence,
            root: root.to_owned(),
            skip: skip.iter().filter_map(identity).collect(),
            seen: HashSet::new(),
            stack: Vec::new(),
        };
        let metadata = fs_err::metadata(root)?;
        walk.seen.insert((metadata.dev(), metadata.ino()));
        let entries = list(root, walk.fence.as_deref())?;
        walk.stack.push(Level {
            entries,
            relative: Vec::new(),
            inherited: None,
        });
        Ok(walk)
    }

    /// Steps into a folder, or says why not.
    fn enter(
        &mut self,
        path: &SourcePath,
        stamp: FileStamp,
        inherited: Option<IgnoreReason>,
    ) -> Option<Found> {
        let identity = (stamp.device, stamp.inode);
        if self.skip.contains(&identity) {
            return None;
        }
        let as_row = || {
            // With its slash a folder sorts where the walk stands, and reads as what it is.
            let mut bytes = path.as_bytes().to_vec();
            bytes.push(b'/');
            SourcePath::from_bytes(bytes)
        };
        if inherited.is_none() && !self.seen.insert(identity) {
            let path = as_row();
            let verdict = Verdict::Ignore(IgnoreReason::SameFile);
            return Some(Found {
                path,
                stamp,
                verdict,
            });
        }
        let folder = self.root.join(std::ffi::OsStr::from_bytes(path.as_bytes()));
        match list(&folder, self.fence.as_deref()) {
            Ok(entries) => {
                let relative = path.as_bytes().to_vec();
                self.stack.push(Level {
                    entries,
                    relative,
                    inherited,
                });
                None
            }
            Err(cause) => {
                let path = as_row();
                if let Some(reason) = inherited {
                    return Some(Found {
                        path,
                        stamp,
                        verdict: Verdict::Ignore(reason),
                    });
                }
                let note = format!("the folder cannot be listed: {}", plain(&cause));
                let verdict = Verdict::Reject(RejectReason::Unreadable, note);
                Some(Found {
                    path,
                    stamp,
                    verdict,
                })
            }
        }
    }

    fn judge(&mut self, metadata: &Metadata, inherited: Option<IgnoreReason>) -> Verdict {
        match inherited {
            // Not marked as seen: a link may lead from a visible name to a hidden file.
            Some(reason) => Verdict::Ignore(reason),
            None if !self.seen.insert((metadata.dev(), metadata.ino())) => {
                Verdict::Ignore(IgnoreReason::SameFile)
            }
            None if metadata.is_file() => Verdict::Look,
            None => Verdict::Ignore(IgnoreReason::NotAFile),
        }
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let level = self.stack.last_mut()?;
            let Some(entry) = level.entries.pop() else {
                self.stack.pop();
                continue;
            };
            let mut path = level.relative.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&entry.name);
            let path = SourcePath::from_bytes(path);
            let inherited = level.inherited.or_else(|| reason_of_name(&entry.name));
            match entry.target {
                Err(kind) => {
                    let stamp = EMPTY_STAMP;
                    let verdict = match (inherited, kind) {
                        (Some(reason), _) => Verdict::Ignore(reason),
                        (None, io::ErrorKind::PermissionDenied) => Verdict::Reject(
                            RejectReason::Unreadable,
                            "permission denied".to_owned(),
                        ),
                        (None, _) => Verdict::Ignore(IgnoreReason::DeadLink),
                    };
                    return Some(Found {
                        path,
                        stamp,
                        verdict,
                    });
                }
                Ok(metadata) if metadata.is_dir() => {
                    // Links out of places that are left alone could lead around in circles.
                    if let (true, Some(reason)) = (entry.is_link, inherited) {
                        let path = SourcePath::from_bytes([path.as_bytes(), b"/"].concat());
                        let verdict = Verdict::Ignore(reason);
                        return Some(Found {
                            path,
                            stamp: stamp_of(&metadata),
                            verdict,
                        });
                    }
                    if let Some(found) = self.enter(&path, stamp_of(&metadata), inherited) {
                        return Some(found);
                    }
                }
                Ok(metadata) => {
                    let verdict = self.judge(&metadata, inherited);
                    return Some(Found {
                        path,
                        stamp: stamp_of(&metadata),
                        verdict,
                    });
                }
            }
        }
    }
}

const EMPTY_STAMP: FileStamp = FileStamp {
    size_bytes: 0,
    modified_at: Timestamp::from_micros(0),
    device: 0,
    inode: 0,
};

/// What the file system says of an open or named file.
fn stamp_of(metadata: &Metadata) -> FileStamp {
    FileStamp {
        size_bytes: metadata.size(),
        modified_at: Timestamp::from_micros(
            metadata
                .mtime()
                .saturating_mul(1_000_000)
                .saturating_add(metadata.mtime_nsec() / 1000),
        ),
        device: metadata.dev(),
        inode: metadata.ino(),
    }
}

/// The entries of a folder, the last first, each followed through links to what it leads to.
fn list(folder: &Path, fence: Option<&[PathBuf]>) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let is_link = entry
            .file_type()
            .is_ok_and(|kind: FileType| kind.is_symlink());
        let target = match (is_link, fence) {
            (false, _) => entry.metadata(),
            (true, Some(roots)) if !leads_below(&entry.path(), roots) => {
                Err(io::ErrorKind::NotFound.into())
            }
            (true, _) => fs_err::metadata(entry.path()),
        };
        entries.push(Entry {
            name: entry.file_name().as_bytes().to_vec(),
            is_link,
            target: target.map_err(|cause| cause.kind()),
        });
    }
    entries.sort_unstable_by(|a, b| b.compare(a));
    Ok(entries)
}

/// The roots with links resolved; those that are not there are left out.
pub(crate) fn resolved(roots: &[PathBuf]) -> Vec<PathBuf> {
    roots
        .iter()
        .filter_map(|root| fs_err::canonicalize(root).ok())
        .collect()
}

/// Whether a path, with links resolved, lies at or below one of the resolved roots.
pub(crate) fn leads_below(path: &Path, resolved_roots: &[PathBuf]) -> bool {
    fs_err::canonicalize(path)
        .is_ok_and(|path| resolved_roots.iter().any(|root| path.starts_with(root)))
}

/// Whether a name alone says that a file or folder is to be left alone.
fn reason_of_name(name: &[u8]) -> Option<IgnoreReason> {
    const SYSTEM: [&[u8]; 8] = [
        b"thumbs.db",
        b"desktop.ini",
        b"@eadir",
        b"#recycle",
        b"$recycle.bin",
        b"system volume information",
        b"lost+found",
        b"ehthumbs.db",
    ];
    if SYSTEM.iter().any(|known| name.eq_ignore_ascii_case(known)) || name == b".DS_Store" {
        return Some(IgnoreReason::System);
    }
    name.starts_with(b".").then_some(IgnoreReason::Hidden)
}

/// The system's words for a failure, without the path (which is told beside them).
pub(crate) fn plain(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it is no longer there".to_owned(),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests;
