//! Exports, as the original's clients ask for them, poll them and fetch them.

mod list;
mod selection;

use std::collections::BTreeSet;

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use hyper::{
    HeaderMap, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
        HeaderValue,
    },
};
use lamina_engine::{
    Caller, Engine, Export, ExportFile, ExportFormat, ExportPart, ExportState, ExportWish, Need,
    ObjectPart,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    explore::objects::wanted as of_boxes,
    originals::{Wanted as Range, disposition_as, outside, plain, wanted_range},
    ranked::{RankedParameters, look_up},
};
use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{Json as FromBody, Query, caller},
    wire::{
        entity_type::EntityType,
        error::{ErrorBody, ValidationErrorBody},
        hex,
        listed::of_labels,
        vql,
        wanted::{ENTITY_TYPES, WantedParameters, unknown},
    },
};

/// Most pictures of an export that is answered at once.
const AT_ONCE: usize = 10_000;
/// Bytes of an archive read at a time.
const CHUNK_BYTES: u64 = 1 << 20;

use selection::MediaSelection;

pub(crate) use list::{__path_delete_export, __path_list_exports, delete_export, list_exports};

/// How an export is written.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParameters {
    /// `json`, `parquet`, `csv`, `coco` or `yolo`.
    #[param(default = "json")]
    export_format: Option<String>,
    /// Whether the files of the pictures are wanted too: `true` or `false`, in either case.
    #[param(default = "false")]
    include_images: Option<String>,
    /// What the archive is called when it is saved.
    file_name: Option<String>,
    /// `IMAGES`, or `OBJECTS` for boxes: the pictures that they are in are exported, and of the
    /// boxes in those only they. `labels` are then theirs, and so are ids and clusters that are
    /// chosen.
    #[param(default = "IMAGES")]
    entity_type: Option<String>,
    /// Labels as a list; any of them will do.
    labels: Option<String>,
}

/// A truth in the spellings of every client; nothing said is false.
pub(super) fn truth(name: &str, text: Option<&str>) -> Result<bool, Problem> {
    match text.unwrap_or("").to_ascii_lowercase().as_str() {
        "" | "false" | "0" | "no" => Ok(false),
        "true" | "1" | "yes" => Ok(true),
        other => Err(unknown(name, other, "true or false")),
    }
}

impl ExportParameters {
    fn format(&self) -> Result<ExportFormat, Problem> {
        let word = self
            .export_format
            .as_deref()
            .filter(|word| !word.is_empty());
        let word = word.unwrap_or("json");
        ExportFormat::from_word(word)
            .ok_or_else(|| unknown("export_format", word, "json, parquet, csv, coco or yolo"))
    }

    /// Whether pictures or boxes are asked for.
    fn about(&self) -> Result<EntityType, Problem> {
        EntityType::read(self.entity_type.as_deref())
            .map_err(|other| unknown("entity_type", other, ENTITY_TYPES))
    }

    fn wish(&self, state: &AppState, parts: Vec<ExportPart>) -> Result<ExportWish, Problem> {
        Ok(ExportWish {
            format: self.format()?,
            parts,
            with_files: truth("include_images", self.include_images.as_deref())?,
            file_name: self.file_name.clone(),
            base_url: state.accounts().public_url.clone(),
        })
    }
}

/// An export, its id first: a script of the original's documentation reads it with grep.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportTask {
    /// Its id.
    id: Uuid,
    /// The dataset.
    dataset_id: Uuid,
    /// When it was asked for, in UTC without a zone.
    #[schema(example = "2025-10-30T10:00:00.000000")]
    created_at: String,
    /// Where the archive is, once it is there: below this server in local mode, whole else. The
    /// link counts for a day; asking again gives a new one.
    download_uri: Option<String>,
    /// How far it is, 0–1.
    progress: f32,
    /// `INIT`, `IN_PROGRESS`, `COMPLETED`, `FAILED` or `REJECTED`.
    #[schema(example = "COMPLETED")]
    status: String,
    /// Pictures in it, also where boxes were asked for.
    entities_count: u64,
    /// Why it failed or was refused.
    result_message: Option<String>,
    /// The same, only where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl ExportTask {
    fn new(state: &AppState, export: &Export, link: Option<&(i64, String)>) -> Self {
        let uri = |(until, proof): &(i64, String)| {
            let path = format!("/cdn/{0}/images/{1}/{1}.zip", export.dataset_id, export.id);
            if state.mode().has_authentication() {
                let base = &state.accounts().public_url;
                format!("{base}{path}?expires={until}&signature={proof}")
            } else {
                path
            }
        };
        let rejected = export.status == "REJECTED";
        Self {
            id: export.id.as_uuid(),
            dataset_id: export.dataset_id.as_uuid(),
            created_at: export.created_at.to_naive_iso(),
            download_uri: link.map(uri),
            progress: export.progress,
            status: export.status.clone(),
            entities_count: export.entities,
            result_message: export.message.clone(),
            error: export.message.clone().filter(|_| rejected),
        }
    }
}

