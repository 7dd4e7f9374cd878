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
    let pairs = groups.iter().flat_map(|group| {
        let others = group.others.iter();
        others.map(|(other, likeness)| (group.keep, *other, *likeness))
    });
    let mut pairs: Vec<(u32, u32, f32)> = pairs.collect();
    pairs.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    let mut families = Families::of(&pairs, parts);
    let mut leaks = Vec::new();
    // What is joined only now is no more alike than this.
    for alike in pairs.chunk_by(|a, b| a.2.total_cmp(&b.2).is_eq()) {
        for (keep, other, _) in alike {
            families.join(*keep, *other);
        }
        for (keep, _, likeness) in alike {
            families.tell(*keep, *likeness, &mut leaks);
        }
    }
    leaks.sort_unstable_by_key(|leak| leak.row);
    leaks
}

/// Pictures that are joined by being copies, as far as pairs were looked at.
struct Families {
    /// By picture, one that it was joined to; those at the top have none.
    above: BTreeMap<u32, u32>,
    /// By the picture at the top.
    of: BTreeMap<u32, Family>,
}

#[derive(Default)]
struct Family {
    /// Pictures with their parts, of which no copy in another part is known yet.
    open: Vec<(u32, u32)>,
    /// By part, the first picture that lies in it.
    first: BTreeMap<u32, u32>,
}

impl Families {
    /// Every picture by itself.
    fn of(pairs: &[(u32, u32, f32)], parts: &[Option<u32>]) -> Self {
        let mut of = BTreeMap::new();
        for row in pairs.iter().flat_map(|(keep, other, _)| [*keep, *other]) {
            let family: &mut Family = of.entry(row).or_default();
            if let (Some(part), true) = (parts[row as usize], family.open.is_empty()) {
                family.open.push((row, part));
                family.first.insert(part, row);
            }
        }
        Self {
            above: BTreeMap::new(),
            of,
        }
    }

    fn top(&mut self, mut row: u32) -> u32 {
        while let Some(next) = self.above.get(&row).copied() {
            // Shortens the way for the next who goes it.
            if let Some(beyond) = self.above.get(&next).copied() {
                self.above.insert(row, beyond);
            }
            row = next;
        }
        row
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.top(one), self.top(other));
        if one == other {
            return;
        }
        let [mut larger, mut smaller] =
            [one, other].map(|top| (top, self.of.remove(&top).unwrap_or_default()));
        let size = |family: &Family| family.open.len() + family.first.len();
        if size(&larger.1) < size(&smaller.1) {
            std::mem::swap(&mut larger, &mut smaller);
        }
        larger.1.open.extend(smaller.1.open);
        for (part, row) in smaller.1.first {
            let first = larger.1.first.entry(part).or_insert(row);
            *first = row.min(*first);
        }
        self.above.insert(smaller.0, larger.0);
        self.of.insert(larger.0, larger.1);
    }

    /// Tells the leaks of those whose family reaches into another part now.
    fn tell(&mut self, row: u32, likeness: f32, leaks: &mut Vec<Leak>) {
        let top = self.top(row);
        let Some(family) = self
            .of
            .get_mut(&top)
            .filter(|family| family.first.len() > 1)
        else {
            return;
        };
        for (row, part) in family.open.drain(..) {
            let others = family.first.iter().filter(|(other, _)| **other != part);
            leaks.extend(others.map(|(_, copy)| *copy).min().map(|copy| Leak {
                row,
                copy,
                likeness,
            }));
        }
    }
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
    fn a_leak_through_two_pictures_that_others_keep_is_told_in_whatever_order_they_come() {
        // 10 took 1 and 4; 0 has only 1, and 2 has only 4.
        let mut groups = [
            group(DuplicateTier::Edited, 0, &[(1, 0.98)]),
            group(DuplicateTier::Edited, 2, &[(4, 0.97)]),
            group(DuplicateTier::Edited, 10, &[(1, 0.99), (4, 0.96)]),
        ];
        let mut parts = [None; 11];
        (parts[4], parts[10]) = (Some(0), Some(1));
        let told = [leak(4, 10, 0.96), leak(10, 4, 0.96)];
        for _ in 0..3 {
            assert_eq!(leaks(&groups, &parts), told);
            groups.rotate_left(1);
        }
        // From one end to the other; what hangs on less does not matter to the others.
        let mut parts = [None; 11];
        (parts[0], parts[2]) = (Some(0), Some(1));
        assert_eq!(leaks(&groups, &parts), [leak(0, 2, 0.96), leak(2, 0, 0.96)]);
        parts[1] = Some(1);
        let told = [leak(0, 1, 0.98), leak(1, 0, 0.98), leak(2, 0, 0.96)];
        assert_eq!(leaks(&groups, &parts), told);
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
