//! Tags, labels, captions and boxes; and every change of tags, labels and captions, step by step.
//!
//! A change may have many steps, each one transaction. A step has the number that the dataset's
//! `marks_version` reached with it, and a row for every tag or label that it really put on or
//! took off. So a change can be taken back exactly, and laid over what was read before it.

mod annotations;
mod captions;
mod changes;
mod keep;
mod said;
mod step;
mod steps;
mod tags;
mod undo;

pub(crate) use annotations::check_files;
pub use annotations::{AnnotationWishes, AnnotationsRead};
pub use keep::{Said, SaidTag};
pub use step::{MarkStep, Stepped};
pub use steps::{StepMark, StepRow, StepRows};
