//! The boxes that an export is about.

use std::collections::{BTreeSet, HashMap};

use lamina_model::{ClusterId, ObjectId};
use lamina_search::RowSet;
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

impl ObjectPart {
    /// These boxes, where a part names boxes and says nothing else.
    pub(in crate::explore) fn ids_alone(&self) -> Option<&BTreeSet<ObjectId>> {
        let says_more = self.wanted != ObjectsWanted::default()
            || self.cluster.is_some()
            || !self.except.is_empty();
        self.only.as_ref().filter(|_| !says_more)
    }

    /// Whether it means every box of the pictures that it means.
    pub(in crate::explore) fn is_of_whole_pictures(&self) -> bool {
        self.wanted.labels.is_empty()
            && self.wanted.without_labels.is_empty()
            && self.cluster.is_none()
            && self.only.is_none()
            && self.except.is_empty()
    }
}

const fn id_of(entry: &Entry) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_bytes(entry.id))
}

impl Seen {
    /// Gives each box of a part with the row of its picture.
    pub(in crate::explore) fn each_box(
        &self,
        part: &ObjectPart,
        mut give: impl FnMut(u32, ObjectId),
    ) -> Result<(), Error> {
        let mut labels = self.wanted_labels(&part.wanted);
        if let Some(cluster) = part.cluster {
            for (label, wanted) in self.objects.labels.iter().zip(&mut labels) {
                *wanted = *wanted && cluster_of(self.dataset, label) == cluster;
            }
        }
        if !labels.contains(&true) {
            return Ok(());
        }
        for found in self.found_objects(&part.wanted, &[])? {
            if !labels[found.entry.label as usize] {
                continue;
            }
            let id = id_of(found.entry);
            let is_among = part.only.as_ref().is_none_or(|only| only.contains(&id));
            if is_among && !part.except.contains(&id) {
                give(found.entry.row, id);
            }
        }
        Ok(())
    }

    /// The rows of the pictures wanted that have any box.
    pub(in crate::explore) fn rows_with_boxes(
        &self,
        wanted: &ObjectsWanted,
    ) -> Result<RowSet, Error> {
        let mut rows = RowSet::none(self.index.rows());
        for found in self.found_objects(wanted, &[])? {
            rows.insert(found.entry.row);
        }
        Ok(rows)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Wanted;

    fn labelled(label: &str) -> ObjectsWanted {
        ObjectsWanted {
            labels: BTreeSet::from([label.to_owned()]),
            ..ObjectsWanted::default()
        }
    }

    #[test]
    fn parts_that_say_less_than_a_box_each_are_told_from_the_others() {
        let ids = BTreeSet::from([ObjectId::from_uuid(Uuid::nil())]);
        let everything = ObjectPart::default();
        assert!(everything.is_of_whole_pictures() && everything.ids_alone().is_none());
        let named = ObjectPart {
            only: Some(ids.clone()),
            ..ObjectPart::default()
        };
        assert!(!named.is_of_whole_pictures());
        assert_eq!(named.ids_alone(), Some(&ids));
        let of_some_pictures = ObjectPart {
            wanted: ObjectsWanted {
                pictures: Wanted {
                    untagged: true,
                    ..Wanted::default()
                },
                ..ObjectsWanted::default()
            },
            ..ObjectPart::default()
        };
        assert!(of_some_pictures.is_of_whole_pictures());
        let narrowed = [
            ObjectPart {
                wanted: labelled("cat"),
                ..named.clone()
            },
            ObjectPart {
                cluster: Some(ClusterId::from_uuid(Uuid::nil())),
                ..named.clone()
            },
            ObjectPart {
                except: ids.clone(),
                ..named
            },
            ObjectPart {
                only: Some(ids),
                ..of_some_pictures
            },
        ];
        for part in narrowed {
            assert!(part.ids_alone().is_none(), "{part:?}");
            assert!(!part.is_of_whole_pictures(), "{part:?}");
        }
    }
}
