//! An engine on a folder of its own, and pictures to put into another.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use lamina_engine::{
    Caller, CreateFolder, Created, DatasetScope, Engine, IngestSettings, Need, OtherPrecision,
    Parts, Runner, SourceRoots,
};
use lamina_model::{Job, JobId, Report};
use lamina_store::Store;
use lamina_testkit::{CountingChance, TickingClock};
use lamina_vision::{DecodeLimits, Embedder, FakeEmbedder};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// An engine in local mode, its data folder and a source folder.
pub(crate) struct Workshop {
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) data: TempDir,
    pub(crate) source: TempDir,
    clock: Arc<TickingClock>,
    chance: Arc<CountingChance>,
}

impl Workshop {
    pub(crate) async fn new() -> Self {
        Self::with_roots(SourceRoots::Anywhere).await
    }

    pub(crate) async fn with_roots(roots: SourceRoots) -> Self {
        let data = tempfile::tempdir().unwrap();
        let source = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(data.path()).await.unwrap();
        let clock = Arc::new(TickingClock::default());
        let chance = Arc::new(CountingChance::new());
        let parts = parts(store.clone(), data.path(), roots, &clock, &chance);
        let engine = Engine::new(parts);
        Self {
            engine,
            store,
            data,
            source,
            clock,
            chance,
        }
    }

    /// The engine of the next process on the same data folder.
    pub(crate) fn restarted(&self) -> Engine {
        self.with_embedder(Arc::new(FakeEmbedder::new()), OtherPrecision::Kept)
    }

    /// The same with another embedder.
    pub(crate) fn with_embedder(
        &self,
        embedder: Arc<dyn Embedder>,
        other_precision: OtherPrecision,
    ) -> Engine {
        let mut parts = parts(
            self.store.clone(),
            self.data.path(),
            SourceRoots::Anywhere,
            &self.clock,
            &self.chance,
        );
        parts.embedder = embedder;
        parts.ingest.other_precision = other_precision;
        Engine::new(parts)
    }

    pub(crate) fn put(&self, path: impl AsRef<[u8]>, bytes: &[u8]) {
        let file = self.source.path().join(OsStr::from_bytes(path.as_ref()));
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, bytes).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        fs_err::remove_file(self.source.path().join(path)).unwrap();
    }

    /// Opens the dataset of the source folder.
    pub(crate) async fn open(&self) -> Created {
        let wish = CreateFolder {
            path: self.source.path().to_owned(),
            name: Some("set".to_owned()),
            ..CreateFolder::default()
        };
        self.engine.open_folder(&Caller::Local, wish).await.unwrap()
    }

    /// Opens the dataset and works on it until its job has ended.
    pub(crate) async fn index(&self) -> (DatasetScope, Report) {
        let created = self.open().await;
        let job = run_to_end(&self.engine, created.job).await;
        assert_eq!(job.error, None, "{job:?}");
        let scope = self.scope(&created).await;
        let report = self
            .engine
            .report(&scope)
            .await
            .unwrap()
            .expect("a report was published");
        (scope, report)
    }

    pub(crate) async fn scope(&self, created: &Created) -> DatasetScope {
        let id = created.dataset.id.to_string();
        self.engine
            .dataset(&Caller::Local, &id, Need::Own)
            .await
            .unwrap()
    }

    /// A dataset as it is just now.
    pub(crate) async fn scope_of(&self, id: lamina_model::DatasetId) -> DatasetScope {
        self.engine
            .dataset(&Caller::Local, &id.to_string(), Need::Own)
            .await
            .unwrap()
    }

    /// Every indexed path with its content hash.
    pub(crate) async fn indexed(&self, scope: &DatasetScope) -> BTreeMap<String, [u8; 32]> {
        let facts = self
            .store
            .facts_after(scope.id(), None, 100_000)
            .await
            .unwrap();
        facts
            .into_iter()
            .map(|row| (row.path.to_string(), row.content_hash))
            .collect()
    }
}

fn parts(
    store: Store,
    data: &Path,
    roots: SourceRoots,
    clock: &Arc<TickingClock>,
    chance: &Arc<CountingChance>,
) -> Parts {
    Parts {
        store,
        embedder: Arc::new(FakeEmbedder::new()),
        clock: Arc::<TickingClock>::clone(clock),
        chance: Arc::<CountingChance>::clone(chance),
        ingest: IngestSettings {
            workers: 2,
            batch_items: 4,
            limits: DecodeLimits::default(),
            own_folders: vec![data.to_owned()],
            other_precision: OtherPrecision::Kept,
        },
        roots,
        accounts: None,
        presence_folder: Some(presence_folder(data)),
        index_folder: data.join("index"),
        upload_folder: data.join("uploads"),
    }
}

pub(crate) fn presence_folder(data: &Path) -> PathBuf {
    data.join("runners")
}

/// Works on jobs until this one has ended.
pub(crate) async fn run_to_end(engine: &Engine, id: JobId) -> Job {
    let runner = Runner::start(engine.clone()).await.unwrap();
    runner
        .run_until(id, CancellationToken::new())
        .await
        .unwrap()
}

/// A small picture, a different one for each seed: a BMP of soft colour fields.
pub(crate) fn picture(seed: u32) -> Vec<u8> {
    const SIDE: u32 = 48;
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let wave = |k: u32| {
                let phase = seed.wrapping_mul(2_654_435_761).rotate_left(k * 7) % 628;
                let angle = f64::from(x * (1 + (seed + k) % 5) + y * (1 + (seed / 5 + k) % 5))
                    / 9.0
                    + f64::from(phase) / 100.0;
                (127.5 + 120.0 * angle.sin()) as u8
            };
            pixels.extend([wave(0), wave(1), wave(2)]);
        }
    }
    bitmap(SIDE, SIDE, &pixels)
}

/// A 24-bit BMP; rows must fill whole words.
pub(crate) fn bitmap(width: u32, height: u32, bgr: &[u8]) -> Vec<u8> {
    assert!((width * 3).is_multiple_of(4), "rows that need no padding");
    let mut file = b"BM".to_vec();
    file.extend((54 + u32::try_from(bgr.len()).unwrap()).to_le_bytes());
    for word in [0, 54, 40, width, height] {
        file.extend(word.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    for word in [0, u32::try_from(bgr.len()).unwrap(), 2835, 2835, 0, 0_u32] {
        file.extend(word.to_le_bytes());
    }
    file.extend(bgr);
    file
}
