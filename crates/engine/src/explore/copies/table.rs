//! Which groups a picture is in, and which pictures are all copies of one another's originals.
//!
//! A picture may be in several groups: it leads the files with the same bytes, and is itself one
//! of the pictures with the same pixels, and one of those is a smaller copy of something else.
//! It may also be a copy of two that are no copies of each other, and both of those are kept.
//! Groups that share a picture are a *family*.

use lamina_model::DuplicateTier;
use lamina_search::RowSet;

use super::{TierCount, tier_number};

/// Pictures that are the same in one way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub tier: DuplicateTier,
    /// Rows with their likeness to the first, which is the one to keep.
    pub members: Vec<(u32, f32)>,
}

/// Groups that share pictures.
#[derive(Debug, Default)]
pub(crate) struct Family {
    /// The number of its first group.
    pub number: usize,
    /// The loosest tier of its groups.
    pub tier: Option<DuplicateTier>,
    /// Its pictures; first the one to keep of all, then those that are kept beside it.
    pub rows: Vec<u32>,
}

/// The groups of a generation, in the order of the analysis.
#[derive(Debug)]
pub(crate) struct CopyTable {
    groups: Vec<Group>,
    families: Vec<Family>,
    /// By row, the place in `families` + 1; 0 for none.
    family_of: Vec<u32>,
    /// By row, its likeness to the one most like it in a group that it does not lead, or where it
    /// leads all of its groups, in these; 0 for none.
    likeness: Vec<f32>,
    members: RowSet,
    extra: RowSet,
    tiers: Vec<RowSet>,
    counts: Vec<TierCount>,
}

impl CopyTable {
    /// Puts the groups of an index together that has so many rows.
    pub(crate) fn of(rows: u32, groups: Vec<Group>, size_bytes: impl Fn(u32) -> u64) -> Self {
        let mut members = RowSet::none(rows);
        let mut extra = RowSet::none(rows);
        let mut tiers = vec![RowSet::none(rows); DuplicateTier::ALL.len()];
        let mut counts: Vec<TierCount> = DuplicateTier::ALL.map(TierCount::none).to_vec();
        let mut likeness = vec![0.0_f32; rows as usize];
        for group in &groups {
            let tier = tier_number(group.tier);
            counts[tier].groups += 1;
            for (at, (row, like)) in group.members.iter().enumerate() {
                members.insert(*row);
                tiers[tier].insert(*row);
                // What goes for two that stay goes once.
                if at > 0 && !extra.contains(*row) {
                    extra.insert(*row);
                    counts[tier].extra += 1;
                    counts[tier].bytes += size_bytes(*row);
                }
                if at > 0 {
                    let most = &mut likeness[*row as usize];
                    *most = most.max(*like);
                }
            }
        }
        for group in &groups {
            let Some(((keep, _), others)) = group.members.split_first() else {
                continue;
            };
            if !extra.contains(*keep) {
                let most = &mut likeness[*keep as usize];
                *most = others.iter().map(|other| other.1).fold(*most, f32::max);
            }
        }
        let (families, family_of) = families(rows, &groups, &extra);
        Self {
            groups,
            families,
            family_of,
            likeness,
            members,
            extra,
            tiers,
            counts,
        }
    }

    /// Every group.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// What is in each tier, in the order of [`DuplicateTier::ALL`].
    pub(crate) fn counts(&self) -> &[TierCount] {
        &self.counts
    }

    /// Pictures that have copies.
    pub(crate) fn members(&self) -> &RowSet {
        &self.members
    }

    /// Those of them that are not the ones to keep.
    pub(crate) fn extra(&self) -> &RowSet {
        &self.extra
    }

    /// Pictures in groups of a tier.
    pub(crate) fn of_tier(&self, tier: DuplicateTier) -> &RowSet {
        &self.tiers[tier_number(tier)]
    }

    /// Every family, in the order of their first groups.
    pub(crate) fn families(&self) -> &[Family] {
        &self.families
    }

    /// All copies of a picture with itself, if it has any.
    pub(crate) fn family_of(&self, row: u32) -> Option<&Family> {
        let at = (self.family_of[row as usize] as usize).checked_sub(1)?;
        self.families.get(at)
    }

    /// How many copies a picture has beside itself.
    pub(crate) fn others(&self, row: u32) -> u32 {
        self.family_of(row).map_or(0, |family| {
            u32::try_from(family.rows.len()).unwrap_or(u32::MAX) - 1
        })
    }

    /// How much a picture is like the one that is kept in its stead, 0–1; 1 where it is the one to
    /// keep of all. One that is kept beside that is as like as the one most like it.
    pub(crate) fn likeness(&self, row: u32) -> f32 {
        let leads = self
            .family_of(row)
            .is_none_or(|family| family.rows.first() == Some(&row));
        if leads {
            1.0
        } else {
            self.likeness[row as usize]
        }
    }
}

