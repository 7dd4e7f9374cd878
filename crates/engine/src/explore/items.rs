//! The pictures of an export, as the index knows them.

use std::collections::{BTreeSet, HashSet};

use lamina_model::{ClusterId, IssueKind, MediaId, ObjectId, SourcePath, Timestamp};

use super::{
    levels::{self, AtLevel},
    open::Seen,
    rank::Rank,
    wanted::Wanted,
};
use crate::{DatasetScope, Engine, Error, ExportPart};

/// What the index knows of a picture.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: MediaId,
    pub(crate) path: SourcePath,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) size_bytes: u64,
    pub(crate) modified_at: Timestamp,
    pub(crate) uniqueness: f32,
    pub(crate) cluster: ClusterId,
    pub(crate) issues: Vec<(IssueKind, f32)>,
    /// How like it is to the copy that is kept in its stead; nothing where it has no copies.
    pub(crate) likeness: Option<f32>,
    /// Its groups of copies, one for each level of likeness at which it has one, the lowest first.
    pub(crate) copies: Vec<AtLevel>,
    /// How far it is from what was asked for, where something ranked the pictures.
    pub(crate) distance: Option<f32>,
    /// The boxes in it that were asked for; nothing where all of it was.
    pub(crate) boxes: Option<BTreeSet<ObjectId>>,
}

/// Pictures or boxes of a ranked export at most.
pub(super) const MOST_RANKED: usize = 100_000;

impl Engine {
    /// The pictures that are wanted in the order of what ranks them, with their distances: the
    /// closest 100,000 at most.
    ///
    /// # Errors
    /// As [`Engine::ranked_grid`].
    pub async fn ranked_media(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        ranks: Vec<Rank>,
    ) -> Result<Vec<(MediaId, f32)>, Error> {
        let found = self.ask_for(scope, wanted, move |seen, wanted| {
            let answer = seen.answer(wanted, &ranks)?;
            let hits = answer.hits().unwrap_or_default();
            let closest = hits.iter().take(MOST_RANKED);
            // The nearest of all may have -0, which readers need not know of.
            let media = closest.map(|hit| (seen.index.media_id(hit.row), hit.distance + 0.0));
            Ok(media.collect())
        });
        Ok(found.await?.unwrap_or_default())
    }

    /// The pictures that lie in some part: those of ranked parts first, in their order, then the
    /// others in the order of their paths.
    pub(crate) async fn export_items(
        &self,
        scope: &DatasetScope,
        parts: &[ExportPart],
    ) -> Result<Vec<Item>, Error> {
        let dataset = scope.id();
        let found = self.ask_of_parts(scope, parts, move |seen, parts| {
            let mut chosen = seen.chosen(parts)?;
            let (index, rows) = (&seen.index, &chosen.rows);
            let name = |number: usize, level: f64| {
                levels::group_id(dataset, &seen.group_id(number), level)
            };
            let mut levels = levels::of(&seen.copies, index.rows(), rows, name);
            let mut item = |row: u32, distance: Option<f32>| {
                let tile = index.tile(row);
                let is_copied = seen.copies.family_of(row).is_some();
                let likeness = is_copied.then(|| seen.copies.likeness(row));
                Item {
                    id: tile.id,
                    path: tile.path,
                    width: tile.width_px,
                    height: tile.height_px,
                    size_bytes: tile.size_bytes,
                    modified_at: tile.modified_at,
                    uniqueness: tile.uniqueness,
                    cluster: seen.clusters(row)[0],
                    issues: index.issues(row),
                    likeness,
                    copies: levels.remove(&row).unwrap_or_default(),
                    distance,
                    boxes: chosen.boxes.remove(&row),
                }
            };
            let mut items: Vec<Item> = Vec::with_capacity(rows.len() as usize);
            for (row, distance) in &chosen.ranked {
                items.push(item(*row, Some(*distance)));
            }
            let taken: HashSet<u32> = chosen.ranked.iter().map(|(row, _)| *row).collect();
            let others = rows.iter().filter(|row| !taken.contains(row));
            items.extend(others.map(|row| item(row, None)));
            Ok(items)
        });
        Ok(found.await?.unwrap_or_default())
    }

    /// How many pictures lie in some part.
    pub(crate) async fn count_export(
        &self,
        scope: &DatasetScope,
        parts: &[ExportPart],
    ) -> Result<u64, Error> {
        let found = self.ask_of_parts(scope, parts, Seen::count_chosen);
        Ok(found.await?.unwrap_or_default())
    }
}
