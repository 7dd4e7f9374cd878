//! Comparing all pictures of a dataset, and publishing what that says as a new generation.

use std::{collections::HashMap, io, sync::Arc, time::Instant};

use fs_err::File;
use half::{f16, vec::HalfBitsVecExt};
use lamina_analysis::{
    AnalysisError, Facts, Findings, Matrix, Memory, Settings, Watch, analyse_after,
};
use lamina_model::{
    Dataset, DatasetId, DuplicateGroup, Generation, Issue, JobId, MediaFindings, MediaId, Phase,
    Report, SegmentId, SourcePath,
};
use lamina_store::{AnalysisFacts, Error as StoreError, FindingsBatch, Publication};

use super::{
    Stopped, Tally,
    clusters::{Before, cluster_ids},
    labels::Labels,
    pictures::PicturesAtRest,
    remembered, report,
    scratch::{self, Draft},
    signatures::SignatureFile,
    splits,
};
use crate::{
    Engine, Error,
    explore::{for_scratch, forget, keep_only, write_index},
    jobs::JobContext,
};

/// Rows read from the store, and findings written to it, at a time: each value that is read is an
/// allocation of its own until all are.
const PAGE: usize = 1024;
/// How long readers may still look at a generation that was replaced.
const READERS_GRACE_SECONDS: i64 = 300;

/// Everything that comparing needs, in the order of the paths.
struct Set {
    ids: Vec<MediaId>,
    paths: Vec<SourcePath>,
    vectors: Matrix,
    facts: Vec<Facts>,
    pictures: PicturesAtRest,
}

/// Analyses, writes the findings, and flips the dataset to them. Ends the job.
pub(super) async fn analyse_and_publish(
    engine: &Engine,
    dataset: &Dataset,
    job: &Arc<JobContext>,
    mut tally: Tally,
) -> Result<(), Stopped> {
    let began = Instant::now();
    let rejected = engine.store().dataset_counts(dataset.id).await?.rejected;
    job.tell(Phase::Analysing, 0, 0, rejected);
    // Before the vectors, which take the most: for a moment it is there twice.
    let before = remembered::recall(engine, dataset).await;
    let set = load(engine, dataset, job).await?;
    let labels = Labels::load(engine, dataset.id).await?;
    let labels_seen = labels.digest.clone();
    let remember = Draft::new(scratch_file(engine, dataset.id, "remembering").await);
    let (compared, remember) = compare(set, labels, before, remember, job, rejected).await?;
    let findings = &compared.findings;
    tally.stage(Phase::Analysing, began);

    let began = Instant::now();
    job.tell(Phase::Publishing, 0, 0, rejected);
    let store = engine.store();
    store
        .sweep_generations(dataset.id, None, grace(engine))
        .await?;
    let generation = store
        .begin_generation(dataset.id, engine.clock().now())
        .await?;
    remembered::keep(engine, dataset.id, generation, remember).await;
    write(engine, dataset, generation, &compared, job).await?;
    store
        .note_labels_seen(dataset.id, generation, &labels_seen)
        .await?;
    // The model that names what pictures show takes memory of its own: this one gives back its.
    engine.parts().embedder.rest();
    index(engine, dataset, generation).await;
    let counts = report::issue_counts(findings, &compared.issues);
    tally.stage(Phase::Publishing, began);
    let report: Report = report::build(store, dataset.id, findings, counts, tally).await?;
    job.check()?;
    store
        .publish(&Publication {
            dataset: dataset.id,
            generation,
            report: &report,
            lease: Some(job.lease()),
            at: engine.clock().now(),
        })
        .await?;
    remembered::forget_before(engine, dataset.id, generation).await;
    sweep(engine, dataset).await;
    Ok(())
}

