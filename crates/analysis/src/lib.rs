//! Facts about all the pictures of a set: what is a copy of what, what stands apart, what lies
//! together, and which pictures say the most.
//!
//! Pure mathematics on the vectors and on the small facts that `lamina-vision` took from each
//! picture; what is seen of [`Pictures`] it asks for, one by one. Nothing here reads a
//! file, a clock or a database, and nothing depends on the order of the rows or on the number of
//! threads: the same pictures give the same findings.
//!
//! The doors are [`analyse()`], or [`analyse_after()`] where an analysis of much the same set is
//! remembered, and [`layout()`] for a map of a set, which alone goes by the order
//! of the rows. What needs labels or parts of a set beside has doors of its own,
//! [`judge_labels()`] and [`leaks()`].

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "rows are u32 throughout, and counts are turned into weights that need few digits"
)]
#![expect(
    clippy::inline_always,
    reason = "what `widely` runs is compiled for a processor only where it is inlined"
)]

mod analyse;
mod closer;
mod clusters;
mod duplicates;
mod error;
mod facts;
mod findings;
mod hashes;
mod homes;
mod labels;
mod layout;
mod leakage;
mod likeness;
mod matrix;
mod memory;
mod neighbours;
mod outliers;
mod pictures;
mod progress;
mod quality;
mod set;
mod settings;
mod sizes;
mod uniqueness;
mod watch;
mod wide;

pub use analyse::{analyse, analyse_after};
pub use error::AnalysisError;
pub use facts::Facts;
pub use findings::{Cluster, Compared, Finding, Findings, Group, Work};
pub use labels::{ClassOutlier, LabelFindings, Mislabel, judge_labels};
pub use layout::layout;
pub use leakage::{Leak, leaks};
pub use matrix::Matrix;
pub use memory::Memory;
pub use pictures::{Closeup, Pictures};
pub use settings::Settings;
pub use watch::{Unwatched, Watch};
