//! The pictures of an export, as the index knows them.

use std::collections::HashSet;

use lamina_model::{ClusterId, IssueKind, MediaId, SourcePath, Timestamp};
use lamina_search::RowSet;

use super::{
    levels::{self, AtLevel},
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
}

/// Pictures of a ranked export at most.
const MOST_RANKED: usize = 100_000;

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
        let mut parts = parts.to_vec();
        let Some(opened) = self.opened(scope).await? else {
            return Ok(Vec::new());
        };
        let mut filters = Vec::new();
        for part in &mut parts {
            if let ExportPart::Matching { wanted, .. } = part {
                self.check_areas(scope, &opened, wanted).await?;
                filters.push(&mut wanted.filter);
            }
        }
        let version = scope.dataset().marks_version;
        let seen = self.seen(opened, version, &mut filters).await?;
        let dataset = scope.id();
        let found = tokio::task::spawn_blocking(move || {
            let index = &seen.index;
            let mut rows = RowSet::none(index.rows());
            let mut ranked: Vec<(u32, f32)> = Vec::new();
            for part in &parts {
                match part {
                    ExportPart::Media(ids) => {
                        for row in ids.iter().filter_map(|id| index.row_of(*id)) {
                            rows.insert(row);
                        }
                    }
                    ExportPart::Ranked(media) => {
                        for (id, distance) in media {
                            let row = index.row_of(*id).filter(|row| !rows.contains(*row));
                            if let Some(row) = row {
                                rows.insert(row);
                                ranked.push((row, *distance));
                            }
                        }
                    }
                    ExportPart::Matching { wanted, except } => {
                        let mut some = seen.rows_of(wanted);
                        let mut left_out = RowSet::none(index.rows());
                        for row in except.iter().filter_map(|id| index.row_of(*id)) {
                            left_out.insert(row);
                        }
                        some.remove(&left_out);
                        rows.add(&some);
                    }
                }
            }
            let name = |number: usize, level: f64| {
                levels::group_id(dataset, &seen.group_id(number), level)
            };
            let mut levels = levels::of(&seen.copies, index.rows(), &rows, name);
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
                }
            };
            let mut items: Vec<Item> = Vec::with_capacity(rows.len() as usize);
            for (row, distance) in &ranked {
                items.push(item(*row, Some(*distance)));
            }
            let taken: HashSet<u32> = ranked.iter().map(|(row, _)| *row).collect();
            let others = rows.iter().filter(|row| !taken.contains(row));
            items.extend(others.map(|row| item(row, None)));
            items
        });
        found.await.map_err(Error::internal)
    }
}
