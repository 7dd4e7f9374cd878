//! The facts of every picture of a generation, column by column, in the order of their paths.
//!
//! Reading and writing stand side by side here, so that one cannot change without the other.

use lamina_model::{ClusterId, ClusterLevel, ImageFormat, IssueKind, MediaId, SourcePath};
use uuid::Uuid;

use crate::{
    SearchError,
    lists::{Lists, Texts, check_below},
    sections::{SectionReader, SectionWriter},
};

/// Stands where a picture is in no group of duplicates.
pub(crate) const NO_GROUP: u32 = u32::MAX;
/// Stands where a picture is like no other.
pub(crate) const NO_LIKENESS: f32 = -1.0;

/// An id as it lies in a column.
pub(crate) type IdBytes = [u8; 16];

/// Everything about pictures but their vectors and words.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) generation: i64,
    pub(crate) ids: Vec<IdBytes>,
    /// Rows in the order of their ids.
    pub(crate) by_id: Vec<u32>,
    /// Folders in the order of their bytes.
    pub(crate) folders: Texts,
    pub(crate) folder_of: Vec<u32>,
    pub(crate) names: Texts,
    /// Rows in the order of their file names as people see them, ASCII letters in lower case.
    pub(crate) by_name: Vec<u32>,
    /// Positions in [`ImageFormat::ALL`].
    pub(crate) format: Vec<u8>,
    pub(crate) width_px: Vec<u32>,
    pub(crate) height_px: Vec<u32>,
    pub(crate) size_bytes: Vec<u64>,
    pub(crate) created_us: Vec<i64>,
    pub(crate) modified_us: Vec<i64>,
    /// Labels in the order of their names.
    pub(crate) labels: Texts,
    pub(crate) labels_of: Lists,
    pub(crate) captions: Texts,
    /// Where each row's captions begin; one more than rows.
    pub(crate) caption_starts: Vec<u32>,
    /// By kind, in the order of [`IssueKind::ALL`].
    pub(crate) issues: Vec<IssueColumn>,
    pub(crate) group: Vec<u32>,
    pub(crate) likeness: Vec<f32>,
    pub(crate) uniqueness: Vec<f32>,
    /// By level, the finest first.
    pub(crate) clusters: [ClusterColumn; ClusterLevel::COUNT],
}

/// Which pictures have an issue, in ascending order, and how sure that is.
#[derive(Debug, Default, Clone)]
pub(crate) struct IssueColumn {
    pub(crate) rows: Vec<u32>,
    pub(crate) confidence: Vec<f32>,
}

/// The clusters of one level, in the order of their ids.
#[derive(Debug, Default, Clone)]
pub(crate) struct ClusterColumn {
    pub(crate) ids: Vec<IdBytes>,
    pub(crate) representative: Vec<u32>,
    pub(crate) cluster_of: Vec<u32>,
}

