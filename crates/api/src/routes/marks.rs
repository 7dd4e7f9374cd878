//! Putting tags, labels and captions on many pictures, and taking that back.

use axum::{
    Json,
    extract::{Path, State},
};
use hyper::StatusCode;
use lamina_engine::{Marked, Need, Selection};
use lamina_model::{MarkChange, MarkOp, MediaId, TagId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::{Json as Body, Query, caller},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        paging,
        wanted::{FilterParameter, WantedParameters},
    },
};

/// What is to be done with which pictures.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct MarkWish {
    /// Ids of tags to put on.
    #[schema(required = false)]
    add_tags: Vec<Uuid>,
    /// Ids of tags to take off.
    #[schema(required = false)]
    remove_tags: Vec<Uuid>,
    /// Labels to say, each of 1 to 200 characters.
    #[schema(required = false)]
    add_labels: Vec<String>,
    /// Labels to say no more.
    #[schema(required = false)]
    remove_labels: Vec<String>,
    /// The caption to give in place of all that there are; 1 to 10,000 characters.
    #[schema(min_length = 1, max_length = 10_000)]
    set_caption: Option<String>,
    /// `true`: take all captions off.
    #[schema(required = false)]
    remove_captions: bool,
    /// The pictures. Leave it out where all that match are meant.
    media_ids: Option<Vec<Uuid>>,
    /// `true`: all pictures that the filters in the query let through.
    #[schema(required = false)]
    all_matching: bool,
    /// Of all that match, those left out.
    #[schema(required = false)]
    except_media_ids: Vec<Uuid>,
}

/// A change of tags, labels and captions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Marked)]
pub(crate) struct MarkedJson {
    /// Its id, by which it can be taken back.
    change_id: Uuid,
    /// What was done, in words.
    #[schema(example = "tag \"to check\"")]
    summary: String,
    /// Tags, labels and captions put on so far.
    added: u64,
    /// Tags, labels and captions taken off so far.
    removed: u64,
    /// When it was made, in UTC.
    #[schema(example = "2025-10-30T10:00:00.000000Z")]
    made_at: String,
    /// The account that made it; null in local mode.
    made_by: Option<Uuid>,
    /// The change that took it back; null while it holds.
    undone_by: Option<Uuid>,
    /// The task that makes it; null where it is made already.
    task_id: Option<Uuid>,
}

impl From<&MarkChange> for MarkedJson {
    fn from(change: &MarkChange) -> Self {
        Self {
            change_id: change.id.as_uuid(),
            summary: change.summary.clone(),
            added: change.added,
            removed: change.removed,
            made_at: format!("{}Z", change.made_at.to_naive_iso()),
            made_by: change.made_by.map(lamina_model::UserId::as_uuid),
            undone_by: change.undone_by.map(lamina_model::ChangeId::as_uuid),
            task_id: None,
        }
    }
}

impl From<Marked> for MarkedJson {
    fn from(marked: Marked) -> Self {
        Self {
            task_id: marked.job.map(lamina_model::JobId::as_uuid),
            ..Self::from(&marked.change)
        }
    }
}

impl MarkWish {
    fn ops(&self) -> Vec<MarkOp> {
        let tag = |id: &Uuid| TagId::from_uuid(*id);
        let added = self.add_tags.iter().map(|id| MarkOp::AddTag(tag(id)));
        let removed = self.remove_tags.iter().map(|id| MarkOp::RemoveTag(tag(id)));
        let said = self.add_labels.iter().cloned().map(MarkOp::AddLabel);
        let unsaid = self.remove_labels.iter().cloned().map(MarkOp::RemoveLabel);
        let silent = self.remove_captions.then_some(MarkOp::RemoveCaptions);
        let captioned = self.set_caption.iter().cloned().map(MarkOp::SetCaption);
        let captions = silent.into_iter().chain(captioned);
        let labels = unsaid.chain(said);
        removed.chain(added).chain(labels).chain(captions).collect()
    }

    fn selection(
        self,
        wanted: WantedParameters,
        filter: &FilterParameter,
    ) -> Result<Selection, Problem> {
        let ids = |ids: Vec<Uuid>| ids.into_iter().map(MediaId::from_uuid).collect();
        match (self.media_ids, self.all_matching) {
            (Some(media), false) => Ok(Selection::Media(ids(media))),
            (None, true) => Ok(Selection::Matching {
                wanted: Box::new(wanted.read_with(filter.read()?)?),
                except: ids(self.except_media_ids),
            }),
            // Nobody tags a whole dataset by leaving something out.
            _ => Err(Problem::faults(vec![ParameterFault {
                kind: "value_error".to_owned(),
                loc: vec!["body".to_owned(), "media_ids".to_owned()],
                msg: "Value error, give either media_ids or all_matching: true".to_owned(),
                input: serde_json::Value::Null,
            }])),
        }
    }
}

/// Puts tags and labels on pictures, gives them a caption, and takes others off: on those named,
/// or on all that the filters in the query let through. Many take a task. The change can be taken
/// back.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/marks",
    tag = "tags",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), WantedParameters, FilterParameter),
    request_body = MarkWish,
    responses(
        (status = OK, description = "The change, made", body = MarkedJson),
        (status = ACCEPTED, description = "The change, being made by a task", body = MarkedJson),
        (status = BAD_REQUEST, description = "Nothing is to be done, or a label or caption cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or tag, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body or a filter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn change_marks(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    Query(filter): Query<FilterParameter>,
    Body(wish): Body<MarkWish>,
) -> Result<(StatusCode, Json<MarkedJson>), ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let ops = wish.ops();
    let selection = wish.selection(wanted, &filter)?;
    let marked = engine.change_marks(&caller, &scope, selection, ops).await?;
    Ok(answer(marked))
}

pub(super) fn answer(marked: Marked) -> (StatusCode, Json<MarkedJson>) {
    let status = if marked.job.is_some() {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    (status, Json(marked.into()))
}

/// How many changes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangeParameters {
    /// Changes listed, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
}

/// The latest changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeList {
    /// The newest first.
    changes: Vec<MarkedJson>,
}

/// Lists the latest changes of tags, labels and captions, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/changes",
    tag = "tags",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), ChangeParameters),
    responses(
        (status = OK, description = "The changes", body = ChangeList),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn list_changes(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<ChangeParameters>,
) -> Result<Json<ChangeList>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let limit = paging::limit(parameters.limit, 50)?;
    let changes = engine.changes(&scope, limit).await?;
    Ok(Json(ChangeList {
        changes: changes.iter().map(MarkedJson::from).collect(),
    }))
}

/// Takes a change back, save where somebody changed the same again since.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/changes/{change_id}/undo",
    tag = "tags",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("change_id" = Uuid, Path, description = "The change"),
    ),
    responses(
        (status = OK, description = "The change that took it back", body = MarkedJson),
        (status = ACCEPTED, description = "The change that takes it back, being made by a task", body = MarkedJson),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or change, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "It was taken back already, or is still being made", body = ErrorBody),
    )
)]
pub(crate) async fn undo_change(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, change_id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<MarkedJson>), ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let marked = engine.undo_change(&caller, &scope, &change_id).await?;
    Ok(answer(marked))
}