/// Asks for an export of the pictures that the filters let through; of all without filters. Where
/// words or a picture rank them, the archive holds them in that order, the closest 100,000 at most
/// (10,000 where meaning or likeness ranks them), and tells each one's distance in place of its
/// uniqueness.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/export_context_async",
    tag = "exports",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), ExportParameters, WantedParameters, RankedParameters),
    responses(
        (status = OK, description = "The export; refused where no picture matches", body = ExportTask),
        (status = BAD_REQUEST, description = "Something is asked for that cannot be answered yet", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn export_context_async(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<ExportParameters>,
    Query(wanted): Query<WantedParameters>,
    Query(ranked): Query<RankedParameters>,
) -> Result<Json<ExportTask>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    scope.shown()?;
    let (filter, asked) = ranked.read()?;
    let mut wanted = wanted.read_with(filter)?;
    let labels = of_labels(parameters.labels.as_deref())?;
    wanted.filter.clauses.extend(labels);
    let about = parameters.about()?;
    let ranks = look_up(&state, &scope, asked).await?;
    let engine = state.engine();
    let part = match (about, ranks.is_empty()) {
        (EntityType::Images, true) => ExportPart::Matching {
            wanted: Box::new(wanted),
            except: BTreeSet::new(),
        },
        (EntityType::Images, false) => {
            ExportPart::Ranked(engine.ranked_media(&scope, wanted, ranks).await?)
        }
        (EntityType::Objects, true) => ExportPart::Objects(Box::new(ObjectPart {
            wanted: of_boxes(wanted),
            ..ObjectPart::default()
        })),
        (EntityType::Objects, false) => {
            let wanted = of_boxes(wanted);
            ExportPart::RankedObjects(engine.ranked_objects(&scope, wanted, ranks).await?)
        }
    };
    let wish = parameters.wish(&state, vec![part])?;
    begin(&state, &caller, &scope, wish).await
}

async fn begin(
    state: &AppState,
    caller: &Caller,
    scope: &lamina_engine::DatasetScope,
    wish: ExportWish,
) -> Result<Json<ExportTask>, ApiError> {
    let export = state.engine().begin_export(caller, scope, wish).await?;
    Ok(Json(ExportTask::new(state, &export, None)))
}

/// Asks for an export of chosen pictures and clusters, or of boxes and clusters of boxes.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/export_entities_async",
    tag = "exports",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), ExportParameters),
    request_body = MediaSelection,
    responses(
        (status = OK, description = "The export; refused where no picture matches", body = ExportTask),
        (status = BAD_REQUEST, description = "Something is asked for that cannot be answered yet", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter or the body is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn export_entities_async(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<ExportParameters>,
    body: Result<FromBody<MediaSelection>, ApiError>,
) -> Result<Json<ExportTask>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    scope.shown()?;
    let FromBody(selection) = body?;
    let parts = selection.read(parameters.about()?)?;
    let wish = parameters.wish(&state, parts)?;
    begin(&state, &caller, &scope, wish).await
}

/// Which export.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatusParameters {
    /// Its id.
    #[param(value_type = uuid::Uuid)]
    export_task_id: String,
}

/// Tells how an export stands, with a link to the archive once it is there.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/export_status",
    tag = "exports",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), StatusParameters),
    responses(
        (status = OK, description = "The export", body = ExportTask),
        (status = NOT_FOUND, description = "There is no such dataset or export, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn get_export_status(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<StatusParameters>,
) -> Result<Json<ExportTask>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let ExportState { export, link } = state
        .engine()
        .export_state(&scope, &parameters.export_task_id)
        .await?;
    Ok(Json(ExportTask::new(&state, &export, link.as_ref())))
}

