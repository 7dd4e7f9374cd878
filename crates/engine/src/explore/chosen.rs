//! Which pictures, and which boxes in them, the parts of an export mean.

use std::collections::{BTreeSet, HashMap};

use lamina_model::{MediaId, ObjectId};
use lamina_search::RowSet;

use super::{open::Seen, wanted::Wanted};
use crate::{DatasetScope, Engine, Error, ExportPart};

/// What the parts of an export mean.
#[derive(Debug)]
pub(super) struct Chosen {
    /// The pictures.
    pub rows: RowSet,
    /// Those of them that something ranked, in its order, with their distances.
    pub ranked: Vec<(u32, f32)>,
    /// Of pictures that were asked for by their boxes alone: those boxes.
    pub boxes: HashMap<u32, BTreeSet<ObjectId>>,
}

impl Chosen {
    fn rank(&mut self, row: u32, distance: f32) {
        if !self.rows.contains(row) {
            self.rows.insert(row);
            self.ranked.push((row, distance));
        }
    }
}

impl Seen {
    fn chosen(&self, parts: &[ExportPart]) -> Result<Chosen, Error> {
        let mut all = Chosen {
            rows: RowSet::none(self.index.rows()),
            ranked: Vec::new(),
            boxes: HashMap::new(),
        };
        let mut whole = RowSet::none(self.index.rows());
        for part in parts {
            match part {
                ExportPart::Media(ids) => whole.add(&self.rows_with(ids)),
                ExportPart::Ranked(media) => {
                    for (id, distance) in media {
                        if let Some(row) = self.index.row_of(*id) {
                            whole.insert(row);
                            all.rank(row, *distance);
                        }
                    }
                }
                ExportPart::Matching { wanted, except } => {
                    let mut some = self.rows_of(wanted);
                    some.remove(&self.rows_with(except));
                    whole.add(&some);
                }
                ExportPart::Objects(part) => {
                    for (row, id) in self.boxes_of(part)? {
                        all.rows.insert(row);
                        all.boxes.entry(row).or_default().insert(id);
                    }
                }
                ExportPart::RankedObjects(boxes) => {
                    let rows = self.rows_of_boxes(boxes);
                    for (id, distance) in boxes {
                        if let Some(row) = rows.get(id) {
                            // A picture stands where its closest box does.
                            all.rank(*row, *distance);
                            all.boxes.entry(*row).or_default().insert(*id);
                        }
                    }
                }
            }
        }
        all.boxes.retain(|row, _| !whole.contains(*row));
        all.rows.add(&whole);
        Ok(all)
    }

    fn rows_with(&self, ids: &BTreeSet<MediaId>) -> RowSet {
        let mut rows = RowSet::none(self.index.rows());
        for row in ids.iter().filter_map(|id| self.index.row_of(*id)) {
            rows.insert(row);
        }
        rows
    }
}

fn pictures_of(part: &mut ExportPart) -> Option<&mut Wanted> {
    match part {
        ExportPart::Matching { wanted, .. } => Some(&mut **wanted),
        ExportPart::Objects(part) => Some(&mut part.wanted.pictures),
        ExportPart::Media(_) | ExportPart::Ranked(_) | ExportPart::RankedObjects(_) => None,
    }
}

impl Engine {
    /// Asks about what the parts of an export mean, away from the threads that serve requests;
    /// nothing before the first generation.
    pub(super) async fn ask_of_parts<T: Send + 'static>(
        &self,
        scope: &DatasetScope,
        parts: &[ExportPart],
        question: impl FnOnce(&Seen, Chosen) -> T + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let mut parts = parts.to_vec();
        let Some(opened) = self.opened(scope).await? else {
            return Ok(None);
        };
        let mut filters = Vec::new();
        for wanted in parts.iter_mut().filter_map(pictures_of) {
            self.check_areas(scope, &opened, wanted).await?;
            filters.push(&mut wanted.filter);
        }
        let version = scope.dataset().marks_version;
        let seen = self.seen(opened, version, &mut filters).await?;
        let answered = tokio::task::spawn_blocking(move || {
            let chosen = seen.chosen(&parts)?;
            Ok::<_, Error>(question(&seen, chosen))
        });
        answered.await.map_err(Error::internal)?.map(Some)
    }
}
