//! Filters that got a name.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{DatasetScope, Need, Order, Wanted};
use lamina_model::{ClusterLevel, SavedView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ranked::{RankedParameters, look_up};
use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{Query, QueryOrForm, caller},
    wire::{
        entity_type::EntityType,
        error::{ErrorBody, ValidationErrorBody},
        listed::of_labels,
        vql::Asked,
        wanted::{WantedParameters, unknown},
    },
};

/// A filter and its name.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ViewParameters {
    /// The name, of 1 to 100 characters; no other view of the dataset has it.
    #[param(example = "Blurry and large", min_length = 1, max_length = 100)]
    name: String,
    /// `IMAGES`, `OBJECTS` or `VIDEOS`.
    #[param(default = "IMAGES")]
    entity_type: Option<String>,
    /// The level of clusters, 0–4.
    #[param(default = "0")]
    threshold: Option<String>,
    /// Words that were searched for.
    caption: Option<String>,
    /// Filters as an encoded JSON array.
    vql: Option<String>,
    /// Labels as a list.
    labels: Option<String>,
    /// The part of the app's own address behind `?`, by which the app shows the view again.
    address: Option<String>,
}

impl ViewParameters {
    /// What the original's words mean.
    ///
    /// # Errors
    /// 422 with the first value or element that means nothing: a view that could not be asked for
    /// again is none.
    fn asked(&self) -> Result<(Wanted, Vec<Asked>), Problem> {
        let ranked = RankedParameters::of(self.vql.clone(), self.caption.clone());
        let (mut filter, asked) = ranked.read()?;
        filter.clauses.extend(of_labels(self.labels.as_deref())?);
        let wanted = Wanted {
            filter,
            ..Wanted::default()
        };
        Ok((wanted, asked))
    }

    /// The name, and the filters as they are kept.
    ///
    /// # Errors
    /// 422 with the first value that means nothing.
    fn read(self) -> Result<(String, ViewFilters), Problem> {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let entity_type = said(self.entity_type).unwrap_or_else(|| "IMAGES".to_owned());
        if !matches!(entity_type.as_str(), "IMAGES" | "OBJECTS" | "VIDEOS") {
            return Err(unknown(
                "entity_type",
                &entity_type,
                "IMAGES, OBJECTS or VIDEOS",
            ));
        }
        let threshold = said(self.threshold).unwrap_or_else(|| "0".to_owned());
        let number = threshold.parse::<f64>();
        if !number.is_ok_and(|number| (0.0..=4.0).contains(&number)) {
            return Err(unknown("threshold", &threshold, "0 to 4"));
        }
        let vql = match said(self.vql) {
            None => Vec::new(),
            Some(text) => serde_json::from_str(&text)
                .map_err(|_| unknown("vql", &text, "a JSON array of filters"))?,
        };
        let filters = ViewFilters {
            entity_type,
            threshold,
            caption: self.caption,
            vql,
            labels: self.labels,
            address: self.address,
        };
        Ok((self.name, filters))
    }
}

/// Who made a view.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ViewMaker)]
pub(crate) struct MakerJson {
    /// The account; null in local mode.
    user_id: Option<Uuid>,
    /// Its address.
    email: Option<String>,
    /// Its name.
    name: Option<String>,
}

/// How many things a view holds; -1 where they were not counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ViewStats {
    /// Pictures, when the view was made.
    #[serde(rename = "n_images")]
    images: i64,
    /// Objects.
    #[serde(rename = "n_objects")]
    objects: i64,
    /// Frames of videos.
    #[serde(rename = "n_video_frames")]
    video_frames: i64,
}

/// The filters of a view.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ViewFilters {
    /// `IMAGES`, `OBJECTS` or `VIDEOS`.
    entity_type: String,
    /// The level of clusters.
    threshold: String,
    /// Words that were searched for.
    caption: Option<String>,
    /// Filters.
    #[schema(value_type = Vec<Object>)]
    vql: Vec<Value>,
    /// Labels, as they were sent.
    labels: Option<String>,
    /// The part of the app's own address behind `?`.
    address: Option<String>,
}

/// A filter under a name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedView)]
pub(crate) struct ViewJson {
    /// Its id.
    id: Uuid,
    /// The dataset it is of.
    dataset_id: Uuid,
    /// Its name.
    name: String,
    /// When it was made, in UTC.
    #[schema(example = "2025-10-30T10:00:00.000000Z")]
    created_at: String,
    /// Who made it.
    created_by: MakerJson,
    /// Its filters.
    filters: ViewFilters,
    /// How many things it holds.
    stats: ViewStats,
    /// Always false: new pictures are not matched with views.
    monitoring_enabled: bool,
    /// Null: see `monitoring_enabled`.
    monitoring_started_at: Option<String>,
    /// Always false.
    alerting_enabled: bool,
    /// Always 0: new pictures that were found.
    total_results: u64,
    /// Null: when any were found last.
    last_results: Option<String>,
}

