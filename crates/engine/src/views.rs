//! Filters that got a name.

use lamina_model::{SavedView, ViewId};

use crate::{
    Caller, DatasetScope, Engine, Error, access::shorten, error::OrNothing, naming::Naming,
};

/// What a view is called.
const NAME: Naming = Naming {
    field: "name",
    what: "the name of a view",
    longest: 100,
};
/// The longest filter, in bytes.
const LONGEST_FILTER: usize = 16 << 10;
/// The most views of a dataset.
const MOST_VIEWS: u64 = 500;

impl Engine {
    /// Gives a filter a name, which everybody who may see the dataset sees.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is empty or too long, or the filter too long;
    /// [`Error::Conflict`] when the dataset has a view of that name, or too many.
    pub async fn save_view(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        name: &str,
        filters: String,
        image_count: Option<u64>,
    ) -> Result<SavedView, Error> {
        let name = NAME.line(name)?;
        if filters.len() > LONGEST_FILTER {
            let why = format!(
                "the filters have {} bytes; at most {LONGEST_FILTER} are kept",
                filters.len()
            );
            return Err(Error::invalid("filters", why));
        }
        let view = SavedView {
            id: ViewId::new(self.clock(), self.chance()),
            dataset_id: scope.id(),
            name,
            created_by: caller.user_id(),
            created_at: self.clock().now(),
            filters,
            image_count,
        };
        match self.store().insert_view(&view, MOST_VIEWS).await {
            Ok(()) => Ok(view),
            Err(lamina_store::Error::Conflict { .. }) => Err(Error::Conflict {
                code: "view_exists",
                why: format!(
                    "this dataset has a view called \"{}\" already; choose another name",
                    view.name
                ),
            }),
            Err(cause) => Err(cause.into()),
        }
    }

    /// The views of a dataset, the newest first.
    pub async fn views(&self, scope: &DatasetScope) -> Result<Vec<SavedView>, Error> {
        Ok(self.store().views(scope.id()).await?)
    }

    /// Address and name of whoever made a view; nothing in local mode and where they are gone.
    pub async fn maker_of(&self, view: &SavedView) -> Result<Option<(String, String)>, Error> {
        let Some(id) = view.created_by else {
            return Ok(None);
        };
        let found = self.store().user(id).await.or_nothing()?;
        Ok(found.map(|user| (user.email, user.display_name)))
    }

    /// Removes a view.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such view.
    pub async fn delete_view(&self, scope: &DatasetScope, id: &str) -> Result<(), Error> {
        let not_found = || Error::NotFound {
            what: "view",
            id: shorten(id),
        };
        let view: ViewId = id.parse().map_err(|_| not_found())?;
        match self.store().delete_view(scope.id(), view).await {
            Err(lamina_store::Error::NotFound { .. }) => Err(not_found()),
            other => Ok(other?),
        }
    }
}
