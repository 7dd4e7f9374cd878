//! Files that people send: taken in under a transaction, then made part of the dataset at once.
//!
//! ```text
//! uploads/<dataset>/incoming/<n>   a transaction that is being filled: a folder for each request
//! uploads/<dataset>/finished/<n>   a transaction that was ended: waits for the next ingest
//! uploads/<dataset>/files          the source that ingest walks
//! ```
//!
//! Keeping the files of a request is one rename, and so is ending a transaction: all of the files
//! come or none, whenever the program dies. The ingest that follows moves them over; killed half
//! way, it goes on with the rest. Nothing is ever overwritten: a second file of the same name gets
//! a number behind it, unless its bytes are the same.

mod archive;
mod merge;
mod names;

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use lamina_model::{Dataset, DatasetId, JobId, SourcePath, SourceType};
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::{
    Caller, DatasetScope, Engine, Error,
    access::shorten,
    datasets::{NAME, may_create},
    ingest::plain,
    place::{kept, sent},
};

pub(crate) use merge::merge_finished;
use names::checked_file_name;

/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 256 << 10;

impl Engine {
    /// Makes a dataset with nothing in it, to which files can be sent.
    ///
    /// # Errors
    /// [`Error::Forbidden`] and its like when the caller may not make datasets;
    /// [`Error::Invalid`] when the name cannot be used.
    pub async fn new_upload_dataset(&self, caller: &Caller, name: &str) -> Result<Dataset, Error> {
        may_create(caller)?;
        let name = NAME.line(name)?;
        let mut dataset = self.new_dataset(caller, name, SourcePath::from_bytes(Vec::new()));
        dataset.source_type = SourceType::Upload;
        dataset.source = SourcePath::from_bytes(dataset.id.to_string().into_bytes());
        self.store().insert_dataset(&dataset).await?;
        Ok(dataset)
    }

    /// Begins a transaction and gives its number, unique within the dataset.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the dataset mirrors a folder.
    pub async fn begin_upload(&self, scope: &DatasetScope) -> Result<u64, Error> {
        takes_files(scope)?;
        let uploads = self.parts().upload_folder.clone();
        let id = scope.id();
        on_disk(move || new_transaction(&uploads, id)).await
    }

    /// A transaction that has begun and not ended.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of that number; [`Error::Conflict`] when the
    /// dataset mirrors a folder.
    pub async fn upload(&self, scope: &DatasetScope, transaction: &str) -> Result<Upload, Error> {
        takes_files(scope)?;
        let not_found = || Error::NotFound {
            what: "transaction",
            id: shorten(transaction),
        };
        let number: u64 = transaction.parse().map_err(|_| not_found())?;
        let folder = incoming(&self.parts().upload_folder, scope.id()).join(number.to_string());
        let looked = folder.clone();
        if !on_disk(move || Ok(looked.is_dir())).await? {
            return Err(not_found());
        }
        Ok(Upload {
            dataset: scope.id(),
            number,
            folder,
            most_bytes: self.parts().ingest.limits.max_file_bytes,
        })
    }

    /// Ends a transaction: all of its files become part of the dataset, which is brought in line
    /// with them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when another call has ended it meanwhile; [`Error::Invalid`] when it
    /// holds no file.
    pub async fn finish_upload(
        &self,
        scope: &DatasetScope,
        upload: Upload,
    ) -> Result<JobId, Error> {
        let uploads = self.parts().upload_folder.clone();
        let number = upload.number;
        let moved = on_disk(move || end_transaction(&uploads, &upload)).await;
        match moved? {
            Ended::Whole => {}
            Ended::Empty => {
                return Err(Error::invalid(
                    "transaction",
                    format!("transaction {number} holds no file; send some first"),
                ));
            }
            Ended::Gone => return Err(ended(number)),
        }
        self.request_ingest(scope).await
    }

    /// Whether files wait that no ingest has taken in.
    pub(crate) async fn has_finished_uploads(&self, dataset: DatasetId) -> bool {
        let folder = finished(&self.parts().upload_folder, dataset);
        on_disk(move || {
            Ok(folder
                .read_dir()
                .is_ok_and(|mut entries| entries.next().is_some()))
        })
        .await
        .unwrap_or(false)
    }

