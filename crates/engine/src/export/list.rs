//! The exports of a dataset, and taking one away.

use lamina_model::{ExportId, JobId};

use super::{
    ask::{ExportWish, INIT, RUNNING},
    fetch::ExportState,
    work::key,
};
use crate::{DatasetScope, Engine, Error, ExportFormat, access::shorten, error::OrNothing};

/// An export in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedExport {
    /// How it stands.
    pub state: ExportState,
    /// How it is written down; nothing for what an older program wrote.
    pub format: Option<ExportFormat>,
    /// Whether the files of the pictures come along.
    pub with_files: bool,
    /// The job that writes it, while it does.
    pub job: Option<JobId>,
}

impl Engine {
    /// The exports of a dataset, the newest first, from the one at `offset` on, and how many there
    /// are.
    ///
    /// # Errors
    /// [`Error::Internal`] when the store fails.
    pub async fn exports(
        &self,
        scope: &DatasetScope,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<ListedExport>, u64), Error> {
        let (exports, total) = self.store().exports(scope.id(), offset, limit).await?;
        let mut listed = Vec::with_capacity(exports.len());
        for export in exports {
            let (export, writer) = self.as_it_stands(export).await?;
            let wish: Option<ExportWish> = serde_json::from_str(&export.wish).ok();
            listed.push(ListedExport {
                format: wish.as_ref().map(|wish| wish.format),
                with_files: wish.is_some_and(|wish| wish.with_files),
                job: writer,
                state: ExportState {
                    link: self.link_of(&export).await?,
                    export,
                },
            });
        }
        Ok((listed, total))
    }

    /// Takes an export away, its archive with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such export; [`Error::Conflict`] while it is
    /// being written.
    pub async fn delete_export(&self, scope: &DatasetScope, id: &str) -> Result<(), Error> {
        let ExportState { export, .. } = self.export_state(scope, id).await?;
        if export.status == INIT || export.status == RUNNING {
            return Err(Error::Conflict {
                code: "export_running",
                why: "the export is still being written; stop its task first, or wait".to_owned(),
            });
        }
        self.store().blobs().delete(&key(&export)).await?;
        let gone = self.store().delete_export(scope.id(), export.id);
        let not_found = || Error::NotFound {
            what: "export",
            id: shorten(&ExportId::to_string(&export.id)),
        };
        gone.await.or_nothing()?.ok_or_else(not_found)
    }
}
