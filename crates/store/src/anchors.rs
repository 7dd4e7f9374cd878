//! Pictures uploaded to search with: their vectors, not their pixels.

use lamina_model::{AnchorId, DatasetId, Timestamp};

use crate::{
    Store,
    db::{read, write},
    error::{Error, Result},
};

impl Store {
    /// Keeps the vector of a picture that was uploaded to search with.
    ///
    /// # Errors
    /// `NotFound` when the dataset is gone.
    pub async fn insert_anchor(
        &self,
        dataset: DatasetId,
        id: AnchorId,
        model: &str,
        content_hash: &[u8; 32],
        vector: &[f32],
        at: Timestamp,
    ) -> Result<()> {
        let bytes: Vec<u8> = vector
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        write!(&self.db, pool => {
            sqlx::query(
                "INSERT INTO anchors (id, dataset_id, created_at_us, model, content_hash, vector)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(id.as_uuid())
            .bind(dataset.as_uuid())
            .bind(at.as_micros())
            .bind(model)
            .bind(content_hash.as_slice())
            .bind(bytes)
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The vector of an uploaded picture, and the model that made it.
    ///
    /// # Errors
    /// `NotFound` when the dataset has none of that id.
    pub async fn anchor(&self, dataset: DatasetId, id: AnchorId) -> Result<(String, Vec<f32>)> {
        let row = read!(&self.db, pool => {
            sqlx::query_as::<_, (String, Vec<u8>)>(
                "SELECT model, vector FROM anchors WHERE id = $1 AND dataset_id = $2",
            )
            .bind(id.as_uuid())
            .bind(dataset.as_uuid())
            .fetch_optional(pool)
            .await?
        });
        let (model, bytes) = row.ok_or(Error::NotFound { what: "anchor" })?;
        let (values, _) = bytes.as_chunks::<4>();
        Ok((
            model,
            values
                .iter()
                .map(|value| f32::from_le_bytes(*value))
                .collect(),
        ))
    }

    /// Forgets uploaded pictures that are older than a moment.
    pub async fn forget_anchors(&self, before: Timestamp) -> Result<()> {
        write!(&self.db, pool => {
            sqlx::query("DELETE FROM anchors WHERE created_at_us < $1")
                .bind(before.as_micros())
                .execute(pool)
                .await?;
        });
        Ok(())
    }
}
