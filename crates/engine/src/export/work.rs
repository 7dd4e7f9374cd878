//! The job that writes an archive: into a file beside the indexes, then into the blob store.

mod pace;

use std::{
    io::{BufWriter, Write},
    os::unix::ffi::OsStrExt,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use lamina_model::{Dataset, ExportId, Job, Phase};
use lamina_store::Export;
use tokio::{sync::mpsc, task::JoinHandle};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use self::pace::Pace;
use super::{
    ask::{DONE, ExportFormat, ExportWish, FAILED, RUNNING},
    csv, document,
    item::Item,
    names::Names,
    table::{Row, Table},
    training::{Coco, Yolo, boxes_name},
};
use crate::{
    DatasetScope, Engine, Error, ingest::Stopped, jobs::JobContext, media::open_below,
    place::SourcePlace,
};

/// Pictures told of at a time.
pub(super) const PART: usize = 500;
/// How often it is told how many files are in an archive.
const EVERY: Duration = Duration::from_secs(1);
/// How long an archive stays.
const KEPT_SECONDS: i64 = 7 * 86_400;

/// Where the archive of an export lies.
pub(super) fn key(export: &Export) -> String {
    format!("datasets/{}/exports/{}.zip", export.dataset_id, export.id)
}

/// Writes the archive that a job is about. Begun again, it is written anew.
pub(crate) async fn export(
    engine: &Engine,
    dataset: &Dataset,
    job: &Job,
    context: &Arc<JobContext>,
) -> Result<(), Stopped> {
    take_away_old(engine).await?;
    let id: ExportId = job.subject.parse().map_err(Error::internal)?;
    let mut export = engine.store().export(dataset.id, id).await?;
    if export.status == DONE {
        return Ok(());
    }
    RUNNING.clone_into(&mut export.status);
    engine.store().update_export(&export).await?;
    let folder = engine.parts().index_folder.clone();
    let file = folder.join(format!("exporting-{id}.zip"));
    let written = write(engine, dataset, &mut export, context, &file).await;
    let ended = match written {
        Ok(()) => keep(engine, &mut export, &file)
            .await
            .map_err(Stopped::from),
        Err(cause) => Err(cause),
    };
    let gone = tokio::task::spawn_blocking(move || fs_err::remove_file(file));
    let _ = gone.await.map_err(Error::internal)?;
    if let Err(Stopped::Failed(why)) = &ended {
        FAILED.clone_into(&mut export.status);
        export.message = Some(why.clone());
        export.finished_at = Some(engine.clock().now());
        engine.store().update_export(&export).await?;
    }
    ended
}

async fn keep(engine: &Engine, export: &mut Export, file: &std::path::Path) -> Result<(), Error> {
    engine.store().blobs().put_file(&key(export), file).await?;
    let path = file.to_owned();
    let measured = tokio::task::spawn_blocking(move || {
        let mut hasher = blake3::Hasher::new();
        let size = std::io::copy(&mut fs_err::File::open(path)?, &mut hasher)?;
        Ok::<_, std::io::Error>((size, hasher.finalize().as_bytes().to_vec()))
    });
    let (size, hash) = measured
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let now = engine.clock().now();
    DONE.clone_into(&mut export.status);
    export.progress = 1.0;
    export.size_bytes = Some(size);
    export.content_hash = Some(hash);
    export.finished_at = Some(now);
    export.expires_at = Some(now.plus_seconds(KEPT_SECONDS));
    Ok(engine.store().update_export(export).await?)
}

/// Takes archives away whose time has come.
async fn take_away_old(engine: &Engine) -> Result<(), Error> {
    let now = engine.clock().now();
    for mut old in engine.store().expired_exports(now).await? {
        engine.store().blobs().delete(&key(&old)).await?;
        old.size_bytes = None;
        engine.store().update_export(&old).await?;
    }
    Ok(())
}

async fn write(
    engine: &Engine,
    dataset: &Dataset,
    export: &mut Export,
    context: &Arc<JobContext>,
    file: &std::path::Path,
) -> Result<(), Stopped> {
    let wish: ExportWish = serde_json::from_str(&export.wish).map_err(Error::internal)?;
    let scope = DatasetScope::of_job(dataset.clone());
    let items = engine.export_items(&scope, &wish.parts).await?;
    let total = items.len() as u64;
    export.entities = total;
    let names = Names::of(wish.format);
    let pace = Arc::new(Pace::of(total, wish.with_files));
    let writer = Writer {
        pace: Arc::clone(&pace),
        head: document::head(export, dataset, &wish.base_url, engine.clock().now()),
        dataset: dataset.clone(),
        source: engine.place_of(dataset),
        wish,
        file: file.to_owned(),
    };
    // Two parts at a time are in memory: one being read, one being written.
    let (sender, parts) = mpsc::channel::<Vec<Row>>(1);
    let mut writing = tokio::task::spawn_blocking(move || writer.run(parts));
    let mut telling = Telling {
        engine,
        export,
        context,
        pace: &pace,
    };
    let written = match telling.feed(&scope, &items, names, sender).await {
        Ok(()) => telling.watch(&mut writing).await,
        Err(stopped) => Err(stopped),
    };
    match written {
        Ok(written) => written
            .map_err(|cause| Stopped::Failed(format!("the archive cannot be written: {cause}"))),
        Err(stopped) => {
            // Nobody waits for the rest, and what is there of it is taken away.
            pace.stop();
            // What has told how it ended already is not asked again.
            if !writing.is_finished() {
                let _ = writing.await;
            }
            Err(stopped)
        }
    }
}

/// Hands on what is to be written, and tells how far that is.
struct Telling<'a> {
    engine: &'a Engine,
    export: &'a mut Export,
    context: &'a JobContext,
    pace: &'a Pace,
}

