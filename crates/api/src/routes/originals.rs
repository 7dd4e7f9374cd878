//! The files themselves, streamed from where they lie.

use std::os::unix::fs::MetadataExt;

use axum::{
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_RANGE, RANGE,
    },
};
use lamina_engine::{Error, Need, Original, Shown};
use lamina_model::Media;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::caller,
    routes::media::matches_etag,
    wire::{error::ErrorBody, hex, percent_encoded},
};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 128 * 1024;

/// The file as it lies in the source. One range may be asked for.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/original",
    tag = "media",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
    ),
    responses(
        (status = OK, description = "The file", content_type = "image/*"),
        (status = PARTIAL_CONTENT, description = "The range of the file", content_type = "image/*"),
        (status = NOT_MODIFIED, description = "The copy that the caller has is still right"),
        (status = NOT_FOUND, description = "There is no such dataset or picture, the caller may not see it, or the file is gone", body = ErrorBody),
        (status = RANGE_NOT_SATISFIABLE, description = "The range lies outside the file", body = ErrorBody),
    )
)]
pub(crate) async fn get_original(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, media_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let original = state.engine().original(&scope, &media_id).await?;
    stream(original, &headers).await
}

/// The picture as every browser shows it: the file itself where browsers know its format, else
/// (HEIC, TIFF, JPEG 2000) a JPEG of at most 4096 pixels a side, made on demand.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/view",
    tag = "media",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
    ),
    responses(
        (status = OK, description = "A picture that browsers show", content_type = "image/*"),
        (status = PARTIAL_CONTENT, description = "The range of the file, where it is the file itself", content_type = "image/*"),
        (status = NOT_MODIFIED, description = "The copy that the caller has is still right"),
        (status = NOT_FOUND, description = "There is no such dataset or picture, the caller may not see it, or the file is gone", body = ErrorBody),
        (status = CONFLICT, description = "The file has changed and cannot be decoded any more", body = ErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "Too many pictures are being converted; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_view(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, media_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let original = match engine.shown(&scope, &media_id).await? {
        Shown::Original(original) => return stream(original, &headers).await,
        Shown::ToCopy(original) => original,
    };
    let etag = format!("{}-view\"", etag(&original)?.trim_end_matches('"'));
    let mut shared = shared_headers(&original.media, &etag);
    shared.remove(ACCEPT_RANGES);
    shared.remove(CONTENT_DISPOSITION);
    if matches_etag(&headers, &etag) {
        shared.remove(CONTENT_TYPE);
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let copy = engine.copy_for_viewing(original).await?;
    shared.insert(CONTENT_TYPE, HeaderValue::from_static(copy.media_type));
    Ok((shared, copy.bytes).into_response())
}

/// A file, or the range of it that is asked for.
async fn stream(original: Original, headers: &HeaderMap) -> Result<Response, ApiError> {
    let etag = etag(&original)?;
    let shared = shared_headers(&original.media, &etag);
    if matches_etag(headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let size = original.size_bytes;
    let range = match wanted_range(headers, &etag, size) {
        Wanted::Whole => None,
        Wanted::Part(first, last) => Some((first, last)),
        Wanted::Nowhere => return Err(outside(size).into()),
    };
    let (first, last) = range.unwrap_or((0, size.saturating_sub(1)));
    let length = if size == 0 { 0 } else { last - first + 1 };

    let mut file = tokio::fs::File::from_std(original.file);
    if first > 0 {
        file.seek(std::io::SeekFrom::Start(first))
            .await
            .map_err(Error::internal)?;
    }
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(length), CHUNK_BYTES));
    let mut response = (shared, body).into_response();
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let text = format!("bytes {first}-{last}/{size}");
        response.headers_mut().insert(CONTENT_RANGE, plain(&text));
    }
    Ok(response)
}

/// The hash of what was indexed, and when the file last changed: the file may have changed since.
fn etag(original: &Original) -> Result<String, Error> {
    let metadata = original.file.metadata().map_err(Error::internal)?;
    let hash = hex(&original.media.content_hash[..16]);
    Ok(format!(
        "\"{hash}-{:x}.{:x}-{:x}\"",
        metadata.mtime(),
        metadata.mtime_nsec(),
        original.size_bytes
    ))
}

fn shared_headers(media: &Media, etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(media.format.media_type()),
    );
    headers.insert(CONTENT_DISPOSITION, disposition(media.path.file_name()));
    headers.insert(ETAG, plain(etag));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
    );
    headers
}

/// Shown in the browser; saved under its own name (RFC 6266 and RFC 8187).
fn disposition(name: &[u8]) -> HeaderValue {
    disposition_as("inline", name)
}

