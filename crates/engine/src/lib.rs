//! What Lamina does: the verbs, the background jobs, and the rules about who may do what.
//!
//! The command line, the worker and the HTTP room all call the same verbs here. This room knows
//! no status code, no SQL text and no environment: what it needs is handed to [`Engine::new`].

mod access;
mod accounts;
mod annotations;
mod browse;
mod datasets;
mod describe;
mod error;
mod explore;
mod export;
mod fields;
mod ingest;
mod jobs;
mod marks;
mod media;
mod naming;
mod objects;
mod place;
mod recent;
mod settings;
mod source;
mod space;
mod standing;
mod uploads;
mod view;
mod views;

pub use access::{Caller, DatasetScope, Need, SignedIn, Via, shorten};
pub use accounts::{
    AccountSettings, AuditEntry, BrowserTie, EmbedSettings, FirstKey, KeyChange, KeyInfo,
    MemberInfo, NewKey, NewSession, NewUser, OidcSettings, Origin, ProviderClient, ProviderError,
    RereadRing, SecretKey, SessionInfo, SignInAtProvider, UserEdit, UserInfo, UserPage,
};
pub use annotations::AnnotationReport;
pub use datasets::{CreateFolder, Created};
pub use error::Error;
pub use explore::{
    Alike, Area, Card, ClusterCard, ClusterCards, Copies, CopyGroup, CopyGroups, FacetCounts, Grid,
    GroupsWanted, HasCopies, IssueFacet, KeepBy, LEVELS, LevelCount, MapPoints, MediaDetails,
    Members, Order, Plan, PlanCount, PlanWish, PlannedGroup, Shape, SortKey, TierCount, Wanted,
};
pub use explore::{Anchor, AnchorOf, AnchorWish, Rank, Told, WordQuery};
pub use explore::{ObjectCard, ObjectCluster, ObjectPage, ObjectPart, ObjectsWanted, PagedList};
pub use export::{
    ExportFile, ExportFormat, ExportPart, ExportState, ExportWish, ListedExport, Said, shown,
};
pub use fields::{FieldWish, IncomingValues};
pub use ingest::{Found, Verdict, Walk};
pub use jobs::Runner;
pub use lamina_search::{Bucket, Histogram, check_query};
pub use lamina_store::Export;
pub use marks::{Marked, Selection, TagCount};
pub use media::{Original, RejectedFile, Thumbnail};
pub use objects::Crop;
pub use settings::{Engine, IngestSettings, Parts, SourceRoots};
pub use source::{FolderListing, FolderPreview};
pub use space::OtherPrecision;
pub use standing::DatasetCard;
pub use uploads::{Batch, IncomingFile, KeptFile, Upload};
pub use view::{Shown, ViewCopy};
