//! The one vocabulary of Lamina: what the product talks about.
//!
//! Typed ids, datasets, media, files, issues, duplicates, clusters, filters, jobs and roles. Nothing
//! here reads a disk, a clock, a database or a socket: time and chance come in through the
//! [`Clock`] and [`Chance`] traits, which the program implements once, at its very top.

mod access;
mod analysis;
mod annotations;
mod clock;
mod dataset;
mod fields;
mod file;
mod filter;
mod ids;
mod job;
mod marks;
mod measure;
mod media;
mod page;
mod path;
mod report;
mod time;
mod view;

pub use access::{DatasetRole, Scope, WorkspaceRole};
pub use analysis::{
    ClusterLevel, DuplicateGroup, DuplicateTier, Generation, Issue, IssueKind, MediaFindings,
};
pub use annotations::{AnnotationFault, AnnotationFile, AnnotationFormat, AnnotationProblem};
pub use clock::{Chance, Clock};
pub use dataset::{Dataset, DatasetStatus, SourceType};
pub use fields::{FieldFault, FieldKind, FieldState, FieldValue, MetadataField};
pub use file::{FileOutcome, FileRecord, FileStamp, IgnoreReason, RejectReason};
pub use filter::{
    Band, Clause, Filter, MediaFacts, MetadataTest, MetadataValue, PixelBox, Presence, Pull,
    Region, RegionUnit, SetOp, Span, TextMatch,
};
pub use ids::{
    AnchorId, ChangeId, ClusterId, DatasetId, ExportId, FieldId, IdError, JobId, KeyRowId, MediaId,
    ObjectId, RequestId, SegmentId, SessionId, TagId, UserId, ViewId,
};
pub use job::{Job, JobKind, JobState, Lane, Phase, Progress};
pub use marks::{Caption, MarkChange, MarkOp, MarkSource, ObjectBox, PictureLabel, Tag};
pub use measure::Measure;
pub use media::{
    BlobSlice, ColourModel, ImageFormat, Measures, Media, MediaNote, Placement, Signature,
};
pub use page::{Cursor, CursorError, Page};
pub use path::SourcePath;
pub use report::{ClusterCount, RejectedCount, Report, StageSeconds, WorkerSeconds};
pub use time::{Timestamp, TimestampError};
pub use view::SavedView;
