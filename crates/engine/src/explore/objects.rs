//! The boxes in the pictures of a generation: which of them are wanted, by label, page by page.
//!
//! They stand in a file beside the index, 40 bytes a box: `LAMOBJS1`; the number of labels as
//! `u32`, each as its length in `u32` and its UTF-8; then for each box, in the order of the rows:
//! row, number of the label, left, top, width and height in pixels as `u32`, and 16 bytes of id;
//! all little-endian. BLAKE3 of everything before stands at the end. Without the file there are no
//! boxes.

mod exported;
mod found;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::Path,
};

pub use exported::ObjectPart;
use found::Found;
use lamina_model::{ClusterId, DatasetId, Generation, ObjectBox, ObjectId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    open::{Card, Seen},
    rank::Rank,
    wanted::Wanted,
};
use crate::{DatasetScope, Engine, Error};

/// The name of the file.
const FILE: &str = "objects.lamina";
const MAGIC: &[u8; 8] = b"LAMOBJS1";
const BYTES: usize = 40;
const HASH: usize = 32;
/// Boxes of a cluster that a page shows.
const PREVIEWS: usize = 9;
/// Labels that are told with a page.
const MOST_LABELS: usize = 500;

/// One box, by the row of its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    row: u32,
    label: u32,
    sides: [u32; 4],
    id: [u8; 16],
}

/// Every box of a generation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ObjectTable {
    labels: Vec<String>,
    entries: Vec<Entry>,
}

impl ObjectTable {
    /// Adds a box; those of one row come together, rows in order.
    pub(super) fn push(
        &mut self,
        numbers: &mut HashMap<String, u32>,
        row: u32,
        object: &ObjectBox,
    ) {
        let label = *numbers.entry(object.label.clone()).or_insert_with(|| {
            self.labels.push(object.label.clone());
            u32::try_from(self.labels.len() - 1).unwrap_or(u32::MAX)
        });
        let side = |pixels: i64| u32::try_from(pixels.max(0)).unwrap_or(u32::MAX);
        self.entries.push(Entry {
            row,
            label,
            sides: [
                side(object.x_px),
                side(object.y_px),
                object.width_px,
                object.height_px,
            ],
            id: *object.id.as_uuid().as_bytes(),
        });
    }

    /// Writes the file.
    pub(super) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut bytes = Vec::with_capacity(MAGIC.len() + self.entries.len() * BYTES + HASH);
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        bytes.extend(MAGIC);
        bytes.extend(length(self.labels.len()));
        for label in &self.labels {
            bytes.extend(length(label.len()));
            bytes.extend(label.as_bytes());
        }
        for entry in &self.entries {
            bytes.extend(entry.row.to_le_bytes());
            bytes.extend(entry.label.to_le_bytes());
            for side in entry.sides {
                bytes.extend(side.to_le_bytes());
            }
            bytes.extend(entry.id);
        }
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        let file = fs_err::File::create(folder.join(FILE))?;
        std::io::Write::write_all(&mut &file, &bytes)?;
        file.sync_all()
    }

    /// Reads the file of an index with so many rows; nothing where it is damaged.
    pub(super) fn read(folder: &Path, rows: u32) -> std::io::Result<Option<Self>> {
        match fs_err::read(folder.join(FILE)) {
            Ok(bytes) => Ok(Self::parse(&bytes, rows)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Some(Self::default())),
            Err(cause) => Err(cause),
        }
    }

    fn parse(bytes: &[u8], rows: u32) -> Option<Self> {
        let (body, hash) = bytes.split_last_chunk::<HASH>()?;
        if blake3::hash(body) != *hash {
            return None;
        }
        let mut rest = body.strip_prefix(MAGIC)?;
        let number = |rest: &mut &[u8]| {
            let (first, after) = rest.split_first_chunk::<4>()?;
            *rest = after;
            Some(u32::from_le_bytes(*first))
        };
        let mut labels = Vec::new();
        for _ in 0..number(&mut rest)? {
            let length = usize::try_from(number(&mut rest)?).ok()?;
            let (label, after) = rest.split_at_checked(length)?;
            labels.push(std::str::from_utf8(label).ok()?.to_owned());
            rest = after;
        }
        if !rest.len().is_multiple_of(BYTES) {
            return None;
        }
        let entry = |bytes: &[u8]| {
            let part =
                |at: usize| u32::from_le_bytes(std::array::from_fn(|byte| bytes[at * 4 + byte]));
            Entry {
                row: part(0),
                label: part(1),
                sides: [part(2), part(3), part(4), part(5)],
                id: std::array::from_fn(|at| bytes[24 + at]),
            }
        };
        let entries: Vec<Entry> = rest.chunks_exact(BYTES).map(entry).collect();
        let sound = |entry: &Entry| entry.row < rows && (entry.label as usize) < labels.len();
        entries
            .iter()
            .all(sound)
            .then_some(Self { labels, entries })
    }
}

