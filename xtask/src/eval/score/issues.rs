//! Issues said beside those that are true.

use std::collections::{BTreeMap, BTreeSet};

use super::{f1, share};
use crate::eval::{
    told::{Issue, Told},
    truth::Truth,
};

/// From this confidence on an issue counts.
const COUNTS_FROM: f64 = 0.5;
/// So many of the surest mislabels are looked at.
const SUREST: usize = 100;

/// How one kind of issue was told.
#[derive(Debug, Default, PartialEq)]
pub(in crate::eval) struct IssueScore {
    pub(in crate::eval) truths: usize,
    pub(in crate::eval) told: usize,
    pub(in crate::eval) right: usize,
    /// Chance that a picture with the issue is surer to have it than one without; no truth, no chance.
    pub(in crate::eval) auc: Option<f64>,
    /// The best F1 of all cuts, and that cut.
    pub(in crate::eval) best: Option<(f64, f64)>,
}

impl IssueScore {
    pub(in crate::eval) fn precision(&self) -> f64 {
        share(self.right, self.told)
    }

    pub(in crate::eval) fn recall(&self) -> f64 {
        share(self.right, self.truths)
    }

    pub(in crate::eval) fn f1(&self) -> f64 {
        f1(self.precision(), self.recall())
    }
}

/// How mislabels were told.
#[derive(Debug, Default, PartialEq)]
pub(in crate::eval) struct LabelScore {
    /// Pictures with another label than they should have.
    pub(in crate::eval) truths: usize,
    /// Said with a confidence that counts.
    pub(in crate::eval) told: usize,
    pub(in crate::eval) right: usize,
    /// Right ones among the surest, as many as there are truths and 100 at most.
    pub(in crate::eval) surest: (usize, usize),
    /// Of the right ones, those whose suggested label is the true one.
    pub(in crate::eval) suggested: usize,
}

/// The word of the program for a kind of the truth.
fn word(kind: &str) -> &str {
    if kind == "outlier" { "outliers" } else { kind }
}

/// Compares every kind of issue that the truth speaks of.
pub(in crate::eval) fn compare(
    truth: &Truth,
    told: &Told,
    mistakes: &mut Vec<String>,
) -> BTreeMap<String, IssueScore> {
    let known = [
        "blur",
        "dark",
        "bright",
        "outliers",
        "low_information",
        "odd_size",
        "odd_aspect_ratio",
    ];
    let spoken_of: BTreeSet<&str> = truth
        .facts
        .values()
        .map(|fact| word(&fact.kind))
        .filter(|kind| known.contains(kind))
        .collect();
    let one = |kind: &&str| {
        let issues = told.issues.get(*kind).map_or(&[][..], Vec::as_slice);
        (
            (*kind).to_owned(),
            of_kind(truth, told, kind, issues, mistakes),
        )
    };
    spoken_of.iter().map(one).collect()
}

fn of_kind(
    truth: &Truth,
    told: &Told,
    kind: &str,
    issues: &[Issue],
    mistakes: &mut Vec<String>,
) -> IssueScore {
    let sure: BTreeMap<&str, f64> = issues
        .iter()
        .map(|issue| (issue.path.as_str(), issue.confidence))
        .collect();
    let mut ranked: Vec<(f64, bool)> = Vec::new();
    let mut score = IssueScore::default();
    for path in &told.indexed {
        let confidence = sure.get(path.as_str()).copied().unwrap_or(0.0);
        let fact = truth.facts.get(path);
        let is_so = fact.is_some_and(|fact| word(&fact.kind) == kind);
        let is_told = confidence >= COUNTS_FROM;
        score.truths += usize::from(is_so);
        score.told += usize::from(is_told);
        score.right += usize::from(is_so && is_told);
        if is_so != is_told {
            let what = if is_so { "not told" } else { "wrongly told" };
            mistakes.push(format!("{kind} {what} ({confidence:.2}): {path}"));
        }
        ranked.push((confidence, is_so));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    score.auc = auc(&ranked);
    score.best = best_cut(&ranked);
    score
}

/// The area under the curve of true over false findings, ties counted half; `ranked` has the surest first.
#[expect(clippy::cast_precision_loss, reason = "counts of pictures are small")]
pub(in crate::eval) fn auc(ranked: &[(f64, bool)]) -> Option<f64> {
    let yes = ranked.iter().filter(|(_, is_so)| *is_so).count();
    let no = ranked.len() - yes;
    if yes == 0 || no == 0 {
        return None;
    }
    let (mut area, mut above) = (0.0, 0);
    for level in ranked.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let right = level.iter().filter(|(_, is_so)| *is_so).count();
        let wrong = level.len() - right;
        area += wrong as f64 * (above as f64 + right as f64 / 2.0);
        above += right;
    }
    Some(area / (yes as f64 * no as f64))
}

/// The best F1 over all cuts and the confidence of that cut.
fn best_cut(ranked: &[(f64, bool)]) -> Option<(f64, f64)> {
    let truths = ranked.iter().filter(|(_, is_so)| *is_so).count();
    let (mut right, mut told) = (0, 0);
    let mut best: Option<(f64, f64)> = None;
    for level in ranked.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        right += level.iter().filter(|(_, is_so)| *is_so).count();
        told += level.len();
        let here = f1(share(right, told), share(right, truths));
        if level[0].0 > 0.0 && best.is_none_or(|best| here > best.0) {
            best = Some((here, level[0].0));
        }
    }
    best
}

/// Compares mislabels, where the truth knows labels and the program says any.
pub(in crate::eval) fn labels(
    truth: &Truth,
    told: &Told,
    mistakes: &mut Vec<String>,
) -> Option<LabelScore> {
    if !truth.has_labels {
        return None;
    }
    let mut issues = told.issues.get("mislabels")?.clone();
    issues.sort_by(|a, b| {
        b.confidence
            .total_cmp(&a.confidence)
            .then(a.path.cmp(&b.path))
    });
    let true_label = |issue: &Issue| truth.facts.get(&issue.path)?.true_label.clone();
    let indexed = told.indexed.iter().filter_map(|path| truth.facts.get(path));
    let mut score = LabelScore {
        truths: indexed.filter(|fact| fact.true_label.is_some()).count(),
        ..LabelScore::default()
    };
    for (rank, issue) in issues.iter().enumerate() {
        let should = true_label(issue);
        let (is_so, counts) = (should.is_some(), issue.confidence >= COUNTS_FROM);
        if rank < SUREST.min(score.truths) {
            score.surest.0 += usize::from(is_so);
            score.surest.1 += 1;
        }
        score.told += usize::from(counts);
        score.right += usize::from(counts && is_so);
        score.suggested += usize::from(counts && is_so && should == issue.suggested);
        if counts && !is_so {
            mistakes.push(format!(
                "mislabel wrongly told ({:.2}): {}",
                issue.confidence, issue.path
            ));
        }
    }
    Some(score)
}
