//! What came of the annotation files of a dataset.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::Need;
use lamina_model::{AnnotationFault, AnnotationFile, AnnotationProblem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        paging,
    },
};

/// Which part of the problems.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnnotationParameters {
    /// Where to go on: the `next_cursor` of the page before.
    cursor: Option<String>,
    /// Problems on a page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// What came of the annotation files of a dataset when they were read last.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Annotations {
    /// What people are to know, in words.
    warnings: Vec<String>,
    /// The files, in the order in which they were read.
    files: Vec<AnnotationFileJson>,
    /// A page of the rows with which something is wrong, in the order of the files. Of each file
    /// the first 10,000 are kept; all are counted.
    problems: Vec<AnnotationProblemJson>,
    /// Where the next page of problems begins; null on the last.
    next_cursor: Option<String>,
}

/// An annotation file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnotationFile)]
pub(crate) struct AnnotationFileJson {
    /// The file, relative to the source, or its full path where it lies elsewhere.
    path: String,
    /// `coco`, `csv`, `parquet`, `yolo` or `export`.
    #[schema(example = "coco")]
    format: &'static str,
    /// Labels, captions, boxes and tags in it, whatever became of them.
    rows: u64,
    /// Labels of whole pictures taken from it.
    labels: u64,
    /// Captions taken from it.
    captions: u64,
    /// Boxes taken from it.
    boxes: u64,
    /// Tags taken from it.
    tags: u64,
    /// Rows that were not taken.
    left_out: u64,
    /// Rows by what is wrong with them. `box_cut` and `other_size` are notes on rows that were
    /// taken.
    problems_by_reason: BTreeMap<&'static str, u64>,
}

impl From<&AnnotationFile> for AnnotationFileJson {
    fn from(file: &AnnotationFile) -> Self {
        let faults = file.faults.iter();
        Self {
            path: file.path.clone(),
            format: file.format.as_str(),
            rows: file.rows,
            labels: file.labels,
            captions: file.captions,
            boxes: file.boxes,
            tags: tags_taken(file),
            left_out: file.left_out(),
            problems_by_reason: faults.map(|(fault, n)| (fault.as_str(), *n)).collect(),
        }
    }
}

/// Rows that were taken and are nothing else. That a file breaks off is told, and is no row.
fn tags_taken(file: &AnnotationFile) -> u64 {
    let broken = file.faults.get(&AnnotationFault::Unreadable).copied();
    let lost = file.left_out() - broken.unwrap_or(0);
    let others = lost + file.labels + file.captions + file.boxes;
    file.rows.saturating_sub(others)
}

/// A row of an annotation file with which something is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnotationProblem)]
pub(crate) struct AnnotationProblemJson {
    /// The file, as it is called in `files`.
    file: String,
    /// The line on which the row stands, from 1; for Parquet the row; for YOLO the line of the
    /// text file that `message` begins with; 0 for the file as a whole.
    line: u64,
    /// What is wrong, as a stable word.
    #[schema(example = "no_such_picture")]
    reason: &'static str,
    /// What is wrong, with names and numbers.
    #[schema(example = "the dataset has no picture \"a.jpg\"")]
    message: String,
}

impl From<AnnotationProblem> for AnnotationProblemJson {
    fn from(problem: AnnotationProblem) -> Self {
        Self {
            file: problem.file,
            line: problem.line,
            reason: problem.fault.as_str(),
            message: problem.note,
        }
    }
}

/// Tells which annotation files were read, what was taken from them, and what was wrong with
/// their rows.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/annotations",
    tag = "datasets",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), AnnotationParameters),
    responses(
        (status = OK, description = "What came of them", body = Annotations),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_annotations(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<AnnotationParameters>,
) -> Result<Json<Annotations>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let cursor = paging::cursor(parameters.cursor)?;
    let limit = paging::limit(parameters.limit, 100)?;
    let report = engine
        .annotation_report(&scope, cursor.as_ref(), limit)
        .await?;
    Ok(Json(Annotations {
        warnings: report.warnings,
        files: report.files.iter().map(AnnotationFileJson::from).collect(),
        problems: report
            .problems
            .items
            .into_iter()
            .map(AnnotationProblemJson::from)
            .collect(),
        next_cursor: report.problems.next.map(|cursor| cursor.to_string()),
    }))
}
