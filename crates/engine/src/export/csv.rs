//! `metadata.csv`: a row a picture (RFC 4180).

use super::item::{Item, Said};

/// The first line.
pub(super) const HEAD: &str = "media_id,file_name,file_path,width,height,size_bytes,modified_at,\
                               labels,captions,user_tags,issues,uniqueness_score,cluster_id,\
                               custom_metadata\r\n";

/// The line of a picture.
pub(super) fn row(item: &Item, said: &Said) -> String {
    let labels: Vec<&str> = said.labels.iter().map(|one| one.label.as_str()).collect();
    let captions: Vec<&str> = said
        .captions
        .iter()
        .map(|one| one.caption.as_str())
        .collect();
    let tags: Vec<&str> = said.tags.iter().map(|tag| tag.name.as_str()).collect();
    let fields = [
        item.id.to_string(),
        item.path.shown_file_name(),
        item.path.to_string(),
        item.width.to_string(),
        item.height.to_string(),
        item.size_bytes.to_string(),
        format!("{}Z", item.modified_at.to_naive_iso()),
        labels.join("; "),
        captions.join("; "),
        tags.join("; "),
        issues(item),
        item.uniqueness.to_string(),
        item.cluster.to_string(),
        fields(said),
    ];
    let mut line = fields.map(|field| quoted(&field)).join(",");
    line.push_str("\r\n");
    line
}

/// The values of declared fields as a JSON object; empty where there are none.
pub(super) fn fields(said: &Said) -> String {
    if said.values.is_empty() {
        return String::new();
    }
    let values = said.values.iter();
    let object: serde_json::Map<String, serde_json::Value> = values
        .map(|one| (one.field.clone(), super::document::shown(one)))
        .collect();
    serde_json::Value::from(object).to_string()
}

/// The first line of `image_annotations.csv`.
pub(super) const IMAGES_HEAD: &str = "filename,label,caption\r\n";
/// The first line of `object_annotations.csv`.
pub(super) const OBJECTS_HEAD: &str = "filename,col_x,row_y,width,height,label\r\n";

/// What is said of a whole picture, in the form in which the original takes it: its labels as a
/// list, and a line for each caption.
pub(super) fn image_rows(name: &str, said: &Said) -> String {
    rows_of(
        name,
        said,
        said.captions.iter().map(|one| one.caption.as_str()),
    )
}

/// The same without captions.
pub(super) fn label_rows(name: &str, said: &Said) -> String {
    rows_of(name, said, std::iter::empty())
}

fn rows_of<'a>(name: &str, said: &Said, mut captions: impl Iterator<Item = &'a str>) -> String {
    let labels: Vec<&str> = said.labels.iter().map(|one| one.label.as_str()).collect();
    let mut labels = if labels.is_empty() {
        String::new()
    } else {
        serde_json::Value::from(labels).to_string()
    };
    let mut rows = String::new();
    let mut next = captions.next();
    while next.is_some() || !labels.is_empty() {
        let fields = [name, &labels, next.unwrap_or_default()];
        rows.push_str(&fields.map(quoted).join(","));
        rows.push_str("\r\n");
        labels.clear();
        next = captions.next();
    }
    rows
}

/// The boxes in a picture, a line each.
pub(super) fn object_rows(name: &str, said: &Said) -> String {
    let mut rows = String::new();
    for object in &said.objects {
        let fields = [
            name.to_owned(),
            object.x_px.to_string(),
            object.y_px.to_string(),
            object.width_px.to_string(),
            object.height_px.to_string(),
            plain_label(&object.label),
        ];
        rows.push_str(&fields.map(|field| quoted(&field)).join(","));
        rows.push_str("\r\n");
    }
    rows
}

/// A label that is not taken for a list or for nothing.
fn plain_label(label: &str) -> String {
    let folded = label.to_lowercase();
    if label.starts_with('[') || matches!(folded.as_str(), "nan" | "none" | "null") {
        serde_json::Value::from(vec![label]).to_string()
    } else {
        label.to_owned()
    }
}

/// `blur(0.812); duplicates(0.990)`.
pub(super) fn issues(item: &Item) -> String {
    let mut all: Vec<String> = item
        .issues
        .iter()
        .map(|(kind, sure)| format!("{}({sure:.3})", kind.as_str()))
        .collect();
    if let Some(likeness) = item.likeness {
        all.push(format!("duplicates({likeness:.3})"));
    }
    all.join("; ")
}

/// A field, in quotes where it needs them.
pub(crate) fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_field_is_quoted_where_it_needs_to_be() {
        assert_eq!(quoted("plain é"), "plain é");
        assert_eq!(quoted("a,b \"c\"\nd"), "\"a,b \"\"c\"\"\nd\"");
    }
}
