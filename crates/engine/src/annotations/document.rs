//! The `metadata.json` of an export, of Lamina or of the original: what it says of each picture.

use std::{path::Path, sync::Arc};

use lamina_model::AnnotationFault;
use serde_json::Value;

use super::{
    json::elements,
    taker::{Given, Halt, Place, Taker, quote},
};

/// Reads a document.
pub(super) fn read(path: &Path, taker: &mut Taker<'_, '_>) -> Result<(), Halt> {
    let file = fs_err::File::open(path).map_err(|cause| Halt::unreadable(0, &cause))?;
    let found = elements(file, &["media_items"], &mut |_, line, item| {
        media_item(taker, line, &item)
    })?;
    if found.is_empty() {
        return Err(Halt::Unreadable {
            line: 0,
            note: "this is no export: it has no list called media_items".to_owned(),
        });
    }
    Ok(())
}

fn media_item(taker: &mut Taker<'_, '_>, line: u64, item: &Value) -> Result<(), Halt> {
    let said = item.get("metadata_items").and_then(Value::as_array);
    let said: Vec<(usize, &str, &Value)> = said
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(at, one)| Some((at, one.get("type")?.as_str()?, one.get("properties")?)))
        .filter(|(_, kind, _)| {
            matches!(
                *kind,
                "image_label" | "object_label" | "caption" | "user_tag"
            )
        })
        .collect();
    if said.is_empty() {
        return Ok(());
    }
    let names = ["image_filename", "file_path", "file_name"];
    let names = names.map(|field| item.get(field).and_then(Value::as_str));
    let mut names = names.into_iter().flatten();
    let Some(first) = names.next() else {
        let why = "an entry of media_items needs a file_path".to_owned();
        return taker.lose(line, AnnotationFault::Malformed, why);
    };
    let found = names.fold(taker.named(first), |found, name| {
        found.or_else(|fault| taker.named(name).map_err(|_| fault))
    });
    let picture = match found {
        Ok(picture) => picture,
        Err((fault, why)) => {
            for _ in &said {
                taker.lose(line, fault, why.clone())?;
            }
            return Ok(());
        }
    };
    let named: Arc<str> = quote(first).into();
    for (at, kind, properties) in said {
        // Programs write the whole document on one line: the line alone leads nowhere.
        taker.place = Place(Some((Arc::clone(&named), at)));
        one_said(taker, line, picture, kind, properties)?;
    }
    taker.place = Place::default();
    Ok(())
}

/// One thing that is said of a picture.
fn one_said(
    taker: &mut Taker<'_, '_>,
    line: u64,
    picture: u32,
    kind: &str,
    properties: &Value,
) -> Result<(), Halt> {
    let text = |field: &str| properties.get(field).and_then(Value::as_str);
    match kind {
        "image_label" => taker.label(line, picture, text("category_name").unwrap_or_default()),
        "user_tag" => taker.tag(line, picture, text("tag_name").unwrap_or_default()),
        "caption" => {
            let caption = text("caption").or(text("text")).unwrap_or_default();
            taker.caption(line, picture, caption)
        }
        _ => {
            let label = text("category_name").unwrap_or_default();
            if let Some(given) = bounds(properties) {
                let original = properties.get("original_id").and_then(Value::as_i64);
                taker.object(line, picture, label, given, original.unwrap_or(-1))
            } else {
                let shown = properties.get("bbox").map(Value::to_string);
                let shown = quote(&shown.unwrap_or_default());
                let why = format!("bbox is not four numbers: {shown}");
                taker.lose(line, AnnotationFault::InvalidBox, why)
            }
        }
    }
}

fn bounds(properties: &Value) -> Option<Given> {
    let sides: Option<Vec<f64>> = properties
        .get("bbox")?
        .as_array()?
        .iter()
        .map(Value::as_f64)
        .collect();
    match sides?.as_slice() {
        [x, y, width, height] => Some(Given {
            x: *x,
            y: *y,
            width: *width,
            height: *height,
        }),
        _ => None,
    }
}
