//! What comparing remembers from one generation to the next.
//!
//! It lies among the blobs, written before its generation is published and taken away with it.
//! One that is missing, cut short or of another make costs a comparison of all pictures, and no
//! truth: it is told in the log, if at all.

use std::io::{self, Read, Seek};

use fs_err::File;
use lamina_analysis::Memory;
use lamina_model::{Dataset, DatasetId, Generation};
use lamina_store::Error as StoreError;

use crate::{Engine, Error};

fn folder(dataset: DatasetId) -> String {
    format!("datasets/{dataset}/comparisons")
}

fn key(dataset: DatasetId, generation: Generation) -> String {
    format!("{}/{}", folder(dataset), generation.0)
}

/// What the generation remembers that readers see.
pub(super) async fn recall(engine: &Engine, dataset: &Dataset) -> Option<Memory> {
    let key = key(dataset.id, dataset.generation?);
    let bytes = match engine.store().blobs().get(&key).await {
        Ok(bytes) => bytes,
        Err(cause) => {
            tracing::debug!(dataset.id = %dataset.id, error = &cause as &dyn std::error::Error,
                "nothing is remembered of the last comparison");
            return None;
        }
    };
    let read = tokio::task::spawn_blocking(move || Memory::from_bytes(&bytes)).await;
    let memory = read.ok().flatten();
    if memory.is_none() {
        tracing::warn!(dataset.id = %dataset.id, key,
            "what is remembered of the last comparison cannot be read; comparing all pictures");
    }
    memory
}

/// Keeps what a generation remembers, before it is published: all of a file.
pub(super) async fn keep(
    engine: &Engine,
    dataset: DatasetId,
    generation: Generation,
    written: io::Result<File>,
) {
    let read = tokio::task::spawn_blocking(move || {
        let mut file = written?;
        file.rewind()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    });
    let kept = match read.await {
        Ok(Ok(bytes)) => {
            let blobs = engine.store().blobs();
            let kept = blobs.put(&key(dataset, generation), bytes.into()).await;
            kept.map_err(Error::from)
        }
        Ok(Err(cause)) => Err(StoreError::from(cause).into()),
        Err(cause) => Err(Error::internal(cause)),
    };
    if let Err(cause) = kept {
        tracing::warn!(dataset.id = %dataset, error = &cause as &dyn std::error::Error,
            "cannot keep what comparing found; the next run compares all pictures");
    }
}

/// Takes away what earlier generations of a dataset remember. The job has ended by then, and the
/// next one may have written what its own generation remembers.
pub(super) async fn forget_before(engine: &Engine, dataset: DatasetId, generation: Generation) {
    let blobs = engine.store().blobs();
    let swept = async {
        for blob in blobs.list(&folder(dataset)).await? {
            let number = blob
                .key
                .rsplit('/')
                .next()
                .and_then(|name| name.parse().ok());
            if number.is_some_and(|number: i64| number < generation.0) {
                blobs.delete(&blob.key).await?;
            }
        }
        Ok::<_, lamina_store::Error>(())
    };
    if let Err(cause) = swept.await {
        tracing::warn!(dataset.id = %dataset, error = &cause as &dyn std::error::Error,
            "cannot sweep what old generations remember");
    }
}
