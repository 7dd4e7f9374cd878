//! Indexes that are open, and asking one.

use std::{
    collections::{HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use lamina_model::{
    ClusterLevel, DatasetId, Generation, ImageFormat, IssueKind, MediaId, SourcePath, Timestamp,
};
use lamina_search::{GenerationIndex, SearchError};
use lamina_vision::{Meaning, ModelId};

use super::{
    anchors::PartKey,
    build,
    copies::{self, CopyTable, LevelCount},
    fields::FieldCache,
    folder,
    grid::{OrderKey, Orders},
    latest::Latest,
    marks::{Marks, MarksCache},
    names::{self, Names},
    objects::ObjectTable,
    picture::{self, Beside},
    plan::Plans,
    wanted::Wanted,
};
use crate::{DatasetScope, Engine, Error};

/// Most indexes held open at a time; the one asked longest ago is closed first.
const MOST_OPEN: usize = 8;
/// When to come back for an index that is being written.
const REBUILD_SECONDS: u32 = 2;

/// The indexes that are open, and those being written again.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    /// The one asked last at the end.
    open: Mutex<VecDeque<Arc<Opened>>>,
    writing: Mutex<HashSet<(DatasetId, Generation)>>,
    pub(super) marks: MarksCache,
    pub(super) fields: FieldCache,
    /// Vectors of parts of pictures.
    pub(super) parts: Latest<PartKey, Vec<f32>>,
    /// What texts mean.
    pub(super) meanings: Latest<String, Meaning>,
    /// Generations whose map is being drawn.
    drawing: Mutex<HashSet<(DatasetId, Generation)>>,
}

impl Indexes {
    fn find(&self, dataset: DatasetId, generation: Generation) -> Option<Arc<Opened>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open
            .iter()
            .position(|one| one.dataset == dataset && one.index.generation() == generation)?;
        let found = open.remove(at)?;
        open.push_back(Arc::clone(&found));
        Some(found)
    }

    fn remember(&self, opened: &Arc<Opened>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // An older generation of the same dataset is asked no more.
        open.retain(|one| one.dataset != opened.dataset);
        open.push_back(Arc::clone(opened));
        while open.len() > MOST_OPEN {
            open.pop_front();
        }
    }

    /// Whether the caller is the one to write it.
    fn begin_writing(&self, dataset: DatasetId, generation: Generation) -> bool {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        writing.insert((dataset, generation))
    }

    fn end_writing(&self, dataset: DatasetId, generation: Generation) {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        writing.remove(&(dataset, generation));
    }

    /// Whether the caller is the one to draw the map.
    pub(super) fn begin_drawing(&self, dataset: DatasetId, generation: Generation) -> bool {
        let mut drawing = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        drawing.insert((dataset, generation))
    }

    pub(super) fn end_drawing(&self, dataset: DatasetId, generation: Generation) {
        let mut drawing = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        drawing.remove(&(dataset, generation));
    }

    /// Closes whatever is open of a dataset.
    pub(crate) fn close(&self, dataset: DatasetId) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|one| one.dataset != dataset);
    }
}

/// The index of a generation with what stands beside it.
#[derive(Debug)]
pub(super) struct Opened {
    pub dataset: DatasetId,
    pub index: GenerationIndex,
    pub beside: Vec<Beside>,
    pub copies: CopyTable,
    pub objects: ObjectTable,
    /// What clusters are called.
    pub names: Names,
    /// By kind, in the order of [`IssueKind::ALL`]: rows with their confidences.
    pub issues: [Vec<(u32, f32)>; IssueKind::ALL.len()],
    pub orders: Mutex<Orders<OrderKey>>,
    /// The number of tags and labels that the index was written after.
    pub marks_version: i64,
    pub plans: Mutex<Plans>,
    /// Where its files lie.
    pub folder: PathBuf,
    /// Places on the map by row, once it is drawn and was asked for.
    pub map: OnceLock<Vec<[u16; 2]>>,
    /// Groups of copies at each level, once somebody asked.
    pub levels: OnceLock<Vec<LevelCount>>,
}

impl Opened {
    /// Opens a folder; nothing where it holds no whole index that this program can read.
    fn open(dataset: DatasetId, folder: &Path, model: &ModelId) -> Result<Option<Self>, Error> {
        // Vectors of another model mean nothing to the one in use.
        if !picture::is_comparable(folder, model) {
            return Ok(None);
        }
        let index = match GenerationIndex::open(folder) {
            Ok(index) => index,
            Err(SearchError::Io(cause)) if cause.kind() == std::io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(cause @ (SearchError::Damaged { .. } | SearchError::OtherFormat { .. })) => {
                tracing::warn!(dataset.id = %dataset, error = %cause, "an index is written again");
                return Ok(None);
            }
            Err(cause) => return Err(Error::internal(cause)),
        };
        let (marks_version, beside) = match picture::read(folder, index.rows()) {
            Ok(Some(read)) => read,
            Ok(None) => return Ok(None),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(Error::internal(cause)),
        };
        let groups = match copies::read(folder, index.rows()) {
            Ok(Some(groups)) => groups,
            Ok(None) => return Ok(None),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(Error::internal(cause)),
        };
        let objects = match ObjectTable::read(folder, index.rows()) {
            Ok(Some(objects)) => objects,
            Ok(None) => return Ok(None),
            Err(cause) => return Err(Error::internal(cause)),
        };
        let Some(names) = names::read(folder).map_err(Error::internal)? else {
            return Ok(None);
        };
        let mut issues: [Vec<(u32, f32)>; IssueKind::ALL.len()] = Default::default();
        for row in 0..index.rows() {
            for (kind, confidence) in index.issues(row) {
                issues[kind_number(kind)].push((row, confidence));
            }
        }
        Ok(Some(Self {
            dataset,
            copies: CopyTable::of(index.rows(), groups, |row| index.tile(row).size_bytes),
            beside,
            objects,
            names,
            issues,
            index,
            orders: Mutex::default(),
            marks_version,
            plans: Mutex::default(),
            folder: folder.to_owned(),
            map: OnceLock::new(),
            levels: OnceLock::new(),
        }))
    }

