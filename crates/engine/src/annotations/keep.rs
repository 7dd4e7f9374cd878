//! Bringing annotations in: reads the files on a thread of its own and keeps what it hands on.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::PathBuf};

use lamina_model::{
    AnnotationFault, AnnotationFile, AnnotationFormat, Dataset, DatasetId, MarkSource,
    PictureLabel, SourcePath,
};
use lamina_store::{AnnotationsRead, Said};
use tokio::sync::mpsc;

use super::{
    coco, csv, document,
    find::{Candidates, format_of, format_of_name, is_export, mark_outside},
    parquet,
    pictures::{Picture, Pictures},
    tags::Tags,
    taker::{Course, Halt, Part, Taker, checked},
    yolo,
};
use crate::{
    Engine, Error, SourceRoots,
    ingest::{Stopped, leads_below, resolved},
    jobs::JobContext,
    place::SourcePlace,
};

/// Changes when the same files are read in another way than before.
const READING: u32 = 4;
/// Pictures read from the store at a time.
const PAGE: usize = 4096;
/// From so many boxes on, people are warned.
const MANY_BOXES: u64 = 1_000_000;
/// The longest name of a folder that is a label, in characters.
const LONGEST_LABEL: usize = 200;

/// A file to read.
#[derive(Debug)]
struct ToRead {
    file: PathBuf,
    /// As people know it.
    shown: String,
    /// The folder that names in it are relative to, below the source.
    folder: Vec<u8>,
    format: AnnotationFormat,
}

/// Reads the annotation files of a dataset anew where they, or its pictures, changed since they
/// were read. What people changed by hand stays.
pub(crate) async fn bring_in(
    engine: &Engine,
    dataset: DatasetId,
    place: &SourcePlace,
    candidates: Candidates,
    job: &JobContext,
) -> Result<(), Stopped> {
    let store = engine.store();
    let dataset = store.dataset(dataset).await?;
    let seen = mark(engine, &dataset, &candidates).await?;
    if store
        .annotations_seen(dataset.id)
        .await?
        .unwrap_or_default()
        == seen
    {
        return Ok(());
    }
    store.forget_annotations_read(dataset.id).await?;
    for source in [MarkSource::Annotation, MarkSource::Folder] {
        store.forget_said(dataset.id, source).await?;
    }
    let (pictures, mut warnings) = pictures(engine, &dataset, place, job).await?;
    if candidates.more > 0 {
        warnings.push(format!(
            "{} annotation files beyond the first {} were not read",
            candidates.more,
            candidates.files.len()
        ));
    }
    let (sender, mut parts) = mpsc::channel::<Part>(2);
    let files = to_read(&dataset, place, &candidates);
    let id = dataset.id;
    // What was sent lies below no import root, and yet belongs to the dataset.
    let allowed = [engine.parts().roots.clone(), place.roots.clone()];
    let reading =
        tokio::task::spawn_blocking(move || read_all(id, &files, &pictures, &allowed, sender));
    let mut tags = Tags::default();
    while let Some(mut part) = parts.recv().await {
        // Dropping the receiver ends the reading.
        job.check()?;
        part.said.tags = tags.of(engine, dataset.id, &part).await?;
        store.keep_said(dataset.id, &part.said).await?;
        store
            .keep_annotation_problems(
                dataset.id,
                part.position,
                part.first_problem,
                &part.problems,
            )
            .await?;
    }
    let files = reading.await.map_err(Error::internal)?;
    let mut files = files.map_err(|_| Stopped::Cancelled)?;
    tags.tell(&mut files);
    warn(&files, &mut warnings);
    let read = AnnotationsRead {
        seen,
        named: dataset.annotation_files,
        labels_from_folders: dataset.labels_from_folders,
        warnings,
        files,
    };
    let now = engine.clock().now();
    Ok(store.keep_annotations_read(dataset.id, &read, now).await?)
}

/// Tells a reading from others: changes with the files, the wishes and the pictures. Nothing
/// where there is nothing to read.
async fn mark(
    engine: &Engine,
    dataset: &Dataset,
    candidates: &Candidates,
) -> Result<String, Stopped> {
    let inside = candidates.mark();
    if inside.is_empty() && dataset.annotation_files.is_empty() && !dataset.labels_from_folders {
        return Ok(String::new());
    }
    let (count, youngest) = engine.store().pictures_mark(dataset.id).await?;
    let outside = dataset.annotation_files.clone();
    let outside = tokio::task::spawn_blocking(move || {
        let marks: Vec<String> = outside.iter().map(|path| mark_outside(path)).collect();
        marks.join("\n")
    });
    let outside = outside.await.map_err(Error::internal)?;
    let folders = dataset.labels_from_folders;
    let all = format!("{READING}\n{inside}\n{folders}\n{count}\n{youngest:?}\n{outside}");
    Ok(blake3::hash(all.as_bytes()).to_hex()[..32].to_owned())
}

