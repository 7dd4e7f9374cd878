//! Groups of copies at each level of likeness, as the original tells of them in exports.
//!
//! At a level only those stay in a group that are at least so like the one that is kept in their
//! stead; what is left of groups that share pictures is one group of the level. So a picture is in
//! one group at most of each level, and groups fall apart as the level rises.

use std::collections::{BTreeSet, HashMap};

use lamina_model::{DatasetId, DuplicateTier};
use lamina_search::RowSet;
use uuid::Uuid;

use super::copies::{CopyTable, Family, Group};

/// The levels that the original publishes.
pub const LEVELS: [f64; 8] = [0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999, 1.0];

/// A picture's group at one level.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AtLevel {
    /// The level, 0.96–1.
    pub level: f64,
    /// The group's id.
    pub group: Uuid,
    /// How far the picture is beyond the level, 0.02–0.98, as the original counts it.
    pub confidence: f64,
}

/// The groups of some rows, by row; `name` makes the id of a group out of its number and level.
pub(super) fn of(
    copies: &CopyTable,
    rows: u32,
    wanted: &RowSet,
    name: impl Fn(usize, f64) -> Uuid,
) -> HashMap<u32, Vec<AtLevel>> {
    let mut found: HashMap<u32, Vec<AtLevel>> = HashMap::new();
    for level in LEVELS {
        let table = CopyTable::of(rows, reaching(copies.groups(), level), |_| 0);
        for row in table.members().iter().filter(|row| wanted.contains(*row)) {
            let Some(family) = table.family_of(row) else {
                continue;
            };
            // The one to keep is as like as the one most like it.
            let likeness = match family.rows.split_first() {
                Some((keep, others)) if *keep == row => others
                    .iter()
                    .map(|other| table.likeness(*other))
                    .fold(0.0, f32::max),
                _ => table.likeness(row),
            };
            found.entry(row).or_default().push(AtLevel {
                level,
                group: name(family.number, level),
                confidence: confidence(round(likeness), level),
            });
        }
    }
    found
}

/// A group of one level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LevelGroup {
    /// The number of its first group among all.
    pub number: usize,
    /// The loosest way in which its pictures are the same.
    pub tier: DuplicateTier,
    /// The row to keep of all.
    pub keep: u32,
    /// The others with their likeness to the one that is kept in their stead; those that are kept
    /// beside it with the likeness of the one most like them.
    pub others: Vec<(u32, f32)>,
}

/// The groups of one level, in the order of the analysis.
pub(super) fn groups_at(copies: &CopyTable, level: f64) -> Vec<LevelGroup> {
    let mut groups = reaching(copies.groups(), level);
    // Rows by their places among those that have copies: the work grows with these alone.
    let rows = groups.iter().flat_map(|group| &group.members);
    let rows: BTreeSet<u32> = rows.map(|(row, _)| *row).collect();
    let rows: Vec<u32> = rows.into_iter().collect();
    let place = |row: u32| {
        rows.binary_search(&row)
            .expect("every member is among them")
    };
    for (row, _) in groups.iter_mut().flat_map(|group| &mut group.members) {
        *row = u32::try_from(place(*row)).expect("places are fewer than rows");
    }
    let count = u32::try_from(rows.len()).expect("there are no more than rows");
    let table = CopyTable::of(count, groups, |_| 0);
    let group = |family: &Family| {
        let (keep, others) = family.rows.split_first()?;
        Some(LevelGroup {
            number: family.number,
            tier: family.tier?,
            keep: rows[*keep as usize],
            others: others
                .iter()
                .map(|at| (rows[*at as usize], table.likeness(*at)))
                .collect(),
        })
    };
    table.families().iter().filter_map(group).collect()
}

