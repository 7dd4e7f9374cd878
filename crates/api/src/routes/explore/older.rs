//! Clusters as older clients of the original read them: the same facts under other names.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CLUSTERS, Preview};

/// Where a page stands among all.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pages {
    /// Pages that there are.
    total_pages: u64,
    /// Which one this is, from 0.
    current_page: u64,
}

impl Pages {
    /// The page that begins at `offset` of `total` clusters.
    pub(super) fn of(total: u64, offset: usize) -> Self {
        let size = CLUSTERS as u64;
        Self {
            total_pages: total.div_ceil(size),
            current_page: u64::try_from(offset).unwrap_or(u64::MAX) / size,
        }
    }
}

/// A cluster.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OlderCluster {
    /// The cluster.
    id: Uuid,
    /// `IMAGES` or `OBJECTS`.
    entity_type: &'static str,
    /// How many of the pictures or boxes that are wanted lie in it.
    size: u64,
    /// The one that stands for it.
    representative_id: Option<Uuid>,
    /// Address of that one's thumbnail.
    representative_preview: Option<String>,
    /// Up to nine of its pictures or boxes.
    media: Vec<OlderMedia>,
}

/// A picture or box of a cluster.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OlderMedia {
    /// The picture or box.
    id: Uuid,
    /// Address of its thumbnail.
    preview: String,
    /// The file's own name.
    filename: String,
    /// Its caption.
    caption: Option<String>,
    /// Distance to what was asked for, 0 the closest; null where nothing was ranked.
    relevance_score: Option<f32>,
}

impl OlderCluster {
    pub(super) fn new(
        id: Uuid,
        entity_type: &'static str,
        size: u64,
        previews: &[Preview],
    ) -> Self {
        let first = previews.first();
        Self {
            id,
            entity_type,
            size,
            representative_id: first.map(|preview| preview.media_id),
            representative_preview: first.map(|preview| preview.media_thumb_uri.clone()),
            media: previews
                .iter()
                .map(|preview| OlderMedia {
                    id: preview.media_id,
                    preview: preview.media_thumb_uri.clone(),
                    filename: preview.file_name.clone(),
                    caption: preview.caption.clone(),
                    relevance_score: preview.relevance_score,
                })
                .collect(),
        }
    }
}
