//! Groups of pictures that are the same, as one generation has them.

mod at_rest;
mod table;

use lamina_model::DuplicateTier;

use super::{
    levels::{LEVELS, group_id, groups_at},
    open::{Card, Opened},
};
use crate::{DatasetScope, Engine, Error};

pub(super) use at_rest::{read, write};
pub(super) use table::{CopyTable, Family, Group};

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
    /// How they are the same.
    pub tier: DuplicateTier,
    /// The copy to keep.
    pub keep: Card,
    /// The others with their likeness to it, 0–1.
    pub others: Vec<(Card, f32)>,
}

/// What is in the groups of one level of likeness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelCount {
    /// The level, 0.96–1.
    pub level: f64,
    /// How many groups there are.
    pub groups: u64,
    /// How many pictures are in them.
    pub pictures: u64,
}

/// Which groups.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GroupsWanted {
    /// Those of one of the levels that the original publishes, see [`LEVELS`]; else as the
    /// analysis found them.
    pub level: Option<f64>,
    /// Those of one tier only.
    pub tier: Option<DuplicateTier>,
}

/// A page of groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopyGroups {
    /// How many groups there are on all pages.
    pub total: u64,
    /// What is in each tier that has groups, whichever was asked for.
    pub tiers: Vec<TierCount>,
    /// What is in each level, the loosest first, whichever was asked for.
    pub levels: Vec<LevelCount>,
    /// The groups.
    pub groups: Vec<CopyGroup>,
}

impl Opened {
    pub(super) fn group_id(&self, number: usize) -> String {
        format!("{}-{number}", self.index.generation().0)
    }

    /// Worked out once: eight times over all groups is too much for every page.
    fn level_counts(&self) -> Vec<LevelCount> {
        self.levels.get_or_init(|| self.counted_levels()).clone()
    }

    fn counted_levels(&self) -> Vec<LevelCount> {
        let count = |level: f64| {
            let groups = groups_at(&self.copies, level);
            let pictures = groups.iter().map(|group| 1 + group.others.len() as u64);
            LevelCount {
                level,
                groups: groups.len() as u64,
                pictures: pictures.sum(),
            }
        };
        LEVELS.map(count).to_vec()
    }

    fn groups_of_level(
        &self,
        level: f64,
        tier: Option<DuplicateTier>,
        offset: usize,
        limit: usize,
    ) -> (u64, Vec<CopyGroup>) {
        let mut all = groups_at(&self.copies, level);
        all.retain(|group| tier.is_none_or(|tier| group.tier == tier));
        let page = all.iter().skip(offset).take(limit).map(|group| CopyGroup {
            group_id: group_id(self.dataset, &self.group_id(group.number), level).to_string(),
            tier: group.tier,
            keep: self.card(group.keep),
            others: group
                .others
                .iter()
                .map(|(row, likeness)| (self.card(*row), *likeness))
                .collect(),
        });
        (all.len() as u64, page.collect())
    }

    fn copy_groups(&self, wanted: GroupsWanted, offset: usize, limit: usize) -> CopyGroups {
        let page = self.groups_of_tier(wanted.tier, offset, limit);
        let Some(level) = wanted.level else {
            return page;
        };
        let (total, groups) = self.groups_of_level(level, wanted.tier, offset, limit);
        CopyGroups {
            total,
            groups,
            ..page
        }
    }

    fn groups_of_tier(
        &self,
        tier: Option<DuplicateTier>,
        offset: usize,
        limit: usize,
    ) -> CopyGroups {
        let wanted = |(_, group): &(usize, &Group)| tier.is_none_or(|tier| group.tier == tier);
        let all = self.copies.groups().iter().enumerate().filter(wanted);
        let tiers = self.copies.counts().to_vec();
        let total = tiers
            .iter()
            .filter(|count| tier.is_none_or(|tier| count.tier == tier))
            .map(|count| count.groups)
            .sum();
        let groups = all.skip(offset).take(limit).filter_map(|(number, group)| {
            let ((keep, _), others) = group.members.split_first()?;
            Some(CopyGroup {
                group_id: self.group_id(number),
                tier: group.tier,
                keep: self.card(*keep),
                others: others
                    .iter()
                    .map(|(row, likeness)| (self.card(*row), *likeness))
                    .collect(),
            })
        });
        CopyGroups {
            total,
            groups: groups.collect(),
            levels: self.level_counts(),
            tiers: tiers.into_iter().filter(|count| count.groups > 0).collect(),
        }
    }
}

impl Engine {
    /// Groups of pictures that are the same, of one tier and level or of all; none before the
    /// first generation.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn copy_groups(
        &self,
        scope: &DatasetScope,
        wanted: GroupsWanted,
        offset: usize,
        limit: usize,
    ) -> Result<CopyGroups, Error> {
        let found = self
            .ask(scope, move |index| {
                Ok(index.copy_groups(wanted, offset, limit))
            })
            .await?;
        Ok(found.unwrap_or_default())
    }
}