/// Every picture by its names; on the way, labels from the names of folders are kept.
async fn pictures(
    engine: &Engine,
    dataset: &Dataset,
    place: &SourcePlace,
    job: &JobContext,
) -> Result<(Pictures, Vec<String>), Stopped> {
    let mut pictures = Pictures::of(place.folder.as_os_str().as_bytes());
    let mut unusable = 0_u64;
    let mut last: Option<SourcePath> = None;
    loop {
        let page = engine
            .store()
            .facts_after(dataset.id, last.as_ref(), PAGE)
            .await?;
        job.check()?;
        let more = page.len() == PAGE;
        last = page.last().map(|facts| facts.path.clone());
        let mut said = Said::default();
        for facts in page {
            if dataset.labels_from_folders {
                match folder_label(&facts.path) {
                    Some(Ok(label)) => said.labels.push(PictureLabel {
                        media_id: facts.id,
                        label,
                        source: MarkSource::Folder,
                    }),
                    Some(Err(())) => unusable += 1,
                    None => {}
                }
            }
            let picture = Picture {
                id: facts.id,
                width_px: facts.width_px,
                height_px: facts.height_px,
            };
            pictures.add(&facts.path, picture);
        }
        if !said.labels.is_empty() {
            engine.store().keep_said(dataset.id, &said).await?;
        }
        if !more {
            break;
        }
    }
    pictures.ready();
    let mut warnings = Vec::new();
    if unusable > 0 {
        warnings.push(format!(
            "{unusable} pictures stand in folders whose names cannot be labels"
        ));
    }
    Ok((pictures, warnings))
}

/// The name of the folder that a picture stands in; nothing at the top.
fn folder_label(path: &SourcePath) -> Option<Result<String, ()>> {
    let name = path.folder().rsplit(|byte| *byte == b'/').next()?;
    if name.is_empty() {
        return None;
    }
    let name = String::from_utf8_lossy(name);
    let label = checked(&name, LONGEST_LABEL, "label").map(str::to_owned);
    Some(label.map_err(|_| ()))
}

/// The files in the order of their reading: those in the source first.
fn to_read(dataset: &Dataset, place: &SourcePlace, candidates: &Candidates) -> Vec<ToRead> {
    let inside = candidates.files.iter().filter_map(|(path, _)| {
        let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
        Some(ToRead {
            file: place.folder.join(OsStr::from_bytes(path.as_bytes())),
            shown: path.to_string(),
            folder: path.folder().to_vec(),
            format: format_of_name(&name)?,
        })
    });
    let mut files: Vec<ToRead> = inside.collect();
    for path in &dataset.annotation_files {
        let file = PathBuf::from(path);
        if files.iter().any(|known| known.file == file) {
            continue;
        }
        let below = file
            .parent()
            .and_then(|parent| parent.strip_prefix(&place.folder).ok());
        let folder = below.map(|below| below.as_os_str().as_bytes().to_vec());
        files.push(ToRead {
            format: format_of(&file).unwrap_or(AnnotationFormat::Csv),
            shown: path.clone(),
            folder: folder.unwrap_or_default(),
            file,
        });
    }
    files
}

fn read_all(
    dataset: DatasetId,
    files: &[ToRead],
    pictures: &Pictures,
    allowed: &[SourceRoots],
    sender: mpsc::Sender<Part>,
) -> Result<Vec<AnnotationFile>, Halt> {
    let mut course = Course::new(dataset, pictures, sender);
    let mut read = Vec::new();
    for one in files {
        // Names that many programs use say nothing by themselves.
        if one.format == AnnotationFormat::Export && !is_export(&one.file) {
            continue;
        }
        let mut taker = Taker::new(
            &mut course,
            read.len(),
            one.shown.clone(),
            one.format,
            one.folder.clone(),
        );
        let outside = !allowed.iter().any(|roots| match roots {
            SourceRoots::Anywhere => true,
            SourceRoots::Below(roots) => leads_below(&one.file, &resolved(roots)),
        });
        let ended = match one.format {
            _ if outside => Err(Halt::Unreadable {
                line: 0,
                note: "the file is not there, or lies outside the import roots".to_owned(),
            }),
            AnnotationFormat::Coco => coco::read(&one.file, &mut taker),
            AnnotationFormat::Csv => csv::read(&one.file, &mut taker),
            AnnotationFormat::Parquet => parquet::read(&one.file, &mut taker),
            AnnotationFormat::Export => document::read(&one.file, &mut taker),
            AnnotationFormat::Yolo => match yolo::read(&one.file, &mut taker) {
                Ok(false) => continue,
                other => other.map(drop),
            },
        };
        read.push(taker.finish(ended)?);
    }
    Ok(read)
}

/// What people should know at first sight. That a tag which they deleted themselves stays away is
/// told where rows are, and is no fault of the format.
fn warn(files: &[AnnotationFile], warnings: &mut Vec<String>) {
    for file in files {
        let deleted = file.faults.get(&AnnotationFault::DeletedTag);
        let left_out = file.left_out() - deleted.copied().unwrap_or(0);
        if left_out > 0 {
            warnings.push(format!(
                "{}: the format was not as expected; {left_out} of {} rows were not taken",
                file.path,
                file.rows.max(left_out)
            ));
        }
    }
    let boxes: u64 = files.iter().map(|file| file.boxes).sum();
    if boxes > MANY_BOXES {
        warnings.push(format!(
            "{boxes} boxes are more than {MANY_BOXES}; listing them takes longer"
        ));
    }
}
