//! Asking for a change, and taking one back.

use std::collections::BTreeSet;

use lamina_model::{
    ChangeId, Job, JobId, JobKind, JobState, Lane, MarkChange, MarkOp, MediaId, Progress, TagId,
};
use lamina_store::MarkStep;
use serde::{Deserialize, Serialize};

use super::tags::{CAPTION, LABEL};
use crate::{
    Caller, DatasetScope, Engine, Error, PlanWish, Wanted, access::shorten, error::OrNothing,
};

/// Tags and labels changed while the caller waits; more take a job.
const AT_ONCE: u64 = 5000;
/// Bytes of captions written while the caller waits: about half a second.
const TEXT_AT_ONCE: usize = 4 << 20;

/// So many pictures are changed in this way while the caller waits; more take a job.
pub(super) fn at_once(ops: &[MarkOp]) -> usize {
    let text: usize = ops
        .iter()
        .map(|op| match op {
            MarkOp::SetCaption(caption) => caption.len(),
            _ => 0,
        })
        .sum();
    let marks = usize::try_from(AT_ONCE).unwrap_or(usize::MAX) / ops.len().max(1);
    marks.min(TEXT_AT_ONCE / text.max(1)).max(1)
}

/// Which pictures are changed. The shape is stored while a job works on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These.
    Media(BTreeSet<MediaId>),
    /// All that are wanted, with tags and labels as they are when the change is made.
    Matching {
        /// Which are wanted.
        wanted: Box<Wanted>,
        /// Those left out.
        except: BTreeSet<MediaId>,
    },
    /// All that go by this plan for copies, as it is when the change is made. Those that stay
    /// take over the tags of those that go.
    Going(PlanWish),
}

/// What a change is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Wish {
    pub selection: Option<Selection>,
    pub ops: Vec<MarkOp>,
    /// The tag that is deleted with it.
    pub deleted_tag: Option<TagId>,
    /// The change that is taken back.
    pub undo: Option<ChangeId>,
}

impl Wish {
    pub(super) fn of(change: &MarkChange) -> Result<Self, Error> {
        let wish = change.wish.as_deref().unwrap_or("null");
        serde_json::from_str(wish).map_err(Error::internal)
    }
}

/// A change that was made or begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The change.
    pub change: MarkChange,
    /// The job that makes it; nothing where it is made already.
    pub job: Option<JobId>,
}

impl Engine {
    /// Puts tags and labels on pictures, gives them a caption, and takes others off. Few pictures are changed before
    /// this returns; many by a job. Everybody sees the change at once, and it can be taken back.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such tag; [`Error::Invalid`] when nothing is
    /// asked for, or a label or caption cannot be used; [`Error::Busy`] while the index is being made again.
    pub async fn change_marks(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        selection: Selection,
        ops: Vec<MarkOp>,
    ) -> Result<Marked, Error> {
        if ops.is_empty() {
            let why = "name at least one tag, label or caption to add or remove";
            return Err(Error::invalid("change", why));
        }
        let tags = self.store().tags(scope.id()).await?;
        let mut words = Vec::new();
        let mut checked = Vec::new();
        for op in ops {
            let (verb, name) = match &op {
                MarkOp::AddTag(id) | MarkOp::RemoveTag(id) => {
                    let tag = tags.iter().find(|tag| tag.id == *id);
                    let tag = tag.ok_or_else(|| Error::NotFound {
                        what: "tag",
                        id: id.to_string(),
                    })?;
                    let verb = if matches!(op, MarkOp::AddTag(_)) {
                        "tag"
                    } else {
                        "untag"
                    };
                    (verb, tag.name.clone())
                }
                MarkOp::AddLabel(label) => ("label", LABEL.line(label)?),
                MarkOp::RemoveLabel(label) => ("unlabel", label.trim().to_owned()),
                MarkOp::SetCaption(caption) => ("caption", CAPTION.text(caption)?),
                MarkOp::RemoveCaptions => ("remove captions", String::new()),
            };
            words.push(match &op {
                MarkOp::RemoveCaptions => verb.to_owned(),
                _ => format!("{verb} \"{}\"", shorten(&name)),
            });
            checked.push(match op {
                MarkOp::AddLabel(_) => MarkOp::AddLabel(name),
                // Labels are kept without spaces around them.
                MarkOp::RemoveLabel(_) => MarkOp::RemoveLabel(name),
                MarkOp::SetCaption(_) => MarkOp::SetCaption(name),
                other => other,
            });
        }
        let wish = Wish {
            selection: Some(selection),
            ops: checked,
            deleted_tag: None,
            undo: None,
        };
        self.begin_change(caller, scope, wish, words.join(", "))
            .await
    }

