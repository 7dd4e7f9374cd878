//! `metadata.csv`: a row a picture (RFC 4180).

use super::item::{Item, Said};

/// The first line.
pub(super) const HEAD: &str = "media_id,file_name,file_path,width,height,size_bytes,modified_at,\
                               labels,captions,user_tags,issues,uniqueness_score,cluster_id\r\n";

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
    ];
    let mut line = fields.map(|field| quoted(&field)).join(",");
    line.push_str("\r\n");
    line
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
pub(super) fn quoted(field: &str) -> String {
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
