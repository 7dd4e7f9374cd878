//! Tags that files name: which tag of the dataset is meant, and those for which there is no room.

use std::collections::{BTreeMap, HashMap};

use lamina_model::{AnnotationFault, AnnotationFile, AnnotationProblem, DatasetId, Tag, TagId};
use lamina_store::SaidTag;

use super::taker::{MOST_PROBLEMS, NamedTag, Part, quote};
use crate::{Engine, Error};

/// Tags by their names in lower case; why there is none under a name.
type Known = HashMap<String, Result<TagId, Absent>>;

/// Why a name stands for no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// A person deleted it: it does not come back because a file still names it.
    Deleted,
    /// The dataset has as many as it may have.
    NoRoom,
}

impl Absent {
    const fn fault(self) -> AnnotationFault {
        match self {
            Self::Deleted => AnnotationFault::DeletedTag,
            Self::NoRoom => AnnotationFault::UnusableText,
        }
    }
}

/// The tags of a dataset, read once a file named any.
#[derive(Debug, Default)]
pub(super) struct Tags {
    known: Option<Known>,
    /// How many rows of each file stand for no tag, by why.
    lost: BTreeMap<usize, BTreeMap<AnnotationFault, u64>>,
}

impl Tags {
    /// The tags that some rows name; those that the dataset never had are made. Rows whose tags
    /// were deleted, or for whose tags there is no room, are told of, and the picture goes without.
    pub(super) async fn of(
        &mut self,
        engine: &Engine,
        dataset: DatasetId,
        part: &Part,
    ) -> Result<Vec<SaidTag>, Error> {
        let mut said = Vec::with_capacity(part.tags.len());
        let mut lost = Vec::new();
        for named in &part.tags {
            match self.find(engine, dataset, &named.name).await? {
                Ok(tag) => said.push(SaidTag {
                    media_id: named.media_id,
                    tag,
                    at: engine.clock().now(),
                }),
                Err(why) => lost.push(absent(named, why)),
            }
        }
        if !lost.is_empty() {
            self.lose(engine, dataset, part.position, &lost).await?;
        }
        Ok(said)
    }

    async fn find(
        &mut self,
        engine: &Engine,
        dataset: DatasetId,
        name: &str,
    ) -> Result<Result<TagId, Absent>, Error> {
        let known = match &mut self.known {
            Some(known) => known,
            none => none.insert(known_tags(engine, dataset).await?),
        };
        let folded = name.to_lowercase();
        if let Some(found) = known.get(&folded) {
            return Ok(*found);
        }
        let tag = Tag {
            id: TagId::new(engine.clock(), engine.chance()),
            name: name.to_owned(),
            created_by: None,
            created_at: engine.clock().now(),
        };
        let made = match engine.store().insert_tag(dataset, &tag).await {
            Ok(()) => Ok(tag.id),
            // Somebody made it in between.
            Err(lamina_store::Error::Conflict { .. }) => {
                *known = known_tags(engine, dataset).await?;
                known.get(&folded).copied().unwrap_or(Err(Absent::Deleted))
            }
            Err(lamina_store::Error::TooMany { .. }) => Err(Absent::NoRoom),
            Err(other) => return Err(other.into()),
        };
        known.insert(folded, made);
        Ok(made)
    }

    /// Tells of rows that stand for no tag, behind all that was wrong with the file itself.
    async fn lose(
        &mut self,
        engine: &Engine,
        dataset: DatasetId,
        position: usize,
        problems: &[AnnotationProblem],
    ) -> Result<(), Error> {
        let lost = self.lost.entry(position).or_default();
        let first: u64 = lost.values().sum();
        for problem in problems {
            *lost.entry(problem.fault).or_default() += 1;
        }
        if first < MOST_PROBLEMS {
            let at = MOST_PROBLEMS + first;
            let store = engine.store();
            store
                .keep_annotation_problems(dataset, position, at, problems)
                .await?;
        }
        Ok(())
    }

    /// Puts what was lost into what is told of the files.
    pub(super) fn tell(&self, files: &mut [AnnotationFile]) {
        for (position, lost) in &self.lost {
            if let Some(file) = files.get_mut(*position) {
                for (fault, count) in lost {
                    *file.faults.entry(*fault).or_default() += count;
                }
            }
        }
    }
}

fn absent(named: &NamedTag, why: Absent) -> AnnotationProblem {
    let name = quote(&named.name);
    let note = match why {
        Absent::NoRoom => format!(
            "there is no room for the tag {name:?}: the dataset has as many tags as it may have; \
             delete some that nobody needs"
        ),
        Absent::Deleted => format!(
            "the tag {name:?} was deleted, and a file does not bring it back; make it again to \
             have it on its pictures"
        ),
    };
    AnnotationProblem {
        file: String::new(),
        line: named.line,
        fault: why.fault(),
        note: named.place.before(note),
    }
}

async fn known_tags(engine: &Engine, dataset: DatasetId) -> Result<Known, Error> {
    let store = engine.store();
    let mut known = Known::new();
    for name in store.deleted_tag_names(dataset).await? {
        known.insert(name.to_lowercase(), Err(Absent::Deleted));
    }
    let tags = store.tags(dataset).await?;
    // A tag that was renamed is meant by its former name, and by that of one deleted before.
    for (name, id) in store.former_tag_names(dataset).await? {
        let found = tags.iter().find(|tag| tag.id == id);
        known.insert(name, found.map(|tag| tag.id).ok_or(Absent::Deleted));
    }
    // A tag that is there counts, also where another of its name was deleted or renamed.
    for tag in tags {
        known.insert(tag.name.to_lowercase(), Ok(tag.id));
    }
    Ok(known)
}
