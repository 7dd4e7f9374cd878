//! Numbers that every picture has, by which pictures can be cut and counted.

use serde::{Deserialize, Serialize};

/// A number that every picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How much it adds to the set, 0–1.
    Uniqueness,
    /// Bytes of its file.
    Size,
    /// Width × height in pixels.
    Pixels,
    /// Width of the upright picture in pixels.
    Width,
    /// Height of the upright picture in pixels.
    Height,
    /// Width divided by height.
    Aspect,
    /// When its file last changed, in seconds since 1970.
    Modified,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 7] = [
        Self::Uniqueness,
        Self::Size,
        Self::Pixels,
        Self::Width,
        Self::Height,
        Self::Aspect,
        Self::Modified,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uniqueness => "uniqueness",
            Self::Size => "size",
            Self::Pixels => "pixels",
            Self::Width => "width",
            Self::Height => "height",
            Self::Aspect => "aspect",
            Self::Modified => "modified",
        }
    }

    /// The measure with that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// Whether its values spread over magnitudes, so that a scale of equal factors shows them
    /// better than one of equal steps.
    pub const fn is_spread_wide(self) -> bool {
        !matches!(self, Self::Uniqueness | Self::Modified)
    }
}
