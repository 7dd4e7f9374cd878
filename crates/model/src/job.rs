//! Background work and how far it is.

use serde::{Deserialize, Serialize};

use crate::{DatasetId, JobId, Timestamp};

/// What a job does. The words are stored: they never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Bring a dataset in line with its source, and publish a new generation.
    Ingest,
    /// Put tags and labels on many pictures, or take them off.
    Mark,
    /// Write an archive of what is known about pictures.
    Export,
    /// Take in the values of a field.
    Metadata,
}

impl JobKind {
    /// The stable word stored in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Mark => "mark",
            Self::Export => "export",
            Self::Metadata => "metadata",
        }
    }

    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Mark, Self::Export, Self::Metadata];

    /// The kind with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Which of the two queues it waits in. Somebody waits for what is quick, while what is long
    /// may take hours.
    pub const fn lane(self) -> Lane {
        match self {
            Self::Ingest => Lane::Long,
            Self::Mark | Self::Export | Self::Metadata => Lane::Quick,
        }
    }
}

/// A queue of jobs. Each is worked off by itself, so that nothing quick waits behind anything long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Indexing.
    Long,
    /// What somebody waits for.
    Quick,
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waiting for a runner.
    Queued,
    /// Leased by a runner; when the lease runs out, another takes it.
    Running,
    /// Finished.
    Done,
    /// Gave up after its last attempt.
    Failed,
    /// Stopped because somebody asked.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The stable word stored in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What a job is doing just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Waiting to begin.
    Waiting,
    /// Walking the source to find what is new, changed or gone.
    Scanning,
    /// Reading, decoding, measuring and embedding pictures.
    Indexing,
    /// Comparing all pictures with each other.
    Analysing,
    /// Making the new generation visible.
    Publishing,
    /// Putting tags, labels and values on pictures, or taking them off.
    Marking,
    /// Writing an archive.
    Exporting,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Scanning,
        Self::Indexing,
        Self::Analysing,
        Self::Publishing,
        Self::Marking,
        Self::Exporting,
    ];

    /// The phases of an ingest, in order.
    pub const INGEST: [Self; 5] = [
        Self::Waiting,
        Self::Scanning,
        Self::Indexing,
        Self::Analysing,
        Self::Publishing,
    ];

    /// The stable word stored in the database and printed in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Scanning => "scanning",
            Self::Indexing => "indexing",
            Self::Analysing => "analysing",
            Self::Publishing => "publishing",
            Self::Marking => "marking",
            Self::Exporting => "exporting",
        }
    }

    /// The phase with that stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == word)
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Steps of this phase behind it.
    pub done: u64,
    /// Steps of this phase in all; 0 while unknown.
    pub total: u64,
    /// Files rejected so far.
    pub rejected: u64,
}

impl Progress {
    /// Nothing done yet.
    pub const WAITING: Self = Self {
        phase: Phase::Waiting,
        done: 0,
        total: 0,
        rejected: 0,
    };
}

/// One piece of background work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// The dataset it is about.
    pub dataset_id: DatasetId,
    /// What of the dataset it is about, such as an export; empty for the whole of it.
    pub subject: String,
    /// The state it is in.
    pub state: JobState,
    /// How often it was begun.
    pub attempts: u32,
    /// How far it is.
    pub progress: Progress,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was first begun.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}
