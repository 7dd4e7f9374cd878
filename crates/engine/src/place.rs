//! Where the pictures of a dataset lie, and where links among them may lead.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use lamina_model::{Dataset, DatasetId, SourceType};

use crate::{Engine, SourceRoots};

/// A folder to walk, and the rules of walking it.
#[derive(Debug, Clone)]
pub(crate) struct SourcePlace {
    /// The folder.
    pub folder: PathBuf,
    /// Where links may lead.
    pub roots: SourceRoots,
    /// Folders to be passed over.
    pub skip: Vec<PathBuf>,
}

impl Engine {
    /// Where the pictures of a dataset lie.
    pub(crate) fn place_of(&self, dataset: &Dataset) -> SourcePlace {
        let parts = self.parts();
        match dataset.source_type {
            SourceType::Folder => SourcePlace {
                folder: PathBuf::from(OsStr::from_bytes(dataset.source.as_bytes())),
                roots: parts.roots.clone(),
                skip: parts.ingest.own_folders.clone(),
            },
            SourceType::Upload => {
                let folder = kept(&parts.upload_folder, dataset.id);
                SourcePlace {
                    roots: SourceRoots::Below(vec![folder.clone()]),
                    folder,
                    skip: Vec::new(),
                }
            }
        }
    }
}

/// The folder with all that was sent for a dataset.
pub(crate) fn sent(uploads: &Path, dataset: DatasetId) -> PathBuf {
    uploads.join(dataset.to_string())
}

/// The folder with the files that belong to a dataset by now.
pub(crate) fn kept(uploads: &Path, dataset: DatasetId) -> PathBuf {
    sent(uploads, dataset).join("files")
}
