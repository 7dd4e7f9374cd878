//! Taking away what nothing speaks of any more, in steps small enough to hold up nobody.

use std::collections::{BTreeMap, HashSet};

use lamina_model::{DatasetId, SegmentId, Timestamp};
use uuid::Uuid;

use crate::{
    Store,
    blobs::BlobInfo,
    convert::limit,
    db::{read, write},
    error::Result,
    segments::segments_prefix,
};

/// Where the blobs of datasets lie.
const DATASETS_PREFIX: &str = "datasets";
const ROWS_PER_STEP: usize = 2000;

/// What a sweep took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Packs whose rows went.
    pub segments: u64,
    /// Blobs removed.
    pub blobs: u64,
    /// Bytes of those blobs.
    pub bytes: u64,
}

impl Swept {
    fn add(&mut self, blob: &BlobInfo) {
        self.blobs += 1;
        self.bytes += blob.size_bytes;
    }
}

/// Deletes some rows of a dataset; both databases lack or differ in `DELETE … LIMIT`.
const REMOVE_ROWS: [&str; 23] = [
    "DELETE FROM metadata_values WHERE (dataset_id, field_id, media_id, position) IN
         (SELECT dataset_id, field_id, media_id, position FROM metadata_values
          WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM metadata_fields WHERE id IN
         (SELECT id FROM metadata_fields WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM media_tags WHERE (dataset_id, tag_id, media_id) IN
         (SELECT dataset_id, tag_id, media_id FROM media_tags WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM media_labels WHERE (dataset_id, media_id, label) IN
         (SELECT dataset_id, media_id, label FROM media_labels WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM media_captions WHERE (dataset_id, media_id, position) IN
         (SELECT dataset_id, media_id, position FROM media_captions WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM media_objects WHERE id IN
         (SELECT id FROM media_objects WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM annotation_problems WHERE (dataset_id, position, number) IN
         (SELECT dataset_id, position, number FROM annotation_problems WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM annotation_files WHERE (dataset_id, position) IN
         (SELECT dataset_id, position FROM annotation_files WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM mark_step_rows WHERE (dataset_id, version, kind, mark, media_id) IN
         (SELECT dataset_id, version, kind, mark, media_id FROM mark_step_rows WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM mark_step_texts WHERE (dataset_id, version, number) IN
         (SELECT dataset_id, version, number FROM mark_step_texts WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM mark_steps WHERE (dataset_id, version) IN
         (SELECT dataset_id, version FROM mark_steps WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM mark_changes WHERE id IN
         (SELECT id FROM mark_changes WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM tag_former_names WHERE (dataset_id, name_folded) IN
         (SELECT dataset_id, name_folded FROM tag_former_names WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM tags WHERE id IN (SELECT id FROM tags WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM exports WHERE id IN (SELECT id FROM exports WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM anchors WHERE id IN (SELECT id FROM anchors WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM files WHERE (dataset_id, path_head, path_tail_hash) IN
         (SELECT dataset_id, path_head, path_tail_hash FROM files
          WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM media WHERE id IN (SELECT id FROM media WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM segments WHERE id IN (SELECT id FROM segments WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM dataset_members WHERE (dataset_id, user_id) IN
         (SELECT dataset_id, user_id FROM dataset_members WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM kept_copies WHERE (dataset_id, media_id) IN
         (SELECT dataset_id, media_id FROM kept_copies WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM saved_views WHERE id IN
         (SELECT id FROM saved_views WHERE dataset_id = $1 LIMIT $2)",
    "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE dataset_id = $1 LIMIT $2)",
];

impl Store {
    /// Removes packs of a dataset that no picture points into, and blobs of packs that have no
    /// row, both only if written before a moment: later ones may belong to a batch that is
    /// being applied just now.
    pub async fn sweep_segments(
        &self,
        dataset: DatasetId,
        written_before: Timestamp,
    ) -> Result<Swept> {
        let mut swept = Swept::default();
        // Blobs are listed before rows are read: a pack that gets its row in between is known.
        let mut packs: BTreeMap<String, Vec<BlobInfo>> = BTreeMap::new();
        let prefix = segments_prefix(dataset);
        for blob in self.blobs.list(&prefix).await? {
            let rest = blob.key.strip_prefix(&prefix).unwrap_or_default();
            let id = rest
                .trim_start_matches('/')
                .split('/')
                .next()
                .unwrap_or_default();
            packs.entry(id.to_owned()).or_default().push(blob);
        }
        let mut known = HashSet::new();
        for segment in self.segments(dataset).await? {
            known.insert(segment.id.to_string());
        }
        for segment in self.unreferenced_segments(dataset).await? {
            if segment.created_at < written_before && self.remove_segment_row(segment.id).await? {
                known.remove(&segment.id.to_string());
                swept.segments += 1;
            }
        }
        for (id, blobs) in packs {
            let old = blobs.iter().all(|blob| blob.modified_at < written_before);
            if !old || known.contains(&id) {
                continue;
            }
            for blob in &blobs {
                self.blobs.delete(&blob.key).await?;
                swept.add(blob);
            }
        }
        Ok(swept)
    }

    async fn remove_segment_row(&self, id: SegmentId) -> Result<bool> {
        let removed = write!(&self.db, pool => {
            sqlx::query(
                "DELETE FROM segments WHERE id = $1
                     AND NOT EXISTS (SELECT 1 FROM media WHERE segment_id = $1)",
            )
            .bind(id.as_uuid())
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok(removed > 0)
    }

    /// Removes the rows and blobs of deleted datasets. May be cut short and called again; gives
    /// how many datasets are gone for good.
    pub async fn purge_deleted(&self) -> Result<u64> {
        let deleted = read!(&self.db, pool => {
            sqlx::query_scalar::<_, Uuid>(
                "SELECT id FROM datasets WHERE deleted_at_us IS NOT NULL ORDER BY deleted_at_us",
            )
            .fetch_all(pool)
            .await?
        });
        let count = deleted.len() as u64;
        for id in deleted {
            self.purge_dataset(DatasetId::from_uuid(id)).await?;
        }
        Ok(count)
    }

    async fn purge_dataset(&self, dataset: DatasetId) -> Result<()> {
        let generations = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>("SELECT number FROM generations WHERE dataset_id = $1")
                .bind(dataset.as_uuid())
                .fetch_all(pool)
                .await?
        });
        for number in generations {
            self.remove_generation(dataset, number).await?;
        }
        for sql in REMOVE_ROWS {
            loop {
                let removed = write!(&self.db, pool => {
                    sqlx::query(sql)
                        .bind(dataset.as_uuid())
                        .bind(limit(ROWS_PER_STEP))
                        .execute(pool)
                        .await?
                        .rows_affected()
                });
                if removed == 0 {
                    break;
                }
            }
        }
        for blob in self
            .blobs
            .list(&format!("{DATASETS_PREFIX}/{dataset}"))
            .await?
        {
            self.blobs.delete(&blob.key).await?;
        }
        write!(&self.db, pool => {
            sqlx::query("DELETE FROM datasets WHERE id = $1 AND deleted_at_us IS NOT NULL")
                .bind(dataset.as_uuid())
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Removes blobs of datasets that have no row at all, if written before a moment.
    pub async fn sweep_orphaned_blobs(&self, written_before: Timestamp) -> Result<Swept> {
        let mut swept = Swept::default();
        for name in self.blobs.folders(DATASETS_PREFIX).await? {
            let Ok(dataset) = name.parse::<DatasetId>() else {
                continue;
            };
            let blobs = self
                .blobs
                .list(&format!("{DATASETS_PREFIX}/{dataset}"))
                .await?;
            let old = blobs.iter().all(|blob| blob.modified_at < written_before);
            if !old || self.has_row(dataset).await? {
                continue;
            }
            for blob in &blobs {
                self.blobs.delete(&blob.key).await?;
                swept.add(blob);
            }
        }
        Ok(swept)
    }

    async fn has_row(&self, dataset: DatasetId) -> Result<bool> {
        let count = read!(&self.db, pool => {
            sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM datasets WHERE id = $1")
                .bind(dataset.as_uuid())
                .fetch_one(pool)
                .await?
        });
        Ok(count > 0)
    }
}
