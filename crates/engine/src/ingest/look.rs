//! One file, from its bytes to what is known about it. Runs on a worker thread.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read},
    os::unix::ffi::OsStrExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::Instant,
};

use lamina_model::{
    FileRecord, FileStamp, IgnoreReason, ImageFormat, RejectReason, SourcePath, WorkerSeconds,
};
use lamina_vision::{DecodeLimits, Embedder, ImageTensor, Look, Sniffed};

use super::plain;

/// A file to look into.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) path: SourcePath,
    pub(super) stamp: FileStamp,
    /// What the index knew of it before.
    pub(super) known: Option<FileRecord>,
}

/// What looking into a file said, and how long each part took.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) work: Work,
    pub(super) outcome: Outcome,
    pub(super) seconds: WorkerSeconds,
}

/// What looking into a file said.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A picture, with its vector, which is empty until it was embedded.
    Picture(Box<Look>, Vec<f32>),
    /// Claims to be a picture and cannot be used.
    Rejected(RejectReason, String),
    /// No picture, and does not claim to be one.
    Ignored(IgnoreReason),
}

/// Enough to tell any format by its content.
const HEAD_BYTES: u64 = 4096;

/// Reads and judges a few files one after the other, and embeds those that are pictures together.
///
/// # Errors
/// Only when the embedder itself fails: that is no fault of the files, and the job must stop.
pub(super) fn look_into(
    source: &Path,
    works: Vec<Work>,
    limits: &DecodeLimits,
    embedder: &dyn Embedder,
) -> Result<Vec<Looked>, lamina_vision::EmbedError> {
    let mut tensors = Vec::with_capacity(works.len());
    let mut looked = Vec::with_capacity(works.len());
    for work in works {
        let mut seconds = WorkerSeconds::default();
        let outcome = judge(source, &work, limits, &mut tensors, &mut seconds);
        looked.push(Looked {
            work,
            outcome,
            seconds,
        });
    }
    let began = Instant::now();
    let mut vectors = embedder.embed(&tensors)?.into_iter();
    if let Some(last) = looked.last_mut() {
        last.seconds.embed += began.elapsed().as_secs_f64();
    }
    for one in &mut looked {
        if let Outcome::Picture(_, vector) = &mut one.outcome {
            *vector = vectors.next().unwrap_or_default();
        }
    }
    Ok(looked)
}

/// What a file is; of a picture, what is to be embedded is added to `tensors`.
fn judge(
    source: &Path,
    work: &Work,
    limits: &DecodeLimits,
    tensors: &mut Vec<ImageTensor>,
    seconds: &mut WorkerSeconds,
) -> Outcome {
    let claims = work
        .path
        .extension()
        .as_deref()
        .and_then(ImageFormat::from_extension);
    let path = source.join(OsStr::from_bytes(work.path.as_bytes()));
    let content = timed(&mut seconds.read, || {
        read_if_picture(&path, claims.is_some(), limits.max_file_bytes)
    });
    let bytes = match content {
        Ok(Content::Whole(bytes)) => bytes,
        Ok(Content::Settled(outcome)) => return outcome,
        Err(cause) => return unreadable(claims.is_some(), &cause),
    };
    // `look` catches what its decoders throw; this is for faults of its own.
    let looked = timed(&mut seconds.look, || {
        catch_unwind(AssertUnwindSafe(|| {
            lamina_vision::look(&bytes, claims, limits)
        }))
    });
    match looked {
        Ok(Ok(mut look)) => {
            tensors.push(look.tensor.take());
            Outcome::Picture(Box::new(look), Vec::new())
        }
        Ok(Err(rejection)) => Outcome::Rejected(rejection.reason, rejection.note),
        Err(_) => {
            let note = RejectReason::DecoderFault.sentence().to_owned();
            Outcome::Rejected(RejectReason::DecoderFault, note)
        }
    }
}

