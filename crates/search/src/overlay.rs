//! What users change all the time, laid over an index that never changes.

use std::{collections::BTreeMap, sync::Arc};

use lamina_model::{MetadataValue, TagId};
use roaring::{MultiOps, RoaringBitmap};

/// User tags and users' own fields, by row of one generation.
///
/// A query reads one overlay from beginning to end. Who changes tags makes a changed copy and
/// hands it to later queries; copies of a million tagged rows are some hundred kB.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overlay {
    /// The rows of each tag. A tag that nobody bears may be there, with no rows.
    pub tags: BTreeMap<TagId, RoaringBitmap>,
    /// The values of each field, in any order; a row may have several.
    pub fields: BTreeMap<String, Arc<Vec<(u32, MetadataValue)>>>,
    /// What changed about each label since the index was written.
    pub labels: BTreeMap<String, LabelEdit>,
    /// The captions of rows whose captions changed since the index was written, in their order;
    /// rows that were given the same together share one list.
    pub captions: Arc<BTreeMap<u32, Arc<[String]>>>,
}

/// What changed about a label since an index was written. No row is in both sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelEdit {
    /// Rows that bear it now, whatever the index says.
    pub added: RoaringBitmap,
    /// Rows that do not bear it now, whatever the index says.
    pub removed: RoaringBitmap,
}

impl Overlay {
    /// Puts a tag on rows. Says how many did not bear it before.
    pub fn tag(&mut self, tag: TagId, rows: &RoaringBitmap) -> u64 {
        let tagged = self.tags.entry(tag).or_default();
        let before = tagged.len();
        *tagged |= rows;
        tagged.len() - before
    }

    /// Takes a tag off rows. Says how many bore it before.
    pub fn untag(&mut self, tag: TagId, rows: &RoaringBitmap) -> u64 {
        let Some(tagged) = self.tags.get_mut(&tag) else {
            return 0;
        };
        let before = tagged.len();
        *tagged -= rows;
        before - tagged.len()
    }

    /// Puts a label on a row.
    pub fn label(&mut self, label: &str, row: u32) {
        let edit = self.labels.entry(label.to_owned()).or_default();
        edit.added.insert(row);
        edit.removed.remove(row);
    }

    /// Takes a label off a row.
    pub fn unlabel(&mut self, label: &str, row: u32) {
        let edit = self.labels.entry(label.to_owned()).or_default();
        edit.removed.insert(row);
        edit.added.remove(row);
    }

    /// Gives a row these captions in place of all that it has.
    pub fn caption(&mut self, row: u32, captions: Arc<[String]>) {
        Arc::make_mut(&mut self.captions).insert(row, captions);
    }

    /// The tags of a row, in the order of their ids.
    pub fn tags_of(&self, row: u32) -> Vec<TagId> {
        let borne = self.tags.iter().filter(|(_, rows)| rows.contains(row));
        borne.map(|(tag, _)| *tag).collect()
    }

    /// Every row that bears a tag.
    pub(crate) fn tagged(&self) -> RoaringBitmap {
        self.tags.values().union()
    }
}
