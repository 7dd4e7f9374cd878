//! Annotation files: what they say of pictures, brought into the dataset while it is indexed.
//!
//! A file is known by its name where it lies among the pictures (`annotations.json`,
//! `image_annotations.csv`, `data.yaml` and their like), or named when the dataset is made. It is
//! read as a stream; its rows are matched to pictures by path and else by unique name; a row that
//! cannot be used is told of with its line, and never stops the rest.

mod coco;
mod columns;
mod csv;
mod document;
mod find;
mod json;
mod keep;
mod names;
mod parquet;
mod pictures;
mod report;
mod tags;
mod taker;
mod text;
mod yaml;
mod yolo;

pub use report::AnnotationReport;

pub(crate) use find::{Candidates, checked_files, format_among};
pub(crate) use keep::bring_in;
pub(crate) use names::PictureNames;
pub(crate) use taker::LONGEST_CAPTION;
pub(crate) use text::Text;
