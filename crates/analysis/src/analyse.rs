//! The whole of an analysis, step by step.

use lamina_model::IssueKind;
use rayon::prelude::*;

use crate::clusters::{self, Clustering, Divided};
use crate::duplicates::{self, Copies, Exact};
use crate::neighbours::{self, Neighbours, Question, Rows};
use crate::progress::Progress;
use crate::set::Set;
use crate::{
    AnalysisError, Facts, Finding, Findings, Group, Matrix, Settings, Watch, hashes, outliers,
    quality, uniqueness,
};

/// Compares all pictures of a set.
///
/// `vectors` has one L2-normalised row for each entry of `facts`, in the same order; a matrix
/// [without vectors](Matrix::without_vectors) is taken too. Runs on the current rayon pool. The
/// findings are the same for any order of the rows and any number of threads.
///
/// # Errors
/// [`AnalysisError::RowCount`] when the two disagree, [`AnalysisError::Cancelled`] when `watch`
/// says so.
pub fn analyse(
    vectors: &Matrix,
    facts: &[Facts],
    settings: &Settings,
    watch: &dyn Watch,
) -> Result<Findings, AnalysisError> {
    if vectors.rows() != facts.len() {
        return Err(AnalysisError::RowCount {
            vectors: vectors.rows(),
            facts: facts.len(),
        });
    }
    let progress = Progress::new(watch);
    progress.stage(0, 0).advance(0)?;
    let set = Set::new(facts);
    let exact = duplicates::exact(&set);
    let chosen: Vec<u32> = exact
        .distinct
        .iter()
        .map(|at| set.rows[*at as usize])
        .collect();
    let rows = Rows::new(vectors, &chosen);

    let question = Question {
        nearest: settings.neighbours,
        alike_from: settings.alike_from,
        alike_at_most: settings.alike_at_most,
        exact_up_to: settings.exact_up_to,
    };
    let neighbours = neighbours::find(rows, &question, &progress.stage(0, 500))?;
    let near = near_copies(&set, &exact, &neighbours, settings, &progress)?;
    let homes = Homes::new(&set, &exact, &near);

    let confidences = outliers::confidences(&neighbours.nearest);
    let issues = issues(&set, &homes, &confidences, settings);
    let uniqueness = uniqueness_of_all(&set, &exact, &homes, &neighbours, vectors, &progress)?;
    let together: Vec<Vec<u32>> = near
        .iter()
        .map(|copies| {
            let all = std::iter::once(copies.keep).chain(copies.others.iter().map(|other| other.0));
            all.map(|place| homes.distinct_at[place as usize]).collect()
        })
        .collect();
    let divided = Divided {
        set: &set,
        distinct: &exact.distinct,
        rows,
        nearest: &neighbours.nearest,
        together: &together,
        home: &homes.distinct_at,
    };
    let clustering = clusters::divide(&divided, settings, &progress.stage(900, 1000))?;
    let nearest_distance = nearest_distances(&homes, &neighbours);
    let found = Found {
        copies: exact.copies.into_iter().chain(near).collect(),
        issues,
        uniqueness,
        nearest_distance,
        clustering,
    };
    progress.stage(1000, 1000).advance(1)?;
    Ok(found.told(&set))
}

fn near_copies(
    set: &Set<'_>,
    exact: &Exact,
    neighbours: &Neighbours,
    settings: &Settings,
    progress: &Progress<'_>,
) -> Result<Vec<Copies>, AnalysisError> {
    let facts: Vec<&Facts> = exact
        .distinct
        .iter()
        .map(|at| set.facts[*at as usize])
        .collect();
    let hashes = hashes::near(&facts, &progress.stage(500, 550))?;
    let proposals = duplicates::proposals(&neighbours.alike, &hashes);
    duplicates::near(
        set,
        &exact.distinct,
        &proposals,
        settings,
        &progress.stage(550, 800),
    )
}

/// Where each picture belongs.
struct Homes {
    /// For each place the index, among the distinct pictures, of the one it is an exact copy of.
    distinct_at: Vec<u32>,
    /// Whether a place is a copy, exact or near, of one that is kept.
    is_copy: Vec<bool>,
    /// Whether a place has an exact copy.
    has_equal: Vec<bool>,
}

impl Homes {
    fn new(set: &Set<'_>, exact: &Exact, near: &[Copies]) -> Self {
        let mut distinct_at = vec![u32::MAX; set.len()];
        for (at, place) in exact.distinct.iter().enumerate() {
            distinct_at[*place as usize] = at as u32;
        }
        let mut is_copy = vec![false; set.len()];
        let mut has_equal = vec![false; set.len()];
        // Equal pixels first: those to keep of equal bytes are found through them.
        for copies in exact.copies.iter().rev() {
            has_equal[copies.keep as usize] = true;
            for (other, _) in &copies.others {
                distinct_at[*other as usize] = distinct_at[copies.keep as usize];
                has_equal[*other as usize] = true;
                is_copy[*other as usize] = true;
            }
        }
        for (other, _) in near.iter().flat_map(|copies| &copies.others) {
            is_copy[*other as usize] = true;
        }
        Self {
            distinct_at,
            is_copy,
            has_equal,
        }
    }
}

