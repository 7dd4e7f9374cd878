//! Resolving copies: what a rule would take away, and what people decided against it.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use lamina_engine::{KeepBy, Need, PlanCount, PlanWish, PlannedGroup};
use lamina_model::{DatasetId, DuplicateTier};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppState,
    error::{ApiError, Problem},
    extract::{Json as Body, JsonOrNothing, Query, caller},
    routes::marks::MarkedJson,
    wire::{
        card::CardJson,
        error::{ErrorBody, ValidationErrorBody},
        paging,
        wanted::{tiers, unknown},
    },
};

/// What a rule is made of.
const KEEP: &str = "largest, heaviest, oldest, newest, format or folder:PREFIX";
/// Parts of a rule.
const MOST_PARTS: usize = 32;

/// Which copies go.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanParameters {
    /// What is better in a copy, the most important first: `largest` (pixels), `heaviest`
    /// (bytes), `oldest`, `newest`, `format` (the one that loses least), `folder:PREFIX`. Where
    /// all are as good, the analysis decides.
    #[serde(default)]
    #[param(required = false)]
    keep: Vec<String>,
    /// Only groups of these tiers, such as `same_bytes`.
    #[serde(default)]
    #[param(required = false)]
    tier: Vec<String>,
    /// Copies less like the one that the analysis would keep stay, 0–1.
    #[param(minimum = 0, maximum = 1, default = 0)]
    likeness: Option<f32>,
}

impl PlanParameters {
    /// What they mean.
    ///
    /// # Errors
    /// 422 with the first value that means nothing.
    pub(crate) fn read(&self) -> Result<PlanWish, Problem> {
        if self.keep.len() > MOST_PARTS {
            return Err(unknown("keep", &self.keep[MOST_PARTS], "32 parts at most"));
        }
        let part = |word: &String| keep_by(word).ok_or_else(|| unknown("keep", word, KEEP));
        let tier = |word: &String| {
            DuplicateTier::from_word(word).ok_or_else(|| unknown("tier", word, &tiers()))
        };
        let least_likeness = self.likeness.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&least_likeness) {
            return Err(unknown("likeness", &least_likeness.to_string(), "0 to 1"));
        }
        Ok(PlanWish {
            rule: self.keep.iter().map(part).collect::<Result<_, _>>()?,
            tiers: self.tier.iter().map(tier).collect::<Result<_, _>>()?,
            least_likeness,
        })
    }
}

fn keep_by(word: &str) -> Option<KeepBy> {
    Some(match word {
        "largest" => KeepBy::Largest,
        "heaviest" => KeepBy::Heaviest,
        "oldest" => KeepBy::Oldest,
        "newest" => KeepBy::Newest,
        "format" => KeepBy::Format,
        other => KeepBy::Folder(other.strip_prefix("folder:")?.to_owned()),
    })
}

/// Which part of a plan.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanPage {
    /// Groups passed over.
    #[param(default = 0)]
    offset: Option<u32>,
    /// Groups on the page, 1–1000.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
}

/// What a plan comes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanCount)]
pub(crate) struct PlanCountJson {
    /// Groups that lose pictures.
    groups: u64,
    /// Pictures that go.
    remove: u64,
    /// Bytes of their files.
    bytes: u64,
}

impl From<&PlanCount> for PlanCountJson {
    fn from(count: &PlanCount) -> Self {
        Self {
            groups: count.groups,
            remove: count.pictures,
            bytes: count.bytes,
        }
    }
}

/// A picture that stays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptCard)]
pub(crate) struct KeptCardJson {
    /// The picture.
    #[serde(flatten)]
    card: CardJson,
    /// Whether a person decided so.
    decided: bool,
}

/// A picture that goes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoingCard)]
pub(crate) struct GoingCardJson {
    /// The picture.
    #[serde(flatten)]
    card: CardJson,
    /// How like the copy that the analysis would keep, 0–1.
    likeness: f32,
}

/// A group as the plan leaves it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedGroup)]
pub(crate) struct PlannedGroupJson {
    /// The group's id, as long as the generation lasts.
    group_id: String,
    /// How its pictures are the same.
    #[schema(example = "same_bytes")]
    tier: &'static str,
    /// What stays, the copy that takes over the tags first.
    keep: Vec<KeptCardJson>,
    /// What goes.
    remove: Vec<GoingCardJson>,
}

impl PlannedGroupJson {
    fn new(dataset: DatasetId, group: &PlannedGroup) -> Self {
        Self {
            group_id: group.group_id.clone(),
            tier: group.tier.as_str(),
            keep: group
                .keep
                .iter()
                .map(|(card, decided)| KeptCardJson {
                    card: CardJson::new(dataset, card),
                    decided: *decided,
                })
                .collect(),
            remove: group
                .remove
                .iter()
                .map(|(card, likeness)| GoingCardJson {
                    card: CardJson::new(dataset, card),
                    likeness: *likeness,
                })
                .collect(),
        }
    }
}