/// Writes the index of the generation before anybody sees it, and takes away those that nobody
/// will ask any more. A failure costs the first reader a moment: the index is written then.
async fn index(engine: &Engine, dataset: &Dataset, generation: Generation) {
    let folder = engine.parts().index_folder.clone();
    let kept: Vec<_> = dataset.generation.into_iter().chain([generation]).collect();
    let id = dataset.id;
    let swept = tokio::task::spawn_blocking(move || keep_only(&folder, id, &kept)).await;
    let written = match swept {
        Ok(()) => write_index(engine, id, generation).await,
        Err(cause) => Err(Error::internal(cause)),
    };
    if let Err(cause) = written {
        tracing::warn!(dataset.id = %id, error = ?cause, "cannot write the index yet");
    }
}

/// Reads facts and vectors of every picture, and lays their signatures where they are asked for.
async fn load(engine: &Engine, dataset: &Dataset, job: &JobContext) -> Result<Set, Stopped> {
    let store = engine.store();
    let mut rows: Vec<AnalysisFacts> = Vec::new();
    loop {
        let page = store
            .facts_after(dataset.id, rows.last().map(|row| &row.path), PAGE)
            .await?;
        let last = page.len() < PAGE;
        rows.extend(page);
        job.check()?;
        if last {
            break;
        }
    }
    let mut wanted: HashMap<SegmentId, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        wanted.entry(row.placement.segment).or_default().push(at);
    }
    let columns = engine.parts().embedder.dimensions();
    // As numbers, zeros come from the system without being written.
    let mut values: Vec<f16> = vec![0_u16; rows.len() * columns].reinterpret_into();
    let signatures = scratch_file(engine, dataset.id, "signatures").await;
    let signatures = signatures.map_err(StoreError::from)?;
    let signatures = Arc::new(SignatureFile::new(signatures));
    let mut signed = vec![false; rows.len()];
    for segment in store.segments(dataset.id).await? {
        let Some(members) = wanted.remove(&segment.id) else {
            continue;
        };
        job.check()?;
        let known_model = engine.parts().is_comparable(&segment.model);
        // Vectors of another model mean nothing beside ours: a row of zeros stands for them.
        let vectors = if known_model {
            store.vectors(&segment).await?
        } else {
            Vec::new()
        };
        let drawn = store.signatures(&segment).await?;
        let mut known = Vec::with_capacity(members.len());
        for at in members {
            let row = rows[at].placement.row as usize;
            if let Some(vector) = vectors.get(row * columns..(row + 1) * columns) {
                values[at * columns..(at + 1) * columns].copy_from_slice(vector);
            }
            if let Some(signature) = drawn.get(row) {
                signed[at] = true;
                known.push((at, signature.clone()));
            }
        }
        let file = Arc::clone(&signatures);
        let write = move || {
            let mut known = known.iter();
            known.try_for_each(|(at, signature)| file.write(*at, signature))
        };
        let written = tokio::task::spawn_blocking(write).await;
        written
            .map_err(Error::internal)?
            .map_err(StoreError::from)?;
    }
    let unsigned = rows.iter().zip(&signed).find(|(_, signed)| !**signed);
    if let Some((row, _)) = unsigned {
        let why = format!(
            "the stored signature of {} is missing; index the folder again",
            row.path
        );
        return Err(Error::internal(why).into());
    }
    // Where no picture has a vector there is nothing to multiply.
    let vectors = if values.iter().all(|value| *value == f16::ZERO) {
        Matrix::without_vectors(rows.len())
    } else {
        Matrix::from_vec(columns, values).map_err(Error::internal)?
    };
    let signatures = Arc::into_inner(signatures).expect("all is written");
    let placements = rows.iter().map(|row| row.placement).collect();
    let facts = rows.iter().zip(0..);
    let facts = facts.map(|(row, order)| facts_of(row, order)).collect();
    let ids = rows.iter().map(|row| row.id).collect();
    let mut paths: Vec<SourcePath> = rows.into_iter().map(|row| row.path).collect();
    // They are collected where the rows lay, ten times as large.
    paths.shrink_to_fit();
    Ok(Set {
        ids,
        vectors,
        facts,
        pictures: PicturesAtRest::new(store, dataset.id, placements, signatures),
        paths,
    })
}