    /// Takes away all that was sent for a dataset that is gone.
    pub(crate) async fn forget_uploads(&self, dataset: DatasetId) {
        let folder = sent(&self.parts().upload_folder, dataset);
        let removed = on_disk(move || {
            moving().retain(|transaction, _| !transaction.starts_with(&folder));
            match fs_err::remove_dir_all(&folder) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
                _ => Ok(()),
            }
        });
        if let Err(cause) = removed.await {
            tracing::warn!(dataset.id = %dataset, error = ?cause, "cannot remove uploaded files");
        }
    }
}

/// A transaction that files can be sent to.
#[derive(Debug)]
pub struct Upload {
    dataset: DatasetId,
    number: u64,
    folder: PathBuf,
    most_bytes: u64,
}

impl Upload {
    /// Begins to take in files that came together: all of them become part of the transaction, or
    /// none does.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the transaction ended meanwhile; [`Error::NoSpace`].
    pub async fn begin_batch(&self) -> Result<Batch, Error> {
        let into = self.folder.clone();
        let begun = on_disk(move || match merge::begin_draft(&into) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            begun => begun.map(Some),
        });
        Ok(Batch {
            number: self.number,
            draft: begun.await?.ok_or_else(|| ended(self.number))?,
            into: self.folder.clone(),
            most_bytes: self.most_bytes,
        })
    }
}

/// Files that came together. Dropped before [`Batch::keep`], none of them stays.
#[derive(Debug)]
pub struct Batch {
    /// Of the transaction.
    number: u64,
    /// Where the files are until they are kept.
    draft: PathBuf,
    /// The folder of the transaction.
    into: PathBuf,
    most_bytes: u64,
}

