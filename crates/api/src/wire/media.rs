//! A picture and what is known about it by itself.

use lamina_model::{DatasetId, Media, MediaId, MediaNote};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::{hex, percent_encoded};

/// A picture of a dataset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Media)]
pub(crate) struct MediaJson {
    /// Its id, stable as long as the file's path and content stay.
    pub media_id: Uuid,
    /// The same, under the name that some clients read.
    pub image_id: Uuid,
    /// The dataset it belongs to.
    pub dataset_id: Uuid,
    /// `IMAGE`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The file's own name; bytes that are no UTF-8 appear as U+FFFD.
    pub file_name: String,
    /// The file, relative to the source.
    pub original_uri: String,
    /// The same with every odd byte percent-encoded: exact for any name.
    pub original_uri_encoded: String,
    /// Address of the file as it lies in the source.
    pub media_uri: String,
    /// The same, under the name that some clients read.
    pub image_uri: String,
    /// Address of its thumbnail; may be cached for ever.
    pub media_thumb_uri: String,
    /// When it was first indexed, in UTC without a zone.
    pub created_at: String,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// How the file is packed, by its content.
    #[schema(example = "jpeg")]
    pub format: &'static str,
    /// How colour is written in the file: grey, rgb, palette, cmyk or ycck.
    #[schema(example = "rgb")]
    pub colour_model: &'static str,
    /// Bits per channel in the file.
    pub bit_depth: u8,
    /// Whether the file has transparency.
    pub has_alpha: bool,
    /// Frames of an animation, pages of a TIFF; 1 for a still.
    pub frame_count: u32,
    /// Exif orientation found in the file, 1–8; already applied to everything here.
    pub orientation: u8,
    /// Things worth telling that did not keep it from being indexed.
    #[schema(value_type = Vec<String>, example = json!(["extension_mismatch"]))]
    pub notes: Vec<MediaNote>,
    /// BLAKE3 of the file's bytes.
    pub content_hash: String,
    /// BLAKE3 of size and pixels; equal hashes mean equal pixels.
    pub pixel_hash: String,
    /// Perceptual hash of 64 bits; a small Hamming distance means a like picture.
    pub perceptual_hash: String,
    /// Numbers read off the pixels.
    pub measures: MeasuresJson,
}

/// Numbers read off the pixels, as seen: upright, in sRGB.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Measures)]
pub(crate) struct MeasuresJson {
    /// Mean luma, 0–255.
    pub luma_mean: f32,
    /// Standard deviation of luma, 0–127.5.
    pub luma_spread: f32,
    /// Luma below which 5 % of the pixels lie.
    pub luma_p05: f32,
    /// Median luma.
    pub luma_p50: f32,
    /// Luma below which 95 % of the pixels lie.
    pub luma_p95: f32,
    /// Entropy of the luma histogram, 0–8 bits.
    pub luma_entropy_bits: f32,
    /// Sharpness of the whole frame, at least 0.
    pub sharpness: f32,
    /// Sharpness of its sharpest parts, in the same unit.
    pub sharpness_best: f32,
    /// Mean colour as `#rrggbb`.
    pub mean_colour: String,
}

/// Address of a picture's thumbnail; carries its content's hash, so that it never goes stale.
pub(crate) fn thumbnail_uri(dataset: DatasetId, media: MediaId, content_hash: &[u8; 32]) -> String {
    format!(
        "/api/v1/dataset/{dataset}/media/{media}/thumbnail?v={}",
        version(content_hash)
    )
}

/// Address of a picture's file.
pub(crate) fn original_uri(dataset: DatasetId, media: MediaId) -> String {
    format!("/api/v1/dataset/{dataset}/media/{media}/original")
}

/// The part of a content hash that versions an address.
pub(crate) fn version(content_hash: &[u8; 32]) -> String {
    hex(&content_hash[..8])
}

/// Two fraction digits are what such measures carry; more would be noise in every answer.
fn rounded(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}

impl From<&Media> for MediaJson {
    fn from(media: &Media) -> Self {
        let original = original_uri(media.dataset_id, media.id);
        let measures = &media.measures;
        Self {
            media_id: media.id.as_uuid(),
            image_id: media.id.as_uuid(),
            dataset_id: media.dataset_id.as_uuid(),
            kind: "IMAGE",
            file_name: media.path.shown_file_name(),
            original_uri: media.path.to_string(),
            original_uri_encoded: percent_encoded(media.path.as_bytes(), true),
            media_uri: original.clone(),
            image_uri: original,
            media_thumb_uri: thumbnail_uri(media.dataset_id, media.id, &media.content_hash),
            created_at: media.created_at.to_naive_iso(),
            width: media.width_px,
            height: media.height_px,
            size_bytes: media.size_bytes,
            format: media.format.as_str(),
            colour_model: media.colour_model.as_str(),
            bit_depth: media.bit_depth,
            has_alpha: media.has_alpha,
            frame_count: media.frame_count,
            orientation: media.orientation,
            notes: media.notes.clone(),
            content_hash: hex(&media.content_hash),
            pixel_hash: hex(&media.pixel_hash),
            perceptual_hash: format!("{:016x}", media.perceptual_hash),
            measures: MeasuresJson {
                luma_mean: rounded(measures.luma_mean),
                luma_spread: rounded(measures.luma_spread),
                luma_p05: rounded(measures.luma_p05),
                luma_p50: rounded(measures.luma_p50),
                luma_p95: rounded(measures.luma_p95),
                luma_entropy_bits: rounded(measures.luma_entropy_bits),
                sharpness: rounded(measures.sharpness),
                sharpness_best: rounded(measures.sharpness_best),
                mean_colour: format!("#{}", hex(&measures.mean_rgb)),
            },
        }
    }
}
