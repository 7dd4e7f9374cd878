//! Clusters, groups of copies, and pictures like one.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{CopyGroup, GroupsWanted, LEVELS, Need, PagedList};
use lamina_model::{ClusterLevel, DatasetId, DuplicateTier};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{
        card::CardJson,
        error::{ErrorBody, ValidationErrorBody},
        paging,
        wanted::{CLUSTER_LEVELS, FilterParameter, WantedParameters, either, tiers, unknown},
    },
};

/// Previews of a cluster.
const PREVIEWS: usize = 5;

/// Which clusters.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ClusterParameters {
    /// How finely clusters divide the set: 0 (finest) to 4 (coarsest).
    #[param(minimum = 0, maximum = 4, default = 2)]
    level: Option<u8>,
    /// Clusters passed over.
    #[param(default = 0)]
    offset: Option<u32>,
    /// Where to go on, in place of `offset`: the `next_cursor` of the page before. A walk by
    /// cursors meets everything exactly once, also while tags and labels change.
    cursor: Option<String>,
    /// Clusters on the page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// A page of clusters, the largest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClusterPage {
    /// Which generation it is of; null before the first.
    generation: Option<i64>,
    /// The level.
    level: u8,
    /// How many clusters hold pictures that are wanted.
    total: u64,
    /// The clusters.
    clusters: Vec<ClusterTileJson>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// A cluster and some of its pictures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClusterTile)]
pub(crate) struct ClusterTileJson {
    /// The cluster.
    cluster_id: Uuid,
    /// What it is called, at most three words, the likeliest first; empty where nothing is known.
    name: Vec<String>,
    /// How many of the pictures that are wanted lie in it.
    n_images: u32,
    /// Up to five of them.
    previews: Vec<CardJson>,
}

/// Lists the clusters of a level that hold pictures that are wanted.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/clusters",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), WantedParameters, FilterParameter, ClusterParameters),
    responses(
        (status = OK, description = "A page of clusters", body = ClusterPage),
        (status = BAD_REQUEST, description = "The cursor is of another list, or the filters cannot be answered here", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset was analysed anew since the cursor was given", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn list_clusters(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(wanted): Query<WantedParameters>,
    Query(filter): Query<FilterParameter>,
    Query(parameters): Query<ClusterParameters>,
) -> Result<Json<ClusterPage>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let number = parameters.level.unwrap_or(2);
    let level = ClusterLevel::new(number)
        .ok_or_else(|| unknown("level", &number.to_string(), CLUSTER_LEVELS))?;
    let limit = paging::limit(parameters.limit, 100)?;
    let first = parameters.offset.unwrap_or(0);
    let (scope, first) = paging::resumed(
        scope,
        PagedList::Clusters,
        parameters.cursor.as_deref(),
        first,
    )?;
    let offset = usize::try_from(first).unwrap_or(usize::MAX);
    let page = state
        .engine()
        .cluster_cards(
            &scope,
            wanted.read_with(filter.read()?)?,
            level,
            offset,
            limit,
        )
        .await?;
    let cards = page.clusters.iter().map(|cluster| ClusterTileJson {
        cluster_id: cluster.id.as_uuid(),
        name: cluster.name.clone(),
        n_images: cluster.count,
        previews: cluster
            .previews
            .iter()
            .take(PREVIEWS)
            .map(|card| CardJson::new(scope.id(), card))
            .collect(),
    });
    let behind = offset.saturating_add(page.clusters.len());
    let more = u64::try_from(behind).unwrap_or(u64::MAX) < page.total;
    Ok(Json(ClusterPage {
        generation: page.generation.map(|generation| generation.0),
        level: number,
        total: page.total,
        clusters: cards.collect(),
        next_cursor: paging::next(
            &scope,
            PagedList::Clusters,
            first,
            page.clusters.len(),
            more,
        ),
    }))
}

/// Which groups.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupParameters {
    /// Only groups of this tier, such as `same_bytes`.
    tier: Option<String>,
    /// Only pictures at least so like the one that is kept in their stead, and groups that share
    /// pictures as one: 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999 or 1.
    #[param(example = 0.98)]
    level: Option<f64>,
    /// Groups passed over.
    #[param(default = 0)]
    offset: Option<u32>,
    /// Groups on the page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
}

/// What is in the groups of a tier.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TierCount)]
pub(crate) struct TierCountJson {
    /// How many groups there are.
    groups: u64,
    /// How many pictures are not the ones to keep.
    extra: u64,
    /// Bytes of their files.
    bytes: u64,
}

/// What is in the groups of a level of likeness.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LevelCount)]
pub(crate) struct LevelCountJson {
    /// The level.
    level: f64,
    /// How many groups there are.
    groups: u64,
    /// How many pictures are in them.
    pictures: u64,
}

/// A copy and how far it is from the one to keep.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardAway)]
pub(crate) struct CardAwayJson {
    /// The picture.
    #[serde(flatten)]
    card: CardJson,
    /// How far it is: 0 is the same.
    distance: f32,
}