/// A plan and one page of its groups.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CopyPlan)]
pub(crate) struct PlanJson {
    /// Which generation it is of; null before the first.
    generation: Option<i64>,
    /// Groups on all pages: those that lose pictures, and those that would but for decisions.
    total: u64,
    /// All that goes.
    all: PlanCountJson,
    /// By tier; those that lose nothing are left out.
    tiers: BTreeMap<&'static str, PlanCountJson>,
    /// The groups of the page, in the order of the analysis.
    groups: Vec<PlannedGroupJson>,
}

/// Tells what would go of the copies by a rule, counted as a whole and listed page by page.
/// Changes nothing.
#[utoipa::path(
    get,
    path = "/api/v1/dataset/{dataset_id}/duplicates/plan",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), PlanParameters, PlanPage),
    responses(
        (status = OK, description = "The plan", body = PlanJson),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn plan_copies(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<PlanParameters>,
    Query(page): Query<PlanPage>,
) -> Result<Json<PlanJson>, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let limit = paging::limit(page.limit, 50)?;
    let offset = usize::try_from(page.offset.unwrap_or(0)).unwrap_or(usize::MAX);
    let plan = engine
        .copy_plan(&scope, parameters.read()?, offset, limit)
        .await?;
    let tiers = plan.tiers.iter();
    Ok(Json(PlanJson {
        generation: plan.generation.map(|generation| generation.0),
        total: plan.total,
        all: PlanCountJson::from(&plan.all),
        tiers: tiers
            .map(|(tier, count)| (tier.as_str(), PlanCountJson::from(count)))
            .collect(),
        groups: plan
            .groups
            .iter()
            .map(|group| PlannedGroupJson::new(scope.id(), group))
            .collect(),
    }))
}

/// What a person decided about single copies.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct CopyDecisions {
    /// Ids of pictures that stay whatever a rule says.
    #[serde(default)]
    keep: Vec<String>,
    /// Ids of pictures that are left to the rule again.
    #[serde(default)]
    free: Vec<String>,
}

/// Most ids in one request.
const MOST_IDS: usize = 1000;

/// Keeps single copies whatever a rule says, or leaves them to it again. Decisions outlive
/// indexing. Where a group has copies that were decided to stay, those stay and the others go.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/duplicates/decisions",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset")),
    request_body = CopyDecisions,
    responses(
        (status = NO_CONTENT, description = "It is written down"),
        (status = BAD_REQUEST, description = "An id is none, or there are too many in one request", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "The dataset has too many decisions", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "The body is malformed", body = ValidationErrorBody),
    )
)]
pub(crate) async fn decide_copies(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    Body(decisions): Body<CopyDecisions>,
) -> Result<hyper::StatusCode, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let count = decisions.keep.len() + decisions.free.len();
    if count > MOST_IDS {
        let why = format!("{count} decisions in one request; at most {MOST_IDS} are taken");
        return Err(lamina_engine::Error::invalid("decisions", why).into());
    }
    engine
        .decide_copies(&caller, &scope, &decisions.keep, &decisions.free)
        .await?;
    Ok(hyper::StatusCode::NO_CONTENT)
}

/// How what goes is marked.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ApplyWish {
    /// The name of the tag that it gets, of 1 to 200 characters; made where there is none.
    #[schema(
        example = "remove",
        default = "remove",
        min_length = 1,
        max_length = 200
    )]
    tag: Option<String>,
}

/// Applies a plan: a task tags what goes, and gives the tags that it bears to what stays. The
/// change can be taken back as a whole. No file is touched.
#[utoipa::path(
    post,
    path = "/api/v1/dataset/{dataset_id}/duplicates/apply",
    tag = "explore",
    params(("dataset_id" = Uuid, Path, description = "The dataset"), PlanParameters),
    request_body = ApplyWish,
    responses(
        (status = ACCEPTED, description = "The change, being made by a task", body = MarkedJson),
        (status = BAD_REQUEST, description = "The name of the tag cannot be used", body = ErrorBody),
        (status = FORBIDDEN, description = "The caller may see the dataset, but not change it", body = ErrorBody),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = CONFLICT, description = "Nothing goes by this plan", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "A parameter or the body is malformed", body = ValidationErrorBody),
        (status = SERVICE_UNAVAILABLE, description = "The index is being made again; ask again", body = ErrorBody),
    )
)]
pub(crate) async fn apply_plan(
    State(state): State<AppState>,
    caller::Somebody(caller): caller::Somebody,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<PlanParameters>,
    JsonOrNothing(wish): JsonOrNothing<ApplyWish>,
) -> Result<(hyper::StatusCode, Json<MarkedJson>), ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::Edit).await?;
    let tag = wish.tag.as_deref().unwrap_or("remove");
    let marked = engine
        .resolve_copies(&caller, &scope, parameters.read()?, tag)
        .await?;
    Ok((hyper::StatusCode::ACCEPTED, Json(marked.into())))
}
