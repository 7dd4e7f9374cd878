//! What became of each file of a source. found = indexed + rejected + ignored, always.

use serde::{Deserialize, Serialize};

use crate::{MediaId, SourcePath, Timestamp};

/// What the file system says of a file; a change in any part means: look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileStamp {
    /// Bytes of the file.
    pub size_bytes: u64,
    /// Last change of the content.
    pub modified_at: Timestamp,
    /// Device that holds it.
    pub device: u64,
    /// Inode on that device.
    pub inode: u64,
}

/// Why a file that claims to be a picture was not indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// It has no bytes.
    Empty,
    /// Its name says picture, its content does not.
    NotAPicture,
    /// It ends before the picture does.
    Truncated,
    /// It contradicts its own format.
    Corrupt,
    /// Width × height is above the limit.
    TooManyPixels,
    /// The file is larger than the limit.
    TooManyBytes,
    /// A known picture format, or a variety of one, for which no decoder is there.
    NoDecoder,
    /// The system would not let it be read.
    Unreadable,
    /// The decoder failed in a way it should not have; the program carried on.
    DecoderFault,
}

impl RejectReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Empty,
        Self::NotAPicture,
        Self::Truncated,
        Self::Corrupt,
        Self::TooManyPixels,
        Self::TooManyBytes,
        Self::NoDecoder,
        Self::Unreadable,
        Self::DecoderFault,
    ];

    /// The stable word stored in the database and printed in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAPicture => "not_a_picture",
            Self::Truncated => "truncated",
            Self::Corrupt => "corrupt",
            Self::TooManyPixels => "too_many_pixels",
            Self::TooManyBytes => "too_many_bytes",
            Self::NoDecoder => "no_decoder",
            Self::Unreadable => "unreadable",
            Self::DecoderFault => "decoder_fault",
        }
    }

    /// The reason in words a person understands.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "the file is empty",
            Self::NotAPicture => "the name says picture, the content does not",
            Self::Truncated => "the file ends before the picture does",
            Self::Corrupt => "the picture data is damaged",
            Self::TooManyPixels => "the picture has more pixels than the limit",
            Self::TooManyBytes => "the file is larger than the limit",
            Self::NoDecoder => "no decoder for this kind of picture is installed",
            Self::Unreadable => "the file could not be read",
            Self::DecoderFault => "the decoder failed on this file",
        }
    }

    /// The reason with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// Why a file was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreReason {
    /// Neither name nor content says picture.
    NotAPicture,
    /// A video; pictures only are indexed so far.
    Video,
    /// Its name, or a folder above it, begins with a dot.
    Hidden,
    /// Written by an operating system or a storage box, such as `Thumbs.db` or `@eaDir`.
    System,
    /// Another name of a file already counted (hard link, or a link seen before).
    SameFile,
    /// A link that leads to nothing, or around in a circle.
    DeadLink,
    /// A socket, pipe or device.
    NotAFile,
}

impl IgnoreReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::NotAPicture,
        Self::Video,
        Self::Hidden,
        Self::System,
        Self::SameFile,
        Self::DeadLink,
        Self::NotAFile,
    ];

    /// The stable word stored in the database and printed in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAPicture => "not_a_picture",
            Self::Video => "video",
            Self::Hidden => "hidden",
            Self::System => "system",
            Self::SameFile => "same_file",
            Self::DeadLink => "dead_link",
            Self::NotAFile => "not_a_file",
        }
    }

    /// The reason in words a person understands.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotAPicture => "no picture: a text, an annotation file or the like",
            Self::Video => "a video; pictures only are indexed so far",
            Self::Hidden => "hidden: a name that begins with a dot",
            Self::System => "written by an operating system or a storage box",
            Self::SameFile => "another name of a file already counted",
            Self::DeadLink => "a link that leads to nothing or around in a circle",
            Self::NotAFile => "not a regular file",
        }
    }

    /// The reason with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileOutcome {
    /// It is in the index under this id.
    Indexed(MediaId),
    /// It claims to be a picture and could not be indexed.
    Rejected {
        /// Why, as a word.
        reason: RejectReason,
        /// Why, with the numbers or the decoder's own words.
        note: String,
    },
    /// It was left alone.
    Ignored(IgnoreReason),
}

/// One file of a source and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// The file, relative to the source.
    pub path: SourcePath,
    /// What the file system said of it when it was looked at.
    pub stamp: FileStamp,
    /// What became of it.
    pub outcome: FileOutcome,
}
