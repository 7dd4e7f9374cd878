//! Background work, which the wire calls a task.

use lamina_model::{Dataset, DatasetStatus, Job, JobKind, JobState, Phase, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A piece of background work on a dataset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub(crate) struct TaskJson {
    /// Its id.
    pub task_id: Uuid,
    /// The dataset it works on.
    pub dataset_id: Uuid,
    /// What people call the dataset.
    pub dataset_name: String,
    /// The state of the dataset, with underscores.
    #[schema(example = "READ_ONLY")]
    pub dataset_status: &'static str,
    /// Address of the user who asked for it; null in local mode.
    pub created_by: Option<String>,
    /// What it does.
    #[schema(example = "DATASET_CREATION")]
    pub task_type: TaskType,
    /// How it stands.
    #[schema(example = "RUNNING")]
    pub status: TaskStatus,
    /// What it is doing just now, as a sentence.
    pub status_message: String,
    /// How far it is, in percent; null while that cannot be told.
    pub progress_percentage: Option<u8>,
    /// The phase it is in.
    #[schema(example = "indexing")]
    pub phase: &'static str,
    /// Steps of the phase behind it.
    pub done: u64,
    /// Steps of the phase in all; 0 while unknown.
    pub total: u64,
    /// Files rejected so far.
    pub rejected: u64,
    /// Why it failed.
    pub error_message: Option<String>,
    /// When it began, or was asked for while it has not.
    #[schema(example = "2025-10-30T10:00:00.000000Z")]
    pub start_time: String,
    /// When it ended.
    pub end_time: Option<String>,
    /// When it began, for comparing.
    #[serde(skip)]
    pub began_at: Timestamp,
}

/// What a task does: first what Lamina does, then what only the original does, which no task
/// here ever is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TaskType {
    /// Indexes a dataset for the first time.
    DatasetCreation,
    /// Brings a dataset in line with its source.
    MediaAddition,
    /// Changes tags, labels or captions of many pictures.
    Tagging,
    /// Writes an archive.
    Export,
    /// Takes in the values of a field.
    CustomMetadata,
    /// Of the original.
    Reindex,
    /// Of the original.
    Enrichment,
    /// Of the original.
    Snapshot,
    /// Of the original.
    SnapshotRestore,
    /// Of the original.
    SnapshotClone,
    /// Of the original.
    LabelPropagation,
    /// Of the original.
    ModelTraining,
    /// Of the original.
    ModelValidation,
}

impl TaskType {
    /// The word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::DatasetCreation => "DATASET_CREATION",
            Self::MediaAddition => "MEDIA_ADDITION",
            Self::Tagging => "TAGGING",
            Self::Export => "EXPORT",
            Self::CustomMetadata => "CUSTOM_METADATA",
            Self::Reindex => "REINDEX",
            Self::Enrichment => "ENRICHMENT",
            Self::Snapshot => "SNAPSHOT",
            Self::SnapshotRestore => "SNAPSHOT_RESTORE",
            Self::SnapshotClone => "SNAPSHOT_CLONE",
            Self::LabelPropagation => "LABEL_PROPAGATION",
            Self::ModelTraining => "MODEL_TRAINING",
            Self::ModelValidation => "MODEL_VALIDATION",
        }
    }
}

/// How a task stands. Asked for, the words of the original's app are understood too: `QUEUED`,
/// `PENDING` and `CANCELLED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TaskStatus {
    /// It waits for its turn.
    #[serde(alias = "QUEUED", alias = "PENDING")]
    Initializing,
    /// It is at work.
    Running,
    /// It reached its end.
    Completed,
    /// It gave up.
    Failed,
    /// Somebody stopped it.
    #[serde(alias = "CANCELLED")]
    Aborted,
}

impl TaskStatus {
    /// The word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Initializing => "INITIALIZING",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Aborted => "ABORTED",
        }
    }
}

impl TaskJson {
    /// The task as the wire tells it.
    pub(crate) fn new(job: &Job, dataset: &Dataset, created_by: Option<String>) -> Self {
        let zoned = |moment: Timestamp| format!("{}Z", moment.to_naive_iso());
        let progress = &job.progress;
        let began_at = job.started_at.unwrap_or(job.created_at);
        Self {
            task_id: job.id.as_uuid(),
            dataset_id: dataset.id.as_uuid(),
            dataset_name: dataset.display_name.clone(),
            dataset_status: dataset_status(dataset.status),
            created_by,
            task_type: task_type(job, dataset),
            status: status(job.state),
            status_message: sentence(job),
            progress_percentage: percentage(job, dataset),
            phase: progress.phase.as_str(),
            done: progress.done,
            total: progress.total,
            rejected: progress.rejected,
            error_message: job.error.clone(),
            start_time: zoned(began_at),
            end_time: job.ended_at.map(zoned),
            began_at,
        }
    }
}

const fn dataset_status(status: DatasetStatus) -> &'static str {
    match status {
        DatasetStatus::New => "DRAFT",
        DatasetStatus::Indexing => "INDEXING",
        DatasetStatus::Updating => "READ_ONLY",
        DatasetStatus::Ready => "READY",
        DatasetStatus::Failed => "ERROR",
    }
}

/// The first run makes the dataset; later ones add to it.
fn task_type(job: &Job, dataset: &Dataset) -> TaskType {
    match job.kind {
        JobKind::Ingest if job.created_at == dataset.created_at => TaskType::DatasetCreation,
        JobKind::Ingest => TaskType::MediaAddition,
        JobKind::Mark => TaskType::Tagging,
        JobKind::Export => TaskType::Export,
        JobKind::Metadata => TaskType::CustomMetadata,
    }
}

const fn status(state: JobState) -> TaskStatus {
    match state {
        JobState::Queued => TaskStatus::Initializing,
        JobState::Running => TaskStatus::Running,
        JobState::Done => TaskStatus::Completed,
        JobState::Failed => TaskStatus::Failed,
        JobState::Cancelled => TaskStatus::Aborted,
    }
}

fn sentence(job: &Job) -> String {
    let count = |verb: &str, noun: &str| match job.progress.total {
        0 => format!("{verb} {} {noun}", job.progress.done),
        total => format!("{verb} {noun}: {} of {total}", job.progress.done),
    };
    match job.state {
        JobState::Queued => "waiting for its turn".to_owned(),
        JobState::Done => "finished".to_owned(),
        JobState::Failed => "stopped for good".to_owned(),
        JobState::Cancelled => "stopped on request".to_owned(),
        JobState::Running => match job.progress.phase {
            Phase::Waiting => "about to begin".to_owned(),
            Phase::Scanning => count("looking through", "files"),
            Phase::Indexing => count("indexing", "pictures"),
            Phase::Analysing => "comparing all pictures with each other".to_owned(),
            Phase::Publishing => "making the result visible".to_owned(),
            Phase::Marking => count("tagging", "pictures"),
            Phase::Exporting => count("exporting", "pictures"),
        },
    }
}

fn percentage(job: &Job, dataset: &Dataset) -> Option<u8> {
    match job.state {
        JobState::Queued => Some(0),
        JobState::Running if job.kind == JobKind::Ingest => Some(dataset.progress_percent.min(100)),
        JobState::Running => {
            let progress = &job.progress;
            let percent = (100 * progress.done.min(progress.total)).checked_div(progress.total)?;
            u8::try_from(percent).ok()
        }
        JobState::Done => Some(100),
        JobState::Failed | JobState::Cancelled => None,
    }
}
