//! Exploring as the original's clients do: clusters with previews.

pub(super) mod objects;
mod older;

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{Card, ClusterCard, DatasetScope, Need, PagedList, Told, Wanted};
use lamina_model::{Clause, ClusterId, ClusterLevel, DatasetId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::older::{OlderCluster, Pages};
use super::ranked::{RankedParameters, look_up};
use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
    extract::{Query, caller},
    wire::{
        card::thumb_uri,
        entity_type::EntityType,
        error::{ErrorBody, ValidationErrorBody},
        listed::{of_labels, of_tags},
        media::original_uri,
        paging,
        vql::{self, Asked},
        wanted::{CLUSTER_LEVELS, ENTITY_TYPES, unknown},
    },
};

/// Clusters on a page.
const CLUSTERS: usize = 100;
/// What scores are.
const SCORE: &str = "cosine_distance";
/// Pictures of a cluster on a page.
const MEMBERS: usize = 100;

/// Which pictures, and how they are put together. All may be left out.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExploreParameters {
    /// `IMAGES`, or `OBJECTS` for the boxes in them: those with one label are one cluster, and
    /// `labels` are theirs. Words are looked for in their labels, and in what their pictures bear;
    /// else they are ranked as their pictures are.
    #[param(default = "IMAGES")]
    entity_type: Option<String>,
    /// How finely clusters divide the set: 0 (finest) to 4 (coarsest).
    #[param(minimum = 0, maximum = 4, default = 0)]
    threshold: Option<u8>,
    /// Which page, from 0.
    #[param(default = 0)]
    page_number: Option<u32>,
    /// Where to go on, in place of `page_number`: the `next_cursor` of the page before. A walk by
    /// cursors meets everything exactly once, also while tags and labels change.
    cursor: Option<String>,
    /// Labels as a list; any of them will do.
    labels: Option<String>,
    /// Tags as a list of ids, one id, or `untagged`.
    tags: Option<String>,
    /// Only pictures with a copy at least so much alike, 0–1.
    duplicate_threshold: Option<f32>,
    /// Taken, without effect.
    #[expect(dead_code, reason = "clients of the original send it")]
    verbose: Option<bool>,
    /// Taken, without effect.
    #[expect(dead_code, reason = "clients of the original send it")]
    allow_deleted: Option<bool>,
}

impl ExploreParameters {
    fn level(&self) -> Result<ClusterLevel, Problem> {
        let number = self.threshold.unwrap_or(0);
        ClusterLevel::new(number)
            .ok_or_else(|| unknown("threshold", &number.to_string(), CLUSTER_LEVELS))
    }

    /// Where the page begins, and the scope to ask with.
    fn place(
        &self,
        scope: DatasetScope,
        list: PagedList,
        size: usize,
    ) -> Result<(DatasetScope, u32), ApiError> {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let first = self.page_number.unwrap_or(0).saturating_mul(size);
        paging::resumed(scope, list, self.cursor.as_deref(), first)
    }

    /// Whether pictures or boxes are asked for.
    fn about(&self) -> Result<EntityType, Problem> {
        EntityType::read(self.entity_type.as_deref()).map_err(|word| match word {
            "VIDEOS" => vql::not_yet("entity_type"),
            other => unknown("entity_type", other, ENTITY_TYPES),
        })
    }

    fn wanted(&self, ranked: &RankedParameters) -> Result<(Wanted, Vec<Asked>), Problem> {
        let (mut filter, asked) = ranked.read()?;
        filter.clauses.extend(of_labels(self.labels.as_deref())?);
        let (tags, untagged) = of_tags(self.tags.as_deref())?;
        if let Some(least) = self.duplicate_threshold {
            if !(0.0..=1.0).contains(&least) {
                return Err(unknown("duplicate_threshold", &least.to_string(), "0 to 1"));
            }
            filter.clauses.push(Clause::Duplicates { least });
        }
        let wanted = Wanted {
            filter,
            tags,
            untagged,
            ..Wanted::default()
        };
        Ok((wanted, asked))
    }
}

