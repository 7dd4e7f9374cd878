//! What people call a dataset, and what they say about it.

use crate::{DatasetScope, Engine, Error, datasets::NAME};

/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 10_000;

impl Engine {
    /// Gives a dataset another name, another description, or both; nothing leaves one as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name or the description cannot be used.
    pub async fn describe_dataset(
        &self,
        scope: &DatasetScope,
        name: Option<&str>,
        description: Option<&str>,
    ) -> Result<(), Error> {
        let name = name.map(|name| NAME.line(name)).transpose()?;
        let length = description.map_or(0, |text| text.chars().count());
        if length > LONGEST_DESCRIPTION {
            let why = format!(
                "the description has {length} characters; at most {LONGEST_DESCRIPTION} are allowed"
            );
            return Err(Error::invalid("description", why));
        }
        let name = name.as_deref();
        Ok(self
            .store()
            .rename_dataset(scope.id(), name, description)
            .await?)
    }
}
