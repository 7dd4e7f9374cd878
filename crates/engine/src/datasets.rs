//! Making, listing and removing datasets.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use lamina_model::{
    Dataset, DatasetId, DatasetStatus, Job, JobId, JobKind, JobState, Lane, Progress, Report,
    SourcePath, SourceType, WorkspaceRole,
};
use lamina_store::{AnnotationWishes, DatasetAccess};

use crate::{
    Caller, DatasetScope, Engine, Error, Need, Origin, SourceRoots, Via,
    access::role_of,
    annotations::checked_files,
    explore::forget,
    ingest::{leads_below, plain, resolved},
    jobs::percent,
    naming::Naming,
};

/// A wish to make a dataset from a folder of the machine that Lamina runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreateFolder {
    /// The folder; made absolute, links resolved.
    pub path: PathBuf,
    /// What people will call it; the folder's own name when nothing is given.
    pub name: Option<String>,
    /// Annotation files beside those that lie in the folder; of a dataset that is there already,
    /// more of them.
    pub annotations: Vec<PathBuf>,
    /// Annotation files named before that are not to be read any more.
    pub without_annotations: Vec<PathBuf>,
    /// Whether pictures get the name of their folder as a label; nothing leaves that as it is.
    pub labels_from_folders: Option<bool>,
}

/// A dataset that was made, or found because it was there already.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The dataset.
    pub dataset: Dataset,
    /// The job that brings it in line with its folder.
    pub job: JobId,
    /// Whether it was there already.
    pub existed: bool,
}

/// What a dataset is called.
pub(crate) const NAME: Naming = Naming {
    field: "name",
    what: "the name of a dataset",
    longest: 200,
};

impl Engine {
    /// Every dataset that the caller may see, the newest first.
    pub async fn datasets(&self, caller: &Caller) -> Result<Vec<Dataset>, Error> {
        let everything = match caller {
            Caller::Local => true,
            Caller::Anonymous => false,
            Caller::User(user) => user.role == WorkspaceRole::Admin || user.via == Via::Embedding,
        };
        let candidates = if everything {
            let all = self.store().datasets().await?;
            all.into_iter()
                .map(|dataset| DatasetAccess {
                    dataset,
                    role: None,
                })
                .collect()
        } else {
            self.store().datasets_for(caller.user_id()).await?
        };
        let mut seen = Vec::new();
        for DatasetAccess { mut dataset, role } in candidates {
            let limited = match caller {
                Caller::User(user) => user
                    .only
                    .as_ref()
                    .is_some_and(|only| !only.contains(&dataset.id)),
                Caller::Local | Caller::Anonymous => false,
            };
            if !limited && role_of(caller, &dataset, role).is_some() {
                self.tell_progress(&mut dataset).await?;
                seen.push(dataset);
            }
        }
        Ok(seen)
    }

