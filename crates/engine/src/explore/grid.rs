//! All wanted pictures in one order, cut anywhere: a scroll bar jumps.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError},
};

use lamina_model::{Band, Generation, IssueKind};

use super::{
    open::{Card, Seen, kind_number},
    rank::Rank,
    wanted::Wanted,
};
use crate::{DatasetScope, Engine, Error};

/// Orders kept of each open index; each costs four bytes a picture.
const MOST_ORDERS: usize = 8;

/// By what pictures are ordered, the least first; equals by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// Their whole paths, byte by byte.
    #[default]
    Path,
    /// The names of their files, upper and lower case alike.
    Name,
    /// Bytes of their files.
    Size,
    /// Width × height.
    Pixels,
    /// How much they add to the set.
    Uniqueness,
    /// How sure it is that something is wrong with them; not at all where nothing was found.
    Issue(IssueKind),
    /// When their files last changed.
    Modified,
}

/// An order of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// By what.
    pub key: SortKey,
    /// Whether the greatest comes first. Equals stay in the order of their paths.
    pub descending: bool,
}

/// One page of the pictures that are wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    /// Which generation it is of; nothing before the first.
    pub generation: Option<Generation>,
    /// How many pictures are wanted in all.
    pub total: u32,
    /// The pictures of the page: the card, the issues that count as bits in the order of
    /// [`IssueKind::ALL`], and how many copies it has beside itself.
    pub items: Vec<(Card, u16, u32)>,
    /// The distance of each, 0 the closest, where something ranks them; else empty.
    pub distances: Vec<f32>,
}

/// The aspects of all pictures that are wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    /// Which generation it is of; nothing before the first.
    pub generation: Option<Generation>,
    /// One byte a picture, in order: 128 + 32 × log₂(width ÷ height), rounded, 0–255.
    pub aspects: Vec<u8>,
}

/// Rows in an order, and their distances where something ranks them.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub rows: Vec<u32>,
    pub distances: Vec<f32>,
}

/// What an order is of: a wish, what ranks it, by what it is sorted else, and the number of tags
/// and labels.
pub(super) type OrderKey = (Wanted, Vec<Rank>, SortKey, bool, i64);

/// Orders computed before, the one used last at the end.
#[derive(Debug)]
pub(super) struct Orders<K>(VecDeque<(K, Arc<Ordered>)>);

impl<K> Default for Orders<K> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: PartialEq> Orders<K> {
    fn find(&mut self, key: &K) -> Option<Arc<Ordered>> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        let entry = self.0.remove(at)?;
        let rows = Arc::clone(&entry.1);
        self.0.push_back(entry);
        Some(rows)
    }

    fn remember(&mut self, key: K, rows: &Arc<Ordered>) {
        self.0.push_back((key, Arc::clone(rows)));
        while self.0.len() > MOST_ORDERS {
            self.0.pop_front();
        }
    }
}

impl Seen {
    /// The rows that are wanted, in order: that of the ranks where there are any.
    pub(super) fn ordered(
        &self,
        wanted: &Wanted,
        ranks: &[Rank],
        order: Order,
    ) -> Result<Arc<Ordered>, Error> {
        // What asks nothing of tags and labels is the same whatever becomes of them.
        let version = if wanted.asks_of_marks() || ranks.iter().any(Rank::asks_of_marks) {
            self.marks.version
        } else {
            0
        };
        let (sort, descending) = (order.key, order.descending);
        let key = (wanted.clone(), ranks.to_vec(), sort, descending, version);
        let lock = || self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = lock().find(&key) {
            return Ok(rows);
        }
        let rows = Arc::new(if ranks.is_empty() {
            Ordered {
                rows: self.in_order(wanted, order),
                distances: Vec::new(),
            }
        } else {
            let answer = self.answer(wanted, ranks)?;
            let hits = answer.hits().unwrap_or_default();
            Ordered {
                rows: hits.iter().map(|hit| hit.row).collect(),
                distances: hits.iter().map(|hit| hit.distance + 0.0).collect(),
            }
        });
        lock().remember(key, &rows);
        Ok(rows)
    }

    fn in_order(&self, wanted: &Wanted, order: Order) -> Vec<u32> {
        let mut rows: Vec<u32> = self.rows_of(wanted).iter().collect();
        let index = &self.index;
        let tile = |row: u32| index.tile(row);
        match order.key {
            SortKey::Path if order.descending => rows.reverse(),
            SortKey::Path => {}
            SortKey::Name => sort(&mut rows, order, |row| {
                tile(row).path.shown_file_name().to_lowercase()
            }),
            SortKey::Size => sort(&mut rows, order, |row| tile(row).size_bytes),
            SortKey::Pixels => sort(&mut rows, order, |row| {
                let tile = tile(row);
                u64::from(tile.width_px) * u64::from(tile.height_px)
            }),
            SortKey::Uniqueness => sort(&mut rows, order, |row| ranked(tile(row).uniqueness)),
            SortKey::Issue(kind) => {
                let found = &self.issues[kind_number(kind)];
                sort(&mut rows, order, |row| {
                    let at = found.binary_search_by_key(&row, |(row, _)| *row);
                    at.map_or(0, |at| ranked(found[at].1))
                });
            }
            SortKey::Modified => sort(&mut rows, order, |row| tile(row).modified_at),
        }
        rows
    }

