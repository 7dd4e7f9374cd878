//! What was said beside what is true: recall, precision and the like.

pub(super) mod issues;
pub(super) mod relations;

use std::collections::BTreeMap;

use super::{told::Told, truth::Truth};
use issues::{IssueScore, LabelScore};
use relations::Relations;

/// Kinds of files that no program can index.
const UNREADABLE: [&str; 3] = ["truncated", "zero", "notimage"];

/// How the copies of one kind were told.
#[derive(Debug, Default, PartialEq)]
pub(super) struct KindScore {
    pub(super) copies: usize,
    pub(super) found: usize,
    /// Pairs of a copy of this kind with a picture that is not the same; those that may overlap left out.
    pub(super) wrong: usize,
    /// In which tier they were told.
    pub(super) tiers: BTreeMap<String, usize>,
    pub(super) likeness: Vec<f64>,
}

impl KindScore {
    pub(super) fn recall(&self) -> f64 {
        share(self.found, self.copies)
    }

    pub(super) fn precision(&self) -> f64 {
        share(self.found, self.found + self.wrong)
    }
}

/// Everything compared.
#[derive(Debug, Default)]
pub(super) struct Scores {
    pub(super) indexed: usize,
    pub(super) seconds: f64,
    pub(super) stages: BTreeMap<String, f64>,
    /// Pairs said to be the same.
    pub(super) pairs: usize,
    pub(super) right: usize,
    /// Of one photograph, cut so that they may overlap.
    pub(super) overlapping: usize,
    pub(super) wrong: usize,
    pub(super) kinds: BTreeMap<String, KindScore>,
    pub(super) issues: BTreeMap<String, IssueScore>,
    pub(super) labels: Option<LabelScore>,
    /// Files that cannot be indexed, by kind: how many there are and how many were reported.
    pub(super) unreadable: BTreeMap<String, (usize, usize)>,
    /// Files that could have been indexed and were not.
    pub(super) lost: usize,
    /// What was said wrongly, in words.
    pub(super) mistakes: Vec<String>,
}

impl Scores {
    /// Share of the pairs that are the same picture, overlapping ones set aside.
    pub(super) fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// The same with overlapping ones counted as wrong.
    pub(super) fn strict_precision(&self) -> f64 {
        share(self.right, self.pairs)
    }

    /// Share found of the copies of some kinds, or of all.
    pub(super) fn recall(&self, of: impl Fn(&str) -> bool) -> f64 {
        let kinds = self.kinds.iter().filter(|(kind, _)| of(kind));
        let (found, copies) = kinds.fold((0, 0), |(found, copies), (_, score)| {
            (found + score.found, copies + score.copies)
        });
        share(found, copies)
    }
}

/// A part of a whole; 1 where there is no whole, for nothing was missed.
#[expect(clippy::cast_precision_loss, reason = "counts of pictures are small")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// The harmonic mean of two shares.
pub(super) fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 {
        2.0 * precision * recall / (precision + recall)
    } else {
        0.0
    }
}

/// Compares.
pub(super) fn compare(truth: &Truth, told: &Told) -> Scores {
    let mut scores = Scores {
        indexed: told.indexed.len(),
        seconds: told.seconds,
        stages: told.stages.clone(),
        ..Scores::default()
    };
    files(truth, told, &mut scores);
    copies(truth, told, &mut scores);
    scores.issues = issues::compare(truth, told, &mut scores.mistakes);
    scores.labels = issues::labels(truth, told, &mut scores.mistakes);
    scores
}

fn files(truth: &Truth, told: &Told, scores: &mut Scores) {
    for (path, fact) in &truth.facts {
        let rejected = told.rejected.contains_key(path);
        if UNREADABLE.contains(&fact.kind.as_str()) {
            let count = scores.unreadable.entry(fact.kind.clone()).or_default();
            count.0 += 1;
            count.1 += usize::from(rejected);
        } else if !told.indexed.contains(path) {
            scores.lost += 1;
            let reason = told.rejected.get(path).map_or("left out", String::as_str);
            scores
                .mistakes
                .push(format!("not indexed ({reason}): {path}"));
        }
    }
}

fn copies(truth: &Truth, told: &Told, scores: &mut Scores) {
    let relations = Relations::of(&told.groups);
    for ((one, other), tier) in &relations.pairs {
        scores.pairs += 1;
        if truth.same(one, other) {
            scores.right += 1;
        } else if truth.may_overlap(one, other) {
            scores.overlapping += 1;
            scores
                .mistakes
                .push(format!("may overlap ({tier}): {one} and {other}"));
        } else {
            scores.wrong += 1;
            scores
                .mistakes
                .push(format!("not the same ({tier}): {one} and {other}"));
            for path in [one, other] {
                if let Some(fact) = truth.facts.get(path).filter(|fact| !fact.is_base) {
                    scores.kinds.entry(fact.kind.clone()).or_default().wrong += 1;
                }
            }
        }
    }
    let mut bases = BTreeMap::new();
    for (path, fact) in truth.facts.iter().filter(|(_, fact)| fact.group != 0) {
        if fact.is_base {
            bases.entry(fact.group).or_insert(path);
        }
    }
    let of_groups = truth.facts.iter().filter(|(_, fact)| fact.group != 0);
    for (path, fact) in of_groups.filter(|(_, fact)| !fact.is_base) {
        let kind = scores.kinds.entry(fact.kind.clone()).or_default();
        kind.copies += 1;
        let Some(base) = bases.get(&fact.group) else {
            continue;
        };
        if let Some(found) = relations.between(path, base) {
            kind.found += 1;
            *kind.tiers.entry(found.tier.to_owned()).or_default() += 1;
            kind.likeness.push(found.likeness);
        } else {
            scores
                .mistakes
                .push(format!("missed ({}): {path} of {base}", fact.kind));
        }
    }
}
