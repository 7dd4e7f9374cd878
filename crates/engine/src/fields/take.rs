//! The job that takes the values of a field in. Begun again, it begins anew.

use std::{io::ErrorKind, path::Path, sync::Arc};

use lamina_model::{
    Dataset, FieldFault, FieldId, Job, MediaId, MetadataField, MetadataValue, Phase,
};
use lamina_store::{FieldRowValues, ValueFault};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    check::checked,
    rows::{Goes, each_row},
};
use crate::{Engine, Error, annotations::PictureNames, ingest::Stopped, jobs::JobContext};

/// Rows kept together.
const PART: usize = 1000;
/// Rows with a fault that are told one by one; all are counted.
const MOST_SAMPLES: usize = 20;
/// The names under which a row may name its picture's file.
const NAMES: [&str; 4] = ["file_name", "filename", "file_path", "original_uri"];

/// Some rows as they were read.
#[derive(Debug, Default)]
struct Part {
    rows: Vec<FieldRowValues>,
    faults: Vec<FieldFault>,
    /// Rows read so far.
    read: u64,
}

impl Part {
    fn len(&self) -> usize {
        self.rows.len() + self.faults.len()
    }
}

/// How the rows fared.
#[derive(Debug, Default)]
struct Tally {
    inserted: u64,
    errors: u64,
    samples: Vec<FieldFault>,
}

impl Tally {
    fn fault(&mut self, fault: FieldFault) {
        self.errors += 1;
        if self.samples.len() < MOST_SAMPLES {
            self.samples.push(fault);
        }
    }
}

/// Takes in the values that a job is about.
pub(crate) async fn take_in(
    engine: &Engine,
    dataset: &Dataset,
    job: &Job,
    context: &Arc<JobContext>,
) -> Result<(), Stopped> {
    let id: FieldId = job.subject.parse().map_err(Error::internal)?;
    let store = engine.store();
    let field = store.field(dataset.id, id).await?;
    if field.state.is_readable() {
        return Ok(());
    }
    store.clear_field(dataset.id, id).await?;
    let place = engine.values_place(dataset.id, id);
    let looked = place.clone();
    let shape = tokio::task::spawn_blocking(move || shape_of(&looked)).await;
    let shape = match shape.map_err(Error::internal)? {
        Ok(shape) => shape,
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            return Err(Stopped::Failed(
                "the values that were sent are gone".to_owned(),
            ));
        }
        Err(cause) => return Err(Error::internal(cause).into()),
    };
    let names = if shape.has_names {
        Some(PictureNames::read(engine, dataset, context).await?)
    } else {
        None
    };
    let (sender, mut parts) = mpsc::channel::<Part>(2);
    let (from, of) = (place.clone(), field.clone());
    let reading = tokio::task::spawn_blocking(move || read(&from, &of, names.as_ref(), &sender));
    let mut tally = Tally::default();
    while let Some(part) = parts.recv().await {
        // Dropping the receiver ends the reading.
        context.check()?;
        context.tell(Phase::Marking, part.read, shape.rows, 0);
        let checkpoint = context.checkpoint();
        let faults = store
            .keep_values(dataset.id, id, &part.rows, &checkpoint)
            .await?;
        tally.inserted += (part.rows.len() - faults.len()) as u64;
        let mut told = part.faults;
        told.extend(faults.into_iter().map(|(row_index, fault)| FieldFault {
            row_index,
            reason: in_words(fault).to_owned(),
        }));
        told.sort_by_key(|fault| fault.row_index);
        for fault in told {
            tally.fault(fault);
        }
    }
    if let Err(broken) = reading.await.map_err(Error::internal)? {
        tally.fault(broken);
    }
    let counts = (tally.inserted, tally.errors);
    store
        .end_field(dataset.id, id, counts, &tally.samples)
        .await?;
    if let Err(cause) = tokio::fs::remove_file(&place).await {
        tracing::warn!(dataset.id = %dataset.id, error = %cause, "cannot remove values that were taken in");
    }
    Ok(())
}

const fn in_words(fault: ValueFault) -> &'static str {
    match fault {
        ValueFault::NoSuchMedia => "the dataset has no such picture",
        ValueFault::HasValues => "the picture has a value already: values cannot be replaced",
    }
}

/// What is in a file of values.
#[derive(Debug, Default, Clone, Copy)]
struct Shape {
    rows: u64,
    /// Whether some rows name files in place of ids.
    has_names: bool,
}

fn shape_of(place: &Path) -> std::io::Result<Shape> {
    let file = fs_err::File::open(place)?;
    let mut shape = Shape::default();
    // What is wrong with the file is told when its rows are read.
    let _ = each_row(file, &mut |_, row| {
        shape.rows += 1;
        shape.has_names |= row.get("media_id").is_none();
        Goes::On
    });
    Ok(shape)
}

/// Reads all rows and hands them on in parts.
fn read(
    place: &Path,
    field: &MetadataField,
    names: Option<&PictureNames>,
    sender: &mpsc::Sender<Part>,
) -> Result<(), FieldFault> {
    let broken = |row_index: u64, reason: String| FieldFault { row_index, reason };
    let file = fs_err::File::open(place).map_err(|cause| broken(0, cause.to_string()))?;
    let mut part = Part::default();
    let read = each_row(file, &mut |at, row| {
        part.read = at + 1;
        match row_of(field, names, &row) {
            Ok((media_id, values)) => part.rows.push(FieldRowValues {
                media_id,
                row_index: at,
                values,
            }),
            Err(reason) => part.faults.push(broken(at, reason)),
        }
        if part.len() < PART {
            return Goes::On;
        }
        let whole = std::mem::take(&mut part);
        part.read = whole.read;
        match sender.blocking_send(whole) {
            Ok(()) => Goes::On,
            Err(_) => Goes::No,
        }
    });
    let behind = part.read;
    if part.len() > 0 {
        // Nobody wants the rest where it cannot be sent.
        let _ = sender.blocking_send(part);
    }
    read.map_err(|why| broken(behind, why))
}

fn row_of(
    field: &MetadataField,
    names: Option<&PictureNames>,
    row: &Value,
) -> Result<(MediaId, Vec<MetadataValue>), String> {
    let Value::Object(fields) = row else {
        return Err("Expected an object with media_id and value".to_owned());
    };
    let media = match fields.get("media_id") {
        Some(id) => {
            let id = id.as_str().and_then(|id| id.parse::<MediaId>().ok());
            id.ok_or("media_id is not the id of a picture")?
        }
        None => {
            let name = NAMES.iter().find_map(|name| fields.get(*name)?.as_str());
            let name = name.ok_or("the row has neither media_id nor file_name")?;
            let names = names.ok_or("the row names no picture")?;
            names.find(name)?
        }
    };
    let value = fields.get("value").ok_or("the row has no value")?;
    Ok((media, checked(field, value)?))
}
