//! Writes the index of one generation into a folder.

use std::{
    collections::HashMap,
    hash::Hash,
    path::{Path, PathBuf},
};

use lamina_model::{
    ClusterId, ClusterLevel, Generation, ImageFormat, IssueKind, MediaId, SourcePath, Timestamp,
};

use crate::{
    SearchError,
    columns::{Columns, IdBytes, IssueColumn, NO_GROUP, NO_LIKENESS},
    concepts::{ConceptColumns, Mixture},
    generation::INDEX_FILE,
    names::FoldedNames,
    sections::SectionWriter,
    vectors::{SpaceInfo, VectorWriter},
    words::WordIndexes,
};

/// Everything that the index keeps about one picture, save its vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaRow {
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
    /// Its labels, each once.
    pub labels: Vec<String>,
    /// Its captions.
    pub captions: Vec<String>,
    /// What may be wrong with it, each kind at most once.
    pub issues: Vec<(IssueKind, f32)>,
    /// The group of duplicates it is in, and its likeness to the picture most like it there.
    pub duplicate: Option<(u32, f32)>,
    /// How much it adds to the set, 0–1.
    pub uniqueness: f32,
    /// Its cluster at each level, the finest first.
    pub clusters: [ClusterId; ClusterLevel::COUNT],
    /// What it shows; concepts that were not named are left out.
    pub mixture: Mixture,
}

/// Takes pictures in the order of their paths and writes an index of them. Things that share a
/// path, such as objects in one picture, come in the order of their ids.
///
/// The same pictures give the same bytes. Columns are held in memory until
/// [`GenerationBuilder::finish`]; vectors go to the disk as they come.
#[derive(Debug)]
pub struct GenerationBuilder {
    folder: PathBuf,
    columns: Columns,
    concepts: ConceptColumns,
    last: Option<(SourcePath, MediaId)>,
    folders: Interned<Vec<u8>>,
    labels: Interned<String>,
    clusters: [Interned<IdBytes>; ClusterLevel::COUNT],
    spaces: Vec<VectorWriter>,
}

