//! Which pictures, and which boxes in them, the parts of an export mean.

use std::collections::{BTreeSet, HashMap};

use lamina_model::{MediaId, ObjectId};
use lamina_search::RowSet;

use super::{objects::ObjectPart, open::Seen, wanted::Wanted};
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

/// The pictures that the parts of an export mean.
struct Pictures {
    rows: RowSet,
    ranked: Vec<(u32, f32)>,
    /// Those of them that were not asked for by some of their boxes alone.
    whole: RowSet,
}

impl Pictures {
    fn rank(&mut self, row: u32, distance: f32) {
        if !self.rows.contains(row) {
            self.rows.insert(row);
            self.ranked.push((row, distance));
        }
    }
}

impl Seen {
    /// What the parts of an export mean.
    pub(super) fn chosen(&self, parts: &[ExportPart]) -> Result<Chosen, Error> {
        let mut boxes: HashMap<u32, BTreeSet<ObjectId>> = HashMap::new();
        let pictures = self.pictures_and_boxes(parts, |row, id| {
            boxes.entry(row).or_default().insert(id);
        })?;
        boxes.retain(|row, _| !pictures.whole.contains(*row));
        Ok(Chosen {
            rows: pictures.rows,
            ranked: pictures.ranked,
            boxes,
        })
    }

    /// How many pictures the parts of an export mean.
    pub(super) fn count_chosen(&self, parts: &[ExportPart]) -> Result<u64, Error> {
        let pictures = self.pictures_and_boxes(parts, |_, _| {})?;
        Ok(u64::from(pictures.rows.len()))
    }

    /// The pictures; gives each box on the way that was asked for by itself, with the row of its
    /// picture.
    fn pictures_and_boxes(
        &self,
        parts: &[ExportPart],
        mut give: impl FnMut(u32, ObjectId),
    ) -> Result<Pictures, Error> {
        let mut all = Pictures {
            rows: RowSet::none(self.index.rows()),
            ranked: Vec::new(),
            whole: RowSet::none(self.index.rows()),
        };
        let mut named = BTreeSet::new();
        for part in parts {
            match part {
                ExportPart::Media(ids) => all.whole.add(&self.rows_with(ids)),
                ExportPart::Ranked(media) => {
                    for (id, distance) in media {
                        if let Some(row) = self.index.row_of(*id) {
                            all.whole.insert(row);
                            all.rank(row, *distance);
                        }
                    }
                }
                ExportPart::Matching { wanted, except } => {
                    let mut some = self.rows_of(wanted);
                    some.remove(&self.rows_with(except));
                    all.whole.add(&some);
                }
                ExportPart::Objects(part) => {
                    if let Some(ids) = part.ids_alone() {
                        named.extend(ids.iter().copied());
                    } else if part.is_of_whole_pictures() {
                        all.whole.add(&self.rows_with_boxes(&part.wanted)?);
                    } else {
                        self.each_box(part, |row, id| {
                            all.rows.insert(row);
                            give(row, id);
                        })?;
                    }
                }
                ExportPart::RankedObjects(boxes) => {
                    let rows = self.rows_of_boxes(boxes);
                    for (id, distance) in boxes {
                        if let Some(row) = rows.get(id) {
                            // A picture stands where its closest box does.
                            all.rank(*row, *distance);
                            give(*row, *id);
                        }
                    }
                }
            }
        }
        if !named.is_empty() {
            // One walk over the boxes, however many parts name some.
            let part = ObjectPart {
                only: Some(named),
                ..ObjectPart::default()
            };
            self.each_box(&part, |row, id| {
                all.rows.insert(row);
                give(row, id);
            })?;
        }
        all.rows.add(&all.whole);
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
    /// Asks about the parts of an export, as they are to be understood at the moment, away from
    /// the threads that serve requests; nothing before the first generation.
    pub(super) async fn ask_of_parts<T: Send + 'static>(
        &self,
        scope: &DatasetScope,
        parts: &[ExportPart],
        question: impl FnOnce(&Seen, &[ExportPart]) -> Result<T, Error> + Send + 'static,
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
        let answered = tokio::task::spawn_blocking(move || question(&seen, &parts));
        answered.await.map_err(Error::internal)?.map(Some)
    }
}
