//! Writing the index of a generation from SQL and blobs.

use std::{collections::HashMap, path::Path, time::Instant};

use half::{f16, vec::HalfBitsVecExt};
use lamina_model::{
    ClusterLevel, DatasetId, DuplicateTier, Generation, IssueKind, JobId, Media, MediaFindings,
    MediaId, ObjectBox, SegmentId, Timestamp,
};
use lamina_search::{GenerationBuilder, MediaRow, Mixture, SearchError};
use lamina_store::Error as StoreError;
use lamina_vision::{EmbedError, Embedder};

use super::{
    PICTURES,
    copies::{self, Group},
    folder,
    mixtures::Mixtures,
    names::{self, Hints, Names},
    objects::ObjectTable,
    open::Opened,
    packs::Packs,
    picture::{self, Beside},
};
use crate::{Engine, Error};

/// Rows read from the store at a time: each of their values is an allocation of its own until all
/// are read.
const PAGE: usize = 1024;

/// Concepts of a picture that its clusters are called after.
const MOST_CONCEPTS: usize = 5;

/// Pictures that are the same in one way, with their likeness to the first, the one to keep.
type Copies = (DuplicateTier, Vec<(MediaId, f32)>);

/// What an index is made of.
struct Material {
    /// In the order of their paths, each with the time of the last change of its file.
    media: Vec<(Media, Timestamp)>,
    findings: HashMap<MediaId, MediaFindings>,
    issues: HashMap<MediaId, Vec<(IssueKind, f32)>>,
    copies: Vec<Copies>,
    dimensions: usize,
    labels: HashMap<MediaId, Vec<String>>,
    captions: HashMap<MediaId, Vec<String>>,
    objects: HashMap<MediaId, Vec<ObjectBox>>,
    /// The number of tags and labels before any label was read.
    marks_version: i64,
}

/// Writes the index of a generation, in a folder of its own that gets its name when it is whole.
pub(crate) async fn write_index(
    engine: &Engine,
    dataset: DatasetId,
    generation: Generation,
) -> Result<(), Error> {
    let began = Instant::now();
    let material = gather(engine, dataset, generation).await?;
    let packs = packs(engine, dataset, &material).await?;
    let indexes = engine.parts().index_folder.clone();
    let embedder = std::sync::Arc::clone(&engine.parts().embedder);
    let mark = JobId::new(engine.clock(), engine.chance()).to_string();
    let workers = engine.parts().ingest.workers;
    let pictures = material.media.len();
    let written = tokio::task::spawn_blocking(move || {
        let draft = folder::for_writing(&indexes, dataset, generation, &mark);
        let place = folder::of_generation(&indexes, dataset, generation);
        let written = write(
            &draft,
            generation,
            (&material, &packs),
            embedder.as_ref(),
            workers,
        );
        let named = written.and_then(|()| {
            // Only what cannot be read stands in the way: a whole one would have been opened.
            folder::remove(&place);
            Ok(fs_err::rename(&draft, &place)?)
        });
        if named.is_err() {
            folder::remove(&draft);
        }
        named
    });
    written
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let seconds = began.elapsed().as_secs_f64();
    tracing::debug!(dataset.id = %dataset, generation = generation.0, pictures, seconds, "wrote an index");
    Ok(())
}

