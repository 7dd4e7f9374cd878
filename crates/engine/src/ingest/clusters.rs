//! Lasting names for the clusters of an analysis.
//!
//! A cluster keeps the id of the cluster of the generation before that it goes on: the one more
//! than half of whose pictures lie in it now, and of several such the one that brought most. So
//! adding pictures, taking some away and moving a few leave ids as they are; a cluster that is
//! torn apart leaves its id to the part that is more than half of it, or to none; of clusters that
//! become one the largest gives its id. Ids so depend on how a dataset came to be, but clusters
//! and their order do not.
//!
//! A cluster that goes on nothing has an id made from the dataset, the level and the cluster's own
//! key: the same pictures indexed anew have the same ids.

use std::collections::{BTreeMap, HashMap, HashSet};

use lamina_analysis::Findings;
use lamina_model::{ClusterId, ClusterLevel, DatasetId, MediaId};

/// The clusters of each picture in the generation before, the finest first.
pub(super) type Before = HashMap<MediaId, [ClusterId; ClusterLevel::COUNT]>;

/// The id of each cluster of each level, by its index in the findings. `ids` are the pictures of
/// the rows.
pub(super) fn cluster_ids(
    dataset: DatasetId,
    ids: &[MediaId],
    findings: &Findings,
    before: &Before,
) -> Vec<Vec<ClusterId>> {
    ClusterLevel::ALL
        .iter()
        .zip(&findings.cluster_keys)
        .enumerate()
        .map(|(at, (level, clusters))| {
            let now = findings.clusters.iter().map(|clusters| clusters[at]);
            let inherited = inherited(ids.iter().zip(now), at, before);
            let mut taken: HashSet<ClusterId> = inherited.values().copied().collect();
            let own = |(number, key): (u32, &[u8; 32])| {
                if let Some(id) = inherited.get(&number) {
                    return *id;
                }
                // Where another cluster goes on under the id that this one would have.
                let mut id = cluster_id(dataset, *level, key);
                while !taken.insert(id) {
                    let hash = blake3::hash(id.as_uuid().as_bytes());
                    id = cluster_id(dataset, *level, hash.as_bytes());
                }
                id
            };
            let keys = clusters.iter().map(|cluster| &cluster.key);
            (0..).zip(keys).map(own).collect()
        })
        .collect()
}

