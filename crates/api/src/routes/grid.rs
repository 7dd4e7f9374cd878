//! All pictures that are wanted, in one order, and how many have what.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use hyper::{
    HeaderMap, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue},
};
use lamina_engine::{DatasetScope, FacetCounts, Grid, Need, PagedList};
use lamina_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    media::matches_etag,
    ranked::{RankedParameters, look_up},
};
use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        error::{ErrorBody, ValidationErrorBody},
        hex, paging,
        wanted::{WantedParameters, order},
    },
};

const X_TOTAL: HeaderName = HeaderName::from_static("x-total");
const X_GENERATION: HeaderName = HeaderName::from_static("x-generation");

/// Which part of the grid.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GridParameters {
    /// `path`, `name`, `size`, `pixels`, `uniqueness`, `blur`, `dark`, `bright`, `outliers` or
    /// `newest`, the least first; with `-` before it the greatest first.
    #[param(default = "path")]
    sort: Option<String>,
    /// Pictures passed over.
    #[param(default = 0)]
    offset: Option<u32>,
    /// Where to go on, in place of `offset`: the `next_cursor` of the page before. A walk by
    /// cursors meets everything exactly once, also while tags and labels change.
    cursor: Option<String>,
    /// Pictures on the page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 500)]
    limit: Option<u32>,
}

/// One page of the grid: a list for each fact, an entry for each picture.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct GridPage {
    /// Which generation it is of; null before the first. The order stays for as long as this.
    generation: Option<i64>,
    /// How many pictures are wanted in all.
    total: u32,
    /// How many stand before the page.
    offset: u32,
    /// Ids.
    id: Vec<String>,
    /// Files, relative to the source.
    path: Vec<String>,
    /// Widths in pixels.
    width: Vec<u32>,
    /// Heights in pixels.
    height: Vec<u32>,
    /// Mean colours as 0xRRGGBB.
    rgb: Vec<u32>,
    /// Issues that count: 1 blur, 2 dark, 4 bright, 8 outliers, 16 mislabels, 32 label outlier,
    /// 64 low information, 128 odd size, 256 odd aspect ratio, 512 leakage.
    issues: Vec<u16>,
    /// Copies beside the picture itself.
    copies: Vec<u32>,
    /// What versions the address of the thumbnail.
    v: Vec<String>,
    /// Cosine distances to what is asked for, 0 the closest; not there where nothing ranks them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    distance: Vec<f32>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

impl GridPage {
    fn new(scope: &DatasetScope, grid: &Grid, offset: u32) -> Self {
        let shown = u32::try_from(grid.items.len()).unwrap_or(u32::MAX);
        let more = offset.saturating_add(shown) < grid.total;
        let mut page = Self {
            generation: grid.generation.map(|generation| generation.0),
            total: grid.total,
            offset,
            distance: grid.distances.clone(),
            next_cursor: paging::next(scope, PagedList::Grid, offset, grid.items.len(), more),
            ..Self::default()
        };
        for (card, issues, copies) in &grid.items {
            let [r, g, b] = card.mean_rgb;
            page.id.push(card.media_id.to_string());
            page.path.push(card.path.to_string());
            page.width.push(card.width_px);
            page.height.push(card.height_px);
            page.rgb.push(u32::from_be_bytes([0, r, g, b]));
            page.issues.push(*issues);
            page.copies.push(*copies);
            page.v.push(hex(&card.version));
        }
        page
    }
}

