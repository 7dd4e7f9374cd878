//! Clusters of one level: which come first, how many of an answer's rows lie in each, and what
//! they look like.

use std::collections::HashMap;

use lamina_model::{ClusterId, ClusterLevel, Page};
use uuid::Uuid;

use crate::{
    Answer, GenerationIndex, Hit, SearchError,
    listing::Listed,
    place::{self, Listing, Place},
};

/// Clusters on one page.
pub const CLUSTERS_A_PAGE: usize = 100;
/// Previews of a cluster at most.
pub const MOST_PREVIEWS: usize = 9;

/// One cluster as an answer shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterTile {
    /// The cluster.
    pub id: ClusterId,
    /// How many of the answer's rows lie in it; at least 1.
    pub count: u32,
    /// Distance of the closest of them, where the answer is ranked.
    pub best: Option<f32>,
    /// Up to [`MOST_PREVIEWS`] of the answer's rows in it: the representative first, or the
    /// closest first where the answer is ranked.
    pub previews: Vec<Listed>,
}

/// The clusters of a level that hold rows of an answer, in order: by count, the highest first,
/// then by id; in a ranked answer by their closest row.
#[derive(Debug, Clone)]
pub struct ClusterOrder {
    level: ClusterLevel,
    entries: Entries,
}

#[derive(Debug, Clone)]
enum Entries {
    /// Counts turned round, then clusters, in one number each; not sorted, for a page needs
    /// no more than its own part in order.
    ByCount(Vec<u64>),
    /// Clusters with their hits.
    ByDistance(Vec<(u32, Vec<Hit>)>),
}

