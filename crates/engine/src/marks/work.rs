//! The job that makes a large change, in steps that hold up nobody for long.
//!
//! Killed and begun again, it asks anew which pictures are meant: those that are done already
//! are done once more without effect, or are not meant any more because they are done.

use std::sync::Arc;

use lamina_model::{ChangeId, Dataset, Job, MarkChange, MarkOp, MediaId, Phase};
use lamina_store::MarkStep;

use super::change::{Selection, Wish, at_once};
use crate::{DatasetScope, Engine, Error, ingest::Stopped, jobs::JobContext};

/// Makes the change that a job is about.
pub(crate) async fn mark(
    engine: &Engine,
    dataset: &Dataset,
    job: &Job,
    context: &Arc<JobContext>,
) -> Result<(), Stopped> {
    let id: ChangeId = job.subject.parse().map_err(Error::internal)?;
    let change = engine.store().mark_change(dataset.id, id).await?;
    let wish = Wish::of(&change)?;
    match wish.undo {
        Some(undone) => undo(engine, dataset, &change, undone, context).await,
        None => apply(engine, dataset, &change, wish, context).await,
    }
}

async fn apply(
    engine: &Engine,
    dataset: &Dataset,
    change: &MarkChange,
    wish: Wish,
    context: &Arc<JobContext>,
) -> Result<(), Stopped> {
    let scope = DatasetScope::of_job(dataset.clone());
    let parts = parts(engine, &scope, wish).await?;
    let count = |media: &[MediaId]| u64::try_from(media.len()).unwrap_or(u64::MAX);
    let total = parts.iter().map(|(_, media)| count(media)).sum();
    let mut done = 0;
    for (ops, media) in &parts {
        let size = (at_once(ops) / 2).max(1);
        for part in media.chunks(size) {
            context.check()?;
            done += count(part);
            context.tell(Phase::Marking, done, total, 0);
            let step = MarkStep {
                dataset: dataset.id,
                change,
                ops,
                media: part,
                at: engine.clock().now(),
                checkpoint: Some(context.checkpoint()),
            };
            engine.store().step_marks(&step).await?;
        }
    }
    Ok(())
}

/// What is done to which pictures, one after the other.
async fn parts(
    engine: &Engine,
    scope: &DatasetScope,
    wish: Wish,
) -> Result<Vec<(Vec<MarkOp>, Vec<MediaId>)>, Error> {
    let media = match wish.selection {
        Some(Selection::Media(ids)) => ids.into_iter().collect(),
        Some(Selection::Matching { wanted, except }) => engine
            .wanted_ids(scope, *wanted, except, usize::MAX)
            .await?
            .unwrap_or_default(),
        Some(Selection::Going(plan)) => {
            let own = wish.ops.iter().filter_map(|op| match op {
                MarkOp::AddTag(tag) => Some(*tag),
                _ => None,
            });
            let going = engine.going(scope, plan, own.collect()).await?;
            let heirs = going.heirs.into_iter();
            let mut parts: Vec<_> = heirs
                .map(|(tag, media)| (vec![MarkOp::AddTag(tag)], media))
                .collect();
            parts.push((wish.ops, going.media));
            return Ok(parts);
        }
        None => Vec::new(),
    };
    Ok(vec![(wish.ops, media)])
}

async fn undo(
    engine: &Engine,
    dataset: &Dataset,
    change: &MarkChange,
    undone: ChangeId,
    context: &Arc<JobContext>,
) -> Result<(), Stopped> {
    let steps = engine.store().steps_of(dataset.id, undone).await?;
    // Each step of this change took one step of the other back, the last first.
    let done = engine.store().steps_of(dataset.id, change.id).await?.len();
    let total = u64::try_from(steps.len()).unwrap_or(u64::MAX);
    for (at, (version, _)) in steps.iter().rev().enumerate().skip(done) {
        context.check()?;
        context.tell(
            Phase::Marking,
            u64::try_from(at + 1).unwrap_or(total),
            total,
            0,
        );
        let step = MarkStep {
            dataset: dataset.id,
            change,
            ops: &[],
            media: &[],
            at: engine.clock().now(),
            checkpoint: Some(context.checkpoint()),
        };
        engine.store().undo_step(&step, *version).await?;
    }
    Ok(())
}
