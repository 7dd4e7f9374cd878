//! Looking at the folders of this machine before one becomes a dataset: what can be chosen, and
//! what is in it.
//!
//! Both look at a bounded number of entries and say so where there were more. Nothing is kept.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use lamina_model::{AnnotationFormat, IgnoreReason, ImageFormat, RejectReason, SourcePath};
use lamina_vision::{Sniffed, sniff};

use crate::{
    Caller, Engine, Error, SourceRoots, Verdict, Walk,
    annotations::format_among,
    datasets::{checked_folder, may_create},
    ingest::{leads_below, resolved},
};

/// Entries of one folder that are looked at.
const MOST_ENTRIES: usize = 10_000;
/// Folders that are listed.
const MOST_FOLDERS: usize = 1000;
/// Files that a preview looks at.
const MOST_FILES: u64 = 20_000;
/// How long a preview may look: a slow network disk must not hold up its caller.
const LONGEST: Duration = Duration::from_secs(4);
/// Names of pictures that a preview shows.
const SAMPLES: usize = 10;
/// Annotation files that a preview names.
const MOST_ANNOTATIONS: usize = 100;
/// Enough to tell a format by its content.
const HEAD_BYTES: u64 = 512;

/// The folders in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderListing {
    /// Where one may begin.
    pub roots: Vec<PathBuf>,
    /// The folder that is listed, with links resolved; nothing where only the roots are told.
    pub path: Option<PathBuf>,
    /// The folder above it; nothing where that lies outside the roots.
    pub parent: Option<PathBuf>,
    /// Names of the folders in it, in order. Hidden ones and those whose names are no text are
    /// left out.
    pub folders: Vec<String>,
    /// Files in it, those in its folders not counted.
    pub file_count: u64,
    /// Whether all entries were looked at.
    pub complete: bool,
}

/// What is in a folder and all folders below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderPreview {
    /// The folder, with links resolved.
    pub path: PathBuf,
    /// Files found.
    pub found: u64,
    /// Those of them that are pictures by their content.
    pub pictures: u64,
    /// Bytes of the pictures.
    pub picture_bytes: u64,
    /// Files that will be ignored, by reason.
    pub ignored: BTreeMap<IgnoreReason, u64>,
    /// Files that claim to be pictures and are none, by reason.
    pub rejected: BTreeMap<RejectReason, u64>,
    /// Pictures by format.
    pub formats: BTreeMap<ImageFormat, u64>,
    /// Some of the pictures.
    pub samples: Vec<SourcePath>,
    /// Annotation files among the pictures that will be read, with their bytes; at most a hundred.
    /// They are counted in `ignored` too, for they are no pictures.
    pub annotations: Vec<(SourcePath, AnnotationFormat, u64)>,
    /// Whether all files were looked at.
    pub complete: bool,
}

impl Engine {
    /// Lists the folders in a folder, or where one may begin.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the caller may not make datasets or the folder lies outside the
    /// roots; [`Error::Invalid`] when it is no folder or cannot be listed.
    pub async fn browse(
        &self,
        caller: &Caller,
        path: Option<PathBuf>,
    ) -> Result<FolderListing, Error> {
        may_create(caller)?;
        let roots = self.parts().roots.clone();
        let listed = tokio::task::spawn_blocking(move || match path {
            Some(path) => list(&checked_folder(&path, &roots)?, &roots),
            None => Ok(beginnings(&roots)),
        });
        listed.await.map_err(Error::internal)?
    }

    /// Looks through a folder as indexing would, without decoding anything.
    ///
    /// # Errors
    /// As [`Engine::browse`].
    pub async fn preview_folder(
        &self,
        caller: &Caller,
        path: PathBuf,
    ) -> Result<FolderPreview, Error> {
        may_create(caller)?;
        let roots = self.parts().roots.clone();
        let own = self.parts().ingest.own_folders.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let folder = checked_folder(&path, &roots)?;
            let walk = Walk::begin(&folder, &own, &roots).map_err(Error::internal)?;
            Ok(look_through(folder, walk, MOST_FILES))
        });
        looked.await.map_err(Error::internal)?
    }
}

fn beginnings(roots: &SourceRoots) -> FolderListing {
    FolderListing {
        roots: roots_of(roots),
        path: None,
        parent: None,
        folders: Vec::new(),
        file_count: 0,
        complete: true,
    }
}

fn roots_of(roots: &SourceRoots) -> Vec<PathBuf> {
    match roots {
        SourceRoots::Anywhere => vec![PathBuf::from("/")],
        SourceRoots::Below(roots) => resolved(roots),
    }
}

