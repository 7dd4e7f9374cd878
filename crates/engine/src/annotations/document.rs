//! The `metadata.json` of an export, of Lamina or of the original, and the `metadata.parquet` of
//! one of Lamina: what they say of each picture.

use std::{path::Path, sync::Arc};

use lamina_model::AnnotationFault;
use parquet::record::{Field, Row};
use serde_json::{Value, json};

use super::{
    find::is_table,
    json::elements,
    parquet::rows,
    taker::{Given, Halt, Place, Taker, quote},
};

/// The columns of a table that hold lists, what an entry of each is in a document, and the
/// property under which a text stands there.
const LISTS: [(&str, &str, &str); 4] = [
    ("labels", "image_label", "category_name"),
    ("captions", "caption", "caption"),
    ("user_tags", "user_tag", "tag_name"),
    ("objects", "object_label", ""),
];
/// The fields and columns that name the picture, the likeliest first.
const NAMES: [&str; 3] = ["image_filename", "file_path", "file_name"];

/// Reads a document or a table.
pub(super) fn read(path: &Path, taker: &mut Taker<'_, '_>) -> Result<(), Halt> {
    if is_table(path) {
        return rows(path, &|_| Ok(()), &mut |(), number, row| {
            row_of(taker, number, &row)
        });
    }
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
    let names = NAMES.map(|field| item.get(field).and_then(Value::as_str));
    let Some((picture, named)) = picture_of(taker, line, &names, said.len())? else {
        return Ok(());
    };
    for (at, kind, properties) in said {
        // Programs write the whole document on one line: the line alone leads nowhere.
        taker.place = Place::Said(Arc::clone(&named), "metadata_items", at);
        one_said(taker, line, picture, kind, properties)?;
    }
    taker.place = Place::default();
    Ok(())
}

/// The picture that one of the names means, and what it is called; nothing where none means any,
/// which is told as often as there is something said of it.
fn picture_of(
    taker: &mut Taker<'_, '_>,
    line: u64,
    names: &[Option<&str>],
    said: usize,
) -> Result<Option<(u32, Arc<str>)>, Halt> {
    let mut names = names.iter().copied().flatten();
    let Some(first) = names.next() else {
        let why = "the entry names no picture: it needs a file_path".to_owned();
        taker.lose(line, AnnotationFault::Malformed, why)?;
        return Ok(None);
    };
    let found = names.fold(taker.named(first), |found, name| {
        found.or_else(|fault| taker.named(name).map_err(|_| fault))
    });
    match found {
        Ok(picture) => Ok(Some((picture, quote(first).into()))),
        Err((fault, why)) => {
            for _ in 0..said {
                taker.lose(line, fault, why.clone())?;
            }
            Ok(None)
        }
    }
}

/// A row of a table: its lists are texts that hold JSON.
fn row_of(taker: &mut Taker<'_, '_>, number: u64, row: &Row) -> Result<(), Halt> {
    let text = |column: &str| {
        let mut columns = row.get_column_iter();
        columns.find_map(|(name, field)| match field {
            Field::Str(text) if name == column && !text.is_empty() => Some(text.as_str()),
            _ => None,
        })
    };
    let mut lists = Vec::new();
    for (column, kind, property) in LISTS {
        let Some(list) = text(column) else { continue };
        match serde_json::from_str::<Vec<Value>>(list) {
            Ok(list) => lists.push((column, kind, property, list)),
            Err(cause) => {
                let why = format!("{column} holds no list: {cause}");
                taker.lose(number, AnnotationFault::Malformed, why)?;
            }
        }
    }
    let said = lists.iter().map(|(.., list)| list.len()).sum();
    if said == 0 {
        return Ok(());
    }
    let Some((picture, named)) = picture_of(taker, number, &NAMES.map(text), said)? else {
        return Ok(());
    };
    for (column, kind, property, list) in lists {
        for (at, one) in list.into_iter().enumerate() {
            taker.place = Place::Said(Arc::clone(&named), column, at);
            let properties = match property {
                "" => one,
                name => json!({name: one}),
            };
            one_said(taker, number, picture, kind, &properties)?;
        }
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
