//! Bringing a dataset in line with its source, from the folder to a published generation.
//!
//! Scanning finds what is new, changed or gone; indexing looks into those files and writes them
//! in batches, each whole or not at all; analysing compares all pictures; publishing makes the
//! new generation visible in one step. Every stage may be stopped at any instruction and begun
//! again: what a batch wrote is not done twice.

mod analyse;
mod changes;
mod clusters;
mod crew;
mod keep;
mod labels;
mod look;
mod outdated;
mod pictures;
mod remembered;
mod report;
mod scan;
mod scratch;
mod signatures;
mod splits;

use std::{collections::HashSet, sync::Arc, time::Instant};

use changes::{Change, Changes};
use crew::Crew;
use keep::Keeper;
use labels::Labels;
use lamina_model::{Dataset, FileOutcome, MediaId, Phase, SourceType, StageSeconds, WorkerSeconds};
use look::{Work, look_into};
pub use scan::{Found, Verdict, Walk};
pub(crate) use scan::{leads_below, plain, resolved};

use crate::{
    Engine, Error,
    annotations::{Candidates, bring_in},
    jobs::JobContext,
    place::SourcePlace,
    uploads::merge_finished,
};

/// Why an ingest ended before its end.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Somebody asked, or the lease was lost.
    Cancelled,
    /// It cannot go on, and trying again will not help until a person does something.
    Failed(String),
    /// A fault that another attempt may not meet.
    Fault(Error),
}

impl From<Error> for Stopped {
    fn from(cause: Error) -> Self {
        Self::Fault(cause)
    }
}

impl From<lamina_store::Error> for Stopped {
    fn from(cause: lamina_store::Error) -> Self {
        match cause {
            // Another runner has the job, or the dataset was deleted: there is nothing to tell.
            lamina_store::Error::LeaseLost | lamina_store::Error::NotFound { what: "dataset" } => {
                Self::Cancelled
            }
            other => Self::Fault(other.into()),
        }
    }
}

/// What a run did, for its report.
#[derive(Debug, Default)]
struct Tally {
    changed: u64,
    seconds: StageSeconds,
    workers: WorkerSeconds,
}

impl Tally {
    fn stage(&mut self, phase: Phase, began: Instant) {
        *self.seconds.0.entry(phase).or_default() += began.elapsed().as_secs_f64();
    }
}

/// Runs the whole of it.
pub(crate) async fn ingest(
    engine: &Engine,
    dataset: &Dataset,
    job: &Arc<JobContext>,
) -> Result<(), Stopped> {
    let source = engine.place_of(dataset);
    if dataset.source_type == SourceType::Upload {
        let (uploads, id) = (engine.parts().upload_folder.clone(), dataset.id);
        tokio::task::spawn_blocking(move || merge_finished(&uploads, id))
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)?;
    }
    let mut tally = Tally::default();

    let began = Instant::now();
    let source = Source {
        place: source,
        outdated: Arc::new(engine.outdated(dataset.id).await?),
    };
    let (pending, annotations) = count_pending(engine, dataset, &source, job).await?;
    tally.stage(Phase::Scanning, began);

    let began = Instant::now();
    if pending > 0 {
        index(engine, dataset, &source, pending, job, &mut tally).await?;
        // Comparing needs the memory more than the model does, which is not asked again.
        engine.parts().embedder.rest();
    }
    Box::pin(bring_in(
        engine,
        dataset.id,
        &source.place,
        annotations,
        job,
    ))
    .await?;
    tally.stage(Phase::Indexing, began);

    let up_to_date = engine.store().analysed_to_date(dataset.id).await?
        && Labels::were_judged(engine, dataset.id).await?;
    if !up_to_date {
        let ended = analyse::analyse_and_publish(engine, dataset, job, tally).await;
        if ended.is_err() {
            analyse::forget_if_gone(engine, dataset.id).await;
        }
        return ended;
    }
    Ok(())
}