/// An empty file that is gone with whoever holds it, among what may be deleted at any time.
async fn scratch_file(engine: &Engine, dataset: DatasetId, name: &str) -> io::Result<File> {
    let mark = JobId::new(engine.clock(), engine.chance());
    let mark = format!("{name}-{mark}");
    let place = for_scratch(&engine.parts().index_folder, dataset, &mark);
    let create = move || scratch::unnamed(&place);
    tokio::task::spawn_blocking(create).await?
}

/// Takes away what was put aside for a dataset that was deleted meanwhile.
pub(super) async fn forget_if_gone(engine: &Engine, dataset: DatasetId) {
    let found = engine.store().dataset(dataset).await;
    if matches!(found, Err(StoreError::NotFound { .. })) {
        let folder = engine.parts().index_folder.clone();
        // It says in the log what cannot be taken away.
        drop(tokio::task::spawn_blocking(move || forget(&folder, dataset)).await);
    }
}

fn facts_of(row: &AnalysisFacts, order: u32) -> Facts {
    Facts {
        content_hash: row.content_hash,
        pixel_hash: row.pixel_hash,
        perceptual_hash: row.perceptual_hash,
        measures: row.measures,
        width_px: row.width_px,
        height_px: row.height_px,
        size_bytes: row.size_bytes,
        modified_us: row.modified_at.as_micros(),
        order,
    }
}

/// How much of the whole is comparing; judging labels is the rest.
const COMPARING: u64 = 900;
const WHOLE: u64 = 1000;

struct Watcher {
    job: Arc<JobContext>,
    rejected: u64,
    /// The part of the whole that is watched.
    part: std::ops::Range<u64>,
    pictures: Arc<PicturesAtRest>,
}

impl Watch for Watcher {
    fn step(&self, done: u64, total: u64) {
        let part = (self.part.end - self.part.start) * done.min(total) / total.max(1);
        let reached = self.part.start + part;
        self.job
            .tell(Phase::Analysing, reached, WHOLE, self.rejected);
    }

    fn cancelled(&self) -> bool {
        self.job.stop().is_cancelled() || self.pictures.has_failed()
    }

    fn let_go(&self) {
        lamina_vision::give_back();
    }
}

/// What comparing said.
struct Compared {
    ids: Vec<MediaId>,
    findings: Findings,
    /// What labels and splits say beside.
    issues: Vec<Issue>,
}

async fn compare(
    set: Set,
    labels: Labels,
    before: Option<Memory>,
    mut remember: Draft,
    job: &Arc<JobContext>,
    rejected: u64,
) -> Result<(Compared, io::Result<File>), Stopped> {
    let pictures = Arc::new(set.pictures);
    let (looked_at, watched) = (Arc::clone(&pictures), Arc::clone(job));
    let compared = tokio::task::spawn_blocking(move || {
        let watcher = |part| Watcher {
            job: Arc::clone(&watched),
            rejected,
            part,
            pictures: Arc::clone(&pictures),
        };
        let settings = Settings::default();
        let comparing = watcher(0..COMPARING);
        // Rows and packs were read in many small pieces.
        comparing.let_go();
        let compared = analyse_after(
            before,
            &set.vectors,
            &set.facts,
            &*pictures,
            &settings,
            &comparing,
            &mut remember,
        )?;
        tracing::debug!(
            pictures = compared.work.pictures_compared,
            pairs = compared.work.pairs_laid,
            "compared pictures with all others, and laid pairs over each other"
        );
        let (findings, remembered) = (compared.findings, compared.remembered);
        let mut issues = labels.judge(&set.ids, &set.vectors, &watcher(COMPARING..WHOLE))?;
        issues.extend(splits::issues(&set.ids, &set.paths, &findings.groups));
        let compared = Compared {
            ids: set.ids,
            findings,
            issues,
        };
        let remember = remember
            .into_file()
            .and_then(|file| remembered.map(|()| file));
        Ok::<_, AnalysisError>((compared, remember))
    });
    let compared = compared.await.map_err(Error::internal)?;
    job.check()?;
    let pictures = Arc::into_inner(looked_at).expect("comparing has let go of it");
    if let Some(fault) = pictures.into_fault() {
        return Err(fault.into());
    }
    match compared {
        Ok(found) => Ok(found),
        Err(AnalysisError::Cancelled) => Err(Stopped::Cancelled),
        Err(cause) => Err(Error::internal(cause).into()),
    }
}

