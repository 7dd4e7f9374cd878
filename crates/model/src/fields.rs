//! Fields that people give the pictures of a dataset: what each is called, what it takes, and how
//! the values that were sent for it fared.

use serde::{Deserialize, Serialize};

use crate::{FieldId, MetadataTest, MetadataValue, Timestamp, UserId};

/// What a field takes. The words are the public API's, and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Free text.
    String,
    /// A number.
    Float,
    /// A moment.
    Datetime,
    /// One or several of the options that the field declares.
    Enum,
    /// The address of something elsewhere.
    Link,
}

impl FieldKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::String,
        Self::Float,
        Self::Datetime,
        Self::Enum,
        Self::Link,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Float => "float",
            Self::Datetime => "datetime",
            Self::Enum => "enum",
            Self::Link => "link",
        }
    }

    /// The kind with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// Whether a test may ever hold for a value of this kind.
    pub const fn is_asked_by(self, test: &MetadataTest) -> bool {
        match test {
            MetadataTest::Contains(_) | MetadataTest::Equals(_) => {
                matches!(self, Self::String | Self::Link)
            }
            MetadataTest::Above(_) | MetadataTest::Below(_) | MetadataTest::Is(_) => {
                matches!(self, Self::Float)
            }
            MetadataTest::During(_) => matches!(self, Self::Datetime),
            MetadataTest::OneOf(_) => matches!(self, Self::Enum),
        }
    }
}

/// How the values of a field stand. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldState {
    /// None was sent yet.
    Declared,
    /// They were sent and are being taken in.
    Taking,
    /// All were taken in.
    Whole,
    /// Some were not taken in.
    Partly,
}

impl FieldState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Declared, Self::Taking, Self::Whole, Self::Partly];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Taking => "taking",
            Self::Whole => "whole",
            Self::Partly => "partly",
        }
    }

    /// The state with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// Whether the values are there to be read; they never change after that.
    pub const fn is_readable(self) -> bool {
        matches!(self, Self::Whole | Self::Partly)
    }
}

/// A row of what was sent that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// Its place, from 0.
    pub row_index: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataField {
    /// Its id.
    pub id: FieldId,
    /// Its name, the only one of the dataset.
    pub name: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Of an enum: what may be chosen.
    pub options: Vec<String>,
    /// Of an enum: whether a picture may have several.
    pub is_multi: bool,
    /// How its values stand.
    pub state: FieldState,
    /// Rows taken in.
    pub inserted: u64,
    /// Rows not taken in.
    pub errors: u64,
    /// The first of those.
    pub sample_errors: Vec<FieldFault>,
    /// Who declared it; nothing in local mode.
    pub created_by: Option<UserId>,
    /// When it was declared.
    pub created_at: Timestamp,
}

/// A value of a picture, with the field that it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldValue {
    /// The name of the field.
    pub field: String,
    /// What the field takes.
    pub kind: FieldKind,
    /// Whether a picture may have several.
    pub is_multi: bool,
    /// The values, in their order; one unless there may be several.
    pub values: Vec<MetadataValue>,
}
