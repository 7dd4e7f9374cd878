//! Questions asked of one published generation: which pictures pass a filter, how many have
//! each label, tag or issue, which clusters they lie in, what is nearest, and who has the words.
//!
//! [`GenerationBuilder`] writes an index into a folder, once; [`GenerationIndex`] reads it and
//! answers, for ever the same. What users change meanwhile comes along as an [`Overlay`]. A
//! question is answered in three steps: [`GenerationIndex::matching`] gives a [`RowSet`]; a
//! ranking ([`GenerationIndex::nearest`], [`GenerationIndex::in_words`]) may put its rows in
//! order; pages are cut from the [`Answer`], and [`GenerationIndex::facets`] counts it.
//!
//! This crate reads and writes the files of an index and no others. It knows neither SQL nor
//! pixels nor HTTP, and turns no text or picture into a vector.

mod answer;
mod builder;
mod clusters;
mod columns;
mod concepts;
mod counts;
mod dates;
mod error;
mod facets;
mod filter;
mod generation;
mod listing;
mod lists;
mod measures;
mod names;
mod overlay;
mod place;
mod rows;
mod sections;
mod vectors;
mod words;

pub use answer::{Answer, Hit, Ranked};
pub use builder::{GenerationBuilder, MediaRow};
pub use clusters::{CLUSTERS_A_PAGE, ClusterOrder, ClusterTile, MOST_PREVIEWS};
pub use concepts::{ConceptLikeness, Mixture};
pub use error::SearchError;
pub use facets::{Bucket, FacetLimits, Facets};
pub use generation::{GenerationIndex, Tile};
pub use listing::Listed;
pub use measures::Histogram;
pub use overlay::{LabelEdit, Overlay};
pub use place::Place;
pub use rows::{RowSet, Rows};
pub use vectors::{AnchorVector, Nearest};
pub use words::{MeaningOf, QueryError, Vocabulary, check_query, labels_with_words};
