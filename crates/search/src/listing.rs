//! Pages of single pictures: all of an answer's, or those in one cluster.

use lamina_model::{ClusterId, Cursor, Page};

use crate::{
    Answer, GenerationIndex, Hit, SearchError,
    place::{self, Listing, Place},
};

/// One row of a listing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listed {
    /// The row.
    pub row: u32,
    /// Its distance, where the answer is ranked.
    pub distance: Option<f32>,
}

impl Listed {
    pub(crate) fn unranked(row: u32) -> Self {
        Self {
            row,
            distance: None,
        }
    }
}

impl From<Hit> for Listed {
    fn from(hit: Hit) -> Self {
        Self {
            row: hit.row,
            distance: Some(hit.distance),
        }
    }
}

impl GenerationIndex {
    /// One page of an answer's rows, without clusters: by distance where it is ranked, else by
    /// path.
    ///
    /// # Errors
    /// [`SearchError::StaleCursor`] for a cursor of another listing or generation.
    pub fn media_page(
        &self,
        answer: &Answer,
        place: &Place,
        size: usize,
    ) -> Result<Page<Listed>, SearchError> {
        if let Some(hits) = answer.hits() {
            return self.page_of_hits(hits, Listing::RankedMedia, place, size);
        }
        let rows = match place {
            Place::Number(number) => answer.rows().from_nth(place::first_of(*number, size)),
            Place::After(cursor) => {
                let last = self.row_in(cursor, Listing::Media)?;
                answer.rows().from_row(last.saturating_add(1))
            }
        };
        Ok(self.page_of_rows(rows, Listing::Media, size))
    }

    /// One page of an answer's rows that lie in a cluster: by distance where it is ranked, else
    /// the representative first and then by path. A cluster that this generation does not have
    /// holds nothing.
    ///
    /// # Errors
    /// [`SearchError::StaleCursor`] for a cursor of another listing or generation.
    pub fn member_page(
        &self,
        answer: &Answer,
        cluster: ClusterId,
        place: &Place,
        size: usize,
    ) -> Result<Page<Listed>, SearchError> {
        let mut levels = self.columns.clusters.iter().zip(&self.members);
        let found = levels
            .find_map(|(clusters, members)| Some((clusters, members, clusters.find(cluster)?)));
        let Some((clusters, members, number)) = found else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        if let Some(hits) = answer.hits() {
            let inside = |hit: &&Hit| clusters.cluster_of[hit.row as usize] == number;
            let hits: Vec<Hit> = hits.iter().filter(inside).copied().collect();
            return self.page_of_hits(&hits, Listing::RankedMembers, place, size);
        }
        let first = clusters.representative[number as usize];
        let members = members.of(number as usize);
        let others = |from: usize| members[from..].iter().copied().filter(|row| *row != first);
        let inside = |row: &u32| answer.rows().contains(*row);
        let page = match place {
            Place::Number(number) => {
                let all = std::iter::once(first).chain(others(0)).filter(inside);
                let rows = all.skip(place::first_of(*number, size));
                self.page_of_rows(rows, Listing::Members, size)
            }
            Place::After(cursor) => {
                let last = self.row_in(cursor, Listing::Members)?;
                let from = if last == first {
                    0
                } else {
                    members.partition_point(|row| *row <= last)
                };
                self.page_of_rows(others(from).filter(inside), Listing::Members, size)
            }
        };
        Ok(page)
    }

    fn page_of_rows(
        &self,
        mut rows: impl Iterator<Item = u32>,
        listing: Listing,
        size: usize,
    ) -> Page<Listed> {
        let items: Vec<Listed> = rows.by_ref().take(size).map(Listed::unranked).collect();
        let more = rows.next().is_some();
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| place::cursor(listing, self.columns.generation, &last.row.to_be_bytes()));
        Page { items, next }
    }

    fn page_of_hits(
        &self,
        hits: &[Hit],
        listing: Listing,
        place: &Place,
        size: usize,
    ) -> Result<Page<Listed>, SearchError> {
        let generation = self.columns.generation;
        let first = match place {
            Place::Number(number) => place::first_of(*number, size),
            Place::After(cursor) => {
                let last = place::hit_of(place::key(cursor, listing, generation)?);
                hits.partition_point(|hit| hit.before(last).is_le())
            }
        };
        let rest = hits.get(first..).unwrap_or_default();
        let page = &rest[..rest.len().min(size)];
        let next = page
            .last()
            .filter(|_| page.len() < rest.len())
            .map(|last| place::cursor(listing, generation, &place::hit_key(*last)));
        Ok(Page {
            items: page.iter().copied().map(Listed::from).collect(),
            next,
        })
    }

    fn row_in(&self, cursor: &Cursor, listing: Listing) -> Result<u32, SearchError> {
        place::key(cursor, listing, self.columns.generation).map(u32::from_be_bytes)
    }
}
