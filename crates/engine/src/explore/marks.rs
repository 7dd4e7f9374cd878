//! Tags, labels and captions as they were at one moment, by row of an index.
//!
//! They are read whole once a process and index; later moments are reached by laying the steps
//! since over that, and earlier ones by taking steps off again. So a walk through pages sees one
//! moment, whatever is tagged meanwhile.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use lamina_model::{DatasetId, Generation, TagId};
use lamina_search::{GenerationIndex, Overlay};
use lamina_store::{StepMark, StepRow};

use super::open::Opened;
use crate::{Engine, Error};

/// Moments kept in memory, of all datasets together.
const MOST_KEPT: usize = 24;
/// Rows read from the store at a time.
const PAGE: usize = 8192;

/// Tags and labels at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    /// The number of the moment.
    pub version: i64,
    /// What is laid over the index.
    pub overlay: Overlay,
}

/// Moments by dataset and generation, the one asked last at the end.
#[derive(Debug, Default)]
pub(crate) struct MarksCache(Mutex<VecDeque<(DatasetId, Generation, Arc<Marks>)>>);

impl MarksCache {
    /// The moment with that number, or else the one next to it.
    fn nearest(&self, opened: &Opened, version: i64) -> Option<Arc<Marks>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = opened.index.generation();
        let at = kept
            .iter()
            .enumerate()
            .filter(|(_, (dataset, of, _))| *dataset == opened.dataset && *of == generation)
            .min_by_key(|(_, (.., marks))| marks.version.abs_diff(version))
            .map(|(at, _)| at)?;
        let entry = kept.remove(at)?;
        let marks = Arc::clone(&entry.2);
        kept.push_back(entry);
        Some(marks)
    }

    fn remember(&self, opened: &Opened, marks: &Arc<Marks>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = opened.index.generation();
        kept.push_back((opened.dataset, generation, Arc::clone(marks)));
        while kept.len() > MOST_KEPT {
            kept.pop_front();
        }
    }
}

/// Lays what a step did over an overlay, or takes it off again.
fn apply(overlay: &mut Overlay, index: &GenerationIndex, row: &StepRow, forward: bool) {
    let Some(at) = index.row_of(row.media) else {
        return;
    };
    let add = row.added == forward;
    match &row.mark {
        StepMark::Label(label) if add => overlay.label(label, at),
        StepMark::Label(label) => overlay.unlabel(label, at),
        StepMark::Tag(tag) => {
            if let Ok(tag) = tag.parse::<TagId>() {
                let rows = overlay.tags.entry(tag).or_default();
                if add {
                    rows.insert(at);
                } else {
                    rows.remove(at);
                }
            }
        }
        StepMark::Captions { before, after } => {
            let captions = if forward { after } else { before };
            overlay.caption(at, Arc::clone(captions));
        }
    }
}

impl Engine {
    /// The tags and labels at the moment with a number.
    pub(super) async fn marks_at(
        &self,
        opened: &Opened,
        version: i64,
    ) -> Result<Arc<Marks>, Error> {
        let cache = &self.parts().indexes.marks;
        let near = cache.nearest(opened, version);
        if let Some(near) = &near {
            if near.version == version {
                return Ok(Arc::clone(near));
            }
            let (from, to) = (near.version.min(version), near.version.max(version));
            let known = self.store().steps_between(opened.dataset, from, to).await?;
            if u64::try_from(to - from) == Ok(known) {
                let mut marks = Marks::clone(near);
                self.move_marks(opened, &mut marks, version).await?;
                let marks = Arc::new(marks);
                cache.remember(opened, &marks);
                return Ok(marks);
            }
        }
        let mut marks = self.read_marks(opened).await?;
        self.move_marks(opened, &mut marks, version).await?;
        let marks = Arc::new(marks);
        cache.remember(opened, &marks);
        Ok(marks)
    }

    async fn read_marks(&self, opened: &Opened) -> Result<Marks, Error> {
        let store = self.store();
        let before = store.dataset(opened.dataset).await?.marks_version;
        let mut overlay = Overlay::default();
        let mut last = None;
        loop {
            let page = store.tagged_after(opened.dataset, last, PAGE).await?;
            last = page.last().copied();
            let more = page.len() == PAGE;
            for (tag, media) in page {
                if let Some(row) = opened.index.row_of(media) {
                    overlay.tags.entry(tag).or_default().insert(row);
                }
            }
            if !more {
                break;
            }
        }
        // Whoever changed tags while they were read left steps: laid over what was read, in
        // their order, they give the last state whichever of them was seen.
        let after = store.dataset(opened.dataset).await?.marks_version;
        let from = before.min(opened.marks_version);
        let rows = self.steps(opened, from, after).await?;
        for row in &rows {
            let since = match row.mark {
                StepMark::Tag(_) => before,
                // The index knows those of its moment.
                StepMark::Label(_) | StepMark::Captions { .. } => opened.marks_version,
            };
            if row.version > since {
                apply(&mut overlay, &opened.index, row, true);
            }
        }
        Ok(Marks {
            version: after,
            overlay,
        })
    }

    async fn steps(&self, opened: &Opened, from: i64, to: i64) -> Result<Vec<StepRow>, Error> {
        let mut rows: Vec<StepRow> = Vec::new();
        loop {
            let page = self
                .store()
                .step_rows(opened.dataset, from, to, rows.last(), PAGE)
                .await?;
            rows.extend(page.rows);
            if !page.more {
                return Ok(rows);
            }
        }
    }

    async fn move_marks(
        &self,
        opened: &Opened,
        marks: &mut Marks,
        version: i64,
    ) -> Result<(), Error> {
        let forward = version >= marks.version;
        let (from, to) = (marks.version.min(version), marks.version.max(version));
        let rows = self.steps(opened, from, to).await?;
        if forward {
            for row in &rows {
                apply(&mut marks.overlay, &opened.index, row, true);
            }
        } else {
            for row in rows.iter().rev() {
                apply(&mut marks.overlay, &opened.index, row, false);
            }
        }
        marks.version = version;
        Ok(())
    }
}
