//! Reading forms with files field by field, so that none has to fit into memory.

use std::time::Duration;

use axum::extract::{Multipart, multipart::Field};
use hyper::StatusCode;
use lamina_engine::{KeptFile, Upload};

use crate::error::{ApiError, ParameterFault, Problem};

/// How long the next bytes of a file may take to arrive.
const NEXT_BYTES: Duration = Duration::from_secs(60);
/// Most bytes of a field that is no file.
const MOST_TEXT: usize = 64 << 10;

/// Streams a file to the disk.
pub(super) async fn keep(
    upload: &Upload,
    name: &str,
    mut field: Field<'_>,
) -> Result<KeptFile, ApiError> {
    let mut file = upload.begin_file(name).await?;
    while let Some(bytes) = in_time(field.chunk()).await?.map_err(|cause| cut(&cause))? {
        file.write(&bytes).await?;
    }
    Ok(file.keep().await?)
}

/// A field that is no file.
pub(super) async fn text(mut field: Field<'_>) -> Result<String, ApiError> {
    let mut all = Vec::new();
    while let Some(bytes) = in_time(field.chunk()).await?.map_err(|cause| cut(&cause))? {
        all.extend_from_slice(&bytes);
        if all.len() > MOST_TEXT {
            let why = format!(
                "the field {} is larger than {MOST_TEXT} bytes",
                field.name().unwrap_or_default()
            );
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", why).into());
        }
    }
    Ok(String::from_utf8_lossy(&all).into_owned())
}

/// A file that has to fit into memory.
pub(in crate::routes) async fn bytes(
    mut field: Field<'_>,
    most: usize,
) -> Result<Vec<u8>, ApiError> {
    let mut all = Vec::new();
    while let Some(bytes) = in_time(field.chunk()).await?.map_err(|cause| cut(&cause))? {
        all.extend_from_slice(&bytes);
        if all.len() > most {
            let why = format!("the file is larger than {most} bytes");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", why).into());
        }
    }
    Ok(all)
}

pub(in crate::routes) async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, ApiError> {
    Ok(in_time(form.next_field())
        .await?
        .map_err(|cause| cut(&cause))?)
}

pub(in crate::routes) async fn in_time<T>(bytes: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(NEXT_BYTES, bytes)
        .await
        .map_err(|_| Problem::of_status(StatusCode::REQUEST_TIMEOUT))
}

pub(super) fn file_name(field: &Field<'_>) -> Result<String, Problem> {
    field
        .file_name()
        .map(str::to_owned)
        .ok_or_else(|| wrong_field(field.name().unwrap_or_default(), "a file with a name"))
}

/// A form that broke off or is none.
fn cut(cause: &dyn std::fmt::Display) -> Problem {
    let why = format!("the form cannot be read: {cause}; send it again");
    Problem::new(StatusCode::BAD_REQUEST, "bad_request", why)
}

pub(in crate::routes) fn no_form(cause: &dyn std::fmt::Display) -> Problem {
    let fault = ParameterFault {
        kind: "missing".to_owned(),
        loc: vec!["body".to_owned()],
        msg: format!("send the files as multipart/form-data: {cause}"),
        input: serde_json::Value::Null,
    };
    Problem::faults(vec![fault])
}

/// A field that nobody asked for, where `wanted` is missing.
pub(in crate::routes) fn wrong_field(found: &str, wanted: &str) -> Problem {
    let msg = if found.is_empty() {
        format!("the form lacks the field {wanted}")
    } else {
        format!("the form has the field {found:?}; what is wanted is {wanted}")
    };
    let fault = ParameterFault {
        kind: "missing".to_owned(),
        loc: vec!["body".to_owned(), wanted.to_owned()],
        msg,
        input: serde_json::Value::Null,
    };
    Problem::faults(vec![fault])
}
