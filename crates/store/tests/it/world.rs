//! What a test of the contract stands on: an empty store, and things to put into it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use lamina_model::{
    Chance, ChangeId, Clock, ColourModel, Dataset, DatasetId, DatasetStatus, FieldId, FileOutcome,
    FileRecord, FileStamp, IgnoreReason, ImageFormat, Job, JobId, JobKind, JobState, Lane,
    MarkChange, Measures, Media, MediaId, MediaNote, ObjectId, Placement, Progress, RejectReason,
    SegmentId, Signature, SourcePath, SourceType, Tag, TagId, Timestamp,
};
use lamina_store::{Batch, Blobs, Claim, Lease, Segment, SegmentBuilder, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Length of the vectors in tests.
pub(crate) const DIMENSIONS: usize = 4;
/// How long leases last in tests.
pub(crate) const LEASE_US: i64 = 30_000_000;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    clock: Ticks,
    pub(crate) chance: Counted,
    folder: tempfile::TempDir,
    /// Where it is a database of a server: the server, the name of the database, its URL.
    database: Option<(String, String, String)>,
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        Self::with(store, folder, None)
    }

    /// An empty database of its own on the server that the suite was given, if it was.
    pub(crate) async fn postgres() -> Option<Self> {
        let Some(server) = postgres_server() else {
            println!("skipped on PostgreSQL: LAMINA_TEST_POSTGRES_URL is not set");
            return None;
        };
        let (name, url) = make_database(&server).await;
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::folder(folder.path()).unwrap();
        let store = Store::open_postgres(&url, blobs).await.unwrap();
        Some(Self::with(store, folder, Some((server, name, url))))
    }

    fn with(
        store: Store,
        folder: tempfile::TempDir,
        database: Option<(String, String, String)>,
    ) -> Self {
        Self {
            store,
            clock: Ticks(AtomicI64::new(1_761_818_400_000_000)),
            chance: Counted(AtomicU64::new(0)),
            folder,
            database,
        }
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Where the database of a `PostgreSQL` world is.
    pub(crate) fn url(&self) -> String {
        self.database
            .as_ref()
            .map(|(_, _, url)| url.clone())
            .unwrap()
    }

    /// Takes the database of a test that passed away again.
    pub(crate) async fn drop_database(self) {
        self.store.close().await;
        if let Some((server, name, _)) = self.database {
            let mut connection = PgConnection::connect(&server).await.unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A moment after all that the world's own clock has told so far.
    pub(crate) fn at(&self, seconds: i64) -> Timestamp {
        self.now().plus_seconds(seconds)
    }

    pub(crate) fn dataset_id(&self) -> DatasetId {
        DatasetId::new(&self.clock, &self.chance)
    }

    pub(crate) fn media_id(&self) -> MediaId {
        MediaId::new(&self.clock, &self.chance)
    }

    pub(crate) fn tag(&self, name: &str) -> Tag {
        Tag {
            id: TagId::new(&self.clock, &self.chance),
            name: name.to_owned(),
            created_by: None,
            created_at: self.now(),
        }
    }

    /// A change that is not stored yet.
    pub(crate) fn change(&self, summary: &str) -> MarkChange {
        MarkChange {
            id: ChangeId::new(&self.clock, &self.chance),
            made_by: None,
            made_at: self.now(),
            summary: summary.to_owned(),
            wish: None,
            added: 0,
            removed: 0,
            undone_by: None,
        }
    }

    pub(crate) fn object_id(&self) -> ObjectId {
        ObjectId::new(&self.clock, &self.chance)
    }

    pub(crate) fn segment_id(&self) -> SegmentId {
        SegmentId::new(&self.clock, &self.chance)
    }

    /// A dataset of this source that is not stored yet, and its job.
    pub(crate) fn unborn(&self, source: &str) -> (Dataset, Job) {
        let dataset = Dataset {
            id: self.dataset_id(),
            display_name: format!("pictures of {source}"),
            description: String::new(),
            source_type: SourceType::Folder,
            source: SourcePath::from_bytes(source),
            created_by: None,
            is_public: false,
            created_at: self.now(),
            updated_at: None,
            status: DatasetStatus::New,
            fatal_error: None,
            progress_percent: 0,
            image_count: 0,
            rejected_count: 0,
            progress: None,
            generation: None,
            marks_version: 0,
            labels_from_folders: false,
            annotation_files: Vec::new(),
            object_count: 0,
        };
        let job = self.job(dataset.id);
        (dataset, job)
    }

    pub(crate) fn field_id(&self) -> FieldId {
        FieldId::new(&self.clock, &self.chance)
    }

    /// A job that is not stored yet.
    pub(crate) fn job(&self, dataset_id: DatasetId) -> Job {
        Job {
            id: JobId::new(&self.clock, &self.chance),
            kind: JobKind::Ingest,
            dataset_id,
            subject: String::new(),
            state: JobState::Queued,
            attempts: 0,
            progress: Progress::WAITING,
            error: None,
            created_at: self.now(),
            started_at: None,
            ended_at: None,
        }
    }

    /// A stored dataset with its queued job.
    pub(crate) async fn dataset(&self, source: &str) -> (Dataset, Job) {
        let (dataset, job) = self.unborn(source);
        self.store
            .insert_dataset_with_job(&dataset, &job)
            .await
            .unwrap();
        (dataset, job)
    }

    /// Claims whatever job there is.
    pub(crate) async fn claim(&self, runner: &str) -> Option<(Job, Lease)> {
        self.claim_at(runner, self.now(), 5).await
    }

    pub(crate) async fn claim_at(
        &self,
        runner: &str,
        now: Timestamp,
        max_attempts: u32,
    ) -> Option<(Job, Lease)> {
        let claim = Claim {
            runner,
            now,
            lease_us: LEASE_US,
            max_attempts,
            lane: Lane::Long,
        };
        self.store.claim_job(&claim).await.unwrap()
    }

    /// A written pack with these many pictures, and where each of them lies.
    pub(crate) async fn pack(&self, dataset: DatasetId, rows: u8) -> (Segment, Vec<Placement>) {
        let mut pack = SegmentBuilder::new(self.segment_id(), dataset, "test-model", DIMENSIONS);
        let placements = (0..rows)
            .map(|row| {
                let thumbnail = vec![row; usize::from(row) + 3];
                pack.push(
                    &thumbnail,
                    &vector(row),
                    &Signature::new([row; Signature::LEN]),
                )
            })
            .collect();
        let segment = self.store.write_segment(pack, self.now()).await.unwrap();
        (segment, placements)
    }

    /// A batch that indexes files under these paths.
    pub(crate) async fn batch(&self, dataset: DatasetId, paths: &[&[u8]]) -> Batch {
        let rows = u8::try_from(paths.len()).unwrap();
        let (segment, placements) = self.pack(dataset, rows).await;
        let indexed = paths
            .iter()
            .zip(placements)
            .map(|(path, placement)| {
                let media = self.media(dataset, path, placement);
                let stamp = stamp(media.size_bytes);
                (media, stamp)
            })
            .collect();
        Batch {
            segment: Some(segment),
            indexed,
            ..Batch::default()
        }
    }

    /// Indexes files under these paths, and gives their ids in the same order.
    pub(crate) async fn index(&self, dataset: DatasetId, paths: &[&[u8]]) -> Vec<MediaId> {
        let batch = self.batch(dataset, paths).await;
        self.store
            .apply_batch(dataset, &batch, self.now())
            .await
            .unwrap();
        batch.indexed.iter().map(|(media, _)| media.id).collect()
    }

    /// A picture that is not stored yet.
    pub(crate) fn media(&self, dataset_id: DatasetId, path: &[u8], placement: Placement) -> Media {
        let hash = |salt: u8| {
            let mut hash = [salt; 32];
            hash.iter_mut()
                .zip(path)
                .for_each(|(byte, other)| *byte ^= other);
            hash
        };
        Media {
            id: self.media_id(),
            dataset_id,
            path: SourcePath::from_bytes(path),
            created_at: self.now(),
            size_bytes: 5_000_000_000,
            format: ImageFormat::Jpeg,
            colour_model: ColourModel::Ycck,
            bit_depth: 8,
            has_alpha: false,
            width_px: 4000,
            height_px: 3000,
            frame_count: 1,
            orientation: 6,
            notes: vec![MediaNote::ExtensionMismatch, MediaNote::DecoderWarning],
            content_hash: hash(1),
            pixel_hash: hash(2),
            perceptual_hash: 0xfedc_ba98_7654_3210,
            measures: Measures {
                luma_mean: 127.3,
                luma_spread: 40.1,
                luma_p05: 3.0,
                luma_p50: 120.7,
                luma_p95: 251.0,
                luma_entropy_bits: 7.3,
                sharpness: 0.017,
                sharpness_best: 12345.678,
                mean_rgb: [255, 0, 128],
            },
            placement,
        }
    }
}

/// The vector of a row in a test pack.
pub(crate) fn vector(row: u8) -> Vec<f32> {
    (0..DIMENSIONS)
        .map(|column| f32::from(row) + f32::from(u8::try_from(column).unwrap()) / 8.0)
        .collect()
}

/// What the file system says of a file with these many bytes.
pub(crate) fn stamp(size_bytes: u64) -> FileStamp {
    FileStamp {
        size_bytes,
        modified_at: Timestamp::from_micros(-1_234_567),
        device: u64::MAX,
        inode: u64::MAX - 7,
    }
}

pub(crate) fn rejected(path: &[u8], reason: RejectReason, note: &str) -> FileRecord {
    FileRecord {
        path: SourcePath::from_bytes(path),
        stamp: stamp(9),
        outcome: FileOutcome::Rejected {
            reason,
            note: note.to_owned(),
        },
    }
}

pub(crate) fn ignored(path: &[u8], reason: IgnoreReason) -> FileRecord {
    FileRecord {
        path: SourcePath::from_bytes(path),
        stamp: stamp(0),
        outcome: FileOutcome::Ignored(reason),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the suite is told by the environment where a server runs"
)]
fn postgres_server() -> Option<String> {
    std::env::var("LAMINA_TEST_POSTGRES_URL").ok()
}

/// Makes an empty database; gives its name and URL.
async fn make_database(server: &str) -> (String, String) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    let name = format!("lamina_store_{}_{count}", std::process::id());
    let mut connection = PgConnection::connect(server).await.unwrap();
    for sql in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
    ] {
        sqlx::query(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    let (base, query) = server
        .split_once('?')
        .map_or((server, ""), |(base, query)| (base, query));
    let host = base
        .rfind('/')
        .filter(|at| !base[..*at].ends_with('/'))
        .map_or(base, |at| &base[..at]);
    let url = if query.is_empty() {
        format!("{host}/{name}")
    } else {
        format!("{host}/{name}?{query}")
    };
    (name, url)
}

/// Goes on by a microsecond whenever somebody looks, so that no two moments are the same.
#[derive(Debug)]
struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Chance that is none: a counter, so that no two ids are the same and each is greater.
#[derive(Debug)]
pub(crate) struct Counted(AtomicU64);

impl Chance for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        buffer.fill(0);
        let start = buffer.len().saturating_sub(number.len());
        buffer[start..].copy_from_slice(&number);
    }
}
