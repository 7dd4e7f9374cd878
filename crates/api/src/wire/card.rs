//! A picture in a list.

use lamina_engine::Card;
use lamina_model::DatasetId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{hex, media::original_uri};

/// A picture in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
pub(crate) struct CardJson {
    /// Its id.
    pub media_id: Uuid,
    /// The file's own name.
    pub file_name: String,
    /// The file, relative to the source.
    pub original_uri: String,
    /// Address of the file as it lies in the source.
    pub media_uri: String,
    /// Address of its thumbnail; may be cached for ever.
    pub media_thumb_uri: String,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// How the file is packed.
    #[schema(example = "jpeg")]
    pub format: &'static str,
    /// Its mean colour.
    pub measures: ColourJson,
    /// When its file last changed, in UTC.
    #[schema(example = "2025-10-30T10:00:00.000000Z")]
    pub modified_at: String,
}

/// The mean colour of a picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Colour)]
pub(crate) struct ColourJson {
    /// As `#rrggbb`.
    #[schema(example = "#808080")]
    pub mean_colour: String,
}

/// Address of the thumbnail of a card.
pub(crate) fn thumb_uri(dataset: DatasetId, card: &Card) -> String {
    format!(
        "/api/v1/dataset/{dataset}/media/{}/thumbnail?v={}",
        card.media_id,
        hex(&card.version)
    )
}

impl CardJson {
    /// The card of a picture of a dataset.
    pub(crate) fn new(dataset: DatasetId, card: &Card) -> Self {
        Self {
            media_id: card.media_id.as_uuid(),
            file_name: card.path.shown_file_name(),
            original_uri: card.path.to_string(),
            media_uri: original_uri(dataset, card.media_id),
            media_thumb_uri: thumb_uri(dataset, card),
            width: card.width_px,
            height: card.height_px,
            size_bytes: card.size_bytes,
            format: card.format.as_str(),
            measures: ColourJson {
                mean_colour: format!("#{}", hex(&card.mean_rgb)),
            },
            modified_at: format!("{}Z", card.modified_at.to_naive_iso()),
        }
    }
}