    fn grid(
        &self,
        wanted: &Wanted,
        ranks: &[Rank],
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<Grid, Error> {
        let ordered = self.ordered(wanted, ranks, order)?;
        let page = ordered.rows.iter().skip(offset).take(limit);
        let distances = ordered.distances.iter().skip(offset).take(limit);
        Ok(Grid {
            generation: Some(self.index.generation()),
            total: u32::try_from(ordered.rows.len()).unwrap_or(u32::MAX),
            distances: distances.copied().collect(),
            items: page
                .map(|row| {
                    (
                        self.card(*row),
                        self.issue_bits(*row),
                        self.copies.others(*row),
                    )
                })
                .collect(),
        })
    }

    pub(super) fn issue_bits(&self, row: u32) -> u16 {
        let counting = self.index.issues(row).into_iter();
        counting
            .filter(|(_, confidence)| Band::COUNTS.holds(*confidence))
            .fold(0, |bits, (kind, _)| bits | 1 << kind_number(kind))
    }

    fn shape(&self, wanted: &Wanted, ranks: &[Rank], order: Order) -> Result<Shape, Error> {
        let ordered = self.ordered(wanted, ranks, order)?;
        let aspect = |row: &u32| {
            let tile = self.index.tile(*row);
            aspect_byte(tile.width_px, tile.height_px)
        };
        Ok(Shape {
            generation: Some(self.index.generation()),
            aspects: ordered.rows.iter().map(aspect).collect(),
        })
    }
}

/// Keys are made once a row; the sort is stable, so that equals stay in the order of paths.
fn sort<K: Ord>(rows: &mut [u32], order: Order, key: impl Fn(u32) -> K) {
    if order.descending {
        rows.sort_by_cached_key(|row| std::cmp::Reverse(key(*row)));
    } else {
        rows.sort_by_cached_key(|row| key(*row));
    }
}

/// A number from 0 on as one that sorts.
fn ranked(value: f32) -> u32 {
    value.max(0.0).to_bits()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a byte holds"
)]
fn aspect_byte(width: u32, height: u32) -> u8 {
    let ratio = f64::from(width.max(1)) / f64::from(height.max(1));
    (128.0 + 32.0 * ratio.log2()).round().clamp(0.0, 255.0) as u8
}

impl Engine {
    /// One page of the pictures that are wanted; empty before the first generation. The order is
    /// the same for as long as the generation is.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn grid(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<Grid, Error> {
        self.ranked_grid(scope, wanted, Vec::new(), order, offset, limit)
            .await
    }

    /// The same in the order of what ranks them, where something does; what that leaves out is
    /// left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] for words that cannot be read; [`Error::Busy`] while the index is being
    /// made again.
    pub async fn ranked_grid(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        ranks: Vec<Rank>,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<Grid, Error> {
        let found = self
            .ask_for(scope, wanted, move |index, wanted| {
                index.grid(wanted, &ranks, order, offset, limit)
            })
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// The aspects of all pictures that are wanted, so that a whole grid can be laid out.
    ///
    /// # Errors
    /// As [`Engine::ranked_grid`].
    pub async fn grid_shape(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        ranks: Vec<Rank>,
        order: Order,
    ) -> Result<Shape, Error> {
        let found = self
            .ask_for(scope, wanted, move |index, wanted| {
                index.shape(wanted, &ranks, order)
            })
            .await?;
        Ok(found.unwrap_or_default())
    }
}

impl Engine {
    /// The pictures that are wanted, save some, in the order of their paths; nothing where they
    /// are more than `most`.
    pub(crate) async fn wanted_ids(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        except: std::collections::BTreeSet<lamina_model::MediaId>,
        most: usize,
    ) -> Result<Option<Vec<lamina_model::MediaId>>, Error> {
        let found = self.ask_for(scope, wanted, move |seen, wanted| {
            let rows = seen.rows_of(wanted);
            if rows.len() as usize > most.saturating_add(except.len()) {
                return Ok(None);
            }
            let ids = rows.iter().map(|row| seen.index.media_id(row));
            Ok(Some(ids.filter(|id| !except.contains(id)).collect()))
        });
        Ok(found.await?.unwrap_or_else(|| Some(Vec::new())))
    }

    /// How many pictures of the generation that is shown bear each tag.
    pub(crate) async fn tag_counts(
        &self,
        scope: &DatasetScope,
    ) -> Result<std::collections::BTreeMap<lamina_model::TagId, u64>, Error> {
        let found = self.ask_for(scope, Wanted::default(), |seen, _| {
            let tags = seen.marks.overlay.tags.iter();
            Ok(tags.map(|(tag, rows)| (*tag, rows.len())).collect())
        });
        Ok(found.await?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::aspect_byte;

    #[test]
    fn an_aspect_fits_a_byte() {
        assert_eq!(aspect_byte(100, 100), 128);
        assert_eq!(aspect_byte(200, 100), 160);
        assert_eq!(aspect_byte(100, 200), 96);
        assert_eq!(aspect_byte(1, 1_000_000), 0);
        assert_eq!(aspect_byte(1_000_000, 1), 255);
    }
}
