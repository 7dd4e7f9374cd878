//! Asking for an export.

use std::collections::BTreeSet;

use lamina_model::{ExportId, Job, JobId, JobKind, JobState, Lane, MediaId, ObjectId, Progress};
use lamina_store::Export;
use serde::{Deserialize, Serialize};

use crate::{Caller, DatasetScope, Engine, Error, ObjectPart, Wanted};

/// How what is known is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// `metadata.json`, as the original writes it.
    Json,
    /// `metadata.parquet`, a row a picture.
    Parquet,
    /// `metadata.csv`, a row a picture.
    Csv,
    /// `annotations.json` as COCO has it.
    Coco,
    /// A text file of boxes for each picture, and `data.yaml`.
    Yolo,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Json, Self::Parquet, Self::Csv, Self::Coco, Self::Yolo];

    /// The word that asks for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Coco => "coco",
            Self::Yolo => "yolo",
        }
    }

    /// The format with that word, in either case.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// Some of the pictures of an export. The shape is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportPart {
    /// These.
    Media(BTreeSet<MediaId>),
    /// All that are wanted.
    Matching {
        /// Which are wanted.
        wanted: Box<Wanted>,
        /// Those left out.
        except: BTreeSet<MediaId>,
    },
    /// These, in this order, each with its distance to what was asked for.
    Ranked(Vec<(MediaId, f32)>),
    /// The pictures that these boxes are in; of the boxes in them, these alone.
    Objects(Box<ObjectPart>),
    /// The same of these boxes, the pictures in the order of their first boxes, each with the
    /// distance of that.
    RankedObjects(Vec<(ObjectId, f32)>),
}

/// What is to be exported. The shape is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportWish {
    /// How it is written down.
    pub format: ExportFormat,
    /// The pictures that lie in any of these parts.
    pub parts: Vec<ExportPart>,
    /// Whether their files are wanted too.
    pub with_files: bool,
    /// What the archive is called when it is saved.
    pub file_name: Option<String>,
    /// Where people reach this server, without a slash at the end: for links in what is written.
    pub base_url: String,
}

/// The states of an export, in the words of the wire.
pub(super) const INIT: &str = "INIT";
pub(super) const RUNNING: &str = "IN_PROGRESS";
pub(super) const DONE: &str = "COMPLETED";
pub(super) const FAILED: &str = "FAILED";
pub(super) const REJECTED: &str = "REJECTED";

impl Engine {
    /// What an export calls the one who asked for it.
    pub(super) async fn name_of(&self, caller: &Caller) -> String {
        match caller {
            Caller::Local => "local user".to_owned(),
            Caller::Anonymous => "anonymous".to_owned(),
            Caller::User(user) => match self.store().user(user.user_id).await {
                Ok(user) if !user.display_name.is_empty() => user.display_name,
                _ => user.email.clone(),
            },
        }
    }

    /// Asks for an export. One that no picture answers to is refused, which is kept as well.
    ///
    /// # Errors
    /// [`Error::Conflict`] while the dataset has no generation; [`Error::Busy`] while the index
    /// is being made again.
    pub async fn begin_export(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        wish: ExportWish,
    ) -> Result<Export, Error> {
        scope.shown()?;
        let entities = self.count_export(scope, &wish.parts).await?;
        let name = self.name_of(caller).await;
        let refused = (entities == 0).then(|| "no pictures match; nothing to export".to_owned());
        let export = Export {
            id: ExportId::new(self.clock(), self.chance()),
            dataset_id: scope.id(),
            made_by: caller.user_id(),
            made_by_name: name,
            created_at: self.clock().now(),
            file_name: archive_name(wish.file_name.as_deref(), &scope.dataset().display_name),
            wish: serde_json::to_string(&wish).map_err(Error::internal)?,
            status: if refused.is_some() { REJECTED } else { INIT }.to_owned(),
            progress: 0.0,
            entities,
            message: refused,
            size_bytes: None,
            content_hash: None,
            finished_at: None,
            expires_at: None,
        };
        let job = Job {
            id: JobId::new(self.clock(), self.chance()),
            kind: JobKind::Export,
            dataset_id: scope.id(),
            subject: export.id.to_string(),
            state: JobState::Queued,
            attempts: 0,
            progress: Progress::WAITING,
            error: None,
            created_at: self.clock().now(),
            started_at: None,
            ended_at: None,
        };
        let job = (export.status == INIT).then_some(&job);
        self.store().insert_export(&export, job).await?;
        self.parts().jobs_wanted(Lane::Quick).notify_one();
        Ok(export)
    }
}

/// A plain name that ends in `.zip`.
fn archive_name(wanted: Option<&str>, dataset: &str) -> String {
    let name = wanted
        .filter(|name| !name.trim().is_empty())
        .unwrap_or(dataset);
    let plain: String = name
        .chars()
        .take(120)
        .map(|c| {
            if c.is_control() || "/\\:*?\"<>|".contains(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    let plain = plain.trim_matches(['.', ' ']);
    let has_end = std::path::Path::new(plain)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    match (plain.is_empty(), has_end) {
        (true, _) => "export.zip".to_owned(),
        (false, true) => plain.to_owned(),
        (false, false) => format!("{plain}.zip"),
    }
}

#[cfg(test)]
mod tests {
    use super::archive_name;

    #[test]
    fn an_archive_has_a_plain_name_that_ends_in_zip() {
        assert_eq!(archive_name(Some("a.zip"), "x"), "a.zip");
        assert_eq!(
            archive_name(Some("../../etc/passwd"), "x"),
            "_.._etc_passwd.zip"
        );
        assert_eq!(archive_name(Some(" "), "My set"), "My set.zip");
        assert_eq!(archive_name(Some("..."), "x"), "export.zip");
    }
}
