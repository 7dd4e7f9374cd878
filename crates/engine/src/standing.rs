//! What stands beside a dataset where it is shown: whose it is, its first pictures, the work on it.

use std::sync::Arc;

use lamina_model::{Dataset, DatasetId, DatasetRole, Job, MediaId, Scope};

use crate::{Caller, DatasetScope, Engine, Error, Need, Via, error::OrNothing, recent::Beside};

/// Pictures that stand for a dataset.
const PREVIEWS: usize = 4;

/// What a list of datasets shows of one.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetCard {
    /// The dataset.
    pub dataset: Arc<Dataset>,
    /// The address of whoever made it; nothing in local mode, where that person is gone, and for
    /// callers who are nobody.
    pub owner: Option<String>,
    /// Its first pictures, at most four.
    pub previews: Vec<MediaId>,
    /// What the caller may do with it.
    pub role: DatasetRole,
}

impl Engine {
    /// Gives datasets that the caller may see what is shown beside them.
    pub async fn cards(
        &self,
        caller: &Caller,
        datasets: Vec<Dataset>,
    ) -> Result<Vec<DatasetCard>, Error> {
        let mut cards = Vec::with_capacity(datasets.len());
        for dataset in datasets {
            let access = self.access(caller, dataset.id).await?;
            // Whoever lost it since the list was read may look at what they were told.
            let role = access.map_or(DatasetRole::Viewer, |(_, role)| role);
            cards.push(self.card_of(caller, Arc::new(dataset), role).await?);
        }
        Ok(cards)
    }

    /// The same of one dataset.
    pub async fn card(&self, caller: &Caller, scope: &DatasetScope) -> Result<DatasetCard, Error> {
        self.card_of(caller, scope.shared(), scope.role()).await
    }

    async fn card_of(
        &self,
        caller: &Caller,
        dataset: Arc<Dataset>,
        role: DatasetRole,
    ) -> Result<DatasetCard, Error> {
        let beside = self.beside(&dataset).await?;
        Ok(DatasetCard {
            owner: beside.owner.clone().filter(|_| is_somebody(caller)),
            previews: beside.previews.clone(),
            role: by_key(caller, role),
            dataset,
        })
    }

    /// The address of whoever made a dataset, as [`DatasetCard::owner`] tells it.
    pub async fn owner_of(
        &self,
        caller: &Caller,
        dataset: &Dataset,
    ) -> Result<Option<String>, Error> {
        if !is_somebody(caller) {
            return Ok(None);
        }
        match dataset.created_by {
            Some(id) => Ok(self
                .store()
                .user(id)
                .await
                .or_nothing()?
                .map(|user| user.email)),
            None => Ok(None),
        }
    }

    async fn beside(&self, dataset: &Dataset) -> Result<Arc<Beside>, Error> {
        let (now, recent) = (self.asked_now(), &self.parts().recent.beside);
        if let Some(known) = recent.get(&dataset.id, now) {
            return Ok(known);
        }
        let owner = match dataset.created_by {
            Some(id) => self.store().user(id).await.or_nothing()?,
            None => None,
        };
        let page = self.store().media_page(dataset.id, None, PREVIEWS).await?;
        let beside = Arc::new(Beside {
            owner: owner.map(|user| user.email),
            previews: page.items.iter().map(|media| media.id).collect(),
        });
        recent.put(dataset.id, Arc::clone(&beside), now);
        Ok(beside)
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

/// A role, as far as the caller's API key lets them make use of it.
fn by_key(caller: &Caller, role: DatasetRole) -> DatasetRole {
    let most = match caller {
        Caller::User(user) => match user.scope {
            Scope::Read => DatasetRole::Viewer,
            Scope::Write => DatasetRole::Editor,
            Scope::Admin => DatasetRole::Owner,
        },
        Caller::Local | Caller::Anonymous => DatasetRole::Owner,
    };
    role.min(most)
}

/// Whoever is nobody learns no addresses.
fn is_somebody(caller: &Caller) -> bool {
    matches!(caller, Caller::User(user) if user.via != Via::Embedding)
}