/// Which boxes are wanted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ObjectsWanted {
    /// Those in these pictures.
    pub pictures: Wanted,
    /// Those with any of these labels; all where there is none.
    pub labels: BTreeSet<String>,
    /// Those with none of these.
    pub without_labels: BTreeSet<String>,
}

/// A box as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectCard {
    /// The box.
    pub id: ObjectId,
    /// What it is.
    pub label: String,
    /// Left, top, width and height in pixels of the upright picture.
    pub sides_px: [u32; 4],
    /// The picture.
    pub picture: Card,
    /// How far from what was asked for, 0–2; nothing where nothing ranks.
    pub distance: Option<f32>,
}

/// A page of boxes: the closest first where a search ranks them, else by picture in the order of
/// the paths.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectPage {
    /// Which generation it is of; nothing before the first.
    pub generation: Option<Generation>,
    /// How many boxes are wanted in all.
    pub total: u64,
    /// The boxes.
    pub items: Vec<ObjectCard>,
    /// How many boxes of the pictures wanted have each label, the most frequent first; the labels
    /// asked for left out of account.
    pub labels: Vec<(String, u64)>,
}

/// The boxes with one label.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectCluster {
    /// The cluster; the same for the same label of the same dataset.
    pub id: ClusterId,
    /// The label.
    pub label: String,
    /// How many of the boxes that are wanted have it.
    pub count: u64,
    /// How many pictures they are in.
    pub pictures: u64,
    /// Up to nine of them, the closest first where a search ranks them.
    pub previews: Vec<ObjectCard>,
    /// How far the closest is from what was asked for, 0–2; nothing where nothing ranks.
    pub best: Option<f32>,
}

/// The boxes with one label.
#[derive(Default)]
struct Gathered<'a> {
    count: u64,
    pictures: HashSet<u32>,
    first: Vec<Found<'a>>,
}

/// A distance as it is told: what a picture has to itself is 0, not the -0 that puts it before its
/// copies.
const fn plain(distance: f32) -> f32 {
    distance + 0.0
}

