//! What people and files say of the pictures of an export.

use lamina_model::{Caption, FieldValue, Issue, IssueKind, MediaId, ObjectBox, PictureLabel, Tag};

use super::ask::ExportPart;
use crate::{DatasetScope, Engine, Error};

pub(super) use crate::explore::Item;

/// What people and files say of a picture.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Its labels, by name.
    pub labels: Vec<PictureLabel>,
    /// Its captions, in order.
    pub captions: Vec<Caption>,
    /// The boxes in it, in the order in which they were told.
    pub objects: Vec<ObjectBox>,
    /// Its tags, in the order of their making.
    pub tags: Vec<Tag>,
    /// Issues of which there is more to say.
    pub described: Vec<Issue>,
    /// What fields that people declared say of it, in the order of their making.
    pub values: Vec<FieldValue>,
}

impl Said {
    /// What there is to say of an issue; empty for most.
    pub(super) fn description(&self, kind: IssueKind) -> &str {
        let found = self.described.iter().find(|issue| issue.kind == kind);
        found.map_or("", |issue| &issue.description)
    }
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

    pub(super) async fn said_of(&self, scope: &DatasetScope, item: &Item) -> Result<Said, Error> {
        let (store, dataset, id) = (self.store(), scope.id(), item.id);
        let is_described = item.issues.iter().any(|(kind, _)| kind.is_described());
        let described = match scope.dataset().generation {
            Some(generation) if is_described => store.issues_of(dataset, generation, id).await?,
            _ => Vec::new(),
        };
        Ok(Said {
            described,
            ..self.marks_of(scope, id).await?
        })
    }

    /// The same without issues.
    pub(crate) async fn marks_of(&self, scope: &DatasetScope, id: MediaId) -> Result<Said, Error> {
        let (store, dataset) = (self.store(), scope.id());
        Ok(Said {
            labels: store.labels_of(dataset, id).await?,
            captions: store.captions_of(dataset, id).await?,
            objects: store.objects_of(dataset, id).await?,
            tags: store.tags_of(dataset, id).await?,
            values: store.field_values_of(dataset, id).await?,
            described: Vec::new(),
        })
    }
}