impl Telling<'_> {
    /// Hands on what is said of all pictures.
    async fn feed(
        &mut self,
        scope: &DatasetScope,
        items: &[Item],
        mut names: Names,
        sender: mpsc::Sender<Vec<Row>>,
    ) -> Result<(), Stopped> {
        for part in items.chunks(PART) {
            self.context.check()?;
            let said = self.engine.said_of(scope, part).await?;
            let rows = part.iter().zip(said).map(|(item, said)| {
                let name = names.give(&item.path);
                (item.clone(), said, name)
            });
            // Where nobody takes them, why is told by the one who writes.
            if sender.send(rows.collect()).await.is_err() {
                break;
            }
            self.pace.told(part.len() as u64);
            self.tell().await?;
        }
        Ok(())
    }

    /// Waits until the archive is written.
    async fn watch(&mut self, writing: &mut JoinHandle<Written>) -> Result<Written, Stopped> {
        loop {
            match tokio::time::timeout(EVERY, &mut *writing).await {
                Ok(written) => return Ok(written.map_err(Error::internal)?),
                Err(_) => self.tell().await?,
            }
        }
    }

    async fn tell(&mut self) -> Result<(), Stopped> {
        self.context.check()?;
        let (done, total) = self.pace.so_far();
        self.context.tell(Phase::Exporting, done, total, 0);
        #[expect(clippy::cast_precision_loss, reason = "a fraction for people")]
        let progress = done as f32 / total.max(1) as f32;
        self.export.progress = progress.min(0.99);
        Ok(self.engine.store().update_export(self.export).await?)
    }
}

/// Writes one archive, on a thread of its own.
struct Writer {
    pace: Arc<Pace>,
    head: String,
    dataset: Dataset,
    source: SourcePlace,
    wish: ExportWish,
    file: PathBuf,
}

type WriteError = Box<dyn std::error::Error + Send + Sync>;
type Written = Result<(), WriteError>;

