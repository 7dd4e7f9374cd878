//! Groups of pictures that are the same, as one generation has them.

use lamina_model::DuplicateTier;
use lamina_search::{GenerationIndex, RowSet};

use super::{
    open::{Card, Opened},
    picture::Beside,
};
use crate::{DatasetScope, Engine, Error};

/// The groups of a generation, in the order of the analysis.
#[derive(Debug)]
pub(super) struct CopyTable {
    groups: Vec<Vec<u32>>,
    /// By row, the place in `groups` + 1; 0 for none.
    group_of: Vec<u32>,
    members: RowSet,
    extra: RowSet,
    tiers: Vec<RowSet>,
    counts: Vec<TierCount>,
}

impl CopyTable {
    /// Puts the groups of an index together.
    pub(super) fn of(index: &GenerationIndex, beside: &[Beside]) -> Self {
        let rows = index.rows();
        let mut numbered = std::collections::BTreeMap::<u32, Vec<u32>>::new();
        let mut members = RowSet::none(rows);
        let mut extra = RowSet::none(rows);
        let mut tiers = vec![RowSet::none(rows); DuplicateTier::ALL.len()];
        let mut counts: Vec<TierCount> = DuplicateTier::ALL.map(TierCount::none).to_vec();
        for (row, beside) in (0..rows).zip(beside) {
            let Some(copy) = beside.copy else { continue };
            let tile = index.tile(row);
            let Some((number, _)) = tile.duplicate else {
                continue;
            };
            numbered.entry(number).or_default().push(row);
            let tier = tier_number(copy.tier);
            members.insert(row);
            tiers[tier].insert(row);
            if copy.place == 0 {
                counts[tier].groups += 1;
            } else {
                extra.insert(row);
                counts[tier].extra += 1;
                counts[tier].bytes += tile.size_bytes;
            }
        }
        let place = |row: &u32| beside[*row as usize].copy.map_or(0, |copy| copy.place);
        let mut group_of = vec![0; rows as usize];
        let mut groups: Vec<Vec<u32>> = numbered.into_values().collect();
        for (number, group) in (1..).zip(&mut groups) {
            group.sort_by_key(place);
            for row in group {
                group_of[*row as usize] = number;
            }
        }
        Self {
            groups,
            group_of,
            members,
            extra,
            tiers,
            counts,
        }
    }

    /// Every group, the one to keep first.
    pub(super) fn groups(&self) -> &[Vec<u32>] {
        &self.groups
    }

    /// Pictures that have copies.
    pub(super) fn members(&self) -> &RowSet {
        &self.members
    }

    /// Those of them that are not the ones to keep.
    pub(super) fn extra(&self) -> &RowSet {
        &self.extra
    }

    /// Pictures in groups of a tier.
    pub(super) fn of_tier(&self, tier: DuplicateTier) -> &RowSet {
        &self.tiers[tier_number(tier)]
    }

    /// The group of a picture, the one to keep first, with its number.
    pub(super) fn group_of(&self, row: u32) -> Option<(usize, &[u32])> {
        let number = (self.group_of[row as usize] as usize).checked_sub(1)?;
        Some((number, &self.groups[number]))
    }

    /// How many copies a picture has beside itself.
    pub(super) fn others(&self, row: u32) -> u32 {
        self.group_of(row).map_or(0, |(_, group)| {
            u32::try_from(group.len()).unwrap_or(u32::MAX) - 1
        })
    }
}

fn tier_number(tier: DuplicateTier) -> usize {
    let at = DuplicateTier::ALL.iter().position(|known| *known == tier);
    at.expect("every tier is among them all")
}

/// What is in the groups of one tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierCount {
    /// The tier.
    pub tier: DuplicateTier,
    /// How many groups there are.
    pub groups: u64,
    /// How many pictures are not the ones to keep.
    pub extra: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

impl TierCount {
    const fn none(tier: DuplicateTier) -> Self {
        Self {
            tier,
            groups: 0,
            extra: 0,
            bytes: 0,
        }
    }
}

/// Pictures that are the same.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyGroup {
    /// The group's own id; it lasts as long as the generation.
    pub group_id: String,
    /// How they are the same: the loosest tier among them.
    pub tier: DuplicateTier,
    /// The copy to keep.
    pub keep: Card,
    /// The others with their likeness to it, 0–1.
    pub others: Vec<(Card, f32)>,
}

/// A page of groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopyGroups {
    /// How many groups there are on all pages.
    pub total: u64,
    /// What is in each tier that has groups, whichever was asked for.
    pub tiers: Vec<TierCount>,
    /// The groups.
    pub groups: Vec<CopyGroup>,
}

impl Opened {
    pub(super) fn group_id(&self, number: usize) -> String {
        format!("{}-{number}", self.index.generation().0)
    }

    pub(super) fn tier_of(&self, group: &[u32]) -> Option<DuplicateTier> {
        let first = *group.first()? as usize;
        Some(self.beside[first].copy?.tier)
    }

    fn copy_groups(&self, tier: Option<DuplicateTier>, offset: usize, limit: usize) -> CopyGroups {
        let wanted = |(_, group): &(usize, &Vec<u32>)| {
            tier.is_none_or(|tier| self.tier_of(group) == Some(tier))
        };
        let all = self.copies.groups.iter().enumerate().filter(wanted);
        let tiers: Vec<TierCount> = self.copies.counts.clone();
        let total = tiers
            .iter()
            .filter(|count| tier.is_none_or(|tier| count.tier == tier))
            .map(|count| count.groups)
            .sum();
        let groups = all.skip(offset).take(limit).filter_map(|(number, group)| {
            let (keep, others) = group.split_first()?;
            let likeness = |row: &u32| self.beside[*row as usize].copy.map_or(0.0, |c| c.likeness);
            Some(CopyGroup {
                group_id: self.group_id(number),
                tier: self.tier_of(group)?,
                keep: self.card(*keep),
                others: others
                    .iter()
                    .map(|row| (self.card(*row), likeness(row)))
                    .collect(),
            })
        });
        CopyGroups {
            total,
            groups: groups.collect(),
            tiers: tiers.into_iter().filter(|count| count.groups > 0).collect(),
        }
    }
}

impl Engine {
    /// Groups of pictures that are the same, of one tier or of all; none before the first
    /// generation.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn copy_groups(
        &self,
        scope: &DatasetScope,
        tier: Option<DuplicateTier>,
        offset: usize,
        limit: usize,
    ) -> Result<CopyGroups, Error> {
        let found = self
            .ask(scope, move |index| {
                Ok(index.copy_groups(tier, offset, limit))
            })
            .await?;
        Ok(found.unwrap_or_default())
    }
}
