//! One generation's index, open for questions.

use std::path::Path;

use lamina_model::{
    ClusterId, ClusterLevel, Generation, ImageFormat, IssueKind, MediaId, SourcePath, Timestamp,
};

use roaring::RoaringBitmap;

use crate::{
    SearchError,
    columns::{Columns, NO_GROUP},
    concepts::ConceptColumns,
    counts::FacetColumns,
    facets::counting_issues,
    lists::Lists,
    measures::Measured,
    names::FoldedNames,
    sections::SectionReader,
    vectors::{SpaceInfo, VectorSpace},
    words::WordIndexes,
};

/// The file that is written last: where it is, the index is whole.
pub(crate) const INDEX_FILE: &str = "index.lamina";

/// The index of one generation. It never changes; share it between threads as it is.
///
/// Columns, words and vector codes are read into memory when it is opened; exact vectors stay
/// on the disk and are read row by row.
#[derive(Debug)]
pub struct GenerationIndex {
    pub(crate) columns: Columns,
    pub(crate) names: FoldedNames,
    /// For each level, for each cluster, its rows.
    pub(crate) members: [Lists; ClusterLevel::COUNT],
    pub(crate) facets: FacetColumns,
    pub(crate) measured: Measured,
    pub(crate) counting_issues: Vec<RoaringBitmap>,
    pub(crate) words: WordIndexes,
    pub(crate) concepts: ConceptColumns,
    pub(crate) spaces: Vec<VectorSpace>,
}

impl GenerationIndex {
    /// Opens the index in a folder and checks it: everything save the exact vectors, of which
    /// each row is checked when it is read (all of them by [`GenerationIndex::verify`]).
    ///
    /// # Errors
    /// [`SearchError::Damaged`], [`SearchError::OtherFormat`], or [`SearchError::Io`], also
    /// when the folder holds no whole index.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let mut from = SectionReader::open(&folder.join(INDEX_FILE))?;
        let columns = Columns::read(&mut from)?;
        let words = WordIndexes::read(&mut from, &columns)?;
        let concepts = ConceptColumns::read(&mut from, columns.ids.len())?;
        let spaces = SpaceInfo::read_all(&mut from)?
            .into_iter()
            .map(|info| VectorSpace::open(folder, info, columns.rows()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            names: FoldedNames::of(&columns.names)?,
            members: std::array::from_fn(|level| {
                let clusters = &columns.clusters[level];
                Lists::members(clusters.ids.len(), &clusters.cluster_of)
            }),
            facets: FacetColumns::of(&columns),
            measured: Measured::default(),
            counting_issues: counting_issues(&columns),
            words,
            concepts,
            spaces,
            columns,
        })
    }

    /// Reads every exact vector once and checks it.
    ///
    /// # Errors
    /// [`SearchError::Damaged`], or [`SearchError::Io`].
    pub fn verify(&self) -> Result<(), SearchError> {
        self.spaces.iter().try_for_each(VectorSpace::verify)
    }

    /// Which generation it is.
    pub fn generation(&self) -> Generation {
        Generation(self.columns.generation)
    }

    /// How many pictures it has. Rows are `0..rows()`, in the order of their paths' bytes.
    pub fn rows(&self) -> u32 {
        self.columns.rows()
    }

    /// The row of a picture.
    pub fn row_of(&self, id: MediaId) -> Option<u32> {
        self.columns.row_of(id)
    }

    /// The facts that a tile shows.
    ///
    /// # Panics
    /// When there is no such row, here as in every method that takes one.
    pub fn tile(&self, row: u32) -> Tile<'_> {
        let (columns, at) = (&self.columns, row as usize);
        Tile {
            row,
            id: columns.id(row),
            path: columns.path(row),
            format: ImageFormat::ALL[usize::from(columns.format[at])],
            width_px: columns.width_px[at],
            height_px: columns.height_px[at],
            size_bytes: columns.size_bytes[at],
            created_at: Timestamp::from_micros(columns.created_us[at]),
            modified_at: Timestamp::from_micros(columns.modified_us[at]),
            labels: columns
                .labels_of
                .of(at)
                .iter()
                .map(|label| columns.labels.shown(*label as usize))
                .collect(),
            captions: (columns.caption_starts[at]..columns.caption_starts[at + 1])
                .map(|caption| columns.captions.shown(caption as usize))
                .collect(),
            uniqueness: columns.uniqueness[at],
            duplicate: (columns.group[at] != NO_GROUP)
                .then_some((columns.group[at], columns.likeness[at])),
        }
    }

    /// The id of a picture.
    pub fn media_id(&self, row: u32) -> MediaId {
        self.columns.id(row)
    }

    /// What may be wrong with a picture, and how sure that is.
    pub fn issues(&self, row: u32) -> Vec<(IssueKind, f32)> {
        IssueKind::ALL
            .into_iter()
            .zip(&self.columns.issues)
            .filter_map(|(kind, issue)| {
                let at = issue.rows.binary_search(&row).ok()?;
                Some((kind, issue.confidence[at]))
            })
            .collect()
    }

    /// The cluster of a picture at a level.
    pub fn cluster_of(&self, level: ClusterLevel, row: u32) -> ClusterId {
        let clusters = &self.columns.clusters[usize::from(level.number())];
        clusters.id(clusters.cluster_of[row as usize])
    }

    /// The level of a cluster, if this generation has it.
    pub fn level_of(&self, cluster: ClusterId) -> Option<ClusterLevel> {
        ClusterLevel::ALL
            .into_iter()
            .zip(&self.columns.clusters)
            .find_map(|(level, clusters)| clusters.find(cluster).map(|_| level))
    }

    /// How many clusters a level has.
    pub fn cluster_count(&self, level: ClusterLevel) -> usize {
        self.columns.clusters[usize::from(level.number())].ids.len()
    }

    /// The names of the vectors that it has, with their dimensions.
    pub fn spaces(&self) -> impl Iterator<Item = (&str, usize)> {
        self.spaces
            .iter()
            .map(|space| (space.name(), space.dimensions()))
    }
}

/// The facts about one picture that a tile shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile<'a> {
    /// Its row in this generation.
    pub row: u32,
    /// Its id.
    pub id: MediaId,
    /// Its file, relative to the source.
    pub path: SourcePath,
    /// How its file is packed.
    pub format: ImageFormat,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
    /// Bytes of its file.
    pub size_bytes: u64,
    /// When it was first indexed.
    pub created_at: Timestamp,
    /// When its file last changed.
    pub modified_at: Timestamp,
    /// Its labels, by name.
    pub labels: Vec<std::borrow::Cow<'a, str>>,
    /// Its captions.
    pub captions: Vec<std::borrow::Cow<'a, str>>,
    /// How much it adds to the set, 0–1.
    pub uniqueness: f32,
    /// Its group of duplicates, and its likeness to the picture most like it there.
    pub duplicate: Option<(u32, f32)>,
}