/// Answers the whole document of a small dataset at once: one of at most 10,000 pictures. A larger
/// one is refused with 409 before any of it is read; `export_context_async` writes it.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/export",
    tag = "exports",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), ExportParameters),
    responses(
        (status = OK, description = "The document: info and media_items", content_type = "application/json"),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready, or too large for this", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn export_dataset(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<ExportParameters>,
) -> Result<Response, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let format = parameters.format()?;
    if parameters.about()? == EntityType::Objects {
        return Err(vql::not_supported(
            "only pictures are exported at once; ask export_context_async for boxes",
        )
        .into());
    }
    if format != ExportFormat::Json {
        let takes = "json in this place; export_context_async writes the other formats";
        return Err(unknown("export_format", format.as_str(), takes).into());
    }
    let base = &state.accounts().public_url;
    let text = state
        .engine()
        .export_document(&caller, &scope, base, AT_ONCE)
        .await?;
    let json = HeaderValue::from_static("application/json");
    Ok(([(CONTENT_TYPE, json)], text).into_response())
}

/// Lists the names of all files with the ids of their pictures, as CSV.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/export_media_id",
    tag = "exports",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "Lines of `filename,media_id` below a line with these words", content_type = "text/csv"),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready", body = ErrorBody),
    )
)]
pub(crate) async fn export_media_id(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Response, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    scope.shown()?;
    let engine = state.engine().clone();
    let begin = (engine, scope, None, true, true);
    // Page by page, so that no answer is ever whole in memory.
    let lines = stream::try_unfold(begin, async |(engine, scope, cursor, first, more)| {
        if !more {
            return Ok(None);
        }
        let page = engine.media_page(&scope, cursor.as_ref(), 1000).await?;
        let mut text = if first {
            "filename,media_id\n".to_owned()
        } else {
            String::new()
        };
        for media in &page.items {
            let name = media.path.shown_file_name();
            text.push_str(&format!("{},{}\n", quoted(&name), media.id));
        }
        let more = page.next.is_some();
        Ok::<_, lamina_engine::Error>(Some((text, (engine, scope, page.next, false, more))))
    });
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    Ok(([(CONTENT_TYPE, csv)], Body::from_stream(lines)).into_response())
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// What proves that a link is good.
#[derive(Debug, Deserialize)]
pub(crate) struct LinkParameters {
    expires: Option<i64>,
    signature: Option<String>,
}

/// The archive of an export: for whoever holds its link, or may see the dataset. One range may be
/// asked for, so that a download that broke off goes on.
pub(crate) async fn download_export(
    State(state): State<AppState>,
    caller: Result<caller::From, ApiError>,
    Path((dataset_id, export_id, file)): Path<(String, String, String)>,
    Query(link): Query<LinkParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let engine = state.engine();
    // A link is enough, whatever else the request carries.
    let scope = match caller {
        Ok(caller::From(caller)) => engine.dataset(&caller, &dataset_id, Need::View).await.ok(),
        Err(_) => None,
    };
    if file != format!("{export_id}.zip") {
        return Err(Problem::of_status(StatusCode::NOT_FOUND).into());
    }
    let link = link.expires.zip(link.signature.as_deref());
    let found = engine
        .export_file(&dataset_id, &export_id, scope.as_ref(), link)
        .await?;
    Ok(archive(engine.clone(), found, &headers)?)
}

fn archive(engine: Engine, file: ExportFile, headers: &HeaderMap) -> Result<Response, Problem> {
    let (size, etag) = (
        file.size_bytes,
        format!("\"{}\"", hex(&file.content_hash[..16])),
    );
    let range = match wanted_range(headers, &etag, size) {
        Range::Whole => None,
        Range::Part(first, last) => Some((first, last)),
        Range::Nowhere => return Err(outside(size)),
    };
    let (first, last) = range.unwrap_or((0, size.saturating_sub(1)));
    let end = if size == 0 { 0 } else { last + 1 };
    let name = disposition_as("attachment", file.export.file_name.as_bytes());
    let begin = (engine, file, first, end);
    let parts = stream::try_unfold(begin, async |(engine, file, at, end)| {
        if at >= end {
            return Ok(None);
        }
        let length = (end - at).min(CHUNK_BYTES);
        let bytes = engine.export_bytes(&file, at, length).await?;
        Ok::<_, lamina_engine::Error>(Some((bytes, (engine, file, at + length, end))))
    });
    let mut response = Body::from_stream(parts).into_response();
    let told = response.headers_mut();
    told.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    told.insert(hyper::header::CONTENT_DISPOSITION, name);
    told.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    told.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    told.insert(ETAG, plain(&etag));
    told.insert(CONTENT_LENGTH, HeaderValue::from(end - first));
    if range.is_some() {
        told.insert(
            CONTENT_RANGE,
            plain(&format!("bytes {first}-{last}/{size}")),
        );
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}
