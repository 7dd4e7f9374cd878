//! The pictures of an export, as the index knows them.

use lamina_model::{ClusterId, IssueKind, MediaId, SourcePath, Timestamp};
use lamina_search::RowSet;
use uuid::Uuid;

use super::wanted::Wanted;
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
    /// Its group of copies, and its likeness to the one to keep.
    pub(crate) copies: Option<(Uuid, f32)>,
}

impl Engine {
    /// The pictures that lie in some part, in the order of their paths.
    pub(crate) async fn export_items(
        &self,
        scope: &DatasetScope,
        parts: &[ExportPart],
    ) -> Result<Vec<Item>, Error> {
        let parts = parts.to_vec();
        // Areas of the map must be drawn before they can be asked for.
        let mut all = Wanted::default();
        for part in &parts {
            if let ExportPart::Matching { wanted, .. } = part {
                all.areas.extend(wanted.areas.iter().cloned());
            }
        }
        let dataset = scope.id();
        let found = self.ask_for(scope, all, move |seen, _| {
            let index = &seen.index;
            let mut rows = RowSet::none(index.rows());
            for part in &parts {
                match part {
                    ExportPart::Media(ids) => {
                        for row in ids.iter().filter_map(|id| index.row_of(*id)) {
                            rows.insert(row);
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
            let item = |row: u32| {
                let tile = index.tile(row);
                let copies = seen.copies.family_of(row).map(|family| {
                    let name = format!("{dataset}/{}", seen.group_id(family.number));
                    let mut bytes = [0; 16];
                    bytes.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
                    let id = uuid::Builder::from_custom_bytes(bytes).into_uuid();
                    (id, seen.copies.likeness(row))
                });
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
                    copies,
                }
            };
            Ok(rows.iter().map(item).collect())
        });
        Ok(found.await?.unwrap_or_default())
    }
}
