//! What is known about pictures only by comparing all of them: one generation of findings.

use serde::{Deserialize, Serialize};

use crate::{ClusterId, MediaId};

/// The number of one whole analysis of a dataset. Readers see exactly one, whole; a later one
/// replaces it in a single step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub i64);

/// What may be wrong with a picture. The words are the public API's, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueKind {
    /// Nothing in it is sharp.
    Blur,
    /// Hardly anything can be made out for darkness.
    Dark,
    /// Hardly anything can be made out for brightness.
    Bright,
    /// Unlike everything else in the set.
    Outliers,
    /// Its label seems to be another picture's: the description is the label it should have.
    Mislabels,
    /// Unlike the others of its label, though the label seems right.
    LabelOutlier,
    /// One colour, or next to it.
    LowInformation,
    /// Much larger or smaller than the others of the set.
    OddSize,
    /// Very long or very tall.
    OddAspectRatio,
    /// There is a copy of it in another split of the set, as in both training and test: the
    /// description is that copy's path.
    Leakage,
}

impl IssueKind {
    /// Every kind. New ones stand at the end: other lists go by the place in this one.
    pub const ALL: [Self; 10] = [
        Self::Blur,
        Self::Dark,
        Self::Bright,
        Self::Outliers,
        Self::Mislabels,
        Self::LabelOutlier,
        Self::LowInformation,
        Self::OddSize,
        Self::OddAspectRatio,
        Self::Leakage,
    ];

    /// The stable word stored in the database and printed in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blur => "blur",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::Outliers => "outliers",
            Self::Mislabels => "mislabels",
            Self::LabelOutlier => "label_outlier",
            Self::LowInformation => "low_information",
            Self::OddSize => "odd_size",
            Self::OddAspectRatio => "odd_aspect_ratio",
            Self::Leakage => "leakage",
        }
    }

    /// The kind with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether there is more to say of an issue of this kind than that.
    pub const fn is_described(self) -> bool {
        matches!(self, Self::Mislabels | Self::Leakage)
    }
}

/// A picture and what may be wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// The picture.
    pub media_id: MediaId,
    /// What may be wrong.
    pub kind: IssueKind,
    /// How sure the finding is, 0–1. From 0.5 on it counts.
    pub confidence: f32,
    /// What there is to say beside, by kind; empty for most.
    pub description: String,
}

/// How two pictures are the same. Each tier is stated apart from the others, the strictest
/// that holds being the one that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateTier {
    /// The files are equal byte for byte.
    SameBytes,
    /// The files differ, the pixels are equal.
    SamePixels,
    /// The same picture in another encoding or size.
    SamePicture,
    /// The same picture changed: cropped, bordered, recoloured, written on.
    Edited,
    /// The same picture mirrored or turned.
    Mirrored,
}

impl DuplicateTier {
    /// Every tier, the strictest first.
    pub const ALL: [Self; 5] = [
        Self::SameBytes,
        Self::SamePixels,
        Self::SamePicture,
        Self::Edited,
        Self::Mirrored,
    ];

    /// The stable word stored in the database and printed in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameBytes => "same_bytes",
            Self::SamePixels => "same_pixels",
            Self::SamePicture => "same_picture",
            Self::Edited => "edited",
            Self::Mirrored => "mirrored",
        }
    }

    /// The tier with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == word)
    }

    /// Whether the tier is one of exact copies, as opposed to near ones.
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::SameBytes | Self::SamePixels)
    }
}

/// Pictures that are the same, and the one to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateGroup {
    /// How each member is the same as the one to keep: the loosest tier among them.
    pub tier: DuplicateTier,
    /// The copy to keep: most pixels, then most bytes, then oldest file, then first path.
    pub keep: MediaId,
    /// The other members with their likeness to the one to keep, 0–1.
    pub others: Vec<(MediaId, f32)>,
}

/// How finely clusters divide the set: 0 (finest) to 4 (coarsest). Each cluster of a level lies
/// inside one cluster of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClusterLevel(u8);

impl ClusterLevel {
    /// How many levels there are.
    pub const COUNT: usize = 5;
    /// Every level, the finest first.
    pub const ALL: [Self; Self::COUNT] = [Self(0), Self(1), Self(2), Self(3), Self(4)];

    /// The level with this number, if there is one.
    pub const fn new(level: u8) -> Option<Self> {
        if (level as usize) < Self::COUNT {
            Some(Self(level))
        } else {
            None
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// What comparing the set said about one picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MediaFindings {
    /// The picture.
    pub media_id: MediaId,
    /// Its cluster at each level, the finest first.
    pub clusters: [ClusterId; ClusterLevel::COUNT],
    /// How much it adds to the set, 0 (a copy of another) to 1 (like nothing else).
    pub uniqueness: f32,
    /// Cosine distance to its nearest neighbour, 0–2.
    pub nearest_distance: f32,
}
