//! What stands beside a dataset where it is shown: whose it is, its first pictures, the work on it.

use std::collections::HashMap;

use lamina_model::{Dataset, DatasetId, Job, MediaId, UserId};

use crate::{Caller, Engine, Error, Need, Via, error::OrNothing};

/// Pictures that stand for a dataset.
const PREVIEWS: usize = 4;

/// What a list of datasets shows of one.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetCard {
    /// The dataset.
    pub dataset: Dataset,
    /// The address of whoever made it; nothing in local mode, where that person is gone, and for
    /// callers who are nobody.
    pub owner: Option<String>,
    /// Its first pictures, at most four.
    pub previews: Vec<MediaId>,
}

impl Engine {
    /// Gives datasets that the caller may see what is shown beside them.
    pub async fn cards(
        &self,
        caller: &Caller,
        datasets: Vec<Dataset>,
    ) -> Result<Vec<DatasetCard>, Error> {
        let mut owners = HashMap::<Option<UserId>, Option<String>>::new();
        let mut cards = Vec::with_capacity(datasets.len());
        for dataset in datasets {
            let owner = match owners.get(&dataset.created_by) {
                Some(known) => known.clone(),
                None => {
                    let owner = self.owner_of(caller, &dataset).await?;
                    owners.insert(dataset.created_by, owner.clone());
                    owner
                }
            };
            let page = self.store().media_page(dataset.id, None, PREVIEWS).await?;
            cards.push(DatasetCard {
                owner,
                previews: page.items.iter().map(|media| media.id).collect(),
                dataset,
            });
        }
        Ok(cards)
    }

    /// The address of whoever made a dataset, as [`DatasetCard::owner`] tells it.
    pub async fn owner_of(
        &self,
        caller: &Caller,
        dataset: &Dataset,
    ) -> Result<Option<String>, Error> {
        match dataset.created_by {
            Some(id) if is_somebody(caller) => {
                let found = self.store().user(id).await.or_nothing()?;
                Ok(found.map(|user| user.email))
            }
            _ => Ok(None),
        }
    }

    /// The jobs that wait or run just now and whose datasets the caller may see, with those.
    pub async fn live_jobs(&self, caller: &Caller) -> Result<Vec<(Job, Dataset)>, Error> {
        let mut seen = Vec::new();
        for job in self.store().live_jobs().await? {
            if let Some(dataset) = self.seen_by(caller, job.dataset_id).await? {
                seen.push((job, dataset));
            }
        }
        Ok(seen)
    }

    /// A dataset, if the caller may see it.
    pub async fn seen_by(
        &self,
        caller: &Caller,
        dataset: DatasetId,
    ) -> Result<Option<Dataset>, Error> {
        match self.dataset(caller, &dataset.to_string(), Need::View).await {
            Ok(scope) => Ok(Some(scope.dataset().clone())),
            Err(Error::NotFound { .. } | Error::NotSignedIn | Error::Scope { .. }) => Ok(None),
            Err(cause) => Err(cause),
        }
    }
}

/// Whoever is nobody learns no addresses.
fn is_somebody(caller: &Caller) -> bool {
    matches!(caller, Caller::User(user) if user.via != Via::Embedding)
}