/// The vectors of an index, row by row; zeros for pictures that have none or are gone since.
pub(super) async fn vectors_of(engine: &Engine, opened: &Opened) -> Result<Vec<f16>, Error> {
    let store = engine.store();
    let columns = engine.parts().embedder.dimensions();
    let mut rows_of: HashMap<SegmentId, Vec<(u32, u32)>> = HashMap::new();
    let mut cursor = None;
    loop {
        let page = store
            .media_page(opened.dataset, cursor.as_ref(), PAGE)
            .await?;
        for one in page.items {
            if let Some(row) = opened.index.row_of(one.id) {
                let place = one.placement;
                rows_of
                    .entry(place.segment)
                    .or_default()
                    .push((row, place.row));
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    // As numbers, zeros come from the system without being written.
    let ordered = vec![0_u16; opened.index.rows() as usize * columns];
    let mut ordered: Vec<f16> = ordered.reinterpret_into();
    for segment in store.segments(opened.dataset).await? {
        let Some(rows) = rows_of.remove(&segment.id) else {
            continue;
        };
        if !engine.parts().is_comparable(&segment.model) {
            continue;
        }
        let vectors = store.vectors(&segment).await?;
        for (row, from) in rows {
            let (to, from) = (row as usize * columns, from as usize * columns);
            if let Some(vector) = vectors.get(from..from + columns) {
                ordered[to..to + columns].copy_from_slice(vector);
            }
        }
    }
    Ok(ordered)
}

async fn gather(
    engine: &Engine,
    dataset: DatasetId,
    generation: Generation,
) -> Result<Material, Error> {
    let store = engine.store();
    let marks_version = store.dataset(dataset).await?.marks_version;
    let mut findings = HashMap::new();
    let mut last = None;
    loop {
        let page = store
            .findings_after(dataset, generation, last, PAGE)
            .await?;
        last = page.last().map(|found| found.media_id);
        let more = page.len() == PAGE;
        findings.extend(page.into_iter().map(|found| (found.media_id, found)));
        if !more {
            break;
        }
    }
    let mut media = Vec::with_capacity(findings.len());
    let mut last = None;
    loop {
        let page = store.dated_media_after(dataset, last, PAGE).await?;
        last = page.last().map(|(one, _)| one.id);
        let more = page.len() == PAGE;
        // Pictures indexed since belong to the next generation.
        let known = page.into_iter();
        media.extend(known.filter(|(one, _)| findings.contains_key(&one.id)));
        if !more {
            break;
        }
    }
    media.sort_unstable_by(|(a, _), (b, _)| (&a.path, a.id).cmp(&(&b.path, b.id)));
    Ok(Material {
        issues: issues(engine, dataset, generation).await?,
        copies: copies(engine, dataset, generation).await?,
        dimensions: engine.parts().embedder.dimensions(),
        labels: labels(engine, dataset).await?,
        captions: captions(engine, dataset).await?,
        objects: objects(engine, dataset).await?,
        marks_version,
        media,
        findings,
    })
}

async fn labels(
    engine: &Engine,
    dataset: DatasetId,
) -> Result<HashMap<MediaId, Vec<String>>, Error> {
    let mut labels: HashMap<_, Vec<_>> = HashMap::new();
    let mut last = None;
    loop {
        let page = engine.store().labels_after(dataset, last, PAGE).await?;
        let Some(end) = page.last() else {
            return Ok(labels);
        };
        last = Some(end.media_id);
        for one in page {
            labels.entry(one.media_id).or_default().push(one.label);
        }
    }
}

async fn captions(
    engine: &Engine,
    dataset: DatasetId,
) -> Result<HashMap<MediaId, Vec<String>>, Error> {
    let mut captions: HashMap<_, Vec<_>> = HashMap::new();
    let mut last = None;
    loop {
        let page = engine.store().captions_after(dataset, last, PAGE).await?;
        let Some(end) = page.last() else {
            return Ok(captions);
        };
        last = Some(end.media_id);
        for one in page {
            captions.entry(one.media_id).or_default().push(one.caption);
        }
    }
}

async fn objects(
    engine: &Engine,
    dataset: DatasetId,
) -> Result<HashMap<MediaId, Vec<ObjectBox>>, Error> {
    let mut objects: HashMap<_, Vec<_>> = HashMap::new();
    let mut last = None;
    loop {
        let page = engine.store().objects_after(dataset, last, PAGE).await?;
        let Some(end) = page.last() else {
            return Ok(objects);
        };
        last = Some((end.media_id, end.id));
        for one in page {
            objects.entry(one.media_id).or_default().push(one);
        }
    }
}

async fn issues(
    engine: &Engine,
    dataset: DatasetId,
    generation: Generation,
) -> Result<HashMap<MediaId, Vec<(IssueKind, f32)>>, Error> {
    let mut issues: HashMap<_, Vec<_>> = HashMap::new();
    for kind in IssueKind::ALL {
        let mut cursor = None;
        loop {
            let page = engine
                .store()
                .issues(dataset, generation, kind, 0.0, cursor.as_ref(), PAGE)
                .await?;
            for issue in page.items {
                let of = issues.entry(issue.media_id).or_default();
                of.push((kind, issue.confidence));
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(issues)
}

async fn copies(
    engine: &Engine,
    dataset: DatasetId,
    generation: Generation,
) -> Result<Vec<Copies>, Error> {
    let mut copies = Vec::new();
    let mut cursor = None;
    loop {
        let page = engine
            .store()
            .duplicate_groups(dataset, generation, None, cursor.as_ref(), PAGE)
            .await?;
        copies.extend(page.items.into_iter().map(|group| {
            let keep = std::iter::once((group.keep, 1.0));
            (group.tier, keep.chain(group.others).collect())
        }));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(copies)
}

/// The vectors of every pack that may be held against those of the present model.
async fn packs(engine: &Engine, dataset: DatasetId, material: &Material) -> Result<Packs, Error> {
    let store = engine.store();
    let mut segments = store.segments(dataset).await?;
    segments.retain(|segment| engine.parts().is_comparable(&segment.model));
    let wanted = material.media.iter().map(|(media, _)| &media.placement);
    Ok(Packs::new(store, material.dimensions, segments, wanted))
}

fn write(
    folder: &Path,
    generation: Generation,
    (material, packs): (&Material, &Packs),
    embedder: &dyn Embedder,
    workers: usize,
) -> Result<(), WriteError> {
    let spaces = [(PICTURES, material.dimensions)];
    let mut builder = GenerationBuilder::create(folder, generation, &spaces)?;
    let mut beside = Vec::with_capacity(material.media.len());
    let mut row_of = HashMap::with_capacity(material.media.len());
    let nearest = nearest_copies(&material.copies);
    let language = embedder.language();
    if let Some(language) = language {
        builder.name_concepts(language.concepts().iter().map(String::as_str))?;
    }
    let mut mixtures = Mixtures::new(language, workers, material.media.len(), |at| {
        let placement = &material.media[at].0.placement;
        packs.vector(placement).map_err(WriteError::from)
    });
    let (mut objects, mut labels) = (ObjectTable::default(), HashMap::new());
    let mut hints = Hints::default();
    for (at, (media, modified_at)) in material.media.iter().enumerate() {
        let Some(findings) = material.findings.get(&media.id) else {
            continue;
        };
        let (vector, mixture) = mixtures.of(at)?;
        let row = MediaRow {
            id: media.id,
            path: media.path.clone(),
            format: media.format,
            width_px: media.width_px,
            height_px: media.height_px,
            size_bytes: media.size_bytes,
            created_at: media.created_at,
            modified_at: *modified_at,
            labels: material.labels.get(&media.id).cloned().unwrap_or_default(),
            captions: material
                .captions
                .get(&media.id)
                .cloned()
                .unwrap_or_default(),
            issues: material.issues.get(&media.id).cloned().unwrap_or_default(),
            duplicate: nearest.get(&media.id).copied(),
            uniqueness: findings.uniqueness,
            clusters: findings.clusters,
            mixture,
        };
        builder.push(&row, &[vector.as_deref()])?;
        hints.clusters.push(row.clusters);
        let known = material.labels.get(&media.id);
        hints.labels.push(known.map_or(&[], Vec::as_slice));
        hints.concepts.push(most_of(row.mixture));
        beside.push(Beside {
            rgb: media.measures.mean_rgb,
            version: std::array::from_fn(|at| media.content_hash[at]),
        });
        let row = u32::try_from(row_of.len()).unwrap_or(u32::MAX);
        row_of.insert(media.id, row);
        for object in material.objects.get(&media.id).into_iter().flatten() {
            objects.push(&mut labels, row, object);
        }
    }
    picture::write(folder, material.marks_version, &beside)?;
    picture::write_model(folder, embedder.model())?;
    copies::write(folder, &groups(&material.copies, &row_of))?;
    objects.write(folder)?;
    let concepts = language.map_or(&[][..], |language| language.concepts());
    names::write(folder, &names_of(&hints, concepts))?;
    Ok(builder.finish()?)
}

/// What the clusters are called.
fn names_of(hints: &Hints<'_>, concepts: &[String]) -> Names {
    let mut names = Names::new();
    for level in ClusterLevel::ALL {
        for (cluster, members) in hints.members(level) {
            let name = hints.name(&members, concepts);
            if !name.is_empty() {
                names.insert(cluster, name);
            }
        }
    }
    names
}

/// The few concepts that a picture shows most of.
fn most_of(mixture: Mixture) -> Vec<(u16, f32)> {
    let mut shares = mixture.shares;
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares.truncate(MOST_CONCEPTS);
    shares.shrink_to_fit();
    shares
}

/// By picture, one of the groups it is in, and its likeness to the copy most like it in any.
fn nearest_copies(copies: &[Copies]) -> HashMap<MediaId, (u32, f32)> {
    let mut nearest: HashMap<_, (u32, f32)> = HashMap::new();
    for (number, (_, members)) in (0..).zip(copies) {
        let others = members.iter().skip(1).map(|(_, likeness)| *likeness);
        let most = others.fold(0.0, f32::max);
        for (place, (id, likeness)) in members.iter().enumerate() {
            let likeness = if place == 0 { most } else { *likeness };
            let known = nearest.entry(*id).or_insert((number, likeness));
            known.1 = known.1.max(likeness);
        }
    }
    nearest
}

/// The groups by row, without pictures that are gone.
fn groups(copies: &[Copies], row_of: &HashMap<MediaId, u32>) -> Vec<Group> {
    let of_row = |(id, likeness): &(MediaId, f32)| Some((*row_of.get(id)?, *likeness));
    let groups = copies.iter().map(|(tier, members)| Group {
        tier: *tier,
        members: members.iter().filter_map(of_row).collect(),
    });
    groups.filter(|group| group.members.len() > 1).collect()
}

/// Why an index could not be written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