/// What all answers about one generation carry: they hold for as long as it is shown.
pub(crate) fn of_generation(scope: &DatasetScope) -> (String, [(HeaderName, HeaderValue); 2]) {
    let number = scope
        .dataset()
        .generation
        .map_or(0, |generation| generation.0);
    // Tags and labels change within a generation.
    let marks = scope.dataset().marks_version;
    let etag = format!("\"g{number}.{marks}\"");
    let headers = [
        (
            ETAG,
            HeaderValue::from_str(&etag).expect("letters and digits are plain text"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    (etag, headers)
}

/// Lists all pictures that are wanted in one order, from anywhere. Where words or a picture rank
/// them, their order is taken and `sort` is without effect.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/grid",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), WantedParameters, RankedParameters, GridParameters),
    responses(
        (status = OK, description = "A page of the grid", body = GridPage),
        (status = NOT_MODIFIED, description = "The copy that the caller has is still right"),
        (status = BAD_REQUEST, description = "The words cannot be read, or the cursor is of another list", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset was analysed anew since the cursor was given", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_grid(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    Query(ranked): Query<RankedParameters>,
    Query(parameters): Query<GridParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let limit = paging::limit(parameters.limit, 500)?;
    let offset = parameters.offset.unwrap_or(0);
    let (scope, offset) =
        paging::resumed(scope, PagedList::Grid, parameters.cursor.as_deref(), offset)?;
    let order = order(parameters.sort.as_deref())?;
    let (filter, asked) = ranked.read()?;
    let wanted = wanted.read_with(filter)?;
    let (etag, shared) = of_generation(&scope);
    if scope.dataset().generation.is_some() && matches_etag(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let first = usize::try_from(offset).unwrap_or(usize::MAX);
    let ranks = look_up(&state, &scope, asked).await?;
    let grid = state
        .engine()
        .ranked_grid(&scope, wanted, ranks, order, first, limit)
        .await?;
    Ok((shared, Json(GridPage::new(&scope, &grid, offset))).into_response())
}

/// Tells the aspect of every picture that is wanted, so that a whole grid can be laid out: one
/// byte a picture, 128 + 32 × log₂(width ÷ height), in the order of the grid.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/grid/shape",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), WantedParameters, RankedParameters, GridParameters),
    responses(
        (status = OK, description = "One byte a picture", content_type = "application/octet-stream"),
        (status = BAD_REQUEST, description = "The words cannot be read, or cannot be answered", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_grid_shape(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    Query(ranked): Query<RankedParameters>,
    Query(parameters): Query<GridParameters>,
) -> Result<Response, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    // The whole grid is told of, whatever page is named; one that there cannot be is refused.
    paging::limit(parameters.limit, 500)?;
    let order = order(parameters.sort.as_deref())?;
    let (filter, asked) = ranked.read()?;
    let wanted = wanted.read_with(filter)?;
    let ranks = look_up(&state, &scope, asked).await?;
    let shape = state
        .engine()
        .grid_shape(&scope, wanted, ranks, order)
        .await?;
    let total = u64::try_from(shape.aspects.len()).unwrap_or(u64::MAX);
    let number = shape.generation.map_or(0, |generation| generation.0);
    let (_, shared) = of_generation(&scope);
    let own = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (X_TOTAL, HeaderValue::from(total)),
        (X_GENERATION, HeaderValue::from(number)),
    ];
    Ok((shared, own, shape.aspects).into_response())
}

/// How many pictures have an issue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssueCounts {
    /// Pictures where it counts (confidence 0.5 and above).
    count: u64,
    /// Pictures by confidence, in twenty equal bands from 0 to 1.
    histogram: Vec<u64>,
}

/// How many pictures have copies.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CopyCounts {
    /// Pictures that have copies.
    any: u64,
    /// Those of them that are not the ones to keep.
    extra: u64,
    /// Pictures that have none.
    none: u64,
}

/// How many pictures stand in a folder.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FolderCount {
    /// The folder; empty for the top.
    value: String,
    /// Its pictures, those of folders below it not counted.
    count: u64,
}

/// How many of the pictures that are wanted have what. In each facet its own values are left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Facets)]
pub(crate) struct FacetsJson {
    /// Which generation they are of; null before the first.
    generation: Option<i64>,
    /// Pictures that are wanted.
    total: u64,
    /// By kind of issue.
    issues: BTreeMap<&'static str, IssueCounts>,
    /// By how they stand among copies.
    duplicates: CopyCounts,
    /// By tier of their copies.
    tiers: BTreeMap<&'static str, u64>,
    /// By format.
    formats: BTreeMap<&'static str, u64>,
    /// The fullest 200 folders.
    folders: Vec<FolderCount>,
    /// The most frequent 500 labels.
    labels: Vec<LabelFacet>,
    /// Pictures without a label.
    unlabelled: u64,
    /// Every tag.
    tags: Vec<TagFacet>,
    /// Pictures without a tag.
    untagged: u64,
    /// By width × height in pixels; each bucket reaches from `from` to below `to`.
    areas: Vec<NumberBucket>,
    /// By bytes of the file.
    sizes: Vec<NumberBucket>,
    /// By when the files last changed: days, months or years, as fits.
    modified: Vec<DateBucket>,
    /// By when the pictures were first indexed.
    created: Vec<DateBucket>,
    /// Where their numbers lie, by the names that `range` takes.
    measures: BTreeMap<&'static str, MeasureCounts>,
}

/// How many pictures lie where between the least and the greatest value of all pictures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasureCounts {
    /// Where the first bar begins.
    least: f64,
    /// Where the last bar ends.
    most: f64,
    /// Whether each of the bars is a factor wider than the one before, rather than as wide.
    logarithmic: bool,
    /// Pictures by bar.
    bars: Vec<u64>,
}

impl From<lamina_engine::Histogram> for MeasureCounts {
    fn from(histogram: lamina_engine::Histogram) -> Self {
        Self {
            least: histogram.least,
            most: histogram.most,
            logarithmic: histogram.is_logarithmic,
            bars: histogram.bars,
        }
    }
}

/// How many pictures have a label.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LabelFacet {
    /// The label.
    value: String,
    /// Pictures that have it.
    count: u64,
}

