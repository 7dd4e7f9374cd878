//! Tags: made, named, listed with their counts, deleted.

use std::collections::BTreeSet;

use lamina_model::{MarkOp, SetOp, Tag, TagId};

use super::change::{Marked, Selection, Wish};
use crate::{
    Caller, DatasetScope, Engine, Error, Wanted, access::shorten, annotations::LONGEST_CAPTION,
    naming::Naming,
};

/// What a tag is called.
pub(super) const NAME: Naming = Naming {
    field: "name",
    what: "the name of a tag",
    longest: 200,
};
/// What a picture shows, in a word or a few.
pub(super) const LABEL: Naming = Naming {
    field: "label",
    what: "a label",
    longest: 200,
};
/// What a picture shows, in sentences.
pub(super) const CAPTION: Naming = Naming {
    field: "caption",
    what: "a caption",
    longest: LONGEST_CAPTION,
};

/// A tag and how many pictures bear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The tag.
    pub tag: Tag,
    /// Pictures of the generation that is shown which bear it.
    pub count: u64,
}

fn taken(name: &str) -> Error {
    Error::Conflict {
        code: "tag_exists",
        why: format!("this dataset has a tag called \"{name}\" already; choose another name"),
    }
}

impl Engine {
    /// The tags of a dataset in the order of their making, each with how many pictures bear it.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn tags(&self, scope: &DatasetScope) -> Result<Vec<TagCount>, Error> {
        let tags = self.store().tags(scope.id()).await?;
        let counts = self.tag_counts(scope).await?;
        let count = |tag: &Tag| counts.get(&tag.id).copied().unwrap_or(0);
        Ok(tags
            .into_iter()
            .map(|tag| TagCount {
                count: count(&tag),
                tag,
            })
            .collect())
    }

    /// Makes a tag.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name cannot be used; [`Error::Conflict`] when another tag has
    /// it, or there are too many.
    pub async fn create_tag(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        name: &str,
    ) -> Result<Tag, Error> {
        let tag = Tag {
            id: TagId::new(self.clock(), self.chance()),
            name: NAME.line(name)?,
            created_by: caller.user_id(),
            created_at: self.clock().now(),
        };
        match self.store().insert_tag(scope.id(), &tag).await {
            Ok(()) => Ok(tag),
            Err(lamina_store::Error::Conflict { .. }) => Err(taken(&tag.name)),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Gives a tag another name.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such tag; otherwise as
    /// [`Engine::create_tag`].
    pub async fn rename_tag(
        &self,
        scope: &DatasetScope,
        id: &str,
        name: &str,
    ) -> Result<Tag, Error> {
        let tag = self.tag(scope, id).await?;
        let name = NAME.line(name)?;
        match self.store().rename_tag(scope.id(), tag.id, &name).await {
            Ok(()) => Ok(Tag { name, ..tag }),
            Err(lamina_store::Error::Conflict { .. }) => Err(taken(&name)),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Deletes a tag: nobody sees it any more, and it is taken off every picture, by a job where
    /// they are many. Taking that change back restores it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such tag; [`Error::Busy`] while the index is
    /// being made again.
    pub async fn delete_tag(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        id: &str,
    ) -> Result<Marked, Error> {
        let tag = self.tag(scope, id).await?;
        let mut wanted = Wanted::default();
        wanted.filter.clauses.push(lamina_model::Clause::Tags {
            op: SetOp::OneOf,
            ids: [tag.id].into(),
        });
        let wish = Wish {
            selection: Some(Selection::Matching {
                wanted: Box::new(wanted),
                except: BTreeSet::new(),
            }),
            ops: vec![MarkOp::RemoveTag(tag.id)],
            deleted_tag: Some(tag.id),
            undo: None,
        };
        let summary = format!("delete the tag \"{}\"", tag.name);
        self.store()
            .hide_tag(scope.id(), tag.id, self.clock().now())
            .await?;
        self.begin_change(caller, scope, wish, summary).await
    }

    /// A tag of a dataset.
    pub(super) async fn tag(&self, scope: &DatasetScope, id: &str) -> Result<Tag, Error> {
        let tags = self.store().tags(scope.id()).await?;
        let wanted = id.parse::<TagId>().ok();
        let found = tags.into_iter().find(|tag| Some(tag.id) == wanted);
        found.ok_or_else(|| Error::NotFound {
            what: "tag",
            id: shorten(id),
        })
    }
}
