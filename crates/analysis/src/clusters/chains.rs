//! The members of clusters that are merged into each other.
//!
//! Each member knows the next one of its cluster, so that all of them together take three numbers a
//! picture, and appending moves none. Does not know what lies near what.

/// No further member.
const END: u32 = u32::MAX;

/// Members of clusters, each of which goes by its first member.
pub(super) struct Chains {
    next: Vec<u32>,
    /// The last member of each cluster.
    last: Vec<u32>,
    /// How many members each cluster has.
    count: Vec<u32>,
}

impl Chains {
    /// So many clusters of one member each.
    pub(super) fn of_one(rows: usize) -> Self {
        Self {
            next: vec![END; rows],
            last: (0..rows as u32).collect(),
            count: vec![1; rows],
        }
    }

    /// Puts the members of the second cluster behind those of the first.
    pub(super) fn append(&mut self, into: u32, from: u32) {
        self.next[self.last[into as usize] as usize] = from;
        self.last[into as usize] = self.last[from as usize];
        self.count[into as usize] += self.count[from as usize];
    }

    /// How many members a cluster has.
    pub(super) fn count(&self, cluster: u32) -> usize {
        self.count[cluster as usize] as usize
    }

    /// The members of a cluster, in the order in which they came.
    pub(super) fn of(&self, cluster: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(cluster), |at| {
            let next = self.next[*at as usize];
            (next != END).then_some(next)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Chains;

    #[test]
    fn members_that_are_appended_come_last_in_their_own_order() {
        let mut chains = Chains::of_one(6);
        chains.append(1, 4);
        chains.append(0, 3);
        chains.append(1, 5);
        chains.append(0, 1);
        let members: Vec<u32> = chains.of(0).collect();
        assert_eq!(members, [0, 3, 1, 4, 5]);
        assert_eq!(chains.count(0), 5);
        assert_eq!(chains.of(2).collect::<Vec<_>>(), [2]);
    }
}
