//! What a filter may ask of one picture.

use crate::{
    ClusterId, ClusterLevel, ImageFormat, IssueKind, MediaId, MetadataValue, SourcePath, TagId,
    Timestamp,
};

/// Everything a [`crate::Filter`] can ask of one picture, in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaFacts {
    /// Its id.
    pub id: MediaId,
    /// Its file, relative to the source.
    pub path: SourcePath,
    /// How its file is packed.
    pub format: ImageFormat,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
    /// Bytes of its file.
    pub size_bytes: u64,
    /// When it was first indexed.
    pub created_at: Timestamp,
    /// When its file last changed.
    pub modified_at: Timestamp,
    /// Its labels, each once.
    pub labels: Vec<String>,
    /// Its user tags, each once.
    pub tags: Vec<TagId>,
    /// What may be wrong with it and how sure that is, 0–1; each kind at most once.
    pub issues: Vec<(IssueKind, f32)>,
    /// Likeness to the picture most like it among its duplicates, 0–1; nothing without any.
    pub duplicate_likeness: Option<f32>,
    /// How much it adds to the set, 0–1.
    pub uniqueness: f32,
    /// Its cluster at each level, the finest first.
    pub clusters: [ClusterId; ClusterLevel::COUNT],
    /// What users attached to it: field names with values.
    pub metadata: Vec<(String, MetadataValue)>,
}

impl MediaFacts {
    /// Width divided by height.
    pub fn aspect(&self) -> f64 {
        f64::from(self.width_px) / f64::from(self.height_px)
    }

    /// Width × height in pixels.
    pub fn area_px(&self) -> u64 {
        u64::from(self.width_px) * u64::from(self.height_px)
    }
}
