//! What could become a dataset: the folders that the server may read, and what is in one.

use std::{collections::BTreeMap, path::PathBuf};

use axum::{Json, extract::State};
use lamina_engine::{Error, FolderListing, FolderPreview};
use lamina_model::SourcePath;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::process::{check_path, fault};
use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// Which folder.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FolderParameters {
    /// Full path of the folder; nothing tells where one may begin.
    #[param(example = "/data")]
    path: Option<String>,
}

/// The folders in a folder.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Folders)]
pub(crate) struct FoldersFound {
    /// Where one may begin: the import roots of the server, or `/`.
    roots: Vec<String>,
    /// The folder, with links resolved; null where none was asked for.
    path: Option<String>,
    /// The folder above it; null where one may not go there.
    parent: Option<String>,
    /// Names of the folders in it, in order; hidden ones are left out.
    folders: Vec<String>,
    /// Files in it, those in its folders not counted.
    n_files: u64,
    /// Whether all of it was looked at; large folders are cut at 10,000 entries.
    complete: bool,
}

impl From<FolderListing> for FoldersFound {
    fn from(listing: FolderListing) -> Self {
        let shown = |path: PathBuf| path.display().to_string();
        Self {
            roots: listing.roots.into_iter().map(shown).collect(),
            path: listing.path.map(shown),
            parent: listing.parent.map(shown),
            folders: listing.folders,
            n_files: listing.file_count,
            complete: listing.complete,
        }
    }
}

/// Lists the folders that a dataset could be made from.
#[utoipa::path(
    get,
    path = "/api/v1/folders",
    tag = "datasets",
    params(FolderParameters),
    responses(
        (status = OK, description = "The folders", body = FoldersFound),
        (status = FORBIDDEN, description = "The caller may not make datasets, or the folder lies outside the import roots", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The path is no folder that can be listed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn browse_folders(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Query(parameters): Query<FolderParameters>,
) -> Result<Json<FoldersFound>, ApiError> {
    let path = parameters.path.filter(|path| !path.is_empty());
    if let Some(path) = &path {
        check_path(path)?;
    }
    let listed = state
        .engine()
        .browse(&caller, path.as_deref().map(PathBuf::from))
        .await
        .map_err(|cause| as_fault(cause, path.as_deref().unwrap_or_default()))?;
    Ok(Json(listed.into()))
}

/// Which folder.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewParameters {
    /// Full path of the folder.
    #[param(example = "/data/pictures")]
    path: String,
}

/// What is in a folder and all folders below it, as far as names and first bytes tell.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourcePreview {
    /// The folder, with links resolved.
    path: String,
    /// Files found.
    found: u64,
    /// Those of them that are pictures.
    pictures: u64,
    /// Bytes of the pictures.
    size_bytes: u64,
    /// Files that will be ignored, by reason.
    ignored_by_reason: BTreeMap<&'static str, u64>,
    /// Files that will be rejected, by reason.
    rejected_by_reason: BTreeMap<&'static str, u64>,
    /// Pictures by format.
    formats: BTreeMap<&'static str, u64>,
    /// Some of the pictures, relative to the folder.
    samples: Vec<String>,
    /// Annotation files among the pictures, which will be read; at most a hundred. They are no
    /// pictures, and so counted in `ignored_by_reason` too.
    annotations: Vec<AnnotationSeen>,
    /// Whether all of it was looked at; a preview stops after 20,000 files or four seconds.
    complete: bool,
}

/// An annotation file that a preview came upon.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnnotationSeen {
    /// The file, relative to the folder.
    path: String,
    /// `coco`, `csv`, `parquet`, `yolo` or `export`.
    #[schema(example = "coco")]
    format: &'static str,
    /// Its bytes.
    size_bytes: u64,
}

impl From<FolderPreview> for SourcePreview {
    fn from(preview: FolderPreview) -> Self {
        let ignored = preview.ignored.iter();
        let rejected = preview.rejected.iter();
        let formats = preview.formats.iter();
        Self {
            path: preview.path.display().to_string(),
            found: preview.found,
            pictures: preview.pictures,
            size_bytes: preview.picture_bytes,
            ignored_by_reason: ignored.map(|(why, n)| (why.as_str(), *n)).collect(),
            rejected_by_reason: rejected.map(|(why, n)| (why.as_str(), *n)).collect(),
            formats: formats.map(|(format, n)| (format.as_str(), *n)).collect(),
            samples: preview.samples.iter().map(SourcePath::to_string).collect(),
            annotations: preview
                .annotations
                .iter()
                .map(|(path, format, size_bytes)| AnnotationSeen {
                    path: path.to_string(),
                    format: format.as_str(),
                    size_bytes: *size_bytes,
                })
                .collect(),
            complete: preview.complete,
        }
    }
}

/// Looks through a folder before a dataset is made from it. Nothing is decoded or kept.
#[utoipa::path(
    get,
    path = "/api/v1/process/preview",
    tag = "datasets",
    params(PreviewParameters),
    responses(
        (status = OK, description = "What is in it", body = SourcePreview),
        (status = FORBIDDEN, description = "The caller may not make datasets, or the folder lies outside the import roots", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The path is no folder that can be listed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn preview_source(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Query(parameters): Query<PreviewParameters>,
) -> Result<Json<SourcePreview>, ApiError> {
    check_path(&parameters.path)?;
    let looked = state
        .engine()
        .preview_folder(&caller, PathBuf::from(&parameters.path))
        .await
        .map_err(|cause| as_fault(cause, &parameters.path))?;
    Ok(Json(looked.into()))
}

fn as_fault(cause: Error, path: &str) -> ApiError {
    match cause {
        Error::Invalid { field: "path", why } => fault("path", &why, path).into(),
        other => other.into(),
    }
}