impl Batch {
    /// Begins to take in a file. `name` may lead through folders, with `/` between them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name cannot be used; [`Error::NotFound`] when the transaction
    /// ended meanwhile.
    pub async fn begin_file(&self, name: &str) -> Result<IncomingFile, Error> {
        let name =
            checked_file_name(name.as_bytes()).map_err(|why| Error::invalid("files", why))?;
        let folder = self.draft.clone();
        let begun = on_disk(move || match merge::begin_part(&folder) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        });
        let (file, part) = begun.await?.ok_or_else(|| ended(self.number))?;
        Ok(IncomingFile {
            file: BufWriter::with_capacity(BUFFER_BYTES, tokio::fs::File::from_std(file)),
            part,
            name,
            folder: self.draft.clone(),
            bytes: 0,
            most_bytes: self.most_bytes,
        })
    }

    /// Puts the files of an archive in the place of the archive, which was sent as one of these
    /// files. Gives how many it held.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no zip, tar or tar.gz, is damaged, or holds a name that leads
    /// out of it. Nothing of the batch is kept then.
    pub async fn unpack(self, sent: KeptFile) -> Result<(Self, u64), Error> {
        // The batch goes with the work, which goes on when the caller goes away.
        let unpacked = tokio::task::spawn_blocking(move || {
            let files = self.unpack_here(&sent.0)?;
            Ok((self, files))
        });
        let unpacked = unpacked.await.map_err(Error::internal)?;
        unpacked.map_err(|cause| match cause {
            archive::Unusable::Disk(cause) => disk(cause),
            archive::Unusable::Archive(why) => Error::invalid("archive", why),
        })
    }

    fn unpack_here(&self, sent: &Path) -> Result<u64, archive::Unusable> {
        // Out of the way of a file in it that has the archive's own name.
        let (_, aside) = merge::begin_part(&self.draft)?;
        fs_err::rename(sent, &aside)?;
        let files = archive::unpack(&aside, &self.draft, self.most_bytes)?;
        fs_err::remove_file(&aside)?;
        Ok(files)
    }

    /// All of them have come: they become part of the transaction, which a batch without files
    /// leaves as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the transaction ended meanwhile; [`Error::NoSpace`].
    pub async fn keep(self) -> Result<(), Error> {
        let number = self.number;
        // The files must outlive a caller who goes away meanwhile.
        let moved = on_disk(move || match self.keep_here() {
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
            other => other.map(|()| true),
        });
        if moved.await? {
            Ok(())
        } else {
            Err(ended(number))
        }
    }

    fn keep_here(&self) -> io::Result<()> {
        // An empty folder would pass for content of a transaction that holds no file.
        match fs_err::remove_dir(&self.draft) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {}
            other => return other,
        }
        merge::keep_draft(&self.draft, &self.into, &mut moving())
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Gone where they were kept, and where the transaction ended; what was refused may be
        // thousands of files.
        if !self.draft.exists() || fs_err::remove_dir(&self.draft).is_ok() {
            return;
        }
        let folder = self.draft.clone();
        let remove = move || drop(fs_err::remove_dir_all(folder));
        match tokio::runtime::Handle::try_current() {
            Ok(pool) => drop(pool.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

/// A file being taken in. Dropped before [`IncomingFile::keep`], nothing of it stays.
#[derive(Debug)]
pub struct IncomingFile {
    file: BufWriter<tokio::fs::File>,
    part: PathBuf,
    name: PathBuf,
    folder: PathBuf,
    bytes: u64,
    most_bytes: u64,
}

/// A file that was taken in whole.
#[derive(Debug)]
pub struct KeptFile(PathBuf);

impl IncomingFile {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the file is larger than files may be; [`Error::NoSpace`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.most_bytes {
            let why = format!(
                "{} has more than {} bytes, the most a file may have here",
                self.name.display(),
                self.most_bytes
            );
            return Err(Error::TooLarge { why });
        }
        self.file.write_all(bytes).await.map_err(disk)
    }

    /// The file has come to its end.
    ///
    /// # Errors
    /// [`Error::NoSpace`].
    pub async fn keep(mut self) -> Result<KeptFile, Error> {
        self.file.flush().await.map_err(disk)?;
        let (part, folder, name) = (self.part.clone(), self.folder.clone(), self.name.clone());
        on_disk(move || merge::place(&part, &folder, &name))
            .await
            .map(KeptFile)
    }
}

impl Drop for IncomingFile {
    fn drop(&mut self) {
        // Gone already where it was kept.
        let _ = fs_err::remove_file(&self.part);
    }
}

enum Ended {
    Whole,
    Empty,
    Gone,
}

fn incoming(uploads: &Path, dataset: DatasetId) -> PathBuf {
    sent(uploads, dataset).join("incoming")
}

pub(crate) fn finished(uploads: &Path, dataset: DatasetId) -> PathBuf {
    sent(uploads, dataset).join("finished")
}

fn new_transaction(uploads: &Path, dataset: DatasetId) -> io::Result<u64> {
    let folder = incoming(uploads, dataset);
    fs_err::create_dir_all(&folder)?;
    fs_err::create_dir_all(kept(uploads, dataset))?;
    let numbers = [folder.clone(), finished(uploads, dataset)]
        .iter()
        .filter_map(|folder| folder.read_dir().ok())
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u64>().ok())
        .max();
    let mut number = numbers.unwrap_or(0) + 1;
    loop {
        match fs_err::create_dir(folder.join(number.to_string())) {
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => number += 1,
            other => return other.map(|()| number),
        }
    }
}

/// Held while a request's files become part of their transaction, and while one ends: so it ends
/// with all of them or without any. One process serves a folder.
fn moving() -> MutexGuard<'static, merge::LastBatches> {
    static MOVING: Mutex<merge::LastBatches> = Mutex::new(merge::LastBatches::new());
    MOVING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ended(transaction: u64) -> Error {
    Error::NotFound {
        what: "transaction",
        id: transaction.to_string(),
    }
}

fn end_transaction(uploads: &Path, upload: &Upload) -> io::Result<Ended> {
    let mut last_batches = moving();
    merge::clear_parts(&upload.folder)?;
    match fs_err::remove_dir(&upload.folder) {
        Ok(()) => {
            // It held nothing; it stays open for files to come.
            fs_err::create_dir(&upload.folder)?;
            return Ok(Ended::Empty);
        }
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Ended::Gone),
        Err(_) => {}
    }
    // Its number may be given again.
    last_batches.remove(&upload.folder);
    let finished = finished(uploads, upload.dataset);
    fs_err::create_dir_all(&finished)?;
    match fs_err::rename(&upload.folder, finished.join(upload.number.to_string())) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(Ended::Gone),
        other => other.map(|()| Ended::Whole),
    }
}

fn takes_files(scope: &DatasetScope) -> Result<(), Error> {
    match scope.dataset().source_type {
        SourceType::Upload => Ok(()),
        SourceType::Folder => Err(Error::Conflict {
            code: "mirrors_a_folder",
            why: format!(
                "this dataset mirrors the folder {}; put the files there and index it again",
                scope.dataset().source
            ),
        }),
    }
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
        .map_err(disk)
}

pub(crate) fn disk(cause: io::Error) -> Error {
    match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::NoSpace {
            why: format!(
                "the disk of the server is full ({}); its administrator has to make room",
                plain(&cause)
            ),
        },
        _ => Error::internal(cause),
    }
}
