//! What people and files say of the pictures of an export.

use lamina_model::{Caption, MediaId, ObjectBox, PictureLabel, Tag};

use super::ask::ExportPart;
use crate::{DatasetScope, Engine, Error};

pub(super) use crate::explore::Item;

/// What people and files say of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub labels: Vec<PictureLabel>,
    pub captions: Vec<Caption>,
    pub objects: Vec<ObjectBox>,
    pub tags: Vec<Tag>,
}

impl Engine {
    /// How many pictures lie in some part.
    pub(super) async fn count_export(
        &self,
        scope: &DatasetScope,
        parts: &[ExportPart],
    ) -> Result<u64, Error> {
        Ok(self.export_items(scope, parts).await?.len() as u64)
    }

    pub(super) async fn said_of(&self, scope: &DatasetScope, id: MediaId) -> Result<Said, Error> {
        let (store, dataset) = (self.store(), scope.id());
        Ok(Said {
            labels: store.labels_of(dataset, id).await?,
            captions: store.captions_of(dataset, id).await?,
            objects: store.objects_of(dataset, id).await?,
            tags: store.tags_of(dataset, id).await?,
        })
    }
}
