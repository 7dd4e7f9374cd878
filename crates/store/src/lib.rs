//! Everything at rest: rows in SQL and bulky bytes in blobs.
//!
//! One [`Store`] over `SQLite` (a file in the data folder) or `PostgreSQL`, with the same SQL for
//! both, and one blob store. Methods take and give the vocabulary of `lamina-model`. Nothing here
//! decides who may do what, decodes a picture, or reads the clock: moments come in as values.

mod accounts;
mod anchors;
mod batch;
mod blobs;
mod convert;
mod datasets;
mod db;
mod error;
mod exports;
mod fields;
mod files;
mod findings;
mod generations;
mod jobs;
mod kept;
mod marks;
mod media;
mod segments;
mod settings;
mod store;
mod sweep;
mod together;
mod views;

pub use accounts::{
    ApiKey, ApiKeyChange, ApiKeyUse, AuditEvent, AuditFilter, DatasetAccess, FailureCount, Member,
    SealedSecret, SecretPlace, Session, SessionUse, StoredAuditEvent, TicketRecord, User,
    UserChange, VerificationRecord,
};
pub use batch::{Batch, Checkpoint, DatasetCounts};
pub use blobs::{BlobInfo, Blobs};
pub use datasets::DatasetState;
pub use error::{Cause, Error, Result};
pub use exports::Export;
pub use fields::{FieldRowValues, ValueFault};
pub use files::LeftOut;
pub use generations::{FindingsBatch, Publication};
pub use jobs::{Beat, Claim, JobEnd, Lease, LeaseHolder};
pub use marks::{
    AnnotationWishes, AnnotationsRead, MarkStep, Said, SaidTag, StepMark, StepRow, StepRows,
    Stepped,
};
pub use media::AnalysisFacts;
pub use segments::{Segment, SegmentBuilder};
pub use store::Store;
pub use sweep::Swept;
