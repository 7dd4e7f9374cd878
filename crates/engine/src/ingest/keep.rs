//! Writing what was found out, in batches: blobs first, then one transaction.

use std::time::{Duration, Instant};

use lamina_model::{
    Dataset, FileOutcome, FileRecord, FileStamp, Media, MediaId, Phase, SegmentId, SourcePath,
    WorkerSeconds,
};
use lamina_store::{Batch, DatasetCounts, SegmentBuilder, Store};
use lamina_vision::Look;
use tokio::task::JoinSet;

use super::{
    Stopped,
    look::{Looked, Outcome, Work},
};
use crate::{Engine, Error, jobs::JobContext};

/// A batch is written when it is this old, so that progress is seen and little can be lost.
const OLDEST_BATCH: Duration = Duration::from_secs(2);

/// Collects outcomes and writes them. While one batch is being written the next one fills.
#[derive(Debug)]
pub(super) struct Keeper<'a> {
    engine: &'a Engine,
    dataset: &'a Dataset,
    job: &'a JobContext,
    pack: SegmentBuilder,
    batch: Batch,
    began: Instant,
    writing: JoinSet<Result<DatasetCounts, lamina_store::Error>>,
    done: u64,
    total: u64,
    rejected: u64,
    changed: u64,
    seconds: WorkerSeconds,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        dataset: &'a Dataset,
        job: &'a JobContext,
        pending: u64,
        rejected: u64,
    ) -> Self {
        let done = job.indexed_before(pending);
        Self {
            engine,
            dataset,
            job,
            pack: new_pack(engine, dataset),
            batch: Batch::default(),
            began: Instant::now(),
            writing: JoinSet::new(),
            done,
            total: done + pending,
            rejected,
            changed: 0,
            seconds: WorkerSeconds::default(),
        }
    }

    /// A file that was looked into.
    pub(super) async fn take(&mut self, looked: Looked) -> Result<(), Stopped> {
        let work = looked.work;
        self.seconds.read += looked.seconds.read;
        self.seconds.look += looked.seconds.look;
        self.seconds.embed += looked.seconds.embed;
        match looked.outcome {
            Outcome::Picture(look, vector) => self.picture(work, *look, &vector),
            Outcome::Rejected(reason, note) => {
                self.settle(
                    work.path,
                    work.stamp,
                    FileOutcome::Rejected { reason, note },
                    work.known.as_ref(),
                );
            }
            Outcome::Ignored(reason) => {
                self.settle(
                    work.path,
                    work.stamp,
                    FileOutcome::Ignored(reason),
                    work.known.as_ref(),
                );
            }
        }
        self.step().await
    }

    /// A file that need not be looked into.
    pub(super) async fn left_out(
        &mut self,
        path: SourcePath,
        stamp: FileStamp,
        outcome: FileOutcome,
        known: Option<FileRecord>,
    ) -> Result<(), Stopped> {
        self.settle(path, stamp, outcome, known.as_ref());
        self.step().await
    }

    /// A file that is no longer there.
    pub(super) async fn gone(&mut self, path: SourcePath) -> Result<(), Stopped> {
        self.batch.removed.push(path);
        self.changed += 1;
        self.step().await
    }

    fn picture(&mut self, work: Work, look: Look, vector: &[f32]) {
        let placement = self.pack.push(&look.thumbnail, vector, &look.signature);
        let engine = self.engine;
        let media = Media {
            id: MediaId::new(engine.clock(), engine.chance()),
            dataset_id: self.dataset.id,
            path: work.path,
            created_at: engine.clock().now(),
            size_bytes: work.stamp.size_bytes,
            format: look.format,
            colour_model: look.colour_model,
            bit_depth: look.bit_depth,
            has_alpha: look.has_alpha,
            width_px: look.width_px,
            height_px: look.height_px,
            frame_count: look.frame_count,
            orientation: look.orientation,
            notes: look.notes,
            content_hash: look.content_hash,
            pixel_hash: look.pixel_hash,
            perceptual_hash: look.perceptual_hash,
            measures: look.measures,
            placement,
        };
        self.batch.indexed.push((media, work.stamp));
        self.changed += 1;
    }

    fn settle(
        &mut self,
        path: SourcePath,
        stamp: FileStamp,
        outcome: FileOutcome,
        known: Option<&FileRecord>,
    ) {
        let rejected = |outcome: &FileOutcome| matches!(outcome, FileOutcome::Rejected { .. });
        self.rejected += u64::from(rejected(&outcome));
        self.rejected -=
            u64::from(known.is_some_and(|known| rejected(&known.outcome))).min(self.rejected);
        // What was tried again and came to the same end is no change.
        if known.is_some_and(|known| known.stamp == stamp && known.outcome == outcome) {
            return;
        }
        self.batch.others.push(FileRecord {
            path,
            stamp,
            outcome,
        });
        self.changed += 1;
    }

    async fn step(&mut self) -> Result<(), Stopped> {
        self.done += 1;
        self.job.tell(
            Phase::Indexing,
            self.done,
            self.total.max(self.done),
            self.rejected,
        );
        let items = self.batch.indexed.len() + self.batch.others.len() + self.batch.removed.len();
        let full = self.batch.indexed.len() >= self.engine.parts().ingest.batch_items
            || items >= 16 * self.engine.parts().ingest.batch_items
            || self.began.elapsed() >= OLDEST_BATCH;
        if full && items > 0 {
            self.write().await
        } else {
            Ok(())
        }
    }

    /// Waits for the batch before, then begins to write this one.
    async fn write(&mut self) -> Result<(), Stopped> {
        self.written().await?;
        let pack = std::mem::replace(&mut self.pack, new_pack(self.engine, self.dataset));
        let mut batch = std::mem::take(&mut self.batch);
        batch.checkpoint = Some(self.job.checkpoint());
        let (store, clock) = (
            self.engine.store().clone(),
            std::sync::Arc::clone(&self.engine.parts().clock),
        );
        let dataset = self.dataset.id;
        self.writing
            .spawn(async move { write_batch(&store, dataset, pack, batch, clock.as_ref()).await });
        self.began = Instant::now();
        Ok(())
    }

    async fn written(&mut self) -> Result<(), Stopped> {
        while let Some(ended) = self.writing.join_next().await {
            ended.map_err(Error::internal)??;
        }
        Ok(())
    }

    /// Writes what is left. Gives how many files changed, and where the time went.
    pub(super) async fn finish(mut self) -> Result<(u64, WorkerSeconds), Stopped> {
        if !(self.batch.indexed.is_empty()
            && self.batch.others.is_empty()
            && self.batch.removed.is_empty())
        {
            self.write().await?;
        }
        self.written().await?;
        Ok((self.changed, self.seconds))
    }
}

fn new_pack(engine: &Engine, dataset: &Dataset) -> SegmentBuilder {
    let embedder = &engine.parts().embedder;
    let id = SegmentId::new(engine.clock(), engine.chance());
    SegmentBuilder::new(
        id,
        dataset.id,
        embedder.model().as_str(),
        embedder.dimensions(),
    )
}

async fn write_batch(
    store: &Store,
    dataset: lamina_model::DatasetId,
    pack: SegmentBuilder,
    mut batch: Batch,
    clock: &dyn lamina_model::Clock,
) -> Result<DatasetCounts, lamina_store::Error> {
    if pack.rows() > 0 {
        batch.segment = Some(store.write_segment(pack, clock.now()).await?);
    }
    store.apply_batch(dataset, &batch, clock.now()).await
}
