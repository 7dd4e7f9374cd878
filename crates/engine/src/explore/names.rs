//! What a cluster is called.
//!
//! A cluster is called after the labels of its members: those that a quarter of the members
//! have, at most three, the commonest first. Where fewer than half of them have any label, it is
//! called after the one concept that the model sees most of in all of them together. All is of
//! the time at which the index was written.

mod at_rest;

use std::collections::{BTreeMap, HashMap};

use lamina_model::{ClusterId, ClusterLevel};

pub(super) use at_rest::{read, write};

/// Words that a cluster is called by.
const WORDS: usize = 3;
/// What of the members a word must be true of: one in so many.
const ONE_IN: usize = 4;

/// The names of clusters.
pub(super) type Names = HashMap<ClusterId, Vec<String>>;

/// What names are made from, one entry for each picture, in the order of the rows.
#[derive(Debug, Default)]
pub(super) struct Hints<'a> {
    /// The cluster at each level.
    pub(super) clusters: Vec<[ClusterId; ClusterLevel::COUNT]>,
    /// Labels, each once.
    pub(super) labels: Vec<&'a [String]>,
    /// The concepts that it shows most of, with their shares.
    pub(super) concepts: Vec<Vec<(u16, f32)>>,
}

impl Hints<'_> {
    /// The rows that lie in each cluster of a level, in order.
    pub(super) fn members(&self, level: ClusterLevel) -> BTreeMap<ClusterId, Vec<usize>> {
        let mut members: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (row, clusters) in self.clusters.iter().enumerate() {
            let of = clusters[usize::from(level.number())];
            members.entry(of).or_default().push(row);
        }
        members
    }

    /// What a cluster of some rows is called; nothing where nothing is known. `concepts` are the
    /// names of all concepts.
    pub(super) fn name(&self, members: &[usize], concepts: &[String]) -> Vec<String> {
        let labelled = members.iter().filter(|row| !self.labels[**row].is_empty());
        if 2 * labelled.count() < members.len() {
            return self.concept(members, concepts).into_iter().collect();
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for label in members.iter().flat_map(|row| self.labels[*row]) {
            *counts.entry(label).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        // A stable sort: of equally common ones the first by name stays first.
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let common = counts
            .iter()
            .filter(|(_, count)| count * ONE_IN >= members.len());
        common
            .take(WORDS)
            .map(|(label, _)| (*label).to_owned())
            .collect()
    }

    fn concept(&self, members: &[usize], concepts: &[String]) -> Option<String> {
        let mut sums: BTreeMap<u16, f32> = BTreeMap::new();
        for (concept, share) in members.iter().flat_map(|row| &self.concepts[*row]) {
            *sums.entry(*concept).or_default() += share;
        }
        let most = sums
            .into_iter()
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        concepts.get(usize::from(most.0)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(some: &[&str]) -> Vec<String> {
        some.iter().map(|text| (*text).to_owned()).collect()
    }

    fn of_labels(labels: &[Vec<String>]) -> Hints<'_> {
        Hints {
            labels: labels.iter().map(Vec::as_slice).collect(),
            concepts: vec![vec![(1, 0.4), (0, 0.1)]; labels.len()],
            ..Hints::default()
        }
    }

    #[test]
    fn a_cluster_is_called_after_the_labels_of_its_members_the_commonest_first() {
        let labels = [
            texts(&["cat"]),
            texts(&["dog"]),
            texts(&["dog", "puppy"]),
            texts(&["bird"]),
            texts(&["dog"]),
            texts(&["cat"]),
        ];
        let hints = of_labels(&labels);
        let all: Vec<usize> = (0..6).collect();
        assert_eq!(hints.name(&all, &[]), ["dog", "cat"]);
        assert_eq!(hints.name(&[3], &[]), ["bird"]);
        // Equally common ones by name.
        assert_eq!(hints.name(&[0, 1, 3], &[]), ["bird", "cat", "dog"]);
    }

    #[test]
    fn where_few_have_labels_it_is_called_after_what_the_model_sees_most_of() {
        let mut labels = vec![Vec::new(); 5];
        labels[0] = texts(&["cat"]);
        labels[1] = texts(&["cat"]);
        let mut hints = of_labels(&labels);
        let concepts = texts(&["fish", "tiger", "boat"]);
        let all: Vec<usize> = (0..5).collect();
        assert_eq!(hints.name(&all, &concepts), ["tiger"]);
        assert_eq!(hints.name(&[0, 1, 2], &concepts), ["cat"]);
        hints.concepts[4] = vec![(2, 1.0)];
        hints.concepts[3] = vec![(2, 1.0)];
        assert_eq!(hints.name(&all, &concepts), ["boat"]);
        hints.concepts = vec![Vec::new(); 5];
        assert!(hints.name(&all, &concepts).is_empty());
    }
}
