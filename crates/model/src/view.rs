//! A filter that got a name.

use crate::{DatasetId, Timestamp, UserId, ViewId};

/// A filter of one dataset under a name that everybody who may see the dataset sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: ViewId,
    /// The dataset it is of.
    pub dataset_id: DatasetId,
    /// Its name, which no other view of the dataset has.
    pub name: String,
    /// Who made it; nothing in local mode.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The filters as JSON, in the words of whoever sent them.
    pub filters: String,
    /// Pictures that passed when it was made; nothing where nobody counted.
    pub image_count: Option<u64>,
}