/// Pictures that are the same.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicateGroup)]
pub(crate) struct GroupJson {
    /// The group's id, as long as the generation lasts.
    group_id: String,
    /// How they are the same.
    #[schema(example = "same_bytes")]
    tier: &'static str,
    /// The copy to keep.
    keep: CardJson,
    /// The others.
    others: Vec<CardAwayJson>,
}

impl GroupJson {
    fn new(dataset: DatasetId, group: &CopyGroup) -> Self {
        Self {
            group_id: group.group_id.clone(),
            tier: group.tier.as_str(),
            keep: CardJson::new(dataset, &group.keep),
            others: group
                .others
                .iter()
                .map(|(card, likeness)| CardAwayJson {
                    card: CardJson::new(dataset, card),
                    distance: (1.0 - likeness).max(0.0),
                })
                .collect(),
        }
    }
}

/// A page of groups, in the order of the analysis.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicateGroups)]
pub(crate) struct GroupsJson {
    /// How many groups there are on all pages.
    total: u64,
    /// What is in each tier, whichever was asked for.
    tiers: BTreeMap<&'static str, TierCountJson>,
    /// What is in each level of likeness, the loosest first, whichever was asked for.
    levels: Vec<LevelCountJson>,
    /// The groups.
    groups: Vec<GroupJson>,
}

/// Lists the groups of pictures that are the same.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/duplicates",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), GroupParameters),
    responses(
        (status = OK, description = "A page of groups", body = GroupsJson),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn list_duplicates(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<GroupParameters>,
) -> Result<Json<GroupsJson>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let tier = match parameters.tier.filter(|word| !word.is_empty()) {
        Some(word) => {
            Some(DuplicateTier::from_word(&word).ok_or_else(|| unknown("tier", &word, &tiers()))?)
        }
        None => None,
    };
    let level = match parameters.level {
        None => None,
        Some(asked) => {
            let known = LEVELS
                .into_iter()
                .find(|level| (level - asked).abs() < 1e-9);
            let takes = || {
                either(
                    LEVELS
                        .map(|level| level.to_string())
                        .iter()
                        .map(|one| &**one),
                )
            };
            Some(known.ok_or_else(|| unknown("level", &asked.to_string(), &takes()))?)
        }
    };
    let wanted = GroupsWanted { level, tier };
    let limit = paging::limit(parameters.limit, 50)?;
    let offset = usize::try_from(parameters.offset.unwrap_or(0)).unwrap_or(usize::MAX);
    let page = state
        .engine()
        .copy_groups(&scope, wanted, offset, limit)
        .await?;
    let tiers = page.tiers.iter().map(|count| {
        let told = TierCountJson {
            groups: count.groups,
            extra: count.extra,
            bytes: count.bytes,
        };
        (count.tier.as_str(), told)
    });
    Ok(Json(GroupsJson {
        total: page.total,
        tiers: tiers.collect(),
        levels: page
            .levels
            .iter()
            .map(|count| LevelCountJson {
                level: count.level,
                groups: count.groups,
                pictures: count.pictures,
            })
            .collect(),
        groups: page
            .groups
            .iter()
            .map(|group| GroupJson::new(scope.id(), group))
            .collect(),
    }))
}

/// How many.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SimilarParameters {
    /// Pictures at most, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 24)]
    limit: Option<u32>,
}

/// The pictures most like one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarPage {
    /// The closest first; distances are cosine distances, 0–2.
    items: Vec<CardAwayJson>,
}

/// Finds the pictures most like one.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/similar",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
        SimilarParameters,
    ),
    responses(
        (status = OK, description = "The pictures most like it", body = SimilarPage),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn list_similar(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, media_id)): Path<(String, String)>,
    Query(parameters): Query<SimilarParameters>,
) -> Result<Json<SimilarPage>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    let limit = paging::limit(parameters.limit, 24)?;
    let found = state.engine().similar(&scope, &media_id, limit).await?;
    Ok(Json(SimilarPage {
        items: found
            .iter()
            .map(|one| CardAwayJson {
                card: CardJson::new(scope.id(), &one.card),
                distance: one.distance,
            })
            .collect(),
    }))
}

/// Tells the ids of a picture's copies.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/media/{media_id}/duplicates",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("media_id" = Uuid, Path, description = "The picture"),
    ),
    responses(
        (status = OK, description = "Ids of its copies, itself left out", body = Vec<Uuid>),
        (status = NOT_FOUND, description = "There is no such dataset or picture, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready", body = ErrorBody),
    )
)]
pub(crate) async fn list_duplicates_of(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, media_id)): Path<(String, String)>,
) -> Result<Json<Vec<Uuid>>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    scope.shown()?;
    let details = state.engine().media_details(&scope, &media_id).await?;
    let own = details.media.id;
    let ids = details.copies.into_iter().flat_map(|copies| {
        std::iter::once(copies.keep)
            .chain(copies.others)
            .filter(move |id| *id != own)
            .map(lamina_model::MediaId::as_uuid)
    });
    Ok(Json(ids.collect()))
}
