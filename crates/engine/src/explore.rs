//! Asking a published generation: which pictures pass a filter and in which order, how many have
//! what, which clusters and groups of copies they lie in, what is like them.
//!
//! Answers come from the generation's index, which is derived from SQL and blobs when the
//! generation is made, kept in a folder, and written again in the background where it is missing.
//! No request does work that grows with the dataset except through `lamina-search`.

mod anchors;
mod build;
mod chosen;
mod clusters;
mod copies;
mod facets;
mod fields;
mod folder;
mod grid;
mod items;
mod latest;
mod levels;
mod map;
mod marks;
mod mixtures;
mod names;
mod objects;
mod open;
mod packs;
mod picture;
mod plan;
mod rank;
mod similar;
mod walk;
mod wanted;

pub use anchors::{Anchor, AnchorOf, AnchorWish};
pub use clusters::{ClusterCard, ClusterCards, Members, Told};
pub use copies::{CopyGroup, CopyGroups, GroupsWanted, LevelCount, TierCount};
pub use facets::{FacetCounts, IssueFacet};
pub use grid::{Grid, Order, Shape, SortKey};
pub use levels::LEVELS;
pub use map::{Area, MapPoints};
pub use objects::{ObjectCard, ObjectCluster, ObjectPage, ObjectPart, ObjectsWanted};
pub use open::Card;
pub use picture::{Copies, MediaDetails};
pub use plan::{KeepBy, Plan, PlanCount, PlanWish, PlannedGroup};
pub use rank::{Rank, WordQuery};
pub use similar::Alike;
pub use walk::PagedList;
pub use wanted::{HasCopies, Wanted};

pub(crate) use build::write_index;
pub(crate) use folder::{for_scratch, forget, keep_only};
pub(crate) use items::Item;
pub(crate) use open::Indexes;

/// What the vectors of whole pictures are called in an index.
const PICTURES: &str = "pictures";
