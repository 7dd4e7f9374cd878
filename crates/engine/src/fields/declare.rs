//! Declaring a field, and sending its values.

use std::{
    collections::BTreeSet,
    io::Read,
    path::{Path, PathBuf},
};

use lamina_model::{
    DatasetId, FieldId, FieldKind, FieldState, FieldValue, Job, JobId, JobKind, JobState, Lane,
    MediaId, MetadataField, Progress,
};
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::{
    Caller, DatasetScope, Engine, Error, access::shorten, annotations::Text, error::OrNothing,
    naming::Naming, uploads::disk,
};

/// What a field is called.
const NAME: Naming = Naming {
    field: "field_name",
    what: "the name of a field",
    longest: 200,
};
/// Options of an enum at most.
const MOST_OPTIONS: usize = 100;
/// The longest option, in characters.
const LONGEST_OPTION: usize = 20;

/// A field that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldWish {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Of an enum: what may be chosen.
    pub options: Vec<String>,
    /// Of an enum: whether a picture may have several.
    pub is_multi: bool,
}

/// Values that are being sent for a field. Dropped before [`IncomingValues::keep`], nothing of
/// them stays.
#[derive(Debug)]
pub struct IncomingValues {
    file: BufWriter<tokio::fs::File>,
    part: PathBuf,
    place: PathBuf,
    field: FieldId,
    bytes: u64,
    most_bytes: u64,
}

impl Engine {
    /// Declares a field.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name or the options cannot be used; [`Error::Conflict`] when
    /// the dataset has a field of that name already, or is not ready.
    pub async fn declare_field(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        wish: FieldWish,
    ) -> Result<MetadataField, Error> {
        scope.shown()?;
        let name = NAME.line(&wish.name)?;
        check_options(&wish)?;
        let field = MetadataField {
            id: FieldId::new(self.clock(), self.chance()),
            name,
            kind: wish.kind,
            is_multi: wish.is_multi && wish.kind == FieldKind::Enum,
            options: wish.options,
            state: FieldState::Declared,
            inserted: 0,
            errors: 0,
            sample_errors: Vec::new(),
            created_by: caller.user_id(),
            created_at: self.clock().now(),
        };
        let made = self.store().insert_field(scope.id(), &field).await;
        made.map_err(|cause| match cause {
            lamina_store::Error::Conflict { .. } => Error::Conflict {
                code: "field_exists",
                why: format!(
                    "a field called \"{}\" already exists in this dataset; choose another name",
                    field.name
                ),
            },
            other => other.into(),
        })?;
        Ok(field)
    }

    /// The fields of a dataset, in the order of their making.
    pub async fn fields(&self, scope: &DatasetScope) -> Result<Vec<MetadataField>, Error> {
        Ok(self.store().fields(scope.id()).await?)
    }

    /// A field, and how far the taking in of its values is in percent.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has none of that id.
    pub async fn field(
        &self,
        scope: &DatasetScope,
        id: &str,
    ) -> Result<(MetadataField, u8), Error> {
        let field = self.find_field(scope.id(), id).await?;
        let percent = match field.state {
            FieldState::Declared => 0,
            FieldState::Whole | FieldState::Partly => 100,
            FieldState::Taking => {
                let jobs = self.store().jobs_of_dataset(scope.id(), 1000).await?;
                let subject = field.id.to_string();
                let job = jobs
                    .into_iter()
                    .find(|job| job.kind == JobKind::Metadata && job.subject == subject);
                job.map_or(0, |job| crate::jobs::percent(&job.progress))
            }
        };
        Ok((field, percent))
    }

    async fn find_field(&self, dataset: DatasetId, id: &str) -> Result<MetadataField, Error> {
        let not_found = || Error::NotFound {
            what: "task",
            id: shorten(id),
        };
        let field: FieldId = id.parse().map_err(|_| not_found())?;
        let found = self.store().field(dataset, field).await.or_nothing()?;
        found.ok_or_else(not_found)
    }

    /// The values of a picture.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such picture.
    pub async fn field_values(
        &self,
        scope: &DatasetScope,
        media: &str,
    ) -> Result<Vec<FieldValue>, Error> {
        let media: MediaId = self.media(scope, media).await?.id;
        Ok(self.store().field_values_of(scope.id(), media).await?)
    }

