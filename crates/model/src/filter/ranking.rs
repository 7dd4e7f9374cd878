//! The order in which pictures are wanted, where it is not the order of their paths.

use serde::{Deserialize, Serialize};

use crate::{AnchorId, Filter, MediaId};

/// A whole question: which pictures, and in which order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Question {
    /// Which pictures.
    pub filter: Filter,
    /// What orders them; several are combined, none means clusters by size and pictures by path.
    pub rankings: Vec<Ranking>,
}

/// Something by which pictures are ordered. Those that do not answer to it are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ranking {
    /// Words in captions, labels and file names; an exact file name comes first.
    Words {
        /// Words, phrases, AND, OR, NOT and parentheses, as people type them.
        query: String,
    },
    /// What a text means, compared with what pictures show.
    Meaning {
        /// The text.
        text: String,
        /// The greatest cosine distance that counts, 0–2.
        max_distance: Option<f32>,
    },
    /// Likeness to pictures.
    Like {
        /// What the pictures wanted are like, and unlike.
        anchors: Vec<Anchor>,
        /// The greatest cosine distance that counts, 0–2.
        max_distance: Option<f32>,
    },
}

/// A picture, or a part of one, that those wanted are to be like or unlike.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// Where the picture is.
    pub source: AnchorSource,
    /// The part that matters; the whole picture where nothing is said.
    pub region: Option<Region>,
    /// Whether more like this or less like this is wanted.
    pub pull: Pull,
}

/// Where an anchor's picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorSource {
    /// It was uploaded to be searched with.
    Upload(AnchorId),
    /// It belongs to the dataset.
    Media(MediaId),
}

/// Which way an anchor pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pull {
    /// More like this.
    Towards,
    /// Less like this.
    Away,
}

/// A part of a picture, in fractions (0–1) of its upright width and height.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}