/// How many pictures have a tag.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagFacet {
    /// The tag.
    id: uuid::Uuid,
    /// Pictures that have it.
    count: u64,
}

/// How many pictures have a number in a bucket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NumberBucket {
    /// The least number inside.
    from: u64,
    /// The first number above.
    to: u64,
    /// Pictures inside.
    count: u64,
}

/// How many pictures are of a time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DateBucket {
    /// The first moment inside, in UTC.
    #[schema(example = "2025-10-30T00:00:00.000000Z")]
    from: String,
    /// The first moment after, in UTC.
    #[schema(example = "2025-10-31T00:00:00.000000Z")]
    to: String,
    /// Pictures inside.
    count: u64,
}

fn numbers(buckets: &[lamina_engine::Bucket<u64>]) -> Vec<NumberBucket> {
    let bucket = |bucket: &lamina_engine::Bucket<u64>| NumberBucket {
        from: bucket.from,
        to: bucket.to,
        count: bucket.count,
    };
    buckets.iter().map(bucket).collect()
}

fn dates(buckets: &[lamina_engine::Bucket<Timestamp>]) -> Vec<DateBucket> {
    let zoned = |moment: Timestamp| format!("{}Z", moment.to_naive_iso());
    let bucket = |bucket: &lamina_engine::Bucket<Timestamp>| DateBucket {
        from: zoned(bucket.from),
        to: zoned(bucket.to),
        count: bucket.count,
    };
    buckets.iter().map(bucket).collect()
}

impl From<FacetCounts> for FacetsJson {
    fn from(counts: FacetCounts) -> Self {
        let issue = |facet: lamina_engine::IssueFacet| {
            let counts = IssueCounts {
                count: facet.count,
                histogram: facet.histogram,
            };
            (facet.kind.as_str(), counts)
        };
        Self {
            generation: counts.generation.map(|generation| generation.0),
            total: counts.total,
            issues: counts.issues.into_iter().map(issue).collect(),
            duplicates: CopyCounts {
                any: counts.with_copies,
                extra: counts.extra,
                none: counts.without_copies,
            },
            tiers: counts
                .tiers
                .iter()
                .map(|(tier, count)| (tier.as_str(), *count))
                .collect(),
            formats: counts
                .formats
                .iter()
                .map(|(format, count)| (format.as_str(), *count))
                .collect(),
            folders: counts
                .folders
                .iter()
                .map(|(folder, count)| FolderCount {
                    value: folder.to_string(),
                    count: *count,
                })
                .collect(),
            labels: counts
                .labels
                .into_iter()
                .map(|(value, count)| LabelFacet { value, count })
                .collect(),
            unlabelled: counts.unlabelled,
            tags: counts
                .tags
                .iter()
                .map(|(tag, count)| TagFacet {
                    id: tag.as_uuid(),
                    count: *count,
                })
                .collect(),
            untagged: counts.untagged,
            areas: numbers(&counts.areas),
            sizes: numbers(&counts.sizes),
            modified: dates(&counts.modified),
            created: dates(&counts.created),
            measures: counts
                .measures
                .into_iter()
                .map(|(measure, histogram)| (measure.as_str(), histogram.into()))
                .collect(),
        }
    }
}

/// Counts the pictures that are wanted by issue, copies, format, folder, label, tag, size and date.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/facets",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), WantedParameters, RankedParameters),
    responses(
        (status = OK, description = "The counts", body = FacetsJson),
        (status = BAD_REQUEST, description = "The words cannot be read, or cannot be answered", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_facets(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    Query(ranked): Query<RankedParameters>,
) -> Result<Json<FacetsJson>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let (filter, asked) = ranked.read()?;
    let wanted = wanted.read_with(filter)?;
    let ranks = look_up(&state, &scope, asked).await?;
    let counts = state.engine().ranked_facets(&scope, wanted, ranks).await?;
    Ok(Json(counts.into()))
}
