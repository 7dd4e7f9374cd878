//! What people and files say of the pictures of an export.

use std::collections::HashMap;

use lamina_model::{Caption, FieldValue, Issue, IssueKind, MediaId, ObjectBox, PictureLabel, Tag};

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
    /// What is said of some pictures, in their order.
    pub(super) async fn said_of(
        &self,
        scope: &DatasetScope,
        items: &[Item],
    ) -> Result<Vec<Said>, Error> {
        let (store, dataset) = (self.store(), scope.id());
        let ids: Vec<MediaId> = items.iter().map(|item| item.id).collect();
        let mut all: HashMap<MediaId, Said> = HashMap::new();
        for label in store.labels_of_all(dataset, &ids).await? {
            all.entry(label.media_id).or_default().labels.push(label);
        }
        for caption in store.captions_of_all(dataset, &ids).await? {
            let said = all.entry(caption.media_id).or_default();
            said.captions.push(caption);
        }
        for object in store.objects_of_all(dataset, &ids).await? {
            all.entry(object.media_id).or_default().objects.push(object);
        }
        for (media, tag) in store.tags_of_all(dataset, &ids).await? {
            all.entry(media).or_default().tags.push(tag);
        }
        for (media, value) in store.field_values_of_all(dataset, &ids).await? {
            all.entry(media).or_default().values.push(value);
        }
        if let Some(generation) = scope.dataset().generation {
            let described = |item: &&Item| item.issues.iter().any(|(kind, _)| kind.is_described());
            let some = items.iter().filter(described);
            let some: Vec<MediaId> = some.map(|item| item.id).collect();
            for issue in store.issues_of_all(dataset, generation, &some).await? {
                all.entry(issue.media_id).or_default().described.push(issue);
            }
        }
        let said = items.iter().map(|item| {
            let mut said = all.remove(&item.id).unwrap_or_default();
            if let Some(boxes) = &item.boxes {
                said.objects.retain(|object| boxes.contains(&object.id));
            }
            said
        });
        Ok(said.collect())
    }

    /// What is said of one picture, without issues.
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
