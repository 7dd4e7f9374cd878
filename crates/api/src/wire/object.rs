//! A box in a picture.

use lamina_engine::ObjectCard;
use lamina_model::{DatasetId, Media, ObjectBox, ObjectId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{card::CardJson, hex};

/// A box in a picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ObjectBox)]
pub(crate) struct ObjectBoxJson {
    /// Its id.
    pub object_id: Uuid,
    /// What it is.
    pub label: String,
    /// Who says so: `user`, `annotation` or `model`.
    #[schema(example = "annotation")]
    pub source: &'static str,
    /// What the annotation file calls it; -1 where it does not.
    pub original_id: i64,
    /// Left, top, width and height in pixels of the upright picture.
    #[schema(example = json!([12, 0, 24, 48]))]
    pub bbox: [i64; 4],
    /// The same as parts of the picture's width and height, 0–1.
    pub bbox_fractions: [f64; 4],
    /// Address of the part in the box.
    pub crop_uri: String,
}

impl ObjectBoxJson {
    /// A box of a picture.
    pub(crate) fn new(media: &Media, object: &ObjectBox) -> Self {
        let bbox = [
            object.x_px,
            object.y_px,
            i64::from(object.width_px),
            i64::from(object.height_px),
        ];
        Self {
            object_id: object.id.as_uuid(),
            label: object.label.clone(),
            source: object.source.as_str(),
            original_id: object.original_id,
            bbox,
            bbox_fractions: fractions(bbox, media.width_px, media.height_px),
            crop_uri: crop_uri(media.dataset_id, object.id, &media.content_hash[..8]),
        }
    }
}

/// A box in a list, with its picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Object)]
pub(crate) struct ObjectJson {
    /// Its id.
    pub object_id: Uuid,
    /// What it is.
    pub label: String,
    /// Left, top, width and height in pixels of the upright picture.
    #[schema(example = json!([12, 0, 24, 48]))]
    pub bbox: [i64; 4],
    /// The same as parts of the picture's width and height, 0–1.
    pub bbox_fractions: [f64; 4],
    /// Address of the part in the box; may be cached for ever.
    pub crop_uri: String,
    /// The picture.
    #[serde(flatten)]
    pub picture: CardJson,
}

impl ObjectJson {
    /// A box of a dataset.
    pub(crate) fn new(dataset: DatasetId, card: &ObjectCard) -> Self {
        let bbox = card.sides_px.map(i64::from);
        let picture = &card.picture;
        Self {
            object_id: card.id.as_uuid(),
            label: card.label.clone(),
            bbox,
            bbox_fractions: fractions(bbox, picture.width_px, picture.height_px),
            crop_uri: crop_uri(dataset, card.id, &picture.version),
            picture: CardJson::new(dataset, picture),
        }
    }
}

/// Address of the part of a picture in a box; `version` is the beginning of the content's hash.
pub(crate) fn crop_uri(dataset: DatasetId, object: ObjectId, version: &[u8]) -> String {
    format!(
        "/api/v1/dataset/{dataset}/objects/{object}/crop?v={}",
        hex(version)
    )
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
fn fractions([x, y, width, height]: [i64; 4], of_width: u32, of_height: u32) -> [f64; 4] {
    let part = |pixels: i64, of: u32| {
        let part = pixels as f64 / f64::from(of.max(1));
        // A millionth is finer than a pixel.
        (part * 1e6).round() / 1e6
    };
    [
        part(x, of_width),
        part(y, of_height),
        part(width, of_width),
        part(height, of_height),
    ]
}

#[cfg(test)]
mod tests {
    use super::fractions;

    #[test]
    fn a_box_is_told_as_parts_of_its_picture() {
        let parts = fractions([10, 20, 30, 1], 40, 60).map(|part| format!("{part:.6}"));
        assert_eq!(parts, ["0.250000", "0.333333", "0.750000", "0.016667"]);
    }
}
