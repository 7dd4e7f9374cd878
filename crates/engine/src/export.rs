//! Exports: what is known about pictures, in a file, with the pictures if they are wanted.
//!
//! A job writes the archive; the link to it counts for a day and the archive stays for a week.

mod ask;
mod at_once;
mod csv;
mod document;
mod fetch;
mod item;
mod list;
mod names;
mod table;
mod training;
mod work;

pub use ask::{ExportFormat, ExportPart, ExportWish};
pub use document::shown;
pub use fetch::{ExportFile, ExportState};
pub use item::Said;
pub use list::ListedExport;

#[cfg(test)]
pub(crate) use csv::quoted;
pub(crate) use work::export;
