//! The engine itself: its parts and its settings, handed in once.

use std::{path::PathBuf, sync::Arc};

use lamina_auth::KeyRing;
use lamina_model::{Chance, Clock, Lane};
use lamina_store::Store;
use lamina_vision::{DecodeLimits, Embedder};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::{
    AccountSettings, Error, OtherPrecision,
    accounts::{Accounts, without_accounts},
    explore::Indexes,
    jobs::Live,
    recent::{Asked, Recent},
    view::ViewDesk,
};

/// Which folders of this machine may be made into datasets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceRoots {
    /// Any folder: local mode, where the caller sits at the machine anyway.
    Anywhere,
    /// Only folders at or below these; none at all when the list is empty. Links that lead out
    /// of them are not followed.
    Below(Vec<PathBuf>),
}

/// How pictures are taken in.
#[derive(Debug, Clone)]
pub struct IngestSettings {
    /// Pictures worked on at the same time, each of which holds one decoded picture in memory; as
    /// many threads share the work of writing an index.
    pub workers: usize,
    /// Pictures written together: what a sudden stop loses at most.
    pub batch_items: usize,
    /// Limits of the decoder.
    pub limits: DecodeLimits,
    /// Folders never to be indexed: Lamina's own data.
    pub own_folders: Vec<PathBuf>,
    /// What becomes of vectors that the embedder's model made, reckoning with other numbers.
    pub other_precision: OtherPrecision,
}

/// What an engine is made of.
#[derive(Debug)]
pub struct Parts {
    /// Everything at rest.
    pub store: Store,
    /// Turns pictures into vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws random bytes.
    pub chance: Arc<dyn Chance>,
    /// How pictures are taken in.
    pub ingest: IngestSettings,
    /// Which folders may be made into datasets.
    pub roots: SourceRoots,
    /// Accounts and the keys that seal their secrets; nothing in local mode, where whoever calls
    /// may do everything.
    pub accounts: Option<(AccountSettings, KeyRing)>,
    /// Where runners of this machine show that they live; nothing where they share no disk.
    pub presence_folder: Option<PathBuf>,
    /// Where the indexes of generations lie: derived, may be deleted at any time.
    pub index_folder: PathBuf,
    /// Where files lie that people sent. They are the only copy: never derived, never cleared.
    pub upload_folder: PathBuf,
}

/// The parts, and what is known only while the program runs.
#[derive(Debug)]
pub(crate) struct Inner {
    parts: Parts,
    accounts: Option<Accounts>,
    pub(crate) live: Live,
    pub(crate) indexes: Indexes,
    jobs_wanted: [Notify; 2],
    pub(crate) recent: Recent,
    pub(crate) views: ViewDesk,
    /// Work that nobody waits for and that may be lost: the next who needs it begins it again.
    pub(crate) background: TaskTracker,
}

impl Inner {
    /// Woken when a job of a queue is asked for.
    pub(crate) fn jobs_wanted(&self, lane: Lane) -> &Notify {
        let [long, quick] = &self.jobs_wanted;
        match lane {
            Lane::Long => long,
            Lane::Quick => quick,
        }
    }

    /// People and their credentials; nothing in local mode.
    pub(crate) fn accounts(&self) -> Option<&Accounts> {
        self.accounts.as_ref()
    }
}

impl std::ops::Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// The verbs of the product. Cheap to clone; all clones are one engine.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

impl Engine {
    /// Puts the parts together. Does nothing yet.
    pub fn new(mut parts: Parts) -> Self {
        // Pictures are made ready for the model while they are decoded.
        let side = u32::try_from(parts.embedder.side()).unwrap_or(u32::MAX);
        let limits = &mut parts.ingest.limits;
        limits.tensor_side_px = side;
        limits.short_side_px = limits.short_side_px.max(side.saturating_mul(2));
        let accounts = parts
            .accounts
            .take()
            .map(|(settings, ring)| Accounts::new(settings, ring));
        Self {
            inner: Arc::new(Inner {
                parts,
                accounts,
                live: Live::default(),
                indexes: Indexes::default(),
                jobs_wanted: [Notify::new(), Notify::new()],
                recent: Recent::default(),
                views: ViewDesk::default(),
                background: TaskTracker::new(),
            }),
        }
    }

    /// Everything at rest.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// People and their credentials.
    ///
    /// # Errors
    /// [`Error::Conflict`] in local mode.
    pub(crate) fn accounts(&self) -> Result<&Accounts, Error> {
        self.inner.accounts().ok_or_else(without_accounts)
    }

    /// Whether there are accounts; else whoever calls may do everything.
    pub fn has_accounts(&self) -> bool {
        self.inner.accounts().is_some()
    }

    pub(crate) fn parts(&self) -> &Inner {
        &self.inner
    }

    /// This moment, for [`Recent`]: taken before the database is asked.
    pub(crate) fn asked_now(&self) -> Asked {
        Asked {
            at: self.clock().now(),
            writes: self.store().writes(),
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    pub(crate) fn chance(&self) -> &dyn Chance {
        self.inner.chance.as_ref()
    }
}
