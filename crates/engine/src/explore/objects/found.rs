//! Boxes that a search finds: by what their pictures are like or bear, and by their own labels.

use std::collections::HashMap;

use lamina_search::{RowSet, labels_with_words};

use super::{Entry, ObjectsWanted};
use crate::{
    Error,
    explore::{open::Seen, rank::Rank},
};

/// A box that is wanted, with how far it is from what was asked for; nothing where nothing ranks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub entry: &'a Entry,
    pub distance: Option<f32>,
}

impl Seen {
    /// The boxes in the pictures wanted that all rankings let through, labels left out of
    /// account: the closest first, else in the order of their pictures.
    ///
    /// Words are looked for in the label of a box as well as in what its picture bears: a box
    /// that is called so has distance 0, every other one that of its picture. Words that are not
    /// to be there count for pictures only.
    pub(super) fn found_objects(
        &self,
        wanted: &ObjectsWanted,
        ranks: &[Rank],
    ) -> Result<Box<dyn Iterator<Item = Found<'_>> + '_>, Error> {
        let rows = self.rows_of(&wanted.pictures);
        let all = rows.is_all();
        let entries = self.objects.entries.iter();
        let unranked = entries
            .filter(move |entry| all || rows.contains(entry.row))
            .map(|entry| Found {
                entry,
                distance: None,
            });
        if ranks.is_empty() {
            return Ok(Box::new(unranked));
        }
        let mut found: Vec<Found<'_>> = unranked.collect();
        for rank in ranks {
            found = self.ranked_objects(found, rank)?;
        }
        // Boxes as close stay in the order of their pictures.
        found.sort_by(|a, b| {
            let (a, b) = (a.distance.unwrap_or(0.0), b.distance.unwrap_or(0.0));
            a.total_cmp(&b)
        });
        Ok(Box::new(found.into_iter()))
    }

    fn ranked_objects<'a>(
        &'a self,
        found: Vec<Found<'a>>,
        rank: &Rank,
    ) -> Result<Vec<Found<'a>>, Error> {
        let called = match rank {
            Rank::Words { query, .. } | Rank::Meaning { query, .. } => {
                labels_with_words(query.text(), &self.objects.labels)
            }
            Rank::Like { .. } => vec![false; self.objects.labels.len()],
        };
        let mut rows = RowSet::none(self.index.rows());
        for one in &found {
            rows.insert(one.entry.row);
        }
        let answer = match self.answer_among(rows, std::slice::from_ref(rank)) {
            // A label may be called what cannot be read as a question.
            Err(Error::Invalid { .. }) if called.contains(&true) => None,
            other => Some(other?),
        };
        let hits = answer.as_ref().and_then(|answer| answer.hits());
        let hits = hits.unwrap_or_default().iter();
        let by_row: HashMap<u32, f32> = hits.map(|hit| (hit.row, hit.distance)).collect();
        let kept = found.into_iter().filter_map(|one| {
            let of_label = called[one.entry.label as usize].then_some(0.0);
            let distance = of_label.or_else(|| by_row.get(&one.entry.row).copied())?;
            Some(Found {
                distance: Some(distance),
                ..one
            })
        });
        Ok(kept.collect())
    }
}