/// The same, shown (`inline`) or saved (`attachment`).
pub(crate) fn disposition_as(how: &str, name: &[u8]) -> HeaderValue {
    let shown = String::from_utf8_lossy(name);
    let plain_name: String = shown
        .chars()
        .map(|c| {
            if c.is_ascii() && !c.is_ascii_control() && !"\"\\%".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded = percent_encoded(shown.as_bytes(), false);
    plain(&format!(
        "{how}; filename=\"{plain_name}\"; filename*=UTF-8''{encoded}"
    ))
}

pub(crate) fn plain(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("made of printable ASCII only")
}

pub(crate) fn outside(size: u64) -> Problem {
    let mut problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
        format!("the range lies outside the file, which has {size} bytes"),
    );
    problem
        .headers
        .insert(CONTENT_RANGE, plain(&format!("bytes */{size}")));
    problem
}

/// What part of the file is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it: no range was given, or one that is to be ignored.
    Whole,
    /// From the first byte to the last, both included.
    Part(u64, u64),
    /// A range that begins behind the end.
    Nowhere,
}

/// Reads `Range` (RFC 9110, 14.2). Several ranges at once are answered with the whole file, as
/// is allowed.
pub(crate) fn wanted_range(headers: &HeaderMap, etag: &str, size: u64) -> Wanted {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if text(IF_RANGE).is_some_and(|condition| condition != etag) {
        return Wanted::Whole;
    }
    let Some(range) = text(RANGE).and_then(|range| range.strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    let Some((from, to)) = range.trim().split_once('-') else {
        return Wanted::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(from), number(to)) {
        (Some(first), _) if first >= size && (to.is_empty() || number(to).is_some()) => {
            Wanted::Nowhere
        }
        (Some(first), Some(last)) if first <= last => Wanted::Part(first, last.min(size - 1)),
        (Some(first), None) if to.is_empty() => Wanted::Part(first, size - 1),
        (None, Some(0)) if from.is_empty() => Wanted::Nowhere,
        (None, Some(count)) if from.is_empty() && size > 0 => {
            Wanted::Part(size.saturating_sub(count), size - 1)
        }
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use hyper::{
        HeaderMap,
        header::{HeaderValue, IF_RANGE, RANGE},
    };

    use super::{Wanted, disposition, wanted_range};

    fn wanted(range: &str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
        wanted_range(&headers, "\"e\"", 100)
    }

    #[test]
    fn one_range_is_understood_and_anything_odd_gives_the_whole_file() {
        assert_eq!(wanted("bytes=0-0"), Wanted::Part(0, 0));
        assert_eq!(wanted("bytes=10-"), Wanted::Part(10, 99));
        assert_eq!(wanted("bytes=-10"), Wanted::Part(90, 99));
        assert_eq!(wanted("bytes=-1000"), Wanted::Part(0, 99));
        assert_eq!(wanted("bytes=90-1000"), Wanted::Part(90, 99));
        assert_eq!(wanted("bytes=100-"), Wanted::Nowhere);
        assert_eq!(wanted("bytes=-0"), Wanted::Nowhere);
        for odd in [
            "bytes=5-2",
            "bytes=a-b",
            "bytes=-",
            "bytes=0-1,5-6",
            "pages=1-2",
            "bytes=+1-2",
            "bytes=0-x",
        ] {
            assert_eq!(wanted(odd), Wanted::Whole, "{odd}");
        }
    }

    #[test]
    fn a_range_of_another_version_gives_the_whole_file() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static("bytes=0-0"));
        headers.insert(IF_RANGE, HeaderValue::from_static("\"other\""));
        assert_eq!(wanted_range(&headers, "\"e\"", 100), Wanted::Whole);
    }

    #[test]
    fn an_empty_file_has_no_ranges() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static("bytes=0-"));
        assert_eq!(wanted_range(&headers, "\"e\"", 0), Wanted::Nowhere);
        headers.insert(RANGE, HeaderValue::from_static("bytes=-5"));
        assert_eq!(wanted_range(&headers, "\"e\"", 0), Wanted::Whole);
    }

    #[test]
    fn any_file_name_can_stand_in_a_header() {
        let shown = |name: &[u8]| disposition(name).to_str().unwrap().to_owned();
        assert_eq!(
            shown(b"a b.jpg"),
            "inline; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg"
        );
        assert_eq!(
            shown("\"é\r\n\\%.jpg".as_bytes()),
            "inline; filename=\"______.jpg\"; filename*=UTF-8''%22%C3%A9%0D%0A%5C%25.jpg"
        );
        assert!(shown(b"caf\xe9.jpg").ends_with("filename*=UTF-8''caf%EF%BF%BD.jpg"));
    }
}