    /// Opens the dataset of a folder, making it if there is none, and asks for it to be brought
    /// in line with the folder. The job runs wherever a [`crate::Runner`] is at work.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the caller may not make datasets or the folder lies outside
    /// the roots; [`Error::Invalid`] when it is no folder or cannot be listed, an annotation file
    /// cannot be read, or the name cannot be used.
    pub async fn open_folder(&self, caller: &Caller, wish: CreateFolder) -> Result<Created, Error> {
        may_create(caller)?;
        // Also where the folder is a dataset already, which keeps the name that it has.
        let name = wish
            .name
            .as_deref()
            .map(|name| NAME.line(name))
            .transpose()?;
        let (path, roots) = (wish.path.clone(), self.parts().roots.clone());
        let named = wish.annotations.clone();
        let without = wish.without_annotations.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let folder = checked_folder(&path, &roots)?;
            let annotations = checked_files(&named, &roots)?;
            Ok::<_, Error>((folder, annotations, named_before(&without)))
        });
        let (folder, annotations, without) = checked.await.map_err(Error::internal)??;
        let source = SourcePath::from_bytes(folder.as_os_str().as_bytes());
        // Somebody else's dataset of the same folder stays unknown to this caller.
        let mine = self
            .datasets(caller)
            .await?
            .into_iter()
            .find(|dataset| dataset.source == source);
        if let Some(dataset) = mine {
            self.dataset(caller, &dataset.id.to_string(), Need::Edit)
                .await?;
            let change = AnnotationWishes {
                add: annotations,
                remove: without,
                labels_from_folders: wish.labels_from_folders,
            };
            let store = self.store();
            store.change_annotation_wishes(dataset.id, &change).await?;
            let job = self.request_ingest_of(dataset.id).await?;
            return Ok(Created {
                dataset,
                job,
                existed: true,
            });
        }
        let name = name.unwrap_or_else(|| name_of(&folder));
        let mut dataset = self.new_dataset(caller, name, source);
        dataset.annotation_files = annotations;
        dataset.labels_from_folders = wish.labels_from_folders.unwrap_or(false);
        // One moment for both: it tells the job that makes a dataset from later ones.
        let job = Job {
            created_at: dataset.created_at,
            ..self.new_job(dataset.id)
        };
        self.store().insert_dataset_with_job(&dataset, &job).await?;
        self.parts().jobs_wanted(Lane::Long).notify_one();
        Ok(Created {
            dataset,
            job: job.id,
            existed: false,
        })
    }

    /// Asks for a dataset to be brought in line with its source. While such a job waits or
    /// runs, that one is answered and no second is made.
    pub async fn request_ingest(&self, scope: &DatasetScope) -> Result<JobId, Error> {
        self.request_ingest_of(scope.id()).await
    }

    pub(crate) async fn request_ingest_of(&self, dataset: DatasetId) -> Result<JobId, Error> {
        let mut job = self.new_job(dataset);
        let known = self.store().dataset(dataset).await?;
        if known.source_type == SourceType::Upload && known.generation.is_none() {
            // Its first job makes the dataset: see `open_folder`.
            job.created_at = known.created_at;
        }
        let job = self.store().enqueue_job(&job).await?;
        self.parts().jobs_wanted(Lane::Long).notify_one();
        Ok(job.id)
    }

    /// What the last published generation found; nothing before the first.
    pub async fn report(&self, scope: &DatasetScope) -> Result<Option<Report>, Error> {
        Ok(self.store().report(scope.id()).await?)
    }

    /// Removes a dataset and everything derived from it. The source is left as it is.
    pub async fn delete_dataset(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        origin: &Origin,
    ) -> Result<(), Error> {
        self.store()
            .delete_dataset(scope.id(), self.clock().now())
            .await?;
        self.parts().jobs_wanted(Lane::Long).notify_one();
        self.parts().indexes.close(scope.id());
        let (folder, dataset) = (self.parts().index_folder.clone(), scope.id());
        tokio::task::spawn_blocking(move || forget(&folder, dataset))
            .await
            .map_err(Error::internal)?;
        self.forget_uploads(scope.id()).await;
        let (id, name) = (scope.id().to_string(), &scope.dataset().display_name);
        self.note_of(caller, "dataset.deleted", &id, name, origin)
            .await
    }

    /// Puts into a dataset how far the work on it is just now.
    pub(crate) async fn tell_progress(&self, dataset: &mut Dataset) -> Result<(), Error> {
        if dataset.status.is_at_work() {
            let latest = self.store().jobs_of_dataset(dataset.id, 1).await?;
            if let Some(job) = latest.first() {
                dataset.progress_percent = percent(&job.progress);
                dataset.progress = Some(job.progress);
            }
        }
        Ok(())
    }

    /// The jobs of a dataset, the newest first.
    pub async fn jobs_of(&self, scope: &DatasetScope, limit: usize) -> Result<Vec<Job>, Error> {
        Ok(self.store().jobs_of_dataset(scope.id(), limit).await?)
    }

    pub(crate) fn new_dataset(
        &self,
        caller: &Caller,
        display_name: String,
        source: SourcePath,
    ) -> Dataset {
        Dataset {
            id: DatasetId::new(self.clock(), self.chance()),
            display_name,
            description: String::new(),
            source_type: SourceType::Folder,
            source,
            created_by: caller.user_id(),
            is_public: false,
            created_at: self.clock().now(),
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
        }
    }

    fn new_job(&self, dataset_id: DatasetId) -> Job {
        Job {
            id: JobId::new(self.clock(), self.chance()),
            kind: JobKind::Ingest,
            dataset_id,
            subject: String::new(),
            state: JobState::Queued,
            attempts: 0,
            progress: Progress::WAITING,
            error: None,
            created_at: self.clock().now(),
            started_at: None,
            ended_at: None,
        }
    }
}

