//! The boxes that an export is about.

use std::collections::{BTreeSet, HashMap};

use lamina_model::{ClusterId, ObjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entry, ObjectsWanted, cluster_of, plain};
use crate::{
    DatasetScope, Engine, Error,
    explore::{items::MOST_RANKED, open::Seen, rank::Rank},
};

/// Boxes for which all of this holds. The shape is stored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ObjectPart {
    /// They are wanted.
    pub wanted: ObjectsWanted,
    /// They are of this cluster, where one is named.
    pub cluster: Option<ClusterId>,
    /// They are among these, where any are named.
    pub only: Option<BTreeSet<ObjectId>>,
    /// They are none of these.
    pub except: BTreeSet<ObjectId>,
}

const fn id_of(entry: &Entry) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_bytes(entry.id))
}

impl Seen {
    /// The boxes of a part, each with the row of its picture.
    pub(in crate::explore) fn boxes_of(
        &self,
        part: &ObjectPart,
    ) -> Result<Vec<(u32, ObjectId)>, Error> {
        let mut labels = self.wanted_labels(&part.wanted);
        if let Some(cluster) = part.cluster {
            for (label, wanted) in self.objects.labels.iter().zip(&mut labels) {
                *wanted = *wanted && cluster_of(self.dataset, label) == cluster;
            }
        }
        let found = self.found_objects(&part.wanted, &[])?;
        let found = found.filter(|found| labels[found.entry.label as usize]);
        let found = found.map(|found| (found.entry.row, id_of(found.entry)));
        let among = |id: &ObjectId| part.only.as_ref().is_none_or(|only| only.contains(id));
        Ok(found
            .filter(|(_, id)| among(id) && !part.except.contains(id))
            .collect())
    }

    /// The rows of the pictures that boxes are in.
    pub(in crate::explore) fn rows_of_boxes(
        &self,
        boxes: &[(ObjectId, f32)],
    ) -> HashMap<ObjectId, u32> {
        let wanted: BTreeSet<ObjectId> = boxes.iter().map(|(id, _)| *id).collect();
        let entries = self.objects.entries.iter();
        entries
            .map(|entry| (id_of(entry), entry.row))
            .filter(|(id, _)| wanted.contains(id))
            .collect()
    }
}

impl Engine {
    /// The boxes that are wanted in the order of what ranks them, with their distances: the
    /// closest 100,000 at most.
    ///
    /// # Errors
    /// As [`Engine::objects`].
    pub async fn ranked_objects(
        &self,
        scope: &DatasetScope,
        wanted: ObjectsWanted,
        ranks: Vec<Rank>,
    ) -> Result<Vec<(ObjectId, f32)>, Error> {
        let pictures = wanted.pictures.clone();
        let found = self.ask_for(scope, pictures, move |seen, _| {
            let labels = seen.wanted_labels(&wanted);
            let found = seen.found_objects(&wanted, &ranks)?;
            let found = found.filter(|found| labels[found.entry.label as usize]);
            let closest = found.take(MOST_RANKED).map(|found| {
                let distance = found.distance.map_or(0.0, plain);
                (id_of(found.entry), distance)
            });
            Ok(closest.collect())
        });
        Ok(found.await?.unwrap_or_default())
    }
}
