//! What came of annotation files, for people.

use lamina_model::{AnnotationFile, AnnotationProblem, Cursor, Page};
use lamina_store::AnnotationWishes;

use crate::{DatasetScope, Engine, Error};

/// What came of the annotation files of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotationReport {
    /// What people are to know, in words.
    pub warnings: Vec<String>,
    /// The files, in the order in which they were read.
    pub files: Vec<AnnotationFile>,
    /// A page of the rows with which something is wrong, in the order of the files.
    pub problems: Page<AnnotationProblem>,
}

impl Engine {
    /// Says whether each picture gets the name of its folder as a label. Where that changes what
    /// pictures bear, the dataset is brought in line again.
    pub async fn label_by_folders(&self, scope: &DatasetScope, wanted: bool) -> Result<(), Error> {
        if scope.dataset().labels_from_folders == wanted {
            return Ok(());
        }
        let change = AnnotationWishes {
            labels_from_folders: Some(wanted),
            ..AnnotationWishes::default()
        };
        let store = self.store();
        store.change_annotation_wishes(scope.id(), &change).await?;
        // A draft gets its labels when it is indexed for the first time.
        if scope.dataset().generation.is_some() || scope.dataset().status.is_at_work() {
            self.request_ingest(scope).await?;
        }
        Ok(())
    }

    /// What came of the annotation files of a dataset when they were read last.
    pub async fn annotation_report(
        &self,
        scope: &DatasetScope,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<AnnotationReport, Error> {
        let store = self.store();
        Ok(AnnotationReport {
            warnings: store.annotation_warnings(scope.id()).await?,
            files: store.annotation_files(scope.id()).await?,
            problems: store.annotation_problems(scope.id(), after, most).await?,
        })
    }
}
