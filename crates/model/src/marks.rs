//! What people and files say of pictures: tags, labels, captions, boxes.

use serde::{Deserialize, Serialize};

use crate::{ChangeId, MediaId, ObjectId, TagId, Timestamp, UserId};

/// A tag that users put on pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its name; no two of a dataset differ in upper and lower case only.
    pub name: String,
    /// Who made it; nothing in local mode.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Something to be done with the tags, labels and captions of pictures. The shape is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkOp {
    /// Put a tag on.
    AddTag(TagId),
    /// Take a tag off.
    RemoveTag(TagId),
    /// Say a label.
    AddLabel(String),
    /// Say a label no more, whoever said it.
    RemoveLabel(String),
    /// Say this of it, and nothing else: the one caption in place of all that there were.
    SetCaption(String),
    /// Say nothing of it: take every caption off, whoever said it.
    RemoveCaptions,
}

/// A change of tags, labels or captions that a person made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkChange {
    /// Its id.
    pub id: ChangeId,
    /// Who made it; nothing in local mode.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Timestamp,
    /// What was done, in words.
    pub summary: String,
    /// What a large change is to do, as JSON of whoever made it; nothing for one that was done
    /// at once.
    pub wish: Option<String>,
    /// Tags, labels and captions put on so far.
    pub added: u64,
    /// Tags, labels and captions taken off so far.
    pub removed: u64,
    /// The change that took this one back.
    pub undone_by: Option<ChangeId>,
}

/// Who said a label, a caption or a box. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkSource {
    /// A person, in Lamina.
    User,
    /// An annotation file beside the pictures.
    Annotation,
    /// The folder that the picture stands in.
    Folder,
    /// A model.
    Model,
}

impl MarkSource {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::User, Self::Annotation, Self::Folder, Self::Model];

    /// The stable word stored in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Annotation => "annotation",
            Self::Folder => "folder",
            Self::Model => "model",
        }
    }

    /// The source with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// A label of a whole picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureLabel {
    /// The picture.
    pub media_id: MediaId,
    /// The label.
    pub label: String,
    /// Who says so.
    pub source: MarkSource,
}

/// A sentence about a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// The picture.
    pub media_id: MediaId,
    /// Order of several about one picture, from 0.
    pub position: u32,
    /// The sentence.
    pub caption: String,
    /// Who says so.
    pub source: MarkSource,
}

/// Something in a picture, with a box around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectBox {
    /// Its id.
    pub id: ObjectId,
    /// The picture.
    pub media_id: MediaId,
    /// What it is.
    pub label: String,
    /// Who says so.
    pub source: MarkSource,
    /// Left edge in pixels of the upright picture.
    pub x_px: i64,
    /// Upper edge in pixels of the upright picture.
    pub y_px: i64,
    /// Width in pixels, at least 1.
    pub width_px: u32,
    /// Height in pixels, at least 1.
    pub height_px: u32,
    /// What the annotation file calls it; -1 where it does not.
    pub original_id: i64,
}