/// A page of clusters, as clients of the original read it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explored {
    /// The clusters; empty behind the last page.
    clusters: Vec<ExploreCluster>,
    /// About the answer.
    metadata: ExploreMetadata,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
    #[serde(flatten)]
    pages: Pages,
}

impl Explored {
    /// The clusters from `offset` on, of `total`.
    fn of(
        clusters: Vec<ExploreCluster>,
        total: u64,
        offset: usize,
        next_cursor: Option<String>,
    ) -> Self {
        Self {
            clusters,
            pages: Pages::of(total, offset),
            metadata: ExploreMetadata { used_duckdb: false },
            next_cursor,
        }
    }
}

/// About an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExploreMetadata {
    /// Always false; clients of the original read it.
    used_duckdb: bool,
}

/// A cluster and some of its pictures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExploreCluster {
    /// The cluster.
    cluster_id: Uuid,
    /// `IMAGES` or `OBJECTS`.
    #[serde(rename = "type")]
    #[schema(example = "IMAGES")]
    kind: &'static str,
    /// How many of the pictures that are wanted lie in it.
    n_images: u64,
    /// How many of the boxes that are wanted lie in it; -1 where pictures are asked for.
    n_objects: i64,
    /// Not counted: -1.
    n_videos: i32,
    /// Not counted: -1.
    n_frames: i32,
    /// Not counted.
    #[schema(example = "0B")]
    size_display_value: &'static str,
    /// The level, as a text.
    #[schema(example = "0")]
    similarity_threshold: String,
    /// Up to nine of its pictures.
    previews: Vec<Preview>,
    /// Distance to what was asked for, 0 the closest; null where nothing was ranked.
    relevance_score: Option<f32>,
    /// `cosine_distance`; null where nothing was ranked.
    relevance_score_type: Option<&'static str>,
    /// What the cluster is called, at most three words: the labels that a quarter of its pictures
    /// or more have, the commonest first; where fewer than half have any, what the model sees most
    /// of in them; null where nothing is known. Of boxes, the label that all of them have.
    labels: Option<Vec<String>>,
    /// Null: not told of whole clusters.
    user_tags: Option<Vec<String>>,
    /// Null: not told of whole clusters.
    captions: Option<Vec<String>>,
    #[serde(flatten)]
    older: OlderCluster,
}

impl ExploreCluster {
    fn new(dataset: DatasetId, cluster: &ClusterCard, level: ClusterLevel) -> Self {
        let previews: Vec<Preview> = cluster
            .previews
            .iter()
            .zip(&cluster.told)
            .map(|(card, told)| Preview::new(dataset, card, told))
            .collect();
        let (id, count) = (cluster.id.as_uuid(), u64::from(cluster.count));
        Self {
            cluster_id: id,
            kind: EntityType::Images.as_str(),
            n_images: count,
            n_objects: -1,
            n_videos: -1,
            n_frames: -1,
            size_display_value: "0B",
            similarity_threshold: level.number().to_string(),
            older: OlderCluster::new(id, EntityType::Images.as_str(), count, &previews),
            previews,
            relevance_score: cluster.best,
            relevance_score_type: cluster.best.map(|_| SCORE),
            labels: (!cluster.name.is_empty()).then(|| cluster.name.clone()),
            user_tags: None,
            captions: None,
        }
    }
}

/// A picture of a cluster.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Preview {
    /// `IMAGE` or `OBJECT`.
    #[serde(rename = "type")]
    #[schema(example = "IMAGE")]
    kind: &'static str,
    /// The picture, or the box.
    media_id: Uuid,
    /// Address of the file, or of the part in the box.
    media_uri: String,
    /// Address of its thumbnail.
    media_thumb_uri: String,
    /// Its caption.
    caption: Option<String>,
    /// The picture.
    image_id: Uuid,
    /// Address of the file.
    image_uri: String,
    /// Left, top, width and height of the box in pixels of the upright picture; null for a whole
    /// picture.
    bounding_box: Option<Vec<u32>>,
    /// The file's own name.
    file_name: String,
    /// The file, relative to the source.
    original_uri: String,
    /// Empty: not a frame.
    video_uri: &'static str,
    /// Null: not a frame.
    frame_timestamp: Option<f64>,
    /// Its labels.
    labels: Option<Vec<String>>,
    /// Its tags.
    user_tags: Option<Vec<String>>,
    /// Distance to what was asked for, 0 the closest; null where nothing was ranked.
    relevance_score: Option<f32>,
    /// `cosine_distance`; null where nothing was ranked.
    relevance_score_type: Option<&'static str>,
    /// Width of the picture or box in pixels.
    width: u32,
    /// Height of the picture or box in pixels.
    height: u32,
}