impl Writer {
    fn run(self, mut parts: mpsc::Receiver<Vec<Row>>) -> Written {
        if let Some(folder) = self.file.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let out = BufWriter::new(fs_err::File::create(&self.file)?);
        let mut zip = ZipWriter::new(out);
        let mut files = Vec::new();
        let mut take = |rows: &[Row]| {
            if self.wish.with_files {
                let listed = rows
                    .iter()
                    .map(|(item, _, name)| (item.path.clone(), name.clone()));
                files.extend(listed);
            }
        };
        match self.wish.format {
            ExportFormat::Json => {
                zip.start_file("metadata.json", large())?;
                zip.write_all(self.head.as_bytes())?;
                let mut first = true;
                while let Some(rows) = parts.blocking_recv() {
                    take(&rows);
                    for row in &rows {
                        if !std::mem::take(&mut first) {
                            zip.write_all(b",")?;
                        }
                        let (base, files) = (&self.wish.base_url, self.wish.with_files);
                        let one = document::media_item(&self.dataset, base, row, files);
                        zip.write_all(one.as_bytes())?;
                    }
                }
                zip.write_all(document::TAIL.as_bytes())?;
            }
            ExportFormat::Csv => {
                let mut images = self.aside("image_annotations.csv", csv::IMAGES_HEAD);
                let mut objects = self.aside("object_annotations.csv", csv::OBJECTS_HEAD);
                zip.start_file("metadata.csv", large())?;
                zip.write_all(csv::HEAD.as_bytes())?;
                while let Some(rows) = parts.blocking_recv() {
                    take(&rows);
                    for row in &rows {
                        let (item, said, _) = row;
                        zip.write_all(csv::row(item, said).as_bytes())?;
                        let name = self.name_of(row);
                        images.write(&csv::image_rows(&name, said))?;
                        objects.write(&csv::object_rows(&name, said))?;
                    }
                }
                images.pour(&mut zip)?;
                objects.pour(&mut zip)?;
            }
            ExportFormat::Parquet => {
                zip.start_file("metadata.parquet", large())?;
                let mut table = Table::begin(&mut zip)?;
                while let Some(rows) = parts.blocking_recv() {
                    take(&rows);
                    table.push(&rows)?;
                }
                table.finish()?;
            }
            ExportFormat::Coco => {
                let mut coco = Coco::default();
                let mut images = self.aside("image_annotations.csv", csv::IMAGES_HEAD);
                while let Some(rows) = parts.blocking_recv() {
                    take(&rows);
                    for row in &rows {
                        images.write(&csv::label_rows(&self.name_of(row), &row.1))?;
                        coco.push(row);
                    }
                }
                if coco.has_boxes() {
                    images.pour(&mut zip)?;
                }
                if coco.has_captions() {
                    zip.start_file("captions.json", large())?;
                    coco.write_captions(&mut zip)?;
                }
                zip.start_file("annotations.json", large())?;
                coco.write(&mut zip)?;
            }
            ExportFormat::Yolo => {
                let mut yolo = Yolo::default();
                // What is said of whole pictures has no place in that format.
                let mut images = self.aside("image_annotations.csv", csv::IMAGES_HEAD);
                while let Some(rows) = parts.blocking_recv() {
                    take(&rows);
                    for row in &rows {
                        images.write(&csv::image_rows(&self.name_of(row), &row.1))?;
                        let text = yolo.boxes(row);
                        if !text.is_empty() {
                            zip.start_file(boxes_name(&row.2), stored())?;
                            zip.write_all(text.as_bytes())?;
                        }
                    }
                }
                images.pour(&mut zip)?;
                zip.start_file("data.yaml", stored())?;
                zip.write_all(yolo.finish().as_bytes())?;
            }
        }
        let mut missing = String::new();
        for (path, name) in files {
            let below = std::ffi::OsStr::from_bytes(path.as_bytes());
            match open_below(&self.source.folder.join(below), &self.source.roots) {
                Ok((mut file, size)) => {
                    let options = stored().large_file(size >= u64::from(u32::MAX));
                    zip.start_file(format!("images/{name}"), options)?;
                    self.pace.copy(&mut file, &mut zip)?;
                }
                // One file that is gone never spoils the rest.
                Err(cause) => missing.push_str(&format!("{path}: {}\n", cause.kind())),
            }
            self.pace.copied();
        }
        if !missing.is_empty() {
            zip.start_file("missing.txt", stored())?;
            zip.write_all(missing.as_bytes())?;
        }
        zip.finish()?.into_inner()?.sync_all()?;
        Ok(())
    }
}

impl Writer {
    /// What a picture is called in files that are read back: its file in the archive, or its path
    /// where the archive has none.
    fn name_of(&self, (item, _, name): &Row) -> String {
        if self.wish.with_files {
            name.clone()
        } else {
            item.path.to_string()
        }
    }

    fn aside(&self, name: &'static str, head: &'static str) -> Aside {
        Aside {
            name,
            head,
            place: self.file.with_extension(name),
            file: None,
        }
    }
}

/// A file of the archive that is written while another one is: on the disk until its turn comes.
struct Aside {
    name: &'static str,
    head: &'static str,
    place: PathBuf,
    file: Option<BufWriter<fs_err::File>>,
}

impl Aside {
    fn write(&mut self, text: &str) -> Result<(), WriteError> {
        if text.is_empty() {
            return Ok(());
        }
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut file = BufWriter::new(fs_err::File::create(&self.place)?);
                file.write_all(self.head.as_bytes())?;
                file
            }
        };
        self.file.insert(file).write_all(text.as_bytes())?;
        Ok(())
    }

    /// Puts it into the archive, unless nothing was written.
    fn pour<W: Write + std::io::Seek>(mut self, zip: &mut ZipWriter<W>) -> Result<(), WriteError> {
        if let Some(file) = self.file.take() {
            file.into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            zip.start_file(self.name, large())?;
            std::io::copy(&mut fs_err::File::open(&self.place)?, zip)?;
        }
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Not there where nothing was written.
        let _ = fs_err::remove_file(&self.place);
    }
}

/// Pictures are packed already; what is text may be as large as it likes.
fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

fn large() -> SimpleFileOptions {
    stored().large_file(true)
}
