//! Boxes in pictures as the original's clients explore them: those with one label are a cluster.

use lamina_engine::{DatasetScope, ObjectCard, ObjectsWanted, Rank, Wanted};
use lamina_model::{Clause, ClusterId, DatasetId, SetOp};

use super::{CLUSTERS, ExploreCluster, OlderCluster, Preview, SCORE};
use crate::{
    AppState,
    error::ApiError,
    wire::{entity_type::EntityType, media::original_uri, object::crop_uri},
};

/// What is wanted of boxes: labels that were asked for are theirs, all else is their pictures'.
pub(in crate::routes) fn wanted(mut wanted: Wanted) -> ObjectsWanted {
    let mut objects = ObjectsWanted::default();
    let mut clauses = Vec::new();
    for clause in std::mem::take(&mut wanted.filter.clauses) {
        match clause {
            Clause::Labels {
                op: SetOp::OneOf | SetOp::Is,
                names,
            } => {
                // Each box has one label.
                let both = |known: &std::collections::BTreeSet<String>| {
                    known.intersection(&names).cloned().collect()
                };
                objects.labels = if objects.labels.is_empty() {
                    names
                } else {
                    both(&objects.labels)
                };
                if objects.labels.is_empty() {
                    // No box has two labels: a label that none has.
                    objects.labels.insert(String::new());
                }
            }
            Clause::Labels { names, .. } => objects.without_labels.extend(names),
            other => clauses.push(other),
        }
    }
    wanted.filter.clauses = clauses;
    objects.pictures = wanted;
    objects
}

/// A page of clusters, and how many there are on all pages.
pub(super) async fn clusters(
    state: &AppState,
    scope: &DatasetScope,
    wanted: ObjectsWanted,
    ranks: Vec<Rank>,
    offset: usize,
) -> Result<(Vec<ExploreCluster>, u64), ApiError> {
    let (found, total) = state
        .engine()
        .object_clusters(scope, wanted, ranks, offset, CLUSTERS)
        .await?;
    let clusters = found.into_iter().map(|cluster| {
        let previews = cluster.previews.iter();
        let previews: Vec<_> = previews.map(|card| preview(scope.id(), card)).collect();
        let id = cluster.id.as_uuid();
        ExploreCluster {
            cluster_id: id,
            kind: EntityType::Objects.as_str(),
            n_images: cluster.pictures,
            n_objects: i64::try_from(cluster.count).unwrap_or(i64::MAX),
            n_videos: -1,
            n_frames: -1,
            size_display_value: "0B",
            similarity_threshold: "0".to_owned(),
            older: OlderCluster::new(id, EntityType::Objects.as_str(), cluster.count, &previews),
            previews,
            relevance_score: cluster.best,
            relevance_score_type: cluster.best.map(|_| SCORE),
            labels: Some(vec![cluster.label]),
            user_tags: None,
            captions: None,
        }
    });
    Ok((clusters.collect(), total))
}

/// A page of the boxes in a cluster.
pub(super) async fn members(
    state: &AppState,
    scope: &DatasetScope,
    wanted: ObjectsWanted,
    ranks: Vec<Rank>,
    cluster: ClusterId,
    (page, limit): (u32, usize),
) -> Result<Vec<Preview>, ApiError> {
    let offset = usize::try_from(page)
        .unwrap_or(usize::MAX)
        .saturating_mul(limit);
    let found = state
        .engine()
        .object_cluster_members(scope, wanted, ranks, cluster, (offset, limit))
        .await?;
    let cards = found.unwrap_or_default();
    Ok(cards.iter().map(|card| preview(scope.id(), card)).collect())
}

pub(in crate::routes) fn preview(dataset: DatasetId, card: &ObjectCard) -> Preview {
    let crop = crop_uri(dataset, card.id, &card.picture.version);
    let [_, _, width, height] = card.sides_px;
    Preview {
        kind: "OBJECT",
        media_id: card.id.as_uuid(),
        media_uri: crop.clone(),
        media_thumb_uri: crop,
        caption: None,
        image_id: card.picture.media_id.as_uuid(),
        image_uri: original_uri(dataset, card.picture.media_id),
        bounding_box: Some(card.sides_px.to_vec()),
        file_name: card.picture.path.shown_file_name(),
        original_uri: card.picture.path.to_string(),
        video_uri: "",
        frame_timestamp: None,
        labels: Some(vec![card.label.clone()]),
        user_tags: None,
        relevance_score: card.distance,
        relevance_score_type: card.distance.map(|_| SCORE),
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_are_those_of_boxes_and_all_else_is_of_their_pictures() {
        let labels = |op, names: &[&str]| Clause::Labels {
            op,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let of = |clauses: Vec<Clause>| {
            let mut pictures = Wanted::default();
            pictures.filter.clauses = clauses;
            wanted(pictures)
        };
        let found = of(vec![
            labels(SetOp::OneOf, &["a", "b"]),
            Clause::Untagged,
            labels(SetOp::OneOf, &["b", "c"]),
            labels(SetOp::NotOneOf, &["d"]),
        ]);
        assert_eq!(found.labels, BTreeSet::from(["b".to_owned()]));
        assert_eq!(found.without_labels, BTreeSet::from(["d".to_owned()]));
        assert_eq!(found.pictures.filter.clauses, [Clause::Untagged]);
        let none = of(vec![labels(SetOp::Is, &["a"]), labels(SetOp::Is, &["b"])]);
        assert_eq!(none.labels, BTreeSet::from([String::new()]));
    }
}
