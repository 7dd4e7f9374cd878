//! Lasting names for the clusters of an analysis.

use lamina_analysis::Findings;
use lamina_model::{ClusterId, ClusterLevel, DatasetId};

/// The id of each cluster of each level, by its index in the findings.
///
/// Made from the dataset, the level and the cluster's own key, so that a cluster which stays much
/// the same keeps its id from generation to generation.
pub(super) fn cluster_ids(dataset: DatasetId, findings: &Findings) -> Vec<Vec<ClusterId>> {
    ClusterLevel::ALL
        .iter()
        .zip(&findings.cluster_keys)
        .map(|(level, clusters)| {
            clusters
                .iter()
                .map(|cluster| cluster_id(dataset, *level, &cluster.key))
                .collect()
        })
        .collect()
}

/// A UUID version 8 (RFC 9562, section 5.8): our own hash in the free bits.
fn cluster_id(dataset: DatasetId, level: ClusterLevel, key: &[u8; 32]) -> ClusterId {
    let mut hash = blake3::Hasher::new();
    hash.update(dataset.as_uuid().as_bytes())
        .update(&[level.number()])
        .update(key);
    let mut bytes = [0; 16];
    hash.finalize_xof().fill(&mut bytes);
    ClusterId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use lamina_model::{ClusterLevel, DatasetId};

    use super::cluster_id;

    #[test]
    fn the_same_key_means_another_cluster_in_another_level_or_dataset() {
        let [a, b] = [
            "0198c0de-0000-7000-8000-000000000001",
            "0198c0de-0000-7000-8000-000000000002",
        ]
        .map(|text| text.parse::<DatasetId>().unwrap());
        let [fine, coarse, ..] = ClusterLevel::ALL;
        let key = [7; 32];
        let id = cluster_id(a, fine, &key);
        assert_eq!(id, cluster_id(a, fine, &key));
        assert_ne!(id, cluster_id(b, fine, &key));
        assert_ne!(id, cluster_id(a, coarse, &key));
        assert_ne!(id, cluster_id(a, fine, &[8; 32]));
    }
}