/// The clusters of a level that go on one of the generation before, by number, with its id.
fn inherited<'a>(
    now: impl Iterator<Item = (&'a MediaId, u32)>,
    level: usize,
    before: &Before,
) -> HashMap<u32, ClusterId> {
    let mut sizes: HashMap<ClusterId, u32> = HashMap::new();
    for clusters in before.values() {
        *sizes.entry(clusters[level]).or_default() += 1;
    }
    let mut shared: BTreeMap<(u32, ClusterId), u32> = BTreeMap::new();
    for (media, cluster) in now {
        if let Some(clusters) = before.get(media) {
            *shared.entry((cluster, clusters[level])).or_default() += 1;
        }
    }
    let mut most: HashMap<u32, (u32, ClusterId)> = HashMap::new();
    for ((cluster, old), count) in shared {
        // More than half of it cannot lie in two.
        if 2 * count > sizes[&old] {
            let best = most.entry(cluster).or_insert((count, old));
            if count > best.0 {
                *best = (count, old);
            }
        }
    }
    let id = |(cluster, (_, old))| (cluster, old);
    most.into_iter().map(id).collect()
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
    use lamina_analysis::Cluster;

    use super::*;

    fn dataset(last: u8) -> DatasetId {
        let text = format!("0198c0de-0000-7000-8000-00000000000{last}");
        text.parse().unwrap()
    }

    fn media(number: u32) -> MediaId {
        MediaId::from_uuid(uuid::Uuid::from_u128(u128::from(number) + 1))
    }

    /// Findings in which every level has these clusters of pictures.
    fn findings(clusters: &[&[u32]]) -> (Vec<MediaId>, Findings) {
        let mut of: Vec<(u32, u32)> = Vec::new();
        for (number, members) in (0..).zip(clusters) {
            of.extend(members.iter().map(|media| (*media, number)));
        }
        of.sort_unstable();
        let cluster = |members: &&[u32]| Cluster {
            key: [u8::try_from(members.iter().min().copied().unwrap()).unwrap(); 32],
            representative: 0,
            size: u32::try_from(members.len()).unwrap(),
        };
        let level: Vec<Cluster> = clusters.iter().map(cluster).collect();
        let findings = Findings {
            groups: Vec::new(),
            issues: Vec::new(),
            clusters: of
                .iter()
                .map(|(_, number)| [*number; ClusterLevel::COUNT])
                .collect(),
            cluster_keys: std::array::from_fn(|_| level.clone()),
            uniqueness: vec![1.0; of.len()],
            nearest_distance: vec![1.0; of.len()],
        };
        (
            of.into_iter().map(|(number, _)| media(number)).collect(),
            findings,
        )
    }

    fn named(clusters: &[&[u32]], before: &Before) -> Vec<ClusterId> {
        let (ids, findings) = findings(clusters);
        let levels = cluster_ids(dataset(1), &ids, &findings, before);
        let all: HashSet<_> = levels.iter().flatten().collect();
        assert_eq!(
            all.len(),
            clusters.len() * ClusterLevel::COUNT,
            "each has its own"
        );
        levels[0].clone()
    }

    fn after(clusters: &[&[u32]]) -> (Before, Vec<ClusterId>) {
        let (ids, found) = findings(clusters);
        let named = cluster_ids(dataset(1), &ids, &found, &Before::new());
        let of = |at: usize| {
            std::array::from_fn(|level| named[level][found.clusters[at][level] as usize])
        };
        let before = ids.iter().enumerate().map(|(at, id)| (*id, of(at)));
        (before.collect(), named[0].clone())
    }

    #[test]
    fn the_same_key_means_another_cluster_in_another_level_or_dataset() {
        let [a, b] = [dataset(1), dataset(2)];
        let [fine, coarse, ..] = ClusterLevel::ALL;
        let key = [7; 32];
        let id = cluster_id(a, fine, &key);
        assert_eq!(id, cluster_id(a, fine, &key));
        assert_ne!(id, cluster_id(b, fine, &key));
        assert_ne!(id, cluster_id(a, coarse, &key));
        assert_ne!(id, cluster_id(a, fine, &[8; 32]));
    }

    #[test]
    fn a_cluster_keeps_its_id_when_a_picture_joins_that_would_have_given_it_another() {
        let (before, old) = after(&[&[10, 11, 12], &[20, 21]]);
        let anew = named(&[&[9, 10, 11, 12], &[20, 21]], &Before::new());
        assert_ne!(anew[0], old[0], "by its key alone it has another");
        assert_eq!(named(&[&[9, 10, 11, 12], &[20, 21]], &before), old);
        // Also when a new cluster is larger than all, and one of the old ones loses a picture.
        let grown = named(&[&[1, 2, 3, 4, 5], &[10, 12, 30], &[20, 21]], &before);
        assert_eq!(grown[1..], old);
    }

    #[test]
    fn a_cluster_torn_apart_leaves_its_id_to_the_larger_part_whichever_had_made_it() {
        let (before, old) = after(&[&[10, 11, 12, 13, 14]]);
        let parts = named(&[&[12, 13, 14], &[10, 11]], &before);
        assert_eq!(parts[0], old[0]);
        assert_ne!(parts[1], old[0]);
        // No part is more than half.
        let (before, old) = after(&[&[10, 11, 12, 13]]);
        let parts = named(&[&[11, 12, 7], &[10, 13]], &before);
        assert_ne!(parts[0], old[0]);
    }

    #[test]
    fn of_clusters_that_become_one_the_largest_gives_its_id() {
        let (before, old) = after(&[&[10, 11, 12], &[20, 21], &[5, 6]]);
        let one = named(&[&[5, 6, 10, 11, 12, 20, 21]], &before);
        assert_eq!(one, old[..1]);
    }
}