impl GenerationBuilder {
    /// Starts an index in `folder`, which is made if need be; files of an earlier index there
    /// are replaced. `spaces` names the vectors that pictures may have, each with its
    /// dimensions: a letter first, then letters, digits and `-`.
    ///
    /// # Errors
    /// [`SearchError::Io`] when the folder cannot be written.
    pub fn create(
        folder: &Path,
        generation: Generation,
        spaces: &[(&str, usize)],
    ) -> Result<Self, SearchError> {
        fs_err::create_dir_all(folder)?;
        match fs_err::remove_file(folder.join(INDEX_FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let columns = Columns {
            generation: generation.0,
            caption_starts: vec![0],
            issues: vec![IssueColumn::default(); IssueKind::ALL.len()],
            ..Columns::default()
        };
        Ok(Self {
            folder: folder.to_owned(),
            columns,
            concepts: ConceptColumns::default(),
            last: None,
            folders: Interned::default(),
            labels: Interned::default(),
            clusters: Default::default(),
            spaces: spaces
                .iter()
                .map(|(name, dimensions)| VectorWriter::create(folder, name, *dimensions))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Names the concepts that pictures are mixtures of, at most 65,536 and before the first
    /// picture.
    ///
    /// # Errors
    /// [`SearchError::TooMany`].
    pub fn name_concepts<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), SearchError> {
        for name in names {
            if self.concepts.names.len() > usize::from(u16::MAX) {
                return Err(SearchError::TooMany {
                    what: "concepts",
                    most: u64::from(u16::MAX) + 1,
                });
            }
            self.concepts.names.push(name.as_bytes())?;
        }
        Ok(())
    }

    /// Adds the next picture, with one vector, or none, for each space, in the order in which
    /// the spaces were declared. Vectors need not have length 1.
    ///
    /// # Errors
    /// [`SearchError::OutOfOrder`], [`SearchError::Dimensions`], [`SearchError::TooMany`], or
    /// [`SearchError::Io`].
    pub fn push(
        &mut self,
        media: &MediaRow,
        vectors: &[Option<&[f32]>],
    ) -> Result<(), SearchError> {
        let after = |(path, id): &(SourcePath, MediaId)| (path, id) < (&media.path, &media.id);
        if !self.last.as_ref().is_none_or(after) {
            return Err(SearchError::OutOfOrder {
                path: media.path.clone(),
            });
        }
        let row = u32::try_from(self.columns.ids.len())
            .ok()
            .filter(|row| *row < u32::MAX)
            .ok_or(SearchError::TooMany {
                what: "pictures",
                most: u64::from(u32::MAX),
            })?;
        for (at, space) in self.spaces.iter_mut().enumerate() {
            space.push(vectors.get(at).copied().flatten())?;
        }
        self.concepts.push(&media.mixture)?;
        self.last = Some((media.path.clone(), media.id));
        self.push_columns(row, media)
    }

    /// Writes everything. The index can be opened once this has come back.
    ///
    /// The picture stands for each cluster that is most like the mean of all its pictures, by the
    /// vectors of the first space; the first by path of equally like ones, or where none has one.
    ///
    /// # Errors
    /// [`SearchError::Io`], or [`SearchError::TooMany`].
    pub fn finish(mut self) -> Result<(), SearchError> {
        self.order_names();
        self.order_rows()?;
        self.order_clusters();
        self.represent_clusters()?;
        let spaces: Vec<SpaceInfo> = std::mem::take(&mut self.spaces)
            .into_iter()
            .map(VectorWriter::finish)
            .collect::<Result<_, _>>()?;
        let mut out = SectionWriter::create(&self.folder.join(INDEX_FILE))?;
        self.columns.write(&mut out)?;
        WordIndexes::build(&self.columns)?.write(&mut out)?;
        self.concepts.write(&mut out)?;
        SpaceInfo::write_all(&spaces, &mut out)?;
        out.finish()
    }

    fn push_columns(&mut self, row: u32, media: &MediaRow) -> Result<(), SearchError> {
        let columns = &mut self.columns;
        columns.ids.push(media.id.as_uuid().into_bytes());
        columns
            .folder_of
            .push(self.folders.number(media.path.folder().to_vec()));
        columns.names.push(media.path.file_name())?;
        let format = ImageFormat::ALL
            .iter()
            .position(|known| *known == media.format);
        columns.format.push(
            format
                .and_then(|at| u8::try_from(at).ok())
                .expect("every format is among them all"),
        );
        columns.width_px.push(media.width_px);
        columns.height_px.push(media.height_px);
        columns.size_bytes.push(media.size_bytes);
        columns.created_us.push(media.created_at.as_micros());
        columns.modified_us.push(media.modified_at.as_micros());
        let mut labels: Vec<u32> = media
            .labels
            .iter()
            .map(|label| self.labels.number(label.clone()))
            .collect();
        labels.sort_unstable();
        labels.dedup();
        columns.labels_of.push(labels)?;
        for caption in &media.captions {
            columns.captions.push(caption.as_bytes())?;
        }
        columns
            .caption_starts
            .push(u32::try_from(columns.captions.len()).unwrap_or(u32::MAX));
        for (kind, confidence) in &media.issues {
            let at = IssueKind::ALL.iter().position(|known| known == kind);
            let issue = &mut columns.issues[at.expect("every kind is among them all")];
            issue.rows.push(row);
            issue.confidence.push(*confidence);
        }
        let (group, likeness) = media.duplicate.unwrap_or((NO_GROUP, NO_LIKENESS));
        columns.group.push(group);
        columns.likeness.push(likeness);
        columns.uniqueness.push(media.uniqueness);
        for (level, cluster) in media.clusters.iter().enumerate() {
            let number = self.clusters[level].number(cluster.as_uuid().into_bytes());
            columns.clusters[level].cluster_of.push(number);
        }
        Ok(())
    }

    /// Folders and labels in the order of their names.
    fn order_names(&mut self) {
        let (folders, rank) = std::mem::take(&mut self.folders).ordered();
        self.columns.folders = folders.iter().map(Vec::as_slice).collect();
        for folder in &mut self.columns.folder_of {
            *folder = rank[*folder as usize];
        }
        let (labels, rank) = std::mem::take(&mut self.labels).ordered();
        self.columns.labels = labels.iter().map(String::as_bytes).collect();
        self.columns
            .labels_of
            .map_sorted(|label| rank[label as usize]);
    }

    fn order_rows(&mut self) -> Result<(), SearchError> {
        let columns = &mut self.columns;
        let rows: Vec<u32> = (0..columns.rows()).collect();
        columns.by_id.clone_from(&rows);
        columns.by_id.sort_by_key(|row| columns.ids[*row as usize]);
        let folded = FoldedNames::of(&columns.names)?;
        columns.by_name = rows;
        columns
            .by_name
            .sort_by(|a, b| folded.name(*a as usize).cmp(folded.name(*b as usize)));
        Ok(())
    }

    fn order_clusters(&mut self) {
        for (level, interned) in std::mem::take(&mut self.clusters).into_iter().enumerate() {
            let (ids, rank) = interned.ordered();
            let mut clusters = std::mem::take(&mut self.columns.clusters[level]);
            for cluster in &mut clusters.cluster_of {
                *cluster = rank[*cluster as usize];
            }
            clusters.representative = vec![u32::MAX; ids.len()];
            for (row, cluster) in (0..).zip(&clusters.cluster_of) {
                let first = &mut clusters.representative[*cluster as usize];
                *first = row.min(*first);
            }
            clusters.ids = ids;
            self.columns.clusters[level] = clusters;
        }
    }

    /// Lets for each cluster the picture stand that is most like all of its pictures.
    fn represent_clusters(&mut self) -> Result<(), SearchError> {
        let Some(space) = self.spaces.first_mut() else {
            return Ok(());
        };
        let mut likest = space.likest()?;
        // Most clusters of a level are clusters of the next as well.
        let mut known = HashMap::new();
        for column in &mut self.columns.clusters {
            let mut members = vec![Vec::new(); column.ids.len()];
            for (row, cluster) in (0_u32..).zip(&column.cluster_of) {
                members[*cluster as usize].push(row);
            }
            let before = std::mem::take(&mut known);
            for (members, first) in members.into_iter().zip(&mut column.representative) {
                *first = match before.get(&members) {
                    Some(likest) => *likest,
                    None => likest.of(&members)?.unwrap_or(*first),
                };
                known.insert(members, *first);
            }
        }
        Ok(())
    }
}

/// Numbers for things, in the order in which they were first seen.
#[derive(Debug)]
struct Interned<T> {
    numbers: HashMap<T, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
        }
    }
}

impl<T: Hash + Ord + Clone> Interned<T> {
    fn number(&mut self, thing: T) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(thing).or_insert(next)
    }

    /// The things in ascending order, and for each number given out its place in that order.
    fn ordered(self) -> (Vec<T>, Vec<u32>) {
        let mut pairs: Vec<(T, u32)> = self.numbers.into_iter().collect();
        pairs.sort_unstable();
        let mut rank = vec![0; pairs.len()];
        for (place, (_, number)) in (0..).zip(&pairs) {
            rank[*number as usize] = place;
        }
        (pairs.into_iter().map(|(thing, _)| thing).collect(), rank)
    }
}