impl ClusterOrder {
    /// How many clusters there are.
    pub fn len(&self) -> usize {
        match &self.entries {
            Entries::ByCount(keys) => keys.len(),
            Entries::ByDistance(clusters) => clusters.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl GenerationIndex {
    /// Orders the clusters of a level for an answer.
    pub fn cluster_order(&self, answer: &Answer, level: ClusterLevel) -> ClusterOrder {
        let clusters = &self.columns.clusters[usize::from(level.number())];
        let entries = if let Some(hits) = answer.hits() {
            let mut place_of = HashMap::new();
            let mut ordered: Vec<(u32, Vec<Hit>)> = Vec::new();
            for hit in hits {
                let cluster = clusters.cluster_of[hit.row as usize];
                let place = *place_of.entry(cluster).or_insert(ordered.len());
                if place == ordered.len() {
                    ordered.push((cluster, Vec::new()));
                }
                ordered[place].1.push(*hit);
            }
            Entries::ByDistance(ordered)
        } else {
            let mut counts = vec![0_u32; clusters.ids.len()];
            answer
                .rows()
                .for_each(|row| counts[clusters.cluster_of[row] as usize] += 1);
            let with_rows = (0..).zip(counts).filter(|(_, count)| *count > 0);
            Entries::ByCount(
                with_rows
                    .map(|(cluster, count)| key_of(count, cluster))
                    .collect(),
            )
        };
        ClusterOrder { level, entries }
    }

    /// One page of clusters. `order` must have been made for this `answer`.
    ///
    /// # Errors
    /// [`SearchError::StaleCursor`] for a cursor of another listing or generation.
    pub fn cluster_page(
        &self,
        answer: &Answer,
        order: &ClusterOrder,
        place: &Place,
    ) -> Result<Page<ClusterTile>, SearchError> {
        match &order.entries {
            Entries::ByCount(keys) => self.page_by_count(answer, order.level, keys, place),
            Entries::ByDistance(clusters) => self.page_by_distance(order.level, clusters, place),
        }
    }

    fn page_by_count(
        &self,
        answer: &Answer,
        level: ClusterLevel,
        keys: &[u64],
        place: &Place,
    ) -> Result<Page<ClusterTile>, SearchError> {
        let clusters = &self.columns.clusters[usize::from(level.number())];
        let (rest, skip) = match place {
            Place::Number(number) => (keys.to_vec(), place::first_of(*number, CLUSTERS_A_PAGE)),
            Place::After(cursor) => {
                let key: [u8; 21] = place::key(cursor, Listing::Clusters, self.columns.generation)?;
                let last = self.read_cluster_key(level, key)?;
                (keys.iter().copied().filter(|key| *key > last).collect(), 0)
            }
        };
        let (page, more) = part_in_order(rest, skip, CLUSTERS_A_PAGE);
        let items: Vec<ClusterTile> = page
            .iter()
            .map(|key| {
                let (count, cluster) = parts_of(*key);
                ClusterTile {
                    id: clusters.id(cluster),
                    count,
                    best: None,
                    previews: self.previews(answer, level, cluster),
                }
            })
            .collect();
        let next = items.last().filter(|_| more).map(|last| {
            let mut key = vec![level.number()];
            key.extend(last.count.to_be_bytes());
            key.extend(last.id.as_uuid().as_bytes());
            place::cursor(Listing::Clusters, self.columns.generation, &key)
        });
        Ok(Page { items, next })
    }

    fn page_by_distance(
        &self,
        level: ClusterLevel,
        ordered: &[(u32, Vec<Hit>)],
        place: &Place,
    ) -> Result<Page<ClusterTile>, SearchError> {
        let clusters = &self.columns.clusters[usize::from(level.number())];
        let generation = self.columns.generation;
        let first = match place {
            Place::Number(number) => place::first_of(*number, CLUSTERS_A_PAGE),
            Place::After(cursor) => {
                let [at, key @ ..]: [u8; 9] =
                    place::key(cursor, Listing::RankedClusters, generation)?;
                if at != level.number() {
                    return Err(SearchError::StaleCursor);
                }
                let last = place::hit_of(key);
                ordered.partition_point(|(_, hits)| hits[0].before(last).is_le())
            }
        };
        let rest = ordered.get(first..).unwrap_or_default();
        let page = &rest[..rest.len().min(CLUSTERS_A_PAGE)];
        let items = page.iter().map(|(cluster, hits)| ClusterTile {
            id: clusters.id(*cluster),
            count: u32::try_from(hits.len()).unwrap_or(u32::MAX),
            best: Some(hits[0].distance),
            previews: hits
                .iter()
                .take(MOST_PREVIEWS)
                .copied()
                .map(Listed::from)
                .collect(),
        });
        let next = page
            .last()
            .filter(|_| page.len() < rest.len())
            .map(|(_, hits)| {
                let mut key = vec![level.number()];
                key.extend(place::hit_key(hits[0]));
                place::cursor(Listing::RankedClusters, generation, &key)
            });
        Ok(Page {
            items: items.collect(),
            next,
        })
    }

    fn previews(&self, answer: &Answer, level: ClusterLevel, cluster: u32) -> Vec<Listed> {
        let level = usize::from(level.number());
        let first = self.columns.clusters[level].representative[cluster as usize];
        let members = self.members[level].of(cluster as usize);
        std::iter::once(first)
            .chain(members.iter().copied().filter(|row| *row != first))
            .filter(|row| answer.rows().contains(*row))
            .take(MOST_PREVIEWS)
            .map(Listed::unranked)
            .collect()
    }

    fn read_cluster_key(&self, level: ClusterLevel, key: [u8; 21]) -> Result<u64, SearchError> {
        let [at, a, b, c, d, id @ ..] = key;
        let clusters = &self.columns.clusters[usize::from(level.number())];
        let cluster = clusters
            .find(ClusterId::from_uuid(Uuid::from_bytes(id)))
            .filter(|_| at == level.number())
            .ok_or(SearchError::StaleCursor)?;
        Ok(key_of(u32::from_be_bytes([a, b, c, d]), cluster))
    }
}

/// One number that sorts as count, the highest first, then cluster.
fn key_of(count: u32, cluster: u32) -> u64 {
    u64::from(!count) << 32 | u64::from(cluster)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "each half is taken on purpose"
)]
fn parts_of(key: u64) -> (u32, u32) {
    (!((key >> 32) as u32), key as u32)
}

/// What would stand from `skip` on, at most `size` long, were the keys sorted; and whether more
/// would follow. Sorts no more than that part: a level may have hundreds of thousands of
/// clusters, and a page has a hundred.
fn part_in_order(mut keys: Vec<u64>, skip: usize, size: usize) -> (Vec<u64>, bool) {
    if skip >= keys.len() {
        return (Vec::new(), false);
    }
    if skip > 0 {
        keys.select_nth_unstable(skip);
        keys.drain(..skip);
    }
    let more = keys.len() > size;
    if more {
        keys.select_nth_unstable(size);
        keys.truncate(size);
    }
    keys.sort_unstable();
    (keys, more)
}