/// Where pictures come from, and which of those known have to be looked at again.
struct Source {
    place: SourcePlace,
    outdated: Arc<HashSet<MediaId>>,
}

/// Walks once only to count, so that progress can say how much there is to do. Sees annotation
/// files on the way.
async fn count_pending(
    engine: &Engine,
    dataset: &Dataset,
    source: &Source,
    job: &JobContext,
) -> Result<(u64, Candidates), Stopped> {
    let mut changes = begin(engine, dataset, source, job).await?;
    let rejected = engine.store().dataset_counts(dataset.id).await?.rejected;
    let (mut seen, mut pending) = (0, 0);
    while let Some(change) = changes.next().await? {
        seen += 1;
        pending += u64::from(!matches!(change, Change::Same));
        job.tell(Phase::Scanning, seen, 0, rejected);
        job.check()?;
    }
    Ok((pending, changes.annotations))
}

async fn begin(
    engine: &Engine,
    dataset: &Dataset,
    source: &Source,
    job: &JobContext,
) -> Result<Changes, Stopped> {
    Changes::begin(
        engine.store(),
        dataset.id,
        source.place.clone(),
        Arc::clone(&source.outdated),
        job.stop().clone(),
    )
    .await
    .map_err(|cause| {
        Stopped::Failed(format!(
            "cannot list the source folder {}: {}; make it readable again and index once more",
            source.place.folder.display(),
            plain(&cause),
        ))
    })
}

/// Looks into all that changed. Each worker has one file open at a time and the small copies of a
/// few for the embedder; what as many tasks found may wait to be taken in, and one batch is being
/// written while the next is filled: that bounds the memory.
async fn index(
    engine: &Engine,
    dataset: &Dataset,
    source: &Source,
    pending: u64,
    job: &JobContext,
    tally: &mut Tally,
) -> Result<(), Stopped> {
    let rejected = engine.store().dataset_counts(dataset.id).await?.rejected;
    let mut changes = begin(engine, dataset, source, job).await?;
    let mut keeper = Keeper::new(engine, dataset, job, pending, rejected);
    let (looking, folder) = (engine.clone(), source.place.folder.clone());
    let files = usize::try_from(pending).unwrap_or(usize::MAX);
    let workers = engine.parts().ingest.workers.min(files);
    let mut crew = Crew::new(workers, job.stop(), move |few| {
        let parts = looking.parts();
        let limits = &parts.ingest.limits;
        look_into(&folder, few, limits, parts.embedder.as_ref())
    });
    let mut exhausted = false;
    let together = engine.parts().embedder.batch().max(1);
    let mut few = Vec::with_capacity(together);
    loop {
        job.check()?;
        while !exhausted && crew.has_room() {
            match changes.next().await? {
                None => exhausted = true,
                Some(Change::Same) => {}
                Some(Change::Gone(path)) => keeper.gone(path).await?,
                Some(Change::Look { found, known }) => match found.verdict {
                    Verdict::Look => few.push(Work {
                        path: found.path,
                        stamp: found.stamp,
                        known,
                    }),
                    Verdict::Ignore(reason) => {
                        keeper
                            .left_out(found.path, found.stamp, FileOutcome::Ignored(reason), known)
                            .await?;
                    }
                    Verdict::Reject(reason, note) => {
                        let outcome = FileOutcome::Rejected { reason, note };
                        keeper
                            .left_out(found.path, found.stamp, outcome, known)
                            .await?;
                    }
                },
            }
            if few.len() == together || exhausted && !few.is_empty() {
                crew.give(std::mem::take(&mut few));
            }
        }
        let Some(looked) = crew.next().await? else {
            job.check()?;
            break;
        };
        for one in looked.map_err(Error::internal)? {
            keeper.take(one).await?;
        }
    }
    let (changed, workers) = keeper.finish().await?;
    tally.changed += changed;
    tally.workers = workers;
    Ok(())
}