/// The id of the cluster of a label.
fn cluster_of(dataset: DatasetId, label: &str) -> ClusterId {
    let hash = blake3::hash(format!("objects {dataset} {label}").as_bytes());
    let bytes = std::array::from_fn(|at| hash.as_bytes()[at]);
    ClusterId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

impl Seen {
    fn object_card(&self, found: Found<'_>) -> ObjectCard {
        let entry = found.entry;
        ObjectCard {
            distance: found.distance.map(plain),
            id: ObjectId::from_uuid(Uuid::from_bytes(entry.id)),
            label: self.objects.labels[entry.label as usize].clone(),
            sides_px: entry.sides,
            picture: self.card(entry.row),
        }
    }

    /// Whether each label is wanted.
    fn wanted_labels(&self, wanted: &ObjectsWanted) -> Vec<bool> {
        let holds = |label: &String| {
            (wanted.labels.is_empty() || wanted.labels.contains(label))
                && !wanted.without_labels.contains(label)
        };
        self.objects.labels.iter().map(holds).collect()
    }

    fn object_page(
        &self,
        wanted: &ObjectsWanted,
        ranks: &[Rank],
        offset: usize,
        limit: usize,
    ) -> Result<ObjectPage, Error> {
        let labels = self.wanted_labels(wanted);
        let mut counts = vec![0_u64; labels.len()];
        let mut total = 0_usize;
        let mut items = Vec::new();
        for found in self.found_objects(wanted, ranks)? {
            let label = found.entry.label as usize;
            counts[label] += 1;
            if labels[label] {
                if total >= offset && items.len() < limit {
                    items.push(self.object_card(found));
                }
                total += 1;
            }
        }
        let names = self.objects.labels.iter().cloned();
        let mut labels: Vec<(String, u64)> =
            names.zip(counts).filter(|(_, count)| *count > 0).collect();
        labels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        labels.truncate(MOST_LABELS);
        Ok(ObjectPage {
            generation: Some(self.index.generation()),
            total: total as u64,
            items,
            labels,
        })
    }

    fn object_clusters(
        &self,
        wanted: &ObjectsWanted,
        ranks: &[Rank],
    ) -> Result<Vec<ObjectCluster>, Error> {
        let labels = self.wanted_labels(wanted);
        let mut found: BTreeMap<u32, Gathered<'_>> = BTreeMap::new();
        for one in self.found_objects(wanted, ranks)? {
            if !labels[one.entry.label as usize] {
                continue;
            }
            let of_label = found.entry(one.entry.label).or_default();
            of_label.count += 1;
            of_label.pictures.insert(one.entry.row);
            if of_label.first.len() < PREVIEWS {
                of_label.first.push(one);
            }
        }
        let cluster = |(label, of_label): (u32, Gathered<'_>)| {
            let label = &self.objects.labels[label as usize];
            ObjectCluster {
                id: cluster_of(self.dataset, label),
                label: label.clone(),
                count: of_label.count,
                pictures: of_label.pictures.len() as u64,
                best: of_label
                    .first
                    .first()
                    .and_then(|one| one.distance)
                    .map(plain),
                previews: of_label
                    .first
                    .into_iter()
                    .map(|one| self.object_card(one))
                    .collect(),
            }
        };
        let mut clusters: Vec<ObjectCluster> = found.into_iter().map(cluster).collect();
        clusters.sort_by(|a, b| {
            let closest = a.best.unwrap_or(0.0).total_cmp(&b.best.unwrap_or(0.0));
            let most = || b.count.cmp(&a.count);
            closest.then_with(most).then_with(|| a.label.cmp(&b.label))
        });
        Ok(clusters)
    }
}

impl Engine {
    /// Boxes that are wanted, of the pictures that a search finds where there is one, from anywhere
    /// in the order of their paths, and how many have each label.
    ///
    /// # Errors
    /// [`Error::Invalid`] for words that cannot be read; [`Error::Busy`] while the index is being
    /// made again.
    pub async fn objects(
        &self,
        scope: &DatasetScope,
        wanted: ObjectsWanted,
        ranks: Vec<Rank>,
        offset: usize,
        limit: usize,
    ) -> Result<ObjectPage, Error> {
        let pictures = wanted.pictures.clone();
        let found = self.ask_for(scope, pictures, move |seen, _| {
            seen.object_page(&wanted, &ranks, offset, limit)
        });
        Ok(found.await?.unwrap_or_default())
    }

    /// The boxes that are wanted, by label: the closest first where a search ranks them, else the
    /// most frequent; some of the clusters from anywhere in their order, and how many there are in
    /// all.
    ///
    /// # Errors
    /// [`Error::Invalid`] for words that cannot be read; [`Error::Busy`] while the index is being made again.
    pub async fn object_clusters(
        &self,
        scope: &DatasetScope,
        wanted: ObjectsWanted,
        ranks: Vec<Rank>,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<ObjectCluster>, u64), Error> {
        let pictures = wanted.pictures.clone();
        let found = self.ask_for(scope, pictures, move |seen, _| {
            let clusters = seen.object_clusters(&wanted, &ranks)?;
            let total = clusters.len() as u64;
            let page = clusters.into_iter().skip(offset).take(limit);
            Ok((page.collect(), total))
        });
        Ok(found.await?.unwrap_or_default())
    }

    /// Boxes of one cluster that are wanted, in the order of [`Engine::objects`]; nothing where no
    /// label has that cluster.
    ///
    /// # Errors
    /// [`Error::Invalid`] for words that cannot be read; [`Error::Busy`] while the index is being made again.
    pub async fn object_cluster_members(
        &self,
        scope: &DatasetScope,
        mut wanted: ObjectsWanted,
        ranks: Vec<Rank>,
        cluster: ClusterId,
        (offset, limit): (usize, usize),
    ) -> Result<Option<Vec<ObjectCard>>, Error> {
        let pictures = wanted.pictures.clone();
        let found = self.ask_for(scope, pictures, move |seen, _| {
            let labels = seen.objects.labels.iter();
            let mut named = labels.filter(|label| cluster_of(seen.dataset, label) == cluster);
            let Some(label) = named.next() else {
                return Ok(None);
            };
            if !wanted.labels.is_empty() && !wanted.labels.contains(label) {
                return Ok(Some(Vec::new()));
            }
            wanted.labels = BTreeSet::from([label.clone()]);
            Ok(Some(
                seen.object_page(&wanted, &ranks, offset, limit)?.items,
            ))
        });
        Ok(found.await?.flatten())
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::{MarkSource, MediaId};

    use super::*;

    #[test]
    fn reads_what_it_wrote_and_refuses_what_it_did_not() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            ObjectTable::read(folder.path(), 0).unwrap(),
            Some(ObjectTable::default()),
            "without a file there are no boxes"
        );
        let mut table = ObjectTable::default();
        let mut numbers = HashMap::new();
        for (row, label) in [(0, "ship é"), (0, "sail"), (3, "ship é")] {
            let object = ObjectBox {
                id: ObjectId::from_uuid(Uuid::from_u128(u128::from(row) + 7)),
                media_id: MediaId::from_uuid(Uuid::nil()),
                label: label.to_owned(),
                source: MarkSource::Annotation,
                x_px: 1,
                y_px: 70_000,
                width_px: 3,
                height_px: 4,
                original_id: -1,
            };
            table.push(&mut numbers, row, &object);
        }
        table.write(folder.path()).unwrap();
        assert_eq!(table.labels, ["ship é", "sail"]);
        assert_eq!(ObjectTable::read(folder.path(), 4).unwrap(), Some(table));
        assert_eq!(
            ObjectTable::read(folder.path(), 3).unwrap(),
            None,
            "a row too many"
        );
        let file = folder.path().join(FILE);
        let mut bytes = fs_err::read(&file).unwrap();
        bytes[20] ^= 1;
        fs_err::write(&file, &bytes).unwrap();
        assert_eq!(ObjectTable::read(folder.path(), 4).unwrap(), None);
        fs_err::write(&file, b"short").unwrap();
        assert_eq!(ObjectTable::read(folder.path(), 4).unwrap(), None);
    }
}
