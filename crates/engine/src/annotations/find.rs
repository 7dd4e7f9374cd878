//! Which files are annotation files, and whether they changed since they were read.

use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use lamina_model::{AnnotationFormat, FileStamp, SourcePath};

use super::parquet::columns_of;
use crate::{
    Error, SourceRoots,
    ingest::{Found, Verdict, leads_below, plain, resolved},
};

/// Files remembered at most; more are counted.
const MOST_FILES: usize = 5000;
/// Enough of a file to tell by its content what it is.
const HEAD_BYTES: usize = 64 << 10;

/// Annotation files that a walk through a source came upon.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Files whose names say so, in the order of their paths.
    pub(super) files: Vec<(SourcePath, FileStamp)>,
    /// Such files beyond those remembered.
    pub(super) more: u64,
    /// Of all text files in folders called `labels`: YOLO has one for each picture.
    boxes: blake3::Hasher,
}

impl Candidates {
    /// Looks at the name of a file that the walk found.
    pub(crate) fn notice(&mut self, found: &Found) {
        if found.verdict != Verdict::Look {
            return;
        }
        let name = String::from_utf8_lossy(found.path.file_name()).to_lowercase();
        if format_of_name(&name).is_some() {
            if self.files.len() < MOST_FILES {
                self.files.push((found.path.clone(), found.stamp));
            } else {
                self.more += 1;
            }
        } else if found.path.extension().as_deref() == Some("txt")
            && in_labels(found.path.as_bytes())
        {
            self.boxes.update(&mark(found.path.as_bytes(), found.stamp));
        }
    }

    /// Changes when any of the files does; nothing stands for no files.
    pub(super) fn mark(&self) -> String {
        if self.files.is_empty() {
            return String::new();
        }
        let mut all = self.boxes.clone();
        for (path, stamp) in &self.files {
            all.update(&mark(path.as_bytes(), *stamp));
        }
        all.finalize().to_hex()[..32].to_owned()
    }
}

/// Tells a file from others and from itself after a change.
fn mark(path: &[u8], stamp: FileStamp) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(path.len() as u64).to_le_bytes());
    hasher.update(path);
    hasher.update(&stamp.size_bytes.to_le_bytes());
    hasher.update(&stamp.modified_at.as_micros().to_le_bytes());
    *hasher.finalize().as_bytes()
}

/// The same of a file outside the source, by its full path.
pub(super) fn mark_outside(path: &str) -> String {
    let stamp = fs_err::metadata(path).ok().and_then(|metadata| {
        let modified = metadata.modified().ok()?;
        let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some((metadata.len(), since.as_micros()))
    });
    format!("{path}:{stamp:?}")
}

fn in_labels(path: &[u8]) -> bool {
    let mut folders = path.split(|byte| *byte == b'/').rev().skip(1);
    folders.any(|folder| folder == b"labels")
}

/// What a file must be by its name, in lower case, where it lies among pictures.
pub(super) fn format_of_name(name: &str) -> Option<AnnotationFormat> {
    match name {
        "annotations.json" | "captions.json" => Some(AnnotationFormat::Coco),
        "image_annotations.csv" | "object_annotations.csv" => Some(AnnotationFormat::Csv),
        "image_annotations.parquet" | "object_annotations.parquet" => {
            Some(AnnotationFormat::Parquet)
        }
        "metadata.json" | "metadata.parquet" => Some(AnnotationFormat::Export),
        "data.yaml" => Some(AnnotationFormat::Yolo),
        _ if name.ends_with("annotations.coco.json") => Some(AnnotationFormat::Coco),
        _ => None,
    }
}

/// What a file among the pictures is read as, if it is an annotation file.
pub(crate) fn format_among(folder: &Path, path: &SourcePath) -> Option<AnnotationFormat> {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    let file = || folder.join(std::ffi::OsStr::from_bytes(path.as_bytes()));
    // Many programs write files of these names; those of exports are known by what is in them.
    format_of_name(&name).filter(|format| *format != AnnotationFormat::Export || is_export(&file()))
}

