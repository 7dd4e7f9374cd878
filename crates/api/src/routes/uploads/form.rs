//! Reading forms with files field by field, so that none has to fit into memory.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::Field},
};
use http_body_util::{BodyExt, Limited};
use hyper::{StatusCode, header::CONTENT_TYPE};
use lamina_engine::{Batch, KeptFile};

use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::decode,
};

/// How long the next bytes of a file may take to arrive.
const NEXT_BYTES: Duration = Duration::from_secs(60);
/// Most bytes of a field that is no file.
const MOST_TEXT: usize = 64 << 10;

/// A form that may hold files. A body of another kind counts as a form without any, so that what
/// is told of it is what the address wants and did not get.
#[derive(Debug)]
pub(in crate::routes) enum Form {
    /// Fields that come one by one.
    Parts(Multipart),
    /// Fields that are texts: a form of the urlencoded kind can hold no file.
    Texts(Vec<(String, String)>),
}

impl FromRequest<AppState> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.map(|kind| kind.as_bytes().to_ascii_lowercase());
        let is = |start: &[u8]| kind.as_ref().is_some_and(|kind| kind.starts_with(start));
        if is(b"multipart/form-data") {
            let parts = Multipart::from_request(request, state).await;
            return Ok(Self::Parts(parts.map_err(|_| no_boundary())?));
        }
        if is(b"application/x-www-form-urlencoded") {
            return Ok(Self::Texts(texts(request.into_body()).await?));
        }
        Ok(Self::Texts(Vec::new()))
    }
}

impl Form {
    /// The next field.
    pub(in crate::routes) async fn next(&mut self) -> Result<Option<Field<'_>>, ApiError> {
        match self {
            Self::Parts(parts) => Ok(in_time(parts.next_field())
                .await?
                .map_err(|cause| cut(&cause))?),
            Self::Texts(_) => Ok(None),
        }
    }

    /// What an urlencoded form says under a name, unless that is nothing.
    pub(super) fn said(&self, name: &str) -> Option<&str> {
        let Self::Texts(texts) = self else {
            return None;
        };
        let named = texts.iter().filter(|(known, _)| known == name);
        named
            .map(|(_, text)| text.as_str())
            .find(|text| !text.is_empty())
    }
}

/// The fields of an urlencoded form.
async fn texts(body: Body) -> Result<Vec<(String, String)>, Problem> {
    let whole = in_time(Limited::new(body, MOST_TEXT).collect()).await?;
    let whole = whole.map_err(|cause| {
        if cause.is::<http_body_util::LengthLimitError>() {
            let why = format!(
                "the form is larger than {MOST_TEXT} bytes; send files as multipart/form-data"
            );
            return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", why);
        }
        cut(&cause)
    })?;
    let whole = whole.to_bytes();
    let text = std::str::from_utf8(&whole).map_err(|_| cut(&decode::BadText::Utf8))?;
    decode::pairs(text).map_err(|cause| cut(&cause))
}

/// A form whose fields cannot be told apart, as where somebody set the header by hand.
fn no_boundary() -> Problem {
    let why = "the Content-Type says multipart/form-data and names no boundary; leave that header \
               to the program that sends the form, as curl -F does";
    Problem::new(StatusCode::BAD_REQUEST, "bad_request", why)
}

/// Streams a file to the disk.
pub(super) async fn keep(
    batch: &Batch,
    name: &str,
    mut field: Field<'_>,
) -> Result<KeptFile, ApiError> {
    let mut file = batch.begin_file(name).await?;
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
pub(in crate::routes) fn cut(cause: &dyn std::fmt::Display) -> Problem {
    let why = format!("the form cannot be read: {cause}; send it again");
    Problem::new(StatusCode::BAD_REQUEST, "bad_request", why)
}

/// A field that nobody asked for, where `wanted` is missing.
pub(in crate::routes) fn wrong_field(found: &str, wanted: &str) -> Problem {
    let msg = if found.is_empty() {
        format!("the form lacks the field {wanted}; send it as multipart/form-data")
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