impl Preview {
    pub(crate) fn new(dataset: DatasetId, card: &Card, told: &Told) -> Self {
        let uri = original_uri(dataset, card.media_id);
        Self {
            kind: "IMAGE",
            media_id: card.media_id.as_uuid(),
            media_uri: uri.clone(),
            media_thumb_uri: thumb_uri(dataset, card),
            caption: told.caption.clone(),
            image_id: card.media_id.as_uuid(),
            image_uri: uri,
            bounding_box: None,
            file_name: card.path.shown_file_name(),
            original_uri: card.path.to_string(),
            video_uri: "",
            frame_timestamp: None,
            labels: (!told.labels.is_empty()).then(|| told.labels.clone()),
            user_tags: (!told.tags.is_empty())
                .then(|| told.tags.iter().map(ToString::to_string).collect()),
            relevance_score: told.distance,
            relevance_score_type: told.distance.map(|_| SCORE),
            width: card.width_px,
            height: card.height_px,
        }
    }
}

/// Lists clusters with previews, a hundred a page, the largest first. Until a dataset was indexed
/// once, this and the other routes of the original that read it answer 409; while it is brought up
/// to date they tell what it held before.
#[utoipa::path(
    get,
    path = "/api/v1/explore/{dataset_id}",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), ExploreParameters, RankedParameters),
    responses(
        (status = OK, description = "A page of clusters", body = Explored),
        (status = BAD_REQUEST, description = "Something is asked for that cannot be answered yet", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready, or was analysed anew since the cursor was given", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn explore(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<ExploreParameters>,
    Query(ranked): Query<RankedParameters>,
) -> Result<Json<Explored>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    scope.shown()?;
    let level = parameters.level()?;
    let (scope, first) = parameters.place(scope, PagedList::Explore, CLUSTERS)?;
    let offset = usize::try_from(first).unwrap_or(usize::MAX);
    let about = parameters.about()?;
    let (wanted, asked) = parameters.wanted(&ranked)?;
    let ranks = look_up(&state, &scope, asked).await?;
    if about == EntityType::Objects {
        let wanted = objects::wanted(wanted);
        let (clusters, total) = objects::clusters(&state, &scope, wanted, ranks, offset).await?;
        let next = next_page(&scope, first, clusters.len(), total);
        return Ok(Json(Explored::of(clusters, total, offset, next)));
    }
    let found = state
        .engine()
        .ranked_clusters(&scope, wanted, ranks, level, offset, CLUSTERS)
        .await?;
    let clusters = found.clusters.iter();
    let clusters: Vec<_> = clusters
        .map(|cluster| ExploreCluster::new(scope.id(), cluster, level))
        .collect();
    let next = next_page(&scope, first, clusters.len(), found.total);
    Ok(Json(Explored::of(clusters, found.total, offset, next)))
}

/// Where the page behind this one begins, while there is one.
fn next_page(scope: &DatasetScope, first: u32, shown: usize, total: u64) -> Option<String> {
    let behind = u64::from(first).saturating_add(u64::try_from(shown).unwrap_or(u64::MAX));
    paging::next(scope, PagedList::Explore, first, shown, behind < total)
}

/// A page of the pictures in a cluster.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClusterMembers {
    /// The cluster.
    cluster_id: Uuid,
    /// The pictures.
    previews: Vec<Preview>,
    /// Where the next page begins; null where this one is not full.
    next_cursor: Option<String>,
}

impl ClusterMembers {
    /// A page that begins at `first`; nothing where it is empty.
    fn of(
        scope: &DatasetScope,
        cluster: ClusterId,
        first: u32,
        previews: Vec<Preview>,
    ) -> Option<Self> {
        let next_cursor = paging::next(
            scope,
            PagedList::Members,
            first,
            previews.len(),
            previews.len() == MEMBERS,
        );
        (!previews.is_empty()).then(|| Self {
            cluster_id: cluster.as_uuid(),
            previews,
            next_cursor,
        })
    }
}