    /// Makes a change, at once or by a job.
    pub(super) async fn begin_change(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        wish: Wish,
        summary: String,
    ) -> Result<Marked, Error> {
        let change = self.new_change(caller, &wish, summary)?;
        let most = at_once(&wish.ops);
        let selection = wish.selection.clone();
        let few = match selection {
            Some(Selection::Media(ids)) => (ids.len() <= most).then(|| ids.into_iter().collect()),
            Some(Selection::Matching { wanted, except }) => {
                self.wanted_ids(scope, *wanted, except, most).await?
            }
            Some(Selection::Going(_)) | None => None,
        };
        let Some(media) = few else {
            return self.queue_change(scope, change).await;
        };
        let media: Vec<MediaId> = media;
        let step = MarkStep {
            dataset: scope.id(),
            change: &change,
            ops: &wish.ops,
            media: &media,
            at: change.made_at,
            checkpoint: None,
        };
        self.store().step_marks(&step).await?;
        self.made(scope, change.id, None).await
    }

    fn new_change(
        &self,
        caller: &Caller,
        wish: &Wish,
        summary: String,
    ) -> Result<MarkChange, Error> {
        Ok(MarkChange {
            id: ChangeId::new(self.clock(), self.chance()),
            made_by: caller.user_id(),
            made_at: self.clock().now(),
            summary,
            wish: Some(serde_json::to_string(wish).map_err(Error::internal)?),
            added: 0,
            removed: 0,
            undone_by: None,
        })
    }

    async fn queue_change(
        &self,
        scope: &DatasetScope,
        change: MarkChange,
    ) -> Result<Marked, Error> {
        self.store().insert_mark_change(scope.id(), &change).await?;
        let job = Job {
            id: JobId::new(self.clock(), self.chance()),
            kind: JobKind::Mark,
            dataset_id: scope.id(),
            subject: change.id.to_string(),
            state: JobState::Queued,
            attempts: 0,
            progress: Progress::WAITING,
            error: None,
            created_at: self.clock().now(),
            started_at: None,
            ended_at: None,
        };
        let job = self.store().enqueue_job(&job).await?;
        self.parts().jobs_wanted(Lane::Quick).notify_one();
        self.made(scope, change.id, Some(job.id)).await
    }

    async fn made(
        &self,
        scope: &DatasetScope,
        change: ChangeId,
        job: Option<JobId>,
    ) -> Result<Marked, Error> {
        let change = self.store().mark_change(scope.id(), change).await?;
        Ok(Marked { change, job })
    }

    /// Takes a change back: what it put on is taken off and the other way round, save where
    /// somebody changed it again since. That is a change of its own, and can be taken back too.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such change; [`Error::Conflict`] when it was
    /// taken back already, is still being made, or brings back a tag whose name is another's now.
    pub async fn undo_change(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        id: &str,
    ) -> Result<Marked, Error> {
        let not_found = || Error::NotFound {
            what: "change",
            id: shorten(id),
        };
        let undone: ChangeId = id.parse().map_err(|_| not_found())?;
        let found = self.store().mark_change(scope.id(), undone).await;
        let before = found.or_nothing()?.ok_or_else(not_found)?;
        self.check_at_rest(scope, undone).await?;
        let wish = Wish {
            selection: None,
            ops: Vec::new(),
            deleted_tag: None,
            undo: Some(undone),
        };
        let change = self.new_change(caller, &wish, format!("undo: {}", before.summary))?;
        let again = || Error::Conflict {
            code: "already_undone",
            why: "this change was taken back already".to_owned(),
        };
        if before.undone_by.is_some() {
            return Err(again());
        }
        // A tag whose name is taken stays away, and the change can be taken back later.
        if let Some(tag) = Wish::of(&before)?.deleted_tag {
            self.store()
                .show_tag(scope.id(), tag)
                .await
                .map_err(|cause| {
                    match cause {
                lamina_store::Error::Conflict { .. } => Error::Conflict {
                    code: "tag_exists",
                    why: "the name of the tag was given to another one meanwhile; rename that one \
                          first"
                        .to_owned(),
                },
                other => other.into(),
            }
                })?;
        }
        if !self.store().claim_undo(undone, change.id).await? {
            return Err(again());
        }
        let steps = self.store().steps_of(scope.id(), undone).await?;
        let rows: u64 = steps.iter().map(|(_, rows)| rows).sum();
        if steps.len() > 1 || rows > AT_ONCE {
            return self.queue_change(scope, change).await;
        }
        self.store().insert_mark_change(scope.id(), &change).await?;
        for (version, _) in steps {
            let step = MarkStep {
                dataset: scope.id(),
                change: &change,
                ops: &[],
                media: &[],
                at: change.made_at,
                checkpoint: None,
            };
            self.store().undo_step(&step, version).await?;
        }
        self.made(scope, change.id, None).await
    }

    /// A change that a job still makes cannot be taken back.
    async fn check_at_rest(&self, scope: &DatasetScope, change: ChangeId) -> Result<(), Error> {
        let subject = change.to_string();
        let job = self
            .store()
            .latest_job(scope.id(), JobKind::Mark, &subject)
            .await?;
        let running = job.is_some_and(|job| !Self::has_ended(&job));
        if running {
            return Err(Error::Conflict {
                code: "change_running",
                why: "this change is still being made; abort its task first, or wait for it"
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// The latest changes of tags and labels, the newest first.
    pub async fn changes(
        &self,
        scope: &DatasetScope,
        most: usize,
    ) -> Result<Vec<MarkChange>, Error> {
        Ok(self.store().mark_changes(scope.id(), most).await?)
    }
}
