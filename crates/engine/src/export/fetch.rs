//! How an export stands, the link to its archive, and the archive part by part.

use bytes::Bytes;
use lamina_model::{DatasetId, ExportId, JobId, JobKind, JobState, Timestamp};
use lamina_store::Export;

use super::{
    ask::{DONE, FAILED, INIT, RUNNING},
    work::key,
};
use crate::{DatasetScope, Engine, Error, access::shorten, error::OrNothing};

/// How long a link counts.
const LINK_SECONDS: i64 = 86_400;
/// The setting with the secret that signs links.
const SECRET: &str = "export_link_secret";

/// How an export stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportState {
    /// The export.
    pub export: Export,
    /// Until when a link counts, in seconds since 1970, and what proves it; nothing before the
    /// archive is there and after it was taken away.
    pub link: Option<(i64, String)>,
}

/// An archive.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportFile {
    /// The export.
    pub export: Export,
    /// Bytes of the archive.
    pub size_bytes: u64,
    /// BLAKE3 of the archive.
    pub content_hash: Vec<u8>,
}

impl Engine {
    /// How an export stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such export.
    pub async fn export_state(&self, scope: &DatasetScope, id: &str) -> Result<ExportState, Error> {
        let found = self.find_export(scope.id(), id).await?;
        let (export, _) = self.as_it_stands(found).await?;
        Ok(ExportState {
            link: self.link_of(&export).await?,
            export,
        })
    }

    /// The export with what became of the job that writes it, and that job while it does: a job
    /// that gave up, was stopped or is gone leaves its export as it was.
    pub(super) async fn as_it_stands(
        &self,
        mut export: Export,
    ) -> Result<(Export, Option<JobId>), Error> {
        if export.status != INIT && export.status != RUNNING {
            return Ok((export, None));
        }
        let subject = export.id.to_string();
        let job = self
            .store()
            .latest_job(export.dataset_id, JobKind::Export, &subject)
            .await?;
        let message = match job {
            Some(job) if job.state == JobState::Failed => job.error,
            Some(job) if job.state == JobState::Cancelled => Some("stopped on request".to_owned()),
            Some(job) => return Ok((export, Some(job.id))),
            None => Some("the task that wrote it is gone; ask for the export again".to_owned()),
        };
        FAILED.clone_into(&mut export.status);
        export.message = message;
        Ok((export, None))
    }

    /// Until when a link to the archive counts, and what proves it; nothing where there is none.
    pub(super) async fn link_of(&self, export: &Export) -> Result<Option<(i64, String)>, Error> {
        if export.status != DONE || export.size_bytes.is_none() {
            return Ok(None);
        }
        let until = self.clock().now().plus_seconds(LINK_SECONDS).as_micros() / 1_000_000;
        Ok(Some((until, self.link_proof(export, until).await?)))
    }

    /// The archive behind a link, for whoever holds the link, or may see the dataset.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, it was taken away, or the link counts no more.
    pub async fn export_file(
        &self,
        dataset: &str,
        id: &str,
        scope: Option<&DatasetScope>,
        link: Option<(i64, &str)>,
    ) -> Result<ExportFile, Error> {
        let not_found = || Error::NotFound {
            what: "export",
            id: shorten(id),
        };
        let dataset: DatasetId = dataset.parse().map_err(|_| not_found())?;
        let export = self.find_export(dataset, id).await?;
        if scope.is_none_or(|scope| scope.id() != dataset) {
            let (until, proof) = link.ok_or_else(not_found)?;
            let right = self.link_proof(&export, until).await?;
            // Hashes are compared, so that the time taken tells nothing of the right one.
            let same = blake3::hash(right.as_bytes()) == blake3::hash(proof.as_bytes());
            let now = self.clock().now();
            if !same || now > Timestamp::from_micros(until.saturating_mul(1_000_000)) {
                return Err(not_found());
            }
        }
        match (export.size_bytes, export.content_hash.clone()) {
            (Some(size_bytes), Some(content_hash)) => Ok(ExportFile {
                export,
                size_bytes,
                content_hash,
            }),
            _ => Err(not_found()),
        }
    }

    /// Bytes of an archive.
    ///
    /// # Errors
    /// [`Error::Internal`] when it was taken away meanwhile.
    pub async fn export_bytes(
        &self,
        file: &ExportFile,
        offset: u64,
        length: u64,
    ) -> Result<Bytes, Error> {
        let blobs = self.store().blobs();
        Ok(blobs.get_range(&key(&file.export), offset, length).await?)
    }

    async fn find_export(&self, dataset: DatasetId, id: &str) -> Result<Export, Error> {
        let not_found = || Error::NotFound {
            what: "export",
            id: shorten(id),
        };
        let export: ExportId = id.parse().map_err(|_| not_found())?;
        let found = self.store().export(dataset, export).await.or_nothing()?;
        found.ok_or_else(not_found)
    }

    async fn link_proof(&self, export: &Export, until: i64) -> Result<String, Error> {
        let mut fresh = [0; 32];
        self.chance().fill(&mut fresh);
        let fresh = blake3::Hash::from_bytes(fresh).to_hex().to_string();
        let secret = self.store().setting_or_insert(SECRET, &fresh).await?;
        let key = blake3::Hash::from_hex(secret.as_bytes()).map_err(Error::internal)?;
        let text = format!("{}/{}/{until}", export.dataset_id, export.id);
        let proof = blake3::keyed_hash(key.as_bytes(), text.as_bytes());
        Ok(proof.to_hex().to_string())
    }
}