/// Lists the pictures of a cluster, a hundred a page; null behind the last page, and of a cluster
/// that there is not.
#[utoipa::path(
    get,
    path = "/api/v1/explore/{dataset_id}/similarity_cluster/{cluster_id}",
    tag = "explore",
    params(
        ("dataset_id" = Uuid, Path, description = "The dataset"),
        ("cluster_id" = Uuid, Path, description = "The cluster"),
        ExploreParameters,
        RankedParameters,
    ),
    responses(
        (status = OK, description = "A page of its pictures, or null", body = Option<ClusterMembers>),
        (status = BAD_REQUEST, description = "Something is asked for that cannot be answered yet", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready, or was analysed anew since the cursor was given", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_similarity_cluster(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path((dataset_id, cluster_id)): Path<(String, String)>,
    Query(parameters): Query<ExploreParameters>,
    Query(ranked): Query<RankedParameters>,
) -> Result<Json<Option<ClusterMembers>>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    scope.shown()?;
    // A cluster is of its own level; that of the list is only checked.
    parameters.level()?;
    let (scope, first) = parameters.place(scope, PagedList::Members, MEMBERS)?;
    let about = parameters.about()?;
    let (wanted, asked) = parameters.wanted(&ranked)?;
    let ranks = look_up(&state, &scope, asked).await?;
    let cluster = cluster_id.parse::<ClusterId>().map_err(|_| {
        Problem::faults(vec![ParameterFault {
            kind: "uuid_parsing".to_owned(),
            loc: vec!["path".to_owned(), "cluster_id".to_owned()],
            msg: "Value error, it is not the id of a cluster".to_owned(),
            input: cluster_id.as_str().into(),
        }])
    })?;
    // Cursors stand where pages begin.
    let page = first / u32::try_from(MEMBERS).unwrap_or(u32::MAX);
    let previews = if about == EntityType::Objects {
        let wanted = objects::wanted(wanted);
        objects::members(&state, &scope, wanted, ranks, cluster, (page, MEMBERS)).await?
    } else {
        let found = state
            .engine()
            .cluster_members(&scope, wanted, ranks, cluster, page, MEMBERS)
            .await?;
        let told = found.pictures.iter().zip(&found.told);
        told.map(|(card, told)| Preview::new(scope.id(), card, told))
            .collect()
    };
    Ok(Json(ClusterMembers::of(&scope, cluster, first, previews)))
}

/// What there is to explore.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplorationMetadata {
    /// What people call the dataset.
    dataset_name: String,
    /// Clusters of the finest level.
    clusters_count: u64,
    /// Pictures.
    media_count: u64,
    /// Labels with how many pictures have them, the most frequent 500.
    labels: Vec<LabelCount>,
}

/// How many pictures have a label.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LabelCount {
    /// The label.
    name: String,
    /// Pictures that have it.
    count: u64,
}

/// Tells what there is to explore.
#[utoipa::path(
    get,
    path = "/api/v1/explore/{dataset_id}/exploration_metadata",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    responses(
        (status = OK, description = "What there is", body = ExplorationMetadata),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset is not ready", body = ErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn get_exploration_metadata(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
) -> Result<Json<ExplorationMetadata>, ApiError> {
    let scope = state
        .engine()
        .dataset(&caller, &dataset_id, Need::View)
        .await?;
    scope.shown()?;
    let [finest, ..] = ClusterLevel::ALL;
    let found = state
        .engine()
        .cluster_cards(&scope, Wanted::default(), finest, 0, 0)
        .await?;
    let counts = state.engine().facets(&scope, Wanted::default()).await?;
    let labels = counts.labels.into_iter();
    Ok(Json(ExplorationMetadata {
        dataset_name: scope.dataset().display_name.clone(),
        clusters_count: found.total,
        media_count: found.pictures,
        labels: labels
            .map(|(name, count)| LabelCount { name, count })
            .collect(),
    }))
}
