//! `metadata.parquet`: a row a picture, written in groups of rows as they come.

use std::{io::Write, sync::Arc};

use parquet::{
    data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use serde_json::{Value, json};

use super::{
    csv::{fields, issues},
    document::source,
    item::{Item, Said},
};

const SCHEMA: &str = "message pictures {
    required binary media_id (UTF8);
    required binary image_filename (UTF8);
    required binary file_name (UTF8);
    required binary file_path (UTF8);
    required int32 width;
    required int32 height;
    required int64 size_bytes;
    required double uniqueness_score;
    required binary cluster_id (UTF8);
    required binary labels (UTF8);
    required binary captions (UTF8);
    required binary user_tags (UTF8);
    required binary objects (UTF8);
    required binary issues (UTF8);
    required binary custom_metadata (UTF8);
}";

/// A picture, what is said of it, and its name below `images/`.
pub(super) type Row = (Item, Said, String);

/// The table being written.
pub(super) struct Table<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> Table<W> {
    pub(super) fn begin(out: W) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let properties = Arc::new(WriterProperties::builder().build());
        Ok(Self(SerializedFileWriter::new(out, schema, properties)?))
    }

    /// Writes some rows as a group.
    pub(super) fn push(&mut self, rows: &[Row]) -> Result<(), ParquetError> {
        let texts = |text: &dyn Fn(&Row) -> String| -> Vec<ByteArray> {
            rows.iter()
                .map(|row| ByteArray::from(text(row).as_bytes()))
                .collect()
        };
        let pixels = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        let mut group = self.0.next_row_group()?;
        let mut at = 0;
        while let Some(mut column) = group.next_column()? {
            match at {
                4 | 5 => {
                    let values: Vec<i32> = rows
                        .iter()
                        .map(|(item, ..)| pixels(if at == 4 { item.width } else { item.height }))
                        .collect();
                    column
                        .typed::<Int32Type>()
                        .write_batch(&values, None, None)?;
                }
                6 => {
                    let size =
                        |(item, ..): &Row| i64::try_from(item.size_bytes).unwrap_or(i64::MAX);
                    let values: Vec<i64> = rows.iter().map(size).collect();
                    column
                        .typed::<Int64Type>()
                        .write_batch(&values, None, None)?;
                }
                7 => {
                    let score = |(item, ..): &Row| f64::from(item.uniqueness);
                    let values: Vec<f64> = rows.iter().map(score).collect();
                    column
                        .typed::<DoubleType>()
                        .write_batch(&values, None, None)?;
                }
                _ => {
                    let values = texts(&|row| text_of(at, row));
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&values, None, None)?;
                }
            }
            column.close()?;
            at += 1;
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), ParquetError> {
        self.0.close().map(drop)
    }
}

/// The text in a column, by its place in the schema.
fn text_of(column: usize, (item, said, name): &Row) -> String {
    let list = |names: Vec<&str>| Value::from(names).to_string();
    match column {
        0 => item.id.to_string(),
        1 => name.clone(),
        2 => item.path.shown_file_name(),
        3 => item.path.to_string(),
        8 => item.cluster.to_string(),
        9 => list(said.labels.iter().map(|one| one.label.as_str()).collect()),
        10 => list(
            said.captions
                .iter()
                .map(|one| one.caption.as_str())
                .collect(),
        ),
        11 => list(said.tags.iter().map(|tag| tag.name.as_str()).collect()),
        12 => objects(said),
        13 => issues(item),
        _ => fields(said),
    }
}

/// The boxes in a picture as a list, each as `metadata.json` has it.
fn objects(said: &Said) -> String {
    let boxes = said.objects.iter().map(|object| {
        json!({
            "original_id": object.original_id, "category_name": object.label,
            "source": source(object.source),
            "bbox": [object.x_px, object.y_px, object.width_px, object.height_px],
        })
    });
    boxes.collect::<Value>().to_string()
}