/// What a file is by its name and content, where somebody says that it is an annotation file.
pub(super) fn format_of(path: &Path) -> Option<AnnotationFormat> {
    let end = path.extension()?.to_string_lossy().to_lowercase();
    match end.as_str() {
        "json" | "parquet" if is_export(path) => Some(AnnotationFormat::Export),
        "json" => Some(AnnotationFormat::Coco),
        "csv" | "tsv" | "txt" => Some(AnnotationFormat::Csv),
        "parquet" => Some(AnnotationFormat::Parquet),
        "yaml" | "yml" => Some(AnnotationFormat::Yolo),
        _ => None,
    }
}

/// Whether a file is a table by its name.
pub(super) fn is_table(path: &Path) -> bool {
    let end = path.extension();
    end.is_some_and(|end| end.eq_ignore_ascii_case("parquet"))
}

/// Whether a file is the `metadata.json` of an export, by its beginning, or the `metadata.parquet`
/// of one, by its columns.
pub(super) fn is_export(path: &Path) -> bool {
    if is_table(path) {
        let columns = columns_of(path);
        let has = |name: &str| columns.iter().any(|column| column == name);
        return ["media_id", "image_filename", "file_path", "user_tags"]
            .into_iter()
            .all(has);
    }
    let mut head = Vec::new();
    let read = fs_err::File::open(path).and_then(|file| {
        std::io::Read::read_to_end(&mut std::io::Read::take(file, HEAD_BYTES as u64), &mut head)
    });
    let name = b"\"media_items\"";
    read.is_ok() && head.windows(name.len()).any(|part| part == name)
}

/// Full paths of annotation files that somebody named, if they may be read.
///
/// # Errors
/// [`Error::Forbidden`] where one lies outside the roots; [`Error::Invalid`] where one cannot be
/// read or is of no known kind.
pub(crate) fn checked_files(files: &[PathBuf], roots: &SourceRoots) -> Result<Vec<String>, Error> {
    let invalid = |why: String| Error::invalid("annotations", why);
    let mut checked = Vec::new();
    for path in files {
        let shown = path.display();
        if let SourceRoots::Below(roots) = roots
            && !leads_below(path, &resolved(roots))
        {
            return Err(Error::Forbidden {
                why: format!(
                    "{shown} is not below an import root of this server; its administrator can \
                     allow a folder with --import-root"
                ),
            });
        }
        let real = fs_err::canonicalize(path)
            .map_err(|cause| invalid(format!("cannot open {shown}: {}", plain(&cause))))?;
        let metadata = fs_err::metadata(&real)
            .map_err(|cause| invalid(format!("cannot open {shown}: {}", plain(&cause))))?;
        if !metadata.is_file() {
            return Err(invalid(format!("{shown} is no file")));
        }
        if format_of(&real).is_none() {
            return Err(invalid(format!(
                "{shown} is of no known kind; name a .json (COCO or an export), .csv, .parquet or \
                 data.yaml (YOLO)"
            )));
        }
        let text = real
            .to_str()
            .ok_or_else(|| invalid(format!("the path {shown} is no text in UTF-8")))?;
        // A file that is named twice is read once.
        if !checked.iter().any(|known| known == text) {
            checked.push(text.to_owned());
        }
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotation_files_are_known_by_the_originals_names_and_those_of_common_tools() {
        for (name, format) in [
            ("annotations.json", AnnotationFormat::Coco),
            ("_annotations.coco.json", AnnotationFormat::Coco),
            ("train_annotations.coco.json", AnnotationFormat::Coco),
            ("image_annotations.csv", AnnotationFormat::Csv),
            ("object_annotations.parquet", AnnotationFormat::Parquet),
            ("data.yaml", AnnotationFormat::Yolo),
            ("metadata.parquet", AnnotationFormat::Export),
        ] {
            assert_eq!(format_of_name(name), Some(format), "{name}");
        }
        for name in ["annotations.txt", "my_annotations.csv", "labels.json"] {
            assert_eq!(format_of_name(name), None, "{name}");
        }
        assert!(in_labels(b"labels/train/a.txt"));
        assert!(!in_labels(b"a/labels"));
    }
}