fn timed<T>(total: &mut f64, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = work();
    *total += began.elapsed().as_secs_f64();
    done
}

enum Content {
    Whole(Vec<u8>),
    Settled(Outcome),
}

/// Reads a file to its end, but only its head where that already says it is no picture.
fn read_if_picture(path: &Path, claims: bool, max_bytes: u64) -> io::Result<Content> {
    let mut file: File = fs_err::File::open(path)?.into_parts().0;
    let size = file.metadata()?.len();
    let settled = |outcome| Ok(Content::Settled(outcome));
    if size == 0 {
        return settled(if claims {
            Outcome::Rejected(RejectReason::Empty, "empty file: 0 bytes".to_owned())
        } else {
            Outcome::Ignored(IgnoreReason::NotAPicture)
        });
    }
    // With room for it the head is one read, and without it eight.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(HEAD_BYTES)).unwrap_or(0));
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes)?;
    match lamina_vision::sniff(&bytes) {
        Sniffed::Picture(_) => {}
        Sniffed::Video => return settled(Outcome::Ignored(IgnoreReason::Video)),
        Sniffed::Other if claims => {
            return settled(Outcome::Rejected(
                RejectReason::NotAPicture,
                what_it_looks_like(&bytes),
            ));
        }
        Sniffed::Other => return settled(Outcome::Ignored(IgnoreReason::NotAPicture)),
    }
    if size > max_bytes {
        let note = format!("the file has {size} bytes; the limit is {max_bytes}");
        return settled(Outcome::Rejected(RejectReason::TooManyBytes, note));
    }
    bytes.reserve_exact(
        usize::try_from(size)
            .unwrap_or(0)
            .saturating_sub(bytes.len()),
    );
    // A file that grows while it is read must not grow without end in memory.
    file.take(max_bytes.saturating_sub(HEAD_BYTES))
        .read_to_end(&mut bytes)?;
    Ok(Content::Whole(bytes))
}

fn unreadable(claims: bool, cause: &io::Error) -> Outcome {
    if claims {
        Outcome::Rejected(RejectReason::Unreadable, plain(cause))
    } else {
        Outcome::Ignored(IgnoreReason::NotAPicture)
    }
}

/// A few words on content that is no picture, from its first bytes.
fn what_it_looks_like(head: &[u8]) -> String {
    let trimmed = head.trim_ascii_start();
    let starts = |text: &[u8]| {
        trimmed.len() >= text.len() && trimmed[..text.len()].eq_ignore_ascii_case(text)
    };
    let kind = if starts(b"<!doctype html") || starts(b"<html") {
        "a web page"
    } else if starts(b"<svg")
        || (starts(b"<?xml") && trimmed.windows(4).any(|window| window == b"<svg"))
    {
        "an SVG drawing, which is not a raster picture"
    } else if starts(b"%PDF") {
        "a PDF document"
    } else if head.starts_with(b"PK\x03\x04") {
        "a zip archive"
    } else if head.iter().all(|byte| *byte == 0) {
        "nothing but zero bytes"
    } else if std::str::from_utf8(&head[..head.len().min(512)]).is_ok() {
        "text"
    } else {
        "data of an unknown kind"
    };
    format!("the name says picture, the content looks like {kind}")
}

#[cfg(test)]
mod tests {
    use super::what_it_looks_like;

    #[test]
    fn names_the_usual_impostors() {
        assert!(what_it_looks_like(b"\n<!DOCTYPE html><p>404").ends_with("a web page"));
        assert!(what_it_looks_like(b"%PDF-1.7").ends_with("a PDF document"));
        assert!(what_it_looks_like(b"PK\x03\x04abc").ends_with("a zip archive"));
        assert!(what_it_looks_like(&[0; 40]).ends_with("nothing but zero bytes"));
        assert!(what_it_looks_like(b"hello").ends_with("text"));
        assert!(what_it_looks_like(&[0xfe, 0x81, 3]).ends_with("data of an unknown kind"));
    }
}
