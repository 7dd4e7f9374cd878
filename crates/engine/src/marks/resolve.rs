//! Resolving copies: what goes by a plan is tagged, and what stays takes its tags over.

use lamina_model::{MarkOp, Tag};

use super::{
    change::{Marked, Selection, Wish},
    tags::NAME,
};
use crate::{Caller, DatasetScope, Engine, Error, PlanWish};

impl Engine {
    /// Tags what goes by a plan for copies, and gives the tags that it bears to what stays. A job
    /// does it, and the change can be taken back as a whole. No file is touched.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing goes by the plan; [`Error::Invalid`] when the name of the
    /// tag cannot be used; [`Error::Busy`] while the index is being made again.
    pub async fn resolve_copies(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        plan: PlanWish,
        tag: &str,
    ) -> Result<Marked, Error> {
        let count = self
            .copy_plan(scope, plan.clone(), 0, 0)
            .await?
            .all
            .pictures;
        if count == 0 {
            return Err(Error::Conflict {
                code: "nothing_goes",
                why: "no picture goes by this plan; choose other tiers, a lower likeness, or \
                      leave more to the rule"
                    .to_owned(),
            });
        }
        let tag = self.tag_called(caller, scope, tag).await?;
        let wish = Wish {
            selection: Some(Selection::Going(plan)),
            ops: vec![MarkOp::AddTag(tag.id)],
            deleted_tag: None,
            undo: None,
        };
        let summary = format!("resolve copies: tag \"{}\"", tag.name);
        self.begin_change(caller, scope, wish, summary).await
    }

    /// The tag of that name, whatever its case; made where there is none.
    async fn tag_called(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        name: &str,
    ) -> Result<Tag, Error> {
        let folded = NAME.line(name)?.to_lowercase();
        let known = async || -> Result<Option<Tag>, Error> {
            let tags = self.store().tags(scope.id()).await?;
            Ok(tags
                .into_iter()
                .find(|tag| tag.name.to_lowercase() == folded))
        };
        if let Some(tag) = known().await? {
            return Ok(tag);
        }
        match self.create_tag(caller, scope, name).await {
            // Somebody made it in between.
            Err(Error::Conflict { code, why }) => {
                known().await?.ok_or(Error::Conflict { code, why })
            }
            other => other,
        }
    }
}
