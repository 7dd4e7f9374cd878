//! Files that say what pictures show, and what of them could not be used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How an annotation file is written. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationFormat {
    /// COCO JSON: images, categories, annotations.
    Coco,
    /// A table as text, a row a label or box.
    Csv,
    /// The same table as Parquet.
    Parquet,
    /// `data.yaml`, and a text file of boxes for each picture.
    Yolo,
    /// The `metadata.json` of an export.
    Export,
}

impl AnnotationFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Coco,
        Self::Csv,
        Self::Parquet,
        Self::Yolo,
        Self::Export,
    ];

    /// The stable word stored in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Coco => "coco",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Yolo => "yolo",
            Self::Export => "export",
        }
    }

    /// The format with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// What is wrong with a row of an annotation file. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationFault {
    /// The dataset has no picture of that name.
    NoSuchPicture,
    /// Several pictures have that name, and the row does not say which.
    AmbiguousPicture,
    /// The row is not of the shape that it must have.
    Malformed,
    /// The row names a category that the file does not define.
    UnknownCategory,
    /// The label, caption or tag cannot be used, or there is no room for the tag.
    UnusableText,
    /// The row names a tag that a person deleted, which a file does not bring back.
    DeletedTag,
    /// The box is empty or no box at all.
    InvalidBox,
    /// The box lies outside the picture.
    BoxOutside,
    /// The box reached outside the picture and was cut to it. The row counts.
    BoxCut,
    /// The file gives the picture another size than it has. The row counts.
    OtherSize,
    /// The file could not be read, or not to its end.
    Unreadable,
}

impl AnnotationFault {
    /// Every fault.
    pub const ALL: [Self; 11] = [
        Self::NoSuchPicture,
        Self::AmbiguousPicture,
        Self::Malformed,
        Self::UnknownCategory,
        Self::UnusableText,
        Self::DeletedTag,
        Self::InvalidBox,
        Self::BoxOutside,
        Self::BoxCut,
        Self::OtherSize,
        Self::Unreadable,
    ];

    /// The stable word stored in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchPicture => "no_such_picture",
            Self::AmbiguousPicture => "ambiguous_picture",
            Self::Malformed => "malformed",
            Self::UnknownCategory => "unknown_category",
            Self::UnusableText => "unusable_text",
            Self::DeletedTag => "deleted_tag",
            Self::InvalidBox => "invalid_box",
            Self::BoxOutside => "box_outside",
            Self::BoxCut => "box_cut",
            Self::OtherSize => "other_size",
            Self::Unreadable => "unreadable",
        }
    }

    /// The fault with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// Whether the row counts all the same.
    pub const fn is_only_a_note(self) -> bool {
        matches!(self, Self::BoxCut | Self::OtherSize)
    }
}

/// An annotation file as it was read last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationFile {
    /// The file, relative to the source, or its full path where it lies elsewhere.
    pub path: String,
    /// How it is written.
    pub format: AnnotationFormat,
    /// Rows read: labels, boxes, captions and tags, whatever became of them.
    pub rows: u64,
    /// Labels of whole pictures taken from it.
    pub labels: u64,
    /// Captions taken from it.
    pub captions: u64,
    /// Boxes taken from it.
    pub boxes: u64,
    /// Rows not taken, and notes on rows taken, by what is wrong.
    pub faults: BTreeMap<AnnotationFault, u64>,
}

impl AnnotationFile {
    /// Rows that were not taken.
    pub fn left_out(&self) -> u64 {
        let lost = self.faults.iter();
        lost.filter(|(fault, _)| !fault.is_only_a_note())
            .map(|(_, count)| count)
            .sum()
    }
}

/// A row of an annotation file with which something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationProblem {
    /// The file, as [`AnnotationFile::path`] has it.
    pub file: String,
    /// The line on which the row stands, from 1; for Parquet the row; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong, as a word.
    pub fault: AnnotationFault,
    /// What is wrong, with names and numbers.
    pub note: String,
}