impl Columns {
    pub(crate) fn rows(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn id(&self, row: u32) -> MediaId {
        MediaId::from_uuid(Uuid::from_bytes(self.ids[row as usize]))
    }

    pub(crate) fn row_of(&self, id: MediaId) -> Option<u32> {
        let wanted = id.as_uuid().into_bytes();
        self.by_id
            .binary_search_by(|row| self.ids[*row as usize].cmp(&wanted))
            .ok()
            .map(|at| self.by_id[at])
    }

    /// Width × height in pixels.
    pub(crate) fn area_px(&self, row: usize) -> u64 {
        u64::from(self.width_px[row]) * u64::from(self.height_px[row])
    }

    pub(crate) fn path(&self, row: u32) -> SourcePath {
        let folder = self.folders.of(self.folder_of[row as usize] as usize);
        let name = self.names.of(row as usize);
        if folder.is_empty() {
            return SourcePath::from_bytes(name);
        }
        SourcePath::from_bytes([folder, name].join(&b'/'))
    }

    pub(crate) fn write(&self, out: &mut SectionWriter) -> Result<(), SearchError> {
        out.put("generation", &[self.generation])?;
        out.put("ids", &self.ids)?;
        out.put("by_id", &self.by_id)?;
        self.folders.write(out, "folder")?;
        out.put("folder_of", &self.folder_of)?;
        self.names.write(out, "name")?;
        out.put("by_name", &self.by_name)?;
        out.put("format", &self.format)?;
        out.put("width_px", &self.width_px)?;
        out.put("height_px", &self.height_px)?;
        out.put("size_bytes", &self.size_bytes)?;
        out.put("created_us", &self.created_us)?;
        out.put("modified_us", &self.modified_us)?;
        self.labels.write(out, "label")?;
        self.labels_of.write(out, "labels_of")?;
        self.captions.write(out, "caption")?;
        out.put("caption_starts", &self.caption_starts)?;
        for (kind, issue) in IssueKind::ALL.iter().zip(&self.issues) {
            out.put(&issue_section(*kind, 'r'), &issue.rows)?;
            out.put(&issue_section(*kind, 'c'), &issue.confidence)?;
        }
        out.put("group", &self.group)?;
        out.put("likeness", &self.likeness)?;
        out.put("uniqueness", &self.uniqueness)?;
        for (level, clusters) in self.clusters.iter().enumerate() {
            out.put(&format!("cluster{level}.ids"), &clusters.ids)?;
            out.put(&format!("cluster{level}.repr"), &clusters.representative)?;
            out.put(&format!("cluster{level}.of"), &clusters.cluster_of)?;
        }
        Ok(())
    }

    pub(crate) fn read(from: &mut SectionReader) -> Result<Self, SearchError> {
        let generation = from.get_len("generation", 1)?[0];
        let ids: Vec<IdBytes> = from.get("ids")?;
        let rows = ids.len();
        let folders = Texts::read(from, "folder")?;
        let labels = Texts::read(from, "label")?;
        let captions = Texts::read(from, "caption")?;
        let names = Texts::read(from, "name")?;
        if names.len() != rows {
            return Err(from.damaged("it has not one file name a picture"));
        }
        let columns = Self {
            generation,
            by_id: pointers(from, "by_id", rows, rows)?,
            folder_of: pointers(from, "folder_of", rows, folders.len())?,
            by_name: pointers(from, "by_name", rows, rows)?,
            format: from.get_len("format", rows)?,
            width_px: from.get_len("width_px", rows)?,
            height_px: from.get_len("height_px", rows)?,
            size_bytes: from.get_len("size_bytes", rows)?,
            created_us: from.get_len("created_us", rows)?,
            modified_us: from.get_len("modified_us", rows)?,
            labels_of: Lists::read(from, "labels_of", rows, labels.len())?,
            caption_starts: pointers(from, "caption_starts", rows + 1, captions.len() + 1)?,
            issues: IssueKind::ALL
                .into_iter()
                .map(|kind| IssueColumn::read(from, kind, rows))
                .collect::<Result<_, _>>()?,
            group: from.get_len("group", rows)?,
            likeness: from.get_len("likeness", rows)?,
            uniqueness: from.get_len("uniqueness", rows)?,
            clusters: read_clusters(from, rows)?,
            ids,
            folders,
            names,
            labels,
            captions,
        };
        let known = |format: &u8| usize::from(*format) < ImageFormat::ALL.len();
        if !columns.format.iter().all(known) || !columns.caption_starts.is_sorted() {
            return Err(from.damaged("formats or captions make no sense"));
        }
        Ok(columns)
    }
}

impl IssueColumn {
    fn read(from: &mut SectionReader, kind: IssueKind, rows: usize) -> Result<Self, SearchError> {
        let with: Vec<u32> = from.get(&issue_section(kind, 'r'))?;
        check_below(from, kind.as_str(), &with, rows)?;
        let confidence = from.get_len(&issue_section(kind, 'c'), with.len())?;
        Ok(Self {
            rows: with,
            confidence,
        })
    }
}

impl ClusterColumn {
    pub(crate) fn id(&self, cluster: u32) -> ClusterId {
        ClusterId::from_uuid(Uuid::from_bytes(self.ids[cluster as usize]))
    }

    pub(crate) fn find(&self, id: ClusterId) -> Option<u32> {
        self.ids
            .binary_search(&id.as_uuid().into_bytes())
            .ok()
            .and_then(|at| u32::try_from(at).ok())
    }
}

fn read_clusters(
    from: &mut SectionReader,
    rows: usize,
) -> Result<[ClusterColumn; ClusterLevel::COUNT], SearchError> {
    let mut columns = <[ClusterColumn; ClusterLevel::COUNT]>::default();
    for (level, column) in columns.iter_mut().enumerate() {
        column.ids = from.get(&format!("cluster{level}.ids"))?;
        let clusters = column.ids.len();
        column.representative = pointers(from, &format!("cluster{level}.repr"), clusters, rows)?;
        column.cluster_of = pointers(from, &format!("cluster{level}.of"), rows, clusters)?;
    }
    Ok(columns)
}

/// A column of numbers that each point at something.
fn pointers(
    from: &mut SectionReader,
    name: &str,
    length: usize,
    below: usize,
) -> Result<Vec<u32>, SearchError> {
    let column = from.get_len(name, length)?;
    check_below(from, name, &column, below)?;
    Ok(column)
}

fn issue_section(kind: IssueKind, part: char) -> String {
    format!("issue.{:.8}.{part}", kind.as_str())
}
