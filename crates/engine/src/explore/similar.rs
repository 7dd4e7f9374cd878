//! What is known about one picture from comparing it: what is like it, its copies, its issues.

use half::{f16, slice::HalfFloatSliceExt};
use lamina_model::Issue;
use lamina_search::{AnchorVector, Nearest, RowSet, SearchError};

use super::{
    PICTURES,
    open::{Card, Opened},
    picture::{Copies, MediaDetails},
};
use crate::{DatasetScope, Engine, Error};

/// A picture and how far it is from another.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// The picture.
    pub card: Card,
    /// Cosine distance, 0–2.
    pub distance: f32,
}

/// What a picture is said to show, at most.
const MOST_PREDICTED: usize = 5;

impl Opened {
    /// What the model takes a picture for, the surest first.
    fn predicted(&self, row: u32) -> Vec<(String, f32)> {
        let concepts = self.index.concepts_of(row).into_iter();
        let named = |(name, share): (std::borrow::Cow<'_, str>, f32)| (name.into_owned(), share);
        concepts.take(MOST_PREDICTED).map(named).collect()
    }

    fn alike(&self, row: u32, vector: &[f32], limit: usize) -> Result<Vec<Alike>, Error> {
        let anchors = [AnchorVector {
            vector,
            weight: 1.0,
        }];
        let asked = Nearest {
            space: PICTURES,
            anchors: &anchors,
            max_distance: 2.0,
            limit: limit.saturating_add(1),
        };
        let all = RowSet::all(self.index.rows());
        let found = match self.index.nearest(&asked, &all) {
            Ok(found) => found,
            Err(SearchError::NoDirection) => return Ok(Vec::new()),
            Err(cause) => return Err(Error::internal(cause)),
        };
        let others = found.hits().iter().filter(|hit| hit.row != row).take(limit);
        Ok(others
            .map(|hit| Alike {
                card: self.card(hit.row),
                distance: hit.distance,
            })
            .collect())
    }
}

impl Engine {
    /// The pictures most like one, the closest first; none before it was compared.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such picture; [`Error::Busy`] while the index
    /// is being made again.
    pub async fn similar(
        &self,
        scope: &DatasetScope,
        id: &str,
        limit: usize,
    ) -> Result<Vec<Alike>, Error> {
        let media = self.media(scope, id).await?;
        let store = self.store();
        let segments = store.segments(scope.id()).await?;
        let segment = segments
            .iter()
            .find(|one| one.id == media.placement.segment);
        let known = segment.filter(|one| self.parts().is_comparable(&one.model));
        let Some(segment) = known else {
            return Ok(Vec::new());
        };
        let columns = self.parts().embedder.dimensions();
        let vectors = store.vectors(segment).await?;
        let from = media.placement.row as usize * columns;
        let Some(vector) = vectors.get(from..from + columns).map(<[f16]>::to_f32_vec) else {
            return Ok(Vec::new());
        };
        let found = self
            .ask(scope, move |index| match index.index.row_of(media.id) {
                Some(row) => index.alike(row, &vector, limit),
                None => Ok(Vec::new()),
            })
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// A picture and everything that comparing the set said about it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dataset has no such picture. While the index is being made
    /// again, the answer is what is known without it.
    pub async fn media_details(
        &self,
        scope: &DatasetScope,
        id: &str,
    ) -> Result<MediaDetails, Error> {
        let media = self.media(scope, id).await?;
        let said = self.marks_of(scope, media.id).await?;
        let opened = match self.opened(scope).await {
            Err(Error::Busy { .. }) => None,
            other => other?,
        };
        let found = opened.as_ref().and_then(|index| {
            let row = index.index.row_of(media.id)?;
            Some((index, row))
        });
        let Some((index, row)) = found else {
            return Ok(MediaDetails {
                media,
                issues: Vec::new(),
                uniqueness: None,
                clusters: None,
                copies: None,
                predicted: Vec::new(),
                said,
            });
        };
        let copies = index.copies.family_of(row).and_then(|family| {
            let (keep, others) = family.rows.split_first()?;
            let id = |row: &u32| index.index.media_id(*row);
            Some(Copies {
                group_id: index.group_id(family.number),
                tier: family.tier?,
                keep: id(keep),
                others: others.iter().map(id).collect(),
            })
        });
        Ok(MediaDetails {
            issues: self.issues_at(scope, index, row).await?,
            uniqueness: Some(index.index.tile(row).uniqueness),
            clusters: Some(index.clusters(row)),
            copies,
            predicted: index.predicted(row),
            media,
            said,
        })
    }

    /// The issues of a picture, those that have one with their description.
    async fn issues_at(
        &self,
        scope: &DatasetScope,
        opened: &Opened,
        row: u32,
    ) -> Result<Vec<Issue>, Error> {
        let (media_id, generation) = (opened.index.media_id(row), opened.index.generation());
        let issues = opened.index.issues(row);
        if issues.iter().any(|(kind, _)| kind.is_described()) {
            let store = self.store();
            return Ok(store.issues_of(scope.id(), generation, media_id).await?);
        }
        let plain = issues.into_iter().map(|(kind, confidence)| Issue {
            media_id,
            kind,
            confidence,
            description: String::new(),
        });
        Ok(plain.collect())
    }
}
