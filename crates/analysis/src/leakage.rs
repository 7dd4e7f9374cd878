//! Copies of one picture in different parts of a set, as in both training and test.
//!
//! Says nothing of what the parts are: splits, folders and labels all do.

use std::collections::BTreeMap;

use crate::Group;

/// A picture of which there is a copy in another part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leak {
    /// The picture.
    pub row: u32,
    /// The copy most like it that lies in another part; of equally like ones the first row.
    pub copy: u32,
    /// How like they are, 0.96–1: the least likeness on the way from one to the other by way of
    /// the pictures that they are copies of.
    pub likeness: f32,
}

/// Finds copies across parts: `parts` has the part of each row, or nothing for a row that lies
/// in none. Leaks come in the order of their rows.
///
/// # Panics
/// When a group names a row that `parts` lacks.
pub fn leaks(groups: &[Group], parts: &[Option<u32>]) -> Vec<Leak> {
    // A copy has one picture that it is a copy of; following that ends at the one kept of all. Of
    // two that it is a copy of, one goes with the other through it.
    let mut copy_of = BTreeMap::<u32, (u32, f32)>::new();
    for group in groups {
        for (other, likeness) in &group.others {
            if copy_of.contains_key(other) && !copy_of.contains_key(&group.keep) {
                copy_of.insert(group.keep, (*other, *likeness));
            } else {
                copy_of.entry(*other).or_insert((group.keep, *likeness));
            }
        }
    }
    let keeps = groups.iter().map(|group| group.keep);
    let members: std::collections::BTreeSet<u32> = keeps.chain(copy_of.keys().copied()).collect();
    let mut families = BTreeMap::<u32, Vec<(u32, u32, f32)>>::new();
    for row in members {
        let (mut keep, mut likeness) = (row, 1.0_f32);
        // A picture kept in the strictest tier may be a copy in the next; there are three.
        for _ in 0..lamina_model::DuplicateTier::ALL.len() {
            let Some((next, by)) = copy_of.get(&keep) else {
                break;
            };
            (keep, likeness) = (*next, likeness.min(*by));
        }
        if let Some(part) = parts[row as usize] {
            families
                .entry(keep)
                .or_default()
                .push((row, part, likeness));
        }
    }
    let mut leaks: Vec<Leak> = families
        .values()
        .flat_map(|family| across(family))
        .collect();
    leaks.sort_unstable_by_key(|leak| leak.row);
    leaks
}

/// The leaks among copies of one picture, each with its part and its likeness to the one kept.
/// Looks through the best of each part only, so that the time grows with the members.
fn across(family: &[(u32, u32, f32)]) -> Vec<Leak> {
    let mut best = BTreeMap::<u32, (u32, f32)>::new();
    for (row, part, likeness) in family {
        let known = best.entry(*part).or_insert((*row, *likeness));
        if *likeness > known.1 {
            *known = (*row, *likeness);
        }
    }
    // Of two parts the better is for all others, the second for the best one's own.
    let mut order: Vec<(u32, u32, f32)> = best
        .into_iter()
        .map(|(part, (row, likeness))| (row, part, likeness))
        .collect();
    order.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
    let leak = |(row, part, likeness): &(u32, u32, f32)| {
        let (copy, _, by) = order.iter().find(|(_, other, _)| other != part)?;
        Some(Leak {
            row: *row,
            copy: *copy,
            likeness: likeness.min(*by),
        })
    };
    family.iter().filter_map(leak).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamina_model::DuplicateTier;

    fn group(tier: DuplicateTier, keep: u32, others: &[(u32, f32)]) -> Group {
        Group {
            tier,
            keep,
            others: others.to_vec(),
        }
    }

    fn leak(row: u32, copy: u32, likeness: f32) -> Leak {
        Leak {
            row,
            copy,
            likeness,
        }
    }

    #[test]
    fn copies_in_one_part_are_no_leak_and_copies_in_two_are() {
        let groups = [
            group(DuplicateTier::SameBytes, 0, &[(1, 1.0)]),
            group(DuplicateTier::Edited, 2, &[(3, 0.99), (4, 0.98)]),
        ];
        let parts = [Some(0), Some(0), Some(0), Some(1), None];
        assert_eq!(leaks(&groups, &parts), [leak(2, 3, 0.99), leak(3, 2, 0.99)]);
    }

    #[test]
    fn a_leak_through_a_picture_that_two_keep_is_told() {
        // 1 is a copy of 0, and 2, which is larger than 1, of 1 alone.
        let groups = [
            group(DuplicateTier::Edited, 0, &[(1, 0.98)]),
            group(DuplicateTier::Edited, 2, &[(1, 0.97)]),
        ];
        let parts = [None, Some(0), Some(1)];
        assert_eq!(leaks(&groups, &parts), [leak(1, 2, 0.97), leak(2, 1, 0.97)]);
    }

    #[test]
    fn a_leak_through_tiers_is_told_with_the_least_likeness_on_the_way() {
        // 3 has the bytes of 2, 2 the pixels of 1, 1 is an edited 0.
        let groups = [
            group(DuplicateTier::SameBytes, 2, &[(3, 1.0)]),
            group(DuplicateTier::SamePixels, 1, &[(2, 1.0)]),
            group(DuplicateTier::Edited, 0, &[(1, 0.97)]),
        ];
        let parts = [Some(7), None, None, Some(8)];
        assert_eq!(leaks(&groups, &parts), [leak(0, 3, 0.97), leak(3, 0, 0.97)]);
    }

    #[test]
    fn of_copies_in_several_parts_the_most_like_in_another_part_is_told() {
        let groups = [group(
            DuplicateTier::SamePicture,
            5,
            &[(1, 0.99), (2, 0.98), (3, 0.97)],
        )];
        let parts = [None, Some(0), Some(1), Some(1), None, Some(1)];
        assert_eq!(
            leaks(&groups, &parts),
            [
                leak(1, 5, 0.99),
                leak(2, 1, 0.98),
                leak(3, 1, 0.97),
                leak(5, 1, 0.99)
            ]
        );
    }

    #[test]
    fn what_lies_in_no_part_leaks_into_none() {
        let groups = [group(DuplicateTier::SamePicture, 0, &[(1, 0.99)])];
        assert_eq!(leaks(&groups, &[Some(0), None]), []);
    }
}