fn issues(set: &Set<'_>, homes: &Homes, outliers: &[f32], settings: &Settings) -> Vec<Finding> {
    let mut issues: Vec<Finding> = (0..set.len())
        .into_par_iter()
        .flat_map_iter(|place| {
            let outlier = outliers[homes.distinct_at[place] as usize];
            quality::confidences(set.facts[place])
                .into_iter()
                .chain([(IssueKind::Outliers, outlier)])
                .filter(|(_, confidence)| *confidence >= settings.least_confidence)
                .map(move |(kind, confidence)| Finding {
                    row: place as u32,
                    kind,
                    confidence,
                })
        })
        .collect();
    issues.sort_by_key(|issue| (issue.kind, issue.row));
    issues
}

/// Uniqueness by place. Copies have none; they are left out of the picking.
fn uniqueness_of_all(
    set: &Set<'_>,
    exact: &Exact,
    homes: &Homes,
    neighbours: &Neighbours,
    vectors: &Matrix,
    progress: &Progress<'_>,
) -> Result<Vec<f32>, AnalysisError> {
    let mut kept_at = vec![u32::MAX; exact.distinct.len()];
    let mut kept = Vec::new();
    for (at, place) in exact.distinct.iter().enumerate() {
        if !homes.is_copy[*place as usize] {
            kept_at[at] = kept.len() as u32;
            kept.push(at as u32);
        }
    }
    let nearest: Vec<Vec<(u32, f32)>> = kept
        .iter()
        .map(|at| {
            neighbours.nearest[*at as usize]
                .iter()
                .filter(|(other, _)| kept_at[*other as usize] != u32::MAX)
                .map(|(other, cosine)| (kept_at[*other as usize], *cosine))
                .collect()
        })
        .collect();
    let places: Vec<u32> = kept.iter().map(|at| exact.distinct[*at as usize]).collect();
    let chosen: Vec<u32> = places.iter().map(|at| set.rows[*at as usize]).collect();
    let stage = progress.stage(800, 900);
    let scores = uniqueness::scores(Rows::new(vectors, &chosen), &nearest, &stage)?;
    let mut all = vec![0.0; set.len()];
    for (place, score) in places.iter().zip(scores) {
        all[*place as usize] = score;
    }
    Ok(all)
}

fn nearest_distances(homes: &Homes, neighbours: &Neighbours) -> Vec<f32> {
    let places = homes.distinct_at.iter().zip(&homes.has_equal);
    places
        .map(
            |(at, has_equal)| match neighbours.nearest[*at as usize].first() {
                _ if *has_equal => 0.0,
                Some((_, cosine)) => 1.0 - cosine,
                None => 2.0,
            },
        )
        .collect()
}

/// Everything found, by place.
struct Found {
    copies: Vec<Copies>,
    issues: Vec<Finding>,
    uniqueness: Vec<f32>,
    nearest_distance: Vec<f32>,
    clustering: Clustering,
}

impl Found {
    /// From places back to rows.
    fn told(mut self, set: &Set<'_>) -> Findings {
        let row = |place: u32| set.rows[place as usize];
        self.copies
            .sort_by_key(|copies| (!copies.tier.is_exact(), copies.keep, copies.tier));
        let groups = self.copies.iter().map(|copies| Group {
            tier: copies.tier,
            keep: row(copies.keep),
            others: copies
                .others
                .iter()
                .map(|(place, value)| (row(*place), *value))
                .collect(),
        });
        for issue in &mut self.issues {
            issue.row = row(issue.row);
        }
        for cluster in self.clustering.levels.iter_mut().flatten() {
            cluster.representative = row(cluster.representative);
        }
        Findings {
            groups: groups.collect(),
            issues: self.issues,
            clusters: by_row(set, &self.clustering.of),
            cluster_keys: self.clustering.levels,
            uniqueness: by_row(set, &self.uniqueness),
            nearest_distance: by_row(set, &self.nearest_distance),
        }
    }
}

/// The same values in the order of the rows.
fn by_row<T: Copy>(set: &Set<'_>, by_place: &[T]) -> Vec<T> {
    let mut place_of = vec![0; set.len()];
    for (place, row) in set.rows.iter().enumerate() {
        place_of[*row as usize] = place;
    }
    place_of.into_iter().map(|place| by_place[place]).collect()
}
