//! What pictures show, as mixtures of concepts that have names, and which of them a text means.
//!
//! A concept is whatever the embedding model tells apart. A picture has shares of a few of them;
//! a text is more or less like each. Both are compared in the space in which concepts lie, but
//! neither vector is kept: some twenty shares a picture and the likeness of the text to each
//! concept give their cosine, exactly, for every row. The table of likenesses stays in the
//! nearest cache while rows stream by.

use std::borrow::Cow;

use crate::{
    GenerationIndex, Hit, Ranked, RowSet, SearchError,
    lists::{Lists, Texts},
    sections::{SectionReader, SectionWriter},
};

/// A share of 1 as it is written.
const WHOLE: f32 = 65_535.0;

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mixture {
    /// Concepts and their shares, 0–1, which add up to 1; none where nothing is known of it.
    pub shares: Vec<(u16, f32)>,
    /// The length of the mixture's way from the middle of all concepts.
    pub length: f32,
}

/// What a text means: the cosine with a picture is the sum over its concepts of share ×
/// likeness, less the offset, divided by the mixture's length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConceptLikeness<'a> {
    /// How like each concept the text is, in the order of their numbers.
    pub likeness: &'a [f32],
    /// What the text and the middle of all concepts have in common.
    pub offset: f32,
}

/// The mixtures of all rows.
#[derive(Debug, Default)]
pub(crate) struct ConceptColumns {
    pub(crate) names: Texts,
    /// For each row its concepts, the greatest share first: the number of the concept in the
    /// upper 16 bits, its share in the lower.
    shares: Lists,
    length: Vec<f32>,
}

impl ConceptColumns {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "shares are clamped to what 16 bits hold"
    )]
    pub(crate) fn push(&mut self, mixture: &Mixture) -> Result<(), SearchError> {
        let known = |(concept, _): &&(u16, f32)| usize::from(*concept) < self.names.len();
        let packed: Vec<u32> = mixture
            .shares
            .iter()
            .filter(known)
            .map(|(concept, share)| {
                let share = (share * WHOLE).round().clamp(0.0, WHOLE) as u32;
                u32::from(*concept) << 16 | share
            })
            .filter(|packed| packed & 0xffff != 0)
            .collect();
        self.shares.push(packed)?;
        self.length.push(mixture.length);
        Ok(())
    }

    pub(crate) fn write(&self, out: &mut SectionWriter) -> Result<(), SearchError> {
        self.names.write(out, "concept")?;
        self.shares.write(out, "shares")?;
        out.put("mix_length", &self.length)
    }

    pub(crate) fn read(from: &mut SectionReader, rows: usize) -> Result<Self, SearchError> {
        let names = Texts::read(from, "concept")?;
        let below = names.len() << 16;
        Ok(Self {
            shares: Lists::read(from, "shares", rows, below)?,
            length: from.get_len("mix_length", rows)?,
            names,
        })
    }

    fn of(&self, row: u32) -> impl Iterator<Item = (usize, f32)> {
        let packed = self.shares.of(row as usize).iter();
        packed.map(|packed| ((packed >> 16) as usize, share_of(*packed)))
    }
}

#[inline]
#[expect(clippy::cast_precision_loss, reason = "16 bits are exact in f32")]
fn share_of(packed: u32) -> f32 {
    (packed & 0xffff) as f32 / WHOLE
}

impl GenerationIndex {
    /// The concepts that a picture shows most of, with their shares, 0–1.
    pub fn concepts_of(&self, row: u32) -> Vec<(Cow<'_, str>, f32)> {
        let concepts = &self.concepts;
        let named = |(concept, share)| (concepts.names.shown(concept), share);
        concepts.of(row).map(named).collect()
    }

    /// How many concepts there are.
    pub fn concept_count(&self) -> usize {
        self.concepts.names.len()
    }

    /// The rows of `among` of which something is known, and how far they are from what a text
    /// means: cosine distance, 0–2. Those further away than `max_distance` are left out, and all but the
    /// closest `limit`.
    ///
    /// # Errors
    /// [`SearchError::Concepts`] when there are more or fewer of them than the index knows.
    pub fn in_meaning(
        &self,
        asked: ConceptLikeness<'_>,
        (max_distance, limit): (f32, usize),
        among: &RowSet,
    ) -> Result<Ranked, SearchError> {
        let expected = self.concept_count();
        if asked.likeness.len() != expected {
            return Err(SearchError::Concepts {
                given: asked.likeness.len(),
                expected,
            });
        }
        let mut hits = Vec::new();
        among.for_each(|row| {
            let packed = self.concepts.shares.of(row);
            let length = self.concepts.length[row];
            if packed.is_empty() || length <= f32::MIN_POSITIVE {
                return;
            }
            let common: f32 = packed
                .iter()
                .map(|packed| asked.likeness[(packed >> 16) as usize] * share_of(*packed))
                .sum();
            let distance = (1.0 - (common - asked.offset) / length).clamp(0.0, 2.0);
            if distance <= max_distance {
                let row = u32::try_from(row).unwrap_or(u32::MAX);
                hits.push(Hit { row, distance });
            }
        });
        Ok(Ranked::closest_of(hits, limit))
    }
}