/// The clusters of each picture in the generation that readers see.
async fn clusters_before(engine: &Engine, dataset: &Dataset) -> Result<Before, Stopped> {
    let mut before = Before::new();
    let Some(generation) = dataset.generation else {
        return Ok(before);
    };
    let mut last = None;
    loop {
        let page = engine
            .store()
            .findings_after(dataset.id, generation, last, PAGE)
            .await?;
        let Some(end) = page.last() else {
            return Ok(before);
        };
        last = Some(end.media_id);
        before.extend(page.iter().map(|found| (found.media_id, found.clusters)));
    }
}

async fn write(
    engine: &Engine,
    dataset: &Dataset,
    generation: Generation,
    compared: &Compared,
    job: &JobContext,
) -> Result<(), Stopped> {
    let store = engine.store();
    let Compared { ids, findings, .. } = compared;
    let id_of = |row: u32| ids[row as usize];
    let before = clusters_before(engine, dataset).await?;
    let named = cluster_ids(dataset.id, ids, findings, &before);
    drop(before);
    let media: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(row, id)| MediaFindings {
            media_id: *id,
            clusters: std::array::from_fn(|level| {
                named[level][findings.clusters[row][level] as usize]
            }),
            uniqueness: findings.uniqueness[row],
            nearest_distance: findings.nearest_distance[row],
        })
        .collect();
    let issues: Vec<_> = findings
        .issues
        .iter()
        .map(|found| Issue {
            media_id: id_of(found.row),
            kind: found.kind,
            confidence: found.confidence,
            description: String::new(),
        })
        .chain(compared.issues.iter().cloned())
        .collect();
    let groups: Vec<_> = findings
        .groups
        .iter()
        .map(|group| DuplicateGroup {
            tier: group.tier,
            keep: id_of(group.keep),
            others: group
                .others
                .iter()
                .map(|(row, likeness)| (id_of(*row), *likeness))
                .collect(),
        })
        .collect();
    for media in media.chunks(PAGE) {
        job.check()?;
        store
            .add_findings(
                dataset.id,
                generation,
                &FindingsBatch {
                    media,
                    ..FindingsBatch::default()
                },
            )
            .await?;
    }
    for issues in issues.chunks(PAGE) {
        job.check()?;
        store
            .add_findings(
                dataset.id,
                generation,
                &FindingsBatch {
                    issues,
                    ..FindingsBatch::default()
                },
            )
            .await?;
    }
    for groups in groups.chunks(PAGE) {
        job.check()?;
        store
            .add_findings(
                dataset.id,
                generation,
                &FindingsBatch {
                    groups,
                    ..FindingsBatch::default()
                },
            )
            .await?;
    }
    Ok(())
}

/// Takes away what nobody needs any more. A failure costs disk, not truth: the next run sweeps.
async fn sweep(engine: &Engine, dataset: &Dataset) {
    let before = grace(engine);
    if let Err(cause) = engine.store().sweep_segments(dataset.id, before).await {
        tracing::warn!(dataset.id = %dataset.id, error = &cause as &dyn std::error::Error, "cannot sweep old packs");
    }
}

fn grace(engine: &Engine) -> lamina_model::Timestamp {
    engine.clock().now().plus_seconds(-READERS_GRACE_SECONDS)
}
