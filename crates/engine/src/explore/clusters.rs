//! Pages of clusters, and of the pictures in one.

use lamina_model::{ClusterId, ClusterLevel, Generation, TagId};
use lamina_search::{CLUSTERS_A_PAGE, ClusterTile, Listed, Place};

use super::{
    open::{Card, Seen},
    rank::Rank,
    wanted::Wanted,
};
use crate::{DatasetScope, Engine, Error};

/// A cluster as a page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterCard {
    /// The cluster.
    pub id: ClusterId,
    /// What it is called, at most three words, the likeliest first; none where nothing is known.
    pub name: Vec<String>,
    /// How many of the pictures that are wanted lie in it.
    pub count: u32,
    /// Up to nine of them, the one that stands for it first.
    pub previews: Vec<Card>,
    /// What is said of each preview, and its distance where the answer is ranked.
    pub told: Vec<Told>,
    /// Distance of the closest picture, where the answer is ranked.
    pub best: Option<f32>,
}

/// What is said of a picture in a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// Its labels, by name.
    pub labels: Vec<String>,
    /// Its tags, in the order of their ids.
    pub tags: Vec<TagId>,
    /// Its first caption.
    pub caption: Option<String>,
    /// Its distance, where the answer is ranked.
    pub distance: Option<f32>,
}

/// A page of clusters, the largest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClusterCards {
    /// Which generation it is of; nothing before the first.
    pub generation: Option<Generation>,
    /// How many clusters hold pictures that are wanted.
    pub total: u64,
    /// How many pictures are wanted.
    pub pictures: u64,
    /// The clusters.
    pub clusters: Vec<ClusterCard>,
}

/// A page of the pictures in a cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Members {
    /// Which level the cluster is of; nothing where this generation does not have it.
    pub level: Option<ClusterLevel>,
    /// The pictures, the one that stands for the cluster first; the closest first where the
    /// answer is ranked.
    pub pictures: Vec<Card>,
    /// What is said of each, and its distance where the answer is ranked.
    pub told: Vec<Told>,
}

impl Seen {
    fn cluster_cards(
        &self,
        wanted: &Wanted,
        ranks: &[Rank],
        level: ClusterLevel,
        offset: usize,
        limit: usize,
    ) -> Result<ClusterCards, Error> {
        let answer = self.answer(wanted, ranks)?;
        let order = self.index.cluster_order(&answer, level);
        let mut tiles: Vec<ClusterTile> = Vec::new();
        let first = offset / CLUSTERS_A_PAGE;
        let skip = offset % CLUSTERS_A_PAGE;
        let mut number = u32::try_from(first).unwrap_or(u32::MAX);
        while tiles.len() < skip + limit {
            let page = self
                .index
                .cluster_page(&answer, &order, &Place::Number(number))
                .map_err(Error::internal)?;
            tiles.extend(page.items);
            if page.next.is_none() {
                break;
            }
            number = number.saturating_add(1);
        }
        let clusters = tiles.into_iter().skip(skip).take(limit);
        Ok(ClusterCards {
            generation: Some(self.index.generation()),
            total: u64::try_from(order.len()).unwrap_or(u64::MAX),
            pictures: u64::from(answer.rows().len()),
            clusters: clusters
                .map(|tile| ClusterCard {
                    id: tile.id,
                    name: self.names.get(&tile.id).cloned().unwrap_or_default(),
                    count: tile.count,
                    previews: tile.previews.iter().map(|one| self.card(one.row)).collect(),
                    told: tile.previews.iter().map(|one| self.told(*one)).collect(),
                    best: tile.best.map(|best| best + 0.0),
                })
                .collect(),
        })
    }

    fn members(
        &self,
        wanted: &Wanted,
        ranks: &[Rank],
        cluster: ClusterId,
        page: u32,
        size: usize,
    ) -> Result<Members, Error> {
        let answer = self.answer(wanted, ranks)?;
        let page = self
            .index
            .member_page(&answer, cluster, &Place::Number(page), size)
            .map_err(Error::internal)?;
        Ok(Members {
            level: self.index.level_of(cluster),
            pictures: page.items.iter().map(|one| self.card(one.row)).collect(),
            told: page.items.iter().map(|one| self.told(*one)).collect(),
        })
    }

    fn list(
        &self,
        wanted: &Wanted,
        ranks: &[Rank],
        page: u32,
        size: usize,
    ) -> Result<Members, Error> {
        let answer = self.answer(wanted, ranks)?;
        let page = self
            .index
            .media_page(&answer, &Place::Number(page), size)
            .map_err(Error::internal)?;
        Ok(Members {
            level: None,
            pictures: page.items.iter().map(|one| self.card(one.row)).collect(),
            told: page.items.iter().map(|one| self.told(*one)).collect(),
        })
    }

    fn told(&self, listed: Listed) -> Told {
        let row = listed.row;
        Told {
            labels: self.index.labels_now(row, &self.marks.overlay),
            tags: self.marks.overlay.tags_of(row),
            caption: match self.marks.overlay.captions.get(&row) {
                Some(now) => now.first().cloned(),
                None => {
                    let captions = self.index.tile(row).captions;
                    captions.first().map(ToString::to_string)
                }
            },
            // The nearest of all may have -0, which readers need not know of.
            distance: listed.distance.map(|distance| distance + 0.0),
        }
    }
}

impl Engine {
    /// Clusters of a level that hold pictures that are wanted; none before the first generation.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn cluster_cards(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        level: ClusterLevel,
        offset: usize,
        limit: usize,
    ) -> Result<ClusterCards, Error> {
        self.ranked_clusters(scope, wanted, Vec::new(), level, offset, limit)
            .await
    }

    /// The same in the order of what ranks them: clusters by their closest picture.
    ///
    /// # Errors
    /// [`Error::Invalid`] for words that cannot be read; [`Error::Busy`] while the index is being
    /// made again.
    pub async fn ranked_clusters(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        ranks: Vec<Rank>,
        level: ClusterLevel,
        offset: usize,
        limit: usize,
    ) -> Result<ClusterCards, Error> {
        let found = self
            .ask_for(scope, wanted, move |index, wanted| {
                index.cluster_cards(wanted, &ranks, level, offset, limit)
            })
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// Pictures of one cluster that are wanted, page by page from 0.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn cluster_members(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        ranks: Vec<Rank>,
        cluster: ClusterId,
        page: u32,
        size: usize,
    ) -> Result<Members, Error> {
        let found = self
            .ask_for(scope, wanted, move |index, wanted| {
                index.members(wanted, &ranks, cluster, page, size)
            })
            .await?;
        Ok(found.unwrap_or_default())
    }
}

impl Engine {
    /// Pictures that are wanted, without clusters, page by page from 0: the closest first where
    /// something ranks them, else by path.
    ///
    /// # Errors
    /// As [`Engine::ranked_clusters`].
    pub async fn ranked_list(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        ranks: Vec<Rank>,
        page: u32,
        size: usize,
    ) -> Result<Members, Error> {
        let found = self
            .ask_for(scope, wanted, move |index, wanted| {
                index.list(wanted, &ranks, page, size)
            })
            .await?;
        Ok(found.unwrap_or_default())
    }
}
