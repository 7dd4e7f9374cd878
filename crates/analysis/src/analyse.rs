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
    quality, sizes, uniqueness,
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
    let mut neighbours = neighbours::find(rows, &question, &progress.stage(0, 500))?;
    let near = near_copies(&set, &exact, &neighbours, settings, &progress)?;
    // Of no more use, and in a set of look-alikes much the larger part.
    neighbours.alike = Vec::new();
    let homes = Homes::new(&set, &exact, &near);
    let kept = Kept::new(&exact, &homes, &neighbours);

    let confidences = outliers::confidences(&kept.nearest);
    let issues = issues(&set, &homes, &confidences, settings);
    let chosen_kept: Vec<u32> = kept
        .places
        .iter()
        .map(|place| set.rows[*place as usize])
        .collect();
    let scores = uniqueness::scores(
        Rows::new(vectors, &chosen_kept),
        &kept.nearest,
        &progress.stage(800, 900),
    )?;
    let uniqueness = (0..set.len())
        .map(|place| {
            // A copy adds nothing.
            let score = scores[homes.kept_at[place] as usize];
            if homes.is_copy[place] { 0.0 } else { score }
        })
        .collect();
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

/// Where each picture belongs, by place.
struct Homes {
    /// Among the distinct pictures, the one it is an exact copy of, or itself.
    distinct_at: Vec<u32>,
    /// Among the kept pictures, the one it is any copy of, or itself.
    kept_at: Vec<u32>,
    /// Whether it is a copy, exact or near, of one that is kept.
    is_copy: Vec<bool>,
    /// Whether it has an exact copy.
    has_equal: Vec<bool>,
}

impl Homes {
    fn new(set: &Set<'_>, exact: &Exact, near: &[Copies]) -> Self {
        let mut homes = Self {
            distinct_at: vec![u32::MAX; set.len()],
            kept_at: vec![u32::MAX; set.len()],
            is_copy: vec![false; set.len()],
            has_equal: vec![false; set.len()],
        };
        for (at, place) in exact.distinct.iter().enumerate() {
            homes.distinct_at[*place as usize] = at as u32;
        }
        for (other, _) in near.iter().flat_map(|copies| &copies.others) {
            homes.is_copy[*other as usize] = true;
        }
        let mut count = 0;
        for place in &exact.distinct {
            if !homes.is_copy[*place as usize] {
                homes.kept_at[*place as usize] = count;
                count += 1;
            }
        }
        for copies in near {
            for (other, _) in &copies.others {
                homes.kept_at[*other as usize] = homes.kept_at[copies.keep as usize];
            }
        }
        // Equal pixels first: those to keep of equal bytes are found through them.
        for copies in exact.copies.iter().rev() {
            homes.has_equal[copies.keep as usize] = true;
            for (other, _) in &copies.others {
                let (other, keep) = (*other as usize, copies.keep as usize);
                homes.distinct_at[other] = homes.distinct_at[keep];
                homes.kept_at[other] = homes.kept_at[keep];
                homes.has_equal[other] = true;
                homes.is_copy[other] = true;
            }
        }
        homes
    }
}

/// The pictures that are copies of no other, numbered anew.
struct Kept {
    places: Vec<u32>,
    /// Their nearest neighbours among themselves, as far as known.
    nearest: Vec<Vec<(u32, f32)>>,
}

impl Kept {
    fn new(exact: &Exact, homes: &Homes, neighbours: &Neighbours) -> Self {
        let distinct = exact.distinct.iter().copied().enumerate();
        let kept = distinct.filter(|(_, place)| !homes.is_copy[*place as usize]);
        let (at, places): (Vec<usize>, Vec<u32>) = kept.unzip();
        let among_kept = |neighbours: &Vec<(u32, f32)>| {
            neighbours
                .iter()
                .map(|(other, cosine)| (exact.distinct[*other as usize] as usize, *cosine))
                .filter(|(place, _)| !homes.is_copy[*place])
                .map(|(place, cosine)| (homes.kept_at[place], cosine))
                .collect()
        };
        Self {
            nearest: at
                .iter()
                .map(|at| among_kept(&neighbours.nearest[*at]))
                .collect(),
            places,
        }
    }
}

fn issues(set: &Set<'_>, homes: &Homes, outliers: &[f32], settings: &Settings) -> Vec<Finding> {
    let odd_sizes = sizes::odd_sizes(&set.facts);
    let mut issues: Vec<Finding> = (0..set.len())
        .into_par_iter()
        .flat_map_iter(|place| {
            let outlier = outliers[homes.kept_at[place] as usize];
            quality::confidences(set.facts[place])
                .into_iter()
                .chain([
                    (IssueKind::Outliers, outlier),
                    (IssueKind::OddSize, odd_sizes[place]),
                    (
                        IssueKind::OddAspectRatio,
                        sizes::odd_shape(set.facts[place]),
                    ),
                ])
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