/// Joins groups that share pictures.
fn families(rows: u32, groups: &[Group], extra: &RowSet) -> (Vec<Family>, Vec<u32>) {
    let mut parent: Vec<u32> = (0..rows).collect();
    for group in groups {
        for pair in group.members.windows(2) {
            let (a, b) = (root(&mut parent, pair[0].0), root(&mut parent, pair[1].0));
            parent[b as usize] = a;
        }
    }
    let mut families: Vec<Family> = Vec::new();
    let mut of_root = vec![0_u32; rows as usize];
    let mut family_of = vec![0_u32; rows as usize];
    for (number, group) in groups.iter().enumerate() {
        let Some((first, _)) = group.members.first() else {
            continue;
        };
        let root = root(&mut parent, *first) as usize;
        if of_root[root] == 0 {
            families.push(Family {
                number,
                ..Family::default()
            });
            of_root[root] = u32::try_from(families.len()).unwrap_or(u32::MAX);
        }
        let family = &mut families[of_root[root] as usize - 1];
        family.tier = family.tier.max(Some(group.tier));
        for (row, _) in &group.members {
            if std::mem::replace(&mut family_of[*row as usize], of_root[root]) == 0 {
                family.rows.push(*row);
            }
        }
    }
    for family in &mut families {
        // Stable: behind the one to keep, the order of the analysis.
        family.rows.sort_by_key(|row| extra.contains(*row));
    }
    (families, family_of)
}

fn root(parent: &mut [u32], mut row: u32) -> u32 {
    while parent[row as usize] != row {
        parent[row as usize] = parent[parent[row as usize] as usize];
        row = parent[row as usize];
    }
    row
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier::{self, Edited, Mirrored, SameBytes, SamePicture, SamePixels};

    use super::{CopyTable, Group};

    fn group(tier: DuplicateTier, members: &[(u32, f32)]) -> Group {
        Group {
            tier,
            members: members.to_vec(),
        }
    }

    #[test]
    fn groups_that_share_a_picture_are_one_family_that_keeps_one() {
        // 4 leads 5 by bytes and 2 leads 4 by pixels; 9 is the large picture that 2 was made of,
        // and of which 7 is another part.
        let groups = vec![
            group(SameBytes, &[(4, 1.0), (5, 1.0)]),
            group(SamePixels, &[(2, 1.0), (4, 1.0)]),
            group(SamePicture, &[(9, 1.0), (2, 0.99)]),
            group(Edited, &[(9, 1.0), (7, 0.97)]),
            group(SameBytes, &[(0, 1.0), (1, 1.0), (3, 1.0)]),
        ];
        let table = CopyTable::of(11, groups, |row| u64::from(row) * 10);
        for row in [2, 4, 5, 7, 9] {
            let family = table.family_of(row).unwrap();
            assert_eq!(family.rows, [9, 4, 5, 2, 7]);
            assert_eq!((family.number, family.tier), (0, Some(Edited)));
            assert_eq!(table.others(row), 4);
        }
        assert_eq!(table.others(1), 2);
        assert_eq!(table.others(10), 0);
        assert_eq!(table.members().len(), 8);
        assert_eq!(table.extra().len(), 6, "one of each family is kept");
        let extra: u64 = table.counts().iter().map(|count| count.extra).sum();
        assert_eq!(extra, 6, "each is counted once");
        assert_eq!(table.counts()[0].bytes, 10 * (5 + 1 + 3));
        assert!(table.of_tier(SamePixels).contains(4));
        assert!(table.of_tier(SameBytes).contains(4));
        let alike = [4, 2, 9].map(|row| table.likeness(row).to_string());
        assert_eq!(alike, ["1", "0.99", "1"]);
    }

    #[test]
    fn what_is_a_copy_of_two_that_stay_is_counted_once_and_both_stay() {
        // 1 is a part of 0 and a mirrored 2, which is no copy of 0.
        let groups = || {
            vec![
                group(Edited, &[(0, 1.0), (1, 0.97)]),
                group(Mirrored, &[(2, 1.0), (1, 0.98)]),
            ]
        };
        let mut turned = groups();
        turned.reverse();
        for (groups, first) in [(groups(), 0), (turned, 2)] {
            let table = CopyTable::of(3, groups, |_| 10);
            assert_eq!(table.families().len(), 1);
            assert_eq!(table.families()[0].rows, [first, 2 - first, 1]);
            assert_eq!(table.extra().len(), 1);
            let extra: u64 = table.counts().iter().map(|count| count.extra).sum();
            let bytes: u64 = table.counts().iter().map(|count| count.bytes).sum();
            assert_eq!((extra, bytes), (1, 10));
            assert_eq!(
                table.counts().iter().map(|count| count.groups).sum::<u64>(),
                2
            );
            assert_eq!(table.likeness(first).to_string(), "1");
            assert_eq!(table.likeness(1).to_string(), "0.98");
            let beside = table.likeness(2 - first).to_string();
            assert_eq!(beside, if first == 0 { "0.98" } else { "0.97" });
        }
    }
}