    /// Begins to take in a file of values.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such field; [`Error::Conflict`] when its values
    /// were sent before.
    pub async fn begin_values(
        &self,
        scope: &DatasetScope,
        id: &str,
    ) -> Result<IncomingValues, Error> {
        let field = self.find_field(scope.id(), id).await?;
        if field.state != FieldState::Declared {
            return Err(sent_before(&field.name));
        }
        let place = self.values_place(scope.id(), field.id);
        let mut mark = [0; 8];
        self.chance().fill(&mut mark);
        let part = place.with_extension(format!("part-{:016x}", u64::from_le_bytes(mark)));
        let folder = place.parent().unwrap_or(&place).to_owned();
        tokio::fs::create_dir_all(folder).await.map_err(disk)?;
        let file = tokio::fs::File::create_new(&part).await.map_err(disk)?;
        Ok(IncomingValues {
            file: BufWriter::with_capacity(256 << 10, file),
            part,
            place,
            field: field.id,
            bytes: 0,
            most_bytes: self.parts().ingest.limits.max_file_bytes,
        })
    }

    /// Where the values of a field lie until they are taken in.
    pub(super) fn values_place(&self, dataset: DatasetId, field: FieldId) -> PathBuf {
        let folder = crate::place::sent(&self.parts().upload_folder, dataset);
        folder.join("values").join(format!("{field}.json"))
    }
}

impl IncomingValues {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when there are more than a file may have; [`Error::NoSpace`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.most_bytes {
            let why = format!(
                "the values have more than {} bytes, the most a file may have here",
                self.most_bytes
            );
            return Err(Error::TooLarge { why });
        }
        self.file.write_all(bytes).await.map_err(disk)
    }

    /// The file has come to its end: a job takes its values in.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it does not even begin as a list: values are taken in once, and a
    /// wrong file must not be what the field gets; [`Error::Conflict`] when others sent values
    /// meanwhile; [`Error::NoSpace`].
    pub async fn keep(mut self, engine: &Engine, scope: &DatasetScope) -> Result<JobId, Error> {
        self.file.flush().await.map_err(disk)?;
        let part = self.part.clone();
        let begins = tokio::task::spawn_blocking(move || begins_as_list(&part)).await;
        if !begins.map_err(Error::internal)?.map_err(disk)? {
            let why = "what was sent is no JSON list of rows such as [{\"media_id\": \"…\", \
                       \"value\": 1}]; nothing of it was kept, and values can still be sent";
            return Err(Error::invalid("values", why));
        }
        if !engine.store().claim_field(scope.id(), self.field).await? {
            return Err(sent_before("it"));
        }
        tokio::fs::rename(&self.part, &self.place)
            .await
            .map_err(disk)?;
        let job = Job {
            id: JobId::new(engine.clock(), engine.chance()),
            kind: JobKind::Metadata,
            dataset_id: scope.id(),
            subject: self.field.to_string(),
            state: JobState::Queued,
            attempts: 0,
            progress: Progress::WAITING,
            error: None,
            created_at: engine.clock().now(),
            started_at: None,
            ended_at: None,
        };
        let job = engine.store().enqueue_job(&job).await?;
        engine.parts().jobs_wanted(Lane::Quick).notify_one();
        Ok(job.id)
    }
}

impl Drop for IncomingValues {
    fn drop(&mut self) {
        // Gone already where it was kept.
        let _ = fs_err::remove_file(&self.part);
    }
}

/// Whether the first character that is no space begins a list. It is asked of the whole file, not
/// of its pieces as they come: a mark of its encoding may be cut anywhere.
fn begins_as_list(place: &Path) -> std::io::Result<bool> {
    let text = Text::of(fs_err::File::open(place)?)?;
    for byte in std::io::BufReader::new(text).bytes() {
        let byte = byte?;
        if !byte.is_ascii_whitespace() {
            return Ok(byte == b'[');
        }
    }
    Ok(false)
}

fn sent_before(name: &str) -> Error {
    Error::Conflict {
        code: "values_sent",
        why: format!(
            "the values of this field ({name}) were sent before, and values cannot be replaced; \
             declare another field"
        ),
    }
}

fn check_options(wish: &FieldWish) -> Result<(), Error> {
    if wish.kind != FieldKind::Enum {
        return Ok(());
    }
    let count = wish.options.len();
    if count == 0 || count > MOST_OPTIONS {
        let why = format!("an enum takes 1 to {MOST_OPTIONS} enum_options; these are {count}");
        return Err(Error::invalid("enum_options", why));
    }
    let mut known = BTreeSet::new();
    for option in &wish.options {
        let length = option.chars().count();
        if length == 0 || length > LONGEST_OPTION {
            let why = format!(
                "an option takes 1 to {LONGEST_OPTION} characters; {:?} has {length}",
                shorten(option)
            );
            return Err(Error::invalid("enum_options", why));
        }
        if !known.insert(option) {
            let why = format!("the option {option:?} is there twice");
            return Err(Error::invalid("enum_options", why));
        }
    }
    Ok(())
}