/// The folder with links resolved, if it may be made into a dataset.
pub(crate) fn checked_folder(path: &Path, roots: &SourceRoots) -> Result<PathBuf, Error> {
    let shown = path.display();
    // Outside the roots all paths look alike, so that nobody can probe the disk with them.
    let outside = || Error::Forbidden {
        why: format!(
            "{shown} is not below an import root of this server; its administrator can \
             allow a folder with --import-root"
        ),
    };
    let opened = fs_err::canonicalize(path);
    if let SourceRoots::Below(roots) = roots {
        let roots = resolved(roots);
        let inside = match &opened {
            Ok(opened) => roots.iter().any(|root| opened.starts_with(root)),
            Err(_) => would_lie_below(path, &roots),
        };
        if !inside {
            return Err(outside());
        }
    }
    let resolved = opened.map_err(|cause| {
        let why = match cause.kind() {
            std::io::ErrorKind::NotFound => {
                format!("there is no folder {shown}; name one that this server can see")
            }
            _ => format!("cannot open {shown}: {}", plain(&cause)),
        };
        Error::invalid("path", why)
    })?;
    if !resolved.is_dir() {
        return Err(Error::invalid(
            "path",
            format!("{shown} is not a folder; give the folder that holds it"),
        ));
    }
    fs_err::read_dir(&resolved).map_err(|cause| {
        Error::invalid("path", format!("cannot list {shown}: {}", plain(&cause)))
    })?;
    Ok(resolved)
}

/// Whether a path that cannot be opened would lie below one of the resolved roots: the part of it
/// that is there does, and the rest leads nowhere else.
fn would_lie_below(path: &Path, roots: &[PathBuf]) -> bool {
    let leads_up = |part| part == std::path::Component::ParentDir;
    !path.components().any(leads_up)
        && path
            .ancestors()
            .skip(1)
            .find(|there| there.exists())
            .is_some_and(|there| leads_below(there, roots))
}

/// Files as a dataset may know them: as they are given, and where that leads today. One that is
/// gone, which is why it is let go, is known by where its folder leads.
fn named_before(files: &[PathBuf]) -> Vec<String> {
    let all = files.iter().flat_map(|path| {
        let real = fs_err::canonicalize(path).ok();
        let whole = std::path::absolute(path).ok();
        let gone = whole.as_ref().and_then(|whole| {
            let folder = fs_err::canonicalize(whole.parent()?).ok()?;
            Some(folder.join(whole.file_name()?))
        });
        [Some(path.clone()), real, whole, gone]
            .into_iter()
            .flatten()
    });
    all.map(|path| path.to_string_lossy().into_owned())
        .collect()
}

pub(crate) fn may_create(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::NotSignedIn),
        Caller::User(user) if user.role < WorkspaceRole::Editor => Err(Error::Forbidden {
            why: "your role in the workspace is viewer; making datasets takes editor, which an \
                  administrator can give"
                .to_owned(),
        }),
        Caller::User(user) if user.scope < lamina_model::Scope::Write => Err(Error::Scope {
            needed: lamina_model::Scope::Write,
            why: "this API key has the scope read; making datasets takes write".to_owned(),
        }),
        Caller::User(user) if user.only.is_some() => Err(Error::Scope {
            needed: lamina_model::Scope::Write,
            why: "this API key is limited to some datasets; making others takes a key without that limit".to_owned(),
        }),
        Caller::Local | Caller::User(_) => Ok(()),
    }
}

/// What a dataset is called that nobody named: the name of its folder.
fn name_of(folder: &Path) -> String {
    let last = folder.file_name().unwrap_or(OsStr::new("/"));
    let plain = |one: char| if one.is_control() { ' ' } else { one };
    let name: String = last.to_string_lossy().chars().map(plain).collect();
    let name: String = name.trim().chars().take(NAME.longest).collect();
    // It may have been cut before a word.
    let name = name.trim_end();
    if name.is_empty() {
        // Nothing but spaces, which is a name for a folder.
        return "unnamed folder".to_owned();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{NAME, name_of};

    #[test]
    fn every_folder_gives_a_name_that_a_dataset_may_have() {
        let long = format!("/data/ {}", "é".repeat(127));
        let letters = "a".repeat(199);
        let cut = format!("/data/{letters} b");
        for (folder, name) in [
            ("/data/cats", "cats"),
            ("/data/ cats\n", "cats"),
            ("/data/a\nb", "a b"),
            ("/data/ \t", "unnamed folder"),
            ("/", "/"),
            (&long, long["/data/ ".len()..].trim()),
            (&cut, &letters),
        ] {
            let given = name_of(Path::new(folder));
            assert_eq!(given, name, "{folder:?}");
            assert_eq!(NAME.line(&given).unwrap(), given);
        }
    }
}
