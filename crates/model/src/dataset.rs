//! A dataset and the state it is in.

use serde::{Deserialize, Serialize};

use crate::{DatasetId, Generation, Progress, SourcePath, Timestamp, UserId};

/// Where a dataset's pictures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceType {
    /// A folder that the program can read.
    Folder,
    /// Files that people sent; they lie in the program's own data folder.
    Upload,
}

impl SourceType {
    /// The stable word stored in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Upload => "upload",
        }
    }

    /// The source type with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Folder, Self::Upload]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// The state of a dataset. The wire has two older vocabularies for it; `lamina-api` translates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatasetStatus {
    /// Made, nothing started.
    New,
    /// Being indexed for the first time.
    Indexing,
    /// Indexed before and being brought up to date; the last generation can be read.
    Updating,
    /// Indexed, and nothing is running.
    Ready,
    /// Indexing stopped for good; the dataset says why.
    Failed,
}

impl DatasetStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Indexing,
        Self::Updating,
        Self::Ready,
        Self::Failed,
    ];

    /// The stable word stored in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Indexing => "indexing",
            Self::Updating => "updating",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// Whether a job works on it.
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Indexing | Self::Updating)
    }

    /// The status with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// A set of pictures from one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Its id.
    pub id: DatasetId,
    /// What people call it.
    pub display_name: String,
    /// Free text about it; empty by default.
    pub description: String,
    /// Where its pictures come from.
    pub source_type: SourceType,
    /// The source: for a folder its absolute path as bytes, for an upload the dataset's id.
    pub source: SourcePath,
    /// Who made it; nothing in local mode.
    pub created_by: Option<UserId>,
    /// Whether anybody may read it without signing in.
    pub is_public: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its content last changed.
    pub updated_at: Option<Timestamp>,
    /// The state it is in.
    pub status: DatasetStatus,
    /// Why indexing stopped for good, if it did.
    pub fatal_error: Option<String>,
    /// How far the present work is, 0–100; 100 when nothing is running and all is indexed.
    pub progress_percent: u8,
    /// Pictures indexed at this moment.
    pub image_count: u64,
    /// Files rejected at this moment.
    pub rejected_count: u64,
    /// How far the work of this moment is; nothing while none is known of.
    pub progress: Option<Progress>,
    /// The generation readers see; nothing before the first is published.
    pub generation: Option<Generation>,
    /// Counts the changes of tags and labels: the same number, the same tags.
    pub marks_version: i64,
    /// Whether pictures get the name of their folder as a label.
    pub labels_from_folders: bool,
    /// Annotation files beside those that lie in the source: their full paths.
    pub annotation_files: Vec<String>,
    /// Boxes in its pictures.
    pub object_count: u64,
}
