//! The map of a dataset: all places in one compact answer, and the picture at one.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use lamina_engine::{Error, MapPoints, Need};
use lamina_model::ClusterLevel;
use serde::Deserialize;

use super::grid::of_generation;
use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        card::CardJson,
        error::{ErrorBody, ValidationErrorBody},
        wanted::{CLUSTER_LEVELS, WantedParameters, unknown},
    },
};

const X_GENERATION: HeaderName = HeaderName::from_static("x-generation");

/// What colours the map.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MapParameters {
    /// Of which level the clusters are: 0 (finest) to 4 (coarsest).
    #[param(minimum = 0, maximum = 4, default = 2)]
    level: Option<u8>,
}

/// Tells the place of every picture on the map, and what colours it. Little-endian: `LAMMAP02`,
/// the number of pictures and of clusters as 32 bits each; then a list for each fact, in the
/// order of paths: x and y as 16 bits (0–65534; 65535 for no place); issues as 16 bits (1
/// `blur`, 2 `dark`, 4 `bright`, 8 `outliers`, 16 `mislabels`, 32 `label_outlier`,
/// 64 `low_information`, 128 `odd_size`, 256 `odd_aspect_ratio`, 512 `leakage`); the number of the cluster as 16 bits, the largest 0; flags
/// as 8 bits (16 has copies, 32 is not the one to keep, 128 passes the filter); uniqueness as
/// 8 bits; the number of its most frequent label as 8 bits (254 another, 255 none). The rest is
/// the labels in the order of their numbers, the most frequent 254, as a JSON list in UTF-8.
///
/// The map is drawn in the background when it is first asked for; until it is there the answer
/// is 202 without a body, and `Retry-After` says when to come back.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/map",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), WantedParameters, MapParameters),
    responses(
        (status = OK, description = "The map", content_type = "application/octet-stream"),
        (status = ACCEPTED, description = "The map is being drawn; ask again"),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn get_map(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    Query(parameters): Query<MapParameters>,
) -> Result<Response, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let number = parameters.level.unwrap_or(2);
    let level = ClusterLevel::new(number)
        .ok_or_else(|| unknown("level", &number.to_string(), CLUSTER_LEVELS))?;
    let points = match engine.map_points(&scope, wanted.read()?, level).await {
        // A browser would put an error on its console where nothing is wrong.
        Err(Error::Busy { retry_after_s, .. }) => {
            let later = [(RETRY_AFTER, HeaderValue::from(retry_after_s))];
            return Ok((StatusCode::ACCEPTED, later).into_response());
        }
        other => other?,
    };
    let generation = points.generation.map_or(0, |generation| generation.0);
    let (_, shared) = of_generation(&scope);
    let own = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (X_GENERATION, HeaderValue::from(generation)),
    ];
    Ok((shared, own, packed(&points)).into_response())
}

fn packed(points: &MapPoints) -> Vec<u8> {
    let count = points.x.len();
    let mut bytes = Vec::with_capacity(16 + count * 11);
    bytes.extend(b"LAMMAP02");
    bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(points.clusters.to_le_bytes());
    for list in [&points.x, &points.y, &points.issues, &points.cluster] {
        bytes.extend(list.iter().flat_map(|value| value.to_le_bytes()));
    }
    for list in [&points.flags, &points.uniqueness, &points.label] {
        bytes.extend(list);
    }
    bytes.extend(
        serde_json::Value::from(points.labels.as_slice())
            .to_string()
            .bytes(),
    );
    bytes
}

/// Tells which picture stands at a place of the map: the one of this row of its lists.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/map/{row}",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("row" = u32, Path, description = "Its place in the lists of the map, from 0"),
    ),
    responses(
        (status = OK, description = "The picture", body = CardJson),
        (status = NOT_FOUND, description = "There is no such dataset or row, or the caller may not see it", body = ErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_map_picture(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, row)): Path<(String, String)>,
) -> Result<Json<CardJson>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    // What is no number is no row either.
    let row = row.parse().unwrap_or(u32::MAX);
    let card = engine.map_picture(&scope, row).await?;
    Ok(Json(CardJson::new(scope.id(), &card)))
}
