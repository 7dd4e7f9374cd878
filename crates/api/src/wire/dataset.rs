//! A dataset, with every field that any version of the original gave it.

mod told;

use lamina_engine::DatasetCard;
use lamina_model::{DatasetStatus, MediaId, Phase, SourceType};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use told::ToldDatasets;

/// A dataset and the state it is in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dataset)]
pub(crate) struct DatasetJson {
    /// Its id.
    pub id: Uuid,
    /// The dataset it was copied from.
    pub source_dataset_id: Option<Uuid>,
    /// The user who made it; null in local mode.
    pub created_by: Option<Uuid>,
    /// Always `VL`, as in the original: whose service it is. See `owner` for the person.
    #[schema(example = "VL")]
    pub owned_by: &'static str,
    /// The address of whoever made it; null where there are no accounts, that person is gone, or
    /// the caller has none.
    pub owner: Option<String>,
    /// What the caller may do with it: `viewer`, `editor` or `owner`.
    #[schema(example = "owner")]
    pub your_role: &'static str,
    /// What people call it.
    #[schema(example = "My Dataset")]
    pub display_name: String,
    /// Free text about it.
    pub description: String,
    /// Address of a small picture that stands for it; empty before there is one.
    pub preview_uri: String,
    /// Where its pictures come from.
    #[schema(example = "FOLDER")]
    pub source_type: &'static str,
    /// The source itself: for a folder, its path.
    pub source_uri: String,
    /// When it was made, in UTC without a zone.
    #[schema(example = "2025-10-30T10:00:00.000000")]
    pub created_at: String,
    /// When its content last changed.
    pub updated_at: Option<String>,
    /// Name of the archive it was made from.
    pub filename: Option<String>,
    /// Always null; clients of the original read it.
    pub sample: Option<String>,
    /// The state in the older words.
    #[schema(example = "READY")]
    pub status: &'static str,
    /// The state in the newer words, which may hold a space.
    #[schema(example = "READY")]
    pub status_new: &'static str,
    /// Why indexing stopped for good.
    pub fatal_error_msg: Option<String>,
    /// How far the present work is, in percent.
    #[schema(minimum = 0, maximum = 100, example = 100)]
    pub progress: u8,
    /// Pictures indexed.
    pub n_images: u64,
    /// Videos indexed.
    pub n_videos: u64,
    /// Objects known.
    pub n_objects: u64,
    /// Files rejected.
    pub n_rejected: u64,
    /// Whether each picture gets the name of its folder as a label.
    pub labels_from_folders: bool,
    /// Its first pictures, at most four.
    pub preview_media: Vec<Uuid>,
    /// The phase of the work on it; null while none is known of.
    #[schema(example = "indexing")]
    pub phase: Option<&'static str>,
    /// Steps of the phase behind it.
    pub done: Option<u64>,
    /// Steps of the phase in all; 0 while unknown.
    pub total: Option<u64>,
}

impl From<&DatasetCard> for DatasetJson {
    fn from(card: &DatasetCard) -> Self {
        let dataset = &card.dataset;
        let progress = dataset.progress.as_ref();
        let preview =
            |_: &lamina_model::Generation| format!("/api/v1/dataset/{}/preview", dataset.id);
        Self {
            id: dataset.id.as_uuid(),
            source_dataset_id: None,
            created_by: dataset.created_by.map(lamina_model::UserId::as_uuid),
            owned_by: "VL",
            owner: card.owner.clone(),
            your_role: card.role.as_str(),
            display_name: dataset.display_name.clone(),
            description: dataset.description.clone(),
            preview_uri: dataset
                .generation
                .as_ref()
                .filter(|_| dataset.image_count > 0)
                .map(preview)
                .unwrap_or_default(),
            source_type: match dataset.source_type {
                SourceType::Folder => "FOLDER",
                SourceType::Upload => "UPLOAD",
            },
            source_uri: match dataset.source_type {
                SourceType::Folder => dataset.source.to_string(),
                SourceType::Upload => String::new(),
            },
            created_at: dataset.created_at.to_naive_iso(),
            updated_at: dataset
                .updated_at
                .map(lamina_model::Timestamp::to_naive_iso),
            filename: None,
            sample: None,
            status: status_old(dataset.status),
            status_new: status_new(dataset.status),
            fatal_error_msg: dataset
                .fatal_error
                .clone()
                .filter(|_| dataset.status == DatasetStatus::Failed),
            progress: dataset.progress_percent.min(100),
            n_images: dataset.image_count,
            n_videos: 0,
            n_objects: dataset.object_count,
            n_rejected: dataset.rejected_count,
            labels_from_folders: dataset.labels_from_folders,
            preview_media: card
                .previews
                .iter()
                .map(|id| MediaId::as_uuid(*id))
                .collect(),
            phase: progress.map(|progress| Phase::as_str(progress.phase)),
            done: progress.map(|progress| progress.done),
            total: progress.map(|progress| progress.total),
        }
    }
}

/// The older words.
pub(crate) const fn status_old(status: DatasetStatus) -> &'static str {
    match status {
        DatasetStatus::New => "NEW",
        DatasetStatus::Indexing => "INDEXING",
        DatasetStatus::Updating => "UPDATING",
        DatasetStatus::Ready => "READY",
        DatasetStatus::Failed => "FATAL_ERROR",
    }
}

/// The newer words, with spaces.
pub(crate) const fn status_new(status: DatasetStatus) -> &'static str {
    match status {
        DatasetStatus::New => "DRAFT",
        DatasetStatus::Indexing => "INDEXING",
        DatasetStatus::Updating => "READ ONLY",
        DatasetStatus::Ready => "READY",
        DatasetStatus::Failed => "ERROR",
    }
}