    /// The facts of a row that a card shows.
    pub(super) fn card(&self, row: u32) -> Card {
        let tile = self.index.tile(row);
        let beside = &self.beside[row as usize];
        Card {
            media_id: tile.id,
            path: tile.path,
            format: tile.format,
            width_px: tile.width_px,
            height_px: tile.height_px,
            size_bytes: tile.size_bytes,
            created_at: tile.created_at,
            modified_at: tile.modified_at,
            mean_rgb: beside.rgb,
            version: beside.version,
        }
    }

    /// The cluster ids of a row, the finest first.
    pub(super) fn clusters(&self, row: u32) -> [lamina_model::ClusterId; ClusterLevel::COUNT] {
        ClusterLevel::ALL.map(|level| self.index.cluster_of(level, row))
    }
}

pub(super) fn kind_number(kind: IssueKind) -> usize {
    let at = IssueKind::ALL.iter().position(|known| *known == kind);
    at.expect("every kind is among them all")
}

/// An index with the tags and labels as they were at one moment.
#[derive(Debug)]
pub(super) struct Seen {
    pub opened: Arc<Opened>,
    pub marks: Arc<Marks>,
}

impl std::ops::Deref for Seen {
    type Target = Opened;

    fn deref(&self) -> &Opened {
        &self.opened
    }
}

/// The facts about a picture that a card shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The picture.
    pub media_id: MediaId,
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
    /// Its mean colour in sRGB.
    pub mean_rgb: [u8; 3],
    /// The first bytes of its content's hash, which version the address of its thumbnail.
    pub version: [u8; 8],
}

impl Engine {
    /// Asks the index of the generation that a dataset shows, away from the threads that serve
    /// requests; nothing before the first generation.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        scope: &DatasetScope,
        question: impl FnOnce(&Opened) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let Some(opened) = self.opened(scope).await? else {
            return Ok(None);
        };
        let answered = tokio::task::spawn_blocking(move || question(&opened)).await;
        answered.map_err(Error::internal)?.map(Some)
    }

    /// The same about pictures that are wanted, whose areas of the map, if any, are drawn first.
    pub(super) async fn ask_for<T: Send + 'static>(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        question: impl FnOnce(&Seen, &Wanted) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let version = scope.dataset().marks_version;
        self.ask_as_of(scope, wanted, version, question).await
    }

    /// The same, with the tags and labels as they were at an earlier number.
    pub(super) async fn ask_as_of<T: Send + 'static>(
        &self,
        scope: &DatasetScope,
        mut wanted: Wanted,
        version: i64,
        question: impl FnOnce(&Seen, &Wanted) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let Some(opened) = self.opened(scope).await? else {
            return Ok(None);
        };
        self.check_areas(scope, &opened, &wanted).await?;
        let seen = self
            .seen(opened, version, &mut [&mut wanted.filter])
            .await?;
        let answered = tokio::task::spawn_blocking(move || question(&seen, &wanted)).await;
        answered.map_err(Error::internal)?.map(Some)
    }

    /// The index of the generation that a dataset shows.
    ///
    /// # Errors
    /// [`Error::Busy`] where it is missing, and is being written again.
    pub(super) async fn opened(&self, scope: &DatasetScope) -> Result<Option<Arc<Opened>>, Error> {
        let Some(generation) = scope.dataset().generation else {
            return Ok(None);
        };
        let (dataset, indexes) = (scope.id(), &self.parts().indexes);
        if let Some(found) = indexes.find(dataset, generation) {
            return Ok(Some(found));
        }
        let place = folder::of_generation(&self.parts().index_folder, dataset, generation);
        let model = self.parts().embedder.model().clone();
        let opened =
            tokio::task::spawn_blocking(move || Opened::open(dataset, &place, &model)).await;
        if let Some(opened) = opened.map_err(Error::internal)?? {
            let opened = Arc::new(opened);
            indexes.remember(&opened);
            return Ok(Some(opened));
        }
        if indexes.begin_writing(dataset, generation) {
            let engine = self.clone();
            self.parts().background.spawn(async move {
                if let Err(cause) = build::write_index(&engine, dataset, generation).await {
                    tracing::error!(dataset.id = %dataset, error = ?cause, "cannot write an index");
                }
                engine.parts().indexes.end_writing(dataset, generation);
            });
        }
        Err(Error::Busy {
            why: "the index of this dataset is being made again; ask again in a moment".to_owned(),
            retry_after_s: REBUILD_SECONDS,
        })
    }
}