fn list(folder: &Path, roots: &SourceRoots) -> Result<FolderListing, Error> {
    let all = roots_of(roots);
    let inside = |path: &Path| all.iter().any(|root| path.starts_with(root));
    let mut listing = FolderListing {
        path: Some(folder.to_owned()),
        parent: folder
            .parent()
            .filter(|parent| inside(parent))
            .map(Path::to_owned),
        ..beginnings(roots)
    };
    let mut entries = fs_err::read_dir(folder).map_err(Error::internal)?;
    for entry in entries.by_ref().take(MOST_ENTRIES).filter_map(Result::ok) {
        // The kind of what a link leads to counts, if it leads anywhere one may look.
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => {
                leads_below(&entry.path(), &all) && entry.path().is_dir()
            }
            Ok(kind) => kind.is_dir(),
            Err(_) => continue,
        };
        if !is_folder {
            listing.file_count += 1;
        } else if let Some(name) = entry.file_name().to_str()
            && !name.starts_with('.')
            && listing.folders.len() < MOST_FOLDERS
        {
            listing.folders.push(name.to_owned());
        } else if listing.folders.len() == MOST_FOLDERS {
            listing.complete = false;
        }
    }
    listing.complete &= entries.next().is_none();
    listing
        .folders
        .sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
    Ok(listing)
}

fn look_through(folder: PathBuf, walk: Walk, most: u64) -> FolderPreview {
    let began = Instant::now();
    let mut preview = FolderPreview {
        complete: true,
        ..FolderPreview::default()
    };
    for found in walk {
        if preview.found == most || began.elapsed() > LONGEST {
            preview.complete = false;
            break;
        }
        preview.found += 1;
        match found.verdict {
            Verdict::Ignore(reason) => *preview.ignored.entry(reason).or_default() += 1,
            Verdict::Reject(reason, _) => *preview.rejected.entry(reason).or_default() += 1,
            Verdict::Look => {
                let size_bytes = found.stamp.size_bytes;
                if preview.annotations.len() < MOST_ANNOTATIONS
                    && let Some(format) = format_among(&folder, &found.path)
                {
                    let file = (found.path.clone(), format, size_bytes);
                    preview.annotations.push(file);
                }
                match judge(&folder, &found.path, size_bytes) {
                    Judged::Picture(format) => {
                        preview.pictures += 1;
                        preview.picture_bytes += size_bytes;
                        *preview.formats.entry(format).or_default() += 1;
                        if preview.samples.len() < SAMPLES {
                            preview.samples.push(found.path);
                        }
                    }
                    Judged::Ignore(reason) => *preview.ignored.entry(reason).or_default() += 1,
                    Judged::Reject(reason) => *preview.rejected.entry(reason).or_default() += 1,
                }
            }
        }
    }
    preview.path = folder;
    preview
}

enum Judged {
    Picture(ImageFormat),
    Ignore(IgnoreReason),
    Reject(RejectReason),
}

/// What indexing will make of a file, as far as its name and its first bytes tell.
fn judge(folder: &Path, path: &SourcePath, size_bytes: u64) -> Judged {
    let claims = path
        .extension()
        .as_deref()
        .and_then(ImageFormat::from_extension)
        .is_some();
    let settled = |reason| {
        if claims {
            Judged::Reject(reason)
        } else {
            Judged::Ignore(IgnoreReason::NotAPicture)
        }
    };
    if size_bytes == 0 {
        return settled(RejectReason::Empty);
    }
    let file = folder.join(std::ffi::OsStr::from_bytes(path.as_bytes()));
    let Ok(head) = head(&file) else {
        return settled(RejectReason::Unreadable);
    };
    match sniff(&head) {
        Sniffed::Picture(format) => Judged::Picture(format),
        Sniffed::Video => Judged::Ignore(IgnoreReason::Video),
        Sniffed::Other => settled(RejectReason::NotAPicture),
    }
}

fn head(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let file: File = fs_err::File::open(file)?.into_parts().0;
    file.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::{Walk, look_through};
    use crate::SourceRoots;

    #[test]
    fn a_preview_stops_where_it_may_look_no_further_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.txt", "b.txt", "c.txt"] {
            fs_err::write(folder.path().join(name), "x").unwrap();
        }
        let looked = |most| {
            let walk = Walk::begin(folder.path(), &[], &SourceRoots::Anywhere).unwrap();
            look_through(folder.path().to_owned(), walk, most)
        };
        assert_eq!((looked(2).found, looked(2).complete), (2, false));
        assert_eq!((looked(3).found, looked(3).complete), (3, true));
    }
}
