//! `metadata.json`, as the original writes it: field for field, in its order.

use lamina_model::{Dataset, FieldValue, MarkSource, MetadataValue, ObjectBox, Timestamp};
use lamina_store::Export;
use serde_json::{Value, json};

use super::{
    item::{Item, Said},
    table::Row,
};

/// Everything before the first picture.
pub(super) fn head(export: &Export, dataset: &Dataset, base_url: &str, now: Timestamp) -> String {
    let text = |text: &str| Value::from(text).to_string();
    format!(
        "{{\"info\":{{\"schema_version\":\"1.1\",\"dataset\":{},\"description\":{},\
         \"dataset_url\":{},\"export_time\":{},\"dataset_creation_time\":{},\"exported_by\":{},\
         \"total_media_items\":{}}},\"media_items\":[",
        text(&dataset.display_name),
        text(&format!("Exported from {} at Lamina", dataset.display_name)),
        text(&format!("{base_url}/dataset/{}/data", dataset.id)),
        text(&now.to_naive_iso()),
        text(&dataset.created_at.to_naive_iso()),
        text(&export.made_by_name),
        export.entities,
    )
}

/// Everything after the last picture.
pub(super) const TAIL: &str = "]}";

/// One picture. With its file, the name of that below `images/` is told too: it differs from the
/// path where that cannot stand in an archive.
pub(super) fn media_item(
    dataset: &Dataset,
    base_url: &str,
    (item, said, name): &Row,
    with_files: bool,
) -> String {
    let url = format!("{base_url}/dataset/{}/data/image/{}", dataset.id, item.id);
    let metadata = metadata_items(&url, item, said).join(",");
    let text = |text: &str| Value::from(text).to_string();
    // Where something ranked the pictures, the original tells the distance in the same place.
    let score = match item.distance {
        Some(_) => "search_confidence",
        None => "uniqueness_score",
    };
    let file = if with_files {
        format!(",\"image_filename\":{}", text(name))
    } else {
        String::new()
    };
    format!(
        "{{\"media_id\":\"{}\",\"media_type\":\"image\",\"file_name\":{},\"file_path\":{},\
         \"file_size\":\"{}\",\"{score}\":{},\"height\":{},\"width\":{},\"url\":{},\
         \"cluster_id\":\"{}\",\"metadata_items\":[{}]{}}}",
        item.id,
        text(&item.path.shown_file_name()),
        text(&item.path.to_string()),
        size(item.size_bytes),
        item.distance.map_or_else(|| json!(item.uniqueness), told),
        item.height,
        item.width,
        text(&url),
        item.cluster,
        metadata,
        file,
    )
}

fn metadata_items(url: &str, item: &Item, said: &Said) -> Vec<String> {
    let mut all = Vec::new();
    let mut put = |kind, properties: &[(&str, Value)]| all.push(metadata_item(kind, properties));
    for (kind, confidence) in &item.issues {
        put(
            "issue",
            &[
                ("issue_type", json!(kind.as_str())),
                ("confidence", json!(confidence)),
                ("issues_description", json!(said.description(*kind))),
            ],
        );
    }
    for at in &item.copies {
        put(
            "issue",
            &[
                ("issue_type", json!("duplicates")),
                ("confidence", json!(at.confidence)),
                ("duplicate_group_id", json!(at.group.to_string())),
                ("duplicate_threshold", json!(at.level)),
            ],
        );
    }
    for label in &said.labels {
        put(
            "image_label",
            &[
                ("original_id", json!(-1)),
                ("category_name", json!(label.label)),
                ("source", json!(source(label.source))),
            ],
        );
    }
    for caption in &said.captions {
        put(
            "caption",
            &[
                ("caption", json!(caption.caption)),
                ("text", json!(caption.caption)),
                ("source", json!(source(caption.source))),
            ],
        );
    }
    for tag in &said.tags {
        put("user_tag", &[("tag_name", json!(tag.name))]);
    }
    for one in &said.values {
        put(
            "custom_metadata",
            &[
                ("field_name", json!(one.field)),
                ("field_type", json!(one.kind.as_str())),
                ("value", shown(one)),
            ],
        );
    }
    for object in &said.objects {
        put("object_label", &box_properties(url, object));
    }
    all
}

fn box_properties(url: &str, object: &ObjectBox) -> [(&'static str, Value); 7] {
    let edges = [object.x_px, object.y_px];
    let sides = [object.width_px, object.height_px].map(i64::from);
    [
        ("original_id", json!(object.original_id)),
        ("category_name", json!(object.label)),
        ("source", json!(source(object.source))),
        ("bbox", json!([edges, sides].concat())),
        // The original has one of each box. Here boxes are not compared with each other.
        ("uniqueness_score", Value::Null),
        ("url", json!(format!("{url}?&object_id={}", object.id))),
        ("metadata_items", json!([])),
    ]
}

/// One thing that is said of a picture. Written by hand, as a map would put it in the order of
/// letters.
fn metadata_item(kind: &str, properties: &[(&str, Value)]) -> String {
    let properties = properties.iter();
    let properties = properties.map(|(name, value)| format!("\"{name}\":{value}"));
    let properties: Vec<_> = properties.collect();
    format!(
        "{{\"type\":\"{kind}\",\"properties\":{{{}}}}}",
        properties.join(",")
    )
}

/// The value of a field as it was sent: of a field that takes several, a list.
pub fn shown(value: &FieldValue) -> Value {
    let mut values = value.values.iter().map(|one| match one {
        MetadataValue::Text(text) | MetadataValue::Choice(text) | MetadataValue::Link(text) => {
            Value::from(text.as_str())
        }
        MetadataValue::Number(number) => Value::from(*number),
        MetadataValue::Moment(moment) => Value::from(format!("{}Z", moment.to_naive_iso())),
    });
    if value.is_multi {
        values.collect()
    } else {
        values.next().unwrap_or_default()
    }
}

/// Who said it, in the original's words.
pub(super) const fn source(source: MarkSource) -> &'static str {
    match source {
        MarkSource::User | MarkSource::Annotation | MarkSource::Folder => "User",
        MarkSource::Model => "Visual Layer",
    }
}

/// A distance in the digits that every other list tells it in.
fn told(distance: f32) -> Value {
    let digits = distance.to_string().parse::<f64>();
    json!(digits.unwrap_or_else(|_| f64::from(distance)))
}

/// `48.27KB`.
#[expect(clippy::cast_precision_loss, reason = "two decimals are told")]
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.2}{}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_has_two_decimals_and_no_space() {
        assert_eq!(size(0), "0.00B");
        assert_eq!(size(49_428), "48.27KB");
        assert_eq!(size(3 << 30), "3.00GB");
    }
}