/// The id of a group of a level.
pub(super) fn group_id(dataset: DatasetId, first: &str, level: f64) -> Uuid {
    let name = format!("{dataset}/{first}/{level}");
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The groups with those members only that are like enough; where nobody is, an empty one, so
/// that every group keeps its number.
fn reaching(groups: &[Group], level: f64) -> Vec<Group> {
    let reaching = |group: &Group| {
        let members = group.members.iter().enumerate();
        let members: Vec<_> = members
            .filter(|(at, (_, likeness))| *at == 0 || round(*likeness) >= level)
            .map(|(_, member)| *member)
            .collect();
        Group {
            tier: group.tier,
            members: if members.len() > 1 {
                members
            } else {
                Vec::new()
            },
        }
    };
    groups.iter().map(reaching).collect()
}

/// To a millionth, so that 0.96 is 0.96 whatever a float of 32 bits makes of it.
fn round(likeness: f32) -> f64 {
    (f64::from(likeness) * 1e6).round() / 1e6
}

/// The original's scale: 0.02 at the level, 0.98 for the same picture.
fn confidence(likeness: f64, level: f64) -> f64 {
    if level >= 1.0 {
        return 0.98;
    }
    let beyond = ((likeness - level) / (1.0 - level)).clamp(0.0, 1.0);
    ((0.02 + 0.96 * beyond) * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier::{Edited, SameBytes, SamePicture};

    use super::*;

    fn of_all(groups: Vec<Group>) -> HashMap<u32, Vec<AtLevel>> {
        let table = CopyTable::of(9, groups, |_| 0);
        let name = |number: usize, level: f64| {
            Uuid::from_u128((number as u128) << 64 | u128::from(level.to_bits()))
        };
        of(&table, 9, &RowSet::all(9), name)
    }

    fn levels(of: &[AtLevel]) -> Vec<(f64, f64)> {
        of.iter().map(|at| (at.level, at.confidence)).collect()
    }

    #[test]
    fn a_picture_has_a_group_at_every_level_that_it_reaches_with_the_confidence_of_the_formula() {
        let found = of_all(vec![Group {
            tier: Edited,
            members: vec![(0, 1.0), (1, 0.984), (2, 0.96)],
        }]);
        assert_eq!(levels(&found[&2]), [(0.96, 0.02)]);
        let of_one = [(0.96, 0.596), (0.97, 0.468), (0.98, 0.212)];
        assert_eq!(levels(&found[&1]), of_one);
        // The one to keep stands with the one most like it.
        assert_eq!(levels(&found[&0]), of_one);
        assert_eq!(found[&0][1].group, found[&1][1].group);
        assert_ne!(found[&0][0].group, found[&0][1].group);
    }

    #[test]
    fn the_same_file_reaches_every_level_and_leaves_the_rest_of_its_family_above_theirs() {
        let found = of_all(vec![
            Group {
                tier: SameBytes,
                members: vec![(3, 1.0), (4, 1.0)],
            },
            Group {
                tier: SamePicture,
                members: vec![(5, 1.0), (3, 0.9951)],
            },
        ]);
        assert_eq!(found[&4].len(), LEVELS.len());
        let last = levels(&found[&4])[7];
        assert!((last.1 - 0.98).abs() < 1e-9, "{last:?}");
        assert_eq!(found[&3].len(), LEVELS.len());
        assert_eq!(found[&5].len(), 6);
        for (of_five, of_four) in found[&5].iter().zip(&found[&4]) {
            assert_eq!(of_five.group, of_four.group);
        }
        assert_eq!(found[&3][7].group, found[&4][7].group);
    }

    #[test]
    fn the_groups_of_a_level_are_those_that_its_pictures_are_told_of() {
        let groups = vec![
            Group {
                tier: SameBytes,
                members: vec![(7, 1.0), (2, 1.0)],
            },
            Group {
                tier: SamePicture,
                members: vec![(5, 1.0), (7, 0.9951), (1, 0.9850)],
            },
            Group {
                tier: Edited,
                members: vec![(0, 1.0), (8, 0.97)],
            },
        ];
        let found = of_all(groups.clone());
        let table = CopyTable::of(9, groups, |_| 0);
        let mut sizes = Vec::new();
        for level in LEVELS {
            let at = groups_at(&table, level);
            for group in &at {
                for row in [group.keep]
                    .into_iter()
                    .chain(group.others.iter().map(|one| one.0))
                {
                    let told = &found[&row];
                    assert!(
                        told.iter().any(|one| one.level.total_cmp(&level).is_eq()),
                        "{row} at {level}"
                    );
                }
            }
            let told = found.values().flatten();
            let told = told
                .filter(|one| one.level.total_cmp(&level).is_eq())
                .count();
            assert_eq!(
                told,
                at.iter().map(|one| 1 + one.others.len()).sum::<usize>()
            );
            sizes.push(at.iter().map(|one| one.others.len()).collect::<Vec<_>>());
        }
        let first = [
            vec![3, 1],
            vec![3, 1],
            vec![3],
            vec![3],
            vec![2],
            vec![2],
            vec![1],
            vec![1],
        ];
        assert_eq!(sizes, first);
        let last = groups_at(&table, 1.0).remove(0);
        assert_eq!((last.keep, last.tier), (7, SameBytes));
        assert_eq!(last.others, [(2, 1.0)]);
        let loosest = groups_at(&table, 0.96).remove(0);
        assert_eq!((loosest.keep, loosest.tier), (5, SamePicture));
    }
}