impl ViewJson {
    fn new(
        view: &SavedView,
        maker: Option<(String, String)>,
    ) -> Result<Self, lamina_engine::Error> {
        let (email, name) = maker.unzip();
        Ok(Self {
            id: view.id.as_uuid(),
            dataset_id: view.dataset_id.as_uuid(),
            name: view.name.clone(),
            created_at: format!("{}Z", view.created_at.to_naive_iso()),
            created_by: MakerJson {
                user_id: view.created_by.map(lamina_model::UserId::as_uuid),
                email,
                name,
            },
            filters: serde_json::from_str(&view.filters).map_err(lamina_engine::Error::internal)?,
            stats: ViewStats {
                images: view
                    .image_count
                    .and_then(|count| i64::try_from(count).ok())
                    .unwrap_or(-1),
                objects: -1,
                video_frames: -1,
            },
            monitoring_enabled: false,
            monitoring_started_at: None,
            alerting_enabled: false,
            total_results: 0,
            last_results: None,
        })
    }
}

/// Gives a filter a name that everybody who may see the dataset sees. The name may come in the
/// query or in a form; the filters come in the query. The app sends its own filters too, by which
/// pictures are counted.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/views",
    tag = "views",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), ViewParameters, WantedParameters),
    responses(
        (status = OK, description = "The view", body = ViewJson),
        (status = BAD_REQUEST, description = "The name or the filters cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset has a view of that name, or too many", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn save_view(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    QueryOrForm(parameters): QueryOrForm<ViewParameters>,
) -> Result<Json<ViewJson>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let of_app = wanted.read()?;
    let asked = parameters.asked()?;
    let (name, filters) = parameters.read()?;
    let count = match count(&state, &scope, &filters, of_app, asked).await {
        // A name is not refused for want of a number beside it.
        Err(ApiError::Engine(lamina_engine::Error::Busy { .. })) => None,
        counted => counted?,
    };
    let filters = serde_json::to_string(&filters).map_err(lamina_engine::Error::internal)?;
    let view = engine
        .save_view(&caller, &scope, &name, filters, count)
        .await?;
    let maker = engine.maker_of(&view).await?;
    Ok(Json(ViewJson::new(&view, maker)?))
}

/// How many pictures a view holds; none where that is not known.
async fn count(
    state: &AppState,
    scope: &DatasetScope,
    filters: &ViewFilters,
    of_app: Wanted,
    (wanted, asked): (Wanted, Vec<Asked>),
) -> Result<Option<u64>, ApiError> {
    let engine = state.engine();
    if scope.dataset().generation.is_none() {
        return Ok(None);
    }
    if filters.address.is_some() {
        let grid = engine.grid(scope, of_app, Order::default(), 0, 0).await?;
        return Ok(grid.generation.map(|_| u64::from(grid.total)));
    }
    if filters.entity_type != EntityType::Images.as_str() {
        // Boxes are not counted here.
        return Ok(None);
    }
    let ranks = look_up(state, scope, asked).await?;
    let [finest, ..] = ClusterLevel::ALL;
    let found = engine
        .ranked_clusters(scope, wanted, ranks, finest, 0, 0)
        .await?;
    Ok(Some(found.pictures))
}

/// All views of a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ViewList {
    /// The newest first.
    views: Vec<ViewJson>,
}

/// Lists the views of a dataset.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/views",
    tag = "views",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "The views", body = ViewList),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn list_views(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<ViewList>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let mut makers = BTreeMap::new();
    let mut views = Vec::new();
    for view in engine.views(&scope).await? {
        let maker = match makers.get(&view.created_by) {
            Some(known) => Clone::clone(known),
            // Whoever is nobody learns no addresses.
            None if caller.user_id().is_none() => None,
            None => engine.maker_of(&view).await?,
        };
        makers.insert(view.created_by, maker.clone());
        views.push(ViewJson::new(&view, maker)?);
    }
    Ok(Json(ViewList { views }))
}

/// Removes a view. The pictures stay as they are.
#[utoipa::path(
    delete,
    path = "/api/v1/dataset/{dataset_id}/views/{view_id}",
    tag = "views",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("view_id" = Uuid, Path, description = "The view"),
    ),
    responses(
        (status = OK, description = "It is gone", body = Option<String>),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset or view, or the caller may not see it", body = ErrorBody),
    )
)]
pub(crate) async fn delete_view(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path((dataset_id, view_id)): Path<(String, String)>,
) -> Result<Json<Option<String>>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    engine.delete_view(&scope, &view_id).await?;
    Ok(Json(None))
}
