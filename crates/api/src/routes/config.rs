//! What a caller can do with a dataset, as clients of the original ask before they search; and
//! the datasets that everybody may try things with.

use axum::{Json, extract::State};
use lamina_engine::Need;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::error::{ErrorBody, ValidationErrorBody},
};

/// About which dataset.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConfigParameters {
    /// The dataset.
    #[param(value_type = uuid::Uuid)]
    dataset_id: String,
}

/// What can be done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserConfig {
    /// The dataset.
    dataset_id: Uuid,
    /// What there is, by key.
    features: Vec<Feature>,
}

/// Something that there is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Feature {
    /// Its key.
    #[schema(example = "TEXTUAL_SEARCH_IMAGE")]
    feature_key: &'static str,
    /// Which ways of it there are.
    feature_options: TextSearch,
}

/// Ways to search in words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TextSearch {
    /// By label.
    labels_search: bool,
    /// By the words of captions.
    captions_search: bool,
    /// By what pictures show: whether the model in use knows words.
    semantic_search: bool,
}

/// Tells which ways of searching in words there are.
#[utoipa::path(
    get,
    path = "/api/v1/user_config",
    tag = "explore",
    params(ConfigParameters),
    responses(
        (status = OK, description = "What there is", body = UserConfig),
        (status = NOT_FOUND, description = "There is no such dataset, or the caller may not see it", body = ErrorBody),
        (status = UNPROCESSABLE_ENTITY, description = "There is no dataset_id", body = ValidationErrorBody),
    )
)]
pub(crate) async fn get_user_config(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Query(parameters): Query<ConfigParameters>,
) -> Result<Json<UserConfig>, ApiError> {
    let engine = state.engine();
    let scope = engine
        .dataset(&caller, &parameters.dataset_id, Need::View)
        .await?;
    let (_, _, semantic_search) = engine.embedding_model();
    Ok(Json(UserConfig {
        dataset_id: scope.id().as_uuid(),
        features: vec![Feature {
            feature_key: "TEXTUAL_SEARCH_IMAGE",
            feature_options: TextSearch {
                // People may say labels and captions of any picture.
                labels_search: true,
                captions_search: true,
                semantic_search,
            },
        }],
    }))
}

/// A dataset to try things with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SampleDataset {
    /// The dataset.
    dataset_id: Uuid,
    /// What people call it.
    display_name: String,
}

/// Lists the datasets to try things with: those that are public.
#[utoipa::path(
    get,
    path = "/api/v1/datasets/sample_data",
    tag = "datasets",
    responses((status = OK, description = "The datasets, by name", body = Vec<SampleDataset>))
)]
pub(crate) async fn list_sample_data(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
) -> Result<Json<Vec<SampleDataset>>, ApiError> {
    let mut datasets = state.engine().datasets(&caller).await?;
    datasets.retain(|dataset| dataset.is_public);
    datasets.sort_by_cached_key(|dataset| (dataset.display_name.to_lowercase(), dataset.id));
    let sample = |dataset: &lamina_model::Dataset| SampleDataset {
        dataset_id: dataset.id.as_uuid(),
        display_name: dataset.display_name.clone(),
    };
    Ok(Json(datasets.iter().map(sample).collect()))
}
