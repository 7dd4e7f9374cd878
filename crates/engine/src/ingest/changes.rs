//! Comparing the source with what the index knows: a merge of two lists in path order.

use std::{
    cmp::Ordering,
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use lamina_model::{
    DatasetId, FileOutcome, FileRecord, IgnoreReason, MediaId, RejectReason, SourcePath,
};
use lamina_store::Store;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{annotations::Candidates, place::SourcePlace};

use super::{Found, Stopped, Verdict, Walk};

/// What to do about one file.
#[derive(Debug)]
pub(super) enum Change {
    /// Nothing: it is as it was.
    Same,
    /// It is new, or differs from what was seen before.
    Look {
        /// The file as it is now.
        found: Found,
        /// What the index knows of it.
        known: Option<FileRecord>,
    },
    /// It is no longer there.
    Gone(SourcePath),
}

/// Files walked ahead of the comparison.
const WALK_BATCH: usize = 512;
/// Rows read from the store at a time.
const KNOWN_PAGE: usize = 2048;

/// The changes of a source against its index, in path order. Memory does not grow with the set.
#[derive(Debug)]
pub(super) struct Changes {
    walked: mpsc::Receiver<Step>,
    found: VecDeque<Found>,
    walk_ended: bool,
    /// Folders that could not be listed: what is known below them is neither there nor gone.
    unlisted: Option<SourcePath>,
    known: Known,
    /// Pictures whose vectors another model made: they are looked at again as they are.
    outdated: Arc<HashSet<MediaId>>,
    /// Annotation files among what was walked so far.
    pub(super) annotations: Candidates,
}

/// What the walking thread sends.
#[derive(Debug)]
enum Step {
    Files(Vec<Found>),
    /// All of the source was walked. Without this word nothing may be taken for gone.
    End,
}

#[derive(Debug)]
struct Known {
    store: Store,
    dataset: DatasetId,
    rows: VecDeque<FileRecord>,
    last: Option<SourcePath>,
    exhausted: bool,
}

impl Changes {
    /// Begins a comparison; the walk runs on a thread of its own until this is dropped.
    ///
    /// # Errors
    /// When the source cannot be listed.
    pub(super) async fn begin(
        store: &Store,
        dataset: DatasetId,
        source: SourcePlace,
        outdated: Arc<HashSet<MediaId>>,
        stop: CancellationToken,
    ) -> Result<Self, std::io::Error> {
        let (sender, walked) = mpsc::channel(4);
        let walk = tokio::task::spawn_blocking(move || {
            Walk::begin(&source.folder, &source.skip, &source.roots)
        })
        .await
        .map_err(std::io::Error::other)??;
        tokio::task::spawn_blocking(move || {
            let mut batch = Vec::with_capacity(WALK_BATCH);
            for found in walk {
                batch.push(found);
                if batch.len() == WALK_BATCH {
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(WALK_BATCH));
                    if stop.is_cancelled() || sender.blocking_send(Step::Files(full)).is_err() {
                        return;
                    }
                }
            }
            // An error means that nobody listens any more, and then nobody misses the rest.
            let _ = sender.blocking_send(Step::Files(batch));
            let _ = sender.blocking_send(Step::End);
        });
        let known = Known {
            store: store.clone(),
            dataset,
            rows: VecDeque::new(),
            last: None,
            exhausted: false,
        };
        Ok(Self {
            walked,
            found: VecDeque::new(),
            walk_ended: false,
            unlisted: None,
            known,
            outdated,
            annotations: Candidates::default(),
        })
    }

    /// The next file that the source or the index has; nothing at the end of both.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`] when the walk was broken off.
    pub(super) async fn next(&mut self) -> Result<Option<Change>, Stopped> {
        while self.found.is_empty() && !self.walk_ended {
            match self.walked.recv().await {
                Some(Step::Files(batch)) => {
                    for found in &batch {
                        self.annotations.notice(found);
                    }
                    self.found.extend(batch);
                }
                Some(Step::End) => self.walk_ended = true,
                None => return Err(Stopped::Cancelled),
            }
        }
        self.known.fill().await?;
        let order = match (self.found.front(), self.known.rows.front()) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(found), Some(known)) => found.path.cmp(&known.path),
        };
        Ok(match order {
            Ordering::Less => self.found.pop_front().map(|found| {
                self.mark_unlisted(&found);
                Change::Look { found, known: None }
            }),
            Ordering::Greater => self.known.rows.pop_front().map(|known| {
                let hidden = self.unlisted.as_ref();
                if hidden.is_some_and(|folder| known.path.as_bytes().starts_with(folder.as_bytes()))
                {
                    Change::Same
                } else {
                    Change::Gone(known.path)
                }
            }),
            Ordering::Equal => {
                self.found
                    .pop_front()
                    .zip(self.known.rows.pop_front())
                    .map(|(found, known)| {
                        self.mark_unlisted(&found);
                        compare(found, known, &self.outdated)
                    })
            }
        })
    }

    fn mark_unlisted(&mut self, found: &Found) {
        let rejected = matches!(found.verdict, Verdict::Reject(..));
        if rejected && found.path.as_bytes().ends_with(b"/") {
            self.unlisted = Some(found.path.clone());
        }
    }
}

impl Known {
    async fn fill(&mut self) -> Result<(), lamina_store::Error> {
        if !self.rows.is_empty() || self.exhausted {
            return Ok(());
        }
        let page = self
            .store
            .files_after(self.dataset, self.last.as_ref(), KNOWN_PAGE)
            .await?;
        self.exhausted = page.len() < KNOWN_PAGE;
        self.last = page
            .last()
            .map(|record| record.path.clone())
            .or(self.last.take());
        self.rows.extend(page);
        Ok(())
    }
}

fn compare(found: Found, known: FileRecord, outdated: &HashSet<MediaId>) -> Change {
    let same = found.stamp == known.stamp
        && match (&found.verdict, &known.outcome) {
            (Verdict::Look, FileOutcome::Indexed(id)) => !outdated.contains(id),
            // What may have been mended outside the file is tried again.
            (Verdict::Look, FileOutcome::Rejected { reason, .. }) => !matches!(
                reason,
                RejectReason::NoDecoder | RejectReason::Unreadable | RejectReason::DecoderFault
            ),
            (Verdict::Look, FileOutcome::Ignored(reason)) => {
                matches!(reason, IgnoreReason::NotAPicture | IgnoreReason::Video)
            }
            (Verdict::Ignore(now), FileOutcome::Ignored(before)) => now == before,
            (Verdict::Reject(now, _), FileOutcome::Rejected { reason, .. }) => now == reason,
            (Verdict::Ignore(_) | Verdict::Reject(..), _) => false,
        };
    if same {
        Change::Same
    } else {
        Change::Look {
            found,
            known: Some(known),
        }
    }
}
