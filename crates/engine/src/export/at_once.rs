//! The whole document of a small dataset, for callers that do not wait for a job.

use std::collections::BTreeSet;

use lamina_model::ExportId;
use lamina_store::Export;

use super::{
    ask::DONE,
    document,
    item::{Item, Said},
    work::PART,
};
use crate::{Caller, DatasetScope, Engine, Error, ExportPart, Wanted};

impl Engine {
    /// The whole document of a dataset that has at most so many pictures. They are counted before
    /// any of them is read, so that what is refused costs nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] while there is no generation, or the dataset has more pictures.
    pub async fn export_document(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        base_url: &str,
        most: usize,
    ) -> Result<String, Error> {
        scope.shown()?;
        let everything = [ExportPart::Matching {
            wanted: Box::new(Wanted::default()),
            except: BTreeSet::new(),
        }];
        let count = self.count_export(scope, &everything).await?;
        if count > most as u64 {
            return Err(Error::Conflict {
                code: "too_large",
                why: format!(
                    "the dataset has {count} pictures; above {most}, ask for export_context_async"
                ),
            });
        }
        let items = self.export_items(scope, &everything).await?;
        let now = self.clock().now();
        let about = Export {
            id: ExportId::new(self.clock(), self.chance()),
            dataset_id: scope.id(),
            made_by: caller.user_id(),
            made_by_name: self.name_of(caller).await,
            created_at: now,
            wish: String::new(),
            file_name: String::new(),
            status: DONE.to_owned(),
            progress: 1.0,
            entities: items.len() as u64,
            message: None,
            size_bytes: None,
            content_hash: None,
            finished_at: None,
            expires_at: None,
        };
        let mut text = document::head(&about, scope.dataset(), base_url, now);
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let part: Vec<Item> = items.by_ref().take(PART).collect();
            let said = self.said_of(scope, &part).await?;
            let (dataset, base) = (scope.shared(), base_url.to_owned());
            let written = tokio::task::spawn_blocking(move || {
                let one = |(item, said): (Item, Said)| {
                    document::media_item(&dataset, &base, &(item, said, String::new()), false)
                };
                let all: Vec<String> = part.into_iter().zip(said).map(one).collect();
                all.join(",")
            });
            text.push_str(&written.await.map_err(Error::internal)?);
            if items.peek().is_some() {
                text.push(',');
            }
        }
        text.push_str(document::TAIL);
        Ok(text)
    }
}
